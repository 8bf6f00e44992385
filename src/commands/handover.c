#include "commands/command.h"

#include <string.h>

#include "base/log.h"

/*
 * What is not known is left out; but where another token of the job has put its own, it
 * is emptied, or this token would be sent to that one's host.
 */
static void handover_add(struct handover *h, const char *name, const char *value)
{
	struct buf *out = &h->v[h->count].value;

	if (!*value && !getenv(name))
		return;
	*out = BUF_INIT(BUF_SECRET_MAX);
	buf_adds(out, value);
	h->v[h->count++].name = name;
}

/* What the vendor's own tools read. A sub-domain tells no region; the user may. */
static void handover_add_genesys(struct handover *h, const struct session *s)
{
	handover_add(h, "GENESYSCLOUD_ACCESS_TOKEN", buf_str(&s->record.token.access));
	if (s->at.region.len)
		handover_add(h, "GENESYSCLOUD_REGION", buf_str(&s->at.region));
	else if (!getenv("GENESYSCLOUD_REGION"))
		log_info("no GENESYSCLOUD_REGION is handed over, since a sub-domain "
			 "tells no region: set it for tools that read it, such as CX as "
			 "Code");
}

int handover_fill(struct handover *ret, const struct session *s, const char *dir,
		  struct err *err)
{
	const struct record *r = &s->record;
	const char *api = buf_str(&s->at.api_url);
	AUTO_BUF struct buf file = BUF_INIT(BUF_URL_MAX), header = BUF_INIT(BUF_URL_MAX);
	struct token_view view;

	*ret = (struct handover){ 0 };
	token_view(&r->token, &view);
	state_paths(dir, &file, &header);
	handover_add(ret, "CC_ACCESS_TOKEN", buf_str(&r->token.access));
	handover_add(ret, "CC_TOKEN_EXPIRES_AT", view.expires);
	handover_add(ret, "CC_TOKEN_FILE", buf_str(&file));
	handover_add(ret, "CC_TOKEN_HEADER_FILE", buf_str(&header));
	handover_add(ret, "CC_TOKEN_API_URL", api);
	handover_add(ret, "CC_TOKEN_STATE", dir);
	if (r->flow && r->flow->provider == PROVIDER_GENESYS) {
		handover_add_genesys(ret, s);
	} else if (r->flow && r->flow->provider == PROVIDER_CXONE) {
		handover_add(ret, "CXONE_ACCESS_TOKEN", buf_str(&r->token.access));
		handover_add(ret, "CXONE_API_URL", api);
	}
	return buf_check(&file, "the path of the token file", err);
}

void handover_release(struct handover *h)
{
	for (size_t i = 0; i < h->count; i++)
		buf_release(&h->v[i].value);
}
