#include "api/spool.h"

void spool_begin(struct spool *s)
{
	buf_reset(&s->held);
	s->gone = s->skip = 0;
	s->sent = DIGEST_INIT;
}

void spool_again(struct spool *s)
{
	buf_reset(&s->held);
	s->skip = s->gone;
	s->again = DIGEST_INIT;
}

bool spool_is_full(const struct spool *s)
{
	return s->held.len >= s->hold;
}

static int spool_differs(struct err *err)
{
	err_set(err, ERR_TRANSIENT,
		"the answer broke off after a part of it was printed, and was another one "
		"when it was asked for again");
	return err_hint(err, "discard the output and start again");
}

/* Takes away what went out already. */
static int spool_leave_out(struct spool *s, const char **from, size_t *len,
			   struct err *err)
{
	size_t known = *len < s->skip ? *len : s->skip;

	if (!known)
		return 0;
	digest_add(&s->again, *from, known);
	s->skip -= known;
	*from += known;
	*len -= known;
	return !s->skip && digest_value(&s->again) != digest_value(&s->sent)
		       ? spool_differs(err)
		       : 0;
}

int spool_flush(struct spool *s, size_t len, const struct spool_sink *sink,
		struct err *err)
{
	const char *from = buf_str(&s->held);
	size_t all = len;

	if (spool_leave_out(s, &from, &len, err))
		return -1;
	digest_add(&s->sent, from, len);
	s->gone += len;
	if (len && sink->write(sink->arg, from, len, err))
		return -1;
	buf_shift(&s->held, all);
	return 0;
}

int spool_end(struct spool *s, const struct spool_sink *sink, struct err *err)
{
	const char *from = buf_str(&s->held);
	size_t len = s->held.len;

	if (spool_leave_out(s, &from, &len, err))
		return -1;
	if (s->skip)
		return spool_differs(err);
	if (len && sink->write(sink->arg, from, len, err))
		return -1;
	spool_begin(s);
	return 0;
}

void spool_release(struct spool *s)
{
	buf_release(&s->held);
}
