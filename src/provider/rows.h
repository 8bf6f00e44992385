/* The rows of provider/, for its list and for tests. */
#ifndef PROVIDER_ROWS_H
#define PROVIDER_ROWS_H

#include "provider/provider.h"

extern const struct provider provider_genesys, provider_cxone, provider_oauth2;

/* A table and its length, for two members of a row. */
#define ROWS(member, table) .member##s = (table), .member##_count = ARRAY_LEN(table)

#endif
