#!/usr/bin/env bash
# All active users of a Genesys Cloud org, one JSON object a line.
#
# usage: genesys-users.sh [OPTION of cc-token api...] >users.jsonl
set -euo pipefail

cc-token api --paginate "$@" '/api/v2/users?state=active&pageSize=100'
