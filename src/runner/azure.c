/*
 * Azure Pipelines: every word to the agent is a logging command, "##vso[area.event
 * properties]data", found anywhere in a line (azure-pipelines-agent, Command.cs). What is
 * said here was read, and tried on a likeness alone: tests/runner/azure.py.
 */
#include <errno.h>
#include <string.h>

#include "base/fs.h"
#include "base/log.h"
#include "runner/row.h"

static bool azure_here(void)
{
	return runner_env_is("TF_BUILD", "True");
}

#define AZURE_SPECIAL "%\r\n;]"

/* Bytes; shorter parts of a value would hide words of the log. */
enum { AZURE_PART_MIN = 8 };

/*
 * Command.cs takes "%AZP25" for "%", and these four in properties and data alike; the
 * agent decodes percent signs unless DECODE_PERCENTS is false.
 */
static void azure_escape(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '%')
			buf_adds(out, "%AZP25");
		else if (strchr(AZURE_SPECIAL, *p))
			buf_addf(out, "%%%02X", (unsigned int)(unsigned char)*p);
		else
			buf_addc(out, *p);
	}
}

static void azure_secret(const char *value, size_t len, struct buf *out)
{
	AUTO_BUF struct buf text = BUF_INIT(4 * BUF_SECRET_MAX);

	buf_add(&text, value, len);
	buf_adds(out, "##vso[task.setsecret]");
	azure_escape(out, buf_str(&text));
	buf_addc(out, '\n');
	if (text.failed)
		out->failed = true;
}

/*
 * The agent hides a value in what comes after the command, that line included, which the
 * log of a run with system.debug shows. Where the line holds the value escaped, its parts
 * are hidden first.
 */
static void azure_mask(const char *value, struct buf *out)
{
	size_t n;

	for (const char *p = value; *p; p += n + (p[n] != '\0')) {
		n = strcspn(p, AZURE_SPECIAL);
		if (n >= AZURE_PART_MIN && (p[n] || p != value))
			azure_secret(p, n, out);
	}
	azure_secret(value, strlen(value), out);
}

static int azure_say(const struct runner *r, const struct buf *line, struct err *err)
{
	if (buf_check(line, "a logging command", err))
		return -1;
	if (fs_write_all(r->fd, buf_str(line), line->len))
		return err_sys(err, ERR_IO, errno, "can't tell the agent");
	return 0;
}

/*
 * A variable for later steps. One that holds something to hide is a secret one, which a
 * step gets only where it maps it: env: { CC_ACCESS_TOKEN: $(CC_ACCESS_TOKEN) }.
 */
static int azure_put(const struct runner *r, enum runner_file file, const char *name,
		     const char *value, struct err *err)
{
	AUTO_BUF struct buf line = BUF_INIT(8 * BUF_SECRET_MAX);
	bool secret = redact_finds(redact_list(), value, strlen(value));

	if (file != RUNNER_ENV)
		return 0;
	buf_addf(&line, "##vso[task.setvariable variable=%s%s]", name,
		 secret ? ";issecret=true" : "");
	azure_escape(&line, value);
	buf_addc(&line, '\n');
	return azure_say(r, &line, err);
}

/* Lines of the path; summaries are files that are uploaded, and left out. */
static int azure_add(const struct runner *r, enum runner_file file, const char *text,
		     struct err *err)
{
	AUTO_BUF struct buf line = BUF_INIT(4 * BUF_URL_MAX),
			    part = BUF_INIT(BUF_URL_MAX);

	if (file != RUNNER_PATH)
		return 0;
	for (const char *p = text; *p; p += strspn(p, "\n")) {
		buf_reset(&part);
		buf_add(&part, p, strcspn(p, "\n"));
		buf_adds(&line, "##vso[task.prependpath]");
		azure_escape(&line, buf_str(&part));
		buf_addc(&line, '\n');
		p += part.len;
	}
	return azure_say(r, &line, err);
}

/* There is no annotation for a notice. */
static void azure_annotate(enum runner_level level, const char *text, struct buf *out)
{
	if (level == RUNNER_NOTICE)
		return;
	buf_addf(out, "##vso[task.logissue type=%s]",
		 level == RUNNER_ERROR ? "error" : "warning");
	azure_escape(out, text);
	buf_addc(out, '\n');
}

/* Emptied after each job (the predefined variable Agent.TempDirectory). */
static const struct runner_place azure_places[] = {
	{ false, "AGENT_TEMPDIRECTORY", NULL },
	{ 0 },
};

const struct runner_row runner_azure = {
	.name = "azure",
	.here = azure_here,
	.emptied = "does the secret exist, and does env: map it? Pull requests from "
		   "forks get none",
	.mask = azure_mask,
	.put = azure_put,
	.add = azure_add,
	.annotate = azure_annotate,
	.places = azure_places,
};
