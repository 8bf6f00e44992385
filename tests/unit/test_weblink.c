/* api/weblink: the next page in a Link header, however it is spelled. */
#include "api/weblink.h"

#include "test.h"

static void test_spellings(void **state)
{
	static const struct {
		const char *header, *next;
	} rows[] = {
		{ "</2>; rel=\"next\"", "/2" },
		{ "</2>; rel=next", "/2" },
		{ "</2>;rel=next", "/2" },
		{ "</2> ; rel = \"next\"", "/2" },
		{ "</2>\t;\trel\t=\tnext\t", "/2" },
		{ "</2>; REL=NEXT", "/2" },
		{ "</2>; rel='next'", "/2" },
		{ "</2>; rel=\"last next\"", "/2" },
		{ "</2>; rel=\"next last\"; title=x", "/2" },
		{ "</2>; title=\"a; rel=prev\"; rel=next", "/2" },
		{ "</2>; title*=UTF-8''x; rel=next", "/2" },
		{ "</2>; crossorigin; rel=next", "/2" },
		{ "<https://x/?a=1,2;b>; rel=next", "https://x/?a=1,2;b" },
		{ "</1>; rel=\"self\", </2>; rel=\"next\", </9>; rel=\"last\"", "/2" },
		{ "</1>;rel=self,</2>;rel=next", "/2" },
		{ "</1>; title=\"a\\\", <x>; rel=next\"; rel=prev, </2>; rel=next",
		  "/2" },
		{ "</2>; rel=next, </3>; rel=next", "/2" },
		{ "</2>; rel=next; rel=prev", "/2" },
		{ "</1>; rel=prev; rel=next", NULL },
		{ "</1>; xrel=next", NULL },
		{ "</1>; rel=nextish", NULL },
		{ "</1>; rel=\"https://x/rels/next\"", NULL },
		{ "</1>; title=\"rel=next\"", NULL },
		{ "</1>; title=\"; rel=next", NULL },
		{ "</1>; rel", NULL },
		{ "</1>; rel=", NULL },
		{ "</1>", NULL },
		{ "</1", NULL },
		{ "/1; rel=next", NULL },
		{ "<>; rel=next", "" },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf next = BUF_INIT(1024);
		bool found = weblink_find(rows[i].header, "next", &next);

		same_number(rows[i].header, found, rows[i].next != NULL);
		same_text(rows[i].header, buf_str(&next),
			  rows[i].next ? rows[i].next : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
