#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives `poolscope watch` as a user would: programs behave as they do without it, and it shows them.

POOLSCOPE names the program to test.
"""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ.get("POOLSCOPE", "")
PATIENCE = 120  # seconds until a condition that must come true counts as one that never does
WRONG_USE = 2

POST = """
import math
from multiprocessing import Pool


def task(x):
    return math.sqrt(x)


if __name__ == "__main__":
    with Pool(processes=2) as pool:
        for result in pool.imap(task, range(1, 5000)):
            pass
    print("done", result)
"""
LOOP_LINE = 12

FAILING = """
import sys
from multiprocessing import Pool


def picky(x):
    if x == 5:
        raise ValueError("not five")
    return x


if __name__ == "__main__":
    with Pool(2) as pool:
        try:
            pool.map(picky, range(10), chunksize=1)
        except ValueError as error:
            print("caught", error)
        print(sum(pool.imap_unordered(abs, range(100), chunksize=10)))
        print(pool.apply_async(abs, (-3,)).get() + pool.apply_async(abs, (-4,)).get())
    print("to stderr", file=sys.stderr)
    sys.exit(7)
"""

FEW = """
from multiprocessing import Pool

if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(abs, range(3))
        for _ in pool.imap(abs, range(100)):
            pass
        pool.apply(abs, (-1,))
"""

KILLED = """
import os, signal, sys, time
from multiprocessing import Pool


def deadly(x):
    if x == 17:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


if __name__ == "__main__":
    pool = Pool(2)
    result = pool.map_async(deadly, range(30), chunksize=1)
    while not os.path.exists("go on"):
        time.sleep(0.01)
    print("ready", result.ready())
    pool.terminate()
"""

SLEEPING = """
import time
from concurrent.futures import ThreadPoolExecutor


def sleeps(x):
    open("started", "w").close()
    time.sleep(1000)


with ThreadPoolExecutor(2) as pool:
    list(pool.map(sleeps, range(4)))
"""

BY_HAND = """
from multiprocessing import Process

if __name__ == "__main__":
    for process in [Process(target=len, args=("text",)) for _ in range(2)]:
        process.start()
        process.join()
"""

ROUNDS = """
from concurrent.futures import ProcessPoolExecutor


def twice(x):
    return 2 * x


if __name__ == "__main__":
    for round in range(3):
        with ProcessPoolExecutor(2) as pool:
            print(sum(pool.map(twice, range(20 + round), chunksize=4)))
"""


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = self.folder / "cache"
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.cache))
        self.environment.pop("POOLSCOPE_WATCH", None)

    def script(self, text):
        path = self.folder / "script.py"
        path.write_text(text)
        return [sys.executable, str(path)]

    def run_in(self, *words, **options):
        return subprocess.run(
            words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
            check=False, **options)

    def watch(self, *words):
        done = self.run_in(PROGRAM, "watch", *words)
        self.assert_nothing_left()
        return done

    def summary(self, text, *options):
        """The output of a watched script, and the runs in its summary."""
        done = self.watch("--summary", "s.json", *options, "--", *self.script(text))
        return done, json.loads((self.folder / "s.json").read_text())

    def assert_nothing_left(self):
        """In the cache are only the hooks."""
        if self.cache.exists():
            self.assertEqual([path.name for path in self.cache.iterdir()], ["poolscope"])
            (hooks,) = (self.cache / "poolscope").iterdir()
            self.assertTrue(hooks.name.startswith("watch-"))

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.01)


class Watched(WatchTest):
    def test_the_loop_of_the_post(self):
        done, session = self.summary(POST)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^done 70\.7")
        self.assertEqual(session["command"], self.script(POST))
        (run,) = session["runs"]
        self.assertEqual(
            (run["pool"], run["method"], run["function"], run["processes"], run["chunk"]),
            ("multiprocessing.Pool", "imap", "task", 2, 1))
        self.assertEqual((Path(run["file"]).name, run["line"]), ("script.py", LOOP_LINE))
        self.assertEqual((run["tasks"], run["succeeded"], run["failed"]), (4999, 4999, 0))
        self.assertEqual(sum(worker["iterations"] for worker in run["workers"]), 4999)
        self.assertEqual(len(run["workers"]), 2)
        self.assertIn("imap(task) at script.py:12", done.stderr)

    def test_output_failures_and_exit_status_are_those_of_the_command(self):
        plain = self.run_in(*self.script(FAILING))
        done, session = self.summary(FAILING)
        self.assertEqual((done.returncode, done.stdout), (plain.returncode, plain.stdout))
        self.assertEqual(done.returncode, 7)
        self.assertTrue(done.stderr.startswith("to stderr\npoolscope: 3 calls of pools in "))
        by_method = {run["method"]: run for run in session["runs"]}
        self.assertEqual(list(by_method), ["map", "imap_unordered", "apply_async"])
        self.assertEqual((by_method["map"]["succeeded"], by_method["map"]["failed"]), (9, 1))
        self.assertEqual(by_method["imap_unordered"]["succeeded"], 100)
        self.assertEqual(by_method["apply_async"]["succeeded"], 2)

    def test_each_pool_of_a_loop_is_a_run(self):
        done, session = self.summary(ROUNDS)
        self.assertEqual(done.returncode, 0)
        self.assertEqual([run["succeeded"] for run in session["runs"]], [20, 21, 22])
        self.assertEqual({run["pool"] for run in session["runs"]},
                         {"concurrent.futures.ProcessPoolExecutor"})

    def test_lines_with_few_inputs_are_folded(self):
        done, session = self.summary(FEW)
        self.assertEqual([run["succeeded"] for run in session["runs"]], [3, 100, 1])
        lines = done.stderr.splitlines()
        self.assertIn("imap(abs) at script.py:7", lines[1])
        self.assertEqual(lines[-1], "  and calls from 2 lines with fewer than 8 inputs each: "
                         "map(abs) at script.py:6, apply(abs) at script.py:9")
        done, _ = self.summary(FEW.replace("range(100)", "range(2)"))
        self.assertNotIn("fewer than 8", done.stderr)

    def test_nothing_is_left_behind(self):
        done = self.watch("-q", "--", sys.executable, "-c",
                          "import os; print(os.environ['POOLSCOPE_WATCH'])")
        self.assertEqual(done.returncode, 0)
        self.assertFalse(Path(done.stdout.strip()).exists(), done.stdout)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["cache"])

    def test_hooks_of_other_versions_are_removed(self):
        old = self.cache / "poolscope" / "watch-0.0.0"
        old.mkdir(parents=True)
        (old / "sitecustomize.py").touch()
        self.watch("-q", "--", "true")
        self.assertFalse(old.exists())

    def test_settings_are_changed_from_outside(self):
        done, session = self.summary(
            POST, "--set", f"chunksize=100@script.py:{LOOP_LINE}", "--set", "processes=3")
        self.assertEqual(done.returncode, 0)
        (run,) = session["runs"]
        self.assertEqual((run["chunk"], run["processes"], run["succeeded"]), (100, 3, 4999))

    def test_a_worker_that_is_killed_is_reported_while_the_program_waits(self):
        process = subprocess.Popen(
            [PROGRAM, "watch", "-q", "--", *self.script(KILLED)], cwd=self.folder,
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        (self.folder / "go on").touch()
        out, err = process.communicate(timeout=PATIENCE)
        self.assertRegex(
            line, r"^poolscope: worker [12] was killed by SIGKILL while on input 17 of "
            r"map_async\(deadly\) at script\.py:\d+; this pool will wait for it for ever$")
        self.assertEqual((process.returncode, out, err), (0, "ready False\n", ""))

    def test_interrupt_and_termination_reach_the_command(self):
        for sent in signal.SIGTERM, signal.SIGHUP:
            with self.subTest(signal=sent):
                process = subprocess.Popen(
                    [PROGRAM, "watch", "--", *self.script(SLEEPING)], cwd=self.folder,
                    env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.wait_for((self.folder / "started").exists)
                process.send_signal(sent)
                out, err = process.communicate(timeout=PATIENCE)
                self.assertEqual(process.returncode, -sent, err)
                self.assertIn("map(sleeps)", err)
                (self.folder / "started").unlink()

    def test_the_command_has_the_terminal(self):
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, "watch", "-q", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && read x && echo $x"],
            stdin=terminal, stdout=terminal, stderr=terminal, env=self.environment)
        os.close(terminal)
        os.write(controller, b"hello\n")
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertIn(b"hello", os.read(controller, 1000))
        os.close(controller)


class NotSeen(WatchTest):
    def test_the_reason_is_given(self):
        for words, reason in (
                ((sys.executable, "-I", "-c", "pass"), "no Python that can be watched was started"),
                (("true",), "no Python that can be watched was started"),
                ((sys.executable, "-c", "pass"), "used no pool")):
            with self.subTest(words=words):
                done = self.watch("--", *words)
                self.assertEqual((done.returncode, done.stdout), (0, ""))
                self.assertIn(reason, done.stderr)

    def test_processes_made_by_hand_are_counted(self):
        done = self.watch("--", *self.script(BY_HAND))
        self.assertEqual(done.stderr, "poolscope: no pool was used; 2 processes made by hand, whose "
                                      "inputs cannot be seen\n")

    def test_a_command_that_cannot_be_started(self):
        (self.folder / "text").write_text("not a program")
        for word, status in ("./missing", 127), ("./text", 126):
            with self.subTest(word=word):
                done = self.watch("--", word)
                self.assertEqual(done.returncode, status)
                self.assertRegex(done.stderr, r"^poolscope: cannot start \./\w+: .+\n$")

    def test_a_command_that_a_signal_ended(self):
        done = self.watch("-q", "--", "sh", "-c", "kill -USR1 $$")
        self.assertEqual((done.returncode, done.stderr), (-signal.SIGUSR1, ""))

    def test_a_command_that_is_watched_already(self):
        done = self.watch("-q", "--", PROGRAM, "watch", "--", *self.script(POST))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(
            done.stderr, "poolscope: this command is watched already; its pools are shown there\n")


class Outputs(WatchTest):
    def test_a_session_is_saved_described_and_exported(self):
        done = self.watch("-q", "--save", "s.poolscope", "--trace", "t.json", "--", *self.script(FAILING))
        self.assertEqual((done.returncode, done.stderr), (7, "to stderr\n"))
        trace = json.loads((self.folder / "t.json").read_text())
        self.assertEqual({event["pid"] for event in trace["traceEvents"]}, {1, 2, 3})
        info = self.run_in(PROGRAM, "info", "s.poolscope")
        for call in "map(picky)", "imap_unordered(abs)", "apply_async(abs)":
            self.assertIn(call, info.stdout)
        told = json.loads(self.run_in(PROGRAM, "info", "--json", "s.poolscope").stdout)
        exported = self.run_in(PROGRAM, "export", "s.poolscope", "--summary", "-")
        self.assertEqual(json.loads(exported.stdout), told)
        self.assertEqual([run["succeeded"] for run in told["runs"]], [9, 100, 2])
        resumed = self.run_in(PROGRAM, "resume", "s.poolscope")
        self.assertEqual(resumed.returncode, WRONG_USE)
        self.assertIn("a watched command cannot be resumed; run it again", resumed.stderr)
        values = self.run_in(PROGRAM, "export", "s.poolscope", "-o", "v.csv")
        self.assertEqual(values.returncode, WRONG_USE)
        self.assertFalse((self.folder / "v.csv").exists())

    def test_texts_of_inputs_are_kept_if_asked_for(self):
        text = FAILING.replace("range(10)", "['a', 'b', 5]").replace("x == 5", "x == 'b'")
        for options, shown in ((), False), (("--reprs",), True):
            with self.subTest(options=options):
                self.watch("-q", *options, "--save", "s.poolscope", "--overwrite", "--report", "r.html",
                           "--", *self.script(text))
                self.run_in(PROGRAM, "export", "s.poolscope", "--report", "s.html")
                for report in "r.html", "s.html":
                    self.assertEqual("&#39;b&#39;" in (self.folder / report).read_text()
                                     or "'b'" in (self.folder / report).read_text(), shown)

    def test_an_output_that_cannot_be_written_is_refused_before_the_start(self):
        (self.folder / "s.poolscope").write_text("mine")
        for options in (
                ("--save", "s.poolscope"), ("--summary", "no/s.json"), ("--trace", "no/t.json"),
                ("-o", "v.csv"), ("--discard",), ("--set", "chunksize=0"), ("--set", "speed=9")):
            with self.subTest(options=options):
                done = self.watch(*options, "--", "touch", "started")
                self.assertEqual(done.returncode, WRONG_USE)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertFalse((self.folder / "started").exists())
        self.assertEqual((self.folder / "s.poolscope").read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
