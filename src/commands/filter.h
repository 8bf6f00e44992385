/* The output of a command on its way to ours, without the values of redact_list(). */
#ifndef COMMANDS_FILTER_H
#define COMMANDS_FILTER_H

#include "base/child.h"
#include "session/state.h"

enum {
	/*
	 * What the command leaves running may hold its output open for ever. So long
	 * after its end we wait for more; then we pass on what is there, and stop.
	 */
	FILTER_LINGER_MS = 2000,
};

/*
 * Passes stdout and stderr of @c on until it has ended, tending it. Tokens that others
 * put into @state meanwhile are replaced from their first byte on. Nothing waits for the
 * end of a line, but for what may be the beginning of a secret. When our output has no
 * reader any more the command's has none either. Returns the command's code; -1 with
 * ERR_IO when output was lost.
 */
int filter_run(struct child *c, struct state *state, struct err *err);

#endif
