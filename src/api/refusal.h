/* What a failed call means, for people. */
#ifndef API_REFUSAL_H
#define API_REFUSAL_H

#include "net/http.h"

/*
 * Puts into @err what the server says of a failed call: status, code, text, correlation
 * id (docs/vendors.md), and, unless it is @foreign to the API, a hint what to do;
 * at 403 that names the permissions.
 */
void refusal_describe(const struct http_resp *resp, bool foreign, struct err *err);

#endif
