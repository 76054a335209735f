#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has the program write where others interfere: links that they planted, files that they take away,
limits, closed streams; and has it show what others wrote.

POOLSCOPE names the program to test. Playing two users takes root, sqlite3 and setpriv; these tests
are skipped where one is missing.
"""

import contextlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

import run_test
from run_test import (ALL_SUCCEEDED, INTERRUPTED, PATIENCE, POOL_FAILED, PROGRAM, SOME_FAILED,
                      WRONG_USE, Done)

TASKS = r'''
import os, time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def held_at_100(number):
    time.sleep(0.0005)
    while number >= 100 and not os.path.exists(os.path.join(FOLDER, "go-on")):
        time.sleep(0.003)
    return number * number


def held_and_picky(number):
    value = held_at_100(number)
    if number == 7:
        raise ValueError("not seven")
    return value


def two_lines(number):
    return ["plain", "two\nlines", "old\rMac", b"by\ntes", ["in", "JSON\n"]][number % 5]
'''

COUNT = 300
SQUARES = "".join(f"{number * number}\n" for number in range(COUNT))
NO_LONGER = "the run can no longer be kept"


class FilesTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def shell(self, script, *arguments):
        """Runs a line of shell, in which "$P" is the program."""
        done = subprocess.run(
            ["bash", "-c", script, "bash", *map(str, arguments)], cwd=self.folder,
            env={**run_test.environment(self.mark), "P": PROGRAM}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "surrogateescape"))

    def info(self, name="run.poolscope"):
        done = self.program("info", name, "--json")
        self.assert_status(done, ALL_SUCCEEDED)
        return json.loads(done.out)

    def start_held(self, *options, function="held_at_100"):
        """A run of which the first 100 outcomes, but no more, are in its file."""
        process = self.start(*self.python(function), "--range", f"0:{COUNT}", "-j", 2, "-q",
                             *options)
        self.until(self.path("run.poolscope").exists, "the run file")
        self.until(lambda: self.info()["succeeded"] + self.info()["failed"] == 100,
                   "the outcomes in the file")
        return process

    def finish(self, process):
        out, err = process.communicate(timeout=PATIENCE)
        return Done(process.returncode, out, err.decode("utf-8", "surrogateescape"))

    def go_on(self, process):
        self.path("go-on").touch()
        return self.finish(process)


class LostRunFiles(FilesTest):
    """A run goes on without its file where that is taken away, and says so once."""

    def lose(self, how, *options, status=POOL_FAILED, function="held_at_100"):
        process = self.start_held("--save", "run.poolscope", "-o", "out.txt", *options,
                                  function=function)
        how(self.path("run.poolscope"))
        done = self.go_on(process)
        self.assert_status(done, status)
        self.assertEqual(done.err.count(NO_LONGER), 1, done.err)
        self.assertIn("run.poolscope", done.err)
        self.assertNotIn("resume", done.err)
        self.assertNotIn("waits", done.err)
        self.assert_nothing_left()
        return done

    def assert_lost(self, how, *words):
        done = self.lose(how)
        for word in words:
            self.assertIn(word, done.err)
        self.assertEqual(self.path("out.txt").read_text(), SQUARES)

    def test_removed(self):
        self.assert_lost(lambda file: file.unlink(), "was removed or renamed")

    def test_renamed(self):
        self.assert_lost(lambda file: file.rename(self.path("elsewhere")), "was removed or renamed")

    def test_removed_with_its_journal(self):
        def remove(_):
            for file in self.folder.glob("run.poolscope*"):
                file.unlink()
        self.assert_lost(remove, "was removed or renamed")

    def test_replaced(self):
        def replace(file):
            self.path("other").write_bytes(file.read_bytes())
            self.path("other").rename(file)
        self.assert_lost(replace, "was replaced")
        info = self.info()
        self.assertEqual(info["succeeded"], 100, "the other file is left alone")

    def test_cut_short(self):
        for size in 0, 8192, 40_000:
            with self.subTest(size=size):
                self.assert_lost(lambda file, size=size: os.truncate(file, size), "cut short")
                for name in "go-on", "run.poolscope", "out.txt":
                    self.path(name).unlink()

    def test_overwritten(self):
        def overwrite(file):
            # Between two transactions: the end of one under way would write what it has changed.
            database = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
            database.execute("BEGIN IMMEDIATE")
            with open(file, "r+b") as opened:
                opened.write(b"x" * file.stat().st_size)
            database.close()
        self.assert_lost(overwrite)

    def test_its_folder_is_gone(self):
        self.path("kept").mkdir()
        process = self.start(*self.python("held_at_100"), "--range", f"0:{COUNT}", "-j", 2, "-q",
                             "--save", "kept/run.poolscope", "-o", "out.txt")
        self.until(lambda: self.path("kept/run.poolscope").exists()
                   and self.info("kept/run.poolscope")["succeeded"] == 100, "the outcomes")
        shutil.rmtree(self.path("kept"))
        done = self.go_on(process)
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(done.err.count(NO_LONGER), 1, done.err)
        self.assertEqual(self.path("out.txt").read_text(), SQUARES)

    @unittest.skipIf(os.geteuid() == 0, "root may write everything")
    def test_its_folder_may_not_be_written(self):
        def forbid(file):
            Path(f"{file}-journal").unlink()
            self.folder.chmod(0o500)
            self.addCleanup(self.folder.chmod, 0o700)
        done = self.lose(forbid)
        self.assertIn("Permission denied", done.err)

    def test_it_may_not_be_changed_any_more(self):
        def forbid(file):
            changed = subprocess.run(["chattr", "+i", file], stderr=subprocess.DEVNULL, check=False)
            if changed.returncode != 0:
                self.skipTest("files cannot be made immutable here")
            self.addCleanup(subprocess.run, ["chattr", "-i", file], check=True)
        self.assert_lost(forbid, "Operation not permitted")

    def test_all_other_outputs_are_written(self):
        self.lose(lambda file: file.unlink(), "--summary", "summary.json", "--trace", "trace.json",
                  "--report", "report.html", "--charts", "charts", function="held_and_picky")
        self.assertEqual(json.loads(self.path("summary.json").read_text())["failed"], 1)
        for name in "trace.json", "report.html", "charts/workers.png":
            self.assertGreater(self.path(name).stat().st_size, 0, name)

    def test_an_interrupt_promises_nothing(self):
        process = self.start_held("--save", "run.poolscope", "-o", "out.txt")
        self.path("run.poolscope").unlink()
        process.send_signal(signal.SIGINT)
        done = self.finish(process)
        self.assert_status(done, INTERRUPTED)
        self.assertIn(NO_LONGER, done.err)
        self.assertIn("interrupted; out.txt was not written\n", done.err)

    def test_a_resumed_run(self):
        process = self.start_held("--save", "run.poolscope", "--discard")
        process.kill()
        process.wait()
        process = subprocess.Popen(
            [PROGRAM, "resume", "run.poolscope", "-o", "out.txt", "-q"], cwd=self.folder,
            env=run_test.environment(self.mark), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        self.until(lambda: self.info()["state"] == "running", "that it goes on")
        self.path("run.poolscope").unlink()
        done = self.go_on(process)
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(done.err.count(NO_LONGER), 1, done.err)
        self.assertEqual(self.path("out.txt").read_text(), SQUARES)

    def test_a_sweep_goes_on_without_its_file(self):
        process = subprocess.Popen(
            [PROGRAM, "sweep", *self.python("held_at_100"), "--range", "0:101", "--workers", "1,2",
             "--chunk", "1", "--repeats", "1", "--save", "kept.jsonl", "-o", "table.csv", "-q"],
            cwd=self.folder, env=run_test.environment(self.mark), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.until(lambda: self.path("kept.jsonl").exists()
                   and len(run_test.processes(self.mark)) > 1, "a run of the sweep")
        self.path("kept.jsonl").unlink()
        done = self.go_on(process)
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(done.err.count("kept.jsonl was removed or renamed"), 1, done.err)
        self.assertGreater(len(self.path("table.csv").read_text().splitlines()), 2)


def may_play_two_users():
    return os.geteuid() == 0 and shutil.which("setpriv")


@unittest.skipUnless(may_play_two_users(), "playing two users takes root and setpriv")
class SharedFolders(FilesTest):
    """Another user puts links and files in a folder that both may write to, as /tmp is."""

    VICTIM, OTHER = 1234, 65534

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.shared = self.path("shared")
        self.shared.mkdir()
        self.shared.chmod(0o1777)
        self.private = self.path("private")
        self.private.mkdir(0o700)
        self.precious = self.private / "precious"
        self.precious.write_text("precious")
        with contextlib.closing(sqlite3.connect(self.private / "mail.db")) as mail:
            mail.execute("create table mails(t)")
            mail.execute("insert into mails values('precious')")
            mail.commit()
        for path in self.private, *self.private.iterdir():
            os.chown(path, self.VICTIM, self.VICTIM)
        self.before = self.snapshot()

    def snapshot(self):
        return {path.name: path.read_bytes() for path in self.private.iterdir()}

    def as_user(self, user, *command):
        done = subprocess.run(
            ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups",
             *map(str, command)],
            cwd=self.folder, env={**run_test.environment(self.mark), "HOME": str(self.private)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=PATIENCE, check=False)
        return Done(done.returncode, done.stdout, done.stderr.decode())

    def run_as_victim(self, *options):
        return self.as_user(self.VICTIM, PROGRAM, "run", "--builtin", "sqrt", "--range", "0:3",
                            "-j", 1, "-q", *options)

    def plant(self, script, *arguments):
        """Runs a line of Python as the other user."""
        planted = self.as_user(self.OTHER, sys.executable, "-c", f"import os, sys; {script}",
                               *arguments)
        self.assert_status(planted, 0)

    def assert_untouched(self):
        self.assertEqual(self.snapshot(), self.before)

    def test_names_of_new_files_cannot_be_guessed(self):
        names = [".poolscope-%d-r.poolscope", ".poolscope-%d-r.poolscope-journal",
                 ".poolscope-%d-1", ".poolscope-%d-2"]
        for target in self.private / "new", self.private / "mail.db":
            with self.subTest(target=target.name):
                first = int(self.as_user(self.VICTIM, "sh", "-c", "echo $$").out)
                self.plant(
                    "[os.symlink(sys.argv[1], sys.argv[2] + '/' + name % pid)"
                    f" for pid in range({first}, {first + 1500}) for name in {names!r}]",
                    target, self.shared)
                self.assert_status(self.run_as_victim(
                    "--save", self.shared / "r.poolscope", "-o", self.shared / "o.txt"),
                    ALL_SUCCEEDED)
                self.assert_untouched()
                self.assertEqual((self.shared / "o.txt").stat().st_uid, self.VICTIM)
                self.assert_status(self.program("info", self.shared / "r.poolscope"), ALL_SUCCEEDED)
                for path in self.shared.iterdir():
                    path.unlink()

    def test_a_link_under_the_name_of_an_output_is_not_followed(self):
        options = {
            "o.txt": ["-o"], "t.json": ["--discard", "--trace"], "s.json": ["--discard", "--summary"],
            "r.html": ["--discard", "--report"], "c.csv": ["--discard", "--chart"],
            "k.poolscope": ["--discard", "--save"],
        }
        for target in self.precious, self.private / "new":
            for name, option in options.items():
                with self.subTest(target=target.name, name=name):
                    self.plant("os.symlink(*sys.argv[1:])", target, self.shared / name)
                    value = self.shared / name
                    done = self.run_as_victim(
                        *option, f"workers={value}" if name == "c.csv" else value)
                    self.assert_status(done, WRONG_USE)
                    self.assertIn("is a link that another user made", done.err)
                    self.assert_untouched()
                    value.unlink()

    def test_a_link_under_the_name_of_a_sweep_file_is_not_followed(self):
        self.plant("os.symlink(*sys.argv[1:])", self.private / "new", self.shared / "kept")
        done = self.as_user(
            self.VICTIM, PROGRAM, "sweep", "--builtin", "sqrt", "--range", "0:3", "--workers", 1,
            "--chunk", 1, "--repeats", 1, "-q", "--save", self.shared / "kept")
        self.assert_status(done, WRONG_USE)
        self.assertIn("is a link that another user made", done.err)
        self.assert_untouched()

    def test_ones_own_links_are_followed(self):
        for name in "o.txt", "r.poolscope":
            self.as_user(self.VICTIM, "ln", "-s", self.private / name, self.shared / name)
        self.assert_status(self.run_as_victim(
            "-o", self.shared / "o.txt", "--save", self.shared / "r.poolscope"), ALL_SUCCEEDED)
        self.assertTrue((self.shared / "o.txt").is_symlink())
        self.assertEqual((self.private / "o.txt").read_text(), "0.0\n1.0\n1.4142135623730951\n")
        self.assertEqual(self.info(self.private / "r.poolscope")["succeeded"], 3)

    def test_a_journal_of_another_user_is_not_taken(self):
        journal = self.shared / "r.poolscope-journal"
        plants = {
            "a file": "os.close(os.open(sys.argv[2], os.O_CREAT, 0o666)); os.chmod(sys.argv[2], 0o666)",
            "a symbolic link": "os.symlink(*sys.argv[1:])",
            "a pipe": "os.mkfifo(sys.argv[2], 0o666)",
        }
        for what, script in plants.items():
            with self.subTest(what=what):
                self.plant(script, self.precious, journal)
                done = self.run_as_victim("--discard", "--save", self.shared / "r.poolscope")
                self.assert_status(done, WRONG_USE)
                self.assertIn("r.poolscope-journal", done.err)
                self.assertEqual([path.name for path in self.shared.iterdir()], [journal.name])
                self.assert_untouched()
                journal.unlink()

    def test_a_journal_that_comes_later_is_not_taken(self):
        run_file = self.shared / "r.poolscope"
        self.assert_status(self.run_as_victim("--discard", "--save", run_file), ALL_SUCCEEDED)
        kept = run_file.read_bytes()
        plants = {
            "another user's": "open(sys.argv[2], 'wb').write(b'\\xd9\\xd5\\x05\\xf9' + bytes(600))",
            "a link": "os.symlink(*sys.argv[1:])",
        }
        for what, script in plants.items():
            with self.subTest(what=what):
                self.plant(script, self.precious, f"{run_file}-journal")
                for command in ["info", run_file], ["resume", run_file, "--discard"], \
                        ["export", run_file, "-o", self.private / "o.txt"]:
                    done = self.as_user(self.VICTIM, PROGRAM, *command)
                    self.assert_status(done, WRONG_USE)
                    self.assertIn("beside it is a link or another user's", done.err)
                self.assertEqual(run_file.read_bytes(), kept)
                self.assert_untouched()
                Path(f"{run_file}-journal").unlink()

    def test_a_hard_link_is_no_journal(self):
        # The kernel may forbid it to the other user; not to root, who plays him.
        run_file = self.shared / "r.poolscope"
        self.assert_status(self.run_as_victim("--discard", "--save", run_file), ALL_SUCCEEDED)
        os.link(self.precious, f"{run_file}-journal")
        done = self.as_user(self.VICTIM, PROGRAM, "info", run_file)
        self.assert_status(done, WRONG_USE)
        self.assert_untouched()

    def test_anothers_file_is_told_before_the_run(self):
        self.plant("os.chmod(os.open(sys.argv[1], os.O_CREAT), 0o666);"
                   "os.umask(0); os.mkfifo(sys.argv[2], 0o666)",
                   self.shared / "o.txt", self.shared / "p.txt")
        for name in "o.txt", "p.txt":
            with self.subTest(name=name):
                done = self.run_as_victim("-o", self.shared / name)
                self.assert_status(done, WRONG_USE)
                self.assertIn(f"cannot write {self.shared / name}", done.err)


class LiveHolders(FilesTest):
    def test_a_zombie_holds_no_file(self):
        process = self.start_held("--save", "run.poolscope", "--discard")
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual(Path(f"/proc/{process.pid}/stat").read_text().split()[2], "Z")
        self.assertEqual(self.info()["state"], "interrupted")
        self.assertIn("interrupted", self.program("info", "run.poolscope").out.decode())
        done = self.program("run", "--builtin", "sqrt", "--range", "0:3", "--discard", "--save",
                            "run.poolscope")
        self.assertNotIn("is being written", done.err)
        self.path("go-on").touch()
        done = self.program("resume", "run.poolscope", "-o", "out.txt", "-q")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(self.path("out.txt").read_text(), SQUARES)


class StandardStreams(FilesTest):
    SQRT = '"$P" run --builtin sqrt --range 0:3 -j 1 -q'

    def test_closed_or_read_only_standard_output_is_told_at_once(self):
        self.path("old.txt").write_text("old")
        self.assert_status(self.shell(f"{self.SQRT} --discard --save k.poolscope"), ALL_SUCCEEDED)
        commands = [
            self.SQRT, f"{self.SQRT} --save r.poolscope", f"{self.SQRT} --summary -",
            f"{self.SQRT} -o old.txt --summary -", f"{self.SQRT} --discard --summary -",
            '"$P" sweep --builtin sqrt --range 0:3 --workers 1 --chunk 1 --repeats 1',
            '"$P" export k.poolscope --summary -', '"$P" info k.poolscope',
            '"$P" info k.poolscope --json', '"$P" info k.poolscope k.poolscope', '"$P" tasks',
            '"$P" --help', '"$P" --version', '"$P" resume k.poolscope',
        ]
        for redirection, why in (">&-", "it is closed"), ("1</dev/null", "for reading only"):
            for command in commands:
                with self.subTest(command=command, redirection=redirection):
                    done = self.shell(f"{command} {redirection}")
                    self.assert_status(done, WRONG_USE)
                    self.assertEqual(done.err.count("\n"), 1, done.err)
                    self.assertIn("poolscope: cannot write to standard output: ", done.err)
                    self.assertIn(why, done.err)
        self.assertEqual(self.path("old.txt").read_text(), "old")
        self.assertFalse(self.path("r.poolscope").exists())

    def test_closed_standard_output_that_nothing_goes_to(self):
        for options in "--discard", "-o out.txt", "-o out.txt --summary s.json":
            with self.subTest(options=options):
                self.assert_status(self.shell(f"{self.SQRT} {options} >&-"), ALL_SUCCEEDED)
        self.assertEqual(self.path("out.txt").read_text(), "0.0\n1.0\n1.4142135623730951\n")

    def test_closed_standard_error(self):
        done = self.shell('"$P" run --builtin sqrt --range 0:3 -j 1 2>&-')
        self.assert_values(done, ["0.0", "1.0", "1.4142135623730951"])


class FileSizeLimits(FilesTest):
    """ulimit -f is an error like a full disk, but not one that passes."""

    def test_outputs(self):
        for blocks in 1, 64, 1000:
            for name in "o.txt", "o.csv", "o.jsonl", "o.npy":
                with self.subTest(blocks=blocks, name=name):
                    done = self.shell(f"ulimit -f {blocks}; exec \"$P\" run --builtin sqrt "
                                      f"--range 0:300000 -j 2 -q -o {name}")
                    self.assert_status(done, POOL_FAILED)
                    self.assertEqual(done.err, f"poolscope: cannot write {name}: File too large\n")
                    self.assertFalse(self.path(name).exists())

    def test_standard_output(self):
        done = self.shell('ulimit -f 64; exec "$P" run --builtin sqrt --range 0:300000 -j 2 -q > o.txt')
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(
            done.err, "poolscope: cannot write to standard output: File too large\n")

    def test_trace(self):
        done = self.shell('ulimit -f 64; exec "$P" run --builtin sleep_ms:0 --range 0:5000 -j 2 -q '
                          "--chunk 1 --discard --trace t.json")
        self.assert_status(done, POOL_FAILED)
        self.assertEqual(done.err, "poolscope: cannot write t.json: File too large\n")

    def test_run_file(self):
        done = self.shell('ulimit -f 400; exec "$P" run --builtin sqrt --range 0:300000 -j 2 -q '
                          "--discard --save r.poolscope")
        self.assert_status(done, POOL_FAILED)
        self.assertIn("cannot write r.poolscope: File too large", done.err)
        self.assertEqual(done.err.count(NO_LONGER), 1, done.err)

    def test_run_file_for_which_there_is_no_room_at_all(self):
        done = self.shell('ulimit -f 8; exec "$P" run --builtin sqrt --range 0:30 -j 2 -q '
                          "--discard --save r.poolscope")
        self.assert_status(done, WRONG_USE)
        self.assertEqual(done.err, "poolscope: cannot write r.poolscope: File too large\n")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["tasks.py"])

    def test_text_outcomes(self):
        done = self.shell('ulimit -f 64; exec "$P" run --builtin sha256 --range 0:300000 -j 2 -q '
                          "-o o.txt")
        self.assert_status(done, POOL_FAILED)
        self.assertIn("File too large", done.err)

    def test_commands_have_the_signal_that_others_have(self):
        done = self.shell('ulimit -f 1; exec "$P" run --shell \'head -c 4096 /dev/zero > "big-$1"\' '
                          "--range 0:1 -j 1 -q -o o.jsonl")
        self.assert_status(done, SOME_FAILED)
        [line] = run_test.read_jsonl(self.path("o.jsonl"))
        self.assertIn(f"status {128 + signal.SIGXFSZ}", line["failure"]["message"])


class Places(FilesTest):
    """Where a run cannot be kept, and why."""

    SQRT = ["run", "--builtin", "sqrt", "--range", "0:3", "-j", 1, "-q", "--discard"]

    def assert_reason(self, place, reason):
        done = self.program(*self.SQRT, "--save", place)
        self.assert_status(done, WRONG_USE)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        self.assertIn(f"cannot write {place}: ", done.err)
        self.assertIn(reason, done.err)

    def test_the_true_reason(self):
        self.path("file").touch()
        self.assert_reason("no/such/folder.poolscope", "No such file or directory")
        self.assert_reason("file/r.poolscope", "Not a directory")
        self.assert_reason("x" * 250 + ".poolscope", "File name too long")
        self.assert_reason("/proc/r.poolscope", "No such file or directory")
        if os.path.isdir("/sys/kernel"):
            self.assert_reason("/sys/kernel/r.poolscope", "")
        if os.geteuid() != 0:
            self.path("closed").mkdir(0o500)
            self.assert_reason("closed/r.poolscope", "Permission denied")

    def test_a_place_that_may_only_be_read(self):
        disk = self.path("disk")
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", disk],
                                 stderr=subprocess.DEVNULL, check=False)
        if mounted.returncode != 0:
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.assert_reason("disk/r.poolscope", "Read-only file system")

    def test_a_path_that_is_longer_than_sqlite_takes(self):
        deep = self.folder
        while len(str(deep)) < 700:
            deep /= "x" * 50
        deep.mkdir(parents=True)
        self.assert_reason(deep / "r.poolscope", "more than SQLite takes")
        self.assertEqual(list(deep.iterdir()), [])
        self.assert_status(self.program(*self.SQRT, "--save", "r.poolscope"), ALL_SUCCEEDED)
        self.path("r.poolscope").rename(deep / "r.poolscope")
        done = self.program("info", deep / "r.poolscope")
        self.assert_status(done, WRONG_USE)
        self.assertIn("more than SQLite takes", done.err)

    def test_the_longest_paths_that_there_are(self):
        kept = 0
        for length in range(470, 515):
            with self.subTest(length=length):
                folder = self.folder / ("y" * 240)
                folder /= "z" * (length - len(str(folder)) - len("//r.poolscope"))
                folder.mkdir(parents=True, exist_ok=True)
                place = folder / "r.poolscope"
                self.assertEqual(len(str(place)), length)
                done = self.program(*self.SQRT, "--save", place)
                if done.status == ALL_SUCCEEDED:
                    self.assertEqual(self.info(place)["succeeded"], 3)
                    kept += 1
                else:
                    self.assertIn("more than SQLite takes", done.err)
                    self.assertEqual(list(folder.iterdir()), [])
        self.assertGreater(kept, 10)

    def test_more_inputs_than_a_run_file_holds(self):
        for count in 10 ** 12 + 1, 10 ** 15, 2 ** 62:
            with self.subTest(count=count):
                done = self.program("run", "--builtin", "sqrt", "--range", f"0:{count}",
                                    "--discard", "--save", "big.poolscope", "-q")
                self.assert_status(done, WRONG_USE)
                self.assertIn("a run file holds at most 10^12", done.err)
                self.assertFalse(self.path("big.poolscope").exists())

    def test_as_many_inputs_as_a_run_file_holds(self):
        process = self.start("--builtin", "sleep_ms:1", "--range", f"0:{10 ** 12}", "--discard",
                             "--save", "run.poolscope", "-q")

        def has_outcomes():
            done = self.program("info", "run.poolscope", "--json")
            return done.status == ALL_SUCCEEDED and json.loads(done.out)["succeeded"] > 0
        self.until(has_outcomes, "outcomes in the file")
        process.send_signal(signal.SIGINT)
        self.assert_status(self.finish(process), INTERRUPTED)
        self.assertEqual(self.info()["tasks"], 10 ** 12)


class OutputIsInput(FilesTest):
    """No output replaces the file that the inputs are in."""

    def setUp(self):
        super().setUp()
        self.path("in.csv").write_text("a,b\n1,2\n")
        self.path("link.csv").symlink_to("in.csv")

    def assert_refused(self, *command):
        done = self.program(*command)
        self.assert_status(done, WRONG_USE)
        self.assertRegex(
            done.err, r"^poolscope: \S+ contains the inputs: choose another file for the output\n$")
        self.assertEqual(self.path("in.csv").read_text(), "a,b\n1,2\n")

    def test_no_command_replaces_it(self):
        rows = ("--command", "echo {a}", "--csv", "in.csv", "-q")
        for output in ("in.csv", "./in.csv", "link.csv"):
            self.assert_refused("run", *rows, "-o", output)
        self.assert_refused("run", *rows, "-o", "out.csv", "--summary", "in.csv")
        self.assert_refused("sweep", "-j", "1,2", *rows, "-o", "in.csv")
        self.assert_refused("run", "--command", "echo {}", "--lines", "in.csv", "-o", "in.csv")
        self.assert_status(self.program("run", *rows, "--save", "run.poolscope"), ALL_SUCCEEDED)
        self.assert_refused("export", "run.poolscope", "-o", "in.csv")
        self.assert_refused("resume", "run.poolscope", "-o", "in.csv")


class ShownTexts(FilesTest):
    """What files hold moves no terminal, wherever it is shown."""

    # A title, an 8-bit control, a line that is not ours, and text that runs backwards.
    EVIL = "a\x1b]0;PWNED\x07b\x9b31mc\u202ed\u2066e\u200f\x7ff"
    BYTES = EVIL.encode() + b"\x9b\x85"

    def assert_plain(self, done, *words):
        text = done.out + done.err.encode("utf-8", "surrogateescape")
        shown = text.decode("utf-8")  # which fails for bytes that are not UTF-8
        bad = {c for c in shown if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f"
               or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"}
        self.assertEqual(bad, set(), shown)
        for word in words:
            self.assertIn(word, shown)

    def keep(self, name="run.poolscope", command=b"echo " + BYTES + b" {}", folder=None):
        done = subprocess.run(
            [PROGRAM, "run", "--command", command, "--range", "0:1", "-j", "1", "-q", "--discard",
             "--save", self.path(name)], cwd=folder or self.folder, stdin=subprocess.DEVNULL,
            env=run_test.environment(self.mark), stderr=subprocess.PIPE, timeout=PATIENCE,
            check=False)
        self.assertEqual(done.returncode, ALL_SUCCEEDED, done.stderr)

    def test_the_task(self):
        self.keep()
        self.assert_plain(self.program("info", "run.poolscope"), "\\x1b]0;PWNED\\x07", "\\xe2\\x80\\xae")
        self.assert_plain(self.program("info", "run.poolscope", "--json"))
        self.keep("other.poolscope")
        self.assert_plain(self.program("info", "run.poolscope", "other.poolscope"), "\\x1b")
        self.assert_plain(self.program("info", "run.poolscope", "other.poolscope", "--json"))

    def test_the_folder_and_the_name_of_the_file(self):
        folder = os.fsencode(self.folder) + b"/" + self.BYTES.replace(b"/", b"")
        os.mkdir(folder)
        self.keep(folder=folder)
        self.assert_plain(self.program("info", "run.poolscope"), "\\x9b")
        self.assert_plain(self.program("info", "run.poolscope", "--json"))
        evil = os.fsencode(self.folder) + b"/" + self.EVIL.encode().replace(b"/", b"")
        os.rename(self.path("run.poolscope"), evil)
        for command in ["info"], ["resume", "--discard"], ["export", "--summary", "-"]:
            with self.subTest(command=command):
                self.assert_plain(self.program(*command, os.fsdecode(evil)))
        self.assert_plain(self.program("info", os.fsdecode(evil) + "not"))

    def test_a_task_of_several_lines_looks_like_no_other_entry(self):
        self.keep(command=b"echo {} '\nstate       completed'")
        lines = self.program("info", "run.poolscope").out.decode().split("\n")
        self.assertEqual(sum(line.startswith("state ") for line in lines), 1, lines)

    def test_what_tasks_print_and_raise(self):
        self.path("evil.py").write_text(
            f"EVIL = {self.EVIL!r}\n"
            "def task(x):\n  print(EVIL)\n  raise ValueError(EVIL)\n"
            "def bad_start():\n  raise ValueError(EVIL)\n")
        for extra in [], ["--python-init", "bad_start"]:
            with self.subTest(extra=extra):
                self.assert_plain(self.program(
                    "run", "--python", "evil.py:task", "--python-interpreter", sys.executable,
                    "--range", "0:1", "-j", 1, *extra), "\\x1b]0;PWNED")

    def test_the_command_line_itself(self):
        for arguments in [f"--{self.EVIL}"], ["run", "--builtin", self.EVIL], [self.EVIL], \
                ["run", "--builtin", "sqrt", "--lines", self.EVIL]:
            with self.subTest(arguments=arguments):
                self.assert_plain(self.program(*arguments))

    def test_text_of_other_languages_stays(self):
        self.keep(command="echo größer 東京 שלום {}".encode())
        self.assertIn("größer 東京 שלום", self.program("info", "run.poolscope").out.decode())


class ManyColumns(FilesTest):
    def cpu_seconds(self, columns):
        name = f"{columns}.csv"
        self.path(name).write_text(
            ",".join(f"c{i}" for i in range(columns)) + "\n" + ",".join("1" * columns) + "\n")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = self.program("run", "--filter", "cat", "--csv", name, "-j", 1, "-q", "--discard")
        self.assert_status(done, ALL_SUCCEEDED)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def test_take_time_in_step_with_their_number(self):
        few, many = self.cpu_seconds(10_000), self.cpu_seconds(40_000)
        self.assertLess(many, 8 * few + 0.2, "four times as many took the square")

    def test_names_that_come_twice(self):
        names = [f"c{i}" for i in range(1000)]
        self.path("twice.csv").write_text(",".join([*names, "c7"]) + "\n")
        done = self.program("run", "--filter", "cat", "--csv", "twice.csv", "--discard")
        self.assert_status(done, WRONG_USE)
        self.assertIn("two columns are called 'c7'", done.err)
        done = self.program("run", "--filter", "cat", "--csv", "twice.csv", "--columns", "c8,c9",
                            "--discard")
        self.assert_status(done, ALL_SUCCEEDED)
        for columns, word in ("c8,c8", "chosen twice"), ("c8,d", "no column 'd'"):
            done = self.program("run", "--filter", "cat", "--csv", "twice.csv", "--columns", columns)
            self.assert_status(done, WRONG_USE)
            self.assertIn(word, done.err)


class Interrupts(FilesTest):
    def test_all_that_is_not_written_is_named(self):
        process = self.start_held("--save", "run.poolscope", "-o", "out.txt", "--summary", "s.json",
                                  "--trace", "t.json")
        process.send_signal(signal.SIGINT)
        done = self.finish(process)
        self.assert_status(done, INTERRUPTED)
        self.assertIn("interrupted; out.txt, s.json and t.json were not written; 'poolscope resume",
                      done.err)

    def test_are_served_while_an_input_is_read(self):
        # A hole of 4 TB, which no machine reads to its end here.
        with open(self.path("huge.txt"), "wb") as file:
            file.truncate(1 << 42)
        os.link(self.path("huge.txt"), self.path("huge.csv"))
        for options in ["--lines", "huge.txt"], ["--csv", "huge.csv"]:
            for command in ["run", "--builtin", "sha256", "-o", "o.txt"], \
                    ["sweep", "--builtin", "sha256", "--workers", "1", "--chunk", "1"]:
                with self.subTest(options=options, command=command[0]):
                    process = subprocess.Popen(
                        [PROGRAM, *command, *options], cwd=self.folder, stdin=subprocess.DEVNULL,
                        env=run_test.environment(self.mark), stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
                    self.until(lambda process=process: self.has_read(process), "that it reads")
                    process.send_signal(signal.SIGTERM)
                    done = self.finish(process)
                    self.assert_status(done, INTERRUPTED)
                    self.assertEqual(done.err, "poolscope: interrupted\n")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["huge.csv", "huge.txt", "tasks.py"])

    @staticmethod
    def has_read(process):
        with contextlib.suppress(OSError, ValueError):
            fields = dict(line.split(": ") for line in
                          Path(f"/proc/{process.pid}/io").read_text().splitlines())
            return int(fields["rchar"]) > 100 << 20
        return process.poll() is not None

    def test_write_no_more_into_what_is_thrown_away(self):
        for options in ["-o", "o.csv"], ["-o", "o.csv", "--save", "huge.poolscope"]:
            with self.subTest(options=options):
                process = self.start("--builtin", "sqrt", "--range", "0:20000000000", "-q", *options)
                self.until(lambda process=process: self.cpu(process.pid) > 1.5, "that it is busy")
                os.kill(process.pid, signal.SIGSTOP)
                before = self.cpu(process.pid)
                os.kill(process.pid, signal.SIGTERM)
                os.kill(process.pid, signal.SIGCONT)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                self.assertEqual(process.returncode, INTERRUPTED)
                used = usage.ru_utime + usage.ru_stime - before
                self.assertLess(used, 1.5, "it wrote on")
                self.assertFalse(self.path("o.csv").exists())

    @staticmethod
    def cpu(pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Notes(FilesTest):
    NOTE = "values have line breaks, and take several lines"

    def test_values_of_several_lines_are_told_where_lines_are_all_there_is(self):
        self.assert_status(self.run_python("two_lines", "0:10", "-q", "-o", "k.jsonl", "--save",
                                           "k.poolscope"), ALL_SUCCEEDED)
        for options, told in ([], True), (["-o", "o.txt"], True), (["-o", "o.csv"], False), \
                (["-o", "o.jsonl"], False), (["--discard"], False), (["--unordered"], True):
            with self.subTest(options=options):
                done = self.run_python("two_lines", "0:10", "-q", *options)
                self.assert_status(done, ALL_SUCCEEDED)
                self.assertEqual(done.err.count(f"6 {self.NOTE}"), int(told), done.err)
        for name, told in ("o.txt", True), ("o.csv", False), ("o.jsonl", False):
            with self.subTest(exported=name):
                done = self.program("export", "k.poolscope", "-o", name)
                self.assertEqual(done.err.count(f"6 {self.NOTE}"), int(told), done.err)
        done = self.run_python("two_lines", "0:2", "-q")
        self.assertIn("1 value has line breaks, and takes several lines", done.err)


if __name__ == "__main__":
    unittest.main()
