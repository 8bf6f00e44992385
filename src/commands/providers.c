#include "commands/command.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

const struct arg_row providers_options[] = {
	{ "json", 0, NULL, "one JSON object" },
	{ NULL, 0, NULL, NULL },
};

/* The row whose URLs a region stands in. */
static const struct flow *providers_flow(enum provider_id id)
{
	const struct flow *f = provider_flows;

	while (f->provider != id || !f->token_url || !strstr(f->token_url, "{}"))
		f++;
	return f;
}

static void providers_expand(const char *pattern, const char *key, struct buf *out)
{
	size_t n = strcspn(pattern, "{");

	buf_add(out, pattern, n);
	buf_addf(out, "%s%s", key, pattern[n] ? pattern + n + 2 : "");
}

static void providers_add(const struct region *r, struct json *list, struct buf *text)
{
	AUTO_BUF struct buf token = BUF_INIT(BUF_URL_MAX), api = BUF_INIT(BUF_URL_MAX);
	const struct flow *f = providers_flow(r->provider);
	struct json *o = json_object();

	providers_expand(f->token_url, r->key, &token);
	providers_expand(f->api_url, r->key, &api);
	json_put_str(o, "provider", provider_name(r->provider));
	json_put_str(o, "region", r->name);
	json_put_str(o, "place", r->place);
	json_put_str(o, "token_url", buf_str(&token));
	json_put_str(o, "api_url", buf_str(&api));
	json_put(list, NULL, o);
	buf_addf(text, "%-8s %-15s %-25s %s\n", provider_name(r->provider), r->name,
		 r->place, buf_str(&api));
}

int cmd_providers(struct app *app, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(64 * 1024), out = BUF_INIT(64 * 1024);
	AUTO_JSON struct json *o = json_object();
	struct json *regions = json_array(), *flows = json_array();

	buf_addf(&text, "%-8s %-15s %-25s %s\n", "PROVIDER", "REGION", "PLACE",
		 "API HOST");
	for (size_t i = 0; i < provider_region_count; i++)
		providers_add(&provider_regions[i], regions, &text);
	buf_addf(&text, "%-8s %-15s %-25s %s\n", "oauth2", "-", "any OAuth 2 server",
		 "api-url");
	for (size_t i = 0; i < provider_flow_count; i++) {
		struct json *f = json_object();

		json_put_str(f, "name", provider_flows[i].name);
		json_put_str(f, "provider", provider_name(provider_flows[i].provider));
		json_put_bool(f, "revocation",
			      provider_flows[i].revocation != REVOKE_NONE);
		json_put(flows, NULL, f);
	}
	json_put(o, "flows", flows);
	json_put(o, "regions", regions);
	if (args_has(&app->args, "json")) {
		json_print(o, &out);
		buf_addc(&out, '\n');
	}
	return app_print(out.len ? &out : &text, err);
}
