#include "provider/provider.h"

#include "settings/settings.h"
#include "test.h"

/* "a|b": each is a setting. */
static void check_settings(const char *names)
{
	while (*names) {
		size_t n = strcspn(names, "|");

		if (settings_find(names, n) < 0)
			fail_msg("%s: no setting of that name", names);
		names += n + (names[n] == '|');
	}
}

static void check_flow(const struct flow *f, const struct provider *p)
{
	assert_ptr_equal(f->provider, p);
	assert_ptr_equal(provider_flow_by_name(f->name), f);
	assert_true(f->lifetime > 0);
	assert_true(f->token_url || f->discover_token);
	assert_int_equal(f->revocation == REVOKE_ITSELF, f->token_path != NULL);
	assert_int_equal(f->renewal_path != NULL, f->login_path != NULL);
	assert_int_equal(f->api_document != NULL, f->api_member && f->tenant_claim);
	if (f->key)
		check_settings(f->key);
	for (size_t i = 0; i < ARRAY_LEN(f->wants) && f->wants[i]; i++)
		check_settings(f->wants[i]);
}

/*
 * What the rows promise: settings by names that there are, each flow by a name of its own
 * (state.json knows it by that alone), and one that wants nothing.
 */
static void test_rows(void **state)
{
	(void)state;
	for (const struct provider *const *p = providers; *p; p++) {
		bool plain = false;

		assert_ptr_equal(provider_by_name((*p)->name), *p);
		for (size_t i = 0; i < (*p)->flow_count; i++) {
			check_flow(&(*p)->flows[i], *p);
			plain = plain || !(*p)->flows[i].wants[0];
		}
		assert_true(plain);
		for (size_t i = 0; i < (*p)->variable_count; i++)
			check_settings((*p)->variables[i].setting);
		for (size_t i = 0; i < ARRAY_LEN((*p)->own) && (*p)->own[i]; i++) {
			check_settings((*p)->own[i]);
			assert_ptr_equal(provider_owner((*p)->own[i]), *p);
		}
		assert_int_equal((*p)->region_count > 0,
				 (*p)->region_kind != REGION_NONE);
		assert_int_equal((*p)->region_count > 0, (*p)->region_example &&
								 (*p)->region_hint &&
								 (*p)->region_help);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_rows),
};

TEST_MAIN(tests)
