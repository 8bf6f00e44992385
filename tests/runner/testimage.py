"""testimage.py TAG: a small image made here, from a static busybox.

It serves as a job container, and as a docker action whose entrypoints are shell scripts, so
that a test can read what they do.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

BUSYBOX = Path(shutil.which("busybox") or "/bin/busybox")
APPLETS = ("sh", "cat", "chmod", "echo", "env", "id", "kill", "ls", "mkdir", "mkfifo",
           "rm", "sleep", "sort", "stat", "tail", "test", "tr", "true", "wget")


def build(tag: str, scripts: Mapping[str, str]) -> None:
    """Imports the image under a tag; `scripts` are executables by their path."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(BUSYBOX, "bin/busybox", recursive=False)
        for name in APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name, text in scripts.items():
            data = text.encode()
            entry = tarfile.TarInfo(name.lstrip("/"))
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
    subprocess.run(["docker", "import", "--change", "ENV PATH=/bin:/opt/own", "-", tag],
                   input=archive.getvalue(), check=True, capture_output=True)


def remove(tag: str) -> None:
    subprocess.run(["docker", "rmi", "--force", tag], check=True, capture_output=True)


if __name__ == "__main__":
    build(sys.argv[1], {})
