/* What a region may be called: part of oauth/endpoints.h. */
#include "oauth/endpoints.h"

#include <string.h>

#include "net/url.h"
#include "oauth/rule.h"

enum { REGION_NAME_MAX = 128, NEAREST = 3 };

/* The edit distance of two short names. */
static size_t region_distance(const char *a, const char *b)
{
	size_t row[REGION_NAME_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j - 1] + 1 < change)
				change = row[j - 1] + 1;
			if (row[j] + 1 < change)
				change = row[j] + 1;
			row[j] = change;
		}
	}
	return row[n];
}

/* Puts the names nearest to @name into @near, best first; returns how many. */
static size_t region_nearest(const struct provider *p, const char *name,
			     const char *near[static NEAREST])
{
	size_t distance[NEAREST], n = 0;

	for (size_t i = 0; i < p->region_count; i++) {
		size_t d = region_distance(name, p->regions[i].name), at = n;

		while (at > 0 && distance[at - 1] > d)
			at--;
		if (at == NEAREST)
			continue;
		n += n < NEAREST;
		for (size_t k = n - 1; k > at; k--) {
			distance[k] = distance[k - 1];
			near[k] = near[k - 1];
		}
		distance[at] = d;
		near[at] = p->regions[i].name;
	}
	return n;
}

static int region_unknown(const struct provider *p, const struct settings *s,
			  const char *name, struct err *err)
{
	AUTO_BUF struct buf where = BUF_INIT(256), list = BUF_INIT(1024);
	const char *near[NEAREST];
	size_t n = region_nearest(p, name, near);

	for (size_t i = 0; i < n; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", near[i]);
	settings_describe(s, SET_REGION, &where);
	err_set(err, ERR_USAGE, "%s: no region of that name is known", buf_str(&where));
	return err_hint(err, "the nearest known are %s; %s", buf_str(&list),
			p->region_hint);
}

/* Lower case, '_' as '-', and of a host URL or host name the domain alone. */
static int region_key(const struct provider *p, const char *text, struct buf *out,
		      struct err *err)
{
	if (strstr(text, "://")) {
		if (url_check(text, err) || url_host(text, out, err))
			return err_wrap(err, "region");
	} else {
		buf_adds(out, text);
	}
	if (buf_check(out, "region", err))
		return out->starved ? -1 : err_hint(err, "give %s", p->region_example);
	for (char *c = out->ptr; c && *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
		else if (*c == '_')
			*c = '-';
	}
	for (size_t i = 0; i < ARRAY_LEN(p->region_hosts) && p->region_hosts[i]; i++) {
		size_t n = strlen(p->region_hosts[i]);

		if (strncmp(buf_str(out), p->region_hosts[i], n) == 0)
			buf_shift(out, n);
	}
	return 0;
}

/* True for a host name of more than one label, each of letters, digits and '-'. */
static bool region_is_domain(const char *text)
{
	size_t label = 0, dots = 0;

	for (const char *p = text; *p; p++) {
		if (*p == '.') {
			if (!label || p[-1] == '-')
				return false;
			label = 0;
			dots++;
		} else if ((*p == '-' && !label) ||
			   !strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *p)) {
			return false;
		} else {
			label++;
		}
	}
	return label && dots && text[strlen(text) - 1] != '-';
}

/*
 * An area of two letters and a digit that the table doesn't have yet is taken as it is.
 */
static bool region_is_area(const char *text)
{
	return strlen(text) == 3 && strspn(text, "abcdefghijklmnopqrstuvwxyz") == 2 &&
	       text[2] >= '1' && text[2] <= '9';
}

/* One that is no row yet, but looks like one. */
static bool region_may_be(const struct provider *p, const char *key)
{
	return p->region_kind == REGION_DOMAIN ? region_is_domain(key)
					       : !*key || region_is_area(key);
}

int endpoints_region(const struct provider *p, const struct settings *s, struct buf *key,
		     struct buf *name, struct err *err)
{
	const char *text = settings_str(s, SET_REGION);

	if (!*text && p->default_region)
		text = p->default_region;
	if (region_key(p, text, key, err))
		return -1;
	for (size_t i = 0; i < p->region_count; i++) {
		const struct region *r = &p->regions[i];

		if (strcmp(buf_str(key), r->name) != 0 &&
		    strcmp(buf_str(key), r->key) != 0)
			continue;
		buf_set(key, r->key);
		buf_set(name, r->name);
		return 0;
	}
	if (rule_check_region(s, err))
		return -1;
	if (!region_may_be(p, buf_str(key)))
		return region_unknown(p, s, buf_str(key), err);
	buf_set(name, buf_str(key));
	return 0;
}
