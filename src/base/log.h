/*
 * What the program tells people, on stderr: one line a call, in one write(2), with
 * control characters removed and every value of redact_list() replaced by "***".
 * No request or response body is ever logged; see redact.h for who registers secrets.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/redact.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* The level that a name means ("error", "warn", "info", "debug", in any case), or -1. */
int log_level_parse(const char *name);

void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* Prints "cc-token: [debug: |warning: ]text" when the level is on. */
void log_at(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#define log_warn(...)  log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)

/*
 * Shows @text as the last line of a terminal, in place of the one before, until the next
 * log line or NULL. The caller knows that stderr is a terminal.
 */
void log_status(const char *text);

/* The one list of values to hide; never NULL. */
struct redact *redact_list(void);

/* @text as the log would show it: cleaned and redacted, appended to @out. */
void log_clean(const char *text, struct buf *out);

#endif
