#include "commands/command.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

const struct arg_row providers_options[] = {
	{ "json", 0, NULL, "one JSON object" },
	{ NULL, 0, NULL, NULL },
};

/* The row whose URLs a region stands in; NULL: none. */
static const struct flow *providers_regional(const struct provider *p)
{
	for (size_t i = 0; i < p->flow_count; i++)
		if (p->flows[i].token_url && !p->flows[i].key &&
		    strstr(p->flows[i].token_url, "{}"))
			return &p->flows[i];
	return NULL;
}

static void providers_add_line(const struct provider *p, const char *region,
			       const char *place, const char *api, struct buf *text)
{
	buf_addf(text, "%-8s %-15s %-25s %s\n", p->name, region, place, api);
}

static void providers_add_region(const struct flow *f, const struct region *r,
				 struct json *list, struct buf *text)
{
	AUTO_BUF struct buf token = BUF_INIT(BUF_URL_MAX), api = BUF_INIT(BUF_URL_MAX);
	struct json *o = json_object();

	endpoints_expand(f->token_url, r->key, &token);
	endpoints_expand(f->api_url, r->key, &api);
	json_put_str(o, "provider", f->provider->name);
	json_put_str(o, "region", r->name);
	json_put_str(o, "place", r->place);
	json_put_str(o, "token_url", buf_str(&token));
	json_put_str(o, "api_url", buf_str(&api));
	json_put(list, NULL, o);
	providers_add_line(f->provider, r->name, r->place, buf_str(&api), text);
}

static void providers_add(const struct provider *p, struct json *regions,
			  struct json *flows, struct buf *text)
{
	const struct flow *regional = providers_regional(p);

	for (size_t i = 0; regional && i < p->region_count; i++)
		providers_add_region(regional, &p->regions[i], regions, text);
	if (!regional)
		providers_add_line(p, "-", p->title, "api-url", text);
	for (size_t i = 0; i < p->flow_count; i++) {
		struct json *f = json_object();

		json_put_str(f, "name", p->flows[i].name);
		json_put_str(f, "provider", p->name);
		json_put_bool(f, "revocation", p->flows[i].revocation != REVOKE_NONE);
		json_put(flows, NULL, f);
	}
}

int cmd_providers(struct app *app, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(64 * 1024), out = BUF_INIT(64 * 1024);
	AUTO_JSON struct json *o = json_object();
	struct json *regions = json_array(), *flows = json_array();

	buf_addf(&text, "%-8s %-15s %-25s %s\n", "PROVIDER", "REGION", "PLACE",
		 "API HOST");
	for (const struct provider *const *p = providers; *p; p++)
		providers_add(*p, regions, flows, &text);
	json_put(o, "flows", flows);
	json_put(o, "regions", regions);
	if (args_has(&app->args, "json")) {
		json_print(o, &out);
		buf_addc(&out, '\n');
	}
	return app_print(out.len ? &out : &text, err);
}
