#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives `poolscope run` with its limits, and on disks that are full.

POOLSCOPE names the program to test. Disks need mounting to be allowed; these tests are skipped where
it is not.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import unittest

import run_test
from run_test import ALL_SUCCEEDED, INTERRUPTED, POOL_FAILED, SOME_FAILED, Done, read_jsonl

TASKS = r'''
import mmap, multiprocessing.shared_memory, os, resource, signal, subprocess, sys, time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def sleeps(number):
    if number == 3:
        time.sleep(1e6)
    return number


def grows(number):
    kept = []
    while number == 3:
        kept.append(b"x" * (1 << 20))
        time.sleep(0.0005)
    return number


GREEDY = """
import time
taken = bytearray(400 << 20)
taken[::4096] = b"x" * len(taken[::4096])
time.sleep(1e6)
"""


def greedy_child(number):
    subprocess.run([sys.executable, "-c", GREEDY])


def greedy_session(number):
    subprocess.run([sys.executable, "-c", GREEDY], start_new_session=True)


def greedy_grandchild(number):
    subprocess.run(["sh", "-c", 'setsid "$0" -c "$1" & wait', sys.executable, GREEDY],
                   start_new_session=True)


def greedy_thread(number):
    import threading
    thread = threading.Thread(target=greedy_session, args=(number,))
    thread.start()
    thread.join()


def greedy_mapping(number):
    taken = mmap.mmap(-1, 400 << 20)
    for start in range(0, len(taken), 4096):
        taken[start] = 1
    time.sleep(1e6)


def greedy_shared_memory(number):
    taken = multiprocessing.shared_memory.SharedMemory(create=True, size=400 << 20)
    taken.unlink()
    for start in range(0, taken.size, 4096):
        taken.buf[start] = 1
    time.sleep(1e6)


def waits_for_a_session(number):
    with subprocess.Popen(["sleep", "1000000"], start_new_session=True):
        open(os.path.join(FOLDER, "started"), "w").close()


def identity(number):
    time.sleep(0.01)
    return number


def descriptors(number):
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def picky(number):
    if number % 10 == 3:
        raise ValueError("no %d here" % number)
    return number


def long_text(number):
    return "%06d" % number * 20_000


def dies(number):
    if number % 100 == 50:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.0001)  # long enough for a span of its own
    return number
'''


class LimitsTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def failures(self, path):
        return {line["index"]: line["failure"] for line in read_jsonl(path) if "failure" in line}


class Hanging(LimitsTest):
    """Input 3 never ends."""

    def until_it_is_seen(self, process):
        def is_seen():
            self.assertIsNone(process.poll(), "it ended")
            told = self.program("info", "run.poolscope")
            return b"Input 3 never finished" in told.out
        self.until(is_seen, "the run file has the input that hangs")

    def assert_in_the_record(self):
        told = self.program("info", "run.poolscope", "--json")
        self.assert_status(told, ALL_SUCCEEDED)
        run = json.loads(told.out)
        self.assertEqual(run["verdict"]["finding"], "never_finished")
        self.assertRegex(run["verdict"]["text"], r"^Input 3 never finished \(\S+ s on worker [12]\)")
        self.assertGreater(run["makespan_s"], 1, "the wait is a part of it")

    def hang(self):
        process = self.start(*self.python("sleeps"), "--range", "0:10", "-j", 2, "--save",
                             "run.poolscope", "-q", "--discard")
        self.until_it_is_seen(process)
        return process

    def test_stopping_keeps_it(self):
        process = self.hang()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), INTERRUPTED)
        self.assert_in_the_record()
        self.assert_nothing_left()

    def test_a_kill_of_the_program_keeps_it(self):
        process = self.hang()
        process.kill()
        process.wait()
        self.assert_in_the_record()
        self.assert_nothing_left()

    def test_the_progress_names_it(self):
        process = self.start(*self.python("sleeps"), "--range", "0:10", "-j", 2, "--discard")
        line = b""
        while b"longest: input 3," not in line:
            line = process.stderr.readline()
            self.assertTrue(line, "it ended")
        self.assertIn(b"(over 10 x the median)", line)


class Limits(LimitsTest):
    def test_timeout(self):
        done = self.run_python("sleeps", "0:10", "-j", 2, "--timeout", 2, "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        self.assertIn("input 3 failed: timeout: it took longer than the timeout of 2 s", done.err)
        [(index, failure)] = self.failures(self.path("out.jsonl")).items()
        self.assertEqual((index, failure["kind"], failure["attempts"]), (3, "timeout", 1))
        self.assertIn(failure["worker"], (1, 2))
        self.assertGreater(failure["memory_bytes"], 0)
        self.assert_nothing_left()

    def test_timeout_with_retries(self):
        done = self.run_python(
            "sleeps", "0:10", "-j", 2, "--timeout", 2, "--retries", 1, "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        self.assertEqual(self.failures(self.path("out.jsonl"))[3]["attempts"], 2)

    def test_memory(self):
        done = self.run_python("grows", "0:10", "-j", 2, "--memory-limit", "150M", "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        [(index, failure)] = self.failures(self.path("out.jsonl")).items()
        self.assertEqual((index, failure["kind"]), (3, "memory"))
        self.assertGreater(failure["memory_bytes"], 150 << 20)
        self.assertIn("more than the memory limit of 150 MiB", failure["message"])

    def assert_fails_for_memory(self, done):
        self.assert_status(done, SOME_FAILED)
        [(index, failure)] = self.failures(self.path("out.jsonl")).items()
        self.assertEqual((index, failure["kind"]), (0, "memory"), failure)
        self.assertGreater(failure["memory_bytes"], 200 << 20)
        self.assert_nothing_left()
        return failure["message"]

    def test_memory_of_what_a_worker_started(self):
        for task in "greedy_child", "greedy_session", "greedy_grandchild", "greedy_thread":
            with self.subTest(task=task):
                message = self.assert_fails_for_memory(self.run_python(
                    task, "0:1", "-j", 1, "--memory-limit", "200M", "-o", "out.jsonl"))
                self.assertIn("the worker and what it started took", message)

    def test_memory_of_programs_in_a_session_of_their_own(self):
        self.path("greedy.py").write_text("from tasks import greedy_mapping\ngreedy_mapping(0)\n")
        for words in (["--command", f"setsid -w {sys.executable} greedy.py {{}}"],
                      ["--shell", f'setsid {sys.executable} greedy.py "$1" & wait'],
                      ["--filter", f"setsid -w {sys.executable} greedy.py"]):
            with self.subTest(words=words):
                self.assert_fails_for_memory(self.program(
                    "run", *words, "--range", "0:1", "-j", 1, "--memory-limit", "200M",
                    "-o", "out.jsonl"))

    def test_shared_memory(self):
        for task in "greedy_mapping", "greedy_shared_memory":
            with self.subTest(task=task):
                self.assert_fails_for_memory(self.run_python(
                    task, "0:1", "-j", 1, "--memory-limit", "200M", "-o", "out.jsonl"))

    def test_outcomes_are_no_memory_of_a_worker(self):
        """Worker and program share those of this run, 128 MB: a trace tells of all of them."""
        done = self.run_builtin("sqrt", "0:16000000", "-j", 1, "--chunk", 250, "--discard",
                                "--memory-limit", "60M", "--trace", "trace.json",
                                "--summary", "-")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(json.loads(done.out)["workers"][0]["restarts"], 0)

    def test_a_killed_worker_takes_along_what_is_in_another_session(self):
        done = self.run_python("waits_for_a_session", "0:1", "-j", 1, "--timeout", 2, "--discard")
        self.assert_status(done, SOME_FAILED)
        self.assertTrue(self.path("started").exists())
        self.assert_nothing_left()

    def test_ctrl_c_ends_what_is_in_another_session(self):
        process = self.start(*self.python("waits_for_a_session"), "--range", "0:2", "-j", 1, "-q")
        self.until(self.path("started").exists, "the session has started")
        os.kill(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assert_nothing_left()

    def test_recycle(self):
        done = self.run_python(
            "picky", "0:3", "-j", 1, "--recycle", 1, "--summary", "-", "--discard")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual([worker["restarts"] for worker in json.loads(done.out)["workers"]], [2])

    def test_halt(self):
        self.path("out.jsonl").write_text("before")
        done = self.run_python("picky", "0:100000", "-j", 2, "--chunk", 1, "--halt", 3,
                               "-o", "out.jsonl", "--summary", "-")
        self.assert_status(done, SOME_FAILED)
        self.assertRegex(
            done.err, r"poolscope: halted: \d+ inputs failed.*; out\.jsonl was not written\n$")
        self.assertEqual(self.path("out.jsonl").read_text(), "before")
        summary = json.loads(done.out)
        self.assertGreaterEqual(summary["failed"], 3)
        self.assertLess(summary["succeeded"], 99_000)

    def test_nothing_is_begun_once_so_many_inputs_have_failed(self):
        line = 'echo "$1" >> begun; exit 1'
        self.path("failing.py").write_text(
            "def of_all(number):\n"
            "    open('begun', 'a').write('%d\\n' % number)\n"
            "    raise ValueError\n"
            "def of_some(number):\n"
            "    open('begun', 'a').write('%d\\n' % number)\n"
            "    return object() if number % 10 == 9 else iter([]) if number % 10 == 4 else ()\n"
            "def killing(number):\n"
            "    import os\n"
            "    open('begun', 'a').write('%d\\n' % number)\n"
            "    os._exit(1)\n")
        python = ["--python-interpreter", sys.executable, "--python"]
        for task, options, begun in (
                (["--shell", line], ["--halt", 1], "0"),
                (["--shell", line], ["--halt", 3, "--chunk", 10], "012"),
                (["--shell", line], ["--halt", 1, "--retries", 2, "--chunk", 1, "--window", 1],
                 "000"),
                (["--filter", "sh -c 'read n; echo $n >> begun'"], ["--halt", 2], "01"),
                ([*python, "failing.py:of_all"], ["--halt", 1], "0"),
                ([*python, "failing.py:of_all"], ["--halt", 3, "--chunk", 10], "012"),
                ([*python, "failing.py:of_some"], ["--halt", 1, "--chunk", 100], "01234"),
                ([*python, "failing.py:killing"], ["--halt", 1, "--chunk", 1, "--window", 1],
                 "00")):
            with self.subTest(task=task, options=options):
                self.path("begun").unlink(missing_ok=True)
                done = self.program(
                    "run", *task, "--range", "0:1000", "-j", 1, "-q", "--discard", *options)
                self.assert_status(done, SOME_FAILED)
                self.assertEqual(self.path("begun").read_text().split(), list(begun))
                halt = options[1]
                self.assertIn(f"halted: {halt} input{'s' if halt > 1 else ''} failed", done.err)

    def test_a_chunk_of_a_builtin_stops_at_its_failure(self):
        self.path("lines.txt").write_text("1\nx\n2\ny\n" + "3\n" * 1000)
        done = self.program("run", "--builtin", "sqrt", "--lines", "lines.txt", "-j", 1, "--chunk",
                            1000, "--halt", 2, "-q", "--discard", "--summary", "-")
        self.assert_status(done, SOME_FAILED)
        summary = json.loads(done.out)
        self.assertEqual((summary["succeeded"], summary["failed"]), (2, 2))

    def test_failures_that_do_not_halt_are_gone_on_after(self):
        done = self.run_python("picky", "0:1000", "-j", 2, "--chunk", 50, "--halt", 101, "--retries",
                               1, "--summary", "-", "--discard", "-q")
        self.assert_status(done, SOME_FAILED)
        summary = json.loads(done.out)
        self.assertEqual((summary["succeeded"], summary["failed"]), (900, 100))

    def test_halt_leaves_what_is_on_standard_output(self):
        done = self.run_python("picky", "0:100000", "-j", 1, "--chunk", 1, "--halt", 2)
        self.assert_status(done, SOME_FAILED)
        lines = done.out.decode().split("\n")
        self.assertEqual(lines[:14], [*map(str, range(3)), "", *map(str, range(4, 13)), ""])

    def test_worker_says_what_killed_it(self):
        done = self.run_python("dies", "0:60", "-j", 1, "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        [(index, failure)] = self.failures(self.path("out.jsonl")).items()
        self.assertEqual((index, failure["kind"], failure["signal"]), (50, "quarantined", 9))
        self.assertNotIn("exit_status", failure)
        self.assertEqual(failure["attempts"], 2)
        self.assertIn("killed by signal 9 (SIGKILL)", failure["message"])

    def test_one_death_in_a_hundred(self):
        done = self.run_python("dies", "0:400", "-j", 2, "-o", "out.jsonl", "--summary", "-")
        self.assert_status(done, SOME_FAILED)
        self.assertEqual(set(self.failures(self.path("out.jsonl"))), set(range(50, 400, 100)))
        self.assertEqual(json.loads(done.out)["succeeded"], 396)


class Room(LimitsTest):
    """Fewer descriptors or processes than workers would need."""

    COUNT = 300

    def limited(self, which, limits, arguments, **options):
        done = subprocess.run(
            [run_test.PROGRAM, *map(str, arguments)], cwd=self.folder,
            env={**run_test.environment(self.mark), "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=run_test.PATIENCE,
            preexec_fn=lambda: resource.setrlimit(which, limits), **options)
        return Done(done.returncode, done.stdout, done.stderr.decode())

    def with_descriptors(self, number, *arguments):
        return self.limited(resource.RLIMIT_NOFILE, (number, number), arguments)

    def with_processes(self, number, *arguments):
        """As a user who has no other processes."""
        user = 2**30 + os.getpid()
        return self.limited(resource.RLIMIT_NPROC, (number, number), arguments,
                            user=user, group=user, extra_groups=[])

    def needs_other_user(self):
        self.folder.chmod(0o777)
        if os.geteuid() != 0:
            self.skipTest("only root can run the program as another user")
        try:
            self.with_processes(1000, "--version")
        except PermissionError:
            self.skipTest("another user may not run the program")

    def assert_fewer(self, done, wanted, reason):
        """It had fewer workers, said so once, and lost nothing. Returns how many."""
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertRegex(
            done.err,
            rf"^poolscope: runs with \d+ of {wanted} workers: cannot start \S+: .*{reason}.*\n$")
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        return int(done.err.split()[3])

    def assert_cannot_run(self, done, reason):
        self.assertEqual(done.status, POOL_FAILED, done.err)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        self.assertIn(reason, done.err)

    def builtin(self, workers):
        return ["run", "--builtin", "sleep_ms:1", "--range", f"0:{self.COUNT}", "-j", workers, "-q"]

    def test_few_descriptors(self):
        done = self.with_descriptors(256, *self.builtin(100), "-o", "out.txt", "--save",
                                     "kept.poolscope", "--summary", "summary.json")
        fewer = self.assert_fewer(done, 100, r"Too many open files \(ulimit -n is 256\)")
        self.assertGreater(fewer, 20)
        self.assertEqual(len(self.path("out.txt").read_text().splitlines()), self.COUNT)
        self.assertEqual(
            len(json.loads(self.path("summary.json").read_text())["workers"]), fewer)

    def test_few_descriptors_for_python(self):
        done = self.with_descriptors(64, "run", *self.python("identity"), "--range", "0:50", "-j",
                                     20, "-q")
        self.assert_fewer(done, 20, "Too many open files")
        self.assertEqual(done.out.decode().split(), [*map(str, range(50))])

    def test_any_number_of_descriptors(self):
        """However few there are, the program runs or says in one line why it cannot."""
        for number in [*range(6, 56, 3), 200]:
            with self.subTest(descriptors=number):
                done = self.with_descriptors(number, *self.builtin(50), "-o", "out.txt")
                if done.status == ALL_SUCCEEDED:
                    self.assert_fewer(done, 50, "Too many open files")
                else:
                    self.assert_cannot_run(done, "Too many open files")

    def test_workers_have_the_limit_of_the_user(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if hard < 1024:
            self.skipTest("the hard limit on descriptors is too low")
        for task in ["--shell", "ulimit -n"], self.python("descriptors"):
            with self.subTest(task=task):
                done = self.limited(
                    resource.RLIMIT_NOFILE, (100, hard),
                    ["run", *task, "--range", "0:50", "-j", 50, "-q"])
                self.assert_values(done, [100] * 50)
                self.assertEqual(done.err, "")

    def test_few_processes(self):
        self.needs_other_user()
        for number in 6, 20:
            with self.subTest(processes=number):
                done = self.with_processes(number, *self.builtin(30), "-o", "out.txt")
                fewer = self.assert_fewer(done, 30, "Resource temporarily unavailable")
                self.assertGreaterEqual(fewer, number - 4)
                self.assertEqual(len(self.path("out.txt").read_text().splitlines()), self.COUNT)

    def test_few_processes_for_programs(self):
        """Commands have room, too, and do not wait for it in vain."""
        self.needs_other_user()
        for task in ["--command", "echo {}"], ["--shell", "echo $1"]:
            with self.subTest(task=task):
                done = self.with_processes(24, "run", *task, "--range", "0:50", "-j", 30, "-q")
                self.assert_values(done, range(50))
                self.assertRegex(
                    done.err, r"^poolscope: runs with \d+ of 30 workers: .*\(see ulimit -u\)\n$")

    def test_too_few_processes(self):
        self.needs_other_user()
        for number in 1, 2, 3:
            with self.subTest(processes=number):
                self.assert_cannot_run(self.with_processes(number, *self.builtin(4)),
                                       "Resource temporarily unavailable")


class FullDisk(LimitsTest):
    """A disk of 4 MB that fills, and is then made larger."""

    COUNT = 100  # values of 120 kB

    def setUp(self):
        super().setUp()
        self.disk = self.path("disk")
        self.disk.mkdir()
        if self.mount("size=4m") != 0:
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)

    def mount(self, options):
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.disk],
            stderr=subprocess.DEVNULL, check=False).returncode

    def start_full(self, *options):
        """A run that has told that there is no room any more."""
        process = self.start(*self.python("long_text"), "--range", f"0:{self.COUNT}", "-j", 2,
                             "-q", *options)
        said = process.stderr.readline().decode()
        self.assertIn("No space left", said)
        self.assertIn("waits", said)
        self.assertIsNone(process.poll())
        return process

    def leave_no_room_for_a_value(self):
        """A run that discards its values might otherwise release them before the disk is full."""
        free = os.statvfs(self.disk).f_bavail * os.statvfs(self.disk).f_bsize
        (self.disk / "other").write_bytes(bytes(free - 64 * 1024))

    def make_room(self):
        self.assertEqual(self.mount("remount,size=100m"), 0)

    def finish(self, process):
        out, err = process.communicate(timeout=run_test.PATIENCE)
        return Done(process.returncode, out, err.decode())

    def test_results_wait_for_room(self):
        process = self.start_full("-o", self.disk / "out.txt")
        self.make_room()
        done = self.finish(process)
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.err, "", "it says so once")
        self.assertEqual((self.disk / "out.txt").read_text(),
                         "".join("%06d" % n * 20_000 + "\n" for n in range(self.COUNT)))

    def test_a_text_that_does_not_fit_is_an_error(self):
        free = os.statvfs(self.disk).f_bavail * os.statvfs(self.disk).f_bsize
        (self.disk / "other").write_bytes(bytes(free))
        for command in ["tasks"], ["--help"], ["help", "run"]:
            with self.subTest(command=command), open(self.disk / "text", "wb") as text:
                done = subprocess.run(
                    [run_test.PROGRAM, *command], stdout=text, stderr=subprocess.PIPE,
                    env=run_test.environment(self.mark), timeout=run_test.PATIENCE)
                self.assertEqual(done.returncode, run_test.POOL_FAILED)
                self.assertEqual(done.stderr, b"poolscope: cannot write to standard output: No "
                                              b"space left on device\n")

    def test_temporary_outcomes_wait_for_room(self):
        os.environ["TMPDIR"] = str(self.disk)
        self.addCleanup(os.environ.pop, "TMPDIR")
        self.leave_no_room_for_a_value()
        process = self.start_full("--discard", "--chunk", 1, "--window", 1, "--summary", "-")
        self.make_room()
        done = self.finish(process)
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.err, "poolscope: the run continues\n")
        self.assertEqual(json.loads(done.out)["succeeded"], self.COUNT)

    def test_interrupted_while_it_waits(self):
        process = self.start_full("-o", self.disk / "out.txt")
        os.kill(process.pid, signal.SIGINT)
        done = self.finish(process)
        self.assert_status(done, INTERRUPTED)
        self.assertIn("was not written", done.err)
        self.assertFalse((self.disk / "out.txt").exists())
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
