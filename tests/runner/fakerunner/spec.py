"""The job description: JSON, every key checked. ../README.md is its manual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

MOMENTS = ("start", "running", "output", "file", "end")


class SpecError(ValueError):
    """The description asks for what this runner does not know."""


@dataclass(frozen=True)
class ActionSource:
    """Where `uses:` finds an action; `image` replaces the image that action.yml names."""

    dir: Path
    image: str = ""


@dataclass(frozen=True)
class RunnerOptions:
    temp_mounted: bool = True
    docker_sock: bool | str = True
    uid: int | None = None
    debug: bool = False
    proxy: Mapping[str, str] = field(default_factory=dict)
    host_env: Mapping[str, str] = field(default_factory=dict)
    stderr_first: bool = False
    keep_leftover: bool = False


@dataclass(frozen=True)
class JobContainer:
    image: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Moment:
    """When to cancel the job or to lose the runner."""

    step: str
    on: str
    match: str = ""
    path: str = ""
    stage: str = "main"


@dataclass(frozen=True)
class Step:
    uses: str = ""
    run: str = ""
    id: str = ""
    name: str = ""
    shell: str = ""
    condition: str = "success()"
    continue_on_error: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    steps: tuple[Step, ...]
    actions: Mapping[str, ActionSource] = field(default_factory=dict)
    runner: RunnerOptions = RunnerOptions()
    repository: str = "octo-org/octo-repo"
    files: Mapping[str, Path] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    network: str = ""
    container: JobContainer | None = None
    cancel: Moment | None = None
    crash: Moment | None = None


def parse(text: Any, base: Path) -> Job:
    """The job of a parsed JSON document; relative paths stand on `base`."""
    values = _mapping(text, "job")
    if not isinstance(values.get("steps"), list) or not values["steps"]:
        raise SpecError("steps: a list of at least one step is needed")
    steps = tuple(_step(step, f"steps[{i}]") for i, step in enumerate(values["steps"]))
    known = {step.id for step in steps if step.id}
    if len(known) != len([step for step in steps if step.id]):
        raise SpecError("steps: an id is given twice")
    job = _build(Job, {
        **values,
        "steps": steps,
        "actions": {name: _action(value, name, base)
                    for name, value in _mapping(values.get("actions", {}), "actions").items()},
        "runner": _build(RunnerOptions, values.get("runner", {}), "runner"),
        "files": {name: base / path for name, path in _strings(values, "files").items()},
        **{name: _strings(values, name) for name in ("secrets", "env", "outputs")},
        "container": _optional(JobContainer, values, "container"),
        "cancel": _optional(Moment, values, "cancel"),
        "crash": _optional(Moment, values, "crash"),
    }, "job")
    _check(job, known)
    return job


def _check(job: Job, ids: set[str]) -> None:
    for step in job.steps:
        if step.uses and step.uses not in job.actions:
            raise SpecError(f"uses: {step.uses} is not among the actions")
    for name in ("cancel", "crash"):
        moment = getattr(job, name)
        if not moment:
            continue
        if moment.step not in ids:
            raise SpecError(f"{name}.step: no step has the id {moment.step}")
        if moment.on not in MOMENTS:
            raise SpecError(f"{name}.on: one of {', '.join(MOMENTS)}")
        if moment.stage not in ("main", "post"):
            raise SpecError(f"{name}.stage: main or post")
        if (moment.on == "output") != bool(moment.match):
            raise SpecError(f"{name}.match: goes with on=output")
        if (moment.on == "file") != bool(moment.path):
            raise SpecError(f"{name}.path: goes with on=file")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", job.repository):
        raise SpecError("repository: owner/name")
    if set(job.runner.proxy) - {"http", "https", "no"}:
        raise SpecError("runner.proxy: http, https and no are its keys")


def _step(value: Any, where: str) -> Step:
    values = dict(_mapping(value, where))
    for name, key in (("condition", "if"), ("inputs", "with"),
                      ("continue_on_error", "continue-on-error")):
        if name in values:
            raise SpecError(f"{where}.{name}: unknown key")
        if key in values:
            values[name] = values.pop(key)
    step = _build(Step, {**values, **{key: _strings(values, key) for key in ("inputs", "env")}},
                  where)
    if bool(step.uses) == bool(step.run):
        raise SpecError(f"{where}: either uses or run")
    if step.run and step.inputs or step.uses and step.shell:
        raise SpecError(f"{where}: with goes with uses, shell with run")
    return step


def _action(value: Any, name: str, base: Path) -> ActionSource:
    values = dict(_mapping(value, f"actions.{name}"))
    if "dir" in values:
        values["dir"] = (base / values["dir"]).resolve()
    return _build(ActionSource, values, f"actions.{name}")


def _optional(kind: type, values: Mapping, key: str) -> Any:
    return _build(kind, values[key], key) if values.get(key) is not None else None


def _mapping(value: Any, where: str) -> Mapping:
    if not isinstance(value, Mapping):
        raise SpecError(f"{where}: an object is needed")
    return value


def _strings(values: Mapping, key: str) -> dict[str, str]:
    found = _mapping(values.get(key, {}), key)
    if not all(isinstance(value, str) for value in found.values()):
        raise SpecError(f"{key}: its values are strings")
    return dict(found)


def _build(kind: type, values: Any, where: str) -> Any:
    values = _mapping(values, where)
    known = {f.name: f for f in fields(kind)}
    unknown = set(values) - set(known)
    if unknown:
        raise SpecError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    missing = [name for name, f in known.items() if name not in values
               and f.default is MISSING and f.default_factory is MISSING]
    if missing:
        raise SpecError(f"{where}: {', '.join(missing)} is needed")
    return kind(**values)
