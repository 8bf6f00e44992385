/* A row of the provider table with its settings and endpoints, for tests. */
#ifndef UNIT_FLOW_H
#define UNIT_FLOW_H

#include "given.h"
#include "oauth/endpoints.h"

struct way {
	struct settings settings;
	const struct flow *flow;
	struct endpoints endpoints;
};

#define AUTO_WAY __attribute__((cleanup(way_release)))

static inline void way_release(struct way *w)
{
	settings_release(&w->settings);
	endpoints_release(&w->endpoints);
}

static inline void way_find(struct way *w, const char *const *env)
{
	struct err err = ERR_INIT;

	w->endpoints = ENDPOINTS_INIT;
	given(&w->settings, env);
	w->flow = flow_choose(&w->settings, true, &err);
	well("flow", !w->flow, &err);
	well("endpoints", endpoints_find(w->flow, &w->settings, &w->endpoints, &err),
	     &err);
}

#endif
