#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives `poolscope run` as a user would, and reads what it wrote.

POOLSCOPE names the program to test.
"""

import ast
import contextlib
import csv
import fcntl
import hashlib
import json
import math
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
import uuid
from collections import Counter, namedtuple
from pathlib import Path

PROGRAM = os.environ.get("POOLSCOPE", "")
PATIENCE = 180  # seconds until a condition that must come true counts as one that never does
ENDLESS = "0:9223372036854775807"

ALL_SUCCEEDED, SOME_FAILED, WRONG_USE, POOL_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

TASKS = r'''
import os, signal, subprocess, sys, time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def note(name, text):
    """Appends a line in one write, which the death of the worker cannot tear."""
    file = os.open(os.path.join(FOLDER, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.write(file, ("%s\n" % text).encode())
    os.close(file)


def identity(value):
    return value


def picky(number):
    if number % 3 == 1:
        raise ValueError("no %d here" % number)
    return number * 2


def fails_first(number):
    try:
        os.close(os.open(os.path.join(FOLDER, "try-%d" % number), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return -number
    raise RuntimeError("the first time")


def deadly(number):
    note("calls", number)
    time.sleep(0.001)
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def waits_at_100(number):
    note("pids", os.getpid())
    while number >= 100 and not os.path.exists(os.path.join(FOLDER, "go-on")):
        time.sleep(0.003)
    return number * number


def sleeps_forever(number):
    note("started", number)
    time.sleep(1e6)


def starts_another(number):
    with subprocess.Popen(["sleep", "1000"]):
        note("started", number)


def stubborn(number):
    for ignored in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(ignored, signal.SIG_IGN)
    note("started", number)
    while True:
        try:
            time.sleep(1e6)
        except BaseException:
            pass


def last_sleeps(number):
    time.sleep(0.0001)  # long enough for a span of its own
    if number == 100:
        sleeps_forever(number)
    return number


def prints_many(count):
    for number in range(count):
        print(number, file=sys.stderr)


def noisy(number):
    print("printed", number)
    os.write(1, b"written %d\n" % number)
    subprocess.run(["echo", "echoed", str(number)], check=True)
    print("unfinished", number, end="")
    sys.stdout.flush()
    os.write(1, b"\n")
    print("complained", number, file=sys.stderr)
    return number


class Thing:
    def __repr__(self):
        return "<a thing>"


KINDS = [
    1.5, 0.1, 1e300, 7, -2 ** 63, 2 ** 63, 10 ** 40, True, False, None, "", 'a "quoted"\n\tline',
    "caf\u00e9 \U0001f600", b"raw\xff'", [1, [2.5, None]], (1, 2), {"key": {"deep": [True]}},
    float("nan"), float("inf"), [float("nan")], Thing(), {1, 1}, 1 + 2j,
]


def kinds(number):
    return KINDS[number]


def one_repr(number):
    return Thing() if number == 1 else number
'''

Done = namedtuple("Done", "status out err")


def environment(mark):
    return {**os.environ, "POOLSCOPE_TEST_MARK": mark, "PYTHONDONTWRITEBYTECODE": "1"}


def processes(mark):
    """The living processes that were started, over however many others, with this mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def waiting_bytes(pipe):
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))
    return count


def lines_of(path):
    return path.read_text().splitlines() if path.exists() else []


def read_npy(path):
    """(element type, values) of an array of one dimension."""
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    (length,) = struct.unpack_from("<H", data, 8)
    header = ast.literal_eval(data[10:10 + length].decode("ascii"))
    assert (10 + length) % 64 == 0 and header["fortran_order"] is False, header
    (count,) = header["shape"]
    code = {"<f8": "d", "<i8": "q", "|b1": "?"}[header["descr"]]
    return header["descr"], list(struct.unpack("<%d%s" % (count, code), data[10 + length:]))


def read_jsonl(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


class ProgramTest(unittest.TestCase):
    """A folder of its own for each test, and the program in it."""

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"POOLSCOPE names no program: '{PROGRAM}'")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="poolscope-run-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path("tasks.py").write_text(TASKS)
        self.mark = str(uuid.uuid4())
        self.addCleanup(self.end_what_is_left)

    def end_what_is_left(self):
        for pid in processes(self.mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def path(self, name):
        return self.folder / name

    def program(self, *arguments):
        """Runs the program to its end."""
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, env=environment(self.mark),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "surrogateescape"))

    def run_builtin(self, name, inputs, *options):
        return self.program("run", "--builtin", name, "--range", inputs, *options)

    @staticmethod
    def python(function):
        return ["--python", f"tasks.py:{function}", "--python-interpreter", sys.executable]

    def run_python(self, function, inputs, *options):
        return self.program("run", *self.python(function), "--range", inputs, *options)

    def start(self, *arguments):
        """Starts `run` as the leader of a process group, as a shell does."""
        process = subprocess.Popen(
            [PROGRAM, "run", *map(str, arguments)], cwd=self.folder, env=environment(self.mark),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain: {what}")
            time.sleep(0.01)

    def assert_nothing_left(self):
        self.until(lambda: not processes(self.mark), "no process is left")

    def assert_status(self, done, status):
        self.assertEqual(done.status, status, done.err)

    def assert_values(self, done, values):
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.out.decode("utf-8").split("\n"), [*map(str, values), ""])


class Values(ProgramTest):
    RANGES = ["1:500", "0:1", "7:8", "5:5", "5:1", "100:-1:-7", "3:50:5", "10:0:-1"]
    SETTINGS = [
        [], ["-j", "1"], ["-j", "2"], ["-j", "3"], ["-j", "4"], ["-j", "2", "--chunk", "1"],
        ["-j", "2", "--chunk", "1", "--window", "1"], ["-j", "3", "--chunk", "7", "--window", "2"],
        ["-j", "4", "--window", "64"], ["-j", "2", "--chunk", "100000"],
    ]

    @staticmethod
    def numbers(text):
        return range(*map(int, text.split(":")))

    @staticmethod
    def is_prime(number):
        return int(number > 1 and all(number % d for d in range(2, math.isqrt(number) + 1)))

    @staticmethod
    def collatz(number):
        steps = 0
        while number > 1:
            number = 3 * number + 1 if number % 2 else number // 2
            steps += 1
        return steps

    @staticmethod
    def sha256(number):
        return hashlib.sha256(str(number).encode()).hexdigest()

    @staticmethod
    def sqrt(number):
        return repr(math.sqrt(number)) if number >= 0 else "nan"

    def test_builtins_over_ranges(self):
        for name in "sqrt", "is_prime", "collatz", "sha256":
            for text in self.RANGES:
                with self.subTest(task=name, range=text):
                    values = [getattr(self, name)(number) for number in self.numbers(text)]
                    self.assert_values(self.run_builtin(name, text, "-j", 2), values)

    def test_range_of_negative_numbers(self):
        numbers = range(-5, 5)
        self.assert_values(self.run_builtin("sqrt", "-5:5"), map(self.sqrt, numbers))
        self.assert_values(self.run_builtin("sha256", "-5:5"), map(self.sha256, numbers))

    def test_ends_of_64_bits(self):
        low, high = -2**63, 2**63 - 1
        done = self.run_python("identity", f"{low}:{high}:{high}")
        self.assert_values(done, range(low, high, high))
        done = self.run_python("identity", f"{high}:{low}:{low}")
        self.assert_values(done, range(high, low, low))

    def test_pool_settings(self):
        expected = [self.sqrt(number) for number in range(1, 3000)]
        for options in self.SETTINGS:
            with self.subTest(options=options):
                self.assert_values(self.run_builtin("sqrt", "1:3000", *options), expected)

    def test_python_function(self):
        expected = [number * 2 for number in range(0, 3000, 3)]
        for options in self.SETTINGS[::3]:
            with self.subTest(options=options):
                self.assert_values(self.run_python("picky", "0:3000:3", *options), expected)

    def test_module(self):
        done = self.program(
            "run", "--python", "tasks:identity", "--python-interpreter", sys.executable,
            "--range", "0:5",
        )
        self.assert_values(done, range(5))

    def test_unordered_gives_the_same_values(self):
        for name, chunk in ("sqrt", "auto"), ("sha256", 1), ("heavy_tail", 1):
            with self.subTest(task=name):
                ordered = self.run_builtin(name, "0:400", "-j", 3, "--chunk", chunk)
                unordered = self.run_builtin(
                    name, "0:400", "-j", 3, "--chunk", chunk, "--unordered")
                self.assert_status(ordered, ALL_SUCCEEDED)
                self.assert_status(unordered, ALL_SUCCEEDED)
                self.assertEqual(
                    Counter(unordered.out.split(b"\n")), Counter(ordered.out.split(b"\n")))

    def test_unordered_lines_know_their_index(self):
        done = self.run_builtin(
            "sha256", "0:400", "-j", 3, "--chunk", 1, "--unordered", "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        outcomes = {line["index"]: line["value"] for line in read_jsonl(self.path("out.jsonl"))}
        self.assertEqual(outcomes, {number: self.sha256(number) for number in range(400)})

    def test_order_of_uneven_iterations(self):
        alone = self.run_builtin("heavy_tail:7", "0:600", "-j", 1)
        self.assert_status(alone, ALL_SUCCEEDED)
        self.assertGreater(max(map(int, alone.out.split())), 1000)
        for options in ["-j", 4], ["-j", 3, "--chunk", 1], ["-j", 2, "--chunk", 1, "--window", 1]:
            with self.subTest(options=options):
                done = self.run_builtin("heavy_tail:7", "0:600", *options)
                self.assert_status(done, ALL_SUCCEEDED)
                self.assertEqual(done.out, alone.out)

    def test_kinds_in_json_lines(self):
        scope = {"__file__": str(self.path("tasks.py"))}
        exec(TASKS, scope)
        kinds = scope["KINDS"]
        done = self.run_python("kinds", f"0:{len(kinds)}", "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        lines = read_jsonl(self.path("out.jsonl"))
        self.assertEqual([line["index"] for line in lines], list(range(len(kinds))))
        for kind, line in zip(kinds, lines):
            with self.subTest(value=kind):
                try:
                    expected = json.loads(json.dumps(kind, allow_nan=False))
                    marked = False
                except (TypeError, ValueError):
                    expected, marked = repr(kind), True
                self.assertEqual(line.get("repr", False), marked)
                self.assertEqual(line["value"], expected)
                self.assertIs(type(line["value"]), type(expected))


class Files(ProgramTest):
    def written(self, ending, function, inputs, status):
        path = self.path("out" + ending)
        done = self.run_python(function, inputs, "-j", 2, "--chunk", 4, "-o", path.name)
        self.assert_status(done, status)
        self.assertEqual(done.out, b"")
        return path, done

    @staticmethod
    def csv_rows(path):
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def test_values(self):
        for name, values in ("sqrt", [math.sqrt(n) for n in range(50)]), (
                "collatz", [Values.collatz(n) for n in range(50)]):
            with self.subTest(task=name):
                for ending in ".csv", ".jsonl", ".txt", ".npy":
                    done = self.run_builtin(name, "0:50", "-j", 2, "-o", "out" + ending)
                    self.assert_status(done, ALL_SUCCEEDED)
                    self.assertEqual(done.out, b"")
                self.assertEqual(self.csv_rows(self.path("out.csv")), [
                    ["index", "value", "failure"],
                    *([str(index), repr(value), ""] for index, value in enumerate(values)),
                ])
                self.assertEqual(read_jsonl(self.path("out.jsonl")), [
                    {"index": index, "value": value} for index, value in enumerate(values)
                ])
                self.assertEqual(lines_of(self.path("out.txt")), [repr(value) for value in values])
                element = "<f8" if name == "sqrt" else "<i8"
                self.assertEqual(read_npy(self.path("out.npy")), (element, values))

    def test_no_inputs(self):
        for ending, content in (".csv", b"index,value,failure\n"), (".jsonl", b""), (".txt", b""):
            with self.subTest(ending=ending):
                path, _ = self.written(ending, "identity", "5:5", ALL_SUCCEEDED)
                self.assertEqual(path.read_bytes(), content)
        path, _ = self.written(".npy", "identity", "5:5", ALL_SUCCEEDED)
        self.assertEqual(read_npy(path)[1], [])

    def test_csv_quotes(self):
        self.path("in.txt").write_text('a,b\n"q" x\n padded \nplain\n')
        done = self.program(
            "run", *self.python("identity"), "--lines", "in.txt", "-o", "out.csv")
        self.assert_status(done, ALL_SUCCEEDED)
        rows = self.csv_rows(self.path("out.csv"))
        self.assertEqual([row[1] for row in rows[1:]], ["a,b", '"q" x', " padded ", "plain"])

    def test_failures_in_csv(self):
        path, _ = self.written(".csv", "picky", "0:20", SOME_FAILED)
        self.assertEqual(self.csv_rows(path)[1:], [
            [str(n), "", f"ValueError: no {n} here"] if n % 3 == 1 else [str(n), str(n * 2), ""]
            for n in range(20)
        ])

    def test_failures_in_json_lines(self):
        path, _ = self.written(".jsonl", "picky", "0:20", SOME_FAILED)
        lines = read_jsonl(path)
        self.assertEqual([line["index"] for line in lines], list(range(20)))
        for number, line in enumerate(lines):
            if number % 3 != 1:
                self.assertEqual(line["value"], number * 2)
                continue
            self.assertNotIn("value", line)
            failure = line["failure"]
            self.assertEqual(failure["kind"], "exception")
            self.assertEqual(failure["type"], "ValueError")
            self.assertEqual(failure["message"], f"no {number} here")
            self.assertRegex(
                failure["detail"], r'(?s)^Traceback .*tasks\.py", line \d+, in picky\n')

    def test_failures_in_text(self):
        expected = ["" if number % 3 == 1 else str(number * 2) for number in range(60)]
        path, to_file = self.written(".txt", "picky", "0:60", SOME_FAILED)
        self.assertEqual(path.read_text().split("\n"), [*expected, ""])
        to_stdout = self.run_python("picky", "0:60", "-j", 2, "-q")
        self.assert_status(to_stdout, SOME_FAILED)
        self.assertEqual(to_stdout.out.decode().split("\n"), [*expected, ""])
        reasons = [
            f"poolscope: input {number} failed: ValueError: no {number} here"
            for number in range(1, 60, 3)
        ]
        self.assertEqual(to_stdout.err.splitlines(), reasons)
        self.assertLessEqual(set(reasons), set(to_file.err.splitlines()))

    def test_failures_in_npy(self):
        path, _ = self.written(".npy", "picky", "0:20", SOME_FAILED)
        element, values = read_npy(path)
        self.assertEqual(element, "<f8")
        self.assertEqual([repr(value) for value in values], [
            "nan" if number % 3 == 1 else repr(number * 2.0) for number in range(20)
        ])

    def test_npy_refuses_text(self):
        self.path("out.npy").write_bytes(b"before")
        for done, status in (
            (self.run_builtin("sha256", "0:5", "-o", "out.npy"), WRONG_USE),
            (self.run_python("kinds", "0:20", "-o", "out.npy"), POOL_FAILED),
        ):
            self.assert_status(done, status)
            self.assertIn(".npy holds numbers", done.err)
            self.assertEqual(self.path("out.npy").read_bytes(), b"before")

    def test_a_printed_form_is_told_where_the_output_does_not_mark_it(self):
        told = "1 value is nothing that JSON can hold, and is given as Python's repr"
        for ending in ".csv", ".txt", ".jsonl":
            _, done = self.written(ending, "one_repr", "0:3", ALL_SUCCEEDED)
            self.assertEqual(told in done.err, ending != ".jsonl", done.err)

    def test_closed_standard_streams_damage_no_file(self):
        for closed in "1>&-", "2>&-", "0<&- 1>&- 2>&-":
            with self.subTest(closed=closed):
                subprocess.run(
                    ["sh", "-c", f'"$@" {closed}', "sh", PROGRAM, "run", "--builtin", "sqrt",
                     "--range", "0:4", "-j", "2", "-o", "out.csv"],
                    cwd=self.folder, env=environment(self.mark), stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE,
                )
                self.assertEqual(self.csv_rows(self.path("out.csv")), [
                    ["index", "value", "failure"],
                    *([str(number), repr(math.sqrt(number)), ""] for number in range(4)),
                ])
                self.path("out.csv").unlink()

    def commands_that_print(self):
        """Those that write to standard output, without a progress line."""
        self.assert_status(
            self.run_builtin("sqrt", "0:700", "--save", "r.poolscope", "--discard"), ALL_SUCCEEDED)
        return (
            ["run", "--builtin", "sqrt", "--range", "0:5", "-q"],
            ["run", "--builtin", "sqrt", "--range", "0:5", "-q", "--discard", "--summary", "-"],
            ["sweep", "--builtin", "sqrt", "--range", "0:5", "-q", "--workers", "1", "--chunk", "1"],
            ["export", "r.poolscope", "--summary", "-"],
            ["info", "r.poolscope"],
            ["info", "r.poolscope", "--json"],
            ["info", "r.poolscope", "r.poolscope"],
            ["info", "r.poolscope", "r.poolscope", "--json"],
            ["tasks"],
            ["--help"],
        )

    def print_to(self, output, command):
        return subprocess.run(
            [PROGRAM, *command], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.PIPE, env=environment(self.mark), timeout=PATIENCE)

    def test_full_disk_is_no_success(self):
        for command in self.commands_that_print():
            with self.subTest(command=command), open("/dev/full", "wb") as full:
                done = self.print_to(full, command)
                self.assertEqual(done.returncode, POOL_FAILED)
                self.assertIn(b"cannot write to standard output", done.stderr)

    def test_nobody_reads_standard_output(self):
        for command in self.commands_that_print():
            with self.subTest(command=command):
                reader, writer = os.pipe()
                os.close(reader)
                done = self.print_to(writer, command)
                os.close(writer)
                self.assertEqual((done.returncode, done.stderr), (INTERRUPTED, b""))

    def test_export_that_cannot_be_written(self):
        self.commands_that_print()

        def export(*options):
            return subprocess.run(
                [PROGRAM, "export", "r.poolscope", *options], cwd=self.folder,
                env=environment(self.mark), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, timeout=PATIENCE,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))

        for option, name in ("-o", "x.csv"), ("--trace", "x.json"), ("--summary", "x.json"):
            self.assertEqual(export(option, "none/" + name).returncode, WRONG_USE)
        for name in "x.csv", "x.jsonl", "x.txt":
            with self.subTest(name=name):
                done = export("-o", name)
                self.assertEqual(done.returncode, POOL_FAILED)
                self.assertIn(b"cannot write " + name.encode(), done.stderr)
                self.assertFalse(self.path(name).exists())


class Lines(ProgramTest):
    INPUTS = [b"plain", b"", b"caf\xc3\xa9",
              b"\xff\xfe half \xc3", b"tab\there \\ \"q\"", b" \x7f ",
              b"\xed\xa0\x80 is no UTF-8", b"x" * 200_000, b"last"]

    def outcome(self, content, *options):
        self.path("in.txt").write_bytes(content)
        done = self.program("run", *self.python("identity"), "--lines", "in.txt", *options)
        self.assert_status(done, ALL_SUCCEEDED)
        return done.out

    def test_bytes_come_back(self):
        expected = b"".join(line + b"\n" for line in self.INPUTS)
        for ending in b"\n", b"\r\n":
            for final in b"", ending:
                content = ending.join(self.INPUTS) + final
                with self.subTest(ending=ending, final=final):
                    self.assertEqual(self.outcome(content), expected)
                    self.assertEqual(self.outcome(content, "-j", 3, "--chunk", 1), expected)
                    self.outcome(content, "-o", "out.txt")
                    self.assertEqual(self.path("out.txt").read_bytes(), expected)

    def test_bytes_in_json_lines(self):
        self.outcome(b"\r\n".join(self.INPUTS), "-o", "out.jsonl")
        self.path("out.jsonl").read_bytes().decode("utf-8")  # strictly
        values = [line["value"] for line in read_jsonl(self.path("out.jsonl"))]
        self.assertEqual(
            [value.encode("utf-8", "surrogateescape") for value in values], self.INPUTS)

    def test_empty_file(self):
        self.assertEqual(self.outcome(b""), b"")

    def test_builtin_over_lines(self):
        self.path("in.txt").write_bytes(b"4\n2.25\nmany\r\n9")
        done = self.program("run", "--builtin", "sqrt", "--lines", "in.txt", "-q")
        self.assert_status(done, SOME_FAILED)
        self.assertEqual(done.out, b"2.0\n1.5\n\n3.0\n")
        self.assertRegex(done.err, r"^poolscope: input 2 failed: .*'many'.*\n$")


class Summary(ProgramTest):
    KEYS = {"tasks", "succeeded", "failed", "quarantined", "attempts", "makespan_s", "rate",
            "workers"}
    WORKER_KEYS = {"id", "pid", "host", "iterations", "busy_s", "cpu_s", "max_rss_bytes",
                   "restarts"}
    COUNTS = "tasks", "succeeded", "failed", "quarantined", "attempts"

    def check(self, summary, counts, workers):
        self.assertLessEqual(self.KEYS, set(summary))
        self.assertEqual(tuple(summary[key] for key in self.COUNTS), counts)
        self.assertEqual([worker["id"] for worker in summary["workers"]],
                         list(range(1, workers + 1)))
        for worker in summary["workers"]:
            self.assertLessEqual(self.WORKER_KEYS, set(worker))
        self.assertEqual(sum(worker["iterations"] for worker in summary["workers"]),
                         summary["attempts"])
        busy = sum(worker["busy_s"] for worker in summary["workers"])
        self.assertGreater(busy, 0)
        self.assertLessEqual(busy, workers * summary["makespan_s"])
        self.assertAlmostEqual(summary["rate"] * summary["makespan_s"], summary["tasks"], delta=1)

    def test_file(self):
        done = self.run_builtin("collatz", "1:5000", "-j", 3, "--summary", "sum.json")
        self.assert_values(done, map(Values.collatz, range(1, 5000)))
        self.check(json.loads(self.path("sum.json").read_text()), (4999, 4999, 0, 0, 4999), 3)

    def test_standard_output(self):
        for options in ["--discard"], ["-o", "out.txt"]:
            done = self.run_builtin("collatz", "1:5000", "-j", 2, "--summary", "-", *options)
            self.assert_status(done, ALL_SUCCEEDED)
            self.check(json.loads(done.out), (4999, 4999, 0, 0, 4999), 2)

    def test_standard_output_after_the_values(self):
        done = self.run_builtin("collatz", "1:100", "--summary", "-", "-j", 1)
        self.assert_status(done, ALL_SUCCEEDED)
        lines = done.out.decode().split("\n", 99)
        self.assertEqual(lines[:99], [str(Values.collatz(number)) for number in range(1, 100)])
        self.check(json.loads(lines[99]), (99, 99, 0, 0, 99), 1)

    def test_failures(self):
        done = self.run_python(
            "picky", "0:30", "-j", 2, "--discard", "--summary", "-", "--retries", 2)
        self.assert_status(done, SOME_FAILED)
        self.check(json.loads(done.out), (30, 20, 10, 0, 20 + 3 * 10), 2)

    def test_retries(self):
        done = self.run_python(
            "fails_first", "0:30", "-j", 2, "-o", "out.txt", "--summary", "-", "--retries", 1)
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(lines_of(self.path("out.txt")), [str(-number) for number in range(30)])
        self.check(json.loads(done.out), (30, 30, 0, 0, 60), 2)


class BadInput(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("lines.txt").write_text("1\n2\n")
        self.path("folder.csv").mkdir()
        self.path("syntax.py").write_text("def task(x):\n    return x\n\ndef other(x:\n    pass\n")

    def assert_refused(self, *arguments, naming="poolscope"):
        """That the program exits with 2 and one line that matches, and does nothing else."""
        before = sorted(self.folder.rglob("*"))
        with self.subTest(arguments=arguments):
            done = self.program(*arguments)
            self.assert_status(done, WRONG_USE)
            self.assertEqual(done.out, b"")
            self.assertRegex(done.err, r"\Apoolscope: [^\n]+\n\Z")
            self.assertRegex(done.err, naming)
            self.assertEqual(sorted(self.folder.rglob("*")), before)
            self.assert_nothing_left()

    def assert_run_refused(self, *options, naming="poolscope"):
        """The same for `run` with a good task and input, and these options."""
        self.assert_refused(
            "run", "--builtin", "sqrt", "--range", "0:5", *options, naming=naming)

    def assert_python_refused(self, target, interpreter=sys.executable, naming="poolscope"):
        self.assert_refused(
            "run", "--python", target, "--python-interpreter", interpreter, "--range", "0:5",
            "-o", "out.txt", naming=naming)

    def test_command(self):
        self.assert_refused("wibble", naming="wibble")
        self.assert_refused("tasks", "extra", naming="extra")
        self.assert_refused("--wibble", naming="--wibble")

    def test_task(self):
        self.assert_refused("run", "--range", "0:5", naming="task")
        self.assert_refused(
            "run", "--builtin", "cube", "--range", "0:5", naming="'cube'.*sqrt.*memory_walk")
        self.assert_refused("run", "--builtin", "sqrt:3", "--range", "0:5", naming="sqrt")
        self.assert_refused("run", "--builtin", "sleep_ms:x", "--range", "0:5", naming="'x'")
        self.assert_run_refused("--python", "tasks.py:identity", naming="more than one task")

    def test_options(self):
        self.assert_run_refused("--wibble", naming="--wibble")
        self.assert_run_refused("extra", naming="extra")
        for value in "0", "100000", "x", "-1", "1.5", "", "99999999999999999999":
            self.assert_run_refused("-j", value, naming="--workers.*" + re.escape(value))
            self.assert_run_refused("--chunk", value if value != "100000" else "2x",
                                    naming="--chunk")
        self.assert_run_refused("--window", "0", naming="--window")
        self.assert_run_refused("--window", "-1", naming="--window")
        self.assert_run_refused("--retries", "-1", naming="--retries")
        self.assert_run_refused("-o", "out.txt", "--discard", naming="--discard")

    def test_input(self):
        task = "run", "--builtin", "sqrt"
        self.assert_refused(*task, naming="input")
        self.assert_run_refused("--lines", "lines.txt", naming="more than one input")
        self.assert_refused(*task, "--lines", "none.txt", naming="none.txt")
        self.assert_refused(*task, "--lines", "folder.csv", naming="folder.csv")

    def test_range(self):
        task = "run", "--builtin", "sqrt", "--range"
        self.assert_refused(*task, "0:5:0", naming="step")
        for text in "0:9223372036854775808", "-9223372036854775809:0", "0:5:9223372036854775808":
            self.assert_refused(*task, text, naming="64 bits")
        for text in "5", "a:b", "0:5:1:1", "0:", ":", "0:1.5", "0:5 x":
            self.assert_refused(*task, text, naming=re.escape(text))

    def test_python(self):
        self.assert_python_refused("none.py:task", naming="none.py")
        self.assert_python_refused("syntax.py:task", naming="syntax.py:[34]")
        self.assert_python_refused("tasks.py:nothing", naming="'nothing'.*identity, picky")
        self.assert_python_refused("tasks.py", naming="identity, picky")
        self.path("pair.py").write_text("def pair(a, b):\n    return a\n")
        self.assert_python_refused("pair.py:pair", naming="'pair' needs 2 arguments")
        self.assert_python_refused("no_such_module_here:task", naming="no_such_module_here")
        self.assert_python_refused("tasks.py:identity", "/no/such/python", "/no/such/python")
        self.assert_python_refused("tasks.py:identity", "/bin/true", "/bin/true")
        self.assert_python_refused("tasks.py:identity", self.folder)

    def test_output(self):
        self.assert_run_refused("-o", "none/out.csv", naming="none/out.csv")
        self.assert_run_refused("-o", "out.xlsx", naming=r"out\.xlsx.*\.npy")
        self.assert_run_refused("-o", "out", naming=r"\.npy")
        self.assert_run_refused("-o", "folder.csv", naming="folder.csv")
        self.assert_run_refused("-o", "", naming="-o")
        self.assert_run_refused("--summary", "none/sum.json", naming="none/sum.json")
        self.assert_run_refused("--summary", "", naming="--summary")
        self.assert_run_refused("-o", "out.csv", "--summary", "none/sum.json", naming="none")
        self.assert_run_refused("-o", "none/out.csv", "--summary", "sum.json", naming="none")
        self.assert_run_refused("-o", "out.txt", "--summary", "out.txt", naming="out.txt")


class Interruption(ProgramTest):
    def start_stuck(self, function, *options):
        """Starts a run that never ends, and waits until its task has begun."""
        process = self.start(*self.python(function), "--range", "0:1000", *options)
        self.until(self.path("started").exists, "the task begins")
        return process

    def end(self, process):
        """What the process comes to, and that nothing is left of it."""
        out, err = process.communicate(timeout=PATIENCE)
        self.assert_nothing_left()
        return Done(process.returncode, out, err.decode())

    def test_normal_end(self):
        self.assert_values(self.run_python("identity", "0:100", "-j", 3), range(100))
        self.assert_nothing_left()

    def test_signals(self):
        for function in "sleeps_forever", "stubborn", "starts_another":
            for number, status in (
                    (signal.SIGINT, INTERRUPTED), (signal.SIGTERM, INTERRUPTED),
                    (signal.SIGKILL, -signal.SIGKILL)):
                with self.subTest(function=function, signal=number.name):
                    process = self.start_stuck(function, "-j", 2)
                    self.assertGreaterEqual(len(processes(self.mark)), 2)
                    process.send_signal(number)
                    self.assert_status(self.end(process), status)
                    self.path("started").unlink()

    def test_ctrl_c_reaches_the_workers_too(self):
        process = self.start_stuck("sleeps_forever", "-j", 2)
        os.killpg(process.pid, signal.SIGINT)
        done = self.end(process)
        self.assert_status(done, INTERRUPTED)
        self.assertNotIn("Traceback", done.err)

    def test_builtin(self):
        for number, status in (signal.SIGINT, INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL):
            with self.subTest(signal=number.name):
                process = self.start("--builtin", "collatz", "--range", ENDLESS, "-j", 2)
                process.stdout.readline()
                process.send_signal(number)
                self.assert_status(self.end(process), status)

    def test_reader_goes_away(self):
        for options in [], ["--unordered"], ["--summary", "sum.json"]:
            with self.subTest(options=options):
                process = self.start("--builtin", "sqrt", "--range", ENDLESS, "-j", 2, *options)
                first = process.stdout.readline()
                if "--unordered" in options:
                    float(first)  # any input may be the first
                else:
                    self.assertEqual(first, b"0.0\n")
                process.stdout.close()
                process.wait(timeout=PATIENCE)
                self.assertNotEqual(process.returncode, ALL_SUCCEEDED)
                self.assertGreaterEqual(process.returncode, 0)
                self.assert_nothing_left()
                self.assertFalse(self.path("sum.json").exists())

    def test_reader_that_stalls(self):
        process = self.start("--builtin", "sqrt", "--range", ENDLESS, "-j", 2)
        # A pipe has 16 pages, and one that a write has filled in part may stay so.
        self.until(lambda: waiting_bytes(process.stdout) >= 14 * 4096, "the pipe is full")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assert_nothing_left()

    def test_reader_of_standard_error_that_stalls(self):
        process = self.start("--shell", "yes >&2", "--range", "0:1", "-j", 1, "--discard")
        self.until(lambda: waiting_bytes(process.stderr) >= 10 * 4096, "the pipe is full")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=PATIENCE), INTERRUPTED)
        self.assert_nothing_left()

    def test_reader_of_standard_error_that_is_slow(self):
        process = self.start(
            "--shell", 'if [ "$1" = 0 ]; then yes >&2; fi; until [ -e go ]; do sleep 0.01; done',
            "--range", "0:2", "-j", 2, "--unordered")
        first = process.stdout.fileno()
        deadline = time.monotonic() + 2 * PATIENCE
        size, tail, interrupted = 0, b"", False
        while piece := os.read(process.stderr.fileno(), 64 * 1024):
            self.assertLess(time.monotonic(), deadline, "it writes for ever")
            time.sleep(0.02)  # yes prints faster
            size += len(piece)
            tail = (tail + piece)[-1000:]
            if size > 2_000_000:
                self.path("go").touch()
            if not interrupted and select.select([first], [], [], 0)[0]:  # the value of input 1
                process.send_signal(signal.SIGINT)
                interrupted = True
        self.assertEqual(process.wait(timeout=PATIENCE), INTERRUPTED)
        self.assertEqual(process.stdout.read(), b"\n")
        self.assertRegex(tail.decode(), r"\npoolscope: [0-9]+ lines of the log are missing above,")
        self.assertRegex(tail.decode(), r"\npoolscope: interrupted\n$")
        self.assert_nothing_left()

    def test_values_come_while_it_runs(self):
        expected = b"".join(b"%d\n" % number for number in range(100))
        for options in ["--chunk", 1], ["--chunk", 1, "--window", 1], ["--chunk", 50]:
            with self.subTest(options=options):
                process = self.start(
                    *self.python("last_sleeps"), "--range", "0:101", "-j", 2, *options)
                self.until(
                    lambda: waiting_bytes(process.stdout) == len(expected), "100 values come")
                process.send_signal(signal.SIGINT)
                done = self.end(process)
                self.assert_status(done, INTERRUPTED)
                self.assertEqual(done.out, expected)

    def test_files_stay_as_they_were(self):
        for ending in ".csv", ".jsonl", ".txt", ".npy":
            with self.subTest(ending=ending):
                output, summary = self.path("out" + ending), self.path("sum.json")
                output.write_bytes(b"before")
                before = {*self.folder.iterdir(), self.path("started")}
                process = self.start_stuck("last_sleeps", "-j", 2, "-o", output.name)
                process.send_signal(signal.SIGINT)
                done = self.end(process)
                self.assert_status(done, INTERRUPTED)
                self.assertIn(output.name, done.err)
                self.assertEqual(output.read_bytes(), b"before")
                self.assertFalse(summary.exists())
                self.assertEqual(set(self.folder.iterdir()), before)
                self.path("started").unlink()

    def test_task_that_cannot_be_set_up(self):
        self.path("broken.py").write_text("def task(x):\n    return x\n\nraise KeyError('gone')\n")
        self.path("out.csv").write_bytes(b"before")
        before = sorted(self.folder.iterdir())
        done = self.program(
            "run", "--python", "broken.py:task", "--python-interpreter", sys.executable,
            "--range", "0:5", "-o", "out.csv")
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(done.out, b"")
        self.assertIn("KeyError: 'gone'", done.err)
        self.assertRegex(done.err, r'Traceback [^\n]*\n +File ".*broken\.py", line 4')
        self.assertEqual(self.path("out.csv").read_bytes(), b"before")
        self.assertEqual(sorted(self.folder.iterdir()), before)
        self.assert_nothing_left()


class Deaths(ProgramTest):
    def test_worker_that_kills_itself(self):
        for tries, options in (
                (2, ["--chunk", 20]), (2, ["--chunk", "auto"]), (5, ["--chunk", 1, "--retries", 3])):
            with self.subTest(options=options):
                done = self.run_python(
                    "deadly", "0:40", "-j", 2, "-o", "out.jsonl", "--summary", "-", *options)
                self.assert_status(done, SOME_FAILED)
                calls = Counter(map(int, lines_of(self.path("calls"))))
                self.path("calls").unlink()
                self.assertEqual(calls, {n: tries if n == 13 else 1 for n in range(40)})
                lines = read_jsonl(self.path("out.jsonl"))
                quarantined = lines.pop(13)
                self.assertEqual(quarantined["index"], 13)
                self.assertIn("failure", quarantined)
                self.assertEqual(lines, [
                    {"index": n, "value": n * n} for n in range(40) if n != 13
                ])
                summary = json.loads(done.out)
                self.assertEqual(
                    [summary[key] for key in Summary.COUNTS], [40, 39, 1, 1, 39 + tries])
                # The last death is not followed by a start where nothing is left to be done.
                restarts = sum(worker["restarts"] for worker in summary["workers"])
                self.assertIn(restarts, (tries - 1, tries))
        self.assert_nothing_left()

    def test_worker_killed_from_outside(self):
        pids = self.path("pids")
        process = self.start(
            *self.python("waits_at_100"), "--range", "0:300", "-j", 2, "--summary", "sum.json")
        self.until(lambda: len(lines_of(pids)) > 20, "some iterations are done")
        os.kill(int(lines_of(pids)[-1]), signal.SIGKILL)
        self.path("go-on").touch()
        out, err = process.communicate(timeout=PATIENCE)
        self.assert_values(
            Done(process.returncode, out, err.decode()), [n * n for n in range(300)])
        summary = json.loads(self.path("sum.json").read_text())
        self.assertEqual(sum(worker["restarts"] for worker in summary["workers"]), 1)
        self.assertLessEqual(summary["attempts"], 301)
        self.assert_nothing_left()


class StandardError(ProgramTest):
    def test_what_tasks_print(self):
        done = self.run_python("noisy", "0:10", "-j", 2, "-q")
        self.assert_values(done, range(10))
        texts = Counter()
        for line in done.err.splitlines():
            tagged = re.match(r"\[worker [12]\] (.*)$", line)
            self.assertTrue(tagged, line)
            texts[tagged.group(1)] += 1
        for word in "written", "echoed", "complained", "unfinished", "printed":
            for number in range(10):
                self.assertEqual(texts[f"{word} {number}"], 1, (word, number, done.err))

    def test_what_tasks_print_damages_no_file(self):
        done = self.run_python("noisy", "0:10", "-j", 2, "-o", "out.jsonl")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.out, b"")
        self.assertEqual(
            read_jsonl(self.path("out.jsonl")), [{"index": n, "value": n} for n in range(10)])

    def test_many_lines_come_out_or_are_counted(self):
        count = 300_000
        for task in (["--shell", f"seq {count} >&2"], self.python("prints_many")):
            with self.subTest(task=task):
                done = self.program("run", *task, "--range", f"{count}:{count + 1}", "-j", "1",
                                    "-q", "--discard", "--summary", "-")
                self.assert_status(done, ALL_SUCCEEDED)
                lines = done.err.splitlines()
                dropped = json.loads(done.out)["lines_dropped"]
                self.assertEqual(sum(line.startswith("[worker 1] ") for line in lines) + dropped,
                                 count)
                notices = [line for line in lines if line.startswith("poolscope: ")]
                self.assertEqual(len(notices), 1 if dropped else 0)
                for notice in notices:
                    self.assertIn(f"{dropped} lines", notice)

    def test_progress(self):
        for inputs, count in ("0:1234", 1234), ("0:0", 0):
            done = self.run_builtin("sqrt", inputs)
            self.assert_status(done, ALL_SUCCEEDED)
            self.assertRegex(done.err, rf"(?m)^100%\|.*\| {count}/{count} \[.*it/s\]$")
            self.assertNotIn("\r", done.err)
            self.assertEqual(self.run_builtin("sqrt", inputs, "-q").err, "")

    def test_progress_fits_a_narrow_terminal(self):
        ours, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 24, 0, 0))
        process = subprocess.Popen(
            [PROGRAM, "run", "--shell", "while [ ! -e go ]; do sleep 0.01; done", "--range", "0:1",
             "--discard"],
            cwd=self.folder, env=environment(self.mark), stdin=subprocess.DEVNULL, stderr=terminal)
        os.close(terminal)
        self.addCleanup(os.close, ours)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        seen = b""
        while seen.count(b"\x1b[K") < 3:
            seen += os.read(ours, 1000)
        lines = [line.decode() for line in re.findall(rb"\r([^\r\n]+)\x1b\[K", seen)]
        self.assertGreater(len(lines), 0)
        for line in lines:
            self.assertRegex(line, r"^  0%\|")
            self.assertLess(len(line), 24)
        self.path("go").touch()
        self.assertEqual(process.wait(PATIENCE), ALL_SUCCEEDED)

    def test_progress_counts_failures(self):
        done = self.run_python("picky", "0:30", "-o", "out.csv")
        self.assertRegex(done.err, r"(?m)^100%\|.*\| 30/30 \[.*\], 10 failed$")


class Messages(ProgramTest):
    def test_tasks(self):
        done = self.program("tasks")
        self.assert_status(done, ALL_SUCCEEDED)
        names = [re.match(r"\w+", line).group() for line in done.out.decode().splitlines()]
        self.assertEqual(names, ["sqrt", "is_prime", "collatz", "sha256", "mandelbrot", "sleep_ms",
                                 "heavy_tail", "memory_walk"])

    def test_version_and_help(self):
        for arguments, text in (
                (["--version"], r"\Apoolscope \d+\.\d+\.\d+\n\Z"), (["--help"], "tasks"),
                (["run", "--help"], "--unordered")):
            with self.subTest(arguments=arguments):
                done = self.program(*arguments)
                self.assert_status(done, ALL_SUCCEEDED)
                self.assertRegex(done.out.decode(), text)
                self.assertEqual(done.err, "")


if __name__ == "__main__":
    unittest.main()
