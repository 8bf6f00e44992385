/* Any bytes: what is read can be printed, and reads and prints the same again. */
#include "base/json.h"

#include "fuzz.h"

static void fuzz_walk(const struct json *v)
{
	const struct json *e = json_first(v);
	size_t n = 0;

	for (; e; e = json_next(e), n++)
		fuzz_walk(e);
	must(n == json_count(v));
	must(!json_is_string(v) || json_text(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf once = FUZZ_BUF, twice = FUZZ_BUF;
	AUTO_JSON struct json *doc = NULL, *again = NULL;
	struct err err = ERR_INIT;

	doc = json_parse((const char *)data, size, &err);
	if (!doc) {
		must(err.kind == ERR_REFUSED && *err.text);
		return 0;
	}
	fuzz_walk(doc);
	json_print(doc, &once);
	must(!once.failed && !strchr(once.ptr, '\n'));
	again = json_parse(once.ptr, once.len, &err);
	must(again);
	json_print(again, &twice);
	must(buf_equal(&once, &twice));
	return 0;
}
