"""The rate of `exec --redact`: redact.py PROGRAM DIRECTORY (for the texts), settings in the environment."""

from __future__ import annotations

import base64
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SIZE = 256 * 1024 * 1024
ROUNDS = 5
LINE = "2026-01-31T12:00:00.000Z INFO worker-7 imported 250 of 1000 records of queue support in 81 ms\n"


def main() -> int:
    program, directory = sys.argv[1], Path(sys.argv[2])
    token = subprocess.run([program, "get"], check=True, capture_output=True, text=True).stdout.strip()
    texts: dict[str, Callable[[], bytes]] = {
        "log lines": lambda: LINE.encode() * (SIZE // len(LINE)),
        "base64 of random bytes": lambda: base64.encodebytes(os.urandom(SIZE // 4 * 3 // 77 * 76)),
        "log lines, the token in each": lambda: (LINE[:-1] + token + "\n").encode() * (
            SIZE // (len(LINE) + len(token))),
    }
    for name, make in texts.items():
        file = directory / "text"
        file.write_bytes(make())
        measure(name, file, program)
    return 0


def measure(name: str, file: Path, program: str) -> None:
    size = file.stat().st_size
    plain, filtered = [], []
    for _ in range(ROUNDS):
        plain.append(seconds(["cat", str(file)]))
        filtered.append(seconds([program, "exec", "--redact", "--", "cat", str(file)]))
    one, other = statistics.median(plain), statistics.median(filtered)
    print(f"redact: {name}: {size / other / 1e6:.0f} MB/s, {other / one:.1f} times as long as cat alone "
          f"({size / one / 1e6:.0f} MB/s)", flush=True)


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as source:
        subprocess.run(["cat"], stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)
    if source.returncode:
        raise SystemExit(f"{command[0]} ended with {source.returncode}")
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
