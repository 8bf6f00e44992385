"""One step from its environment to its conclusion.

Facts: src/Runner.Worker/ActionRunner.cs, Handlers/ContainerActionHandler.cs,
Handlers/ScriptHandler.cs, Handlers/Handler.cs, StepsRunner.cs.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import docker, expressions, filecommands
from .actionyml import Action
from .log import LineHandler, StepLog
from .paths import PathMap
from .process import Cancelled, Crashed, Invoker, Outcome
from .spec import Step

SHELLS = {
    "": ("sh", ("-e", "{0}")),
    "sh": ("sh", ("-e", "{0}")),
    "bash": ("bash", ("--noprofile", "--norc", "-e", "-o", "pipefail", "{0}")),
}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


@dataclass
class PreparedAction:
    """An action whose image is there."""

    uses: str
    action: Action
    image: str


@dataclass
class StepRun:
    """A step's run and all that came of it: one for main, another for post."""

    step: Step
    key: str
    stage: str
    log: StepLog
    state: dict[str, str]
    action: PreparedAction | None = None
    conclusion: str = ""
    outcome: str = ""
    exit_code: int | None = None
    container: str = ""
    argv: list[str] = field(default_factory=list)
    child_env: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    output: list[dict[str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    summary: str = ""
    signals: list[str] = field(default_factory=list)
    streams_held: bool = False

    def result(self) -> dict:
        return {
            "id": self.key, "stage": self.stage, "name": self.step.name,
            "uses": self.step.uses, "run": self.step.run,
            "conclusion": self.conclusion, "outcome": self.outcome or self.conclusion,
            "exit_code": self.exit_code, "container": self.container, "argv": self.argv,
            "child_env": self.child_env, "inputs": self.inputs,
            "log": self.log.masked, "unmasked_log": self.log.unmasked, "output": self.output,
            "annotations": self.log.annotations, "outputs": self.outputs, "env": self.env,
            "path": self.path, "state": dict(self.state), "summary": self.summary,
            "masked_summary": self._masked_summary(), "signals": self.signals,
            "streams_held": self.streams_held,
        }

    def _masked_summary(self) -> str:
        return "\n".join(self.log.masker.mask(line) for line in self.summary.split("\n"))


class StepRunner:
    """Runs a StepRun in a job. `job` lends its directories, contexts and switches."""

    def __init__(self, job) -> None:
        self._job = job
        self._files: dict[str, Path] = {}

    def run(self, run: StepRun, cancellable: bool) -> None:
        try:
            self._execute(run, cancellable)
        except Cancelled:
            run.log.error("The operation was canceled.")
            run.conclusion = "cancelled"
        except Crashed:
            run.conclusion = "crashed"
            raise
        except (OSError, ValueError) as error:
            run.log.error(str(error))
            run.conclusion = "failure"
        finally:
            self._job.step_ends(run)
        if run.log.failed and run.conclusion in ("", "success"):
            run.conclusion = "failure"
        run.conclusion = run.conclusion or "success"
        if run.conclusion == "failure" and run.step.continue_on_error:
            run.outcome, run.conclusion = "failure", "success"

    def _execute(self, run: StepRun, cancellable: bool) -> None:
        self._make_files()
        github = {**self._job.github, "action": run.key,
                  **{name: str(path) for name, path in self._files.items()}}
        contexts = {**self._job.contexts(), "github": github}
        environment = dict(self._job.env)
        contexts["env"] = environment
        environment |= {name: expressions.expand(value, contexts)
                        for name, value in run.step.env.items()}
        try:
            if run.action:
                self._container_action(run, environment, contexts, cancellable)
            else:
                self._script(run, environment, contexts, cancellable)
        finally:
            if not self._job.stop.crashed:
                self._process_files(run)

    # Docker actions

    def _container_action(self, run: StepRun, environment: dict[str, str],
                          contexts: dict, cancellable: bool) -> None:
        action = run.action.action
        self._job.register_post(run)
        if "@" in run.action.uses:
            repository, _, ref = run.action.uses.partition("@")
            contexts["github"] |= {"action_repository": repository, "action_ref": ref}
        self._inputs(run, action, contexts)
        environment |= {f"STATE_{name}": value for name, value in run.state.items()}
        self._print_action(run, environment)
        environment |= {f"INPUT_{name.replace(' ', '_').upper()}": value
                        for name, value in run.inputs.items()}
        of_inputs = {**contexts, "inputs": run.inputs}
        for name, value in action.env.items():
            environment.setdefault(name, expressions.expand(value, of_inputs))
        args = [expressions.expand(arg, of_inputs) for arg in action.args or ()]
        environment["HOME"] = str(self._job.layout.github_home)
        environment |= self._job.context_variables(contexts["github"])
        environment |= self._job.service_variables()

        mounts = self._job.layout.action_mounts(self._job.spec.runner.temp_mounted)
        paths = PathMap()
        for host, inside in mounts:
            paths.add(host, inside)
        run.child_env = {**self._job.proxy_variables(), **{
            name: paths.to_container(value) for name, value in environment.items()}}
        run.container = docker.display_name(run.action.image)
        run.argv = docker.run_argv(
            name=run.container, label=self._job.label, image=run.action.image,
            env=run.child_env, network=self._job.network, args=args,
            entrypoint=action.entrypoint if run.stage == "main" else action.post_entrypoint,
            mounts=[*self._job.socket_mounts(), *mounts])
        run.log.write(docker.shown(run.argv), "command")
        outcome = self._invoke(
            run, run.argv, {**self._job.client_env, **run.child_env}, self._job.layout.work,
            paths.to_host, cancellable)
        run.log.debug(f"Docker Action run completed with exit code {outcome.exit_code}")
        if outcome.exit_code:
            run.conclusion = "failure"

    def _inputs(self, run: StepRun, action: Action, contexts: dict) -> None:
        names = {name.lower(): name for name in action.inputs}
        given = {name: expressions.expand(value, contexts)
                 for name, value in run.step.inputs.items()}
        for name in given:
            message = action.deprecated.get(names.get(name.lower(), ""))
            if message:
                run.log.warning(f"Input '{name}' has been deprecated with message: {message}")
        unexpected = [name for name in given if name.lower() not in names]
        lower = {name.lower() for name in given}
        of_defaults = {name: value for name, value in contexts.items()
                       if name in expressions.INPUT_DEFAULT_CONTEXTS}
        run.inputs = given | {name: expressions.expand(default, of_defaults)
                              for name, default in action.inputs.items()
                              if name.lower() not in lower}
        if unexpected:
            valid = _quoted(("entryPoint", "args", *names.values()))
            run.log.warning(f"Unexpected input(s) {_quoted(unexpected)}, "
                            f"valid inputs are [{valid}]")

    def _print_action(self, run: StepRun, environment: dict[str, str]) -> None:
        if run.stage == "post":
            run.log.write("Post job cleanup.")
            return
        run.log.write(f"Run {run.step.uses}", "group")
        given = {name: value for name, value in run.inputs.items() if value}
        if given:
            run.log.write("with:")
        for name, value in given.items():
            run.log.write(f"  {name}: {value}")
        self._print_env(run, environment)
        run.log.write("", "endgroup")

    def _print_env(self, run: StepRun, environment: dict[str, str]) -> None:
        if environment:
            run.log.write("env:")
        for name, value in environment.items():
            run.log.write(f"  {name}: {value}")

    # Run steps

    def _script(self, run: StepRun, environment: dict[str, str], contexts: dict,
                cancellable: bool) -> None:
        contents = expressions.expand(run.step.run, contexts)
        shell, arguments = SHELLS[run.step.shell]
        container = self._job.container
        prepend = list(reversed(self._job.prepended_path))
        if not container:
            original = environment.get("PATH", self._job.host_env["PATH"])
            search = ":".join([*prepend, original])
            candidates = ("bash", "sh") if not run.step.shell else (shell,)
            shell = next(filter(None, (shutil.which(c, path=search) for c in candidates)), shell)
        self._print_script(run, contents, f"{shell} {' '.join(arguments)}", environment)

        script = self._job.layout.temp / f"{uuid.uuid4()}.sh"
        self._job.write_file(script, contents)
        environment |= self._job.context_variables(contexts["github"])
        if container:
            paths = self._job.layout.job_container_map()
            run.child_env = {n: paths.to_container(v) for n, v in environment.items()}
            command = [shell, *(a.format(paths.to_container(str(script))) for a in arguments)]
            run.argv = docker.exec_argv(
                container=container.id, command=command, env=run.child_env,
                workdir=paths.to_container(str(self._job.layout.workspace)),
                path=":".join([*prepend, container.path]) if prepend else "")
            outcome = self._invoke(run, run.argv, {**self._job.client_env, **run.child_env},
                                   self._job.layout.work, paths.to_host, cancellable)
        else:
            if prepend:
                environment["PATH"] = search
            run.child_env = environment
            run.argv = [shell, *(a.format(script) for a in arguments)]
            outcome = self._invoke(run, run.argv, {**self._job.host_env, **environment},
                                   self._job.layout.workspace, str, cancellable,
                                   on_host=True)
        if outcome.exit_code:
            run.log.error(f"Process completed with exit code {outcome.exit_code}.")
            run.conclusion = "failure"

    def _print_script(self, run: StepRun, contents: str, shell: str,
                      environment: dict[str, str]) -> None:
        run.log.write(f"Run {contents.strip().splitlines()[0]}", "group")
        for line in contents.replace("\r\n", "\n").rstrip("\n").split("\n"):
            run.log.write(f"\x1b[36;1m{line}\x1b[0m")
        run.log.write(f"shell: {shell}")
        self._print_env(run, environment)
        run.log.write("", "endgroup")

    # Both

    def _invoke(self, run: StepRun, argv: list[str], env: dict[str, str], cwd: Path,
                to_host_path: Callable[[str], str], cancellable: bool,
                on_host: bool = False) -> Outcome:
        handler = LineHandler(run.log, run.outputs, run.state, to_host_path)

        def on_line(stream: str, line: str) -> None:
            run.output.append({"stream": stream, "line": line})
            handler.handle(line)
            self._job.line(run, line)

        invoker = Invoker(on_line, self._job.stop, cancellable,
                          self._job.spec.runner.stderr_first)
        self._job.step_starts(run)
        marks = {"GITHUB_ACTIONS": "true", "CI": env.get("CI", "true")}
        try:
            outcome = invoker.run(argv, {**env, **marks}, cwd,
                                  self._job.user if on_host else None,
                                  lambda pid: self._job.process_started(run))
        finally:
            run.signals, run.exit_code = invoker.signals, invoker.exit_code
        run.streams_held = outcome.streams_held
        return outcome

    def _make_files(self) -> None:
        suffix = str(uuid.uuid4())
        self._files = {name: self._job.layout.file_commands / f"{prefix}{suffix}"
                       for name, prefix in filecommands.FILES}
        for path in self._files.values():
            self._job.write_file(path, "")

    def _read(self, name: str) -> str:
        """A file's text, read with the rights of the runner's user."""
        path = self._files[name]
        if not path.exists():
            return ""
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(f"Access to the path '{path}' is denied.")
        done = subprocess.run(["cat", path], capture_output=True, check=False, cwd="/",
                              **self._job.user.popen_arguments())
        if done.returncode:
            raise OSError(f"Access to the path '{path}' is denied.")
        return done.stdout.decode("utf-8-sig", "replace")

    def _process_files(self, run: StepRun) -> None:
        for name, take in (("path", self._take_path), ("env", self._take_env),
                           ("step_summary", self._take_summary),
                           ("state", self._take_state), ("output", self._take_output)):
            try:
                take(run, self._read(name))
            except (OSError, filecommands.FileCommandError) as error:
                run.log.error(f"Unable to process file command '{name}' successfully.")
                run.log.error(str(error))
                run.log.failed = True

    def _take_path(self, run: StepRun, text: str) -> None:
        run.path = filecommands.paths(text)
        for entry in run.path:
            self._job.prepend_path(entry)

    def _take_env(self, run: StepRun, text: str) -> None:
        for name, value in filecommands.pairs(text):
            if name.upper() == filecommands.BLOCKED_ENV:
                run.log.error(f"Can't store {filecommands.BLOCKED_ENV} output parameter "
                              "using '$GITHUB_ENV' command.")
                continue
            if not name:
                raise filecommands.FileCommandError("Value cannot be null. (Parameter 'name')")
            run.env[name] = self._job.env[name] = value
            run.log.debug(f"{name}='{value}'")

    def _take_summary(self, run: StepRun, text: str) -> None:
        size = len(text.encode())
        if size > filecommands.SUMMARY_LIMIT:
            run.log.error("$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of "
                          f"{filecommands.SUMMARY_LIMIT // 1024}k, got {size // 1024}k.")
        else:
            run.summary = text

    def _take_state(self, run: StepRun, text: str) -> None:
        for name, value in filecommands.pairs(text):
            run.state[name] = value
            run.log.debug(f"Save intra-action state {name} = {value}")

    def _take_output(self, run: StepRun, text: str) -> None:
        for name, value in filecommands.pairs(text):
            if not name:
                raise filecommands.FileCommandError("Value cannot be null. (Parameter 'name')")
            run.outputs[name] = value
            run.log.debug(f"Set output {name} = {value}")
