/*
 * Any bytes, in pieces of a size that the first byte says: the pieces make no difference,
 * and what json_print() writes is read.
 */
#include "api/jsonscan.h"

#include "base/json.h"
#include "fuzz.h"

static void fuzz_value(void *arg, const char *path, enum jsonscan_type type,
		       const char *text)
{
	struct buf *seen = arg;

	must(strlen(path) < JSONSCAN_PATH_MAX && strlen(text) <= JSONSCAN_TEXT_MAX);
	buf_addf(seen, "%s=%d:%s\n", path, (int)type, text);
}

static enum jsonscan_array fuzz_array(void *arg, const char *path)
{
	buf_addf(arg, "%s[]\n", path);
	return strchr(path, 'x')   ? JSONSCAN_SKIP
	       : strchr(path, 'w') ? JSONSCAN_WALK
				   : JSONSCAN_ITEMS;
}

static int fuzz_item(void *arg, struct err *err)
{
	(void)err;
	buf_adds(arg, "item\n");
	return 0;
}

static const struct jsonscan_events events = { fuzz_value, fuzz_array, fuzz_item };

static int fuzz_scan(const char *data, size_t size, size_t piece, bool whole,
		     struct buf *seen, struct buf *items)
{
	struct jsonscan s = { .events = NULL };
	struct err err = ERR_INIT;
	int rc = 0;

	jsonscan_begin(&s, &events, seen, items);
	s.whole = whole;
	for (size_t at = 0; at < size && !rc; at += piece)
		rc = jsonscan_feed(&s, data + at, size - at < piece ? size - at : piece,
				   &err);
	if (!rc)
		rc = jsonscan_end(&s, &err);
	must(!rc || (err.kind == ERR_TRANSIENT && *err.text));
	jsonscan_release(&s);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf seen = FUZZ_BUF, items = FUZZ_BUF, seen_cut = FUZZ_BUF,
			    items_cut = FUZZ_BUF;
	AUTO_JSON struct json *doc = NULL;
	const char *text = (const char *)data + 1;
	struct err err = ERR_INIT;
	size_t piece;
	bool whole;
	int rc;

	if (!size)
		return 0;
	piece = 1 + data[0] % 64;
	whole = data[0] & 64;
	rc = fuzz_scan(text, size - 1, size, whole, &seen, &items);
	must(fuzz_scan(text, size - 1, piece, whole, &seen_cut, &items_cut) == rc);
	must(rc || (buf_equal(&seen, &seen_cut) && buf_equal(&items, &items_cut)));
	doc = json_parse(text, size - 1, &err);
	if (!doc)
		return 0;
	buf_reset(&items);
	json_print(doc, &items);
	must(fuzz_scan(items.ptr, items.len, piece, whole, &seen_cut, &items_cut) == 0);
	return 0;
}
