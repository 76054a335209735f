#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program, its workers and their programs take over from whoever started the program.

POOLSCOPE names the program to test.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import run_test
from run_test import ALL_SUCCEEDED, INTERRUPTED, PROGRAM, SOME_FAILED, WRONG_USE, Done, read_jsonl

TASKS = r'''
import os, signal, time


def number_of_hash(text):
    time.sleep(0.002)
    return hash(text)


def handler_of_interrupts(_):
    return str(signal.getsignal(signal.SIGINT))


def waits_for_go(number):
    with open("began%d" % number, "w") as file:
        print(os.getpid(), file=file)
    while not os.path.exists("go"):
        time.sleep(0.01)


def square(number):
    return number * number
'''


def ignore(*signals):
    for number in signals:
        signal.signal(number, signal.SIG_IGN)


def state(pid):
    """A letter: T is stopped."""
    with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
        return file.read().rpartition(")")[2].split()[0]


def block(*signals):
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)


class Surroundings(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def run_in(self, *arguments, prepare=None, **variables):
        """Runs the program with other variables of the environment (None: without it)."""
        environment = {**run_test.environment(self.mark), **variables}
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, preexec_fn=prepare,
            env={name: value for name, value in environment.items() if value is not None},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=run_test.PATIENCE, check=False)
        return Done(done.returncode, done.stdout, done.stderr.decode())

    def masks(self, prepare, *command):
        """The signals that a program of a worker has blocked, and those that it ignores."""
        done = self.run_in("run", *command, "--range", "0:1", "-j", 1, "-q", prepare=prepare)
        self.assert_status(done, ALL_SUCCEEDED)
        lines = dict(line.split(":\t") for line in done.out.decode().splitlines() if ":\t" in line)
        return int(lines["SigBlk"], 16), int(lines["SigIgn"], 16)

    def test_ends_of_programs_are_learnt_where_sigchld_is_ignored(self):
        done = self.run_in("run", "--shell", 'exit "$1"', "--range", "0:10", "-j", 2, "-o",
                           "out.jsonl", "-q", prepare=lambda: ignore(signal.SIGCHLD))
        self.assert_status(done, SOME_FAILED)
        outcomes = read_jsonl(self.path("out.jsonl"))
        self.assertIn("value", outcomes.pop(0))
        self.assertEqual([outcome["failure"]["kind"] for outcome in outcomes], ["exit"] * 9)

    def test_what_was_ignored_stays_ignored(self):
        for number in signal.SIGHUP, signal.SIGINT:
            with self.subTest(signal=number):
                self.path("started").unlink(missing_ok=True)
                process = subprocess.Popen(
                    [PROGRAM, "run", "--shell",
                     '>started; while [ ! -e "go$1" ]; do sleep 0.01; done; echo $1', "--range",
                     "0:1", "-o", "out.txt", "-q"],
                    cwd=self.folder, env=run_test.environment(self.mark),
                    preexec_fn=lambda number=number: ignore(number))
                self.until(self.path("started").exists, "the program of the worker")
                process.send_signal(number)
                self.path("go0").touch()
                self.assertEqual(process.wait(run_test.PATIENCE), ALL_SUCCEEDED)
                self.path("go0").unlink()

    def test_programs_ignore_what_was_ignored_and_nothing_else(self):
        command = "--shell", "cat /proc/self/status"
        _, usual = self.masks(None, *command)
        self.assertEqual(usual & ~(1 << signal.SIGXFSZ - 1), 0)
        for number in signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP:
            with self.subTest(signal=number):
                _, ignored = self.masks(lambda number=number: ignore(number), *command)
                self.assertEqual(ignored, usual | 1 << number - 1)

    def test_no_signal_is_blocked(self):
        every = set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}
        blocked, _ = self.masks(lambda: block(*every), "--shell", "cat /proc/self/status")
        self.assertEqual(blocked, 0)
        process = subprocess.Popen(
            [PROGRAM, "run", "--shell", ">started; sleep 1000", "--range", "0:1", "-q"],
            cwd=self.folder, env=run_test.environment(self.mark), stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=lambda: block(*every))
        self.until(self.path("started").exists, "the program of the worker")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assert_nothing_left()

    def test_jobs_stop_and_go_on_with_the_program(self):
        for task in (["--shell", "echo $$ > began$1; while [ ! -e go ]; do sleep 0.01; done"],
                     self.python("waits_for_go")):
            with self.subTest(task=task):
                for name in self.folder.glob("began*"):
                    name.unlink()
                self.path("go").unlink(missing_ok=True)
                process = subprocess.Popen(
                    [PROGRAM, "run", *task, "--range", "0:2", "-j", "2", "--discard", "-q",
                     "--summary", "summary.json"],
                    cwd=self.folder, env=run_test.environment(self.mark),
                    stdin=subprocess.DEVNULL, preexec_fn=os.setpgrp)
                self.addCleanup(process.wait)
                self.addCleanup(process.kill)
                began = [self.path("began0"), self.path("began1")]
                self.until(lambda: all(p.exists() and p.read_text().endswith("\n")
                                       for p in began), "both jobs have begun")
                jobs = [int(path.read_text()) for path in began]
                process.send_signal(signal.SIGTSTP)
                _, status = os.waitpid(process.pid, os.WUNTRACED)
                self.assertTrue(os.WIFSTOPPED(status))
                # D: a shell that was stopped while it started a program
                self.until(lambda: {state(pid) for pid in jobs} <= {"T", "D"},
                           "both jobs have stopped")
                self.path("go").touch()
                time.sleep(0.02)  # less than a millisecond does not count as a stop
                process.send_signal(signal.SIGCONT)
                self.assertEqual(process.wait(run_test.PATIENCE), ALL_SUCCEEDED)
                accounting = json.loads(self.path("summary.json").read_text())["accounting"]["seconds"]
                self.assertGreater(accounting["paused"], 0)

    def test_what_jobs_left_running_has_its_time_apart_from_stops(self):
        process = subprocess.Popen(
            [PROGRAM, "run", "--shell", "(while [ ! -e go ]; do sleep 0.01; done; echo > saved) &"
             " echo $PPID > worker", "--range", "0:1", "-j", "1", "--discard", "-q"],
            cwd=self.folder, env=run_test.environment(self.mark), stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, preexec_fn=os.setpgrp)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.until(lambda: self.path("worker").exists() and self.path("worker").read_text(),
                   "the job")
        worker = pathlib.Path("/proc", self.path("worker").read_text().strip())
        self.until(lambda: not worker.exists(), "the worker has ended")
        process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))
        time.sleep(6)  # longer than the 5 s that it has
        process.send_signal(signal.SIGCONT)
        self.path("go").touch()
        errors = process.communicate(timeout=run_test.PATIENCE)[1]
        self.assertRegex(errors, rb"^poolscope: the program was stopped for \S+ m?s, .*\n$")
        self.assertEqual(process.returncode, ALL_SUCCEEDED)
        self.assertTrue(self.path("saved").exists())

    def test_a_stopped_program_that_is_killed_leaves_nothing(self):
        process = subprocess.Popen(
            [PROGRAM, "run", "--shell", "sleep 1000000 & echo > started; wait", "--range", "0:2",
             "-j", "2", "--discard", "-q"], cwd=self.folder, env=run_test.environment(self.mark),
            stdin=subprocess.DEVNULL, preexec_fn=os.setpgrp)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.until(self.path("started").exists, "a job")
        process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))
        process.kill()
        process.wait()
        self.assert_nothing_left()

    def test_python_handles_interrupts_as_it_does_elsewhere(self):
        done = self.run_python("handler_of_interrupts", "0:1", "-q")
        self.assertIn(b"default_int_handler", done.out)

    def test_the_first_line_of_a_failing_interpreter_is_shown(self):
        interpreter = self.path("python")
        interpreter.write_text("#!/bin/sh\nprintf 'python: not installed\\na hint\\n' >&2\nexit 1\n")
        interpreter.chmod(0o755)
        done = self.program("run", "--python", "tasks.py:square", "--python-interpreter",
                            interpreter, "--range", "0:1")
        self.assert_status(done, WRONG_USE)
        self.assertRegex(done.err, "does not run as a Python interpreter: python: not installed$")

    def test_programs_find_the_number_of_their_worker(self):
        for task in (["--shell", 'sleep 0.05; echo "$POOLSCOPE_WORKER"'],
                     ["--command", "sh -c 'sleep 0.05; echo $POOLSCOPE_WORKER'"]):
            with self.subTest(task=task):
                done = self.run_in("run", *task, "--range", "0:12", "-j", 3, "-q")
                self.assert_status(done, ALL_SUCCEEDED)
                self.assertEqual(set(done.out.decode().split()), {"1", "2", "3"})

    def hashes(self, *arguments, **variables):
        done = self.run_in(*arguments, "-o", "out.txt", "-q", **variables)
        self.assertIn(done.status, (ALL_SUCCEEDED, INTERRUPTED), done.err)
        return set(self.path("out.txt").read_text().split())

    def test_all_workers_of_a_run_have_the_same_hashes(self):
        self.path("lines.txt").write_text("same\n" * 200)
        run = ["run", *self.python("number_of_hash"), "--lines", "lines.txt", "-j", 3, "--chunk", 1]
        self.assertEqual(len(self.hashes(*run, PYTHONHASHSEED=None)), 1)
        self.assertEqual(len(self.hashes(*run, PYTHONHASHSEED="random")), 1)
        same = self.hashes(*run, PYTHONHASHSEED="7")
        plain = subprocess.run(
            [sys.executable, "-c", "print(hash('same'))"], stdout=subprocess.PIPE, check=True,
            env={**os.environ, "PYTHONHASHSEED": "7"}).stdout.decode().split()
        self.assertEqual(same, set(plain))

    def test_a_resumed_run_has_the_same_hashes(self):
        self.path("lines.txt").write_text("same\n" * 3000)
        process = subprocess.Popen(
            [PROGRAM, "run", *self.python("number_of_hash"), "--lines", "lines.txt", "-j", "1",
             "--chunk", "1", "--save", "run.poolscope", "-q", "--discard"], cwd=self.folder,
            env={**run_test.environment(self.mark), "PYTHONHASHSEED": "random"})

        def has_begun():
            done = self.program("export", "run.poolscope", "--summary", "-")
            return done.status == ALL_SUCCEEDED and b'"succeeded": 0' not in done.out
        self.until(has_begun, "values in the file")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertEqual(len(self.hashes("resume", "run.poolscope")), 1)

    def test_what_an_interpreter_prints_at_its_start_is_no_answer(self):
        self.path("sitecustomize.py").write_text("print('hello from site')\n")
        script = self.path("activate.sh")
        script.write_text(f'#!/bin/sh\necho activating\nexec {sys.executable} "$@"\n')
        script.chmod(0o700)
        for interpreter in sys.executable, "./activate.sh":
            with self.subTest(interpreter=interpreter):
                done = self.run_in(
                    "run", "--python", "tasks.py:square", "--python-interpreter", interpreter,
                    "--range", "0:4", "-q", PYTHONUNBUFFERED="1", PYTHONPATH=str(self.folder))
                self.assert_values(done, [0, 1, 4, 9])

    def test_missing_fonts_are_reported(self):
        fonts = self.path("fonts")
        fonts.mkdir()
        (fonts / "fonts.conf").write_text(
            "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>"
            f"<fontconfig><dir>{fonts}</dir><cachedir>{fonts}/cache</cachedir></fontconfig>")
        run = ["run", "--builtin", "sqrt", "--range", "0:9", "-q", "--discard", "--charts", "charts"]
        done = self.run_in(*run, FONTCONFIG_FILE=str(fonts / "fonts.conf"))
        self.assertIn("fonts-dejavu-core", done.err)
        self.assertEqual(self.run_in(*run).err, "")

    def test_figures_have_a_point_in_every_locale(self):
        locales = subprocess.run(["locale", "-a"], stdout=subprocess.PIPE, check=True).stdout
        comma = [name for name in locales.decode().split() if name.startswith(("de_", "fr_"))]
        if not comma:
            self.skipTest("there is no locale with a decimal comma")
        self.run_in("run", "--builtin", "sleep_ms:1", "--range", "0:200", "-j", 2, "--discard",
                    "--save", "run.poolscope", "-q")
        told = [self.run_in("info", "run.poolscope", LC_ALL=name).out for name in ("C", comma[0])]
        self.assertEqual(told[0], told[1])


if __name__ == "__main__":
    unittest.main()
