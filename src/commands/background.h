/*
 * The refresher that `action` starts: a process, or, where the step's container ends with
 * us, a container of its own.
 */
#ifndef COMMANDS_BACKGROUND_H
#define COMMANDS_BACKGROUND_H

#include "commands/command.h"

/* "container", "process" or "none": what keeps the session's token fresh now. */
const char *background_kind(const struct session *s);

/*
 * Starts one unless there is one, and returns when it is ready. Where there can be none,
 * warns. -1 with ERR_IO when it should have started but could not.
 */
int background_start(struct app *app, struct session *s, struct err *err);

/*
 * Ends it, whatever it is, and waits until it is gone; with @revoke it takes its tokens
 * back first. Warns of what is left. Nothing of it asks for a token afterwards.
 */
void background_stop(struct app *app, const struct session *s, bool revoke);

#endif
