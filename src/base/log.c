#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/quote.h"

/* Bytes of one text, which quote_clean() cuts to what a line shows of it. */
enum { LOG_TEXT_MAX = 64 * 1024, LOG_SHOWN_MAX = 12 * 1024 };

static const struct {
	const char *name;
	const char *prefix;
} levels[] = {
	[LOG_ERROR] = { "error", "" },
	[LOG_WARN] = { "warn", "warning: " },
	[LOG_INFO] = { "info", "" },
	[LOG_DEBUG] = { "debug", "debug: " },
};

static enum log_level current = LOG_INFO;
static struct redact secrets;
static bool status_shown;

int log_level_parse(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcasecmp(name, levels[i].name) == 0)
			return (int)i;
	return -1;
}

void log_set_level(enum log_level level)
{
	current = level;
}

bool log_enabled(enum log_level level)
{
	return level <= current;
}

struct redact *redact_list(void)
{
	return &secrets;
}

void log_clean(const char *text, struct buf *out)
{
	size_t len = strlen(text);
	AUTO_BUF struct buf hidden = BUF_INIT(len);

	/* Hidden first, cut afterwards: half a secret would no longer be known as one. */
	redact_text(&secrets, text, len, &hidden);
	if (hidden.failed)
		buf_starve(out);
	else
		quote_clean(out, buf_str(&hidden), LOG_SHOWN_MAX);
}

void log_status(const char *text)
{
	AUTO_BUF struct buf line = BUF_INIT(LOG_TEXT_MAX);

	if (!text && !status_shown)
		return;
	status_shown = text != NULL;
	buf_addf(&line, "\r\033[K%s", text ? text : ""); /* without memory: nothing */
	fs_write_all(STDERR_FILENO, buf_str(&line), line.len);
}

/*
 * In place of a line that can't be made, or not looked through for secrets: what of it is
 * ours alone, and why. Needs no memory.
 */
static void log_lost(enum log_level level, const char *fmt)
{
	const char *why = secrets.full ? "there are more tokens than can be hidden: "
					 "revoke what is stored by cc-token stop"
				       : "out of memory";

	dprintf(STDERR_FILENO, "cc-token: %s%.*s%s\n", levels[level].prefix,
		(int)strcspn(fmt, "%"), fmt, why);
}

void log_at(enum log_level level, const char *fmt, ...)
{
	AUTO_BUF struct buf text = BUF_INIT(LOG_TEXT_MAX);
	AUTO_BUF struct buf line = BUF_INIT(LOG_TEXT_MAX);
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	log_status(NULL);
	buf_addf(&line, "cc-token: %s", levels[level].prefix);
	log_clean(buf_str(&text), &line);
	buf_addc(&line, '\n');
	if (!text.len || line.failed)
		log_lost(level, fmt);
	else
		fs_write_all(STDERR_FILENO, buf_str(&line), line.len);
}
