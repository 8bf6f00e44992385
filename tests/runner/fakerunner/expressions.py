"""`${{ … }}` in a job description or action.yml: look-ups of a context's value, no more.

Facts: names are case-insensitive but for `env`; a missing property is the empty string
(src/Sdk/DTExpressions2). Which contexts an input's default may use:
src/Runner.Worker/action_yaml.json, input-default-context.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

INPUT_DEFAULT_CONTEXTS = frozenset({"github", "strategy", "matrix", "job", "runner"})
CONDITIONS = {
    "always()": lambda status: True,
    "success()": lambda status: status == "success",
    "failure()": lambda status: status == "failure",
    "cancelled()": lambda status: status == "cancelled",
}

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_LOOKUP = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*")


class ExpressionError(ValueError):
    """An expression that this runner does not know; the real one may."""


def expand(text: str, contexts: Mapping[str, Mapping]) -> str:
    return _EXPRESSION.sub(lambda match: _look_up(match[1].strip(), contexts), text)


def condition(text: str, status: str) -> bool:
    try:
        return CONDITIONS[text.strip()](status)
    except KeyError:
        raise ExpressionError(f"condition not supported: {text}") from None


def _look_up(expression: str, contexts: Mapping[str, Mapping]) -> str:
    if not _LOOKUP.fullmatch(expression):
        raise ExpressionError(f"expression not supported: {expression}")
    context, *names = expression.split(".")
    if context.lower() not in contexts:
        raise ExpressionError(f"context not available here: {expression}")
    value: object = contexts[context.lower()]
    for name in names:
        value = _property(value, name, exact=context.lower() == "env")
    if not isinstance(value, str):
        raise ExpressionError(f"not a string: {expression}")
    return value


def _property(value: object, name: str, exact: bool) -> object:
    if not isinstance(value, Mapping):
        return ""
    if exact:
        return value.get(name, "")
    return next((v for k, v in value.items() if k.lower() == name.lower()), "")
