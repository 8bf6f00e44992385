#include "runner/runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "runner/job.h"
#include "runner/row.h"

enum { INPUT_NAME_MAX = 64 };

const char *runner_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool runner_env_is(const char *name, const char *value)
{
	const char *have = runner_env(name);

	return have && strcmp(have, value) == 0;
}

const char *runner_input_variable(const char *name, char dash)
{
	char variable[INPUT_NAME_MAX];

	snprintf(variable, sizeof(variable), "INPUT_%s", name);
	for (char *p = variable; *p; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
		else if (*p == '-')
			*p = dash;
	}
	return getenv(variable);
}

const struct runner_row *const runner_rows[] = {
	&runner_act, &runner_github, &runner_gitlab, &runner_azure, &runner_shell, NULL,
};

/* Where actions are steps of their own, a command in another step has no inputs. */
static void runner_set(struct runner *r, const struct runner_row *row, int fd)
{
	*r = (struct runner){ .row = row, .fd = fd };
	r->container = row->in_container && row->in_container();
	r->input = row->step_here ? NULL : row->input;
	r->handed = row != &runner_shell;
}

/* The first row that says it is here. */
static const struct runner_row *runner_find(void)
{
	const struct runner_row *const *row = runner_rows;

	while (!(*row)->here())
		row++;
	return *row;
}

void runner_of_step(struct runner *r)
{
	const struct runner_row *const *row = runner_rows;

	while (*row && !((*row)->step_here && (*row)->step_here()))
		row++;
	runner_set(r, *row ? *row : runner_find(), STDOUT_FILENO);
	r->input = *row ? (*row)->input : runner_github.input;
	r->handed = true;
}

int runner_by_name(struct runner *r, const char *name, int fd, struct err *err)
{
	AUTO_BUF struct buf names = BUF_INIT(256);

	for (const struct runner_row *const *row = runner_rows; *row; row++) {
		buf_addf(&names, "%s%s", names.len ? ", " : "", (*row)->name);
		if (strcmp((*row)->name, name) == 0) {
			runner_set(r, *row, fd);
			return 0;
		}
	}
	return err_set(err, ERR_USAGE, "--runner must be one of %s", buf_str(&names));
}

/* act says that it is GitHub, too. */
static bool runner_contradicts(const struct runner_row *found)
{
	for (const struct runner_row *const *row = runner_rows; *row; row++)
		if (*row != &runner_shell && *row != found &&
		    !(found->step_here && (*row)->step_here) && (*row)->here())
			return true;
	return false;
}

int runner_by_environment(struct runner *r, struct err *err)
{
	const struct runner_row *row = runner_find();

	runner_set(r, row, STDERR_FILENO);
	if (row == &runner_shell || !runner_contradicts(row))
		return 0;
	runner_mute(r);
	err_set(err, ERR_USAGE,
		"the environment speaks of more than one CI: %s and another", row->name);
	return err_hint(err, "say which it is by --runner");
}

const char *runner_name(const struct runner *r)
{
	return r->row->name;
}

const char *runner_emptied(const struct runner *r)
{
	return r->row->emptied;
}

bool runner_isolates(const struct runner *r)
{
	return r->container || r->row->isolates;
}

void runner_mute(struct runner *r)
{
	r->row = &runner_shell;
}

/* Later steps may stand elsewhere, so the path is handed over from the root on. */
static int runner_absolute(const char *path, struct buf *out, struct err *err)
{
	AUTO_FREE char *here = *path == '/' ? NULL : getcwd(NULL, 0);

	if (here)
		buf_addf(out, "%s/", here);
	buf_adds(out, path);
	while (out->len > 1 && out->ptr[out->len - 1] == '/')
		buf_cut(out, out->len - 1);
	return buf_check(out, "state-dir", err);
}

int runner_state_base(const struct runner *r, const struct settings *s, struct buf *out,
		      struct err *err)
{
	const char *xdg = runner_env("XDG_RUNTIME_DIR");
	char job[JOB_SUFFIX_SIZE];

	if (settings_has(s, SET_STATE_DIR))
		return runner_absolute(settings_str(s, SET_STATE_DIR), out, err);
	for (const struct runner_place *p = r->row->places;
	     (p->env || p->path) && !out->len; p++) {
		const char *dir = p->env ? runner_env(p->env) : p->path;

		if (p->container == r->container && dir && fs_is_dir(dir) &&
		    !access(dir, W_OK))
			buf_addf(out, "%s/cc-token", dir);
	}
	job_suffix(job);
	if (!out->len && xdg && fs_is_own_dir(xdg))
		buf_addf(out, "%s/cc-token%s", xdg, job);
	if (out->len || out->failed)
		return buf_check(out, "the path of the state directory", err);
	buf_addf(out, "/tmp/cc-token-%u%s", (unsigned int)geteuid(), job);
	return fs_make_private(buf_str(out), err) ? fs_cure(err, errno, -1) : 0;
}

int runner_give_base(const struct runner *r, const char *base, struct err *err)
{
	return r->row->give_base ? r->row->give_base(base, err) : 0;
}

bool runner_shown_path(const struct runner *r, const char *path, struct buf *out)
{
	if (r->container && r->row->shown_path)
		return r->row->shown_path(path, out);
	buf_adds(out, path);
	return true;
}

int runner_check_file(const struct runner *r, enum runner_file file, struct err *err)
{
	return r->row->check_file ? r->row->check_file(file, err) : 0;
}

int runner_add(const struct runner *r, enum runner_file file, const char *text,
	       struct err *err)
{
	return r->row->add ? r->row->add(r, file, text, err) : 0;
}

int runner_put(const struct runner *r, enum runner_file file, const char *name,
	       const char *value, struct err *err)
{
	if (strpbrk(value, "\r\n"))
		return err_set(err, ERR_INTERNAL, "%s holds a line break", name);
	return r->row->put ? r->row->put(r, file, name, value, err) : 0;
}

const char *runner_saved(const struct runner *r, const char *name)
{
	char env[64];

	if (!r->row->keeps_state)
		return NULL;
	snprintf(env, sizeof(env), "STATE_%s", name);
	return getenv(env);
}

/* On stdout every line is ours and whole, but for what came before our first one. */
static bool runner_line_may_be_open(const struct runner *r, const struct redact *secrets)
{
	for (size_t i = 0; i < secrets->count && r->fd == STDOUT_FILENO; i++)
		if (secrets->forms[i].told)
			return false;
	return true;
}

int runner_mask(const struct runner *r)
{
	struct redact *secrets = redact_list();
	AUTO_BUF struct buf lines = BUF_INIT((secrets->count + 1) * 16 * BUF_SECRET_MAX);
	size_t first;

	if (!r->row->mask)
		return 0;
	if (r->row->mask_first && runner_line_may_be_open(r, secrets))
		buf_adds(&lines, r->row->mask_first);
	first = lines.len;
	for (struct redact_form *f = secrets->forms; f < secrets->forms + secrets->count;
	     f++)
		if (!f->told && !f->derived)
			r->row->mask(buf_str(&f->text), &lines);
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
	AUTO_BUF struct buf clean = BUF_INIT(16 * 1024), line = BUF_INIT(64 * 1024);

	if (!r->row->annotate)
		return;
	log_clean(text, &clean);
	if (!clean.len)
		return;
	r->row->annotate(level, buf_str(&clean), &line);
	fs_write_all(r->fd, buf_str(&line), line.len);
}
