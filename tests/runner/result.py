#!/usr/bin/env python3
"""Asks a result of runner.py: result.py RESULT COMMAND [ARGUMENT...]

log                 the masked log of the job, as a user sees it
public              all that leaves the runner: log, annotations, summaries, job outputs
output STEP NAME    an output of a step
get STEP KEY        any other part of a step: text as it is, the rest as JSON
job KEY             a part of the job
STEP is an id, or post:ID for its post run. What is not there is an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> int:
    try:
        path, command, *arguments = sys.argv[1:]
        result = json.loads(Path(path).read_text(encoding="utf-8"))
        print(text(COMMANDS[command](result, *arguments)))
    except (KeyError, TypeError, ValueError, OSError) as error:
        print(f"result.py {' '.join(sys.argv[2:])}: {error!r}", file=sys.stderr)
        return 1
    return 0


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def step(result: dict, name: str) -> dict:
    stage, _, key = name.rpartition(":")
    for candidate in result["steps"]:
        if (candidate["id"], candidate["stage"]) == (key, stage or "main"):
            return candidate
    raise KeyError(name)


def public(result: dict) -> str:
    parts = [*result["log"], json.dumps(result["outputs"])]
    for one in result["steps"]:
        parts += [value for note in one["annotations"] for value in note.values()]
        parts.append(one["masked_summary"])
    return "\n".join(parts)


COMMANDS: dict[str, Callable[..., Any]] = {
    "log": lambda result: "\n".join(result["log"]),
    "public": public,
    "output": lambda result, name, output: step(result, name)["outputs"][output],
    "get": lambda result, name, key: step(result, name)[key],
    "job": lambda result, key: result[key],
}

if __name__ == "__main__":
    sys.exit(main())
