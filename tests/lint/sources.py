"""Checks the C sources for banned names, lengths and leftovers.

usage: sources.py FILE...
       sources.py --self-test
"""

import re
import sys
from pathlib import Path

COLUMNS = 90
FILE_LINES = 450
FUNCTION_LINES = 50  # of the program; a test may hold a table
TEST_LINES = 90

BANNED = {
    "unbounded": "strcpy strcat stpcpy sprintf vsprintf gets scanf sscanf fscanf alloca",
    "silent about what it cut or left unterminated": "strncpy strncat",
    "without error": "atoi atol atoll atof",
    "with a hidden state": "strtok rand srand random localtime gmtime ctime asctime",
    "a shell": "system popen",
    "a race": "mktemp tmpnam tempnam",
    "past main": "abort longjmp setjmp",
}
REASON = {name: why for why, names in BANNED.items() for name in names.split()}

TOKEN = re.compile(r"\b(" + "|".join(REASON) + r")\s*\(")
SKIP = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def code_of(text: str) -> str:
    """The text with comments and literals blanked, line by line as before."""
    return SKIP.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def faults(name: str, text: str) -> list[str]:
    found = []
    lines = text.splitlines()
    longest = TEST_LINES if name.startswith("tests/") else FUNCTION_LINES
    if len(lines) > FILE_LINES:
        found.append(f"{name}: {len(lines)} lines, {FILE_LINES} at most")
    for number, line in enumerate(lines, 1):
        # clang-format sees to code; a literal is not broken, for it can be searched.
        if len(line.expandtabs(8)) > COLUMNS and '"' not in line:
            found.append(f"{name}:{number}: wider than {COLUMNS} columns")
        if LEFTOVER.search(line):
            found.append(f"{name}:{number}: a leftover: {line.strip()}")
    code = code_of(text).splitlines()
    start = 0
    for number, line in enumerate(code, 1):
        for use in TOKEN.findall(line):
            found.append(f"{name}:{number}: {use} is banned: {REASON[use]}")
        if re.search(r"\bexit\s*\(", line) and not name.endswith("main.c"):
            found.append(f"{name}:{number}: only main exits")
        if re.search(r"\b(malloc|calloc|realloc|reallocarray)\s*\(", line) and \
                name.startswith("src/") and not name.endswith("base/mem.c"):
            found.append(f"{name}:{number}: base/mem.h takes memory, and keeps a reserve")
        if line == "{":
            start = number
        if line == "}" and number - start > longest:
            found.append(f"{name}:{start}: a function of {number - start - 1} lines")
    return found


def self_test() -> list[str]:
    clean = '/* strcpy(a, b) */\nint f(void)\n{\n\treturn g("system(1) // TO") + my_atoi(1);\n}\n'
    mistakes = {
        "a banned name": "\tstrcpy (a, b);\n",
        "an exit": "\texit(1);\n",
        "an allocation": "\tp = malloc(1);\n",
        "a leftover": "/* TO" + "DO: more */\n",
        "a wide line": "\t/* " + "x" * 80 + " */\n",
        "a long file": "\n" * FILE_LINES,
        "a long function": "int h(void)\n{\n" + "\tx++;\n" * (FUNCTION_LINES + 1) + "}\n",
    }
    wrong = [f"self-test: clean code is refused: {fault}" for fault in faults("src/a.c", clean)]
    wrong += [f"self-test: not found: {what}" for what, text in mistakes.items()
              if not faults("src/a.c", clean + text)]
    return wrong


def main(arguments: list[str]) -> int:
    if arguments == ["--self-test"]:
        found = self_test()
    else:
        found = [fault for name in arguments
                 for fault in faults(name, Path(name).read_text(encoding="utf-8"))]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
