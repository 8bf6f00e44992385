#include "commands/command.h"

#include <string.h>

const struct arg_row help_options[] = {
	{ "markdown", 0, NULL, "the tables of README.md" },
	{ "reference", 0, NULL, "the commands of docs/reference.md" },
	{ NULL, 0, NULL, NULL },
};

/* Text without the back-quotes that the tables carry for Markdown. */
static void help_plain(struct buf *out, const char *text)
{
	for (; *text; text++)
		if (*text != '`')
			buf_addc(out, *text);
}

static void help_setting(struct buf *out, enum setting_id id)
{
	const struct setting_row *row = settings_row(id);
	const char *value = row->kind == SETTING_SECRET ? "(variable only)"
			    : row->kind == SETTING_BOOL ? "[=true|false]"
							: "VALUE";
	AUTO_BUF struct buf help = BUF_INIT(4096);

	buf_addf(out, "  %s%s %s\n      ", row->kind == SETTING_SECRET ? "" : "--",
		 row->name, value);
	settings_help(id, &help);
	help_plain(out, buf_str(&help));
	if (row->fallback)
		buf_addf(out, " (default %s)", row->fallback);
	buf_adds(out, "\n      ");
	settings_env_names(id, NULL, out);
	buf_addc(out, '\n');
}

static void help_settings(struct buf *out)
{
	buf_adds(out,
		 "settings, as options, action inputs (INPUT_<NAME>) or variables, in "
		 "that order:\n");
	for (int id = 0; id < SETTING_COUNT; id++)
		help_setting(out, (enum setting_id)id);
}

static void help_all(struct buf *out)
{
	buf_adds(out, "usage: cc-token COMMAND [OPTIONS]\n\ncommands:\n");
	for (size_t i = 0; i < command_count; i++)
		buf_addf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	buf_adds(
		out,
		"\nevery command takes -h, -q, -v, --runner NAME and the settings as options\n\n");
	help_settings(out);
}

static void help_command(struct buf *out, const struct command *c)
{
	buf_addf(out, "usage: cc-token %s [OPTIONS]%s%s\n\n%s\n", c->name,
		 *c->synopsis ? " " : "", c->synopsis, c->summary);
	if (c->options && c->options->name)
		buf_adds(out, "\noptions:\n");
	for (const struct arg_row *o = c->options; o && o->name; o++) {
		buf_addf(out, "  --%s%s%s", o->name, o->metavar ? " " : "",
			 o->metavar ? o->metavar : "");
		if (o->letter)
			buf_addf(out, ", -%c", o->letter);
		buf_addf(out, "\n      %s\n", o->help);
	}
	buf_adds(out, "\nsettings: see cc-token help\n");
}

static void help_markdown_settings(struct buf *out)
{
	buf_adds(out, "| setting | environment, in order | default | meaning |\n"
		      "|---|---|---|---|\n");
	for (int id = 0; id < SETTING_COUNT; id++) {
		const struct setting_row *row = settings_row((enum setting_id)id);

		buf_addf(out, "| `%s`%s | ", row->name,
			 row->kind == SETTING_SECRET ? " (secret)" : "");
		settings_env_names((enum setting_id)id, NULL, out);
		buf_addf(out, " | %s | ", row->fallback ? row->fallback : "");
		settings_help((enum setting_id)id, out);
		buf_adds(out, " |\n");
	}
}

/* The text of a table's cell: even between back-quotes a bar would end it. */
static void help_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		buf_adds(out, *text == '|' ? "\\" : "");
		buf_addc(out, *text);
	}
}

/* A section of docs/reference.md. */
static void help_markdown_command(struct buf *out, const struct command *c)
{
	buf_addf(out, "### cc-token %s\n\n    cc-token %s [OPTIONS]%s%s\n\n%s.\n",
		 c->name, c->name, *c->synopsis ? " " : "", c->synopsis, c->summary);
	if (!c->options || !c->options->name)
		return;
	buf_adds(out, "\n| option | meaning |\n|---|---|\n");
	for (const struct arg_row *o = c->options; o->name; o++) {
		buf_addf(out, "| `--%s%s", o->name, o->metavar ? " " : "");
		help_cell(out, o->metavar ? o->metavar : "");
		buf_addc(out, '`');
		if (o->letter)
			buf_addf(out, ", `-%c`", o->letter);
		buf_adds(out, " | ");
		help_cell(out, o->help);
		buf_adds(out, " |\n");
	}
}

static void help_reference(struct buf *out)
{
	for (size_t i = 0; i < command_count; i++) {
		buf_adds(out, i ? "\n" : "");
		help_markdown_command(out, &commands[i]);
	}
}

static void help_markdown(struct buf *out)
{
	buf_adds(out, "| command | does |\n|---|---|\n");
	for (size_t i = 0; i < command_count; i++)
		buf_addf(out, "| `cc-token %s%s%s` | %s |\n", commands[i].name,
			 *commands[i].synopsis ? " " : "", commands[i].synopsis,
			 commands[i].summary);
	buf_addc(out, '\n');
	help_markdown_settings(out);
}

int cmd_help(struct app *app, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT(64 * 1024);
	const char *topic = app->args.rest_count ? app->args.rest[0] : NULL;
	const struct command *c = app->command;

	if (topic)
		c = command_find(topic);
	if (!c) {
		err_set(err, ERR_USAGE, "no command of that name");
		return err_hint(err, "see cc-token help");
	}
	if (args_has(&app->args, "markdown"))
		help_markdown(&out);
	else if (args_has(&app->args, "reference"))
		help_reference(&out);
	else if (c->run == cmd_help)
		help_all(&out);
	else
		help_command(&out, c);
	return app_print(&out, err);
}
