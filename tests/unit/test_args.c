#include "settings/args.h"

#include "given.h"

static const struct arg_row rows[] = {
	{ "format", 'f', "FORMAT", "how" },
	{ "force", 0, NULL, "anew" },
	{ "header", 'H', "LINE", "one more" },
	{ NULL, 0, NULL, NULL },
};

enum { WORDS_MAX = 8 };

static int parse(struct args *a, struct settings *s, const char *const *words, bool stop,
		 struct err *err)
{
	char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t)"cc-token" };
	int argc = 1;

	for (; argc <= WORDS_MAX && words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	*err = ERR_INIT;
	settings_init(s);
	return args_parse(a, argc, argv, rows, stop, s, err);
}

/*
 * The options, the settings and the rest as one text: "format=x force= |region=y| a b".
 */
static void show(const struct args *a, const struct settings *s, struct buf *out)
{
	for (size_t i = 0; i < a->count; i++)
		buf_addf(out, "%s=%s ", a->given[i].row->name, a->given[i].value);
	buf_addc(out, '|');
	for (int id = 0; id < SETTING_COUNT; id++)
		if (s->v[id].from == FROM_OPTION)
			buf_addf(out, "%s=%s|", s->v[id].name, buf_str(&s->v[id].value));
	for (int i = 0; i < a->rest_count; i++)
		buf_addf(out, " %s", a->rest[i]);
	assert_null(a->rest[a->rest_count]);
}

static void test_takes(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		bool stop;
		const char *want;
	} cases[] = {
		{ { 0 }, false, "|" },
		{ { "--format", "env" }, false, "format=env |" },
		{ { "--format=env" }, false, "format=env |" },
		{ { "--format=" }, false, "format= |" },
		{ { "--format=a=b" }, false, "format=a=b |" },
		{ { "-f", "env" }, false, "format=env |" },
		{ { "-fenv" }, false, "format=env |" },
		{ { "-vfenv", "x" }, false, "verbose= format=env | x" },
		{ { "-qf", "env", "x" }, false, "quiet= format=env | x" },
		{ { "--force", "x" }, false, "force= | x" },
		{ { "--format", "--force" }, false, "format=--force |" },
		{ { "-H", "a: b", "-Hc: d" }, false, "header=a: b header=c: d |" },
		{ { "--region", "us-west-2" }, false, "|region=us-west-2|" },
		{ { "--region=x", "a", "--name", "n" }, false, "|region=x|name=n| a" },
		{ { "--region=x", "--region=y" }, false, "|region=y|" },
		{ { "--region=x", "--region=" }, false, "|region=x|" },
		{ { "--refresh", "x" }, false, "|refresh=true| x" },
		{ { "--refresh=false" }, false, "|refresh=false|" },
		{ { "a", "--force", "b" }, false, "force= | a b" },
		{ { "a", "--force", "-v" }, true, "| a --force -v" },
		{ { "--force", "a", "--", "b" }, true, "force= | a -- b" },
		{ { "--", "--force", "-v" }, false, "| --force -v" },
		{ { "--", "--", "x" }, true, "| -- x" },
		{ { "-" }, false, "| -" },
		{ { "" }, false, "| " },
		{ { "-h", "--help" }, false, "help= help= |" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUF struct buf out = BUF_INIT(1000);
		AUTO_ARGS struct args a;
		struct settings s;
		struct err err;

		well(cases[i].want, parse(&a, &s, cases[i].words, cases[i].stop, &err),
		     &err);
		show(&a, &s, &out);
		same_text(cases[i].want, buf_str(&out), cases[i].want);
		settings_release(&s);
	}
}

static void test_refuses(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *want;
	} cases[] = {
		{ { "--nonsense" }, "unknown option --nonsense" },
		{ { "--nonsense=Hunter2" }, "unknown option --nonsense" },
		{ { "--forma=x" }, "unknown option --forma" },
		{ { "--formats=x" }, "unknown option --formats" },
		{ { "---" }, "unknown option ---" },
		{ { "-x" }, "unknown option -x" },
		{ { "-vx" }, "unknown option -x" },
		{ { "--format" }, "--format needs a value" },
		{ { "-f" }, "--format needs a value" },
		{ { "-vf" }, "--format needs a value" },
		{ { "--region" }, "--region needs a value" },
		{ { "--force=Hunter2" }, "--force takes no value" },
		{ { "--help=Hunter2" }, "--help takes no value" },
		{ { "--client-secret", "Hunter2" },
		  "--client-secret: a secret is never" },
		{ { "--client-secret=Hunter2" }, "--client-secret: a secret is never" },
		{ { "--client-secret" }, "--client-secret: a secret is never" },
		{ { "--access-key-secret=Hunter2" }, "--access-key-secret: a secret is" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ARGS struct args a;
		struct settings s;
		struct err err;

		same_number(cases[i].want, parse(&a, &s, cases[i].words, false, &err),
			    -1);
		same_number(cases[i].want, err.kind, ERR_USAGE);
		has_text(cases[i].want, err.text, cases[i].want);
		lacks_text(cases[i].want, err.text, "Hunter2");
		lacks_text(cases[i].want, err.hint, "Hunter2");
		settings_release(&s);
	}
}

static void test_look_up(void **state)
{
	AUTO_ARGS struct args a;
	struct settings s;
	struct err err;

	(void)state;
	well("parse",
	     parse(&a, &s, GIVEN("-fone", "--format=two", "--force", "-q", "--", "x"),
		   false, &err),
	     &err);
	assert_string_equal(args_value(&a, "format"), "two");
	assert_string_equal(args_value(&a, "force"), "");
	assert_null(args_value(&a, "header"));
	assert_true(args_has(&a, "force"));
	assert_false(args_has(&a, "header"));
	assert_true(a.quiet && a.dashes && !a.verbose && !a.help);
	settings_release(&s);
}

/* An option the whole of which is not ours to repeat is cut in the message. */
static void test_long_word(void **state)
{
	char word[3000] = "--";
	AUTO_ARGS struct args a;
	struct settings s;
	struct err err;

	(void)state;
	memset(word + 2, 'x', sizeof(word) - 3);
	assert_int_equal(parse(&a, &s, GIVEN(word), false, &err), -1);
	assert_int_equal(strlen(err.text), strlen("unknown option --") + 64);
	settings_release(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_takes),
	cmocka_unit_test(test_refuses),
	cmocka_unit_test(test_look_up),
	cmocka_unit_test(test_long_word),
};

TEST_MAIN(tests)
