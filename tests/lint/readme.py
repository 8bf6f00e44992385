"""Compares README.md with the tables that the program prints.

usage: readme.py [--write] PROGRAM README

Each table of `PROGRAM help --markdown` must stand in the file as it is, no row more or less.
--write puts it in the place of the table that has the same heading.
"""

import re
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    write = arguments[:1] == ["--write"]
    program, path = arguments[write:]
    printed = subprocess.run(
        [program, "help", "--markdown"], check=True, capture_output=True, text=True
    ).stdout
    file = Path(path)
    text = file.read_text(encoding="utf-8")
    differ = 0
    for table in printed.strip().split("\n\n"):
        heading = table.splitlines()[0]
        block = re.compile(rf"^{re.escape(heading)}\n(?:\|.*(?:\n|\Z))*", re.MULTILINE)
        found = block.findall(text)
        if len(found) == 1 and write:
            text = block.sub(lambda _, table=table: table + "\n", text)
        elif len(found) != 1:
            print(f"{path}: {len(found)} tables with the heading {heading}", file=sys.stderr)
            differ = 1
        elif found[0].rstrip("\n") != table:
            print(f"{path}: the table {heading} is not the program's; mend it by make tables",
                  file=sys.stderr)
            differ = 1
    if write and not differ:
        file.write_text(text, encoding="utf-8")
    return differ


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
