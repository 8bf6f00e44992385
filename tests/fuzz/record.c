/* Any bytes as state.json: what is taken can be written, and reads the same again. */
#include "session/record.h"

#include "base/log.h"
#include "fuzz.h"

static void fuzz_check(const struct record *r)
{
	must(!r->has_token || !token_fault(buf_str(&r->token.access), true));
	must(strlen(r->identity) < sizeof(r->identity));
	must(r->token.lifetime >= 0 && r->token.lifetime <= TOKEN_LIFETIME_MAX);
	for (size_t i = 0; i < r->replaced_count; i++)
		must(!token_fault(buf_str(&r->replaced[i].access), true));
}

/* Replaced tokens that have expired are left out, and that depends on the clock. */
static void fuzz_again(const struct record *r)
{
	AUTO_BUF struct buf once = FUZZ_BUF, twice = FUZZ_BUF;
	AUTO_RECORD struct record again = RECORD_INIT;
	struct err err = ERR_INIT;

	record_print(r, &once);
	must(!once.failed && record_parse(once.ptr, once.len, &again, &err) == 0);
	fuzz_check(&again);
	record_print(&again, &twice);
	must(r->replaced_count || buf_equal(&once, &twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	struct err err = ERR_INIT;

	if (record_parse((const char *)data, size, &r, &err) == 0) {
		fuzz_check(&r);
		fuzz_again(&r);
	} else {
		must(*err.text);
	}
	redact_release(redact_list());
	return 0;
}
