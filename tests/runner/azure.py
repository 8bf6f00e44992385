#!/usr/bin/env python3
"""A likeness of the Azure Pipelines agent: runs steps, obeys their logging commands, masks.

usage: azure.py STEP...        each a bash script; the log goes to stdout
       azure.py --env NAME=TEXT ... -- STEP...    maps variables into the next steps' environment

What was read in azure-pipelines-agent (Command.cs, TaskCommandExtension.cs) and Microsoft's page
on logging commands, and is likened here:

- "##vso[area.event a=b;c=d]data" is found anywhere in a line of stdout or stderr; "]" ends the
  properties; "%3B", "%0D", "%0A", "%5D" and then "%AZP25" are decoded in properties and data;
- task.setsecret hides its data from then on; the command's line is shown after that, masked
  (really with system.debug alone);
- task.setvariable sets a variable for later steps: a plain one is in their environment, in upper
  case with "." as "_"; a secret one is not, only $(NAME) in a script or a mapping stands for it,
  and its value is hidden from then on; task.prependpath puts a directory in front of PATH;
- a secret is replaced wherever it stands in a line, and parts of it are not.
"""

import os
import re
import subprocess
import sys

DECODED = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%"))
COMMAND = re.compile(r"##vso\[([^\]\s]+)\s*([^\]]*)\](.*)", re.DOTALL)


def decode(text: str) -> str:
    for code, mark in DECODED:
        text = text.replace(code, mark)
    return text


class Agent:
    def __init__(self) -> None:
        self.variables: dict[str, tuple[str, bool]] = {}
        self.secrets: set[str] = set()
        self.path: list[str] = []
        self.issues: list[tuple[str, str]] = []

    def mask(self, line: str) -> str:
        for secret in sorted(self.secrets, key=len, reverse=True):
            line = line.replace(secret, "***")
        return line

    def obey(self, event: str, properties: dict[str, str], data: str) -> None:
        if event == "task.setsecret":
            self.secrets.add(data)
        elif event == "task.setvariable":
            secret = properties.get("issecret", "").lower() == "true"
            self.variables[properties["variable"]] = (data, secret)
            if secret and data:
                self.secrets.add(data)
        elif event == "task.prependpath":
            self.path.insert(0, data)
        elif event == "task.logissue":
            self.issues.append((properties.get("type", ""), data))
        else:
            raise ValueError(f"no such command: {event}")

    def hear(self, line: str) -> None:
        found = COMMAND.search(line)
        if found:
            pairs = (pair.split("=", 1) for pair in found[2].split(";") if "=" in pair)
            self.obey(found[1].lower(), {key: decode(value) for key, value in pairs},
                      decode(found[3]))
        print(self.mask(line), flush=True)

    def macros(self, text: str) -> str:
        return re.sub(r"\$\(([A-Za-z_][\w.]*)\)",
                      lambda name: self.variables.get(name[1], (name[0],))[0], text)

    def run(self, script: str, mapped: dict[str, str]) -> int:
        env = dict(os.environ)
        for name, (value, secret) in self.variables.items():
            if not secret:
                env[name.upper().replace(".", "_")] = value
        env["PATH"] = os.pathsep.join([*self.path, env["PATH"]])
        env.update({name: self.macros(text) for name, text in mapped.items()})
        with subprocess.Popen(["bash", "-c", self.macros(script)], env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as step:
            for line in step.stdout:
                self.hear(line.rstrip("\n"))
        return step.returncode


def main(arguments: list[str]) -> int:
    agent, mapped, status = Agent(), {}, 0
    while arguments and arguments[0] == "--env":
        name, text = arguments[1].split("=", 1)
        mapped[name] = text
        arguments = arguments[2:]
    if arguments and arguments[0] == "--":
        arguments = arguments[1:]
    for script in arguments:
        status = agent.run(script, mapped) or status
        print(f"##[section]ended with {status}", flush=True)
    for kind, text in agent.issues:
        print(f"##[{kind}]{agent.mask(text)}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
