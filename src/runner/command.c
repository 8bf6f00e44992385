#include "runner/runner.h"

#include <stdio.h>
#include <string.h>

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

static int command_mask(const struct runner *r, const char *value)
{
	AUTO_BUF struct buf line = BUF_INIT(8 * BUF_SECRET_MAX);

	buf_adds(&line, "::add-mask::");
	command_escape(&line, value);
	buf_addc(&line, '\n');
	return fs_write_all(r->fd, buf_str(&line), line.len);
}

/*
 * act takes everything up to the last "::" as the command's name, and would print the
 * line in clear (pkg/runner/command.go). There a value with "::" is masked by its parts,
 * and colons in front, which would join those of the command, are left out.
 */
static int command_mask_parts(const struct runner *r, const char *value)
{
	AUTO_BUF struct buf part = BUF_INIT(4 * BUF_SECRET_MAX);

	for (const char *p = value, *end; p; p = end ? end + 2 : NULL) {
		p += strspn(p, ":");
		end = strstr(p, "::");
		buf_reset(&part);
		buf_add(&part, p, end ? (size_t)(end - p) : strlen(p));
		if (part.len >= REDACT_MIN && command_mask(r, buf_str(&part)))
			return -1;
	}
	return 0;
}

int runner_mask(const struct runner *r)
{
	struct redact *secrets = log_secrets();

	if (r->kind != RUNNER_GITHUB && r->kind != RUNNER_ACT)
		return 0;
	for (struct redact_form *f = secrets->forms; f < secrets->forms + secrets->count;
	     f++) {
		if (f->told || f->derived)
			continue;
		if (r->kind == RUNNER_ACT ? command_mask_parts(r, buf_str(&f->text))
					  : command_mask(r, buf_str(&f->text)))
			return -1;
		f->told = true;
	}
	return 0;
}

void runner_masked(void)
{
	struct redact *secrets = log_secrets();

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
