"""Checks that what comments, scripts and documents point to is in the repository.

usage: references.py FILE...          names from the root of the project
       references.py --self-test

A reference is a path such as docs/api.md or tests/lib/leaks.py anywhere in a text, the name of
a Markdown file in a source, and the target of a link in a Markdown file, its heading too.
"""

import re
import sys
import tempfile
from pathlib import Path

FOLDERS = "docs|src|scripts|tests|templates|k8s|examples"
# Ours are in lower case; a pattern, or another project's C# and TypeScript, is none of them.
PATH = re.compile(rf"(?<![\w./$}}-])((?:{FOLDERS})/[a-z][\w./-]*\w)(?![\w*.\\]|/\*)")
FOREIGN = (".cs", ".ts")
NAME = re.compile(r"(?<![\w./-])([\w-]+\.md)\b")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SOURCE = (".c", ".h", ".S")


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    plain = (re.sub(r"[^\w\- ]", "", h.lower()).strip() for h in HEADING.findall(text))
    return {name.replace(" ", "-") for name in plain}


def stands(root: Path, name: str) -> bool:
    """A file or folder; of a source, its name alone will do."""
    return (root / name).exists() or any(root.glob(f"{name}.[ch]"))


def link_fault(root: Path, page: str, target: str, heading: str) -> str:
    file = (root / page).parent / target if target else root / page
    if not file.exists():
        return f"the link to {target} leads nowhere"
    if heading and heading not in anchors(file.read_text(encoding="utf-8")):
        return f"{target or page} has no heading #{heading}"
    return ""


def faults(root: Path, name: str) -> list[str]:
    text = (root / name).read_text(encoding="utf-8", errors="replace")
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        wrong = [f"{path} is not there" for path in PATH.findall(line)
                 if not path.endswith(FOREIGN) and not stands(root, path)]
        if name.endswith(SOURCE):
            wrong += [f"{md} is not there" for md in NAME.findall(line)
                      if not any((root / d / md).exists() for d in (".", "docs"))]
        if name.endswith(".md"):
            wrong += filter(None, (link_fault(root, name, *link) for link in LINK.findall(line)))
        found += [f"{name}:{number}: {what}" for what in wrong]
    return found


def self_test() -> list[str]:
    clean = {"docs/a.md": "# A b\n\n[x](b.md#c-d) [y](#a-b)\n", "docs/b.md": "## C, d\n",
             "src/x.c": "/* docs/a.md, a.md; src/x */\n"}
    mistakes = {
        "a page": ("src/x.c", "/* docs/none.md */"),
        "a bare name": ("src/x.c", "/* contract.md 2 */"),
        "a link": ("docs/a.md", "[x](c.md)"),
        "a heading": ("docs/a.md", "[x](b.md#e)"),
    }
    wrong = []
    for what, change in {"nothing": (), **mistakes}.items():
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for name, text in {**clean, **dict([change] if change else [])}.items():
                (root / name).parent.mkdir(exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            found = [fault for name in clean for fault in faults(root, name)]
        if bool(found) != bool(change):
            wrong.append(f"self-test: {what}: {found or 'not found'}")
    return wrong


def main(arguments: list[str]) -> int:
    if arguments == ["--self-test"]:
        found = self_test()
    else:
        found = [fault for name in arguments for fault in faults(Path("."), name)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found or not arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
