"""The docker client's command lines, as the runner writes them.

Facts: src/Runner.Worker/Container/DockerCommandManager.cs (DockerRun, DockerCreate),
Handlers/StepHost.cs ContainerStepHost (docker exec), ContainerOperationProvider.cs (job
containers, networks, stale containers).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

SOCKET = "/var/run/docker.sock"
REMOVAL_PATIENCE = 10.0


class DockerError(Exception):
    pass


def display_name(image: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9_]', '', image) or 'image'}_{uuid.uuid4().hex[:6]}"


def _by_name(env: Iterable[str]) -> list[str]:
    """Names alone: the values stand in the client's environment, not on its command line."""
    return [part for name in env if name for part in ("-e", name)]


def _marks(env: Mapping[str, str]) -> list[str]:
    return ["-e", "GITHUB_ACTIONS=true"] + ([] if "CI" in env else ["-e", "CI=true"])


def _volumes(mounts: Iterable[tuple[Path | str, str]]) -> list[str]:
    return [part for host, inside in mounts for part in ("-v", f"{host}:{inside}")]


def run_argv(*, name: str, label: str, image: str, env: Mapping[str, str], entrypoint: str,
             network: str, mounts: Iterable[tuple[Path | str, str]],
             args: Sequence[str]) -> list[str]:
    return [
        "docker", "run", "--name", name, "--label", label,
        "--workdir", "/github/workspace", "--rm",
        *_by_name(env), *_marks(env),
        *(["--entrypoint", entrypoint] if entrypoint else []),
        *(["--network", network] if network else []),
        *_volumes(mounts), image, *args,
    ]


def create_argv(*, name: str, label: str, image: str, env: Mapping[str, str], workdir: str,
                network: str, mounts: Iterable[tuple[Path | str, str]]) -> list[str]:
    """A job container: it does nothing, and `run` steps are executed in it."""
    values = [part for key, value in env.items() for part in ("-e", f"{key}={value}")]
    return [
        "docker", "create", "--name", name, "--label", label, "--workdir", workdir,
        "--network", network, *values, *_marks(env), *_volumes(mounts),
        "--entrypoint", "tail", image, "-f", "/dev/null",
    ]


def exec_argv(*, container: str, workdir: str, env: Iterable[str], path: str,
              command: Sequence[str]) -> list[str]:
    return [
        "docker", "exec", "-i", "--workdir", workdir, *_by_name(env),
        *(["-e", f"PATH={path}"] if path else []), container, *command,
    ]


def shown(argv: Sequence[str]) -> str:
    return shlex.join(argv)


def client(*args: str) -> str:
    """The output of a docker command that must work."""
    done = subprocess.run(["docker", *args], capture_output=True, text=True, check=False)
    if done.returncode:
        raise DockerError(f"docker {args[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def has_image(image: str) -> bool:
    return not subprocess.run(["docker", "image", "inspect", image], capture_output=True,
                              check=False).returncode


def containers(label: str) -> list[dict[str, str]]:
    """Those that carry the label; those whose removal is under way are waited for."""
    deadline = time.monotonic() + REMOVAL_PATIENCE
    while True:
        lines = client("ps", "--all", "--no-trunc", "--filter", f"label={label}",
                       "--format", "{{json .}}").splitlines()
        found = [json.loads(line) for line in lines]
        if time.monotonic() > deadline or not any(_leaving(c) for c in found):
            return [{"id": c["ID"], "name": c["Names"], "image": c["Image"],
                     "status": c["Status"]} for c in found]
        time.sleep(0.05)


def _leaving(container: Mapping[str, str]) -> bool:
    """It removes itself, and has ended: that it is still listed is the engine's delay."""
    if container["State"] in ("created", "running", "paused", "restarting"):
        return False
    asked = subprocess.run(
        ["docker", "inspect", "--format", "{{.HostConfig.AutoRemove}}", container["ID"]],
        capture_output=True, text=True, check=False)
    return asked.stdout.strip() != "false"


def when_started(name: str, then: Callable[[], None]) -> subprocess.Popen:
    """Calls `then` in a thread once the container has started; returns what to terminate."""
    watcher = subprocess.Popen(
        ["docker", "events", "--since", str(int(time.time())), "--filter", f"container={name}",
         "--filter", "event=start", "--format", "{{.ID}}"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def watch() -> None:
        if watcher.stdout.readline():
            then()
    threading.Thread(target=watch, daemon=True).start()
    return watcher


def client_environment() -> dict[str, str]:
    """What a runner's own environment gives to the docker client."""
    return {name: value for name, value in os.environ.items()
            if name in ("PATH", "HOME") or name.startswith("DOCKER_")}
