#include "runner/runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"

/* ActionCommand.cs, EscapeMapping: '%' first when reading, so first when writing too. */
static void command_escape(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '%' || *p == '\r' || *p == '\n')
			buf_addf(out, "%%%02X", (unsigned int)(unsigned char)*p);
		else
			buf_addc(out, *p);
	}
}

/*
 * A command counts at the beginning of a line alone, and what ran before us may have left
 * one open: a body of the API without a last line break, a prompt. Then this line is the
 * one that is printed, and it holds nothing; else it masks what no log holds.
 */
#define COMMAND_FIRST "::add-mask::cc-token-begins-a-line\n"

/* On stdout every line is ours and whole, but for what came before our first one. */
static bool command_may_be_open(const struct runner *r, const struct redact *secrets)
{
	for (size_t i = 0; i < secrets->count && r->fd == STDOUT_FILENO; i++)
		if (secrets->forms[i].told)
			return false;
	return true;
}

static void command_mask(const char *value, struct buf *out)
{
	buf_adds(out, "::add-mask::");
	command_escape(out, value);
	buf_addc(out, '\n');
}

/*
 * act takes everything up to the last "::" as the command's name, and would print the
 * line in clear (pkg/runner/command.go). There a value with "::" is masked by its parts,
 * and colons in front, which would join those of the command, are left out.
 */
static void command_mask_parts(const char *value, struct buf *out)
{
	AUTO_BUF struct buf part = BUF_INIT(4 * BUF_SECRET_MAX);

	for (const char *p = value, *end; p; p = end ? end + 2 : NULL) {
		p += strspn(p, ":");
		end = strstr(p, "::");
		buf_reset(&part);
		buf_add(&part, p, end ? (size_t)(end - p) : strlen(p));
		if (part.len >= REDACT_MIN)
			command_mask(buf_str(&part), out);
	}
}

int runner_mask(const struct runner *r)
{
	struct redact *secrets = redact_list();
	AUTO_BUF struct buf lines = BUF_INIT((secrets->count + 1) * 16 * BUF_SECRET_MAX);
	size_t first;

	if (r->kind != RUNNER_GITHUB && r->kind != RUNNER_ACT)
		return 0;
	if (command_may_be_open(r, secrets))
		buf_adds(&lines, COMMAND_FIRST);
	first = lines.len;
	for (struct redact_form *f = secrets->forms; f < secrets->forms + secrets->count;
	     f++) {
		if (f->told || f->derived)
			continue;
		if (r->kind == RUNNER_ACT)
			command_mask_parts(buf_str(&f->text), &lines);
		else
			command_mask(buf_str(&f->text), &lines);
	}
	if (lines.failed) {
		errno = EFBIG;
		return -1;
	}
	/* At once, so that no other process of the step comes between. */
	if (lines.len > first && fs_write_all(r->fd, buf_str(&lines), lines.len))
		return -1;
	runner_masked();
	return 0;
}

void runner_masked(void)
{
	struct redact *secrets = redact_list();

	for (size_t i = 0; i < secrets->count; i++)
		secrets->forms[i].told = true;
}

void runner_annotate(const struct runner *r, enum runner_level level, const char *text)
{
	static const char *const names[] = { "notice", "warning", "error" };
	AUTO_BUF struct buf clean = BUF_INIT(16 * 1024), line = BUF_INIT(64 * 1024);

	if (r->kind != RUNNER_GITHUB && r->kind != RUNNER_ACT)
		return;
	log_clean(text, &clean);
	buf_addf(&line, "::%s title=cc-token::", names[level]);
	command_escape(&line, buf_str(&clean));
	buf_addc(&line, '\n');
	fs_write_all(r->fd, buf_str(&line), line.len);
}
