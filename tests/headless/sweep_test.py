#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives `poolscope sweep` as a user would, stops it and continues it, and compares kept runs.

POOLSCOPE names the program to test.
"""

import csv
import json
import os
import re
import signal
import subprocess
import unittest
from collections import Counter

from run_test import (
    ALL_SUCCEEDED, INTERRUPTED, PATIENCE, POOL_FAILED, PROGRAM, SOME_FAILED, WRONG_USE, ProgramTest)

TASKS = """
import os, time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def starts():
    file = os.open(os.path.join(FOLDER, "starts"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.write(file, b"started\\n")
    os.close(file)


def cannot_start():
    raise RuntimeError("no model here")


def rests(number):
    time.sleep(0.002)
    return number


def picky(number):
    if number == 3:
        raise ValueError("not three")
    return number


def waits_at_20(number):
    while number == 20:
        open(os.path.join(FOLDER, "waiting"), "w").close()
        time.sleep(0.01)
    return number
"""

class SweepTest(ProgramTest):
    """A folder of its own for each test, with tasks in it."""

    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def program(self, *arguments):
        done = super().program(*arguments)
        return done._replace(out=done.out.decode())

    def sweep(self, *arguments):
        return self.program("sweep", *arguments)

    def start(self, *arguments):
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def assert_refused(self, done, *words):
        """Wrong use, which one line names."""
        self.assert_status(done, WRONG_USE)
        self.assertEqual(done.out, "")
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        for word in words:
            self.assertIn(word, done.err)

    def measurements(self, name):
        """The measurements of a kept sweep, without its first line."""
        return [json.loads(line) for line in self.path(name).read_text().splitlines()[1:]]


SQRT = ["--builtin", "sqrt", "--range", "0:2000"]
SMALL = [*SQRT, "--workers", "1,2", "--chunk", "1,64,auto", "--repeats", "3"]


class Results(SweepTest):
    def test_measures_every_setting_as_often_as_asked(self):
        done = self.sweep(*SMALL, "-o", "table.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        lines = [json.loads(line) for line in self.path("table.jsonl").read_text().splitlines()]
        settings = [(line["workers"], line["chunk"]) for line in lines]
        self.assertEqual(settings, [(w, c) for c in (1, 64, "auto") for w in (1, 2)])
        for line in lines:
            self.assertEqual(line["runs"], 3)
            self.assertEqual(len(line["rates"]), 3)
            self.assertEqual(line["rate"], sorted(line["rates"])[1])
            self.assertLessEqual(line["rate_low"], line["rate"])
            self.assertGreaterEqual(line["rate_high"], line["rate"])
            self.assertEqual(line["failed"], 0)
            one = next(other for other in lines
                       if (other["workers"], other["chunk"]) == (1, line["chunk"]))
            self.assertAlmostEqual(line["speedup"], line["rate"] / one["rate"])
            self.assertAlmostEqual(line["efficiency"], line["speedup"] / line["workers"])

    def test_a_table_and_the_choice_go_to_standard_output(self):
        done = self.sweep(*SMALL, "-o", "table.csv")
        self.assert_status(done, ALL_SUCCEEDED)
        with open(self.path("table.csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 6)
        lines = done.out.splitlines()
        self.assertEqual(lines[0].split(), ["workers", "chunk", "it/s", "95%", "speedup",
                                            "efficiency", "runs"])
        self.assertEqual([line.split()[:2] for line in lines[1:7]],
                         [[row["workers"], row["chunk"]] for row in rows])
        best = max(rows, key=lambda row: float(row["rate"]))
        (fastest,) = [line for line in lines if line.startswith("fastest: ")]
        word = "worker" if best["workers"] == "1" else "workers"
        self.assertIn(f"fastest: {best['workers']} {word}, chunk {best['chunk']}, ", fastest)
        self.assertEqual(sum(line.startswith("cheapest within 5% of it: ") for line in lines), 1)
        self.assertIn("cannot be fitted to 2 numbers of workers", done.out)

    def test_more_workers_rest_more_at_once(self):
        done = self.sweep("--builtin", "sleep_ms:10", "--range", "0:60", "--workers", "1,2,3,4",
                          "--chunk", "1", "--repeats", "2", "-o", "table.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        lines = [json.loads(line) for line in self.path("table.jsonl").read_text().splitlines()]
        self.assertGreater(lines[1]["speedup"], 1.2)
        self.assertIn("Amdahl's law: serial share ", done.out)
        self.assertIn("Universal Scalability Law: contention ", done.out)

    def test_warms_up_once_and_runs_in_an_order_that_the_seed_decides(self):
        orders = []
        for seed in 1, 1, 2:
            self.path("kept").unlink(missing_ok=True)
            self.path("starts").unlink(missing_ok=True)
            done = self.sweep(*self.python("rests"), "--python-init", "starts", "--range", "0:2",
                              "--workers", "1,2", "--chunk", "1,2", "--repeats", "2", "--seed",
                              seed, "--save", "kept")
            self.assert_status(done, ALL_SUCCEEDED)
            orders.append([(m["workers"], m["chunk"], m["repeat"])
                           for m in self.measurements("kept")])
            self.assertEqual([m[2] for m in orders[-1]], [1] * 4 + [2] * 4)
        # Workers that were started: 2 to warm up, and those of every run; one that comes too late
        # for its run may be ended before it could write.
        starts = len(self.path("starts").read_text().splitlines())
        self.assertGreaterEqual(starts, 1 + 8)
        self.assertLessEqual(starts, 2 + 2 * 2 * (1 + 2))
        self.assertEqual(orders[0], orders[1])
        self.assertNotEqual(orders[0], orders[2])

    def test_quiet_is_quiet(self):
        done = self.sweep(*SMALL, "-q")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.err, "")
        self.assertIn("fastest: ", done.out)

    def test_inputs_that_fail_are_told(self):
        done = self.sweep(*self.python("picky"), "--range", "0:10", "--workers", "1", "--chunk",
                          "1", "--repeats", "2", "-q")
        self.assert_status(done, SOME_FAILED)
        self.assertIn("inputs failed in 2 of 2 runs, 2 in all", done.err)
        self.assertIn("fastest: 1 worker, chunk 1", done.out)


class Continuing(SweepTest):
    def test_the_same_command_goes_on_with_what_is_missing(self):
        self.assert_status(self.sweep(*SMALL, "--save", "kept"), ALL_SUCCEEDED)
        lines = self.path("kept").read_text().splitlines(keepends=True)
        self.assertEqual(len(lines), 1 + 18)
        # As if it had been killed: the last line is cut off.
        self.path("kept").write_text("".join(lines[:12]) + lines[12][:20])
        self.assert_status(self.sweep(*SMALL, "--save", "kept", "-o", "table.jsonl"), ALL_SUCCEEDED)
        kept = self.path("kept").read_text().splitlines(keepends=True)
        self.assertEqual(kept[:12], lines[:12])
        self.assertEqual(len(kept), 1 + 18)
        steps = Counter((m["workers"], m["chunk"], m["repeat"]) for m in self.measurements("kept"))
        self.assertEqual(set(steps.values()), {1})
        rates = sorted(m["rate"] for m in self.measurements("kept"))
        table = [json.loads(line) for line in self.path("table.jsonl").read_text().splitlines()]
        self.assertEqual(sorted(rate for line in table for rate in line["rates"]), rates)

    def test_a_finished_sweep_is_only_shown(self):
        first = self.sweep(*SMALL, "--save", "kept")
        self.assert_status(first, ALL_SUCCEEDED)
        before = self.path("kept").read_bytes()
        second = self.sweep(*SMALL, "--save", "kept")
        self.assertEqual(second.out, first.out)
        self.assertEqual(self.path("kept").read_bytes(), before)

    def test_more_repeats_are_added(self):
        self.assert_status(self.sweep(*SMALL, "--save", "kept"), ALL_SUCCEEDED)
        more = [*SMALL[:-1], "4"]
        self.assert_status(self.sweep(*more, "--save", "kept"), ALL_SUCCEEDED)
        repeats = Counter(m["repeat"] for m in self.measurements("kept"))
        self.assertEqual(repeats, {1: 6, 2: 6, 3: 6, 4: 6})

    def test_ctrl_c_leaves_what_was_measured(self):
        command = ["sweep", *self.python("rests"), "--range", "0:40", "--workers", "1,2",
                   "--chunk", "1,4", "--repeats", "50", "--save", "kept", "-o", "table.csv"]
        process = self.start(*command)
        kept = self.path("kept")
        self.until(lambda: kept.exists() and kept.read_bytes().count(b"\n") > 3, "some runs")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertEqual(out, "")
        self.assertIn("the same command continues it", err)
        self.assertFalse(self.path("table.csv").exists())
        before = kept.read_bytes()
        self.assertTrue(before.endswith(b"\n"))
        measured = self.measurements("kept")
        self.assertGreaterEqual(len(measured), 3)
        told = int(re.search(r"interrupted after (\d+) of 200 runs", err).group(1))
        self.assertEqual(told, len(measured))
        fewer = [word if word != "50" else "1" for word in command]
        self.assert_status(self.program(*fewer), ALL_SUCCEEDED)
        self.assertTrue(kept.read_bytes().startswith(before))

    def test_a_run_that_was_interrupted_is_not_measured(self):
        process = self.start("sweep", *self.python("waits_at_20"), "--range", "0:40", "--workers",
                             "1", "--chunk", "1", "--save", "kept")
        self.until(self.path("waiting").exists, "a run is going on")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertEqual(self.measurements("kept"), [])

    def test_measurements_of_something_else_are_refused(self):
        self.assert_status(self.sweep(*SMALL, "--save", "kept"), ALL_SUCCEEDED)
        before = self.path("kept").read_bytes()
        other = [word if word != "0:2000" else "0:2001" for word in SMALL]
        self.assert_refused(self.sweep(*other, "--save", "kept"), "another task, input or setting")
        windows = [*SMALL, "--window", "1"]
        self.assert_refused(self.sweep(*windows, "--save", "kept"), "setting")
        self.assertEqual(self.path("kept").read_bytes(), before)

    def test_a_task_that_has_changed_is_refused(self):
        command = [*self.python("rests"), "--range", "0:3", "--workers", "1", "--chunk", "1",
                   "--repeats", "1", "--save", "kept"]
        self.assert_status(self.sweep(*command), ALL_SUCCEEDED)
        self.path("tasks.py").write_text(TASKS.replace("0.002", "0.001"))
        self.assert_refused(self.sweep(*command), "a task that has changed")

    def test_inputs_that_have_changed_are_refused(self):
        self.path("lines").write_text("1\n2\n")
        command = ["--builtin", "sqrt", "--lines", "lines", "--workers", "1", "--save", "kept"]
        self.assert_status(self.sweep(*command), ALL_SUCCEEDED)
        self.path("lines").write_text("1\n3\n")
        self.assert_refused(self.sweep(*command), "an input that has changed")

    def test_a_file_that_is_no_sweep_is_left_alone(self):
        for text in "", "\n", "precious\n", '{"index": 0}\n', "[1]\n", '{"poolscope_sweep": 1':
            with self.subTest(text=text):
                self.path("mine").write_text(text)
                done = self.sweep(*SMALL, "--save", "mine")
                if text:
                    self.assert_refused(done, "mine")
                    self.assertEqual(self.path("mine").read_text(), text)
                else:
                    self.assert_status(done, ALL_SUCCEEDED)

    def test_a_damaged_file_is_refused_by_line(self):
        self.assert_status(self.sweep(*SMALL, "--save", "kept"), ALL_SUCCEEDED)
        lines = self.path("kept").read_text().splitlines(keepends=True)
        for damage in '{"workers": 2}\n', "[]\n", "\x00\n", lines[3].replace('"repeat":', '"r":'):
            with self.subTest(damage=damage):
                self.path("kept").write_text("".join([*lines[:3], damage, *lines[4:]]))
                self.assert_refused(self.sweep(*SMALL, "--save", "kept"), "line 4 ")

    def test_two_sweeps_do_not_share_a_file(self):
        process = self.start("sweep", *self.python("waits_at_20"), "--range", "0:40", "--workers",
                             "1", "--chunk", "1", "--save", "kept")
        self.until(lambda: self.path("kept").exists() and self.path("kept").read_bytes(),
                   "the file is there")
        self.assert_refused(
            self.sweep(*self.python("waits_at_20"), "--range", "0:40", "--save", "kept"),
            "another sweep is writing")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


class Errors(SweepTest):
    def test_wrong_use_is_one_line(self):
        for arguments, word in (
            ([*SQRT, "--workers", "1,0"], "--workers takes a number from 1 to 1024, not '0'"),
            ([*SQRT, "--workers", "1,,2"], "not ''"),
            ([*SQRT, "--workers", "1,auto"], "not both"),
            ([*SQRT, "--chunk", "x"], "--chunk takes a number"),
            ([*SQRT, "--repeats", "0"], "--repeats takes a number from 1"),
            ([*SQRT, "--seed", "x"], "--seed takes a number"),
            ([*SQRT, "-o", "table.npy"], ".csv or .jsonl"),
            ([*SQRT, "-o", "same.csv", "--save", "same.csv"], "same file"),
            ([*SQRT, "--workers", ""], "it is empty"),
            (["--builtin", "sqrt", "--lines", "-"], "name a file instead of '-'"),
            (["--builtin", "sqrt"], "there is no input"),
            (["--builtin", "sqroot", "--range", "0:9"], "sqroot"),
            ([*SQRT, "--save", "no/such/folder"], "cannot write"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_refused(self.sweep(*arguments), word)

    def test_inputs_that_cannot_be_run_are_told_before_anything_starts(self):
        self.path("empty").write_text("")
        self.assert_refused(self.sweep("--builtin", "sqrt", "--lines", "empty"), "no inputs")
        self.assert_refused(self.sweep("--builtin", "sqrt", "--lines", "missing"), "missing")

    def test_a_program_that_prints_too_much_fails_as_in_a_run(self):
        command = ["--shell", "yes | head -c 3000", "--range", "0:2", "--output-limit", "2K", "-q"]
        done = self.program("run", *command)
        self.assert_status(done, SOME_FAILED)
        done = self.sweep(*command, "--workers", "1", "--chunk", "1", "--repeats", "2")
        self.assert_status(done, SOME_FAILED)
        self.assertIn("inputs failed in 2 of 2 runs, 4 in all", done.err)

    def test_a_pool_that_cannot_run_ends_the_sweep(self):
        done = self.sweep(*self.python("picky"), "--python-init", "cannot_start", "--range", "0:9",
                          "-q")
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(done.out, "")
        self.assertIn("poolscope: with ", done.err)


class Comparing(SweepTest):
    def keep(self, name, *options):
        done = self.program("run", "--builtin", "sleep_ms:5", "--range", "0:400", "--chunk", "1",
                            "--discard", "-q", "--save", name, *options)
        self.assert_status(done, ALL_SUCCEEDED)

    def test_runs_are_compared_with_the_first(self):
        self.keep("one.poolscope", "-j", 1)
        self.keep("again.poolscope", "-j", 1)
        self.keep("three.poolscope", "-j", 3)
        files = ["one.poolscope", "again.poolscope", "three.poolscope"]
        done = self.program("info", *files, "--json")
        self.assert_status(done, ALL_SUCCEEDED)
        told = json.loads(done.out)
        self.assertEqual([run["file"] for run in told["runs"]], files)
        for run in told["runs"]:
            self.assertEqual(run["iterations"], 400)
            self.assertGreaterEqual(run["median_s"], 0.002)
            self.assertGreaterEqual(run["longest_s"], run["p99_s"])
        again, three = told["differences"]
        self.assertLess(again["rate_ratio"]["low"], again["rate_ratio"]["high"])
        self.assertGreater(three["rate_ratio"]["low"], 1)
        self.assertIn("times the iterations per second of one.poolscope", three["says"])

        done = self.program("info", *files)
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertIn("A  one.poolscope: poolscope run --builtin", done.out)
        self.assertRegex(done.out, r"(?m)^ +it/s +\d")
        self.assertIn("C does ", done.out)

    def test_a_file_that_is_no_run_is_refused(self):
        self.keep("one.poolscope")
        self.path("other.poolscope").write_text("nothing")
        self.assert_refused(
            self.program("info", "one.poolscope", "other.poolscope"), "other.poolscope")


if __name__ == "__main__":
    if not os.access(PROGRAM, os.X_OK):
        raise SystemExit(f"POOLSCOPE names no program: '{PROGRAM}'")
    unittest.main()
