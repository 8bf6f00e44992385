/*
 * Which container this process runs in. No file tells it for certain: with cgroup v2 and
 * a network shared with another container, /proc and the host name are silent or name
 * the other one. So the ids found there are only candidates, and all running containers
 * come after them; ours is the one in which the engine sees a file that we just made.
 */
#ifndef REFRESH_CONTAINER_ID_H
#define REFRESH_CONTAINER_ID_H

#include "refresh/engine.h"

/* What the engine knows of our container. The caller frees it. NULL with ERR_IO. */
struct json *container_id_inspect(struct engine *e, struct err *err);

/* True for 64 hex digits. */
bool container_id_valid(const char *text);

#endif
