"""The runner's directories, and how host paths are rewritten for a container.

Facts: src/Runner.Worker/Container/ContainerInfo.cs (mappings, first match wins, later
mappings first), Handlers/ContainerActionHandler.cs (docker actions),
ContainerOperationProvider.cs MountWellKnownDirectories (job containers),
JobExtension.cs (RUNNER_WORKSPACE and GITHUB_WORKSPACE).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class PathMap:
    """Host directories and where a container sees them."""

    def __init__(self) -> None:
        self._mappings: list[tuple[str, str]] = []

    def add(self, host: Path, container: str) -> None:
        self._mappings.insert(0, (str(host), container))

    def to_container(self, value: str) -> str:
        for host, container in self._mappings:
            if value == host or value.startswith(host + "/"):
                return container + value[len(host):]
        return value

    def to_host(self, value: str) -> str:
        for host, container in self._mappings:
            if value == container or value.startswith(container + "/"):
                return host + value[len(container):]
        return value


@dataclass(frozen=True)
class Layout:
    """The tree of one runner: <root>/_work/<repo>/<repo>, _temp and the rest beside it."""

    root: Path
    repository: str

    @property
    def work(self) -> Path:
        return self.root / "_work"

    @property
    def temp(self) -> Path:
        return self.work / "_temp"

    @property
    def tools(self) -> Path:
        return self.work / "_tool"

    @property
    def actions(self) -> Path:
        return self.work / "_actions"

    @property
    def externals(self) -> Path:
        return self.root / "externals"

    @property
    def home(self) -> Path:
        """HOME of the runner's own user, which `run` steps on the host get."""
        return self.root / "home"

    @property
    def runner_workspace(self) -> Path:
        return self.work / self.repository.rpartition("/")[2]

    @property
    def workspace(self) -> Path:
        return self.runner_workspace / self.runner_workspace.name

    @property
    def github_home(self) -> Path:
        return self.temp / "_github_home"

    @property
    def github_workflow(self) -> Path:
        return self.temp / "_github_workflow"

    @property
    def file_commands(self) -> Path:
        return self.temp / "_runner_file_commands"

    def directories(self) -> tuple[Path, ...]:
        return (self.root, self.work, self.temp, self.tools, self.actions, self.externals,
                self.home, self.runner_workspace, self.workspace, self.github_home,
                self.github_workflow, self.file_commands)

    def action_mounts(self, temp_mounted: bool) -> list[tuple[Path, str]]:
        """Of a docker action; runners before 2.329 did not mount their temp directory."""
        mounts = [(self.temp, "/github/runner_temp")] if temp_mounted else []
        return mounts + [
            (self.github_home, "/github/home"),
            (self.github_workflow, "/github/workflow"),
            (self.file_commands, "/github/file_commands"),
            (self.workspace, "/github/workspace"),
        ]

    def job_container_map(self) -> PathMap:
        found = PathMap()
        # Read backwards: the work directory's mapping comes before that of the tools in it.
        found.add(self.externals, "/__e")
        found.add(self.tools, "/__t")
        found.add(self.work, "/__w")
        found.add(self.github_home, "/github/home")
        found.add(self.github_workflow, "/github/workflow")
        return found
