#!/usr/bin/env python3
"""Runs the program while memory ends, at one allocation after the other, and judges what it does.

usage: torture.py [--program FILE] [--sample N] [--all] [--lasts] [--reserve] [-v] [SCENARIO...]
       torture.py --list

Each run is one command of a scenario in which one allocation fails (with --lasts: it and all that
follow), and the reserve of src/base/mem.c is not to be had, unless --reserve says so. Whatever
happens:

  - the program ends by itself, with an exit code of its own, and by no signal;
  - exit 0 means that all was done: the same output, and the same effect, as with enough memory;
  - any other exit says why, in a line; no line is empty, and none holds a secret;
  - each token that the server still takes is in state.json, unless the exit is 70, or a warning
    says that it is not.

Without --all only allocations of the program's own code count, else its libraries' too. With
--sample N at most N of them fail, evenly spread.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "emulator"))

from harness import Emulator  # noqa: E402

SECONDS = 60  # for one run; none takes a tenth of it
SHOWN = 5  # faults of one scenario that are shown
NUMBERS = count(1)


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


@dataclass
class World:
    """One run's surroundings: a namespace of the emulator, a state directory, the runner's files."""

    emulator: Emulator
    program: Path
    directory: Path
    words: str = "-"
    vendor: str = "genesys"
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = f"torture.{os.getpid()}.{next(NUMBERS)}"
        emu = self.emulator.env
        base = f"{emu['EMU_URL']}/ns/{self.name}/{self.words}/{self.vendor}"
        for name in ("state", "home", "tmp"):
            (self.directory / name).mkdir(parents=True)
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory / "home"),
            "TMPDIR": str(self.directory / "tmp"), "CC_STATE_DIR": str(self.directory / "state"),
            "CC_CA_FILE": emu["EMU_CA_FILE"], "CC_RETRY_FOR": "0", "CC_API_URL": base,
            "ASAN_OPTIONS": "verify_asan_link_order=0:allocator_may_return_null=1",
            **VENDORS[self.vendor](emu, base), **self.env,
        }

    def runner(self) -> None:
        """From here on a step of GitHub's runner."""
        for name in ("OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"):
            file = self.directory / name
            file.touch()
            self.env[f"GITHUB_{name}"] = str(file)
        self.env.update(GITHUB_ACTIONS="true", RUNNER_TEMP=str(self.directory / "tmp"))

    def secrets(self) -> set[str]:
        return {value for name, value in self.env.items() if name.endswith("_SECRET")}

    def run(self, arguments: tuple[str, ...], torture: dict[str, str] | None = None,
            ) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, *arguments], env={**self.env, **(torture or {})},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                              text=True, errors="backslashreplace", check=False)

    def alive(self) -> set[str]:
        """Fingerprints of the tokens that the server takes."""
        tokens = self.emulator.fetch(
            "GET", f"{self.emulator.env['EMU_HTTP_URL']}/admin/ns/{self.name}/tokens").json()
        return {one["fingerprint"] for one in tokens if one["valid"]}

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(file.read_text())
                for file in (self.directory / "state").glob("*/state.json")]

    def recorded(self) -> set[str]:
        return {fingerprint(token["access_token"]) for record in self.records()
                for token in [*record["replaced"], *filter(None, [record.get("token")])]}

    def tokens(self) -> set[str]:
        return {token["access_token"] for record in self.records()
                for token in [*record["replaced"], *filter(None, [record.get("token")])]}


VENDORS: dict[str, Callable[[dict[str, str], str], dict[str, str]]] = {
    "genesys": lambda emu, base: {
        "CC_PROVIDER": "genesys", "CC_TOKEN_URL": f"{base}/oauth/token",
        "CC_CLIENT_ID": emu["EMU_GENESYS_ID"], "CC_CLIENT_SECRET": emu["EMU_GENESYS_SECRET"]},
    "oauth2": lambda emu, base: {
        "CC_PROVIDER": "oauth2", "CC_ISSUER": base,
        "CC_CLIENT_ID": emu["EMU_OAUTH2_ID"], "CC_CLIENT_SECRET": emu["EMU_OAUTH2_SECRET"]},
    "cxone": lambda emu, base: {
        "CC_PROVIDER": "cxone", "CC_ISSUER": base,
        "CC_CLIENT_ID": emu["EMU_CXONE_ID"], "CC_CLIENT_SECRET": emu["EMU_CXONE_SECRET"],
        "CC_ACCESS_KEY_ID": emu["EMU_CXONE_KEY_ID"],
        "CC_ACCESS_KEY_SECRET": emu["EMU_CXONE_KEY_SECRET"]},
}


@dataclass
class Result:
    code: int
    out: str
    err: str
    world: World


@dataclass
class Scenario:
    """A command, what is done before it with enough memory, and what 0 has to mean."""

    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    vendor: str = "genesys"
    words: str = "-"
    runner: bool = False
    env: dict[str, str] = field(default_factory=dict)
    masks: bool = False  # stdout may show tokens in mask lines
    quiet: bool = False  # the command may fail without a line of ours
    mints: bool = True  # without memory to read the answer in, a new token is lost
    done: Callable[[Result, Result], str | None] = lambda have, want: None

    def start(self, suite: "Suite") -> World:
        world = World(suite.emulator, suite.program, Path(tempfile.mkdtemp(dir=suite.directory)),
                      self.words, self.vendor, dict(self.env))
        if self.runner:
            world.runner()
        for command in self.before:
            done = world.run(command)
            if done.returncode:
                raise SystemExit(f"torture: {command} does not even work: {done.stderr}")
        return world


def prints_its_token(have: Result, want: Result) -> str | None:
    shown = re.findall(r"[A-Za-z0-9_-]{60,}", have.out)
    tokens = have.world.tokens()
    return None if shown and set(shown) <= tokens else "the token on stdout is not the stored one"


def same_shape(have: Result, want: Result) -> str | None:
    """The same output but for tokens, times and paths."""
    def shape(text: str) -> str:
        text = re.sub(r"[A-Za-z0-9_-]{60,}|\b[0-9a-f]{16}\b", "T", text)
        text = re.sub(r"torture\.\d+\.\d+|/tmp[^\"' ]*", "N", text)
        return re.sub(r"\d[\d:.TZ-]*", "0", text)
    return None if shape(have.out) == shape(want.out) else f"another output: {have.out!r}"


def same_output(have: Result, want: Result) -> str | None:
    return None if have.out == want.out else \
        f"another output: {len(have.out)} bytes, not {len(want.out)}"


def nothing_lives(have: Result, want: Result) -> str | None:
    living = have.world.alive()
    return f"exit 0, and {len(living)} tokens live" if living else None


def hidden(have: Result, want: Result) -> str | None:
    return same_shape(have, want) if "***" in have.out else f"not hidden: {have.out!r}"


def handed_over(have: Result, want: Result) -> str | None:
    for name in ("OUTPUT", "ENV", "STATE"):
        lines = [file.read_text() for file in
                 (have.world.directory / name, want.world.directory / name)]
        names = [[line.split("=")[0] for line in text.splitlines()] for text in lines]
        if names[0] != names[1]:
            return f"GITHUB_{name} holds {names[0]}"
        if any(line.endswith("=") for line in lines[0].splitlines()) and lines[0] != lines[1]:
            return f"GITHUB_{name} holds an empty value: {lines[0]!r}"
    return None


GET = ("get",)
SCENARIOS = {
    "get": Scenario(GET, done=prints_its_token),
    "get-stored": Scenario(GET, (GET,), done=prints_its_token),
    "get-force": Scenario(("get", "--force"), (GET,), done=prints_its_token),
    "get-json": Scenario(("get", "--format", "json"), (GET,), done=same_shape),
    "get-env": Scenario(("get", "--format", "env"), (GET,), done=same_shape),
    "get-oauth2": Scenario(GET, vendor="oauth2", words="refresh", done=prints_its_token),
    "get-cxone": Scenario(GET, vendor="cxone", done=prints_its_token),
    "get-masked": Scenario(GET, (GET,), runner=True, masks=True, done=prints_its_token),
    "status": Scenario(("status",), (GET,), done=same_shape),
    "status-json": Scenario(("status", "--json"), (GET,), done=same_shape),
    "exec": Scenario(("exec", "--", "sh", "-c", 'echo "$CC_ACCESS_TOKEN$CC_CLIENT_SECRET"'),
                     (GET,), quiet=True, done=prints_its_token),
    "exec-redact": Scenario(("exec", "--redact", "--", "sh", "-c", 'cat "$CC_TOKEN_FILE"; echo'),
                            (GET,), quiet=True, done=hidden),
    "api": Scenario(("api", "/api/v2/tokens/me"), (GET,), done=same_output),
    "api-body": Scenario(("api", "-i", "-F", "a[b][]=1", "-F", "c=@/proc/self/comm", "-H", "X: y",
                          "/api/v2/users/search"), (GET,), done=same_shape),
    "api-list": Scenario(("api", "--paginate", "/api/v2/users"), (GET,), words="items=250",
                         done=same_output),
    "api-slurp": Scenario(("api", "--slurp", "--page-size", "100", "--concurrency", "3",
                           "/api/v2/users"), (GET,), words="items=250", done=same_output),
    "stop": Scenario(("stop",), (GET, ("get", "--force")), mints=False, done=nothing_lives),
    "stop-oauth2": Scenario(("stop",), (GET,), vendor="oauth2", words="refresh",
                            mints=False, done=nothing_lives),
    "action": Scenario(("action",), runner=True, masks=True, done=handed_over),
    "post": Scenario(("post",), (("action",),), runner=True, mints=False),
    "doctor": Scenario(("doctor", "--json"), done=same_shape),
    "providers": Scenario(("providers", "--json"), done=same_output),
    "help": Scenario(("help",), done=same_output),
}

# Warnings by which a token that lives and is not stored is owned up to.
OWNED_UP = re.compile(r"neither be stored nor revoked|could not be revoked|not revoked|lives? on")


@dataclass
class Suite:
    emulator: Emulator
    program: Path
    library: Path
    directory: Path
    own: bool
    lasts: bool
    reserve: bool
    verbose: bool
    trace: bool = False
    failures: int = 0

    def torture(self, scenario: Scenario, at: int) -> tuple[Result, int, int]:
        """The result, and how many allocations there were, and failed."""
        world = scenario.start(self)
        tell = world.directory / "tell"
        done = world.run(scenario.command, {
            "LD_PRELOAD": str(self.library), "TORTURE_NAME": self.program.name,
            "TORTURE_AT": str(at), "TORTURE_TELL": str(tell),
            "TORTURE_OWN": "1" if self.own else "", "TORTURE_LASTS": "1" if self.lasts else "",
            "TORTURE_BARE": "" if self.reserve else "1",
            "TORTURE_TRACE": "1" if self.trace else ""})
        lines = tell.read_text().split() if tell.exists() else []
        counted = max(map(int, lines[1::3]), default=0)
        failed = max(map(int, lines[2::3]), default=0)
        return Result(done.returncode, done.stdout, done.stderr, world), counted, failed

    def judge(self, scenario: Scenario, have: Result, want: Result) -> list[str]:
        said = have.err.splitlines()
        ours = [line for line in said if line.startswith("cc-token: ")]
        faults = []
        if have.code < 0 or "Sanitizer" in have.err or "assert" in have.err.lower():
            faults.append(f"it ended by {have.code}")
        if any(line.removeprefix("cc-token: ").removeprefix("warning: ").strip() == ""
               for line in ours):
            faults.append("a line says nothing")
        if have.code and not ours and not scenario.quiet:
            faults.append(f"exit {have.code} without a word")
        if have.code == 0 and (why := scenario.done(have, want)):
            faults.append(why)
        shown = have.err if scenario.masks else have.err + "".join(
            line for line in have.out.splitlines(True) if have.code)
        shown = "".join(line for line in shown.splitlines(True) if "add-mask" not in line)
        if any(secret in shown for secret in have.world.secrets()):
            faults.append("a secret is shown")
        try:
            lost = have.world.alive() - have.world.recorded()
        except ValueError as fault:
            return [*faults, f"state.json is torn: {fault}"]
        if lost and not (have.code == 70 and scenario.mints) and not OWNED_UP.search(have.err):
            faults.append(f"{len(lost)} tokens live that nobody can revoke")
        return faults

    def show_stack(self, scenario: Scenario, at: int) -> None:
        """Where in the program that allocation is."""
        self.trace = True
        have, _, _ = self.torture(scenario, at)
        self.trace = False
        where = re.findall("^torture: (.*)$", have.err, re.MULTILINE)
        lines = subprocess.run(["addr2line", "-pfse", self.program, *where], text=True,
                               stdout=subprocess.PIPE, check=False).stdout.splitlines()
        print("   ", " < ".join(line.split(" (")[0] for line in lines[:8]))

    def run(self, name: str, sample: int) -> None:
        scenario = SCENARIOS[name]
        want, total, _ = self.torture(scenario, 0)
        if want.code:
            raise SystemExit(f"torture: {name} does not even work: {want.err}")
        step = max(1, total // sample) if sample else 1
        wrong = codes = 0
        for at in range(1, total + 1, step):
            have, _, failed = self.torture(scenario, at)
            faults = self.judge(scenario, have, want)
            wrong += bool(faults)
            codes += have.code == 0
            if (faults and wrong <= SHOWN) or self.verbose:
                print(f"{name}: allocation {at} of {total}: exit {have.code}: "
                      f"{'; '.join(faults) or 'as it should'}: {have.err.strip()[-400:]!r}")
            if faults and wrong <= SHOWN:
                self.show_stack(scenario, at)
            if failed == 0 and have.code >= 0 and at < total // 2:
                print(f"{name}: allocation {at} did not fail")
                wrong += 1
            shutil.rmtree(have.world.directory)
        print(f"{name}: {total} allocations, every {step}: {wrong} wrong, {codes} did without")
        self.failures += wrong


def compile_library(directory: Path) -> Path:
    library = directory / "memory.so"
    subprocess.run([os.environ.get("CC", "gcc"), "-shared", "-fPIC", "-O2", "-Wall", "-Wextra",
                    "-Werror", "-o", library, Path(__file__).with_name("memory.c"), "-ldl"],
                   check=True)
    return library


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "cc-token")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--lasts", action="store_true")
    parser.add_argument("--reserve", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("scenarios", nargs="*")
    options = parser.parse_args()
    if options.list:
        print("\n".join(SCENARIOS))
        return 0
    emulator = Emulator()
    directory = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        suite = Suite(emulator, options.program.resolve(), compile_library(directory), directory,
                      not options.all, options.lasts, options.reserve, options.verbose)
        for name in options.scenarios or SCENARIOS:
            suite.run(name, options.sample)
    finally:
        emulator.stop()
        shutil.rmtree(directory)
    return 1 if suite.failures else 0


if __name__ == "__main__":
    sys.exit(main())
