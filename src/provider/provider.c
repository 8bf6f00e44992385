#include "provider/provider.h"

#include <string.h>
#include <strings.h>

#include "provider/rows.h"

const struct provider *const providers[] = { &provider_genesys, &provider_cxone,
					     &provider_oauth2, NULL };

const struct provider *provider_by_name(const char *name)
{
	for (const struct provider *const *p = providers; *p; p++)
		if (strcasecmp(name, (*p)->name) == 0)
			return *p;
	return NULL;
}

const char *provider_name(const struct provider *p)
{
	return p ? p->name : "";
}

static bool provider_owns(const struct provider *p, const char *setting)
{
	for (size_t i = 0; i < ARRAY_LEN(p->own) && p->own[i]; i++)
		if (strcmp(p->own[i], setting) == 0)
			return true;
	return false;
}

const struct provider *provider_owner(const char *setting)
{
	for (const struct provider *const *p = providers; *p; p++)
		if (provider_owns(*p, setting))
			return *p;
	return NULL;
}

bool provider_takes(const struct provider *p, const char *setting)
{
	return provider_owns(p, setting) || !provider_owner(setting);
}

const struct flow *provider_flow_by_name(const char *name)
{
	for (const struct provider *const *p = providers; *p; p++)
		for (size_t i = 0; i < (*p)->flow_count; i++)
			if (strcmp((*p)->flows[i].name, name) == 0)
				return &(*p)->flows[i];
	return NULL;
}

void provider_list(const char *quote, struct buf *out)
{
	for (const struct provider *const *p = providers; *p; p++)
		buf_addf(out, "%s%s%s%s",
			 p == providers ? ""
			 : p[1]		? ", "
					: " or ",
			 quote, (*p)->name, quote);
}
