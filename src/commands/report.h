/* What `doctor` found, line by line: for people as text, for programs as JSON. */
#ifndef COMMANDS_REPORT_H
#define COMMANDS_REPORT_H

#include "base/buf.h"
#include "base/json.h"

enum report_status { REPORT_OK, REPORT_WARNING, REPORT_FAILED };

struct report {
	struct buf text;
	struct json *checks; /* an array */
	struct err first;    /* the first failure; ERR_NONE when there is none */
	int count[REPORT_FAILED + 1];
};

#define AUTO_REPORT __attribute__((cleanup(report_release)))

void report_init(struct report *r);
void report_release(struct report *r);

/* "status what: …[: what to do]"; @hint may be NULL. Texts are cleaned and redacted. */
void report_ok(struct report *r, const char *what, const char *fmt, ...) PRINTF(3, 4);
void report_warn(struct report *r, const char *what, const char *hint, const char *fmt,
		 ...) PRINTF(4, 5);
void report_fail(struct report *r, const char *what, const struct err *why);

/* Appends the whole, as JSON or as text. */
void report_print(struct report *r, bool json, struct buf *out);

#endif
