/*
 * cc-token: process hygiene, the choice of the command, the one report of an error, and
 * the only exit.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands/command.h"

/*
 * No core and no tracing by peers; files for the owner alone (the mask that was in force
 * is returned); descriptors 0 to 2 taken, so that none of ours becomes one of them, and
 * using one that was closed fails; libcurl would write TLS keys to a file that
 * SSLKEYLOGFILE names (libcurl-security(3)).
 */
static mode_t main_harden(void)
{
	mode_t mask;

	prctl(PR_SET_DUMPABLE, 0);
	mask = umask(077);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			fs_open_nothing(0);
	unsetenv("SSLKEYLOGFILE");
	interrupt_install();
	mem_reserve();
	return mask;
}

static void main_log_level(const struct app *app)
{
	const struct setting *level = &app->settings.v[SET_LOG_LEVEL];
	const char *debug = getenv("RUNNER_DEBUG");

	if (app->args.quiet)
		log_set_level(LOG_ERROR);
	else if (app->args.verbose)
		log_set_level(LOG_DEBUG);
	else if (level->from == FROM_DEFAULT && debug && strcmp(debug, "1") == 0)
		log_set_level(LOG_DEBUG);
	else if (log_level_parse(buf_str(&level->value)) >= 0)
		log_set_level((enum log_level)log_level_parse(buf_str(&level->value)));
}

static int main_exit_code(const struct command *c, const struct err *err)
{
	int code = err_exit_code(err);

	return c && c->failure && code < c->failure ? c->failure : code;
}

static int main_report(const struct app *app, const struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(4 * ERR_TEXT_MAX);
	const struct command *c = app->command;
	bool interrupted = err->kind == ERR_INTERRUPTED;
	/* With the same inputs the main step has failed, and the job is red by that. */
	bool told = c && c->after_main && app->understood && err->kind == ERR_USAGE;
	int code = told ? 0 : main_exit_code(c, err);

	buf_addf(&text, "%s%s%s",
		 err->kind == ERR_NONE ? "a bug: it failed without a reason" : err->text,
		 *err->hint ? ": " : "", err->hint);
	log_at(interrupted || told ? LOG_INFO : LOG_ERROR, "%s", buf_str(&text));
	if (!interrupted && !told && err->kind != ERR_NO_TOKEN)
		runner_annotate(&app->runner, RUNNER_ERROR, buf_str(&text));
	if (c && c->failed)
		c->failed(app, err, code);
	return code;
}

/* The command that argv asks for; moves argv so that its own options follow. */
static const struct command *main_choose(int *argc, char ***argv, struct err *err)
{
	static const struct {
		const char *word, *command;
	} aliases[] = { { "--help", "help" },
			{ "-h", "help" },
			{ "--version", "version" },
			{ "-V", "version" } };
	const char *slash = strrchr((*argv)[0] ? (*argv)[0] : "", '/');
	const char *self = slash ? slash + 1 : (*argv)[0];
	const struct command *c;
	const char *word;

	if (self && strncmp(self, "cc-token-", 9) == 0) {
		c = command_find(self + 9);
		if (c && c->runner_step)
			return c;
	}
	if (*argc < 2) {
		err_set(err, ERR_USAGE, "no command");
		err_hint(err, "see cc-token help");
		return NULL;
	}
	word = (*argv)[1];
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(word, aliases[i].word) == 0)
			word = aliases[i].command;
	c = command_find(word);
	if (!c) {
		err_set(err, ERR_USAGE, "unknown command");
		err_hint(err, "see cc-token help");
		return NULL;
	}
	--*argc;
	++*argv;
	return c;
}

/* Which runner it is, where that isn't clear from the command: told, or found out. */
static int main_find_runner(struct app *app, struct err *err)
{
	const char *told = args_value(&app->args, "runner");
	struct err unclear = ERR_INIT;

	if (told)
		return runner_by_name(&app->runner, told, app->runner.fd, err);
	if (app->command->runner_step)
		return 0;
	if (runner_by_environment(&app->runner, &unclear) &&
	    app->command->needs_settings) {
		*err = unclear;
		return -1;
	}
	return 0;
}

static int main_run(struct app *app, int argc, char **argv, struct err *err)
{
	static const struct arg_row none[] = { { NULL, 0, NULL, NULL } };
	const struct command *c;

	app->command = c = main_choose(&argc, &argv, err);
	if (!c)
		return -1;
	if (c->runner_step)
		runner_of_step(&app->runner);
	if (args_parse(&app->args, argc, argv, c->options ? c->options : none,
		       c->takes_command, &app->settings, err))
		return -1;
	if (app->args.help)
		return cmd_help(app, err);
	if (!c->takes_command && app->args.rest_count > c->positional_max)
		return err_set(err, ERR_USAGE, "too many arguments for %s", c->name);
	app->understood = true;
	if (main_find_runner(app, err) || (c->prepare && c->prepare(app, err)) ||
	    (c->needs_settings && app_settings(app, err)))
		return -1;
	main_log_level(app);
	return c->run(app, err);
}

int main(int argc, char **argv)
{
	struct app app = { .place = { BUF_INIT(BUF_URL_MAX), BUF_INIT(BUF_URL_MAX) } };
	struct err err = ERR_INIT, unclear = ERR_INIT;
	int code;

	app.umask = main_harden();
	settings_init(&app.settings);
	runner_by_environment(&app.runner, &unclear);
	code = main_run(&app, argc, argv, &err);
	if (code == 0 && mem_ended() && !app.command->after_main)
		code = err_memory(&err, "what was done may not be whole");
	if (code < 0)
		code = main_report(&app, &err);
	args_release(&app.args);
	settings_release(&app.settings);
	buf_release(&app.place.base);
	buf_release(&app.place.stored);
	redact_release(redact_list());
	return code;
}
