#include "commands/doctor.h"

#include <string.h>
#include <sys/random.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "oauth/oauth.h"

enum { SECRET_BYTES = 24, SEARCH_MS = 60 * 1000 };

enum region_answer { REGION_UNCLEAR, REGION_UNKNOWN_CLIENT, REGION_KNOWS_CLIENT };

/* Settings with the client's id, and nothing in them of the real secret. */
static int region_settings(const struct doctor *d, const char *region,
			   struct settings *ret)
{
	unsigned char random[SECRET_BYTES];
	struct buf *secret = &ret->v[SET_CLIENT_SECRET].value;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -1;
	ret->provider = d->settings->provider;
	buf_set(&ret->v[SET_CLIENT_ID].value, settings_str(d->settings, SET_CLIENT_ID));
	buf_set(&ret->v[SET_CLIENT_AUTH].value,
		settings_str(d->settings, SET_CLIENT_AUTH));
	buf_set(&ret->v[SET_REGION].value, region);
	buf_adds(secret, "made-up-");
	for (size_t i = 0; i < sizeof(random); i++)
		buf_addf(secret, "%02x", random[i]);
	return 0;
}

static enum region_answer region_read(const struct provider *p,
				      const struct http_resp *resp)
{
	struct err ignored = ERR_INIT;
	AUTO_JSON struct json *doc =
		json_parse(buf_str(&resp->body), resp->body.len, &ignored);
	const char *code = json_str(doc, "error");

	if (!code || strcmp(code, p->probe.code) != 0)
		return REGION_UNCLEAR;
	return resp->status == p->probe.known	  ? REGION_KNOWS_CLIENT
	       : resp->status == p->probe.unknown ? REGION_UNKNOWN_CLIENT
						  : REGION_UNCLEAR;
}

static enum region_answer region_ask(struct doctor *d, const char *region)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
	enum region_answer answer = REGION_UNCLEAR;
	struct err ignored = ERR_INIT;
	const struct flow *flow;
	struct settings made_up;

	settings_init(&made_up);
	flow = region_settings(d, region, &made_up)
		       ? NULL
		       : flow_choose(&made_up, true, &ignored);
	if (flow && endpoints_find(flow, &made_up, &e, &ignored) == 0 &&
	    oauth_token_request(flow, &e, &made_up, NULL, &req, &ignored) == 0 &&
	    d->transport.http->perform(d->transport.http, &req, &resp, &ignored) == 0)
		answer = region_read(d->flow->provider, &resp);
	settings_release(&made_up);
	return answer;
}

static void region_report(struct doctor *d, const char *here, const struct region *found)
{
	AUTO_BUF struct buf where = BUF_INIT(512);
	struct err why = ERR_INIT;

	if (found) {
		if (settings_has(d->settings, SET_REGION))
			settings_describe(d->settings, SET_REGION, &where);
		else
			buf_adds(&where, "region (CC_REGION)");
		err_set(&why, ERR_REFUSED, "the client is known in %s (%s), not in %s",
			found->name, found->place, here);
		err_hint(&why, "set %s to %s", buf_str(&where), found->name);
	} else {
		settings_describe(d->settings, SET_CLIENT_ID, &where);
		err_set(&why, ERR_REFUSED, "no region that answered knows the client");
		err_hint(&why, "check %s", buf_str(&where));
	}
	report_fail(&d->report, "region", &why);
}

void doctor_region(struct doctor *d)
{
	const struct provider *p = d->flow->provider;
	const char *here = buf_str(&d->endpoints.region);
	int64_t end = clock_boot_ms() + SEARCH_MS;
	const struct region *found = NULL;
	struct err ignored = ERR_INIT;

	/* An endpoint or a sub-domain that was given by itself says where. */
	if (!p->probe.known || !*here || settings_has(d->settings, SET_TOKEN_URL) ||
	    d->flow->key || region_ask(d, here) != REGION_UNKNOWN_CLIENT)
		return;
	log_info("%s does not know the client; the other regions are asked, with a "
		 "made-up secret",
		 here);
	for (size_t i = 0; i < p->region_count && !found; i++) {
		const struct region *r = &p->regions[i];

		if (clock_boot_ms() > end || interrupt_check(&ignored))
			break;
		if (strcmp(r->name, here) != 0 &&
		    region_ask(d, r->name) == REGION_KNOWS_CLIENT)
			found = r;
	}
	region_report(d, here, found);
}
