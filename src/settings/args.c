#include "settings/args.h"

#include <string.h>

#include "base/mem.h"

/* What every command has. */
static const struct arg_row common[] = {
	{ "help", 'h', NULL, "this help" },
	{ "quiet", 'q', NULL, "errors only" },
	{ "verbose", 'v', NULL, "everything" },
	{ "runner", 0, "NAME", "which CI it is: github, act, gitlab or shell" },
	{ NULL, 0, NULL, NULL },
};

static const struct arg_row *args_find(const struct arg_row *rows, const char *name,
				       size_t len)
{
	for (; rows->name; rows++)
		if (strlen(rows->name) == len && memcmp(rows->name, name, len) == 0)
			return rows;
	return NULL;
}

static const struct arg_row *args_find_letter(const struct arg_row *rows, char letter)
{
	for (; rows->name; rows++)
		if (rows->letter && rows->letter == letter)
			return rows;
	return NULL;
}

static int args_take(struct args *a, const struct arg_row *row, const char *value,
		     struct err *err)
{
	struct arg *grown;

	a->help = a->help || row == &common[0];
	a->quiet = a->quiet || row == &common[1];
	a->verbose = a->verbose || row == &common[2];
	grown = mem_grow(a->given, a->count + 1, sizeof(*grown));
	if (!grown)
		return err_memory(err, "the command line");
	a->given = grown;
	grown[a->count++] = (struct arg){ row, value };
	return 0;
}

static int args_missing(const char *name, size_t len, struct err *err)
{
	return err_set(err, ERR_USAGE, "--%.*s needs a value", (int)len, name);
}

/* A setting as an option. Returns how many further words of argv it took, or -1. */
static int args_setting(struct settings *s, int id, const char *value, const char *next,
			struct err *err)
{
	const struct setting_row *row = settings_row((enum setting_id)id);
	bool flag = row->kind == SETTING_BOOL;
	const char *text = value ? value : flag ? "true" : next;

	if (row->kind == SETTING_SECRET)
		text = "";
	if (!text)
		return args_missing(row->name, strlen(row->name), err);
	if (settings_set_option(s, (enum setting_id)id, text, err))
		return -1;
	return !value && !flag;
}

static int args_long(struct args *a, const char *word, const char *next,
		     const struct arg_row *rows, struct settings *s, struct err *err)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct arg_row *row = args_find(rows, word, len);
	int id;

	row = row ? row : args_find(common, word, len);
	if (!row) {
		id = settings_find(word, len);
		if (id >= 0)
			return args_setting(s, id, value, next, err);
		err_set(err, ERR_USAGE, "unknown option --%.*s",
			(int)(len < 64 ? len : 64), word);
		return err_hint(err, "see cc-token help");
	}
	if (!row->metavar && value)
		return err_set(err, ERR_USAGE, "--%s takes no value", row->name);
	if (row->metavar && !value && !next)
		return args_missing(row->name, strlen(row->name), err);
	if (args_take(a, row, !row->metavar ? "" : value ? value : next, err))
		return -1;
	return row->metavar && !value;
}

static int args_short(struct args *a, const char *word, const char *next,
		      const struct arg_row *rows, struct err *err)
{
	for (; *word; word++) {
		const struct arg_row *row = args_find_letter(rows, *word);
		const char *value;

		row = row ? row : args_find_letter(common, *word);
		if (!row) {
			err_set(err, ERR_USAGE, "unknown option -%c", *word);
			return err_hint(err, "see cc-token help");
		}
		if (!row->metavar) {
			if (args_take(a, row, "", err))
				return -1;
			continue;
		}
		value = word[1] ? word + 1 : next;
		if (!value)
			return args_missing(row->name, strlen(row->name), err);
		return args_take(a, row, value, err) ? -1 : !word[1];
	}
	return 0;
}

int args_parse(struct args *ret, int argc, char **argv, const struct arg_row *rows,
	       bool stop_at_command, struct settings *s, struct err *err)
{
	struct err later, *why = err;
	int n = 0;

	*ret = (struct args){ .rest = mem_zero((size_t)argc + 1, sizeof(char *)) };
	if (!ret->rest)
		return err_memory(err, "the command line");
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
		int took = 0;

		if (ret->dashes || word[0] != '-' || !word[1]) {
			ret->dashes = ret->dashes || stop_at_command;
			ret->rest[n++] = argv[i];
		} else if (strcmp(word, "--") == 0) {
			ret->dashes = true;
		} else if (word[1] == '-') {
			took = args_long(ret, word + 2, next, rows, s, why);
		} else {
			took = args_short(ret, word + 1, next, rows, why);
		}
		if (took < 0)
			why = &later;
		i += took > 0 ? took : 0;
	}
	ret->rest_count = n;
	return why == err ? 0 : -1;
}

void args_release(struct args *a)
{
	free(a->given);
	free(a->rest);
	*a = (struct args){ 0 };
}

const char *args_value(const struct args *a, const char *name)
{
	for (size_t i = a->count; i > 0; i--)
		if (strcmp(a->given[i - 1].row->name, name) == 0)
			return a->given[i - 1].value;
	return NULL;
}

bool args_has(const struct args *a, const char *name)
{
	return args_value(a, name) != NULL;
}
