#include "oauth/metadata.h"

#include <string.h>
#include <strings.h>

#include "net/url.h"
#include "oauth/reason.h"

/*
 * OpenID Connect Discovery section 4 appends to the issuer; RFC 8414 section 3 puts the
 * well-known part between host and path, and section 5 tells of servers that append.
 */
int metadata_url(const char *issuer, int place, struct buf *out, struct err *err)
{
	static const char *const parts[METADATA_PLACES] = {
		"/.well-known/openid-configuration",
		"/.well-known/oauth-authorization-server",
		"/.well-known/oauth-authorization-server",
	};
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);
	bool bare;

	if (url_path(issuer, &path, err))
		return err_wrap(err, "issuer");
	bare = strcmp(buf_str(&path), "/") == 0;
	if (place == 1) {
		if (url_origin(issuer, out, err))
			return err_wrap(err, "issuer");
		buf_addf(out, "%s%s", parts[place], bare ? "" : buf_str(&path));
	} else if (place == 0 || !bare) {
		buf_addf(out, "%s%s", issuer, parts[place]);
	}
	return buf_check(out, "the URL of the issuer's metadata", err);
}

/*
 * The document of all tenants names its issuer with a hole for the tenant (Entra ID's
 * "https://login.microsoftonline.com/{tenantid}/v2.0"), which any one name fills.
 */
static bool metadata_same_issuer(const char *said, const char *asked)
{
	static const char hole[] = "{tenantid}";
	const char *begin = said;

	for (; *said && *asked; said++, asked++)
		if (strncasecmp(said, hole, sizeof(hole) - 1) == 0 && said > begin &&
		    said[-1] == '/' && *asked != '/') {
			said += sizeof(hole) - 1;
			asked += strcspn(asked, "/");
			break;
		} else if (*said != *asked) {
			return false;
		}
	while (*said && *said == *asked)
		said++, asked++;
	return !*asked && (!*said || strcmp(said, "/") == 0);
}

/* RFC 8414 section 3.3: the metadata must name the issuer that was asked. */
static int metadata_check_issuer(const struct json *doc, const char *asked,
				 struct err *err)
{
	const char *said = json_str(doc, "issuer");
	AUTO_BUF struct buf shown = BUF_INIT(ERR_TEXT_MAX);

	if (!said || metadata_same_issuer(said, asked))
		return 0;
	reason_clean(said, 200, &shown);
	err_set(err, ERR_REFUSED,
		"the metadata at the issuer name another issuer, \"%s\" and not \"%s\"",
		buf_str(&shown), asked);
	return err_hint(err, "give issuer exactly as the server writes it, or token-url "
			     "(CC_TOKEN_URL) in place of it");
}

int metadata_endpoint(const struct json *doc, const char *name, struct buf *out,
		      struct err *err)
{
	const char *url = json_str(doc, name);
	AUTO_BUF struct buf shown = BUF_INIT(ERR_TEXT_MAX);

	if (out->len || !url || !*url)
		return 0;
	if (url_check(url, err)) {
		reason_clean(url, 200, &shown);
		buf_cut(&shown, strcspn(buf_str(&shown), "?#"));
		err_hint(err, "give the whole URL by token-url, api-url or revoke-url");
		return err_wrap(err, "the issuer's %s: \"%s\"", name, buf_str(&shown));
	}
	buf_set(out, url);
	return 0;
}

/* The methods that the list names and we know, as struct endpoints has them. */
static void metadata_take_auth(const struct json *doc, const char *name, struct buf *out)
{
	static const struct {
		const char *theirs, *ours;
	} methods[] = {
		{ "client_secret_basic", "basic" },
		{ "client_secret_post", "body" },
		{ "none", "none" },
	};
	const struct json *list = json_get(doc, name);

	if (!list || out->len)
		return;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		for (const struct json *v = json_first(list); v; v = json_next(v))
			if (json_text(v) && strcmp(json_text(v), methods[i].theirs) == 0)
				buf_addf(out, "%s%s", out->len ? "|" : "",
					 methods[i].ours);
}

int metadata_take(const struct flow *f, const struct json *doc, struct endpoints *e,
		  struct err *err)
{
	if (f->trusts_metadata && metadata_check_issuer(doc, buf_str(&e->issuer), err))
		return -1;
	if (metadata_endpoint(doc, "token_endpoint", &e->token_url, err) ||
	    metadata_endpoint(doc, "revocation_endpoint", &e->revoke_url, err))
		return -1;
	if (!f->trusts_metadata)
		return 0;
	metadata_take_auth(doc, "token_endpoint_auth_methods_supported", &e->auth);
	metadata_take_auth(doc, "revocation_endpoint_auth_methods_supported",
			   &e->revoke_auth);
	return 0;
}
