#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "base/interrupt.h"
#include "commands/api.h"

/* A signal came: only what is left of the line that was begun. */
static size_t output_rest_of_line(const char *data, size_t done, size_t len)
{
	const char *end;

	if (!done || data[done - 1] == '\n')
		return done;
	end = memchr(data + done, '\n', len - done);
	return end ? (size_t)(end - data) + 1 : len;
}

static int output_fail(struct output *o, int errnum, struct err *err)
{
	o->closed = errnum == EPIPE;
	return err_sys(err, ERR_IO, errnum, "can't write to stdout");
}

int output_write(void *arg, const char *data, size_t len, struct err *err)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	struct output *o = arg;
	int64_t start = clock_boot_ms();
	size_t done = 0;

	o->left = len;
	while (done < len) {
		ssize_t n = write(STDOUT_FILENO, data + done, len - done);

		if (n > 0) {
			done += (size_t)n;
			o->left -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			poll(&pfd, 1, -1);
		} else if (n < 0 && errno != EINTR) {
			return output_fail(o, errno, err);
		}
		if (interrupt_pending())
			len = output_rest_of_line(data, done, len);
	}
	o->blocked_ms += clock_boot_ms() - start;
	return interrupt_check(err);
}

int api_finish(const struct output *out, int rc)
{
	return out->closed ? 128 + SIGPIPE : rc;
}
