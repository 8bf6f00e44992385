/*
 * THE RULE: who may say where a secret or a token goes, how it is shown there, and what
 * is trusted on the way. docs/security.md is its manual.
 *
 *	the secret comes by an input	inputs, options, the vendor's table, discovery at
 *					such an address. A variable that says otherwise is
 *					an error (rule_check()), and never takes effect:
 *					settings_load() does not take it
 *	by a variable			variables, too
 *	there is none			what the record says, or an input or option; no
 *					variable (rule_for_record())
 *
 * endpoints_find() asks rule_check(), so no command has an endpoint without it.
 * session_reload() chooses by rule_is_armed() between what the settings say and what
 * the record says.
 */
#ifndef OAUTH_RULE_H
#define OAUTH_RULE_H

#include "oauth/endpoints.h"

/*
 * -1 with ERR_USAGE when a variable that was denied says otherwise than @e, which was
 * made without it; the error names the input.
 */
int rule_check(const struct flow *f, const struct settings *s, const struct endpoints *e,
	       struct err *err);

/* The region is no row of the table. -1 with ERR_USAGE when it may be no other. */
int rule_check_region(const struct settings *s, struct err *err);

/*
 * True when there is a secret that could go astray: then nothing that other steps can
 * write to says where.
 */
bool rule_is_armed(const struct settings *s);

/* Not armed: puts into @e, which a record holds, what inputs and options say. */
void rule_for_record(const struct settings *s, struct endpoints *e);

/*
 * True when the host of @url is of the vendor's table: one of a row for a known region,
 * or with any sub-domain or area. False for oauth2, which has no vendor.
 */
bool rule_is_vendors(const struct provider *provider, const char *url);

#endif
