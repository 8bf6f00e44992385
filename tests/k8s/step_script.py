#!/usr/bin/env python3
"""The script that runner-container-hooks write for a step's container: step_script.py ENTRYPOINT <env.json

writeContainerStepScript() and scriptEnv() in packages/k8s/src/k8s/utils.ts of actions/runner-container-hooks
at cf62bcc (0.8): the files move to /github, and the variables go to the entrypoint by env.
"""

from __future__ import annotations

import json
import re
import sys


def quoted(name: str, value: str) -> str:
    escaped = re.sub(r'([\\"$`])', r"\\\1", value)
    return f'"{name}={escaped}"'


def main() -> None:
    variables = " ".join(quoted(*item) for item in json.load(sys.stdin).items())
    print(f"""#!/bin/sh -l
rm "$0" # remove script after running
mv /__w/_temp/_github_home /github/home && \\
mv /__w/_temp/_github_workflow /github/workflow && \\
mv /__w/_temp/_runner_file_commands /github/file_commands || true && \\
mv /__w/project/project/ /github/workspace && \\
cd /github/workspace && \\
exec env {variables}  {sys.argv[1]}""")


if __name__ == "__main__":
    main()
