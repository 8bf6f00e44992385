#!/usr/bin/env python3
"""kill -9 of the refresher at random points: nobody sees a torn file, and the next get works.

usage: kill.py TIMES [SEED]      (tests/soak/kill gives it the emulator and the settings)

Each time a refresher is started on the state that the last one left, made busy by requests for
new tokens, and killed after a random time: alone, or together with the child that renews. All the
while the files are read. Prints what happened, and ends with 1 at the first fault.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PROGRAM = os.environ["CC_TOKEN"]
STATE = Path(os.environ["CC_STATE_DIR"]) / os.environ["CC_NAME"]
TOKEN = re.compile(r"[A-Za-z0-9_-]{80,100}")
HEADER = re.compile(r"Authorization: Bearer " + TOKEN.pattern)
STRANGERS = {name: value for name, value in os.environ.items()
             if not name.startswith("CC_") or name == "CC_CA_FILE"} | {"CC_TOKEN_STATE": str(STATE)}


class Fault(Exception):
    pass


def run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False, env=env)


class Reader(threading.Thread):
    """Reads all files again and again, as consumers do."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.reads = 0
        self.faults: list[str] = []
        self.end = False

    def run(self) -> None:
        while not self.end and not self.faults:
            for name, form in (("token", TOKEN), ("header", HEADER)):
                text = self.read(name)
                if not form.fullmatch(text):
                    self.faults.append(f"{name} holds {len(text)} bytes of something else")
            try:
                json.loads(self.read("state.json"))
            except ValueError:
                self.faults.append("state.json is torn")
            self.reads += 1

    def read(self, name: str) -> str:
        try:
            return (STATE / name).read_text(encoding="utf-8")
        except OSError as error:
            self.faults.append(str(error))
            return ""


def holder() -> int:
    """Who holds the refresher's lock."""
    inode = str((STATE / "refresher.log").stat().st_ino)
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        fields = line.split()
        if fields[1] == "POSIX" and fields[5].split(":")[2] == inode:
            return int(fields[4])
    raise Fault("no refresher runs")


def members(leader: int) -> list[int]:
    """The process and those that it has started."""
    children = Path(f"/proc/{leader}/task/{leader}/children").read_text(encoding="ascii")
    return [leader, *map(int, children.split())]


def once(chance: random.Random) -> str:
    started = run("refresh", "--detach")
    if started.returncode:
        raise Fault(f"refresh: {started.stderr}")
    pid = holder()
    busy = subprocess.Popen([PROGRAM, "get", "--force"], env=STRANGERS, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0, 0.06))
    how = chance.choice(("alone", "together"))
    for each in members(pid) if how == "together" else [pid]:
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
    busy.wait(timeout=60)
    got = run("get")
    if got.returncode or not TOKEN.fullmatch(got.stdout.strip()):
        raise Fault(f"get: {got.returncode} {got.stderr}")
    if (STATE / "token").read_text(encoding="utf-8") != got.stdout.strip():
        raise Fault("get and the file do not agree")
    return how


def main() -> int:
    times = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    chance = random.Random(seed)
    if run("get").returncode:
        print("no token to begin with", file=sys.stderr)
        return 1
    reader = Reader()
    reader.start()
    ways = {"alone": 0, "together": 0}
    try:
        for count in range(1, times + 1):
            ways[once(chance)] += 1
            if reader.faults:
                raise Fault(reader.faults[0])
    except Fault as fault:
        print(f"seed {seed}, round {count}: {fault}", file=sys.stderr)
        return 1
    finally:
        reader.end = True
        reader.join()
    minted = json.loads((STATE / "state.json").read_text(encoding="utf-8"))["minted"]
    print(f"killed {times} times ({ways['alone']} alone, {ways['together']} with its child) over "
          f"{minted} tokens: {reader.reads} reads, all whole; each next get worked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
