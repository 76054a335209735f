# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of commands, shell scripts, filters, libraries and Python functions with an initialiser.

    POOLSCOPE=build/release/bin/poolscope tests/headless/tasks_test.py
"""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import unittest
from pathlib import Path

from run_test import (
    ALL_SUCCEEDED, ENDLESS, INTERRUPTED, PATIENCE, POOL_FAILED, PROGRAM, SOME_FAILED, WRONG_USE,
    ProgramTest, environment, lines_of, read_jsonl)

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
HOSTILE = [
    "; rm -rf victim", "$(touch id-ran)", "`touch id-ran`", "' \" \\", "a  b", "*", "{}", "{b}", "",
    "-n", "--help", "%s%n", "\t", "$HOME", "& touch id-ran &", "| cat", "caf\u00e9", "!!", "#x",
]


class TaskTest(ProgramTest):
    def lines(self, texts, name="lines.txt"):
        """A file of lines."""
        self.path(name).write_bytes(
            b"".join(text.encode() + b"\n" if isinstance(text, str) else text + b"\n"
                     for text in texts))
        return self.path(name)

    def script(self, text, name="script"):
        self.path(name).write_text(text)
        self.path(name).chmod(0o700)
        return self.path(name)

    def outcomes(self, *arguments, status=None):
        """What a run comes to, by index, as the .jsonl has it."""
        out = self.path("out.jsonl")
        done = self.program("run", *arguments, "-o", out)
        if status is not None:
            self.assert_status(done, status)
        return read_jsonl(out)

    def values(self, *arguments):
        return [line["value"] for line in self.outcomes(*arguments, status=ALL_SUCCEEDED)]

    def failure(self, *arguments):
        """The failure of a run's only input."""
        [line] = self.outcomes(*arguments, status=SOME_FAILED)
        return line["failure"]

    def assert_refused(self, words, *arguments):
        """Wrong use: one line says what, and nothing has started."""
        done = self.program("run", *arguments)
        self.assert_status(done, WRONG_USE)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        self.assertIn(words, done.err)


class Commands(TaskTest):
    def test_value_is_what_it_prints_without_its_last_newline(self):
        self.assertEqual(self.values("--command", "echo {}", "--range", "5:8"), ["5", "6", "7"])
        self.assertEqual(self.values("--command", "printf a{}b", "--range", "0:2"), ["a0b", "a1b"])
        self.assertEqual(self.values("--command", r"printf '%s\n\n'  {}", "--range", "0:1"), ["0\n"])
        self.assertEqual(self.values("--command", "true", "--range", "0:3"), ["", "", ""])

    def test_inputs_are_data(self):
        self.lines([], "victim")
        lines = self.lines(HOSTILE)
        for command in "printf %s {}", "printf %s%s '' {}":
            with self.subTest(command=command):
                self.assertEqual(self.values("--command", command, "--lines", lines), HOSTILE)
        self.assertEqual(self.values("--shell", 'printf %s "$1"', "--lines", lines), HOSTILE)
        self.assertTrue(self.path("victim").exists())
        self.assertFalse(self.path("id-ran").exists())

    def test_bytes_that_are_no_text(self):
        done = self.program(
            "run", "--command", "printf %s {}", "--lines", self.lines([b"caf\xe9 \xff\xfe"]))
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.out, b"caf\xe9 \xff\xfe\n")

    def test_exit_and_signal(self):
        failure = self.failure(
            "--command", "sh -c 'echo one >&2; echo two >&2; echo out; exit 7'", "--range", "0:1")
        self.assertEqual(failure["kind"], "exit")
        self.assertIn("status 7", failure["message"])
        self.assertEqual(failure["detail"], "one\ntwo")
        failure = self.failure("--command", "sh -c 'echo last words >&2; kill -SEGV $$'",
                               "--range", "0:1")
        self.assertEqual(failure["kind"], "signal")
        self.assertIn("SIGSEGV", failure["message"])
        self.assertEqual(failure["detail"], "last words")

    def test_the_run_goes_on_after_failures(self):
        outcomes = self.outcomes("--shell", 'test $(($1 % 3)) -ne 0 && echo "$1"',
                                 "--range", "0:30", "-j", "3", status=SOME_FAILED)
        for index, outcome in enumerate(outcomes):
            self.assertEqual("failure" in outcome, index % 3 == 0, outcome)

    def test_inputs_that_no_argument_can_hold(self):
        lines = self.lines([b"a\0b", b"x" * 1_000_000, b"fine"])
        nul, long, fine = self.outcomes("--command", "printf %s {}", "--lines", lines)
        self.assertEqual((nul["failure"]["kind"], long["failure"]["kind"]), ("input", "input"))
        self.assertIn("NUL", nul["failure"]["message"])
        self.assertIn("too long", long["failure"]["message"])
        self.assertEqual(fine["value"], "fine")

    def test_much_output_on_both_streams(self):
        [value] = self.values(
            "--shell", "yes out | head -c 3000000; yes err | head -c 3000000 >&2; echo end",
            "--range", "0:1")
        self.assertEqual(len(value), 3_000_003)
        failure = self.failure("--command", "yes", "--range", "0:1")
        self.assertEqual(failure["kind"], "output")

    def test_output_has_a_limit_where_it_is_kept(self):
        tasks = {
            "--shell": 'head -c "$1" /dev/zero | tr "\\0" x; : > "ended$1"',
            "--command": "head -c {} /dev/zero",
            "--filter": "sh -c 'while read n; do head -c $n /dev/zero | tr \"\\0\" x; echo; done'",
        }
        for option, words in tasks.items():
            with self.subTest(option=option):
                arguments = option, words, "--range", "1000:300001:299000", "-j", "1", "-q"
                fits, exceeds = self.outcomes(
                    *arguments, "--output-limit", "200K", status=SOME_FAILED)
                self.assertEqual(len(fits["value"]), 1000)
                self.assertEqual(exceeds["failure"]["kind"], "output")
                self.assertIn("more than --output-limit 200K", exceeds["failure"]["message"])
                self.assertEqual(len(self.values(*arguments)[1]), 300_000)
                ended = self.path("ended300000")
                ended.unlink(missing_ok=True)
                done = self.program("run", *arguments, "--output-limit", "1", "--discard")
                self.assert_status(done, ALL_SUCCEEDED)
                self.assertEqual(ended.exists(), option == "--shell", "it ran to its end")
                done = self.program("run", *arguments, "--output-limit", "1", "--discard",
                                    "--save", "kept.poolscope", "--overwrite")
                self.assert_status(done, SOME_FAILED)

    def test_output_limit_is_kept_in_the_run_file(self):
        done = self.program("run", "--shell", "yes | head -c 3000", "--range", "0:1",
                            "--output-limit", "2K", "--save", "kept.poolscope", "-q")
        self.assert_status(done, SOME_FAILED)
        done = self.program("resume", "kept.poolscope", "--retry-failed", "-q", "--discard")
        self.assert_status(done, SOME_FAILED)
        self.assertIn("--output-limit 2K", done.err)

    def test_standard_input_is_empty(self):
        self.assertEqual(self.values("--command", "sh -c cat", "--range", "0:1"), [""])

    def test_starts_with_usual_signals_and_no_other_descriptors(self):
        self.script("#!/bin/sh\nexec grep -E '^Sig(Ign|Blk)' /proc/self/status\n")
        plain = subprocess.run([self.path("script")], stdout=subprocess.PIPE, check=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        [value] = self.values("--command", "./script", "--range", "0:1")
        self.assertEqual(value + "\n", plain.stdout.decode())
        [value] = self.values("--command", "sh -c 'ls /proc/self/fd'", "--range", "0:1")
        self.assertEqual(value.split(), ["0", "1", "2", "3"])  # 3 is the folder itself

    def test_what_is_left_in_the_background_is_not_waited_for_and_ends(self):
        begin = time.monotonic()
        values = self.values("--shell", 'sleep 1000 & echo "$1"', "--range", "0:4", "-j", "2")
        self.assertEqual(values, ["0", "1", "2", "3"])
        self.assertLess(time.monotonic() - begin, 100)
        self.assert_nothing_left()

    def test_program_named_by_the_input(self):
        self.script("#!/bin/sh\necho I am $0\n", "here")
        there, missing = self.outcomes("--command", "{}", "--lines", self.lines(["./here", "./no"]))
        self.assertEqual(there["value"], "I am ./here")
        self.assertEqual(missing["failure"]["kind"], "start")
        self.assertIn("there is no program ./no", missing["failure"]["message"])

    def test_script_without_its_first_line(self):
        self.script("echo hello\n")
        failure = self.failure("--command", "./script", "--range", "0:1")
        self.assertEqual(failure["kind"], "start")
        self.assertIn("#!", failure["message"])

    def test_wrong_use_is_told_before_anything_starts(self):
        self.path("data").write_text("x")
        for words, option, value in [
            ("no program 'no-such-program'", "--command", "no-such-program {}"),
            ("not executable", "--command", "./data {}"),
            ("the command cannot be split into words: a ' is not closed", "--command", "echo 'a"),
            ("the filter cannot be split into words: a \" is not closed", "--filter", 'sed "s'),
            ("no program", "--command", "  "),
            ("no program 'no-such-program'", "--filter", "no-such-program"),
            ("cannot read the script", "--shell", "if true; then echo"),
            ("is not a shared library", "--library", "data:task"),
            ("cannot read the library", "--library", "none.so:task"),
        ]:
            with self.subTest(value=value):
                self.assert_refused(words, option, value, "--range", "0:3")

    def test_columns_of_rows(self):
        self.path("rows.csv").write_text('name,age\n"Ann; rm -rf x",7\n$(id),"{name}"\n')
        csv = ("--csv", self.path("rows.csv"))
        self.assertEqual(self.values("--command", "printf %s/%s {age} {name}", *csv),
                         ["7/Ann; rm -rf x", "{name}/$(id)"])
        for task in ("--shell", 'printf %s "$1"'), ("--command", "printf %s {}"), ("--filter", "cat"):
            with self.subTest(task=task):
                self.assertEqual([json.loads(value) for value in self.values(*task, *csv)],
                                 [{"name": "Ann; rm -rf x", "age": "7"},
                                  {"name": "$(id)", "age": "{name}"}])

    def test_hundreds_in_parallel(self):
        values = self.values("--shell", 'sleep 0.01; echo "$1"', "--range", "0:400", "-j", "40")
        self.assertEqual(values, [str(number) for number in range(400)])
        self.assert_nothing_left()


class Endings(TaskTest):
    """Nothing is left behind, whatever ends."""

    # A grandchild, one in a process group of its own, and one whose parent has gone.
    BUSY = textwrap.dedent("""\
        echo started >> started
        sleep 1000 &
        timeout 1000 sleep 1000 &
        (sleep 1000 &)
        wait
    """)

    def begin(self, *options):
        process = self.start("--shell", self.BUSY, "--range", ENDLESS, "-j", "2", *options)
        self.until(lambda: len(lines_of(self.path("started"))) >= 2, "both have started")
        return process

    def test_timeout_kills_all_that_the_command_started(self):
        begin = time.monotonic()
        failure = self.failure("--shell", self.BUSY, "--range", "0:1", "--timeout", "0.3")
        self.assertEqual(failure["kind"], "timeout")
        self.assertIn("300 ms", failure["message"])
        self.assertLess(time.monotonic() - begin, 100)
        self.assert_nothing_left()

    def test_timeout_of_one_that_prints_all_the_time(self):
        failure = self.failure("--shell", "while :; do echo x; echo y >&2; sleep 0.01; done",
                               "--range", "0:1", "--timeout", "2")
        self.assertEqual(failure["kind"], "timeout")
        self.assertIn("y", failure["detail"])
        self.assert_nothing_left()

    def test_timeout_leaves_quick_ones_alone(self):
        outcomes = self.outcomes("--shell", 'test "$1" -ne 3 || sleep 1000; echo "$1"',
                                 "--range", "0:6", "-j", "2", "--timeout", "3")
        self.assertEqual([index for index, outcome in enumerate(outcomes) if "failure" in outcome],
                         [3])

    def test_interrupted(self):
        process = self.begin()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), INTERRUPTED)
        self.assert_nothing_left()

    def test_killed(self):
        process = self.begin()
        process.kill()
        process.wait()
        self.assert_nothing_left()

    def test_worker_killed_in_mid_command(self):
        process = self.start(
            "--shell", 'echo "$PPID $1" >> started; test "$1" -ne 1 || '
            'until test -e killed; do sleep 0.05; done; echo "$1"',
            "--range", "0:8", "-j", "2", "--chunk", "1")
        self.until(lambda: any(line.endswith(" 1") for line in lines_of(self.path("started"))),
                   "input 1 has begun")
        [worker] = [int(line.split()[0]) for line in lines_of(self.path("started"))
                    if line.endswith(" 1")]
        os.kill(worker, signal.SIGKILL)
        self.path("killed").touch()
        out, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, ALL_SUCCEEDED)
        self.assertEqual(out.split(), [b"%d" % number for number in range(8)])
        self.assert_nothing_left()

    def test_filter_does_not_outlive_its_worker(self):
        process = self.start("--filter", "sh -c 'echo $PPID >> started; sleep 1000 & cat; wait'",
                             "--range", ENDLESS)
        self.until(lambda: lines_of(self.path("started")), "the filter has started")
        process.kill()
        process.wait()
        self.assert_nothing_left()


class Filters(TaskTest):
    def test_a_line_in_a_line_out(self):
        lines = self.lines(HOSTILE)
        self.assertEqual(self.values("--filter", "cat", "--lines", lines, "-j", "2"), HOSTILE)
        self.assertEqual(self.values("--filter", "sed -u s/x/y/", "--range", "0:500"),
                         [str(number) for number in range(500)])

    def test_programs_that_keep_their_output_back_where_nobody_tells_them_not_to(self):
        lines = self.lines(['{"a": %d}' % number for number in range(200)])
        self.assertEqual(self.values("--filter", "tr a b", "--lines", lines, "-j", "1"),
                         ['{"b": %d}' % number for number in range(200)])
        script = "import sys\nfor line in sys.stdin: print(int(line) * 2)"
        self.path("double.py").write_text(script)
        self.assertEqual(
            self.values("--filter", f"{sys.executable} double.py", "--range", "0:100"),
            [str(2 * number) for number in range(100)])

    def test_jq_and_bc(self):
        lines = self.lines(['{"a": %d}' % number for number in range(100)])
        self.assertEqual(self.values("--filter", "jq -c .a+1", "--lines", lines),
                         [str(number + 1) for number in range(100)])
        lines = self.lines([f"{number} * 2" for number in range(100)])
        self.assertEqual(self.values("--filter", "bc -l", "--lines", lines),
                         [str(2 * number) for number in range(100)])

    def test_state_lasts(self):
        self.script("#!/bin/sh\nwhile read -r line; do sum=$((sum + line)); echo $sum; done\n")
        values = self.values("--filter", "./script", "--range", "0:100", "-j", "1")
        self.assertEqual([int(value) for value in values],
                         [number * (number + 1) // 2 for number in range(100)])

    def test_large_lines_both_ways(self):
        lines = self.lines(["x" * 1_000_000, "y", "z" * 3_000_000])
        self.assertEqual([len(value) for value in self.values("--filter", "cat", "--lines", lines)],
                         [1_000_000, 1, 3_000_000])

    def test_writes_much_to_standard_error(self):
        self.script("#!/bin/sh\nwhile read -r line; do yes err | head -c 300000 >&2; "
                    "echo \"$line\"; done\n")
        self.assertEqual(self.values("--filter", "./script", "--range", "0:5"), list("01234"))

    def one_bad(self, case, *options, inputs=8):
        """A filter that doubles, but does something else with 3; the failure of that."""
        self.script("#!/bin/sh\nwhile read -r line; do case $line in\n3) %s;;\n"
                    "*) echo $((2 * line));; esac; done\n" % case)
        outcomes = self.outcomes("--filter", "./script", "--range", f"0:{inputs}", "-j", "1",
                                 *options, status=SOME_FAILED)
        for index, outcome in enumerate(outcomes):
            if index != 3:
                self.assertEqual(outcome["value"], str(2 * index))
        self.assert_nothing_left()
        return outcomes[3]["failure"]

    def test_answers_too_much(self):
        failure = self.one_bad(r"printf '6\nand more\n'")
        self.assertEqual(failure["kind"], "filter")
        self.assertIn("more than one line; the second is 'and more'", failure["message"])

    def test_answers_too_much_some_time_after_its_line(self):
        """Who waits for a moment only takes the second line for the next input's answer."""
        failure = self.one_bad("echo 6; sleep 0.05; echo and more")
        self.assertIn("more than one line; the second is 'and more'", failure["message"])

    def test_answers_at_length_before_it_has_read_its_line(self):
        """What lies beyond the limit is dropped, but not the end of the line."""
        self.script(
            f"#!{sys.executable}\nimport os\n"
            "while first := os.read(0, 1):\n"
            "    os.write(1, b'0' * 3000 + b'\\n')\n"
            "    while not first.endswith(b'\\n'): first = os.read(0, 100000)\n")
        lines = self.lines(["x" * 300_000] * 5)
        done = self.program("run", "--filter", "./script", "--lines", lines, "-j", "1",
                            "--output-limit", "1K", "--discard", "-q")
        self.assert_status(done, ALL_SUCCEEDED)

    def test_works_on_after_its_answer(self):
        self.script("#!/bin/sh\nwhile read -r line; do echo $line; sleep 0.02; done\n")
        self.assertEqual(self.values("--filter", "./script", "--range", "0:5"), list("01234"))

    # Nobody can see whether a program with two threads waits for its next line.
    OPAQUE = """#!{python}
import os, threading, time
threading.Thread(target=time.sleep, args=[1000], daemon=True).start()
while text := os.read(0, 100):
    if int(text) == {bad}:
        os.write(1, b"a line too many\\n")
    time.sleep({pause})
    os.write(1, text)
"""

    def opaque_filter(self, bad=-1, pause=0.05):
        """Answers input `bad` with a line too many."""
        self.script(self.OPAQUE.format(python=sys.executable, bad=bad, pause=pause))

    def test_a_line_too_many_fails_the_input_if_no_answer_was_sent_before(self):
        self.opaque_filter(bad=0, pause=0)
        outcomes = self.outcomes("--filter", "./script", "--range", "0:8", "-j", "1",
                                 status=SOME_FAILED)
        self.assertIn("more than one line; the second is '0'", outcomes[0]["failure"]["message"])
        self.assertEqual([outcome["value"] for outcome in outcomes[1:]], list("1234567"))

    def test_a_line_too_many_that_shows_only_at_the_end(self):
        self.opaque_filter(bad=3)
        done = self.program("run", "--filter", "./script", "--range", "0:8", "-j", "1", "--chunk",
                            "1", "-o", self.path("o.csv"))
        self.assert_status(done, POOL_FAILED)
        self.assertIn("worker 1: the filter answered input 0 or a later one with more than one "
                      "line; '7' was left over, and values since input 0 may belong to other "
                      "inputs", done.err)
        self.assertFalse(self.path("o.csv").exists())

    def test_a_run_file_with_wrong_values_is_neither_resumed_nor_exported(self):
        self.opaque_filter(bad=3)
        self.assert_status(
            self.program("run", "--filter", "./script", "--range", "0:8", "-j", "1", "--chunk", "1",
                         "-q", "--save", "it.poolscope"), POOL_FAILED)
        for command in ("resume", "it.poolscope"), ("export", "it.poolscope", "-o", "o.csv"):
            done = self.program(*command)
            self.assert_status(done, WRONG_USE)
            self.assertIn("values since input 0 may belong to other inputs", done.err)
        self.assertFalse(self.path("o.csv").exists())
        self.assertRegex(self.program("info", "it.poolscope").out, b"state +wrong values: worker 1")

    def test_a_line_too_many_that_shows_before_the_next_input(self):
        self.script(f"""#!{sys.executable}
import os, threading, time
threading.Thread(target=time.sleep, args=[1000], daemon=True).start()
while text := os.read(0, 100):
    os.write(1, text)
    while not os.path.exists("go-on"):
        time.sleep(0.01)
    os.write(1, b"a line too many\\n")
    open("said", "w").close()
""")
        with subprocess.Popen(
                [PROGRAM, "run", "--filter", "./script", "--lines", "-", "-j", "1", "-q"],
                cwd=self.folder, env=environment(self.mark), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
            program.stdin.write(b"first\n")
            program.stdin.flush()
            self.assertEqual(program.stdout.readline(), b"first\n")
            self.path("go-on").touch()
            while not self.path("said").exists():
                self.assertIsNone(program.poll(), "it ended by itself")
                time.sleep(0.01)
            _, errors = program.communicate(b"second\n", timeout=PATIENCE)
        self.assertEqual(program.returncode, POOL_FAILED)
        self.assertIn(b"worker 1: the filter answered input 0 or a later one with more than one "
                      b"line; 'a line too many' was left over", errors)
        self.assert_nothing_left()

    def test_answers_of_a_filter_that_ends_are_not_taken_for_certain(self):
        """A filter whose wait cannot be seen may have shifted its lines before it ended."""
        self.script(f"""#!{sys.executable}
import os, sys, threading, time
threading.Thread(target=time.sleep, args=[1000], daemon=True).start()
while text := os.read(0, 100):
    if text == b"6\\n":
        sys.exit(4)
    os.write(1, text)
""")
        outcomes = self.outcomes("--filter", "./script", "--range", "0:8", "-j", "1", "--chunk",
                                 "8", status=SOME_FAILED)
        self.assertIn("ended with status 4", outcomes[6]["failure"]["message"])
        for index, outcome in enumerate(outcomes[:6]):
            if "value" in outcome:
                self.assertEqual(outcome["value"], str(index))
            else:
                self.assertIn("the filter failed on input 6", outcome["failure"]["message"])
        self.assertEqual(outcomes[7]["value"], "7")

    def test_one_that_does_not_show_its_wait_is_right_nevertheless(self):
        self.opaque_filter()
        self.assertEqual(self.values("--filter", "./script", "--range", "0:5", "-j", "1"),
                         list("01234"))

    def test_always_answers_too_much(self):
        outcomes = self.outcomes("--filter", "sed -u p", "--range", "0:4", "-j", "1")
        for outcome in outcomes:
            self.assertIn("more than one line", outcome["failure"]["message"])

    def test_npy_is_refused_before_anything_starts(self):
        self.assert_refused(".npy holds numbers", "--filter", "cat", "--range", "0:9",
                            "-o", self.path("out.npy"))

    def test_answers_too_little(self):
        failure = self.one_bad("echo complaint >&2")
        self.assertEqual(failure["kind"], "filter")
        self.assertIn("has not answered", failure["message"])
        self.assertEqual(failure["detail"], "complaint")

    def test_ends_early(self):
        failure = self.one_bad("echo bye >&2; exit 4")
        self.assertEqual(failure["kind"], "filter")
        self.assertEqual(
            failure["message"], "before it answered, the filter ended with status 4")
        self.assertEqual(failure["detail"], "bye")
        self.assertIn("SIGSEGV", self.one_bad("kill -SEGV $$")["message"])
        self.assertEqual(
            self.one_bad("printf half; exit 0")["message"],
            "before it ended its line 'half' with a newline, the filter ended with status 0")

    def test_takes_too_long(self):
        failure = self.one_bad("sleep 1000", "--timeout", "5")
        self.assertEqual(failure["kind"], "timeout")
        self.assertIn("keep its output back", failure["message"])

    def test_input_of_two_lines(self):
        name = self.path("two\nlines")
        name.touch()
        failure = self.failure("--filter", "cat", "--files", "two*")
        self.assertEqual(failure["kind"], "input")
        self.assertIn("line break", failure["message"])


class Libraries(TaskTest):
    def build(self, name, source=None, *options):
        """Compiles an example, or a source, by the command that its comment has."""
        if source is not None:
            self.path(name).write_text(source)
            path = self.path(name)
        else:
            path = RESOURCES / "examples" / name
        compiler = {"c": "cc", "cpp": "c++"}[name.rpartition(".")[2]]
        library = self.path(path.stem + ".so")
        subprocess.run(
            [compiler, "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC",
             f"-I{RESOURCES / 'include'}", "-o", library, path, *options], check=True)
        return library

    def test_comments_of_the_examples_build_them(self):
        for name in "harmonic.c", "words.cpp":
            text = (RESOURCES / "examples" / name).read_text()
            [command] = [line.lstrip(" */").strip() for line in text.splitlines()
                         if " -shared " in line]
            command = command.replace("-o ", f"-o {self.folder}/")
            subprocess.run(command, shell=True, check=True, cwd=RESOURCES / "examples")
            self.assertTrue(self.path(name).with_suffix(".so").exists())

    def test_numbers(self):
        library = self.build("harmonic.c")
        expected = [sum(1 / i for i in range(n, 0, -1)) for n in range(1, 300)]
        for workers in "1", "3":
            self.assertEqual(
                self.values("--library", f"{library}:harmonic", "--range", "1:300", "-j", workers),
                expected)
        outcomes = self.outcomes("--library", f"{library}:harmonic", "--range=-1:3")
        self.assertEqual(outcomes[0]["failure"]["kind"], "exception")
        self.assertIn("begin with", outcomes[0]["failure"]["message"])
        self.assertEqual([outcome["value"] for outcome in outcomes[2:]], [1.0, 1.5])

    def test_numbers_of_lines(self):
        library = self.build("harmonic.c")
        outcomes = self.outcomes(
            "--library", "./harmonic.so:harmonic", "--lines", self.lines(["1", " 2.0 ", "three"]))
        self.assertEqual([outcome["value"] for outcome in outcomes[:2]], [1.0, 1.5])
        self.assertIn("'three' is not a number", outcomes[2]["failure"]["message"])
        self.assertTrue(library.exists())

    def test_bytes(self):
        self.build("words.cpp")
        lines = self.lines(["b a c", b"z \xff y", "one", ""])
        done = self.program("run", "--library", "words.so:sorted_words", "--lines", lines)
        self.assertEqual(done.out, b"a b c\ny z \xff\none\n\n")
        outcomes = self.outcomes("--library", "words.so:sorted_words", "--lines", lines)
        self.assertEqual(outcomes[3]["failure"]["message"], "the line has no words")
        self.assertEqual(outcomes[3]["failure"]["type"], "std::invalid_argument")

    def test_value_that_grows(self):
        self.build("grow.c", textwrap.dedent(r"""
            #include <poolscope_task.h>
            static void repeated(const char *input, size_t size, struct poolscope_reply *reply)
            {
                int i;
                for (i = 0; i < 1000; ++i)
                    poolscope_append(reply, input, size);
                if (input[size] != 0)
                    reply->fail(reply, "no NUL byte");
            }
            POOLSCOPE_BYTES_TASK(repeated)
            static void shorter(const char *input, size_t size, struct poolscope_reply *reply)
            {
                (void)input;
                memset(reply->resize(reply, size), 'x', size);
                reply->resize(reply, size / 2);
            }
            POOLSCOPE_BYTES_TASK(shorter)
        """))
        lines = self.lines(["abc" * 100, ""])
        self.assertEqual(self.values("--library", "grow.so:repeated", "--lines", lines),
                         ["abc" * 100_000, ""])
        self.assertEqual(self.values("--library", "grow.so:shorter", "--lines", lines),
                         ["x" * 150, ""])

    def test_missing_task_says_which_there_are(self):
        harmonic = self.build("harmonic.c")
        self.assert_refused("it has: harmonic", "--library", f"{harmonic}:harmonie", "--range", "0:1")
        self.build("plain.c", "double half(double x); double half(double x) { return x / 2; }\n")
        self.assert_refused("POOLSCOPE_NUMBER_TASK(half)", "--library", "plain.so:half",
                            "--range", "0:1")
        self.assert_refused("only the symbols half", "--library", "plain.so:other", "--range", "0:1")

    def test_what_is_no_library_of_this_machine(self):
        library = self.build("harmonic.c")
        other = bytearray(library.read_bytes())
        other[18] = 183 if other[18] != 183 else 62  # e_machine: AArch64, or x86-64
        self.path("other.so").write_bytes(other)
        self.assert_refused("another kind of machine", "--library", "other.so:harmonic",
                            "--range", "0:1")
        self.path("short.so").write_bytes(library.read_bytes()[:200])
        self.assert_refused("cannot load the library", "--library", "short.so:harmonic",
                            "--range", "0:1")
        self.assert_refused("not a shared library", "--library", "tasks.py:x", "--range", "0:1")
        self.assert_refused("cannot read the library", "--library", f"{self.folder}:x",
                            "--range", "0:1")

    def test_another_version_of_the_header(self):
        self.build("new.c", textwrap.dedent("""
            #include <poolscope_task.h>
            static double same(double input, struct poolscope_reply *reply)
            {
                (void)reply;
                return input;
            }
            const struct poolscope_task poolscope_task_same = { 2, 0, same, NULL };
        """))
        self.assert_refused("version 2", "--library", "new.so:same", "--range", "0:1")

    def test_crash_is_quarantined_by_name(self):
        self.build("crash.c", textwrap.dedent("""
            #include <poolscope_task.h>
            #include <stdlib.h>
            static double careful(double input, struct poolscope_reply *reply)
            {
                (void)reply;
                if (input == 13)
                    abort();
                return 2 * input;
            }
            POOLSCOPE_NUMBER_TASK(careful)
        """))
        outcomes = self.outcomes("--library", "crash.so:careful", "--range", "0:50", "-j", "2")
        for index, outcome in enumerate(outcomes):
            if index == 13:
                self.assertEqual(outcome["failure"]["kind"], "quarantined")
                self.assertIn("SIGABRT", outcome["failure"]["message"])
            else:
                self.assertEqual(outcome["value"], 2.0 * index)

    def test_descriptors_are_out_of_reach_or_missed(self):
        """A function that closes or replaces descriptors is seen, and alone fails."""
        self.build("closes.c", textwrap.dedent(r"""
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <poolscope_task.h>
            #include <unistd.h>
            static double writes(double input, struct poolscope_reply *reply)
            {
                int number;
                (void)reply;
                if (input == 30)
                    for (number = 3; number < 100; ++number)
                        if (write(number, "damage", 6) == 6)
                            return -1;
                return input;
            }
            POOLSCOPE_NUMBER_TASK(writes)
            static double closes(double input, struct poolscope_reply *reply)
            {
                int number;
                (void)reply;
                if (input == 30)
                    for (number = 3; number < 1024; ++number)
                        close(number);
                return input;
            }
            POOLSCOPE_NUMBER_TASK(closes)
            static double replaces(double input, struct poolscope_reply *reply)
            {
                int number;
                (void)reply;
                if (input == 30) {
                    int own = open("own.txt", O_CREAT | O_RDWR, 0600);
                    for (number = 3; number < 1024; ++number)
                        if (number != own)
                            dup2(own, number);
                }
                return input;
            }
            POOLSCOPE_NUMBER_TASK(replaces)
        """))
        self.assertEqual(self.values("--library", "closes.so:writes", "--range", "0:50", "-j", "2"),
                         [*range(50)])
        for task in "closes", "replaces":
            with self.subTest(task=task):
                outcomes = self.outcomes("--library", f"closes.so:{task}", "--range", "0:50",
                                         "-j", "2", status=SOME_FAILED)
                failed = outcomes.pop(30)["failure"]
                self.assertEqual(failed["kind"], "quarantined")
                self.assertIn("has closed or replaced a file descriptor", failed["detail"])
                self.assertEqual([outcome["value"] for outcome in outcomes],
                                 [*range(30), *range(31, 50)])
        self.assertEqual(self.path("own.txt").read_bytes(), b"")

    def test_crash_while_it_is_loaded(self):
        self.build("boom.c", "#include <stdlib.h>\n"
                   "__attribute__((constructor)) static void boom(void) { abort(); }\n")
        self.assert_refused("kills the process", "--library", "boom.so:x", "--range", "0:1")


class Initialisers(TaskTest):
    SOURCE = textwrap.dedent("""\
        import os
        import signal
        model = None

        def load():
            global model
            model = 10
            with open("loaded", "a") as file:
                file.write("%d\\n" % os.getpid())

        def task(number):
            return number + model

        def raises():
            raise RuntimeError("no model here")

        def picky(argument):
            pass

        def starts():
            with open("starts", "ab") as file:
                file.write(b".")
            return os.path.getsize("starts")

        def dies():
            starts()
            os.kill(os.getpid(), signal.SIGKILL)

        def dies_for_a_while():
            if starts() in range(2, 8):
                os.kill(os.getpid(), signal.SIGKILL)

        def ends_its_first_worker(number):
            if number == 5 and os.path.getsize("starts") == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return number
    """)

    def run_with(self, initialiser, target="work.py:task", workers="2"):
        self.path("work.py").write_text(self.SOURCE)
        return self.program(
            "run", "--python", target, "--python-init", initialiser, "--python-interpreter",
            sys.executable, "--range", "0:40", "-j", workers, "--chunk", "1")

    def test_runs_once_in_each_worker_before_its_first_input(self):
        for target in "work.py:task", "work:task":
            with self.subTest(target=target):
                self.path("loaded").unlink(missing_ok=True)
                self.assert_values(self.run_with("load", target), range(10, 50))
                loaded = lines_of(self.path("loaded"))
                self.assertIn(len(loaded), (1, 2))
                self.assertEqual(len(set(loaded)), len(loaded))

    def test_workers_that_are_killed_for_a_while_are_waited_for(self):
        done = self.run_with("dies_for_a_while", "work.py:ends_its_first_worker", workers="1")
        self.assert_values(done, range(40))
        self.assertEqual(self.path("starts").read_bytes(), b"." * 8)

    def test_workers_that_never_get_ready_end_the_run(self):
        done = self.run_with("dies", workers="1")
        self.assert_status(done, POOL_FAILED)
        self.assertIn("no worker stays alive: killed by signal 9 (SIGKILL)", done.err)
        self.assertEqual(self.path("starts").read_bytes(), b"." * 6)

    def test_one_that_is_not_there_or_takes_an_argument(self):
        done = self.run_with("lode")
        self.assert_status(done, WRONG_USE)
        self.assertIn("has no function 'lode'; it has: load", done.err)
        done = self.run_with("picky")
        self.assert_status(done, WRONG_USE)
        self.assertIn("needs an argument; an initialiser is called with none", done.err)

    def test_one_that_raises(self):
        done = self.run_with("raises")
        self.assert_status(done, POOL_FAILED)
        self.assertIn("RuntimeError: no model here", done.err)
        self.assertIn("in raises", done.err)


class VirtualEnvironments(TaskTest):
    def test_function_of_a_package_in_one(self):
        environment = self.path("venv")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        [packages] = environment.glob("lib/python3*/site-packages")
        package = packages / "somepackage"
        package.mkdir()
        (package / "__init__.py").write_text("factor = 0\n")
        (package / "tasks.py").write_text(textwrap.dedent("""\
            from . import __name__ as package

            def load():
                import somepackage
                somepackage.factor = 3

            def times(number):
                from . import factor
                return {"package": package, "value": number * factor}
        """))
        done = self.program(
            "run", "--python", "somepackage.tasks:times", "--python-init", "load",
            "--python-interpreter", environment / "bin" / "python", "--range", "0:3")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual([json.loads(line) for line in done.out.splitlines()],
                         [{"package": "somepackage", "value": 3 * number} for number in range(3)])
        done = self.program("run", "--python", "somepackage.tasks:times", "--python-interpreter",
                            sys.executable, "--range", "0:3")
        self.assert_status(done, WRONG_USE)
        self.assertIn("no module 'somepackage", done.err)


if __name__ == "__main__":
    unittest.main()
