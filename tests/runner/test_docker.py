"""The fake runner with a real engine: docker actions and job containers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import testimage  # noqa: E402
from fakerunner import docker, spec  # noqa: E402
from fakerunner.job import Job  # noqa: E402

ACTION = """\
name: test
inputs:
  who:
    default: me
  two words-x:
    default: '2'
  temp:
    default: '${{ runner.temp }}'
  host-temp:
    default: '@${{ runner.temp }}'
runs:
  using: docker
  image: docker://not-used
  entrypoint: /main
  post-entrypoint: /post
"""

# Both run what the test puts into the workspace, so that one image serves all tests.
SCRIPTS = {"/main": "#!/bin/sh\n. /github/workspace/main\n",
           "/post": "#!/bin/sh\necho post of $INPUT_WHO with $STATE_s\n"
                    "test ! -f /github/workspace/post || . /github/workspace/post\n"}


class DockerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = f"fakerunner-test-{uuid.uuid4().hex[:8]}:1"
        testimage.build(cls.image, SCRIPTS)

    @classmethod
    def tearDownClass(cls):
        testimage.remove(cls.image)

    def setUp(self):
        directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.root.chmod(0o755)
        (self.root / "action.yml").write_text(ACTION)

    def job(self, *steps: dict | str, main: str = "true", post: str = "true", **keys) -> dict:
        (self.root / "main").write_text(main)
        (self.root / "post").write_text(post)
        listed = [{"run": step} if isinstance(step, str) else step for step in steps]
        return Job(spec.parse({
            "steps": listed, "files": {"main": "main", "post": "post"},
            "actions": {"org/act@v1": {"dir": ".", "image": self.image}}, **keys},
            self.root), self.root / "r").run()

    @staticmethod
    def lines(step: dict) -> list[str]:
        return [entry["line"] for entry in step["output"]]


USES = {"uses": "org/act@v1", "id": "act"}


class Actions(DockerTest):
    def test_environment_mounts_and_working_directory(self):
        result = self.job({**USES, "env": {"FILE": "${{ github.workspace }}/f"}},
                          main="tr '\\0' '\\n' </proc/1/environ; pwd; ls -d /github/*\n"
                               "test -S /var/run/docker.sock && echo S")
        lines = self.lines(result["steps"][0])
        work = f"{result['paths']['work']}/octo-repo"
        for line in ("INPUT_WHO=me", "INPUT_TWO_WORDS-X=2", "INPUT_TEMP=/github/runner_temp",
                     f"INPUT_HOST-TEMP=@{result['paths']['temp']}", "HOME=/github/home",
                     "GITHUB_WORKSPACE=/github/workspace", "RUNNER_TEMP=/github/runner_temp",
                     f"RUNNER_WORKSPACE={work}", "FILE=/github/workspace/f", "S",
                     "GITHUB_ACTIONS=true", "CI=true", "/github/workspace",
                     "GITHUB_EVENT_PATH=/github/workflow/event.json", "/github/file_commands",
                     "GITHUB_ACTION_REPOSITORY=org/act", "GITHUB_ACTION=act"):
            self.assertIn(line, lines)
        self.assertTrue(any(x.startswith("GITHUB_OUTPUT=/github/file_commands/set_output_")
                            for x in lines))
        self.assertEqual(result["conclusion"], "success", result["log"])

    def test_values_stand_in_the_environment_and_not_in_the_arguments(self):
        result = self.job({**USES, "with": {"who": "${{ secrets.S }}"}}, secrets={"S": "s3 cr'et"},
                          main="echo $INPUT_WHO")
        step = result["steps"][0]
        self.assertNotIn("s3 cr'et", " ".join(step["argv"]))
        self.assertEqual(step["argv"][:7], ["docker", "run", "--name", step["container"],
                                            "--label", result["label"], "--workdir"])
        self.assertEqual(self.lines(step), ["s3 cr'et"])
        self.assertIn("  who: ***", step["log"])
        self.assertEqual(step["log"][-1], "***")

    def test_an_older_runner_mounts_no_temp_directory(self):
        result = self.job(USES, runner={"temp_mounted": False},
                          main="echo $RUNNER_TEMP; test -d /github/runner_temp || echo none")
        self.assertEqual(self.lines(result["steps"][0]), [result["paths"]["temp"], "none"])

    def test_socket_absent_or_another(self):
        test = "test -e /var/run/docker.sock && cat /var/run/docker.sock || echo none"
        result = self.job(USES, main=test, runner={"docker_sock": False})
        self.assertEqual(self.lines(result["steps"][0]), ["none"])
        (self.root / "other").write_text("another\n")
        result = self.job(USES, main=test, runner={"docker_sock": str(self.root / "other")})
        self.assertEqual(self.lines(result["steps"][0]), ["another"])

    def test_state_outputs_environment_and_posts_in_reverse(self):
        result = self.job(
            {"uses": "org/act@v1", "id": "a", "with": {"who": "A"}},
            {"uses": "org/act@v1", "id": "b", "with": {"who": "B"}},
            "echo $VALUE ${{ steps.a.outputs.o }}; false",
            main="echo s=$INPUT_WHO-state >>$GITHUB_STATE; echo o=out-$INPUT_WHO >>$GITHUB_OUTPUT\n"
                 "echo VALUE=from-$INPUT_WHO >>$GITHUB_ENV\n", post="echo $VALUE")
        self.assertEqual([(s["id"], s["stage"], s["conclusion"]) for s in result["steps"]], [
            ("a", "main", "success"), ("b", "main", "success"), ("__run", "main", "failure"),
            ("b", "post", "success"), ("a", "post", "success")])
        self.assertEqual(self.lines(result["steps"][2]), ["from-B out-A"])
        self.assertEqual(self.lines(result["steps"][3]), ["post of B with B-state", "from-B"])
        self.assertEqual(self.lines(result["steps"][4]), ["post of A with A-state", "from-B"])
        self.assertEqual(result["steps"][3]["log"][0], "Post job cleanup.")

    def test_an_action_that_was_skipped_has_no_post(self):
        result = self.job("false", USES)
        self.assertEqual([s["conclusion"] for s in result["steps"]], ["failure", "skipped"])

    def test_exit_codes(self):
        result = self.job(USES, main="exit 3", post="exit 4")
        self.assertEqual([(s["conclusion"], s["exit_code"]) for s in result["steps"]],
                         [("failure", 3), ("failure", 4)])

    def test_files_of_root_in_the_workspace_of_another(self):
        result = self.job(USES, "cat t 2>&1 || true; cat $RUNNER_TEMP/u", runner={"uid": 1001},
                          main="stat -c %u /github/workspace; umask 077; echo mine >t\n"
                               "echo shared >/github/runner_temp/u; chmod 644 "
                               "/github/runner_temp/u")
        self.assertEqual(self.lines(result["steps"][0]), ["1001"])
        self.assertEqual(self.lines(result["steps"][1]),
                         ["cat: t: Permission denied", "shared"])

    def test_a_file_command_that_only_root_can_read_fails_the_step(self):
        result = self.job(USES, runner={"uid": 1001},
                          main="rm $GITHUB_OUTPUT; umask 077; echo a=b >$GITHUB_OUTPUT")
        step = result["steps"][0]
        self.assertEqual((step["conclusion"], step["exit_code"], step["outputs"]),
                         ("failure", 0, {}))

    def test_cancelling_reaches_the_container_and_post_runs(self):
        # A signal that comes before the trap is set is lost on a process with PID 1.
        main = ("trap 'echo got int; exit 0' INT; trap 'exit 0' TERM\n"
                "echo up; while :; do sleep 0.1; done")
        for moment in ({"on": "running"}, {"on": "output", "match": "^up$"}):
            with self.subTest(moment):
                result = self.job(USES, "echo never", main=main,
                                  cancel={"step": "act", **moment})
                main_run, skipped, post = result["steps"]
                self.assertEqual(
                    (main_run["conclusion"], skipped["conclusion"], post["conclusion"]),
                    ("cancelled", "skipped", "success"))
                self.assertEqual(result["leftover"], [])
                if moment["on"] == "output":
                    self.assertEqual(self.lines(main_run), ["up", "got int"])

    def test_a_container_that_ignores_signals_outlives_its_client(self):
        result = self.job(USES, main="echo up; exec sleep 300",
                          cancel={"step": "act", "on": "output", "match": "up"})
        step = result["steps"][0]
        self.assertEqual(step["signals"], ["SIGINT", "SIGTERM", "SIGKILL"])
        self.assertEqual([c["name"] for c in result["leftover"]], [step["container"]])
        self.assertEqual(result["steps"][1]["conclusion"], "success")

    def test_a_sibling_that_removes_itself_is_waited_for(self):
        for option, expected in (("--rm", 0), ("--label=x", 1)):
            with self.subTest(option):
                label = self.label()
                result = self.job(f"docker run {option} --detach --label {label} {self.image} "
                                  "/bin/true", USES)
                self.assertEqual(len(result["leftover"]), expected)

    def test_siblings_with_the_label_are_leftover_and_removed(self):
        label = self.label()
        result = self.job(f"docker run --detach --label {label} {self.image} /bin/sleep 300",
                          USES)
        self.assertEqual([c["image"] for c in result["leftover"]], [self.image])
        self.assertEqual(docker.containers(result["label"]), [])

    def label(self) -> str:
        """The label that the runner in this directory will use."""
        (self.root / "r").mkdir(exist_ok=True)
        (self.root / "r/.runner").write_text(uuid.uuid4().hex)
        return self.job("true")["label"]

    def test_a_lost_runner_leaves_the_container(self):
        result = self.job(USES, main="echo up; exec sleep 300",
                          crash={"step": "act", "on": "output", "match": "up"})
        self.assertEqual(result["conclusion"], "crashed")
        self.assertEqual([s["stage"] for s in result["steps"]], ["main"])
        self.assertEqual([c["name"] for c in result["leftover"]],
                         [result["steps"][0]["container"]])
        docker.client("rm", "--force", result["leftover"][0]["id"])

    def test_a_network_is_passed_on(self):
        network = f"fakerunner-{uuid.uuid4().hex[:8]}"
        docker.client("network", "create", network)
        self.addCleanup(docker.client, "network", "rm", network)
        result = self.job(USES, network=network)
        self.assertIn(f"--network {network}", " ".join(result["steps"][0]["argv"]))
        self.assertEqual(result["conclusion"], "success")

    def test_an_image_is_built_and_removed(self):
        (self.root / "action.yml").write_text(
            ACTION.replace("docker://not-used", "Dockerfile"))
        (self.root / "Dockerfile").write_text(f"FROM {self.image}\nENV BUILT=yes\n")
        result = self.job(USES, main="echo $BUILT", actions={"org/act@v1": {"dir": "."}})
        self.assertEqual(self.lines(result["steps"][0]), ["yes"])
        built = result["steps"][0]["argv"][-1]
        self.assertFalse(docker.has_image(built))

    def test_an_image_that_is_not_there_fails_the_job_before_any_step(self):
        result = self.job("true", USES, actions={"org/act@v1": {"dir": "."}})
        self.assertEqual((result["conclusion"], result["steps"]), ("failure", []))
        self.assertIn("no local image not-used", result["log"][0])

    def test_unknown_inputs_are_warned_of(self):
        result = self.job({**USES, "with": {"hwo": "x"}})
        self.assertIn("Unexpected input(s) 'hwo'", result["steps"][0]["annotations"][0]["message"])

    def test_proxies_in_both_cases(self):
        result = self.job(USES, main="echo $HTTPS_PROXY $https_proxy $NO_PROXY",
                          runner={"proxy": {"https": "http://p:1", "no": "a,b"}})
        self.assertEqual(self.lines(result["steps"][0]), ["http://p:1 http://p:1 a,b"])


class JobContainers(DockerTest):
    def test_run_steps_are_executed_in_it_with_its_paths(self):
        result = self.job(
            {"run": "echo own >$RUNNER_TEMP/f; pwd; echo $GITHUB_WORKSPACE $RUNNER_TEMP $HOME\n"
                    "echo P=${{ runner.temp }}/f >>$GITHUB_ENV; echo $IN"},
            "cat $P; echo $P; echo $0", USES,
            main="cat $P; echo $P", container={"image": self.image, "env": {"IN": "job"}})
        self.assertEqual(self.lines(result["steps"][0]), [
            "/__w/octo-repo/octo-repo", "/__w/octo-repo/octo-repo /__w/_temp /github/home", "job"])
        lines = self.lines(result["steps"][1])
        self.assertEqual(lines[:2], ["own", "/__w/_temp/f"])
        self.assertRegex(lines[2], r"^/__w/_temp/[0-9a-f-]+\.sh$")
        self.assertEqual(self.lines(result["steps"][2]), ["own", "/github/runner_temp/f"])
        self.assertIn(f"--network {result['network']}", " ".join(result["steps"][2]["argv"]))
        self.assertEqual(result["leftover"], [])
        networks = docker.client("network", "ls", "--format", "{{.Name}}").split()
        self.assertNotIn(result["network"], networks)

    def test_path_entries_are_used_as_they_are_written(self):
        result = self.job(
            USES, "echo $PATH", container={"image": self.image},
            main="echo $RUNNER_WORKSPACE/bin >>$GITHUB_PATH; echo /__w/x >>$GITHUB_PATH")
        host = f"{result['paths']['work']}/octo-repo/bin"
        self.assertEqual(self.lines(result["steps"][1]), [f"/__w/x:{host}:/bin:/opt/own"])

    def test_stale_containers_of_this_runner_are_removed_at_the_start(self):
        first = self.job(USES, main="echo up; exec sleep 300",
                         crash={"step": "act", "on": "output", "match": "up"})
        self.assertEqual(len(first["leftover"]), 1)
        second = self.job("true", container={"image": self.image})
        self.assertEqual((second["conclusion"], second["leftover"]), ("success", []))


class CommandLine(DockerTest):
    def run_cli(self, job: dict, *options: str) -> subprocess.CompletedProcess:
        (self.root / "main").write_text(
            "echo ::add-mask::tok-1\necho tok-1 >/github/runner_temp/x\necho tok-1\n")
        (self.root / "job.json").write_text(json.dumps({
            "actions": {"org/act@v1": {"dir": ".", "image": self.image}},
            "files": {"main": "main"}, **job}))
        return subprocess.run(
            [sys.executable, Path(__file__).parent / "runner.py", self.root / "job.json",
             "--work", self.root / "r", *options], capture_output=True, text=True, check=False)

    def test_stream_is_what_a_user_sees_and_the_result_is_private(self):
        done = self.run_cli({"steps": [USES]}, "--stream", "--json", str(self.root / "o.json"))
        lines = done.stdout.splitlines()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(lines[0], "##[group]Run org/act@v1")
        self.assertIn("***", lines)
        self.assertNotIn("tok-1", done.stdout)
        self.assertEqual(os.stat(self.root / "o.json").st_mode & 0o777, 0o600)
        result = json.loads((self.root / "o.json").read_text())
        self.assertEqual(result["log"], lines)
        self.assertIn("tok-1", result["steps"][0]["unmasked_log"])

    def test_an_interrupt_cancels_the_job_and_post_runs(self):
        (self.root / "main").write_text("trap 'exit 1' INT; echo up; while :; do sleep 0.1; done")
        (self.root / "job.json").write_text(json.dumps({
            "actions": {"org/act@v1": {"dir": ".", "image": self.image}},
            "files": {"main": "main"}, "steps": [USES]}))
        with subprocess.Popen([sys.executable, Path(__file__).parent / "runner.py",
                               self.root / "job.json", "--work", self.root / "r", "--stream"],
                              stdout=subprocess.PIPE, text=True) as runner:
            lines = iter(runner.stdout.readline, "")
            next(line for line in lines if line == "up\n")
            runner.send_signal(signal.SIGINT)
            rest = list(lines)
        self.assertEqual(runner.returncode, 3)
        self.assertIn("##[error]The operation was canceled.\n", rest)
        self.assertIn("Post job cleanup.\n", rest)

    def test_exit_codes(self):
        self.assertEqual(self.run_cli({"steps": [{"run": "false"}]}).returncode, 1)
        self.assertEqual(self.run_cli({"steps": [{"run": "true", "id": "a"}],
                                       "cancel": {"step": "a", "on": "end"}}).returncode, 3)
        wrong = self.run_cli({"steps": [{"rnu": "x"}]})
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("unknown key rnu", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
