"""What a step writes: log lines, masked as they are written, and annotations.

Facts: src/Runner.Worker/ExecutionContext.cs (Write, AddIssue, Debug, WellKnownTags),
src/Runner.Worker/ActionCommandManager.cs (what each command does),
src/Runner.Worker/Handlers/OutputManager.cs (which lines are tried as commands).
"""

from __future__ import annotations

from collections.abc import Callable

from . import commands
from .masks import SecretMasker

MAX_ISSUES = 10
MAX_ISSUE_LENGTH = 4096
OMIT_ECHO = frozenset({"add-mask", "debug", "warning", "error", "notice"})
DISABLED = frozenset({"set-env", "add-path"})


class CommandFailed(Exception):
    """A command that the runner refuses: the step fails."""


class StepLog:
    """The log of one step. `masked` is what a user sees, `unmasked` what was tried.

    Each message goes masked to `sink` as it is written; it may hold line breaks.
    """

    def __init__(self, masker: SecretMasker, debug: bool,
                 sink: Callable[[str], None]) -> None:
        self.masker = masker
        self.debug_on = debug
        self.echo = debug
        self.masked: list[str] = []
        self.unmasked: list[str] = []
        self.annotations: list[dict[str, str]] = []
        self.failed = False
        self._sink = sink
        self._counts = {"error": 0, "warning": 0, "notice": 0}

    def write(self, text: str, tag: str = "") -> None:
        message = f"##[{tag}]{text}" if tag else text
        masked = self.masker.mask(message)
        self.unmasked += message.split("\n")
        self.masked += masked.split("\n")
        self._sink(masked)

    def debug(self, text: str) -> None:
        if self.debug_on:
            for line in text.replace("\r\n", "\n").split("\n"):
                self.write(line, "debug")

    def issue(self, level: str, message: str, properties: dict[str, str] | None = None) -> None:
        """An annotation. The runner masks its message, and not its title."""
        message = self.masker.mask(message)[:MAX_ISSUE_LENGTH]
        if self._counts[level] < MAX_ISSUES:
            self._counts[level] += 1
            self.annotations.append({**(properties or {}), "level": level, "message": message})
        if message:
            self.write(message, level)

    def error(self, message: str) -> None:
        self.issue("error", message)

    def warning(self, message: str) -> None:
        self.issue("warning", message)


class LineHandler:
    """Takes the lines of a step's stdout and stderr, and acts on the commands in them."""

    def __init__(self, log: StepLog, outputs: dict[str, str], state: dict[str, str],
                 to_host_path: Callable[[str], str]) -> None:
        self._log = log
        self._outputs = outputs
        self._state = state
        self._to_host_path = to_host_path
        self._stop_token = ""

    def handle(self, line: str) -> None:
        is_candidate = "::" in line or "##[" in line
        if not is_candidate or not self._command(line):
            self._log.write(line)

    def _command(self, line: str) -> bool:
        registered = commands.REGISTERED | ({self._stop_token.lower()} - {""})
        command = commands.parse(line, registered)
        if not command:
            return False
        if self._stop_token:
            return self._resume(line, command)
        if command.name != "stop-commands":
            if self._log.echo and command.name not in OMIT_ECHO:
                self._log.write(line)
        try:
            self._act(line, command)
        except CommandFailed as error:
            shown = command.name if command.name in OMIT_ECHO else line
            self._log.error(f"Unable to process command '{shown}' successfully.")
            self._log.error(str(error))
            self._log.failed = True
        return True

    def _resume(self, line: str, command: commands.Command) -> bool:
        if command.name != self._stop_token.lower():
            return False
        self._log.write(line)
        self._stop_token = ""
        return True

    def _act(self, line: str, command: commands.Command) -> None:
        name, data = command.name, command.data
        if name in DISABLED:
            raise CommandFailed(f"The `{name}` command is disabled.")
        actions: dict[str, Callable[[], None]] = {
            "stop-commands": lambda: self._stop(line, data),
            "add-mask": lambda: self._add_mask(data),
            "set-output": lambda: self._set(self._outputs, command),
            "save-state": lambda: self._set(self._state, command),
            "debug": lambda: self._log.debug(data),
            "group": lambda: self._log.write(data, "group"),
            "endgroup": lambda: self._log.write("", "endgroup"),
            "echo": lambda: self._set_echo(data),
            **{level: lambda: self._issue(command) for level in ("error", "warning", "notice")},
        }
        if name not in actions:
            raise CommandFailed(f"The fake runner does not know the `{name}` command.")
        actions[name]()

    def _stop(self, line: str, token: str) -> None:
        if not token or token.lower() in commands.REGISTERED or token.lower() == "pause-logging":
            raise CommandFailed("The stop-commands token is empty or the name of a command.")
        self._stop_token = token
        if len(token) > 6:
            self._log.masker.add_value(token)
        self._log.write(line)

    def _add_mask(self, value: str) -> None:
        if not value.strip():
            self._log.warning("Can't add secret mask for empty string in ##[add-mask] command.")
            return
        if self._log.echo:
            self._log.write("::add-mask::***")
        self._log.masker.add_value_and_lines(value)

    def _set(self, where: dict[str, str], command: commands.Command) -> None:
        self._log.warning(f"The `{command.name}` command is deprecated and will be disabled soon.")
        if not command.properties.get("name"):
            raise CommandFailed(f"Required field 'name' is missing in ##[{command.name}] command.")
        where[command.properties["name"]] = command.data

    def _set_echo(self, value: str) -> None:
        choice = {"ON": True, "OFF": False}.get(value.strip().upper())
        if choice is None:
            raise CommandFailed(f"Invalid echo command value: '{value}'.")
        self._log.echo = choice

    def _issue(self, command: commands.Command) -> None:
        properties = dict(command.properties)
        if "file" in properties:
            properties["file"] = self._to_host_path(properties["file"])
        self._log.issue(command.name, command.data, properties)
