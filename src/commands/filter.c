#include "commands/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"

enum { CHUNK = 64 * 1024, PUMPS = 2 };

/* One of the two ways. Either there is text to be written, or more is read. */
struct pump {
	int in; /* -1 at its end */
	int out;
	const char *name;
	bool owned;  /* @out is a descriptor of ours */
	size_t step; /* bytes that @out takes without blocking us once it is writable */
	struct redact_stream stream;
	struct buf text;
	size_t written; /* of the text */
};

struct filter {
	struct child *child;
	struct state *state;
	struct state_seen seen;
	struct pump pumps[PUMPS];
	char chunk[CHUNK];
	struct err *err;
	bool lost; /* output; @err says why */
};

/*
 * A stalled stdout must not stop stderr, so no write may block. O_NONBLOCK would be set
 * for all who share our pipe; opened once more it is for us alone. What is neither pipe
 * nor file, such as a terminal, takes small pieces.
 */
static void pump_open(struct pump *p, int *in, int out, const char *name)
{
	char path[32];
	struct stat st;
	int own = -1;

	*p = (struct pump){ .in = STEAL(*in, -1),
			    .out = out,
			    .name = name,
			    .step = PIPE_BUF,
			    .stream = REDACT_STREAM_INIT,
			    .text = BUF_INIT(BUF_STATE_MAX) };
	if (p->in < 0 || fstat(out, &st))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	if (S_ISFIFO(st.st_mode))
		own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (own >= 0 || S_ISREG(st.st_mode))
		p->step = SIZE_MAX;
	p->owned = own >= 0;
	p->out = p->owned ? own : out;
}

static bool pump_is_done(const struct pump *p)
{
	return p->in < 0 && !p->text.len;
}

/* The command's next write fails as it would without us. */
static void pump_stop(struct pump *p)
{
	cleanup_close_fd(&p->in);
	if (p->owned)
		close(p->out);
	p->owned = false;
	p->in = p->out = -1;
	buf_release(&p->text);
	buf_release(&p->stream.held);
}

static void filter_lose(struct filter *f, struct pump *p, int errnum)
{
	pump_stop(p);
	if (errnum == EPIPE)
		return;
	f->lost = true;
	err_sys(f->err, ERR_IO, errnum, "can't write to %s", p->name);
}

/*
 * A token is in state.json before any reader can have it, so a look at it after the
 * command's output was read comes in time for that output.
 */
static void filter_learn(struct filter *f)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	struct err ignored = ERR_INIT;

	if (state_changed(f->state, &f->seen))
		state_read(f->state, &r, &ignored);
}

static void filter_feed(struct filter *f, struct pump *p, size_t len)
{
	filter_learn(f);
	buf_reset(&p->text);
	p->written = 0;
	redact_feed(redact_list(), &p->stream, f->chunk, len, !len, &p->text);
	if (p->text.failed)
		filter_lose(f, p, ENOMEM);
}

static void filter_write(struct filter *f, struct pump *p)
{
	size_t left = p->text.len - p->written;
	ssize_t n =
		write(p->out, p->text.ptr + p->written, left < p->step ? left : p->step);

	if (n < 0 && errno != EINTR && errno != EAGAIN)
		filter_lose(f, p, errno);
	if (n <= 0)
		return;
	p->written += (size_t)n;
	if (p->written == p->text.len)
		buf_reset(&p->text);
}

/* At most @max bytes; at the end what was held back. */
static void filter_read(struct filter *f, struct pump *p, size_t max)
{
	ssize_t n = read(p->in, f->chunk, max < CHUNK ? max : CHUNK);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		cleanup_close_fd(&p->in);
		p->in = -1;
	}
	filter_feed(f, p, n > 0 ? (size_t)n : 0);
	if (p->text.len && p->step > PIPE_BUF)
		filter_write(f, p);
}

static void filter_flush(struct filter *f, struct pump *p)
{
	struct pollfd fd = { p->out, POLLOUT, 0 };

	while (p->text.len) {
		poll(&fd, 1, -1);
		filter_write(f, p);
	}
}

/* What is in the pipe, and no more of it than there is now. */
static void filter_finish(struct filter *f, struct pump *p)
{
	int there = 0;

	filter_flush(f, p);
	if (p->in >= 0)
		ioctl(p->in, FIONREAD, &there);
	while (p->in >= 0 && there > 0) {
		size_t max = (size_t)there < CHUNK ? (size_t)there : CHUNK;

		filter_read(f, p, max);
		there -= (int)max;
		filter_flush(f, p);
	}
	if (p->in >= 0) {
		cleanup_close_fd(&p->in);
		p->in = -1;
		filter_feed(f, p, 0);
		filter_flush(f, p);
	}
}

static bool filter_is_done(const struct filter *f)
{
	for (int i = 0; i < PUMPS; i++)
		if (!pump_is_done(&f->pumps[i]))
			return false;
	return f->child->ended;
}

/* Waits for something to do, at most until @end_ms (-1: for ever), and does it. */
static void filter_step(struct filter *f, int64_t end_ms)
{
	struct pollfd fds[1 + PUMPS] = { { f->child->signals, POLLIN, 0 } };
	int64_t left = end_ms < 0 ? -1 : end_ms - clock_boot_ms();

	for (int i = 0; i < PUMPS; i++) {
		const struct pump *p = &f->pumps[i];

		fds[1 + i] = p->text.len ? (struct pollfd){ p->out, POLLOUT, 0 }
					 : (struct pollfd){ p->in, POLLIN, 0 };
	}
	if (poll(fds, ARRAY_LEN(fds), end_ms < 0 ? -1 : left > 0 ? (int)left : 0) <= 0)
		return;
	if (fds[0].revents)
		child_tend(f->child);
	for (int i = 0; i < PUMPS; i++) {
		struct pump *p = &f->pumps[i];

		if (!fds[1 + i].revents)
			continue;
		if (p->text.len)
			filter_write(f, p);
		else
			filter_read(f, p, CHUNK);
	}
}

int filter_run(struct child *c, struct state *state, struct err *err)
{
	struct filter f = { .child = c, .state = state, .err = err };
	int64_t end_ms = -1;

	pump_open(&f.pumps[0], &c->out, STDOUT_FILENO, "stdout");
	pump_open(&f.pumps[1], &c->err, STDERR_FILENO, "stderr");
	while (!filter_is_done(&f) && (end_ms < 0 || clock_boot_ms() < end_ms)) {
		filter_step(&f, end_ms);
		if (c->ended && end_ms < 0)
			end_ms = clock_boot_ms() + FILTER_LINGER_MS;
	}
	for (int i = 0; i < PUMPS; i++) {
		filter_finish(&f, &f.pumps[i]);
		pump_stop(&f.pumps[i]);
	}
	buf_wipe(f.chunk, sizeof(f.chunk));
	return f.lost ? -1 : c->code;
}
