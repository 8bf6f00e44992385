"""Whole-process figures: wall time, processor time and peak memory of commands run in turn.

Commands that are compared run A B C A B C …, so that a drift of the machine's speed
meets all of them alike; a ratio is that of medians of one such run.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field


@dataclass
class Figures:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: int = 0  # peak, KiB

    def median(self, what: str) -> float:
        return statistics.median(getattr(self, what))


def spawn(argv: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Runs argv with its output dropped: its wall and processor time. A failure ends all."""
    null = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, environment, file_actions=null)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"bench: exit {os.waitstatus_to_exitcode(status)} of {argv[0]}")
    return wall, usage.ru_utime + usage.ru_stime


def peak_memory(argv: list[str], environment: dict[str, str]) -> int:
    """In KiB. time(1) stands between: a process's peak counts what it was forked from, and
    that is small, while this interpreter is not. It takes time, so that is measured apart."""
    with tempfile.NamedTemporaryFile("r") as report:
        spawn(["/usr/bin/time", "-q", "-f", "%M", "-o", report.name, *argv], environment)
        return int(report.read())


def compare(commands: dict[str, list[str]], runs: int,
            environment: dict[str, str]) -> dict[str, Figures]:
    """The figures of `runs` rounds over all commands, after one that looks at memory alone."""
    figures = {name: Figures() for name in commands}
    for name, argv in commands.items():
        figures[name].memory = peak_memory(argv, environment)
    for _ in range(runs):
        for name, argv in commands.items():
            wall, cpu = spawn(argv, environment)
            figures[name].wall.append(wall)
            figures[name].cpu.append(cpu)
    return figures


def table(figures: dict[str, Figures], base: str) -> str:
    """A Markdown table of medians; ratios are those of `base` to each other row."""
    rows = [f"| command | wall (ms) | CPU (ms) | memory (MiB) | {base} against it: wall | CPU |",
            "|---|---:|---:|---:|---:|---:|"]
    for name, f in figures.items():
        ratios = [f"{figures[base].median(what) / f.median(what):.2f}" if name != base else ""
                  for what in ("wall", "cpu")]
        rows.append(f"| {name} | {f.median('wall') * 1000:.1f} | {f.median('cpu') * 1000:.1f} "
                    f"| {f.memory / 1024:.1f} | {ratios[0]} | {ratios[1]} |")
    return "\n".join(rows)
