"""Named moments of a job: awaited, never slept for."""

from __future__ import annotations

import glob
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from . import docker
from .spec import Moment


@dataclass
class Watch:
    """One moment, and what to do when it has come."""

    moment: Moment
    fire: Callable[[], None]
    expand: Callable[[str], str]
    _watchers: list[subprocess.Popen] = field(default_factory=list)
    _step_over: threading.Event = field(default_factory=threading.Event)

    def _is(self, on: str, step: str, stage: str) -> bool:
        return (self.moment.on, self.moment.step, self.moment.stage) == (on, step, stage)

    def step_starts(self, step: str, stage: str, container: str) -> None:
        self._step_over.clear()
        if self._is("start", step, stage):
            self.fire()
        if self._is("running", step, stage) and container:
            self._watchers.append(docker.when_started(container, self.fire))
        if self._is("file", step, stage):
            threading.Thread(target=self._await_file, daemon=True).start()

    def process_started(self, step: str, stage: str) -> None:
        if self._is("running", step, stage) and not self._watchers:
            self.fire()

    def line(self, step: str, stage: str, text: str) -> None:
        if self._is("output", step, stage) and re.search(self.moment.match, text):
            self.fire()

    def step_ends(self, step: str, stage: str) -> None:
        self._step_over.set()
        while self._watchers:
            watcher = self._watchers.pop()
            watcher.terminate()
            watcher.wait()
            watcher.stdout.close()
        if self._is("end", step, stage):
            self.fire()

    def _await_file(self) -> None:
        pattern = self.expand(self.moment.path)
        while not self._step_over.wait(0.01):
            if glob.glob(pattern):
                self.fire()
                return
