/*
 * A URL, a reference, a name and a value, with NUL between them. What may get credentials
 * is really https or a loopback address, and no reference leads away from the base.
 */
#include "net/url.h"

#include "fuzz.h"

static bool fuzz_is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
	       strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

static void fuzz_check_safe(const char *url)
{
	AUTO_BUF struct buf origin = FUZZ_BUF, host = FUZZ_BUF, path = FUZZ_BUF;
	struct err err = ERR_INIT;

	must(url_origin(url, &origin, &err) == 0 && url_host(url, &host, &err) == 0 &&
	     url_path(url, &path, &err) == 0);
	must(host.len && path.len && path.ptr[0] == '/');
	for (const char *p = host.ptr; *p; p++)
		must((unsigned char)*p > ' ' && *p != 0x7f && !(*p >= 'A' && *p <= 'Z') &&
		     !strchr("/@?#\\", *p));
	must(strncmp(origin.ptr, "https://", 8) == 0 ||
	     (strncmp(origin.ptr, "http://", 7) == 0 && fuzz_is_loopback(host.ptr)));
	must(!strchr(origin.ptr, '@'));
	must(url_check(origin.ptr, &err) == 0);
	must(url_same_origin(url, origin.ptr) && url_same_origin(origin.ptr, url));
}

/* Names are those of the vendors' parameters: plain words. */
static void fuzz_query(const char *url, const char *name, const char *value)
{
	AUTO_BUF struct buf set = FUZZ_BUF, got = FUZZ_BUF;
	struct err err = ERR_INIT;

	if (!*name ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")] ||
	    url_set_query(url, name, value, &set, &err))
		return;
	must(url_check(set.ptr, &err) == 0 && url_same_origin(url, set.ptr));
	must(url_get_query(set.ptr, name, &got) && strcmp(buf_str(&got), value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf url = FUZZ_BUF, ref = FUZZ_BUF, name = FUZZ_BUF,
			    value = FUZZ_BUF, out = FUZZ_BUF;
	struct err err = ERR_INIT;

	fuzz_text(&data, &size, &url);
	fuzz_text(&data, &size, &ref);
	fuzz_text(&data, &size, &name);
	fuzz_text(&data, &size, &value);
	if (url_check(buf_str(&url), &err)) {
		must(err.kind == ERR_USAGE && *err.text);
		return 0;
	}
	fuzz_check_safe(buf_str(&url));
	fuzz_query(buf_str(&url), buf_str(&name), buf_str(&value));
	if (url_resolve(buf_str(&url), buf_str(&ref), &out, &err) == 0)
		must(!url_same_origin(buf_str(&url), buf_str(&out)) ||
		     url_check(buf_str(&out), &err) == 0);
	buf_reset(&out);
	if (url_join(buf_str(&url), buf_str(&ref), &out, &err) == 0) {
		must(url_same_origin(buf_str(&url), buf_str(&out)));
		fuzz_check_safe(buf_str(&out));
	}
	return 0;
}
