/* Links to the next page: where they lead, and which of them are followed. */
#include "api/paging.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/quote.h"
#include "net/url.h"

enum { SHOWN_MAX = 300 };

/* How much of @url stands before a relative link: RFC 3986 section 5.2.3. */
static size_t link_from(const char *url, bool is_query)
{
	size_t len = strcspn(url, "?#");

	while (!is_query && len && url[len - 1] != '/')
		len--;
	return len;
}

/* Where path and query of an absolute URL, or of one without a scheme, begin. */
static const char *link_path(const char *url)
{
	const char *host = strstr(url, "//");

	return host ? host + 2 + strcspn(host + 2, "/?#") : url;
}

/* True when both lead to one host, by whatever scheme and port. */
static bool link_same_host(const char *a, const char *b)
{
	AUTO_BUF struct buf one = BUF_INIT(BUF_URL_MAX), two = BUF_INIT(BUF_URL_MAX);
	struct err ignored = ERR_INIT;

	return url_host(a, &one, &ignored) == 0 && url_host(b, &two, &ignored) == 0 &&
	       buf_equal(&one, &two);
}

/*
 * Says where the link leads that is not followed, without its query, and puts its path at
 * the API into @ret, for the user to decide.
 */
static int link_refuse(const struct paging *p, const char *url, struct buf *ret,
		       struct err *err)
{
	AUTO_BUF struct buf place = BUF_INIT(2 * BUF_URL_MAX),
			    clean = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf shown = BUF_INIT(4 * SHOWN_MAX);
	const char *path = link_path(url);
	struct err why = ERR_INIT;

	if (url_origin(url, &place, &why))
		return err_set(err, ERR_REFUSED, "the link to the next page: %s",
			       why.text);
	buf_add(&place, path, strcspn(path, "?#"));
	log_clean(buf_str(&place), &clean);
	quote_clean(&shown, buf_str(&clean), SHOWN_MAX);
	err_set(err, ERR_REFUSED,
		"the link to the next page leads to another origin than the API, to %s",
		buf_str(&shown));
	if (url_join(p->base, *path ? path : "/", ret, &why))
		buf_reset(ret);
	if (!link_same_host(url, p->base))
		return err_hint(err, "the token is for the API host alone; if the API "
				     "goes by that name, too, give that path here");
	return err_hint(err, "that is the API's own host by another scheme or port, as a "
			     "server says that does not know of the balancer in front "
			     "of it");
}

int paging_check_link(const struct paging *p, const char *link, struct buf *ret,
		      struct err *err)
{
	AUTO_BUF struct buf whole = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf away = BUF_INIT(BUF_URL_MAX);
	struct err ignored = ERR_INIT;

	if (*link != '/' && link[strcspn(link, ":/?#")] != ':')
		buf_add(&whole, buf_str(&p->first->url),
			link_from(buf_str(&p->first->url), *link == '?'));
	buf_adds(&whole, link);
	buf_reset(ret);
	if (buf_check(&whole, "it", err) == 0 &&
	    url_join(p->base, buf_str(&whole), ret, err) == 0)
		return 0;
	buf_reset(ret);
	if (err->kind == ERR_USAGE)
		err->kind = ERR_REFUSED;
	if (err->kind != ERR_REFUSED ||
	    url_resolve(p->base, buf_str(&whole), &away, &ignored) ||
	    url_same_origin(p->base, buf_str(&away)))
		return err_wrap(err, "the link to the next page");
	*err = ERR_INIT;
	return link_refuse(p, buf_str(&away), ret, err);
}
