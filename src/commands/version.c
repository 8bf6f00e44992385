#include "commands/command.h"

#include "base/json.h"
#include "net/http.h"

const struct arg_row version_options[] = {
	{ "json", 0, NULL, "one JSON object" },
	{ NULL, 0, NULL, NULL },
};

int cmd_version(struct app *app, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT(4096);
	AUTO_JSON struct json *o = json_object();

	if (args_has(&app->args, "json")) {
		json_put_str(o, "version", CC_VERSION);
		json_put_str(o, "commit", CC_COMMIT);
		json_put_str(o, "libcurl", http_library());
		json_put_str(o, "cjson", json_library());
		json_print(o, &out);
		buf_addc(&out, '\n');
	} else {
		buf_addf(&out, "cc-token %s%s%s%s\n%s\ncJSON/%s\n", CC_VERSION,
			 *CC_COMMIT ? " (" : "", CC_COMMIT, *CC_COMMIT ? ")" : "",
			 http_library(), json_library());
	}
	return app_print(&out, err);
}
