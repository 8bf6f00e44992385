#include "net/ending.h"

#include <openssl/ssl.h>

static int ending_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static void ending_on_event(const SSL *ssl, int where, int alert)
{
	struct ending *e = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), ending_index());

	if (!e || where != SSL_CB_READ_ALERT || (alert & 0xff) != SSL_AD_CLOSE_NOTIFY)
		return;
	e->ended[e->next] = ssl;
	e->next = (e->next + 1) % ENDING_MAX;
}

void ending_install(struct ending *e, void *ssl_ctx)
{
	if (SSL_CTX_set_ex_data(ssl_ctx, ending_index(), e))
		SSL_CTX_set_info_callback(ssl_ctx, ending_on_event);
}

void ending_forget(struct ending *e, const void *ssl)
{
	for (size_t i = 0; i < ENDING_MAX; i++)
		if (e->ended[i] == ssl)
			e->ended[i] = NULL;
}

bool ending_is_told(const struct ending *e, const void *ssl)
{
	for (size_t i = 0; ssl && i < ENDING_MAX; i++)
		if (e->ended[i] == ssl)
			return true;
	return false;
}
