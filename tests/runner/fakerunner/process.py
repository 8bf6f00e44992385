"""Starting a child as the runner does: lines as they come, and the way of cancelling.

Facts: src/Runner.Sdk/ProcessInvoker.cs (signals to the one process, 7.5 s and 2.5 s; of the
lines that are there, stderr's are handled before stdout's; streams that a grandchild holds
open are given up 5 s after the end; stdin is closed).
"""

from __future__ import annotations

import collections
import io
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_AFTER_INT = 7.5
GRACE_AFTER_TERM = 2.5
HELD_STREAMS = 5.0


class Cancelled(Exception):
    """The job was cancelled while the child ran; the child has ended or was killed."""


class Crashed(Exception):
    """The runner's machine was lost: nothing is cleaned up."""


@dataclass(frozen=True)
class User:
    """Whom `run` steps run as, and who owns the workspace."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def popen_arguments(self) -> dict:
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": list(self.groups)}


class Stop:
    """A request to cancel or to crash the job, from another thread or a signal handler.

    It takes no lock, since a handler may run while the interrupted code holds it.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self.crashed = False
        self._wakers: list[Callable[[], None]] = []

    def cancel(self) -> None:
        self.cancelled = True
        self._wake()

    def crash(self) -> None:
        self.crashed = True
        self._wake()

    def _wake(self) -> None:
        for waker in list(self._wakers):
            waker()

    def add_waker(self, waker: Callable[[], None]) -> None:
        self._wakers.append(waker)

    def remove_waker(self, waker: Callable[[], None]) -> None:
        self._wakers.remove(waker)


@dataclass
class Outcome:
    exit_code: int
    streams_held: bool


class Invoker:
    """One child. on_line(stream, line) is called in the thread of run()."""

    def __init__(self, on_line: Callable[[str, str], None], stop: Stop,
                 cancellable: bool = True, stderr_first: bool = False) -> None:
        self.signals: list[str] = []
        self.exit_code: int | None = None
        self._on_line = on_line
        self._stop = stop
        self._cancellable = cancellable
        self._stderr_first = stderr_first
        # A SimpleQueue, since its put() may interrupt its get().
        self._wakings: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._lines: dict[str, collections.deque[str]] = {
            "stderr": collections.deque(), "stdout": collections.deque()}
        self.ended = threading.Event()

    def run(self, argv: Sequence[str], env: dict[str, str], cwd: Path,
            user: User | None = None, started: Callable[[int], None] | None = None) -> Outcome:
        child = subprocess.Popen(
            argv, env=env, cwd=cwd, process_group=0, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            **(user.popen_arguments() if user else {}))
        readers = [threading.Thread(target=self._read, args=(name, stream), daemon=True)
                   for name, stream in (("stdout", child.stdout), ("stderr", child.stderr))]
        waiter = threading.Thread(target=self._wait, args=(child, readers), daemon=True)
        for thread in (*readers, waiter):
            thread.start()
        if started:
            started(child.pid)
        self._stop.add_waker(self._wake)
        self._wake()
        try:
            cancelled = self._pump(child)
        finally:
            self._stop.remove_waker(self._wake)
        waiter.join()
        self.exit_code = child.returncode
        if cancelled:
            raise Cancelled
        held = any(reader.is_alive() for reader in readers)
        return Outcome(child.returncode, held)

    def _pump(self, child: subprocess.Popen) -> bool:
        canceller: threading.Thread | None = None
        while True:
            self._wakings.get()
            ended = self.ended.is_set()
            self._drain(last=ended)
            if self._stop.crashed:
                child.kill()
                raise Crashed
            if ended:
                break
            if self._cancellable and self._stop.cancelled and not canceller:
                canceller = threading.Thread(target=self._cancel, args=(child,), daemon=True)
                canceller.start()
        if canceller:
            canceller.join()
        return self._cancellable and self._stop.cancelled

    def _wake(self) -> None:
        self._wakings.put(None)

    def _drain(self, last: bool) -> None:
        names = ["stderr"] if self._stderr_first and not last else ["stderr", "stdout"]
        batch = [(name, self._lines[name].popleft())
                 for name in names for _ in range(len(self._lines[name]))]
        for name, line in batch:
            self._on_line(name, line)

    def _read(self, name: str, stream: io.BufferedReader) -> None:
        # A carriage return ends a line too, as for .NET's StreamReader.ReadLine.
        with io.TextIOWrapper(stream, encoding="utf-8", errors="replace",
                              newline=None) as lines:
            for line in lines:
                self._lines[name].append(line.removesuffix("\n"))
                self._wake()

    def _wait(self, child: subprocess.Popen, readers: list[threading.Thread]) -> None:
        child.wait()
        patience = threading.Timer(HELD_STREAMS, self._end)
        patience.daemon = True
        patience.start()
        for reader in readers:
            while reader.is_alive() and not self.ended.is_set():
                reader.join(0.05)
        patience.cancel()
        self._end()

    def _end(self) -> None:
        self.ended.set()
        self._wake()

    def _cancel(self, child: subprocess.Popen) -> None:
        for number, grace in ((signal.SIGINT, GRACE_AFTER_INT),
                              (signal.SIGTERM, GRACE_AFTER_TERM)):
            self.signals.append(signal.Signals(number).name)
            child.send_signal(number)
            if self.ended.wait(grace):
                return
        self.signals.append("SIGKILL")
        child.kill()
