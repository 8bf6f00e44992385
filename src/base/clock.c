#include "base/clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

int64_t clock_boot_ms(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
	return (int64_t)time(NULL);
}

void clock_boot_id(char id[static CLOCK_BOOT_ID_SIZE])
{
	AUTO_CLOSE int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, id, CLOCK_BOOT_ID_SIZE - 1);

	id[len > 0 ? len : 0] = '\0';
}

void clock_format(int64_t wall, char text[static CLOCK_TEXT_SIZE])
{
	time_t t = (time_t)wall;
	struct tm tm;

	text[0] = '\0';
	if (gmtime_r(&t, &tm) && tm.tm_year >= 0 && tm.tm_year < 8100)
		strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void clock_format_span(int64_t seconds, char text[static CLOCK_TEXT_SIZE])
{
	int64_t s = seconds < 0 ? 0 : seconds;

	if (s < 120)
		snprintf(text, CLOCK_TEXT_SIZE, "%" PRId64 " s", s);
	else if (s < 7200)
		snprintf(text, CLOCK_TEXT_SIZE, "%" PRId64 " min", s / 60);
	else
		snprintf(text, CLOCK_TEXT_SIZE, "%" PRId64 " h %" PRId64 " min", s / 3600,
			 s / 60 % 60);
}

void clock_format_wait(int64_t ms, char text[static CLOCK_TEXT_SIZE])
{
	int64_t tenths = ms < 100 ? 1 : (ms + 50) / 100;

	if (tenths < 100)
		snprintf(text, CLOCK_TEXT_SIZE, "%" PRId64 ".%" PRId64 " s", tenths / 10,
			 tenths % 10);
	else
		clock_format_span((ms + 500) / 1000, text);
}
