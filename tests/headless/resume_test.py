#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps runs in files, stops them, goes on with them, and reads what the files hold.

POOLSCOPE names the program to test.
"""

import contextlib
import json
import math
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from collections import namedtuple
from pathlib import Path

PROGRAM = os.environ.get("POOLSCOPE", "")
PATIENCE = 180  # seconds until a condition that must come true counts as one that never does

ALL_SUCCEEDED, SOME_FAILED, WRONG_USE, POOL_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

TASKS = """
import os, time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def note(number):
    file = os.open(os.path.join(FOLDER, "calls"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.write(file, b"%d\\n" % number)
    os.close(file)


def slow(number):
    held = number >= int(os.environ.get("HOLD_FROM", number + 1))
    while held and not os.path.exists(os.path.join(FOLDER, "go-on")):
        time.sleep(0.01)
    time.sleep(0.002)
    note(number)
    print("did", number)
    return number * number


def picky(number):
    note(number)
    if number % 3 == 1 and not os.path.exists(os.path.join(FOLDER, "mended")):
        raise ValueError("no %d here" % number)
    return [number]


def kinds(number):
    return [None, 1.5, number, "t\\u00e9xt", b"raw\\xff", [1, {"a": 2}], True, 10 ** 30][number % 8]
"""

Done = namedtuple("Done", "status out err")


def is_alive(pid):
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class RunFileTest(unittest.TestCase):
    """A folder of its own for each test, with tasks in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="poolscope-resume-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path("tasks.py").write_text(TASKS)

    def path(self, name):
        return self.folder / name

    def program(self, *arguments, cwd=None, stdin=""):
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=cwd or self.folder, input=stdin.encode(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    def start(self, *arguments, **environment):
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment})
        for cleanup in (process.stdout.close, process.stderr.close, process.wait, process.kill):
            self.addCleanup(cleanup)
        return process

    @staticmethod
    def task(function, inputs):
        return ["--python", f"tasks.py:{function}", "--python-interpreter", sys.executable,
                "--range", inputs, "--workers", "2"]

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain: {what}")
            time.sleep(0.005)

    def calls(self):
        return list(map(int, self.path("calls").read_text().split()))

    def info(self, name="run.poolscope"):
        done = self.program("info", name, "--json")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        return json.loads(done.out)

    def stop_in_mid_run(self):
        """A run of 300 inputs that SIGKILL stopped when the first 100 were in the file."""
        process = self.start(
            "run", *self.task("slow", "0:300"), "--save", "run.poolscope", HOLD_FROM="100")
        self.until(self.path("run.poolscope").exists, "the run file")
        self.until(lambda: self.info()["succeeded"] == 100, "the outcomes in the file")
        process.kill()
        process.wait()

    def assert_refused(self, done, *words):
        self.assertEqual(done.status, WRONG_USE, done)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        for word in words:
            self.assertIn(word, done.err)


class Saving(RunFileTest):
    def test_holds_every_kind_of_value(self):
        done = self.program("run", *self.task("kinds", "0:64"), "--save", "run.poolscope", "-o",
                            "values.jsonl")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        done = self.program("export", "run.poolscope", "-o", "again.jsonl", "--summary", "-")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(
            self.path("again.jsonl").read_bytes(), self.path("values.jsonl").read_bytes())
        self.assertEqual(json.loads(done.out)["succeeded"], 64)
        self.assertEqual(sorted(p.name for p in self.folder.glob("*poolscope*")), ["run.poolscope"])

    def test_holds_more_than_the_ring_of_values(self):
        count = 20_000_000
        done = self.program(
            "run", "--builtin", "sqrt", "--range", f"0:{count}", "--save", "run.poolscope", "-o",
            "values.npy")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        done = self.program("export", "run.poolscope", "-o", "again.npy")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(self.path("again.npy").read_bytes(), self.path("values.npy").read_bytes())
        self.assertEqual(self.info()["tasks"], count)

    def test_info_says_what_there_is_and_runs_nothing(self):
        self.program("run", *self.task("picky", "0:9"), "--save", "run.poolscope")
        calls = self.calls()
        info = self.info()
        self.assertEqual(info["state"], "completed")
        self.assertTrue(info["complete"])
        self.assertEqual(
            [info[key] for key in ("tasks", "succeeded", "failed", "workers")], [9, 6, 3, 2])
        self.assertEqual(info["arguments"], self.task("picky", "0:9"))
        self.assertEqual(info["folder"], str(self.folder))
        self.assertEqual(info["size_bytes"], self.path("run.poolscope").stat().st_size)
        text = self.program("info", "run.poolscope").out.decode()
        for word in ("completed", "9 of 9 inputs, 3 failed", "poolscope run --python tasks.py:picky"):
            self.assertIn(word, text)
        self.program("export", "run.poolscope", "-o", "values.csv")
        self.assertEqual(self.calls(), calls)

    def test_reading_a_file_runs_nothing_that_it_names(self):
        package = self.path("package")
        package.mkdir()
        (package / "tasks.py").write_text("def task(x): return x\ndef begin(): pass\n")
        (package / "__init__.py").write_text("")
        interpreter = self.path("interpreter")
        interpreter.write_text(f"#!/bin/sh\nexec {sys.executable} \"$@\"\n")
        interpreter.chmod(0o755)
        for name in "a.poolscope", "b.poolscope":
            done = self.program(
                "run", "--python", "package.tasks:task", "--python-init", "begin",
                "--python-interpreter", interpreter, "--range", "0:9", "--save", name, "--discard")
            self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        interpreter.write_text(f"#!/bin/sh\ntouch {self.path('ran')}\n")
        (package / "__init__.py").write_text(f"open('{self.path('ran')}', 'w')\n")
        for arguments in (
            ["info", "a.poolscope"], ["info", "a.poolscope", "--json"],
            ["info", "a.poolscope", "b.poolscope"],
            ["export", "a.poolscope", "-o", "a.csv", "--report", "a.html", "--trace", "a.json",
             "--summary", "summary.json", "--chart", "workers=a.png"],
            ["info", "a.json"], ["export", "a.json", "--report", "b.html"],
        ):
            with self.subTest(arguments=arguments):
                done = self.program(*arguments)
                self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
                self.assertFalse(self.path("ran").exists())

    def test_an_interrupt_ends_the_check_of_a_task(self):
        for command in "run", "sweep":
            with self.subTest(command=command):
                interpreter = self.path(command)
                interpreter.write_text("#!/bin/sh\nsleep 1000 & echo $$ $! > $0.pids\nwait\n")
                interpreter.chmod(0o755)
                process = self.start(
                    command, "--python", "tasks.py:slow", "--python-interpreter", interpreter,
                    "--range", "0:9")
                pids = self.path(command + ".pids")
                self.until(lambda: pids.exists() and pids.read_text().endswith("\n"), "the check")
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(PATIENCE), INTERRUPTED)
                self.assertEqual(process.stderr.read(), b"poolscope: interrupted\n")
                for pid in pids.read_text().split():
                    self.until(lambda: not is_alive(pid), "the interpreter is gone")

    def test_a_file_that_exists_stays_unless_it_is_to_be_replaced(self):
        save = ["run", "--builtin", "sqrt", "--range", "0:5", "--save", "run.poolscope"]
        self.assertEqual(self.program(*save).status, ALL_SUCCEEDED)
        before = self.path("run.poolscope").read_bytes()
        self.assert_refused(self.program(*save), "run.poolscope exists already", "--overwrite")
        self.assertEqual(self.path("run.poolscope").read_bytes(), before)
        done = self.program(*save[:-3], "0:7", *save[-2:], "--overwrite")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(self.info()["tasks"], 7)

    def test_mistakes_of_use(self):
        run = ["run", "--builtin", "sqrt", "--range", "0:5"]
        self.assert_refused(self.program(*run, "--overwrite"), "--save")
        self.assert_refused(self.program(*run, "--save", "none/x"), "none/x", "No such file")
        self.assert_refused(self.program(*run, "--save", "."), "not a regular file")
        self.assert_refused(self.program("export", "run.poolscope"), "nothing to export")
        for command in (["resume"], ["info"], ["export", "-o", "x.csv"]):
            done = self.program(command[0], "absent.poolscope", *command[1:])
            self.assert_refused(done, "absent.poolscope", "No such file")
            done = self.program(command[0], "tasks.py", *command[1:])
            self.assert_refused(done, "tasks.py is not a run file")

    def test_charts_of_a_run_file(self):
        self.program("run", "--builtin", "sqrt", "--range", "0:999", "--save", "run.poolscope",
                     "--chart", "completion=a.csv")
        done = self.program("export", "run.poolscope", "--chart", "completion=b.csv", "--charts", "c")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(self.path("a.csv").read_text(), self.path("b.csv").read_text())
        self.assertEqual(len(list(self.path("c").iterdir())), 6)


class Resuming(RunFileTest):
    def test_runs_what_is_missing(self):
        self.stop_in_mid_run()
        self.assertEqual(self.info()["state"], "interrupted")
        before = self.calls()
        done = self.program("resume", "run.poolscope", "--summary", "sum.json")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(done.out.decode().split(), [str(i * i) for i in range(300)])
        after = self.calls()[len(before):]
        self.assertEqual([sorted(before), sorted(after)],
                         [list(range(100)), list(range(100, 300))])
        info = self.info()
        self.assertEqual([info["state"], info["succeeded"], info["attempts"]],
                         ["completed", 300, 300])
        self.assertEqual(json.loads(self.path("sum.json").read_text())["attempts"], 300)
        # And what is complete stays what it is.
        done = self.program("resume", "run.poolscope", "-o", "values.npy")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(len(self.calls()), len(before) + len(after))

    def test_survives_kills_at_random(self):
        count = 400
        command = ["run", *self.task("slow", f"0:{count}"), "--save", "run.poolscope"]
        for _ in range(int(os.environ.get("POOLSCOPE_KILLS", 4))):
            process = self.start(*command, "-o", "values.jsonl")
            command = ["resume", "run.poolscope"]
            self.until(self.path("run.poolscope").exists, "the run file")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0, 0.5))
            process.kill()
            process.wait()
        done = self.program(*command, "-o", "values.jsonl")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        values = list(map(json.loads, self.path("values.jsonl").read_text().splitlines()))
        self.assertEqual(values, [{"index": i, "value": i * i} for i in range(count)])

    def test_goes_on_after_an_interrupt_from_any_folder(self):
        process = self.start(
            "run", *self.task("slow", "0:300"), "--save", "run.poolscope", "-o", "values.csv",
            HOLD_FROM="100")
        self.until(lambda: self.path("calls").exists() and len(self.calls()) == 100, "the calls")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertIn(b"'poolscope resume run.poolscope' continues it", errors)
        self.assertEqual(self.info()["state"], "cancelled")
        elsewhere = self.path("elsewhere")
        elsewhere.mkdir()
        done = self.program("resume", "../run.poolscope", "-o", "values.csv", cwd=elsewhere)
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(len((elsewhere / "values.csv").read_text().splitlines()), 301)
        self.assertFalse(self.path("values.csv").exists())

    def test_tries_failures_again_only_when_asked_to(self):
        run = ["run", *self.task("picky", "0:30"), "--save", "run.poolscope"]
        self.assertEqual(self.program(*run).status, SOME_FAILED)
        calls = len(self.calls())
        done = self.program("resume", "run.poolscope", "--unordered", "-o", "values.jsonl")
        self.assertEqual(done.status, SOME_FAILED, done.err)
        self.assertEqual(len(self.calls()), calls)
        self.assertEqual(len(self.path("values.jsonl").read_text().splitlines()), 30)
        for attempts in (2, 3):
            done = self.program("resume", "run.poolscope", "--retry-failed", "-o", "values.jsonl")
            self.assertEqual(done.status, SOME_FAILED, done.err)
            value = json.loads(self.path("values.jsonl").read_text().splitlines()[1])
            self.assertEqual(value["failure"]["attempts"], attempts)
        calls = len(self.calls())
        self.path("mended").touch()
        done = self.program("resume", "run.poolscope", "--retry-failed", "-o", "values.jsonl")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.assertEqual(sorted(self.calls()[calls:]), list(range(1, 30, 3)))
        info = self.info()
        self.assertEqual([info["succeeded"], info["failed"]], [30, 0])
        done = self.program("export", "run.poolscope", "-o", "again.jsonl", "--chart",
                            "completion=order.csv")
        self.assertEqual(
            self.path("again.jsonl").read_text(), self.path("values.jsonl").read_text())
        self.assertEqual(len(self.path("order.csv").read_text().splitlines()), 31)

    def test_refuses_a_changed_task(self):
        self.stop_in_mid_run()
        with open(self.path("tasks.py"), "a") as file:
            file.write("\n# another task\n")
        self.assert_refused(
            self.program("resume", "run.poolscope"), "the task has changed", "tasks.py")
        self.path("tasks.py").write_text(TASKS)
        self.assertEqual(self.program("resume", "run.poolscope").status, ALL_SUCCEEDED)

    def test_refuses_a_changed_module(self):
        self.path("mod.py").write_text("def f(x):\n    return x\n")
        done = self.program("run", "--python", "mod:f", "--python-interpreter", sys.executable,
                            "--range", "0:5", "--save", "run.poolscope")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        self.path("mod.py").write_text("def f(x):\n    return -x\n")
        self.assert_refused(
            self.program("resume", "run.poolscope"), "the task has changed", "mod.py")

    def test_refuses_a_changed_program(self):
        script = self.path("script")
        script.write_text("#!/bin/sh\necho $1\n")
        script.chmod(0o700)
        done = self.program("run", "--command", "./script {}", "--range", "0:5", "--save",
                            "run.poolscope")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        script.write_text("#!/bin/sh\necho x$1\n")
        self.assert_refused(
            self.program("resume", "run.poolscope"), "the task has changed", "script")

    def assert_refuses_each_changed(self, names, *task):
        done = self.program("run", *task, "--range", "0:5", "--save", "run.poolscope")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)
        for name in names:
            kept = self.path(name).read_bytes()
            self.path(name).write_bytes(kept + b"\n# changed\n")
            self.assert_refused(
                self.program("resume", "run.poolscope"), "the task has changed", name)
            self.path(name).unlink()
            self.assert_refused(self.program("resume", "run.poolscope"),
                                "the task has changed", f"{name} is gone")
            self.path(name).write_bytes(kept)
        done = self.program("resume", "run.poolscope")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)

    def write_script_with_module(self):
        self.path("lib").mkdir()
        self.path("lib/helper.py").write_text("def double(x):\n    return 2 * x\n")
        self.path("script.py").write_text(
            "import sys\nfrom lib.helper import double\n\n"
            "def f(x):\n    return double(x)\n\n"
            "if __name__ == '__main__':\n    print(f(int(sys.argv[1])))\n")

    def test_refuses_what_a_function_imports_when_it_has_changed(self):
        self.write_script_with_module()
        self.assert_refuses_each_changed(
            ["lib/helper.py"], "--python", "script.py:f", "--python-interpreter", sys.executable)

    def test_refuses_what_a_file_without_an_ending_imports_when_it_has_changed(self):
        self.write_script_with_module()
        self.path("script.py").rename(self.path("script"))
        self.assert_refuses_each_changed(
            ["lib/helper.py"], "--python", "./script:f", "--python-interpreter", sys.executable)

    def test_refuses_a_changed_script_of_an_interpreter(self):
        self.write_script_with_module()
        self.assert_refuses_each_changed(["script.py", "lib/helper.py"], "--command",
                                         "%s -B script.py {}" % sys.executable)

    def test_refuses_a_changed_script_of_a_filter(self):
        self.path("words.sed").write_text("s/^/x/\n")
        self.assert_refuses_each_changed(["words.sed"], "--filter", "sed -u --file=words.sed")

    def test_refuses_changed_files_of_a_shell_script(self):
        self.path("add.sh").write_text("echo $1\n")
        self.path("out").write_text("")
        for written in (">> out", '> "out"'):
            self.path("run.poolscope").unlink(missing_ok=True)
            self.assert_refuses_each_changed(
                ["add.sh"], "--shell", f'v=$(sh ./add.sh "$1"); echo $v; echo $v {written}')

    def test_goes_on_with_a_changed_task_only_when_told_to(self):
        self.stop_in_mid_run()
        with open(self.path("tasks.py"), "a") as file:
            file.write("\n# another task\n")
        self.assert_refused(
            self.program("resume", "run.poolscope"), "the task has changed", "--changed-task")
        self.program("resume", "run.poolscope", "--changed-task")
        self.assertEqual(self.info()["succeeded"], 300)
        done = self.program("resume", "run.poolscope")
        self.assertEqual(done.status, ALL_SUCCEEDED, done.err)

    def test_refuses_changed_inputs(self):
        self.path("lines").write_text("4\n9\n")
        run = ["run", "--builtin", "sqrt", "--lines", "lines", "--save", "run.poolscope"]
        self.assertEqual(self.program(*run).status, ALL_SUCCEEDED)
        for changed in ("4\n8\n", "4\n9\n16\n", "4\n"):
            self.path("lines").write_text(changed)
            self.assert_refused(
                self.program("resume", "run.poolscope"), "the input has changed", "lines")
        self.path("lines").unlink()
        self.assert_refused(self.program("resume", "run.poolscope"), "lines", "No such file")

    def test_refuses_another_set_of_files(self):
        for name in ("a.in", "b.in"):
            self.path(name).touch()
        run = ["run", "--builtin", "sha256", "--files", "*.in", "--save", "run.poolscope"]
        self.assertEqual(self.program(*run).status, ALL_SUCCEEDED)
        self.path("c.in").touch()
        self.assert_refused(
            self.program("resume", "run.poolscope"), "the input has changed",
            "'*.in' matches other files now, 3 where it matched 2")
        self.path("b.in").unlink()
        self.assertRegex(
            self.program("resume", "run.poolscope").err, r"'\*\.in' matches other files now\n$")

    def test_a_halted_run_can_go_on(self):
        done = self.program("run", *self.task("picky", "0:1000"), "--halt", 2, "--save",
                            "run.poolscope", "-o", "out.csv")
        self.assertIn("; out.csv was not written; 'poolscope resume run.poolscope' continues it",
                      done.err)
        self.assertRegex(self.program("info", "run.poolscope").out.decode(),
                         r"\nstate +halted: \d+ inputs failed, .*; 'poolscope resume' continues it\n")

    def test_reasons_for_which_text_has_no_place_are_shown(self):
        self.program("run", *self.task("picky", "0:100"), "--discard", "--save", "run.poolscope")
        failed = self.info()["failed"]
        self.assertGreater(failed, 0)
        for name, lines in ("out.txt", failed), ("out.csv", 0):
            done = self.program("export", "run.poolscope", "-o", name)
            self.assertEqual(done.status, ALL_SUCCEEDED)
            self.assertRegex(done.err, r"^(poolscope: input \d+ failed: .+\n)*$")
            self.assertEqual(done.err.count("\n"), lines)

    def test_text_does_not_pass_over_what_had_not_finished(self):
        self.stop_in_mid_run()
        for name in ("out.txt", "out.npy"):
            done = self.program("export", "run.poolscope", "-o", name)
            self.assertEqual(done.status, ALL_SUCCEEDED)
            self.assertEqual(
                done.err,
                f"poolscope: 200 inputs had not finished, and have no value in {name}\n")
        self.assertEqual(self.program("export", "run.poolscope", "-o", "out.csv").err, "")

    def test_refuses_a_file_that_is_being_written(self):
        process = self.start(
            "run", *self.task("slow", "0:300"), "--save", "run.poolscope", HOLD_FROM="100")
        self.until(self.path("run.poolscope").exists, "the run file")
        self.until(lambda: self.info()["succeeded"] > 0, "an outcome")
        info = self.info()
        self.assertEqual([info["state"], info["pid"]], ["running", process.pid])
        who = f"is being written by process {process.pid}"
        self.assert_refused(self.program("resume", "run.poolscope"), who)
        self.assert_refused(
            self.program("run", "--builtin", "sqrt", "--range", "0:5", "--save", "run.poolscope",
                         "--overwrite"), who)
        self.assertIsNone(process.poll())

    def test_refuses_what_is_damaged(self):
        self.program("run", "--builtin", "sqrt", "--range", "0:50000", "--save", "run.poolscope")
        whole = self.path("run.poolscope").read_bytes()
        self.path("run.poolscope").write_bytes(whole[:-20000])
        for command in (["info"], ["resume"], ["export", "-o", "x.csv"]):
            self.assert_refused(
                self.program(command[0], "run.poolscope", *command[1:]), "run.poolscope")
        value = whole.index(struct.pack("<d", math.sqrt(12345)))
        self.path("run.poolscope").write_bytes(
            whole[:value] + bytes([whole[value] ^ 1]) + whole[value + 1:])
        self.assert_refused(self.program("info", "run.poolscope"), "is damaged")


def can_mount():
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "tmpfs", folder]
        if os.geteuid() != 0 or not shutil.which("mount"):
            return False
        mounted = subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0
        return mounted and subprocess.run(["umount", folder]).returncode == 0


@unittest.skipUnless(can_mount(), "a disk that fills takes a file system of its own, by root")
class FullDisk(RunFileTest):
    def setUp(self):
        super().setUp()
        self.disk = self.path("disk")
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.errors = self.path("errors")

    def start_and_fill(self):
        with open(self.errors, "wb") as errors:
            process = subprocess.Popen(
                [PROGRAM, "run", *self.task("slow", "0:2000"), "--save", "disk/run.poolscope",
                 "-o", "values.csv"], cwd=self.folder, stdin=subprocess.DEVNULL, stderr=errors,
                env={**os.environ, "HOLD_FROM": "100"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.until(self.path("disk/run.poolscope").exists, "the run file")
        with open(self.disk / "filler", "wb", buffering=0) as file, \
                contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        self.path("go-on").touch()
        self.until(lambda: "the run waits" in self.errors.read_text("utf-8", "replace"),
                   "that it says so")
        return process

    def test_the_run_waits_for_room_and_loses_nothing(self):
        process = self.start_and_fill()
        self.assertIn("No space left on device", self.errors.read_text("utf-8", "replace"))
        (self.disk / "filler").unlink()
        self.assertEqual(process.wait(PATIENCE), ALL_SUCCEEDED)
        self.assertIn("the run continues", self.errors.read_text("utf-8", "replace"))
        self.assertEqual(sorted(self.calls()), list(range(2000)))
        info = self.info("disk/run.poolscope")
        self.assertEqual([info["state"], info["succeeded"]], ["completed", 2000])

    def test_who_does_not_want_to_wait_interrupts(self):
        process = self.start_and_fill()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), INTERRUPTED)
        (self.disk / "filler").unlink()
        self.assertEqual(self.info("disk/run.poolscope")["state"], "interrupted")


if __name__ == "__main__":
    unittest.main()
