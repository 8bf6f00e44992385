#include "api/jsonscan.h"

#include <stddef.h>
#include <string.h>

#include "api/jsontext.h"

enum state {
	BEFORE,	      /* a value must come */
	BEFORE_FIRST, /* behind '[': a value or ']' */
	KEY_FIRST,    /* behind '{': a key or '}' */
	KEY,	      /* behind ',' in an object */
	COLON,
	AFTER, /* behind a value in an array or object */
	DONE,  /* behind the root */
	STRING,
	ESCAPE,
	HEX,
	NUMBER,
	LITERAL,
};

void jsonscan_begin(struct jsonscan *s, const struct jsonscan_events *events, void *arg,
		    struct buf *items)
{
	struct buf text = s->text;

	buf_reset(&text);
	text.max = JSONSCAN_TEXT_MAX;
	memset(s, 0, offsetof(struct jsonscan, objects));
	s->text = text;
	s->events = events;
	s->arg = arg;
	s->items = items;
	s->state = BEFORE;
}

void jsonscan_release(struct jsonscan *s)
{
	buf_release(&s->text);
}

static int scan_bad(const struct jsonscan *s, const char *why, struct err *err)
{
	return err_set(err, ERR_TRANSIENT,
		       "the answer is no JSON document: byte %lld: %s",
		       (long long)s->offset, why);
}

static bool scan_in_object(const struct jsonscan *s)
{
	uint32_t level = s->depth - 1;

	return s->depth && s->objects[level / 8] & (1 << level % 8);
}

static bool scan_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Scalars here are reported, and keys make paths. */
static bool scan_is_shallow(const struct jsonscan *s)
{
	return !s->in_item && !s->quiet && s->depth <= JSONSCAN_PATH_DEPTH;
}

/* Copies the bytes of the item that stand between the last copy and @p. */
static void scan_copy(struct jsonscan *s, const char *p)
{
	buf_add(s->items, s->run, (size_t)(p - s->run));
	s->run = p;
}

static void scan_report(struct jsonscan *s, enum jsonscan_type type)
{
	AUTO_BUF struct buf plain = BUF_INIT(JSONSCAN_TEXT_MAX);

	if (s->text.failed)
		type = JSONSCAN_TOO_LONG;
	else if (type == JSONSCAN_STRING)
		jsontext_unescape(buf_str(&s->text), &plain);
	else
		buf_adds(&plain, buf_str(&s->text));
	s->events->value(s->arg, s->path, type, buf_str(&plain));
	s->keep = false;
}

/* Puts the key that was read behind the path of the object that it stands in. */
static void scan_enter_key(struct jsonscan *s)
{
	AUTO_BUF struct buf key = BUF_INIT(JSONSCAN_PATH_MAX);
	size_t at = s->path_len[s->depth - 1];

	s->keep = false;
	if (!s->text.failed)
		jsontext_unescape(buf_str(&s->text), &key);
	if (s->text.failed || key.failed || at + key.len + 2 > sizeof(s->path))
		buf_set(&key, "?"); /* no path that anyone asks for */
	if (at + key.len + 2 > sizeof(s->path))
		at = 0;
	if (at)
		s->path[at++] = '.';
	memcpy(s->path + at, buf_str(&key), key.len + 1);
	s->path_len[s->depth] = (uint32_t)(at + key.len);
}

/* A value ends before @p. */
static int scan_value_done(struct jsonscan *s, const char *p, enum jsonscan_type type,
			   struct err *err)
{
	s->state = s->depth ? AFTER : DONE;
	if (s->keep)
		scan_report(s, type);
	if (!s->in_item || s->depth != s->item_depth)
		return 0;
	s->in_item = false;
	scan_copy(s, p);
	if (s->items->failed)
		return err_set(err, ERR_REFUSED, "an item is larger than %zu MiB",
			       s->items->max >> 20);
	return s->events->item(s->arg, err);
}

static void scan_open_array(struct jsonscan *s)
{
	enum jsonscan_array what = JSONSCAN_SKIP;

	if (s->depth <= JSONSCAN_ARRAY_DEPTH + 1)
		what = s->events->array(s->arg, s->path);
	if (what == JSONSCAN_ITEMS)
		s->item_depth = s->depth;
	else if (what == JSONSCAN_SKIP || s->depth > JSONSCAN_PATH_DEPTH)
		s->quiet = s->depth;
	else
		s->path_len[s->depth] = s->path_len[s->depth - 1];
	if (what == JSONSCAN_WALK)
		s->walked = s->depth;
}

static int scan_open(struct jsonscan *s, bool object, struct err *err)
{
	uint8_t bit = (uint8_t)(1 << s->depth % 8);
	bool shallow = scan_is_shallow(s);

	if (s->depth == JSONSCAN_DEPTH_MAX)
		return scan_bad(s, "too deeply nested", err);
	if (object)
		s->objects[s->depth / 8] |= bit;
	else
		s->objects[s->depth / 8] &= (uint8_t)~bit;
	s->depth++;
	s->state = object ? KEY_FIRST : BEFORE_FIRST;
	if (!object && shallow)
		scan_open_array(s);
	return 0;
}

static int scan_close(struct jsonscan *s, const char *p, struct err *err)
{
	if (!s->in_item && s->depth == s->item_depth)
		s->item_depth = 0;
	if (s->depth == s->quiet)
		s->quiet = 0;
	s->depth--;
	return scan_value_done(s, p + 1, JSONSCAN_OTHER, err);
}

static void scan_begin_text(struct jsonscan *s, bool keep)
{
	s->keep = keep;
	if (keep)
		buf_reset(&s->text);
}

/* The first byte of a value. */
static int scan_value(struct jsonscan *s, const char *p, struct err *err)
{
	if (!s->in_item && s->depth == s->item_depth && (s->depth || s->whole)) {
		s->in_item = true;
		s->run = p;
	}
	s->element += s->depth == s->walked;
	if (*p == '{' || *p == '[')
		return scan_open(s, *p == '{', err);
	scan_begin_text(s, scan_is_shallow(s));
	if (*p == '"') {
		s->in_key = false;
		s->state = STRING;
		return 0;
	}
	if (s->keep)
		buf_addc(&s->text, *p);
	s->literal = *p == 't' ? "rue" : *p == 'f' ? "alse" : *p == 'n' ? "ull" : NULL;
	s->state = s->literal ? LITERAL : NUMBER;
	if (s->literal)
		return 0;
	if (*p != '-' && (*p < '0' || *p > '9'))
		return scan_bad(s, "a value is missing", err);
	s->number = *p == '-'	? JSONTEXT_MINUS
		    : *p == '0' ? JSONTEXT_ZERO
				: JSONTEXT_INTEGER;
	return 0;
}

/* A byte outside strings, numbers and literals, and no white space. */
static int scan_structure(struct jsonscan *s, const char *p, struct err *err)
{
	switch (s->state) {
	case BEFORE_FIRST:
		if (*p == ']')
			return scan_close(s, p, err);
		return scan_value(s, p, err);
	case BEFORE:
		/* RFC 8259 section 8.1: a byte order mark may be ignored. */
		if (s->offset < 3 && !s->depth && *p == "\xef\xbb\xbf"[s->offset])
			return 0;
		return scan_value(s, p, err);
	case KEY_FIRST:
		if (*p == '}')
			return scan_close(s, p, err);
		/* fall through */
	case KEY:
		if (*p != '"')
			return scan_bad(s, "a key is missing", err);
		scan_begin_text(s, scan_is_shallow(s));
		s->in_key = true;
		s->state = STRING;
		return 0;
	case COLON:
		s->state = BEFORE;
		return *p == ':' ? 0 : scan_bad(s, "':' is missing", err);
	case AFTER:
		if (*p == ',') {
			s->state = scan_in_object(s) ? KEY : BEFORE;
			return 0;
		}
		if (*p == (scan_in_object(s) ? '}' : ']'))
			return scan_close(s, p, err);
		return scan_bad(s, "',' or the end of an object or array is missing",
				err);
	default:
		return scan_bad(s, "something stands behind the document", err);
	}
}

/* RFC 3629 section 4: what the first byte says of the length and of the second byte. */
static bool scan_utf8_first(struct jsonscan *s, unsigned char c)
{
	s->more = c < 0xc2 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 0;
	s->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	s->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	return s->more > 0;
}

/* Bytes of a string beyond ASCII, from @p on. Returns the first one that is not. */
static const char *scan_utf8(struct jsonscan *s, const char *p, const char *end)
{
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (s->more && c >= s->low && c <= s->high) {
			s->more--;
			s->low = 0x80;
			s->high = 0xbf;
			continue;
		}
		s->bad_utf8 = s->bad_utf8 || s->more;
		s->more = 0;
		if (c < 0x80)
			break;
		if (!scan_utf8_first(s, c))
			s->bad_utf8 = true;
	}
	return p;
}

/* The first byte from @p on that is no plain ASCII of a string; eight at a time. */
static const char *scan_plain(const char *p, const char *end)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;

	while (end - p >= 8) {
		uint64_t w, quote, slash;

		memcpy(&w, p, sizeof(w));
		quote = w ^ ones * '"';
		slash = w ^ ones * '\\';
		/* A top bit shows: below 0x20, beyond 0x7f, a quote, a backslash. */
		if (((w - ones * 0x20) | w | ((quote - ones) & ~quote) |
		     ((slash - ones) & ~slash)) &
		    tops)
			break;
		p += 8;
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\' &&
	       !(*p & 0x80))
		p++;
	return p;
}

static int scan_string_end(struct jsonscan *s, const char *p, struct err *err)
{
	if (!s->in_key)
		return scan_value_done(s, p + 1, JSONSCAN_STRING, err);
	if (s->keep)
		scan_enter_key(s);
	s->state = COLON;
	return 0;
}

/* Within a string. Returns where it stopped, NULL with an error. */
static const char *scan_string(struct jsonscan *s, const char *p, const char *end,
			       struct err *err)
{
	const char *from = p, *stop;

	for (;;) {
		if (s->more || (p < end && *p & 0x80))
			p = scan_utf8(s, p, end);
		stop = scan_plain(p, end);
		if (stop == end || !(*stop & 0x80))
			break;
		p = stop;
	}
	if (s->keep)
		buf_add(&s->text, from, (size_t)(stop - from));
	if (stop == end)
		return stop;
	if (*stop == '"')
		return scan_string_end(s, stop, err) ? NULL : stop + 1;
	if (*stop != '\\') {
		scan_bad(s, "a control character stands in a string", err);
		return NULL;
	}
	if (s->keep)
		buf_addc(&s->text, '\\');
	s->state = ESCAPE;
	return stop + 1;
}

/* A byte behind a backslash. */
static int scan_escape(struct jsonscan *s, char c, struct err *err)
{
	if (s->keep)
		buf_addc(&s->text, c);
	if (s->state == ESCAPE) {
		if (!c || !strchr("\"\\/bfnrtu", c))
			return scan_bad(s, "an unknown escape", err);
		s->state = c == 'u' ? HEX : STRING;
		s->hex = 0;
		return 0;
	}
	if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')))
		return scan_bad(s, "an escape lacks hex digits", err);
	if (++s->hex == 4)
		s->state = STRING;
	return 0;
}

static const char *scan_number(struct jsonscan *s, const char *p, const char *end,
			       struct err *err)
{
	const char *from = p;

	for (; p < end; p++) {
		int next = jsontext_number_next(s->number, *p);

		if (next < 0)
			break;
		s->number = (unsigned char)next;
	}
	if (s->keep)
		buf_add(&s->text, from, (size_t)(p - from));
	if (p == end)
		return p;
	if (!jsontext_number_whole(s->number)) {
		scan_bad(s, "a number breaks off", err);
		return NULL;
	}
	return scan_value_done(s, p, JSONSCAN_NUMBER, err) ? NULL : p;
}

static int scan_literal(struct jsonscan *s, const char *p, struct err *err)
{
	if (*p != *s->literal)
		return scan_bad(s, "a value is missing", err);
	if (s->keep)
		buf_addc(&s->text, *p);
	return *++s->literal ? 0 : scan_value_done(s, p + 1, JSONSCAN_OTHER, err);
}

static const char *scan_spaces(struct jsonscan *s, const char *p, const char *end)
{
	if (s->in_item)
		scan_copy(s, p);
	while (p < end && scan_is_space(*p))
		p++;
	s->run = p;
	return p;
}

/* One step on from @p. Returns where it stopped, NULL with an error. */
static const char *scan_step(struct jsonscan *s, const char *p, const char *end,
			     struct err *err)
{
	switch (s->state) {
	case STRING:
		return scan_string(s, p, end, err);
	case NUMBER:
		return scan_number(s, p, end, err);
	case ESCAPE:
	case HEX:
		return scan_escape(s, *p, err) ? NULL : p + 1;
	case LITERAL:
		return scan_literal(s, p, err) ? NULL : p + 1;
	default:
		if (scan_is_space(*p))
			return scan_spaces(s, p, end);
		return scan_structure(s, p, err) ? NULL : p + 1;
	}
}

int jsonscan_feed(struct jsonscan *s, const char *data, size_t len, struct err *err)
{
	const int64_t start = s->offset;
	const char *p = data, *end = data + len;

	s->run = data;
	while (p < end) {
		s->offset = start + (p - data);
		p = scan_step(s, p, end, err);
		if (!p)
			return -1;
	}
	if (s->in_item)
		scan_copy(s, end);
	s->offset = start + (int64_t)len;
	return 0;
}

int jsonscan_end(struct jsonscan *s, struct err *err)
{
	if (s->state == NUMBER && !s->depth && jsontext_number_whole(s->number))
		return scan_value_done(s, s->run, JSONSCAN_NUMBER, err);
	if (s->state == DONE)
		return 0;
	return scan_bad(s, s->offset ? "it breaks off" : "it is empty", err);
}
