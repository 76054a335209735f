#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives `poolscope run` rows, files and lines that still come, as a user would.

POOLSCOPE names the program to test.
"""

import csv
import io
import json
import os
import pty
import random
import re
import signal
import subprocess
import sys
import unittest

import run_test
from run_test import (
    ALL_SUCCEEDED, INTERRUPTED, POOL_FAILED, SOME_FAILED, WRONG_USE, Done, environment, read_jsonl)

TASKS = r'''
import os, signal, sys, time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def identity(value):
    return value


def as_json(row):
    return list(row.items())


def path_bytes(path):
    with open(path, "rb") as file:
        return os.fsencode(path) + b": " + file.read()


def first_time(name):
    try:
        os.close(os.open(os.path.join(FOLDER, name), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def fails_first(line):
    if line.endswith("7") and first_time("failed-" + line):
        raise RuntimeError("the first time")
    return line


def dies_first(line):
    if line.endswith("777") and first_time("died-" + line):
        os.kill(os.getpid(), signal.SIGKILL)
    return line


def dies(line):
    if line == "13":
        os.kill(os.getpid(), signal.SIGKILL)
    return line


def rewrites(line):
    if first_time("rewritten"):
        with open(os.path.join(FOLDER, "in.txt"), "r+b") as file:
            changed = file.read().replace(b"1", b"2")
            file.seek(0)
            file.write(changed)
    return line


def reads_standard_input(line):
    return line + sys.stdin.read() + os.read(0, 100).decode()


def sleeps(line):
    time.sleep(0.002)
    return line
'''

PROGRAM = run_test.PROGRAM
MEMORY_LIMIT = 200_000_000
NASTY = ['"', "\n", "\r", "\r\n", ",", ";", " ", "a", "\udcff", "word", "\t", "", "ä", "'"]


def nasty_field(chance):
    return "".join(chance.choice(NASTY) for _ in range(chance.randrange(6)))


def written_field(field, chance):
    if chance.randrange(3) and not set(field) & set('",\r\n'):
        return field
    return '"' + field.replace('"', '""') + '"'


def peak_memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) * 1024


def bytes_written(pid):
    with open(f"/proc/{pid}/io") as usage:
        return int(re.search(r"wchar: (\d+)", usage.read())[1])


class InputTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def assert_refused(self, done, message):
        self.assert_status(done, WRONG_USE)
        self.assertEqual(done.err, f"poolscope: {message}\n")
        self.assertEqual(done.out, b"")


class Rows(InputTest):
    def write(self, content):
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        self.path("rows.csv").write_bytes(data)

    def rows(self, content, *options):
        """What the task was given, as lists of (name, field)."""
        self.write(content)
        done = self.program("run", *self.python("as_json"), "--csv", "rows.csv", *options)
        self.assert_status(done, ALL_SUCCEEDED)
        return [[tuple(field) for field in json.loads(line)]
                for line in done.out.decode("utf-8").splitlines()]

    def test_rows_are_dicts_of_text(self):
        self.assertEqual(
            self.rows('\ufeffname,"the, size"\r\nx,1\r\n"two\r\nlines",\r\n'),
            [[("name", "x"), ("the, size", "1")],
             [("name", "two\r\nlines"), ("the, size", "")]])

    def test_columns_in_the_order_in_which_they_are_chosen(self):
        content = 'a,"b,c",d\n1,2,3\n'
        self.assertEqual(self.rows(content, "--columns", 'd,"b,c"'), [[("d", "3"), ("b,c", "2")]])
        self.assertEqual(self.rows(content, "--columns", "a"), [[("a", "1")]])

    def test_other_delimiters_and_no_header(self):
        self.assertEqual(
            self.rows("a;1,5\nb;2\n", "--delimiter", ";", "--header", "none"),
            [[("1", "a"), ("2", "1,5")], [("1", "b"), ("2", "2")]])
        self.assertEqual(self.rows("a\tb\n1\t\n", "--delimiter", "tab"), [[("a", "1"), ("b", "")]])

    def test_the_same_as_python_reads(self):
        chance = random.Random(5)
        for ending in "\n", "\r\n", "\r":
            names = ["a", "b", "c"]
            table = [[nasty_field(chance) for _ in names] for _ in range(3000)]
            content = "".join(
                ",".join(written_field(field, chance) for field in row) + ending
                for row in [names, *table])
            expected = list(csv.DictReader(io.StringIO(content, newline="")))
            self.assertEqual([list(row.values()) for row in expected], table)
            with self.subTest(ending=ending):
                rows = self.rows(content.encode("utf-8", "surrogateescape"), "-j", 2)
                self.assertEqual([dict(row) for row in rows], expected)

    def test_bytes_come_back(self):
        self.assertEqual(
            self.rows(b"\xff,b\n\xfe\xc3,\x00\n"), [[("\udcff", "\udcfe\udcc3"), ("b", "\0")]])

    def test_mistakes_are_named_before_anything_starts(self):
        run = ["run", *self.python("identity"), "--csv", "rows.csv", "-o", "out.txt"]
        for content, options, message in (
            ("a,b,c,d\n" + "1,2,3,4\n" * 15 + "1,2,3\n", [],
             "rows.csv:17: 3 fields, but the header has 4"),
            ("a,b\n1,2\n3,\"4\n5,6\n", [], "rows.csv:3: a quote is not closed"),
            ("a,b\n1,2\"\n", [], "rows.csv:2: a quote is out of place; a field with quotes "
                                 "in it is written as \"a \"\"quoted\"\" word\""),
            ("", [], "cannot read rows.csv: it has no row"),
            ("a,b,a\n1,2,3\n", [],
             "rows.csv:1: two columns are called 'a'; name them apart, or choose others"),
            ("a,b\n1,2\n", ["--columns", "b,size"],
             "rows.csv has no column 'size': it has a,b"),
            ("a,b\n1,2\n", ["--columns", 'b,"x'],
             "--columns takes names as a CSV file's header has them, not 'b,\"x': "
             "a quote is not closed"),
        ):
            with self.subTest(message=message):
                self.write(content)
                self.assert_refused(self.program(*run, *options), message)
                self.assertFalse(self.path("out.txt").exists())

    def test_builtin_takes_one_column(self):
        self.write("name,number\nx,4\n\"y\nz\",2.25\nw,many\n")
        run = ["run", "--builtin", "sqrt", "--csv", "rows.csv", "-q"]
        done = self.program(*run, "--columns", "number")
        self.assert_status(done, SOME_FAILED)
        self.assertEqual(done.out, b"2.0\n1.5\n\n")
        self.assert_refused(
            self.program(*run),
            "the task sqrt takes one column: choose it with --columns from name,number")

    def test_a_name_that_no_column_has_is_told(self):
        self.write("name,age\nAnn,7\n")
        done = self.program("run", "--command", "echo {nome} {age}", "--csv", "rows.csv", "-q")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.out, b"{nome} 7\n")
        self.assertIn("{nome} is not a column, and is passed on unchanged; there are name,age", done.err)
        done = self.program(
            "run", "--command", "echo {3} {2}", "--csv", "rows.csv", "--header", "none", "-q")
        self.assertIn("{3} is not a column, and is passed on unchanged; there are 1,2", done.err)

    def test_a_name_that_blanks_take_apart_is_told(self):
        self.write("a b,c\n1,2\n")
        done = self.program("run", "--command", "echo {a b} {c}", "--csv", "rows.csv", "-q")
        self.assertEqual(done.out, b"{a b} 2\n")
        self.assertIn("{a b} must be in quotes: without them it is split, and is not a "
                      "column\n", done.err)
        done = self.program("run", "--command", "echo '{a b}' {c}", "--csv", "rows.csv", "-q")
        self.assertEqual((done.out, done.err), (b"1 2\n", ""))

    def test_what_an_input_holds_moves_no_terminal(self):
        self.path("task.py").write_text("def task(line):\n    raise ValueError(line)\n")
        self.path("lines").write_bytes(b"a\0b\x1b[31mc\xc2\x9b2Jd\n")
        done = self.program("run", "--python", "task.py:task", "--lines", "lines", "-q")
        self.assertIn("input 0 failed: ValueError: a\\x00b\\x1b[31mc\\xc2\\x9b2Jd\n", done.err)

    def test_options_of_another_task_or_input_are_refused(self):
        self.write("name,age\nAnn,7\n")
        for message, arguments in (
            ("--python-init requires --python",
             ["--builtin", "sqrt", "--range", "0:9", "--python-init", "start"]),
            ("--columns requires --csv",
             ["--builtin", "sha256", "--lines", "rows.csv", "--columns", "name"]),
            ("rows of a CSV file cannot come from standard input", ["--builtin", "sha256", "--csv", "-"]),
        ):
            with self.subTest(message=message):
                done = self.program("run", *arguments)
                self.assert_status(done, WRONG_USE)
                self.assertIn(message, done.err)


class ChangedFile(InputTest):
    def test_no_input_is_made_of_what_was_written_over_it(self):
        lines = [f"{number}" for number in range(100_000, 200_000)]
        self.path("in.txt").write_text("".join(f"{line}\n" for line in lines))
        done = self.program(
            "run", *self.python("rewrites"), "--lines", "in.txt", "--chunk", 1, "--window", 1,
            "-o", "out.jsonl", "--save", "run.poolscope")
        self.assert_status(done, POOL_FAILED)
        self.assertIn("in.txt has changed since it was first read", done.err)
        self.assertIn("; out.jsonl was not written; 'poolscope resume run.poolscope' continues it "
                      "once that is fixed\n", done.err)
        self.assertNotIn("run it again", done.err)
        self.assertFalse(self.path("out.jsonl").exists())
        self.assert_status(self.program("export", "run.poolscope", "-o", "kept.jsonl"), 0)
        kept = {line["index"]: line["value"]
                for line in read_jsonl(self.path("kept.jsonl")) if "value" in line}
        self.assertEqual(kept, {index: lines[index] for index in kept})
        self.assertGreater(len(kept), 0)
        self.assertLess(len(kept), len(lines))
        done = self.program("resume", "run.poolscope", "-o", "out.jsonl")
        self.assert_status(done, WRONG_USE)
        self.assertIn("the input has changed since the run began: in.txt", done.err)


class Files(InputTest):
    def setUp(self):
        super().setUp()
        os.makedirs(os.fsencode(self.path("in")) + b"/deep/\xff")
        for name in (b"b", b"B", b"a\n", b".hidden", b"deep/c", b"deep/\xff/\xfe d"):
            with open(os.fsencode(self.path("in")) + b"/" + name, "wb") as file:
                file.write(b"content of " + name)

    def values(self, pattern):
        done = self.program("run", *self.python("path_bytes"), "--files", pattern, "-j", 2)
        self.assert_status(done, ALL_SUCCEEDED)
        return done.out

    @staticmethod
    def expected(*names):
        return b"".join(b"in/%s: content of %s\n" % (name, name) for name in names)

    def test_paths_come_sorted(self):
        self.assertEqual(self.values("in/*"), self.expected(b"B", b"a\n", b"b"))
        self.assertEqual(
            self.values("in/**"), self.expected(b"B", b"a\n", b"b", b"deep/c", b"deep/\xff/\xfe d"))
        self.assertEqual(self.values("in/.h*"), self.expected(b".hidden"))

    def test_builtin_over_paths(self):
        done = self.program("run", "--builtin", "sha256", "--files", "in/[bB]")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(len(done.out.splitlines()), 2)

    def test_pattern_that_matches_nothing(self):
        self.assert_refused(
            self.program("run", *self.python("path_bytes"), "--files", "in/*.png"),
            "no file matches 'in/*.png'")


class StandardInput(InputTest):
    def feed(self, content, function, *options):
        """Runs over standard input that has this content, from a pipe."""
        done = subprocess.run(
            [PROGRAM, "run", *map(str, [*self.python(function), "--lines", "-", *options])],
            cwd=self.folder, env=environment(self.mark), input=content,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=run_test.PATIENCE)
        return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "surrogateescape"))

    def start_reading(self, function, *options, **streams):
        process = subprocess.Popen(
            [PROGRAM, "run", *map(str, [*self.python(function), "--lines", "-", *options])],
            cwd=self.folder, env=environment(self.mark), start_new_session=True,
            **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               **streams})
        self.addCleanup(self.end, process)
        return process

    def endless(self, word, function, *options, **streams):
        """Runs over an endless stream of lines; returns who writes them and who reads them."""
        writer = subprocess.Popen(["yes", word], stdout=subprocess.PIPE)
        self.addCleanup(self.end, writer)
        reader = self.start_reading(function, *options, stdin=writer.stdout, **streams)
        writer.stdout.close()
        return writer, reader

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def test_lines_come_back(self):
        for content in (b"", b"a", b"a\n", b"a\r\n\r\nb\rc", b"\xff\0\n" + b"x" * 300_000 + b"\ny",
                        b"".join(b"%d\n" % i for i in range(200_000))):
            with self.subTest(content=content[:20]):
                done = self.feed(content, "identity", "-j", 2)
                self.assert_status(done, ALL_SUCCEEDED)
                expected = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                if expected and not expected.endswith(b"\n"):
                    expected += b"\n"
                self.assertEqual(done.out, expected)

    def test_all_ways_out(self):
        content = b"".join(b"%d\n" % i for i in range(5000))
        self.assert_status(self.feed(content, "identity", "-o", "out.jsonl"), ALL_SUCCEEDED)
        self.assertEqual(
            [line["value"] for line in read_jsonl(self.path("out.jsonl"))],
            [str(i) for i in range(5000)])
        done = self.feed(content, "identity", "--unordered")
        self.assertEqual(sorted(map(int, done.out.split())), list(range(5000)))
        done = self.feed(content, "identity", "--discard", "--summary", "-", "-q")
        self.assert_status(done, ALL_SUCCEEDED)
        summary = json.loads(done.out)
        self.assertEqual((summary["tasks"], summary["succeeded"]), (5000, 5000))

    def test_a_file_as_standard_input(self):
        self.path("in.txt").write_bytes(b"1\n2\n3")
        with open(self.path("in.txt"), "rb") as file:
            process = self.start_reading("identity", stdin=file)
            self.assertEqual(process.communicate(timeout=run_test.PATIENCE)[0], b"1\n2\n3\n")

    def test_how_many_come_is_unknown_while_they_do(self):
        process = self.start_reading("identity")
        process.stdin.write(b"4\n9\n")
        process.stdin.flush()
        shown = b""
        while b"2/? [" not in shown:
            new = os.read(process.stderr.fileno(), 4096)
            self.assertTrue(new, shown)
            shown += new
        _, rest = process.communicate(timeout=run_test.PATIENCE)
        self.assertIn(b"| 2/2 [", rest)

    def test_a_line_is_handed_out_when_it_comes(self):
        process = self.start_reading("identity", "-q")
        for line in b"first\n", b"second\n":
            process.stdin.write(line)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), line)
        process.stdin.write(b"without an end")
        process.stdin.close()
        self.assertEqual(process.stdout.readline(), b"without an end\n")
        self.assertEqual(process.wait(run_test.PATIENCE), ALL_SUCCEEDED)
        self.assert_nothing_left()

    def test_retries_and_deaths_find_their_lines(self):
        content = b"".join(b"%d\n" % i for i in range(3000))
        for function in "fails_first", "dies_first":
            with self.subTest(function=function):
                done = self.feed(content, function, "--retries", 1, "-j", 2)
                self.assert_status(done, ALL_SUCCEEDED)
                self.assertEqual(done.out, content)

    def test_what_kills_is_quarantined(self):
        done = self.feed(b"12\n13\n14\n", "dies", "-j", 2)
        self.assert_status(done, SOME_FAILED)
        self.assertEqual(done.out, b"12\n\n14\n")

    def test_workers_have_another_standard_input(self):
        done = self.feed(b"a\nb\nc\n", "reads_standard_input", "-j", 2)
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.out, b"a\nb\nc\n")

    def test_endless_lines_take_no_memory(self):
        writer, reader = self.endless("x" * 120, "identity", "-q", "-j", 2,
                                      stdout=subprocess.DEVNULL)
        self.until(lambda: bytes_written(writer.pid) > 1.5 * MEMORY_LIMIT, "much is read")
        self.assertLess(peak_memory(reader.pid), MEMORY_LIMIT)
        os.killpg(reader.pid, signal.SIGINT)
        self.assertEqual(reader.wait(run_test.PATIENCE), INTERRUPTED)
        self.assert_nothing_left()

    def test_no_more_is_read_than_is_worked_off(self):
        writer, reader = self.endless("y", "sleeps", "-q", "-j", 2)
        for _ in range(100):
            self.assertEqual(reader.stdout.readline(), b"y\n")
        self.assertLess(bytes_written(writer.pid), 20_000_000)
        self.assertLess(peak_memory(reader.pid), MEMORY_LIMIT)

    def told(self):
        done = self.program("info", "run.poolscope", "--json")
        self.assert_status(done, ALL_SUCCEEDED)
        return json.loads(done.out)

    def kept_count(self):
        done = self.program("info", "run.poolscope", "--json")
        return json.loads(done.out)["succeeded"] if done.status == ALL_SUCCEEDED else 0

    def assert_kept(self, lines):
        """The run file has the values of these lines, and nobody can go on with it."""
        self.assert_status(self.program("export", "run.poolscope", "-o", "kept.txt"), ALL_SUCCEEDED)
        self.assertEqual(self.path("kept.txt").read_text(), "".join(f"{line}\n" for line in lines))
        self.assert_refused(
            self.program("resume", "run.poolscope"),
            "cannot resume run.poolscope: its inputs were lines of standard input, which are "
            "gone; 'poolscope export' writes what had finished")

    def start_keeping(self, lines, *options):
        """A run that goes on, with these lines in its run file."""
        process = self.start_reading(
            "identity", "--save", "run.poolscope", "-q", "--discard", *options)
        process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        process.stdin.flush()
        self.until(lambda: self.kept_count() == len(lines), "all lines are in the run file")
        self.assertEqual((self.told()["tasks"], self.told()["complete"]), (None, False))
        return process

    def test_a_run_file_keeps_them(self):
        lines = range(100_000)
        content = b"".join(b"%d\n" % i for i in lines)
        done = self.feed(content, "identity", "--save", "run.poolscope", "--discard", "-j", 2)
        self.assert_status(done, ALL_SUCCEEDED)
        told = self.told()
        self.assertEqual((told["tasks"], told["complete"]), (100_000, True))
        self.assert_kept(lines)

    def test_what_had_finished_outlives_a_kill(self):
        process = self.start_keeping(range(1000))
        process.kill()
        process.wait()
        self.assert_kept(range(1000))
        done = self.program("info", "run.poolscope")
        self.assertIn("\nstate       interrupted\ndone        1,000 of ? inputs\n", done.out.decode())

    def test_killed_before_anything_had_finished(self):
        process = self.start_reading("identity", "--save", "run.poolscope", "-q")
        self.until(self.path("run.poolscope").exists, "the run file")
        self.assertEqual((self.told()["tasks"], self.told()["complete"]), (None, False))
        process.kill()
        process.wait()
        told = self.told()
        self.assertEqual(
            (told["state"], told["tasks"], told["complete"]), ("interrupted", None, False))
        self.assert_kept([])

    def test_one_that_still_runs_is_not_gone(self):
        self.start_keeping(range(10))
        done = self.program("resume", "run.poolscope")
        self.assert_status(done, WRONG_USE)
        self.assertIn("is being written by", done.err)
        done = self.program("run", "--builtin", "sqrt", "--range", "0:5", "--save", "run.poolscope")
        self.assert_status(done, WRONG_USE)
        self.assertIn("run.poolscope exists already, and is being written by", done.err)

    def test_an_interrupt_says_what_to_do_with_the_run_file(self):
        process = self.start_keeping(range(10))
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertEqual(
            process.stderr.read(), b"poolscope: interrupted; 'poolscope export run.poolscope "
                                   b"-o FILE' writes what had finished\n")
        self.assert_kept(range(10))

    def test_interrupted_while_nothing_comes(self):
        process = self.start_reading("identity")
        process.stdin.write(b"one\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), b"one\n")
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertRegex(process.stderr.read(), rb"^1/\? \[00:0\d, [\d.]+(it/s|s/it)\]\n"
                                                rb"poolscope: interrupted\n$")
        self.assert_nothing_left()

    def test_reader_goes_away(self):
        writer, reader = self.endless("y", "identity", "-q")
        self.assertEqual(reader.stdout.readline(), b"y\n")
        reader.stdout.close()
        self.assertEqual(reader.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertEqual(writer.wait(run_test.PATIENCE), -signal.SIGPIPE)
        self.assert_nothing_left()

    def test_terminal_and_closed_are_refused(self):
        ours, terminal = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, terminal)
        process = self.start_reading("identity", stdin=terminal)
        out, err = process.communicate(timeout=run_test.PATIENCE)
        self.assertEqual((process.returncode, out), (WRONG_USE, b""))
        self.assertEqual(err, b"poolscope: standard input is a terminal: pipe lines into it, or "
                              b"name a file of lines\n")
        process = self.start_reading("identity", stdin=None, preexec_fn=lambda: os.close(0))
        out, err = process.communicate(timeout=run_test.PATIENCE)
        self.assertEqual((process.returncode, out), (WRONG_USE, b""))
        self.assertEqual(err, b"poolscope: cannot read standard input: it is closed\n")

    def test_pipes_by_name_are_refused_with_a_hint(self):
        os.mkfifo(self.path("pipe"))
        for option in "--csv", "--lines":
            done = self.program("run", "--builtin", "sqrt", option, "pipe")
            self.assert_status(done, WRONG_USE)
            self.assertEqual(done.err.count("\n"), 1)
            self.assertRegex(done.err, "pipe: it is a pipe, .*write it to a file, .*--lines -")

    def test_charts(self):
        done = self.feed(b"1\n2\n3\n", "identity", "--chart", "completion=order.csv", "-q")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertIn(b"2", self.path("order.csv").read_bytes())


if __name__ == "__main__":
    unittest.main()
