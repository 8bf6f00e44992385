/*
 * How a CI names the job that runs, for those whose steps are shells of one user: two
 * jobs of one agent would else share a state, and the end of one would revoke the
 * other's token.
 */
#ifndef RUNNER_JOB_H
#define RUNNER_JOB_H

#include "base/quote.h"

enum { JOB_SUFFIX_SIZE = 1 + QUOTE_FINGERPRINT_SIZE };

/* "-" and a digest of the job's name, the same in all of its steps; "" without a name. */
void job_suffix(char ret[static JOB_SUFFIX_SIZE]);

#endif
