#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers that are copies of a process that has loaded the task (--start fork).

POOLSCOPE names the program to test.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import unittest
import unittest.mock

import run_test
from run_test import ALL_SUCCEEDED, INTERRUPTED, SOME_FAILED

TASKS = r'''
import atexit, multiprocessing, os, pathlib, signal, time

FOLDER = pathlib.Path(__file__).parent
LOCK = multiprocessing.get_context("fork").Lock()
COUNT = multiprocessing.get_context("fork").RawValue("q")


def note(file, text):
    with open(FOLDER / file, "a") as notes:
        notes.write("%s\n" % text)


note("loaded", os.getpid())
print("printed while it was loaded")
atexit.register(note, "ended", "loader")
kept = open(FOLDER / "kept", "w")
kept.write("once\n")
model = bytearray(os.urandom(1 << 20) * 150)


def initialise():
    global own
    note("initialised", os.getpid())
    atexit.register(note, "ended", "worker")
    own = open(FOLDER / ("own.%d" % os.getpid()), "w")


def double(number):
    return number * 2


def says(number):
    time.sleep(0.05)
    own.write("%d\n" % number)
    print("on", number)
    return number


def who(number):
    time.sleep(0.05)
    return [os.getpid(), multiprocessing.current_process().name, os.getpid() == os.getsid(0)]


def counts(number):
    with LOCK:
        COUNT.value += 1
    return COUNT.value


def naps(number):
    time.sleep(0.1)
    return number


def kills_its_group(number):
    if number == 20:
        note("killed", os.getpid())
        os.kill(0, signal.SIGKILL)
    time.sleep(0.01)
    return number


def dies(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def hangs(number):
    note("hung", number)
    time.sleep(1e6)


def changes(number):
    for place in range(0, len(model), 4096):
        model[place] = 0
    time.sleep(1e6 if number else 1)
'''


KILLS_KEEPER = r'''

def kills_keeper(number):
    if number == 2 and not (FOLDER / "killed").exists():
        note("killed", number)
        while not (FOLDER / "late").exists():
            time.sleep(0.001)
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(1e6)
    return number
'''

# The first keeper of a copy never gets to report.
LATE_KEEPER = """#!/bin/sh
if [ "$1" = --keep-copy ] && [ ! -e late ]; then
    echo late > late.new
    mv late.new late
    exec sleep 1000
fi
exec %s "$@"
"""


class CopiesTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def run_copies(self, function, inputs, *options):
        return self.run_python(function, inputs, "--start", "fork", *options)

    def start_copies(self, function, inputs, *options):
        return self.start(*self.python(function), "--range", inputs, "--start", "fork", *options)

    def lines(self, name):
        return run_test.lines_of(self.path(name))

    def values(self):
        return [line["value"] for line in run_test.read_jsonl(self.path("out.jsonl"))]

    def loader(self):
        [pid] = map(int, self.lines("loaded"))
        return pid


class Loading(CopiesTest):
    def test_the_task_is_loaded_once(self):
        done = self.run_copies("double", "0:1000", "-j", 4, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(self.values(), [2 * number for number in range(1000)])
        self.assertEqual(len(self.lines("loaded")), 1)
        self.assertRegex(done.err, r"loaded the task in [0-9.]+ m?s \([0-9.]+ MiB\); workers are copies")
        self.assertEqual(done.err.count("printed while it was loaded"), 1)
        self.assert_nothing_left()

    def test_each_copy_is_initialised_and_ends_by_itself(self):
        done = self.run_copies("says", "0:8", "-j", 2, "--chunk", 1, "--python-init", "initialise",
                               "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        workers = self.lines("initialised")
        self.assertEqual(len(set(workers)), 2)
        self.assertNotIn(str(self.loader()), workers)
        self.assertEqual(sorted(self.lines("ended")), ["loader", "worker", "worker"])
        said = [line for pid in workers for line in self.lines(f"own.{pid}")]
        self.assertEqual(sorted(map(int, said)), list(range(8)))
        self.assertEqual(self.lines("kept"), ["once"])
        for number in range(8):
            self.assertRegex(done.err, rf"\[worker [12]\] on {number}\n")

    def test_copies_are_processes_of_a_pool(self):
        done = self.run_copies("who", "0:20", "-j", 2, "--chunk", 1, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        pids, names, lead = (set(of) for of in zip(*self.values()))
        self.assertEqual(len(pids), 2)
        self.assertEqual(names, {"ForkPoolWorker-1", "ForkPoolWorker-2"})
        self.assertEqual(lead, {False})

    def test_what_the_file_makes_for_all_is_shared(self):
        done = self.run_copies("counts", "0:200", "-j", 4, "--chunk", 1, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(max(self.values()), 200)
        self.assertNotIn("each worker loads", done.err)

    def test_a_task_that_cannot_be_loaded(self):
        self.path("tasks.py").write_text("import not_there\ndef double(x): return x\n")
        done = self.run_copies("double", "0:10", "-o", "out.jsonl")
        self.assert_status(done, run_test.POOL_FAILED)
        self.assertIn("the task cannot be set up: ModuleNotFoundError: No module named 'not_there'",
                      done.err)
        self.assertFalse(self.path("out.jsonl").exists())
        self.assert_nothing_left()

    def test_threads_are_a_reason_for_new_interpreters(self):
        self.path("tasks.py").write_text(
            TASKS + "\nimport threading\n"
            "threading.Thread(target=time.sleep, args=(1e6,), name='clock', daemon=True).start()\n")
        done = self.run_copies("double", "0:10", "-j", 2, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertIn("workers start as new interpreters: the task's file has started threads, which "
                      "copies would not have (clock)", done.err)
        self.assertEqual(self.values(), [2 * number for number in range(10)])
        self.assert_nothing_left()

    def test_other_tasks_do_not_care(self):
        done = self.run_builtin("sqrt", "0:10", "--start", "fork", "-q", "--discard")
        self.assert_status(done, ALL_SUCCEEDED)

    def test_a_wrong_word(self):
        done = self.run_builtin("sqrt", "0:10", "--start", "thread", "--discard")
        self.assert_status(done, run_test.WRONG_USE)
        self.assertIn("--start takes 'spawn' or 'fork', not 'thread'", done.err)


class Deaths(CopiesTest):
    def test_a_copy_that_dies_is_replaced(self):
        done = self.run_copies("dies", "0:8", "-j", 2, "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        outcomes = run_test.read_jsonl(self.path("out.jsonl"))
        failure = outcomes.pop(3)["failure"]
        self.assertEqual((failure["kind"], failure["signal"]), ("quarantined", signal.SIGKILL))
        self.assertEqual([line["value"] for line in outcomes], [0, 1, 2, 4, 5, 6, 7])
        self.assertEqual(len(self.lines("loaded")), 1)
        self.assert_nothing_left()

    def test_recycled_copies(self):
        done = self.run_copies("who", "0:12", "-j", 1, "--recycle", 4, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(len({pid for pid, _, _ in self.values()}), 3)
        self.assertEqual(len(self.lines("loaded")), 1)

    def test_the_loader_dies_and_copies_go_on(self):
        process = self.start_copies("naps", "0:40", "-j", 2, "--chunk", 1, "--recycle", 10,
                                    "--python-init", "initialise", "-o", "out.jsonl")
        self.until(lambda: len(self.lines("initialised")) == 2, "both work")
        os.kill(self.loader(), signal.SIGKILL)
        _, err = process.communicate(timeout=run_test.PATIENCE)
        self.assertEqual(process.returncode, ALL_SUCCEEDED, err)
        self.assertEqual(self.values(), list(range(40)))
        self.assertIn("workers start as new interpreters: the process that had loaded the task has "
                      "died", err.decode())
        self.assertGreater(len(self.lines("loaded")), 1)
        self.assertNotIn("the worker died", err.decode())
        self.assert_nothing_left()

    def test_a_copy_that_takes_too_long(self):
        done = self.run_copies("hangs", "0:1", "-j", 1, "--timeout", 2, "-q", "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        [line] = run_test.read_jsonl(self.path("out.jsonl"))
        self.assertEqual(line["failure"]["kind"], "timeout")
        self.assert_nothing_left()

    def test_memory_limit_by_what_is_its_own(self):
        limit = "--memory-limit", "100M"
        done = self.run_copies("double", "0:100", "-j", 2, *limit, "-q", "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        done = self.run_copies("changes", "1:2", "-j", 1, *limit, "-q", "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        [line] = run_test.read_jsonl(self.path("out.jsonl"))
        self.assertEqual(line["failure"]["kind"], "memory")

    def started(self):
        process = self.start_copies("hangs", "0:4", "-j", 2, "-q", "--discard")
        self.until(lambda: len(self.lines("hung")) == 2, "both work")
        return process

    def test_a_run_that_is_interrupted(self):
        process = self.started()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertEqual(run_test.processes(self.mark), [])

    def test_a_program_that_is_killed(self):
        process = self.started()
        process.kill()
        process.wait()
        self.assert_nothing_left()

    def test_a_keeper_that_is_killed(self):
        process = self.start_copies("naps", "0:40", "-j", 1, "--chunk", 1, "--python-init",
                                    "initialise", "-q", "-o", "out.jsonl")
        self.until(lambda: self.lines("initialised"), "it works")
        worker = int(self.lines("initialised")[0])
        status = self.path("/proc") / str(worker) / "status"
        os.kill(int(re.search(r"PPid:\s+([0-9]+)", status.read_text())[1]), signal.SIGKILL)
        process.communicate(timeout=run_test.PATIENCE)
        self.assertEqual(process.returncode, ALL_SUCCEEDED)
        self.assertEqual(self.values(), list(range(40)))
        self.assertEqual(len(self.lines("loaded")), 1)
        self.assert_nothing_left()


    def test_a_copy_that_kills_its_group(self):
        """Neither its keeper nor the loader nor another copy is in it."""
        done = self.run_copies(
            "kills_its_group", "0:40", "-j", 2, "--chunk", 1, "--retries", 0, "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        self.assertIn('"signal": 9', self.path("out.jsonl").read_text())
        values = [line.get("value") for line in run_test.read_jsonl(self.path("out.jsonl"))]
        self.assertEqual(values, [None if i == 20 else i for i in range(40)])
        self.assertEqual(len(self.lines("loaded")), 1)
        self.assert_nothing_left()

    def test_a_keeper_that_is_killed_before_it_reports(self):
        """Its worker may have begun to work by then."""
        with open(self.path("tasks.py"), "a") as tasks:
            tasks.write(KILLS_KEEPER)
        real = pathlib.Path(run_test.PROGRAM)
        self.path("bin").mkdir()
        self.path("share").symlink_to(real.parent.parent / "share")
        program = shutil.copy2(real, self.path("bin/poolscope"))
        worker = self.path("bin/poolscope-worker")
        worker.write_text(LATE_KEEPER % real.with_name("poolscope-worker"))
        worker.chmod(0o755)
        with unittest.mock.patch("run_test.PROGRAM", program):
            done = self.run_copies(
                "kills_keeper", "0:10", "-j", 1, "--chunk", 1, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(self.values(), list(range(10)))
        self.assertEqual(len(self.lines("late")), 1)
        self.assertIn("SIGKILL", done.err)
        self.assert_nothing_left()


class Proposed(CopiesTest):
    """Where loading takes each worker long, or much memory, copies are proposed."""

    def summary(self, *options):
        done = self.run_python("double", "0:1000", "-j", 4, "--discard", "--summary",
                               "summary.json", *options)
        self.assert_status(done, ALL_SUCCEEDED)
        return json.loads(self.path("summary.json").read_text())

    def test_with_what_they_would_give(self):
        verdict = self.summary()["verdict"]
        self.assertRegex(
            verdict["text"],
            r"Each worker loaded the task itself, which took [0-9.]+ m?s and 1[4-6][0-9] MiB\. With "
            r"copies of a process that has loaded it, expect .* from start to end, and 4[2-7][0-9] MiB "
            r"less memory\.$")
        self.assertEqual(verdict["advice"][-1],
                         {"setting": "start", "value": "fork", "argument": "--start fork"})

    def test_not_to_who_has_them(self):
        verdict = self.summary("--start", "fork")["verdict"]
        self.assertNotIn("copies", verdict["text"])
        self.assertNotIn("start", [change["setting"] for change in verdict["advice"]])


class Kept(CopiesTest):
    def test_resume_starts_copies_again(self):
        process = self.start_copies("naps", "0:60", "-j", 2, "--chunk", 1, "-q", "--save",
                                    "kept.poolscope", "--python-init", "initialise", "--discard")
        self.until(lambda: len(self.lines("initialised")) == 2, "both work")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        done = self.program("resume", "kept.poolscope")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(len(self.lines("loaded")), 2)
        self.assertGreater(len(self.lines("initialised")), 3)


if __name__ == "__main__":
    unittest.main()
