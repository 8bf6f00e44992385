#!/usr/bin/env bash
# All interactions of a CXone tenant, one JSON object a line.
#
# usage: cxone-interactions.sh [OPTION of cc-token api...] >interactions.jsonl
set -euo pipefail

cc-token api --paginate "$@" POST /interactions/v1/search --data '{"pageSize":100}'
