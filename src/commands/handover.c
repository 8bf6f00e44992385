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

	if ((!*value && !getenv(name)) || h->count == ARRAY_LEN(h->v))
		return;
	*out = BUF_INIT(BUF_SECRET_MAX);
	buf_adds(out, value);
	h->v[h->count++].name = name;
}

/* What the vendor's own tools read. A label of a host tells no region; the user may. */
static void handover_add_vendors(struct handover *h, const struct session *s,
				 const struct flow *f)
{
	const char *values[] = { [HANDED_TOKEN] = buf_str(&s->record.token.access),
				 [HANDED_API_URL] = buf_str(&s->at.api_url),
				 [HANDED_REGION] = buf_str(&s->at.region) };

	for (size_t i = 0; i < f->provider->handed_count; i++) {
		const struct handed *row = &f->provider->handed[i];

		if (*values[row->what] || row->what != HANDED_REGION)
			handover_add(h, row->name, values[row->what]);
		else if (!getenv(row->name))
			log_info("no %s is handed over, since a %s tells no region: set "
				 "it for tools that read it",
				 row->name, f->key ? f->key : "token-url");
	}
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
	if (r->flow)
		handover_add_vendors(ret, s, r->flow);
	return buf_check(&file, "the path of the token file", err);
}

void handover_release(struct handover *h)
{
	for (size_t i = 0; i < h->count; i++)
		buf_release(&h->v[i].value);
}
