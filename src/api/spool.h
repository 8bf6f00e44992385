/*
 * Output that is whole before it is seen. The text of one unit (an answer, a page) is
 * held until the unit ends, and dropped if it has to begin again. A unit that outgrows
 * `hold` goes out as it comes; if it must begin again then, what went out already is
 * left out the second time, after a look that it is the same. So every byte goes out
 * once, and memory is bounded by `hold` and one item.
 */
#ifndef API_SPOOL_H
#define API_SPOOL_H

#include "base/buf.h"
#include "api/digest.h"

struct spool {
	struct buf held; /* add to it directly */
	size_t hold;	 /* bytes above which the unit is no longer held back */
	size_t gone;	 /* bytes of this unit that went out */
	size_t skip;	 /* so many of them are still to come again */
	struct digest sent, again;
};

/* Where it goes. -1 with an error. */
struct spool_sink {
	int (*write)(void *arg, const char *data, size_t len, struct err *err);
	void *arg;
};

#define SPOOL_INIT(bytes, item) \
	((struct spool){ .held = BUF_INIT((bytes) + (item)), .hold = (bytes) })

/* A new unit. */
void spool_begin(struct spool *s);

/* The same unit from its start. */
void spool_again(struct spool *s);

/* True when the unit is too large to be held on. */
bool spool_is_full(const struct spool *s);

/*
 * Lets out the first @len bytes of what is held, when it is full. -1 with ERR_TRANSIENT
 * when a repeated unit differs from what went out, or with the sink's error.
 */
int spool_flush(struct spool *s, size_t len, const struct spool_sink *sink,
		struct err *err);

/* The unit is whole: lets out the rest of it, and begins another. Errors as above. */
int spool_end(struct spool *s, const struct spool_sink *sink, struct err *err);

void spool_release(struct spool *s);

#endif
