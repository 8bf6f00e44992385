#!/usr/bin/env python3
"""Runs every command of cc-token's own help and searches all that can be seen of it for secrets.

usage: canary.py --work DIR --admin URL [--faults WORDS] RUNNER...

RUNNER is shell, github, act or gitlab. The settings come by the environment, as do CC_TOKEN (the
program) and CC_STATE_DIR; URL leads to the controls of the emulator's namespace, whose answers are
misbehaved as WORDS say, but for the login of which a command finds the token. Searched are stdout
(mask lines apart, and the token where it is the result), stderr, every file in DIR and in the state,
and the arguments of every process, in the forms that leaks.py knows. Prints how each command ended
to stdout, and what was found where, never a value, to stderr; 1 if there was something.
"""

from __future__ import annotations

import argparse
import base64
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

import leaks

PR_SET_CHILD_SUBREAPER = 36
# They look different in every form.
TOKEN = "aB.01~accessToken+Of/This_Test-x=="
REFRESH = "aB.01~refreshToken+Of/This_Test-y=="
FOUND = "+"
# How a command is run. What begins with "+" finds a token that is stored.
WAYS = {
    "action": ["", "+"],
    "get": ["", "+", "+--force", "-f header", "-f env", "-f json"],
    "exec": ["-- env", "+--redact -- env", "+-- no-such-command"],
    "api": ["/api/v2/tokens/me", "+POST /api/v2/routing/queues -F name=x", "+-i /nowhere",
            "+--paginate /api/v2/routing/queues",
            "+--wait POST /api/v2/analytics/conversations/details/jobs -d {}"],
    "refresh": ["--max-lifetime 1", "+--detach"],
    "post": ["", "+"],
    "stop": ["", "+"],
    "status": ["", "+", "+--json"],
    "providers": ["", "--json"],
    "version": ["", "--json"],
    "help": ["", "get", "--markdown"],
    "doctor": ["", "+"],
}
# Those whose stdout is the token.
RESULTS = re.compile(r"get -v\b.*|exec -v -- env")
RUNNERS = {
    "shell": {},
    "github": {"GITHUB_ACTIONS": "true", "CI": "true"},
    "act": {"GITHUB_ACTIONS": "true", "ACT": "true", "CI": "true"},
    "gitlab": {"GITLAB_CI": "true", "CI": "true"},
}
MASK = re.compile(rb"^::add-mask::.*\n", re.MULTILINE)
HANDED_OVER = {"token", "header", "OUTPUT", "ENV"}


class Canary:
    def __init__(self, options: argparse.Namespace) -> None:
        self.program = os.environ["CC_TOKEN"]
        self.state = Path(os.environ["CC_STATE_DIR"])
        self.work: Path = options.work
        self.admin: str = options.admin
        self.faults: str = options.faults
        self.opener = build_opener(ProxyHandler({}))
        self.found: list[str] = []
        self.sampled = 0

    def run(self, runner: str) -> None:
        environment = self.environment(runner)
        for command in self.commands():
            for way in WAYS[command]:
                self.run_way(runner, command, way, environment)

    def commands(self) -> list[str]:
        """By the program's own help; one that is not known here ends the search."""
        text = subprocess.run([self.program, "help"], capture_output=True, check=True,
                              text=True).stdout
        names = re.findall(r"^  ([a-z]+) ", text.partition("commands:")[2].partition("\n\n")[0],
                           re.MULTILINE)
        if len(names) < 10 or not set(names) <= set(WAYS):
            raise SystemExit(f"canary.py does not know how to run all of: {' '.join(names)}")
        return names

    def environment(self, runner: str) -> dict[str, str]:
        environment = {**os.environ, **RUNNERS[runner], "RUNNER_TEMP": str(self.work),
                       "TMPDIR": str(self.work), "HOME": str(self.work)}
        for name in ("OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"):
            environment[f"GITHUB_{name}"] = str(self.work / name)
        return environment

    def run_way(self, runner: str, command: str, way: str, environment: dict[str, str]) -> None:
        title = f"{runner}: {command} {way}".rstrip()
        self.empty()
        if way.startswith(FOUND):
            self.answer("")
            self.quietly("get", environment)
        self.answer(self.faults)
        arguments = [self.program, command, "-v", *way.lstrip(FOUND).split()]
        is_action = runner == "github" and command == "action"
        status = self.watch(title, arguments, as_inputs(environment) if is_action else environment,
                            runner in ("github", "act"))
        print(f"{title}={status}")
        self.search_files(title)
        self.answer("")
        self.quietly("stop", environment)

    def empty(self) -> None:
        for directory in (self.work, self.state):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
        for name in ("OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"):
            (self.work / name).touch()

    def answer(self, faults: str) -> None:
        """How the emulator answers from now on."""
        good = {"access_token": TOKEN, "refresh_token": REFRESH, "token_type": "bearer"}
        words = [faults] if faults else []
        words += [f"token={quote(TOKEN, safe='')}", "refresh", "polls=1", "items=50"]
        body = ",".join(words).replace("GOOD", quote(json.dumps(good), safe=""))
        self.opener.open(Request(f"{self.admin}/faults", body.encode(), method="PUT"),
                         timeout=10).close()

    def quietly(self, command: str, environment: dict[str, str]) -> None:
        subprocess.run([self.program, command, "-q"], stdin=subprocess.DEVNULL, env=environment,
                       capture_output=True, check=False)

    def watch(self, title: str, arguments: list[str], environment: dict[str, str],
              masks: bool) -> int:
        seen: set[bytes] = set()
        with open(self.work / "stdout", "w+b") as out, open(self.work / "stderr", "w+b") as err:
            child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                     env=environment)
            while child.poll() is None:
                seen |= command_lines()
            seen |= command_lines()
        self.sampled += any(arguments[1].encode() in line for line in seen)
        for name in ("stdout", "stderr"):
            text = (self.work / name).read_bytes()
            is_result = name == "stdout" and RESULTS.fullmatch(" ".join(arguments[1:]))
            self.search(f"{name} of {title}", MASK.sub(b"", text) if masks else text,
                        token_may=bool(is_result))
            (self.work / name).unlink()
        self.search(f"arguments of {title}", b"\n".join(seen))
        return child.returncode

    def search_files(self, title: str) -> None:
        for directory in (self.work, self.state):
            for path in directory.rglob("*"):
                if path.is_file():
                    self.search(f"{path.name} of {title}", path.read_bytes(),
                                token_may=path.name in HANDED_OVER or path.name == "state.json",
                                refresh_may=path.name == "state.json")

    def search(self, where: str, text: bytes, token_may: bool = False,
               refresh_may: bool = False) -> None:
        log = text.decode(errors="surrogateescape")
        values = [*long_lived(), *([] if token_may else [("token", TOKEN)]),
                  *([] if refresh_may else [("refresh token", REFRESH)])]
        self.found += [f"{name}, {kind}: in {where}" for name, value in values
                       for kind, form in leaks.forms(value)
                       if len(form) >= leaks.SHORTEST and form in log]


def long_lived() -> Iterator[tuple[str, str]]:
    """The secrets of the settings, and the whole Basic value as it is sent."""
    identity = os.environ.get("CC_CLIENT_ID", "")
    for name in ("CC_CLIENT_SECRET", "CC_ACCESS_KEY_SECRET"):
        if value := os.environ.get(name):
            yield name, value
    if value := os.environ.get("CC_CLIENT_SECRET"):
        encoded = f"{quote(identity, safe='')}:{quote(value, safe='')}".replace("%20", "+")
        for pair in (f"{identity}:{value}", encoded):
            yield "the Basic value", base64.b64encode(pair.encode()).decode()


def as_inputs(environment: dict[str, str]) -> dict[str, str]:
    """As a runner passes them to an action: by names that no shell can set."""
    def name_of(variable: str) -> str:
        is_setting = variable.startswith("CC_") and variable != "CC_TOKEN"
        return "INPUT_" + variable[3:].replace("_", "-") if is_setting else variable

    return {name_of(name): value for name, value in environment.items()}


def command_lines() -> set[bytes]:
    """Of all descendants of this process, which inherits those that lose their parent."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := read(entry, "stat")):
            parents[int(entry)] = int(stat.rpartition(b")")[2].split()[1])
    return {line for process in parents if descends(process, parents)
            if (line := read(str(process), "cmdline").replace(b"\0", b" ").strip())}


def descends(process: int, parents: dict[int, int]) -> bool:
    while process := parents.get(process, 0):
        if process == os.getpid():
            return True
    return False


def read(process: str, name: str) -> bytes:
    try:
        return Path("/proc", process, name).read_bytes()
    except OSError:
        return b""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--admin", required=True)
    parser.add_argument("--faults", default="")
    parser.add_argument("runner", nargs="+", choices=RUNNERS)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    canary = Canary(options)
    for runner in options.runner:
        canary.run(runner)
    if not canary.sampled:
        raise SystemExit("canary.py saw no process")
    print("\n".join(canary.found), end="\n" if canary.found else "", file=sys.stderr)
    return 1 if canary.found else 0


if __name__ == "__main__":
    sys.exit(main())
