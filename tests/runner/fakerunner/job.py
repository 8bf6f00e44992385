"""A job from its description to its result.

Facts: src/Runner.Worker/StepsRunner.cs (order, conditions, cancelling), JobExtension.cs
(set-up, job outputs, orphan processes), JobRunner.cs and TempDirectoryManager.cs,
GitHubContext.cs and RunnerContext.cs (which variables), ContainerOperationProvider.cs.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import pwd
import shutil
import signal
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import actionyml, docker, expressions
from .log import StepLog
from .masks import SecretMasker
from .moments import Watch
from .paths import Layout
from .process import Crashed, Stop, User
from .spec import Job as Spec
from .steps import PreparedAction, StepRun, StepRunner


ARCHITECTURES = {"x86_64": "X64", "aarch64": "ARM64"}


class SetupError(Exception):
    """The job cannot start: no image, no directory, no container."""


@dataclass(frozen=True)
class RunningContainer:
    id: str
    name: str
    network: str
    path: str


class Job:
    def __init__(self, spec: Spec, root: Path,
                 stream: Callable[[str], None] | None = None) -> None:
        self.spec = spec
        self.stop = Stop()
        self.layout = Layout(root.resolve(), spec.repository)
        self.masker = SecretMasker()
        self._masked: list[str] = []
        self._stream = stream
        self.log = self._new_log()
        self.env: dict[str, str] = {}
        self.prepended_path: list[str] = []
        self.network = spec.network
        self.container: RunningContainer | None = None
        self.user = _user(spec.runner.uid)
        self.client_env = docker.client_environment()
        self.label = ""
        self._tracking_id = f"github_{uuid.uuid4()}"
        self._tokens = {name: uuid.uuid4().hex * 2 for name in ("github", "runtime")}
        self._actions: dict[str, PreparedAction] = {}
        self._built: list[str] = []
        self._runs: list[StepRun] = []
        self._post: list[StepRun] = []
        self._steps: dict[str, dict] = {}
        self._failed = False
        self._watches = [Watch(moment, fire, self._expand_path) for moment, fire in (
            (spec.cancel, self.stop.cancel), (spec.crash, self.stop.crash)) if moment]
        self.github = self._github()
        self._runner = {
            "os": "Linux", "arch": ARCHITECTURES[platform.machine()],
            "name": "fake-runner", "environment": "self-hosted",
            "tool_cache": str(self.layout.tools), "temp": str(self.layout.temp),
            "workspace": str(self.layout.runner_workspace),
            **({"debug": "1"} if spec.runner.debug else {}),
        }
        self.host_env = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.layout.home),
            "RUNNER_TRACKING_ID": self._tracking_id, **spec.runner.host_env,
        }

    # What a step asks for

    def contexts(self) -> dict[str, dict]:
        container = self.container
        return {
            "github": self.github, "runner": self._runner, "env": self.env,
            "secrets": {"GITHUB_TOKEN": self._tokens["github"], **self.spec.secrets},
            "steps": self._steps,
            "strategy": {}, "matrix": {},
            "job": {"status": self.status(), "container": {
                **({"id": container.id} if container else {}),
                **({"network": self.network} if self.network else {})}},
        }

    def context_variables(self, github: dict[str, str]) -> dict[str, str]:
        return {f"{prefix}_{name.upper()}": value
                for prefix, context in (("GITHUB", github), ("RUNNER", self._runner))
                for name, value in context.items() if name != "token"}

    def service_variables(self) -> dict[str, str]:
        """What docker actions get and `run` steps do not."""
        return {"ACTIONS_RUNTIME_URL": "https://runtime.invalid/",
                "ACTIONS_RUNTIME_TOKEN": self._tokens["runtime"]}

    def proxy_variables(self) -> dict[str, str]:
        names = {"http": "HTTP_PROXY", "https": "HTTPS_PROXY", "no": "NO_PROXY"}
        return {form: value for key, value in self.spec.runner.proxy.items()
                for form in (names[key], names[key].lower())}

    def socket_mounts(self) -> list[tuple[str, str]]:
        choice = self.spec.runner.docker_sock
        if not choice:
            return []
        return [(choice if isinstance(choice, str) else docker.SOCKET, docker.SOCKET)]

    def write_file(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        os.chown(path, self.user.uid, self.user.gid)

    def prepend_path(self, entry: str) -> None:
        if entry in self.prepended_path:
            self.prepended_path.remove(entry)
        self.prepended_path.append(entry)

    def register_post(self, run: StepRun) -> None:
        if run.stage == "main" and run.action.action.post_entrypoint:
            self._post.append(StepRun(run.step, run.key, "post", self._new_log(), run.state,
                                      run.action))

    def step_starts(self, run: StepRun) -> None:
        for watch in self._watches:
            watch.step_starts(run.key, run.stage, run.container)

    def process_started(self, run: StepRun) -> None:
        for watch in self._watches:
            watch.process_started(run.key, run.stage)

    def line(self, run: StepRun, line: str) -> None:
        for watch in self._watches:
            watch.line(run.key, run.stage, line)

    def step_ends(self, run: StepRun) -> None:
        for watch in self._watches:
            watch.step_ends(run.key, run.stage)

    def status(self) -> str:
        if self.stop.cancelled:
            return "cancelled"
        return "failure" if self._failed else "success"

    # The job

    def run(self) -> dict:
        crashed = False
        try:
            self._prepare_directories()
            self._add_masks()
            before = set(_processes())
            try:
                self._set_up()
                self._run_steps()
            except (docker.DockerError, SetupError, OSError, ValueError) as error:
                self.log.error(str(error))
                self._failed = True
            outputs, dropped = self._outputs()
            self._stop_container()
            orphans = self._kill_orphans(before)
        except Crashed:
            crashed = True
            outputs, dropped, orphans = {}, [], []
        return self._result("crashed" if crashed else self.status(), outputs, dropped, orphans)

    def _result(self, conclusion: str, outputs: dict, dropped: list, orphans: list) -> dict:
        needs_docker = bool(self._actions or self.container)
        leftover = docker.containers(self.label) if needs_docker else []
        kept = self.spec.runner.keep_leftover or conclusion == "crashed"
        result = {
            "conclusion": conclusion,
            "steps": [run.result() for run in self._runs],
            "outputs": outputs, "dropped_outputs": dropped,
            "log": self._masked,
            "masks": self.masker.values,
            "leftover": leftover, "leftover_files": self._leftover_files(),
            "orphans": orphans, "label": self.label,
            "container": self.container.name if self.container else "",
            "network": self.network,
            "paths": {name: str(getattr(self.layout, name)) for name in
                      ("root", "work", "temp", "workspace", "file_commands", "github_home")},
        }
        if not kept:
            self._clean_up(leftover)
        return result

    def _set_up(self) -> None:
        for step in self.spec.steps:
            if step.uses and step.uses not in self._actions:
                self._actions[step.uses] = self._prepare_action(step.uses)
        if self.spec.container:
            self._start_container()

    def _run_steps(self) -> None:
        self.env |= {name: expressions.expand(value, self.contexts())
                     for name, value in self.spec.env.items()}
        keys: dict[str, int] = {}
        runner = StepRunner(self)
        for step in self.spec.steps:
            key = step.id or self._default_key(step.uses, keys)
            run = StepRun(step, key, "main", self._new_log(), {},
                          self._actions.get(step.uses))
            self._run_one(runner, run, step.condition)
            if step.id:
                self._steps[step.id] = {"outputs": run.outputs, "conclusion": run.conclusion,
                                        "outcome": run.outcome or run.conclusion}
        while self._post:
            run = self._post.pop()
            self._run_one(runner, run, run.action.action.post_if)

    def _run_one(self, runner: StepRunner, run: StepRun, condition: str) -> None:
        self._runs.append(run)
        if not expressions.condition(condition, self.status()):
            run.conclusion = "skipped"
            return
        # Only what would not run after a cancellation is cancelled by it, and only once.
        cancellable = (not self.stop.cancelled
                       and not expressions.condition(condition, "cancelled"))
        runner.run(run, cancellable)
        if self.stop.crashed:
            raise Crashed
        if run.conclusion == "failure":
            self._failed = True

    @staticmethod
    def _default_key(uses: str, keys: dict[str, int]) -> str:
        name = "__run" if not uses else "__" + uses.partition("@")[0].replace("/", "_")
        keys[name] = keys.get(name, 0) + 1
        return name if keys[name] == 1 else f"{name}_{keys[name]}"

    def _new_log(self) -> StepLog:
        return StepLog(self.masker, self.spec.runner.debug, self._write)

    def _write(self, masked: str) -> None:
        self._masked += masked.split("\n")
        if self._stream:
            self._stream(masked)

    def _outputs(self) -> tuple[dict[str, str], list[str]]:
        """A job output that holds a masked value does not leave the job."""
        kept: dict[str, str] = {}
        dropped: list[str] = []
        for name, text in self.spec.outputs.items():
            value = expressions.expand(text, self.contexts())
            if value != self.masker.mask(value):
                self.log.warning(f"Skip output '{name}' since it may contain secret.")
                dropped.append(name)
            elif value:
                kept[name] = value
        return kept, dropped

    # Setting up and clearing away

    def _prepare_directories(self) -> None:
        shutil.rmtree(self.layout.temp, ignore_errors=True)
        for directory in self.layout.directories():
            directory.mkdir(parents=True, exist_ok=True)
            os.chown(directory, self.user.uid, self.user.gid)
        settings = self.layout.root / ".runner"
        if not settings.exists():
            settings.write_text(json.dumps({"agentId": str(uuid.uuid4())}), encoding="utf-8")
        self.label = hashlib.sha256(settings.read_bytes()).hexdigest()[:6]
        self.write_file(self.layout.github_workflow / "event.json", "{}")
        for name, source in self.spec.files.items():
            target = self.layout.workspace / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
            os.chown(target, self.user.uid, self.user.gid)
        if subprocess.run(["test", "-x", self.layout.workspace], check=False, cwd="/",
                          **self.user.popen_arguments()).returncode:
            raise SetupError(f"uid {self.user.uid} cannot reach {self.layout.workspace}")

    def _add_masks(self) -> None:
        for value in (*self.spec.secrets.values(), *self._tokens.values()):
            self.masker.add_value_and_lines(value.strip())

    def _prepare_action(self, uses: str) -> PreparedAction:
        source = self.spec.actions[uses]
        action = actionyml.load(source.dir)
        image = source.image or action.image.removeprefix("docker://")
        is_file = not source.image and not action.image.startswith("docker://")
        if is_file:
            image = f"{self.label}:{uuid.uuid4().hex}"
            dockerfile = source.dir / action.image
            self.log.write(f"Build container for action use: '{dockerfile}'.", "group")
            self.log.write(docker.client("build", "-t", image, "-f", str(dockerfile),
                                         str(dockerfile.parent)))
            self.log.write("", "endgroup")
            self._built.append(image)
        elif not docker.has_image(image):
            raise SetupError(f"{uses}: there is no local image {image}; none is pulled here")
        return PreparedAction(uses, action, image)

    def _start_container(self) -> None:
        for stale in docker.containers(self.label):
            docker.client("rm", "--force", stale["id"])
        if not self.network:
            self.network = f"github_network_{uuid.uuid4().hex}"
            docker.client("network", "create", "--label", self.label, self.network)
        image = self.spec.container.image
        paths = self.layout.job_container_map()
        name = docker.display_name(image)
        mounts = [*self.socket_mounts(),
                  (self.layout.work, "/__w"), (self.layout.externals, "/__e:ro"),
                  *((path, paths.to_container(str(path))) for path in (
                      self.layout.temp, self.layout.actions, self.layout.tools)),
                  (self.layout.github_home, "/github/home"),
                  (self.layout.github_workflow, "/github/workflow")]
        argv = docker.create_argv(
            name=name, label=self.label, image=image, network=self.network, mounts=mounts,
            workdir=paths.to_container(str(self.layout.workspace)),
            env={**self.proxy_variables(), **self.spec.container.env, "HOME": "/github/home"})
        self.log.write("Starting job container", "group")
        self.log.write(docker.shown(argv), "command")
        self.container = RunningContainer(docker.client(*argv[1:]), name, self.network, "")
        docker.client("start", self.container.id)
        env = docker.client("inspect", "--format", "{{json .Config.Env}}", self.container.id)
        path = next((x[5:] for x in json.loads(env) or () if x.startswith("PATH=")), "")
        self.container = RunningContainer(self.container.id, name, self.network, path)
        self.log.write("", "endgroup")

    def _stop_container(self) -> None:
        if not self.container:
            return
        docker.client("rm", "--force", self.container.id)
        if not self.spec.network:
            subprocess.run(["docker", "network", "rm", self.network], capture_output=True,
                           check=False)

    def _kill_orphans(self, before: set[int]) -> list[str]:
        mark = f"RUNNER_TRACKING_ID={self._tracking_id}".encode()
        killed: list[str] = []
        for pid in set(_processes()) - before - {os.getpid()}:
            try:
                process = Path("/proc", str(pid))
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                    os.kill(pid, signal.SIGKILL)
                    killed.append(command.decode(errors="replace").strip())
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return killed

    def _leftover_files(self) -> list[str]:
        """What others than the runner have left in its temp directory."""
        own = {self.layout.file_commands, self.layout.github_workflow, self.layout.github_home}
        found = []
        for path in sorted(self.layout.temp.rglob("*")):
            is_own = path in own or self.layout.file_commands in path.parents
            is_script = path.parent == self.layout.temp and path.suffix == ".sh"
            if not is_own and not is_script and path.name != "event.json":
                found.append(str(path.relative_to(self.layout.temp)))
        return found

    def _clean_up(self, leftover: list[dict[str, str]]) -> None:
        """The machine is the tests' own: unlike a real runner, nothing stays on it."""
        for container in leftover:
            docker.client("rm", "--force", container["id"])
        for image in self._built:
            docker.client("rmi", "--force", image)
        shutil.rmtree(self.layout.temp, ignore_errors=True)

    # Contexts

    def _github(self) -> dict[str, str]:
        owner = self.spec.repository.partition("/")[0]
        return {
            "action_ref": "", "action_repository": "", "actor": "octocat", "actor_id": "1",
            "api_url": "https://api.github.com", "base_ref": "", "event_name": "push",
            "event_path": str(self.layout.github_workflow / "event.json"),
            "graphql_url": "https://api.github.com/graphql", "head_ref": "", "job": "job",
            "ref": "refs/heads/main", "ref_name": "main", "ref_protected": "false",
            "ref_type": "branch", "repository": self.spec.repository, "repository_id": "1",
            "repository_owner": owner, "repository_owner_id": "1", "retention_days": "90",
            "run_attempt": "1", "run_id": "1", "run_number": "1",
            "server_url": "https://github.com", "sha": "0" * 40,
            "token": self._tokens["github"], "triggering_actor": "octocat",
            "workflow": "test", "workflow_sha": "0" * 40,
            "workflow_ref": f"{self.spec.repository}/.github/workflows/test.yml@refs/heads/main",
            "workspace": str(self.layout.workspace),
        }

    def _expand_path(self, text: str) -> str:
        return str(self.layout.workspace / expressions.expand(text, self.contexts()))


def _user(uid: int | None) -> User:
    if uid is None or uid == os.geteuid():
        return User(os.geteuid(), os.getegid())
    try:
        gid = pwd.getpwuid(uid).pw_gid
    except KeyError:
        gid = uid
    socket = Path(docker.SOCKET)
    return User(uid, gid, (socket.stat().st_gid,) if socket.exists() else ())


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]
