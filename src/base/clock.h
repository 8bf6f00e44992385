/*
 * Time. Waiting and time left are counted on the boot clock (CLOCK_BOOTTIME), which
 * neither jumps nor stops while the machine sleeps; the wall clock is for showing.
 * A boot-clock value means something only together with the boot that it was read in.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { CLOCK_BOOT_ID_SIZE = 37, CLOCK_TEXT_SIZE = 32 };

/* Milliseconds since boot, suspended time included. */
int64_t clock_boot_ms(void);

/* Seconds since 1970-01-01 UTC. */
int64_t clock_wall(void);

/* The kernel's id of this boot, or "" where /proc does not tell. */
void clock_boot_id(char id[static CLOCK_BOOT_ID_SIZE]);

/* RFC 3339 in UTC, "2026-01-31T12:00:00Z"; "" for a time that has no such form. */
void clock_format(int64_t wall, char text[static CLOCK_TEXT_SIZE]);

/* "48 s", "59 min", "23 h 59 min": for messages. Negative counts as 0. */
void clock_format_span(int64_t seconds, char text[static CLOCK_TEXT_SIZE]);

/* The same for a wait: below ten seconds "0.4 s", and never less than "0.1 s". */
void clock_format_wait(int64_t ms, char text[static CLOCK_TEXT_SIZE]);

#endif
