"""The fake runner's rules that need no Docker."""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fakerunner import actionyml, commands, expressions, filecommands, spec  # noqa: E402
from fakerunner.job import Job  # noqa: E402
from fakerunner.masks import SecretMasker  # noqa: E402
from fakerunner.paths import Layout, PathMap  # noqa: E402
from fakerunner.process import Cancelled, Invoker, Stop  # noqa: E402


def masked(value: str, text: str) -> str:
    masker = SecretMasker()
    masker.add_value(value)
    return masker.mask(text)


class Masks(unittest.TestCase):
    def test_each_derived_form_is_hidden(self):
        value = "it's \"a\"<b>&\\c d\u00e9"
        raw = value.encode()
        forms = {
            "plain": value,
            "base64": base64.b64encode(raw).decode(),
            "base64 less 1 byte": base64.b64encode(raw[1:]).decode(),
            "base64 less 2 bytes": base64.b64encode(raw[2:]).decode(),
            "command line": value.replace('"', '\\"'),
            "expression": value.replace("'", "''"),
            "JSON": json.dumps(value, ensure_ascii=False)[1:-1],
            "URI": "it%27s%20%22a%22%3Cb%3E%26%5Cc%20d%C3%A9",
            "XML": "it&apos;s &quot;a&quot;&lt;b&gt;&amp;\\c d\u00e9",
            "before the ampersand": 'it\'s "a"<b>&',
        }
        for name, form in forms.items():
            with self.subTest(name):
                self.assertEqual(masked(value, f"[{form}]"), "[***]")

    def test_quotes_around_a_long_value_are_trimmed(self):
        self.assertEqual(masked('"12345678"', "x 12345678 x"), "x *** x")
        self.assertEqual(masked('"123456"', "x 123456 x"), "x 123456 x")

    def test_powershell_parts(self):
        self.assertEqual(masked("abcdef&+xyzuvwt", "abcdef&+"), "***")
        self.assertEqual(masked("abcdef&+xyzuvwt", "yzuvwt"), "***")
        self.assertEqual(masked("abcdef&ghijkl", "ghijkl"), "***")
        self.assertEqual(masked("abcdef&ghi", "ghi"), "ghi")

    def test_what_is_not_derived_stays_visible(self):
        basic = base64.b64encode(b"client:s3cret-value").decode()
        self.assertNotEqual(masked("s3cret-value", basic), "***")
        self.assertIn(basic[:8], masked("s3cret-value", basic))
        self.assertEqual(masked("a b+c", "a+b%2Bc"), "a+b%2Bc")
        self.assertEqual(masked("s3cret-value", "s3cret-valu"), "s3cret-valu")

    def test_overlapping_and_touching_masks_are_one(self):
        masker = SecretMasker()
        for value in ("abcd", "cdef", "gh"):
            masker.add_value(value)
        self.assertEqual(masker.mask("-abcdefgh-"), "-***-")
        self.assertEqual(masked("aba", "ababa"), "***")

    def test_lines_of_a_value_are_masks_of_their_own(self):
        masker = SecretMasker()
        masker.add_value_and_lines("first\r\n  second \n\n")
        self.assertEqual(masker.mask("first, second"), "***, ***")


class Commands(unittest.TestCase):
    def test_data_begins_at_the_second_mark(self):
        command = commands.parse("  ::add-mask::a::b")
        self.assertEqual((command.name, command.data), ("add-mask", "a::b"))

    def test_percent_is_unescaped_last(self):
        self.assertEqual(commands.parse("::add-mask::%250A%0A%0d").data, "%0A\n%0d")

    def test_properties(self):
        command = commands.parse("::error title=a%2Cb%3Ac%25,file=x=y,line=::no")
        self.assertEqual(command.properties, {"title": "a,b:c%", "file": "x=y"})
        self.assertEqual(command.data, "no")

    def test_old_style_stands_anywhere(self):
        command = commands.parse("text ##[error title=a%3Bb]no %5D")
        self.assertEqual((command.name, command.data), ("error", "no ]"))
        self.assertEqual(command.properties, {"title": "a;b"})

    def test_ordinary_text(self):
        for line in ("x ::error::no", "::unknown::x", "::error", "#[error]x", "::add-mask:x",
                     "##[unknown]x", "##[error"):
            with self.subTest(line):
                self.assertIsNone(commands.parse(line))

    def test_names_in_any_case(self):
        self.assertEqual(commands.parse("::Add-Mask::x").name, "add-mask")


class FileCommands(unittest.TestCase):
    def pairs(self, text: str) -> list[tuple[str, str]]:
        return list(filecommands.pairs(text))

    def test_forms(self):
        cases = {
            "A=b": [("A", "b")],
            "A=b=c\n\nB=\n": [("A", "b=c"), ("B", "")],
            "A=b<<c\n": [("A", "b<<c")],
            "A<<E\nx\ny=z\nE\nB=1\n": [("A", "x\ny=z"), ("B", "1")],
            "A<<E=F\nx\nE=F\n": [("A", "x")],
            "A<<E\nE\n": [("A", "")],
            "A=b\r\n": [("A", "b\r")],
            "=x\n": [("", "x")],
            " A =b\n": [(" A ", "b")],
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(self.pairs(text), expected)

    def test_malformed(self):
        for text, why in {
            "A\n": "Invalid format 'A'", "A<<\nx\n": "must not be empty",
            "<<E\nx\nE\n": "must not be empty", "A<<E\nx\n": "delimiter not found 'E'",
            "A<<E\nx": "missing new line",
        }.items():
            with self.subTest(text), self.assertRaisesRegex(filecommands.FileCommandError, why):
                self.pairs(text)

    def test_what_stands_before_an_error_counts(self):
        seen = []
        with self.assertRaises(filecommands.FileCommandError):
            for pair in filecommands.pairs("A=1\nbad\n"):
                seen.append(pair)
        self.assertEqual(seen, [("A", "1")])

    def test_paths(self):
        self.assertEqual(filecommands.paths("/a\r\n\n/b c\n"), ["/a", "/b c"])


class Paths(unittest.TestCase):
    def test_a_value_is_translated_whole_or_at_a_separator(self):
        paths = PathMap()
        paths.add(Path("/w/_temp"), "/github/runner_temp")
        paths.add(Path("/w/_temp/_github_home"), "/github/home")
        for value, expected in {
            "/w/_temp": "/github/runner_temp",
            "/w/_temp/x": "/github/runner_temp/x",
            "/w/_temp/_github_home/x": "/github/home/x",
            "/w/_tempo": "/w/_tempo",
            "@/w/_temp": "@/w/_temp",
            "": "",
        }.items():
            with self.subTest(value):
                self.assertEqual(paths.to_container(value), expected)
        self.assertEqual(paths.to_host("/github/home/x"), "/w/_temp/_github_home/x")

    def test_the_workspace_of_the_runner_stays_a_host_path(self):
        layout = Layout(Path("/r"), "o/repo")
        paths = PathMap()
        for host, inside in layout.action_mounts(temp_mounted=True):
            paths.add(host, inside)
        self.assertEqual(paths.to_container("/r/_work/repo/repo"), "/github/workspace")
        self.assertEqual(paths.to_container("/r/_work/repo"), "/r/_work/repo")
        self.assertEqual(paths.to_container("/r/_work/_temp"), "/github/runner_temp")

    def test_an_old_runner_leaves_its_temp_directory_untranslated(self):
        layout = Layout(Path("/r"), "o/repo")
        paths = PathMap()
        for host, inside in layout.action_mounts(temp_mounted=False):
            paths.add(host, inside)
        self.assertEqual(paths.to_container("/r/_work/_temp"), "/r/_work/_temp")
        self.assertEqual(paths.to_container("/r/_work/_temp/_github_home"), "/github/home")

    def test_job_container(self):
        paths = Layout(Path("/r"), "o/repo").job_container_map()
        for value, expected in {
            "/r/_work/_temp/x": "/__w/_temp/x",
            "/r/_work/_tool/x": "/__w/_tool/x",
            "/r/externals/x": "/__e/x",
            "/r/_work/_temp/_github_home": "/github/home",
        }.items():
            with self.subTest(value):
                self.assertEqual(paths.to_container(value), expected)


class Expressions(unittest.TestCase):
    contexts = {"steps": {"t": {"outputs": {"access-token": "v"}}}, "env": {"A": "1"},
                "github": {"workspace": "/w"}}

    def test_lookup(self):
        for text, expected in {
            "${{ steps.t.outputs.access-token }}": "v",
            "a${{env.A}}b${{ env.a }}": "a1b",
            "${{ github.Workspace }}": "/w",
            "${{ steps.none.outputs.x }}": "",
        }.items():
            with self.subTest(text):
                self.assertEqual(expressions.expand(text, self.contexts), expected)

    def test_unknown_is_an_error(self):
        for text in ("${{ a || b }}", "${{ secrets.A }}", "${{ format('x') }}", "${{ steps.t }}"):
            with self.subTest(text), self.assertRaises(expressions.ExpressionError):
                expressions.expand(text, self.contexts)

    def test_conditions(self):
        self.assertTrue(expressions.condition("always()", "cancelled"))
        self.assertFalse(expressions.condition("success()", "cancelled"))
        self.assertTrue(expressions.condition("failure()", "failure"))
        with self.assertRaises(expressions.ExpressionError):
            expressions.condition("env.A == 'x'", "success")


class ActionYml(unittest.TestCase):
    def test_what_is_read(self):
        action = actionyml.read("""\
# a comment
name: 'It''s a name'
description: >-
  folded
  text
branding:
  icon: key
inputs:
  client-id:
    description: "with: colon # and \\u00e9"
    required: true
  temp:
    description: a # not this
    default: ${{ runner.temp }}
  old:
    deprecationMessage: gone
    default: 'x'
outputs:
  access-token:
    description: |
      a

      b
runs:
  using: docker
  image: docker://ghcr.io/org/image@sha256:00
  entrypoint: /cc-token-action
  post-entrypoint: /cc-token-post
  env:
    A: b
  args:
    - one
    - "${{ inputs.temp }}"
""")
        self.assertEqual(action.name, "It's a name")
        self.assertEqual(action.inputs,
                         {"client-id": "", "temp": "${{ runner.temp }}", "old": "x"})
        self.assertEqual(action.deprecated, {"old": "gone"})
        self.assertEqual(action.outputs, ["access-token"])
        self.assertEqual(action.image, "docker://ghcr.io/org/image@sha256:00")
        self.assertEqual((action.entrypoint, action.post_entrypoint, action.post_if),
                         ("/cc-token-action", "/cc-token-post", "always()"))
        self.assertEqual((action.args, action.env),
                         (["one", "${{ inputs.temp }}"], {"A": "b"}))

    def test_the_project_s_own(self):
        action = actionyml.load(Path(__file__).parents[2])
        self.assertIn("client-secret", action.inputs)
        self.assertIn("access-token", action.outputs)
        self.assertTrue(action.entrypoint and action.post_entrypoint)

    def test_blocks(self):
        read = actionyml.parse("a: |\n  x\n\n  y\nb: >\n  x\n  y\n\n  z\nc: |-\n   q\nd: v\n")
        self.assertEqual(read, {"a": "x\n\ny\n", "b": "x y\nz\n", "c": "q", "d": "v"})

    def test_what_is_not_known_is_an_error(self):
        for text in ("a: &x 1", "a: [1]", "a: {b: 1}", "a: b: c", "a: 1\na: 2", "a:\n\tb: 1",
                     "a: 'x' y", "a: x\n  y", "a: *x", "- a", "a:\n  - b: 1", "a: \"\\q\"",
                     "a:\n    b: 1\n  c: 2", "a: !t x"):
            with self.subTest(text), self.assertRaises(actionyml.YamlError):
                actionyml.parse(text)

    def test_actions_of_other_kinds_are_an_error(self):
        for runs in ("using: node20\n  image: x", "using: docker", "using: docker\n  image: x\n"
                     "  pre-entrypoint: /x"):
            with self.subTest(runs), self.assertRaises(ValueError):
                actionyml.read(f"runs:\n  {runs}\n")


class Spec(unittest.TestCase):
    def test_unknown_keys_and_contradictions(self):
        run = {"run": "true", "id": "a"}
        for job in ({}, {"steps": []}, {"steps": [{"run": "x", "uses": "y"}]},
                    {"steps": [{"run": "x", "wiht": {}}]}, {"steps": [run], "runer": {}},
                    {"steps": [run], "runner": {"tmp": 1}}, {"steps": [{"uses": "a@b"}]},
                    {"steps": [run, run]}, {"steps": [run], "env": {"A": 1}},
                    {"steps": [run], "cancel": {"step": "b", "on": "start"}},
                    {"steps": [run], "cancel": {"step": "a", "on": "never"}},
                    {"steps": [run], "cancel": {"step": "a", "on": "output"}},
                    {"steps": [run], "container": {}}):
            with self.subTest(job), self.assertRaises(spec.SpecError):
                spec.parse(job, Path("."))


class Process(unittest.TestCase):
    def run_shell(self, script: str, **options) -> tuple[list[tuple[str, str]], Invoker]:
        lines: list[tuple[str, str]] = []
        invoker = Invoker(lambda stream, line: lines.append((stream, line)),
                          options.pop("stop", Stop()), **options)
        self.outcome = invoker.run(["sh", "-c", script], dict(os.environ), Path("/"))
        return lines, invoker

    def test_carriage_returns_end_lines_and_bytes_are_kept_readable(self):
        lines, _ = self.run_shell("printf 'a\\rb\\r\\nc\\377\\nd'")
        self.assertEqual([line for _, line in lines], ["a", "b", "c\ufffd", "d"])

    def test_stdin_is_closed(self):
        lines, _ = self.run_shell("cat; echo over")
        self.assertEqual(lines, [("stdout", "over")])

    def test_of_the_lines_that_are_there_stderr_comes_first(self):
        lines: list[str] = []

        def on_line(_: str, line: str) -> None:
            lines.append(line)
            if line == "first":
                go.touch()
                invoker.ended.wait()
        invoker = Invoker(on_line, Stop())
        with tempfile.TemporaryDirectory() as directory:
            go = Path(directory, "go")
            invoker.run(["sh", "-c", "echo first; until test -e go; do sleep 0.01; done\n"
                         "echo out; echo err >&2"], dict(os.environ), Path(directory))
        self.assertEqual(lines, ["first", "err", "out"])

    def test_stderr_first_holds_stdout_back(self):
        lines, _ = self.run_shell("echo out; echo err >&2", stderr_first=True)
        self.assertEqual(lines, [("stderr", "err"), ("stdout", "out")])

    def test_a_grandchild_that_holds_the_streams_is_given_up(self):
        self.run_shell("sleep 20 & echo $!")
        self.assertTrue(self.outcome.streams_held)

    def test_cancelling_goes_on_to_term_and_kill(self):
        for script, expected in (("echo up; exec sleep 30", ["SIGINT"]),
                                 ("trap '' INT; echo up; exec sleep 30", ["SIGINT", "SIGTERM"])):
            with self.subTest(expected):
                stop = Stop()
                invoker = Invoker(lambda *_: stop.cancel(), stop)
                with self.assertRaises(Cancelled):
                    invoker.run(["sh", "-c", script], dict(os.environ), Path("/"))
                self.assertEqual(invoker.signals, expected)

    def test_what_must_run_is_not_cancelled(self):
        stop = Stop()
        stop.cancel()
        lines, _ = self.run_shell("echo done", stop=stop, cancellable=False)
        self.assertEqual(lines, [("stdout", "done")])


class HostJobs(unittest.TestCase):
    """Jobs of `run` steps alone."""

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        os.chmod(self._directory.name, 0o755)
        self.root = Path(self._directory.name)

    def job(self, *steps: dict | str, **keys) -> dict:
        listed = [{"run": step} if isinstance(step, str) else step for step in steps]
        return Job(spec.parse({"steps": listed, **keys}, self.root), self.root / "r").run()

    def test_file_commands_reach_later_steps(self):
        result = self.job(
            {"id": "a", "run": "echo A=1 >>$GITHUB_ENV; echo o=2 >>$GITHUB_OUTPUT\n"
                               "mkdir x; printf '#!/bin/sh\\necho mine' >x/own; chmod +x x/own\n"
                               "echo $PWD/x >>$GITHUB_PATH; echo '# Hi' >>$GITHUB_STEP_SUMMARY"},
            "echo $A ${{ steps.a.outputs.o }} $(own)")
        first, second = result["steps"]
        self.assertEqual(second["output"], [{"stream": "stdout", "line": "1 2 mine"}])
        self.assertEqual((first["env"], first["outputs"], first["summary"]),
                         ({"A": "1"}, {"o": "2"}, "# Hi\n"))
        self.assertEqual(result["conclusion"], "success")

    def test_a_malformed_file_fails_the_step_after_what_stood_before(self):
        step = self.job("echo A=1 >$GITHUB_ENV; echo bad >>$GITHUB_ENV")["steps"][0]
        self.assertEqual((step["conclusion"], step["exit_code"]), ("failure", 0))
        self.assertEqual(step["env"], {"A": "1"})
        self.assertEqual(step["annotations"][1]["message"], "Invalid format 'bad'")

    def test_blocked_and_reserved_names(self):
        result = self.job("printf 'NODE_OPTIONS=x\\nGITHUB_SHA=x\\nRUNNER_OS=x\\nB=2\\n' "
                          ">$GITHUB_ENV", "echo [$NODE_OPTIONS] $GITHUB_SHA $RUNNER_OS $B")
        self.assertEqual(result["steps"][0]["conclusion"], "success")
        self.assertIn("Can't store NODE_OPTIONS", result["steps"][0]["annotations"][0]["message"])
        self.assertEqual(result["steps"][1]["output"][0]["line"], f"[] {'0' * 40} Linux 2")

    def test_masks_hide_later_lines_of_both_streams(self):
        result = self.job("echo tok-1", "echo '::add-mask::tok-1%0Asecond' >&2",
                          "echo tok-1 second; echo tok-1 $S >&2",
                          env={"S": "given"}, secrets={"S": "given"})
        logs = [step["log"] for step in result["steps"]]
        self.assertIn("tok-1", logs[0])
        self.assertIn("*** ***", logs[2])
        self.assertIn("  S: ***", logs[2])
        self.assertNotIn("tok-1", "".join(logs[2]))
        self.assertIn({"stream": "stderr", "line": "tok-1 given"}, result["steps"][2]["output"])

    def test_job_outputs_that_hold_a_mask_are_dropped(self):
        result = self.job({"id": "a", "run": "echo ::add-mask::tok-1; echo t=tok-1 "
                                             ">>$GITHUB_OUTPUT; echo n=7 >>$GITHUB_OUTPUT"},
                          outputs={"t": "${{ steps.a.outputs.t }}",
                                   "n": "${{ steps.a.outputs.n }}"})
        self.assertEqual((result["outputs"], result["dropped_outputs"]), ({"n": "7"}, ["t"]))

    def test_commands(self):
        result = self.job(
            "echo '::error title=T%3A,file=f.c::one%0Atwo'; echo '::warning::w'\n"
            "echo '::stop-commands::resume-here'; echo '::error::not this'\n"
            "echo '::resume-here::'; echo '::notice::n'; echo '::group::G'; echo '::debug::d'\n"
            "echo '::endgroup::'; echo '::set-env name=A::x'")
        step = result["steps"][0]
        self.assertEqual([(a["level"], a["message"]) for a in step["annotations"][:3]],
                         [("error", "one\ntwo"), ("warning", "w"), ("notice", "n")])
        self.assertEqual(step["annotations"][0]["title"], "T:")
        self.assertIn("::error::not this", step["log"])
        self.assertIn("##[group]G", step["log"])
        self.assertNotIn("##[debug]d", step["log"])
        self.assertEqual(step["conclusion"], "failure", "set-env is disabled")

    def test_annotations_are_masked_but_for_titles_and_counted(self):
        step = self.job("echo ::add-mask::tok-1\necho ::error title=tok-1::tok-1\n"
                        "for i in 1 2 3 4 5 6 7 8 9 10 11; do echo ::error::$i; done")["steps"][0]
        self.assertEqual(step["annotations"][0],
                         {"level": "error", "message": "***", "title": "tok-1"})
        self.assertEqual(len(step["annotations"]), 10)
        self.assertIn("##[error]11", step["log"])

    def test_debug_echoes_commands_and_shows_no_mask(self):
        result = self.job("echo ::add-mask::tok-1; echo ::debug::tok-1; echo A=tok-1 "
                          ">>$GITHUB_ENV", runner={"debug": True})
        log = [x for x in result["steps"][0]["log"] if not x.startswith("\x1b")][-4:]
        self.assertIn("::add-mask::***", log)
        self.assertIn("##[debug]***", log)
        self.assertIn("##[debug]A='***'", log)

    def test_a_failure_skips_what_follows_but_not_always(self):
        result = self.job("false", "echo no", {"if": "always()", "run": "echo yes"},
                          {"if": "failure()", "run": "true", "continue-on-error": True})
        self.assertEqual([s["conclusion"] for s in result["steps"]],
                         ["failure", "skipped", "success", "success"])
        self.assertEqual(result["conclusion"], "failure")

    def test_the_default_shell_has_no_pipefail_and_bash_has(self):
        result = self.job({"run": "false | true", "id": "a"},
                          {"run": "false | true", "shell": "bash", "id": "b"})
        self.assertEqual([s["conclusion"] for s in result["steps"]], ["success", "failure"])

    def test_moments_of_cancelling(self):
        wait = "trap 'echo int; exit 9' INT; echo up; touch seen; while :; do sleep 0.05; done"
        for moment in ({"on": "output", "match": "^up$"}, {"on": "file", "path": "seen"}):
            with self.subTest(moment):
                result = self.job({"id": "a", "run": wait}, "echo never",
                                  {"if": "always()", "run": "echo ends"},
                                  cancel={"step": "a", **moment})
                self.assertEqual([s["conclusion"] for s in result["steps"]],
                                 ["cancelled", "skipped", "success"])
                self.assertEqual(result["steps"][0]["output"][-1]["line"], "int")
                self.assertEqual((result["conclusion"], result["steps"][0]["exit_code"]),
                                 ("cancelled", 9))
                self.assertEqual(result["steps"][0]["signals"], ["SIGINT"])

    def test_what_runs_after_a_cancellation_is_not_interrupted(self):
        result = self.job({"id": "a", "if": "always()", "run": "echo up; sleep 0.2; echo end"},
                          cancel={"step": "a", "on": "output", "match": "up"})
        self.assertEqual([s["conclusion"] for s in result["steps"]], ["success"])
        self.assertEqual(result["conclusion"], "cancelled")

    def test_the_last_path_entry_comes_first(self):
        result = self.job("echo /a >>$GITHUB_PATH; echo /b >>$GITHUB_PATH",
                          "echo /a >>$GITHUB_PATH", "echo $PATH")
        self.assertTrue(result["steps"][2]["output"][0]["line"].startswith("/a:/b:/"))

    def test_cancelling_between_steps(self):
        result = self.job({"id": "a", "run": "true"}, "true", cancel={"step": "a", "on": "end"})
        self.assertEqual([s["conclusion"] for s in result["steps"]], ["success", "skipped"])
        self.assertEqual(result["conclusion"], "cancelled")

    def test_a_lost_runner_does_nothing_more(self):
        result = self.job({"id": "a", "run": "echo A=1 >$GITHUB_ENV; echo up; exec sleep 30"},
                          {"if": "always()", "run": "true"},
                          crash={"step": "a", "on": "output", "match": "up"})
        self.assertEqual(result["conclusion"], "crashed")
        self.assertEqual(len(result["steps"]), 1)
        self.assertEqual(result["steps"][0]["env"], {})

    def test_a_runner_lost_after_a_step(self):
        result = self.job({"id": "a", "run": "true"}, {"if": "always()", "run": "true"},
                          crash={"step": "a", "on": "end"})
        self.assertEqual([s["conclusion"] for s in result["steps"]], ["success"])
        self.assertEqual(result["conclusion"], "crashed")

    def test_what_is_not_known_fails_the_step_or_the_job(self):
        for run in ("echo ::add-matcher::x", "echo ${{ steps.a || 1 }}"):
            with self.subTest(run):
                self.assertEqual(self.job(run)["steps"][0]["conclusion"], "failure")
        result = self.job({"run": "true", "if": "github.ref == 'x'"})
        self.assertEqual(result["conclusion"], "failure")
        self.assertIn("condition not supported", result["log"][0])

    def test_orphans_are_killed(self):
        result = self.job("setsid sleep 300 >/dev/null 2>&1 </dev/null & echo started",
                          "RUNNER_TRACKING_ID= setsid true")
        self.assertEqual(result["orphans"], ["sleep 300"])

    def test_leftover_files_are_listed(self):
        result = self.job("mkdir -p $RUNNER_TEMP/s && touch $RUNNER_TEMP/s/f")
        self.assertEqual(result["leftover_files"], ["s", "s/f"])

    def test_summary_limit(self):
        result = self.job("head -c 1048577 /dev/zero | tr '\\0' x >$GITHUB_STEP_SUMMARY")
        step = result["steps"][0]
        self.assertEqual((step["summary"], step["conclusion"]), ("", "success"))
        self.assertIn("up to a size of 1024k", step["annotations"][0]["message"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can give files to another user")
    def test_files_that_the_runner_may_not_read_fail_the_step(self):
        result = self.job("id -u; rm -f $GITHUB_ENV; mkdir $GITHUB_ENV", runner={"uid": 1001})
        step = result["steps"][0]
        self.assertEqual(step["output"][0]["line"], "1001")
        self.assertEqual(step["conclusion"], "failure")


if __name__ == "__main__":
    unittest.main()
