/* The words of a command line, with NUL between them. */
#include "settings/args.h"

#include "base/log.h"
#include "fuzz.h"

enum { WORDS_MAX = 64 };

static const struct arg_row rows[] = {
	{ "format", 'f', "FORMAT", "" },
	{ "force", 'F', NULL, "" },
	{ "min-ttl", 0, "SECONDS", "" },
	{ NULL, 0, NULL, NULL },
};

/* A value, or what stands behind a command, is a word of the line or a part of one. */
static bool fuzz_is_of(const char *value, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (value >= argv[i] && value <= argv[i] + strlen(argv[i]))
			return true;
	return false;
}

static void fuzz_parse(int argc, char **argv, bool stop)
{
	AUTO_ARGS struct args a = { 0 };
	struct settings s;
	struct err err = ERR_INIT;

	settings_init(&s);
	if (args_parse(&a, argc, argv, rows, stop, &s, &err)) {
		must(err.kind == ERR_USAGE && *err.text);
	} else {
		must(a.rest_count >= 0 && a.rest_count < argc && !a.rest[a.rest_count]);
		for (int i = 0; i < a.rest_count; i++)
			must(fuzz_is_of(a.rest[i], argc, argv));
		for (size_t i = 0; i < a.count; i++)
			must(!*a.given[i].value ||
			     fuzz_is_of(a.given[i].value, argc, argv));
		for (int id = 0; id < SETTING_COUNT; id++)
			must(settings_row((enum setting_id)id)->kind != SETTING_SECRET ||
			     !settings_has(&s, (enum setting_id)id));
	}
	settings_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf words[WORDS_MAX];
	char *argv[WORDS_MAX + 1];
	int argc = 0;

	while (argc < WORDS_MAX && (size || !argc)) {
		words[argc] = FUZZ_BUF;
		fuzz_text(&data, &size, &words[argc]);
		buf_addc(&words[argc], '\0');
		argv[argc] = words[argc].ptr;
		argc++;
	}
	argv[argc] = NULL;
	fuzz_parse(argc, argv, false);
	fuzz_parse(argc, argv, true);
	while (argc > 0)
		buf_release(&words[--argc]);
	redact_release(redact_list());
	return 0;
}
