#!/usr/bin/env python3
"""Signals and terminals for the tests of `exec`.

signals.py listen FILE             write "ready", then the name of each signal that comes, one a line;
                                   end with 0 after USR2
signals.py send FILE HOW COMMAND…  run COMMAND, whose command listens to FILE, and send signals: HOW is
                                   each (to its process), group (to its process group, in which this
                                   process is not), terminal (by the keys of a terminal); print how many
                                   of each came, and the exit code
signals.py stop FILE COMMAND…      run COMMAND in an interactive shell on a terminal, stop it by a key
                                   and continue it; print what the shell said
"""

from __future__ import annotations

import fcntl
import itertools
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

TIMEOUT = 30
ROUNDS = 20 # of a signal that could come twice: the second may merge with the first
# The marker is dequeued after all others, by its number: what came twice is in the file before it.
MARKER = signal.SIGWINCH
EACH = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGCONT)


def listen(file: str) -> int:
    """The signals are blocked and taken one by one: two of a kind are seen as two."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    signals = {*EACH, MARKER, signal.SIGUSR2}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    os.write(descriptor, b"ready\n")
    while (number := signal.sigwait(signals)) != signal.SIGUSR2:
        os.write(descriptor, f"{signal.Signals(number).name}\n".encode())
    return 0


def wait_for(file: Path, line: str, count: int = 1) -> list[str]:
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        lines = file.read_text().splitlines() if file.exists() else []
        if lines.count(line) >= count:
            return lines
        time.sleep(0.01)
    raise SystemExit(f"{line} did not come")


def on_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def send(file: Path, how: str, command: list[str]) -> int:
    master, slave = pty.openpty() if how == "terminal" else (-1, subprocess.DEVNULL)
    leader = subprocess.Popen(
        command if how != "group" else ["sh", "-c", 'trap : TERM; "$@"; exit $?', "-", *command],
        stdin=slave, start_new_session=how == "group",
        preexec_fn=on_terminal if how == "terminal" else None)
    wait_for(file, "ready")
    process = only_child(leader.pid) if how == "group" else leader.pid
    if how == "each":
        for number in EACH:
            os.kill(process, number)
            wait_for(file, number.name)
    else:
        name = "SIGTERM" if how == "group" else "SIGINT"
        for count in range(1, ROUNDS + 1):
            if how == "group":
                os.killpg(leader.pid, signal.SIGTERM)
            else:
                os.write(master, b"\x03")
            wait_for(file, name, count)
    os.kill(process, MARKER)
    print(*(f"{len(list(same))} {name}" for name, same in
            itertools.groupby(wait_for(file, MARKER.name))))
    os.kill(process, signal.SIGUSR2)
    print(leader.wait(TIMEOUT))
    return 0


def only_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


class Shell:
    """An interactive shell with job control on a terminal of its own."""

    def __init__(self) -> None:
        self.said = b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ["PS1"] = "prompt> "
            os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])

    def type(self, text: bytes) -> None:
        os.write(self.terminal, text)

    def wait(self, text: bytes) -> None:
        """Read until the text has come, and go on behind it the next time."""
        end = time.monotonic() + TIMEOUT
        while text not in self.said:
            if not select.select([self.terminal], [], [], end - time.monotonic())[0]:
                raise SystemExit(f"{text!r} did not come: {self.said!r}")
            self.said += os.read(self.terminal, 4096)
        self.said = self.said.partition(text)[2]


def stop(file: Path, command: list[str]) -> int:
    shell = Shell()
    shell.wait(b"prompt> ")
    shell.type(b"stty -echo\n")
    shell.wait(b"prompt> ")
    shell.type(shlex.join(command).encode() + b"\n")
    wait_for(file, "ready")
    shell.type(b"\x1a")
    shell.wait(b"Stopped")
    shell.wait(b"prompt> ")
    shell.type(b"fg\n")
    wait_for(file, "SIGCONT")
    print("stopped and continued")
    shell.type(b"\x03")
    names = wait_for(file, "SIGINT")
    print("interrupted", names.count("SIGINT"))
    shell.type(b"\x1a")
    shell.wait(b"Stopped")
    shell.wait(b"prompt> ")
    shell.type(b"kill -USR2 $(jobs -p); fg\n")
    shell.wait(b"prompt> ")
    shell.type(b"echo code=$?\n")
    shell.wait(b"code=0")
    print("ended")
    shell.type(b"exit\n")
    os.waitpid(shell.pid, 0)
    return 0


def main() -> int:
    match sys.argv[1:]:
        case ["listen", file]:
            return listen(file)
        case ["send", file, how, *command]:
            return send(Path(file), how, command)
        case ["stop", file, *command]:
            return stop(Path(file), command)
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
