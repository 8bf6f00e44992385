#!/usr/bin/env python3
"""Runs a job description as a GitHub Actions runner would. README.md is its manual."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from fakerunner.job import Job
from fakerunner.spec import parse

EXIT = {"success": 0, "failure": 1, "cancelled": 3, "crashed": 4}
USAGE = 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", metavar="JOB.json", help="the job; - is stdin")
    parser.add_argument("--work", metavar="DIR", type=Path, required=True,
                        help="the runner's root directory")
    parser.add_argument("--json", metavar="RESULT", type=Path,
                        help="where the result is written (mode 0600: it holds secrets)")
    parser.add_argument("--stream", action="store_true",
                        help="print the masked log as the job runs")
    options = parser.parse_args()
    try:
        job = _job(options)
    except (OSError, ValueError) as error:
        print(f"runner.py: {options.job}: {error}", file=sys.stderr)
        return USAGE
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: job.stop.cancel())
    result = job.run()
    if options.json:
        _write(options.json, result)
    return EXIT[result["conclusion"]]


def _job(options: argparse.Namespace) -> Job:
    is_stdin = options.job == "-"
    text = sys.stdin.read() if is_stdin else Path(options.job).read_text(encoding="utf-8")
    base = Path.cwd() if is_stdin else Path(options.job).resolve().parent
    stream = (lambda line: print(line, flush=True)) if options.stream else None
    return Job(parse(json.loads(text), base), options.work, stream)


def _write(path: Path, result: dict) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
