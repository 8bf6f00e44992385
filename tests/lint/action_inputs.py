"""Compares the inputs that action.yml declares with the program's table of settings.

usage: action_inputs.py [--write] PROGRAM ACTION_YML

Inputs have the name, the order and the words of the table that `PROGRAM help --markdown`
prints, and no default: the program holds it. --write puts them into the file.
"""

import difflib
import json
import re
import subprocess
import sys
from pathlib import Path

ROW = re.compile(r"^\| `([a-z-]+)`( \(secret\))? \| .* \| (\S*) \| (.*) \|$")
BLOCK = re.compile(r"(?<=^inputs:\n).*?(?=^outputs:\n)", re.MULTILINE | re.DOTALL)


def declared(markdown: str) -> str:
    """The text under `inputs:` for the rows of the settings' table."""
    lines = []
    for row in filter(None, map(ROW.match, markdown.splitlines())):
        name, _, default, meaning = row.groups()
        text = meaning.replace("`", "")
        if default:
            text += f" (default: {default})"
        lines += [f"  {name}:", f"    description: {json.dumps(text, ensure_ascii=False)}"]
    return "\n".join(lines) + "\n\n"


def main(arguments: list[str]) -> int:
    write = arguments[:1] == ["--write"]
    program, path = arguments[write:]
    markdown = subprocess.run(
        [program, "help", "--markdown"], check=True, capture_output=True, text=True
    ).stdout
    file = Path(path)
    before = file.read_text(encoding="utf-8")
    wanted = declared(markdown)
    after, count = BLOCK.subn(lambda _: wanted, before)
    if count != 1 or len(wanted) < 100:
        print(f"{path}: no inputs, or no settings in the program's help", file=sys.stderr)
        return 1
    if write:
        file.write_text(after, encoding="utf-8")
    elif before != after:
        sys.stderr.writelines(
            difflib.unified_diff(
                before.splitlines(True), after.splitlines(True), path, "by the program's table"
            )
        )
        print(f"{path}: mend it by scripts/validate-action --write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
