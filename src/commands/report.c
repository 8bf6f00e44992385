#include "commands/report.h"

#include <string.h>

#include "base/log.h"

enum { REPORT_MAX = 256 * 1024, LINE_MAX_BYTES = 8 * 1024 };

static const char *const names[] = {
	[REPORT_OK] = "ok",
	[REPORT_WARNING] = "warning",
	[REPORT_FAILED] = "failed",
};

void report_init(struct report *r)
{
	*r = (struct report){ .text = BUF_INIT(REPORT_MAX), .checks = json_array() };
}

void report_release(struct report *r)
{
	buf_release(&r->text);
	json_free(r->checks);
	r->checks = NULL;
}

static void report_add(struct report *r, enum report_status status, const char *what,
		       const char *text, const char *hint)
{
	AUTO_BUF struct buf clean = BUF_INIT(LINE_MAX_BYTES),
			    what_to_do = BUF_INIT(LINE_MAX_BYTES);
	struct json *o = json_object();

	log_clean(text, &clean);
	log_clean(hint ? hint : "", &what_to_do);
	json_put_str(o, "check", what);
	json_put_str(o, "status", names[status]);
	json_put_str(o, "text", buf_str(&clean));
	json_put_str(o, "hint", buf_str(&what_to_do));
	json_put(r->checks, NULL, o);
	buf_addf(&r->text, "%-8s %s: %s%s%s\n", names[status], what, buf_str(&clean),
		 what_to_do.len ? ": " : "", buf_str(&what_to_do));
	r->count[status]++;
}

void report_ok(struct report *r, const char *what, const char *fmt, ...)
{
	AUTO_BUF struct buf text = BUF_INIT(LINE_MAX_BYTES);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	report_add(r, REPORT_OK, what, buf_str(&text), NULL);
}

void report_warn(struct report *r, const char *what, const char *hint, const char *fmt,
		 ...)
{
	AUTO_BUF struct buf text = BUF_INIT(LINE_MAX_BYTES);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	report_add(r, REPORT_WARNING, what, buf_str(&text), hint);
}

void report_fail(struct report *r, const char *what, const struct err *why)
{
	report_add(r, REPORT_FAILED, what, why->text, why->hint);
	if (r->first.kind != ERR_NONE)
		return;
	r->first = *why;
	err_wrap(&r->first, "%s", what);
}

void report_print(struct report *r, bool json, struct buf *out)
{
	struct json *o;

	if (!json) {
		buf_add(out, buf_str(&r->text), r->text.len);
		out->failed = out->failed || r->text.failed;
		return;
	}
	o = json_object();
	json_put(o, "checks", r->checks);
	r->checks = NULL;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_put_num(o, names[i], r->count[i]);
	json_print(o, out);
	buf_addc(out, '\n');
	json_free(o);
}
