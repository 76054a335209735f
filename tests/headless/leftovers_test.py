#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks and jobs start and do not wait for: until when it runs, and that nothing outlives a run.

POOLSCOPE names the program to test.
"""

import pathlib
import signal
import sys
import unittest

import run_test
from run_test import ALL_SUCCEEDED, INTERRUPTED, SOME_FAILED

TASKS = r'''
import multiprocessing.shared_memory, os, pathlib, pty, signal, subprocess, time

FOLDER = pathlib.Path(__file__).parent
ESCAPE = ["setsid", "sh", "-c", "setsid sleep 1000000 & echo > started"]


def program(number):
    subprocess.Popen(["sh", "-c", "while kill -0 $0; do sleep 0.01; done; echo > saved.$1",
                      str(os.getpid()), str(number)], stderr=subprocess.DEVNULL, cwd=FOLDER)


def endless(number):
    for words in ["sleep", "1000000"], ["setsid", "sleep", "1000000"], ["sh", "-c", STUBBORN]:
        subprocess.Popen(words)
    while not (FOLDER / "stubborn").exists():
        time.sleep(0.01)


STUBBORN = "trap '' TERM; echo > stubborn; while :; do sleep 1000000; done"


def escapes(number):
    subprocess.run(ESCAPE, check=True, cwd=FOLDER)
    return number


def hangs(number):
    escapes(number)
    time.sleep(1e6)


def dies(number):
    escapes(number)
    os.kill(os.getpid(), signal.SIGKILL)


def leaves_shared_memory(_):
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=4096)
    (FOLDER / "name.new").write_text(memory.name)
    (FOLDER / "name.new").rename(FOLDER / "name")
    time.sleep(1e6)


def leads(_):
    """Whether a worker leads a session or gets a controlling terminal, and may do so."""
    found = [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpgid(os.getppid())]
    manager, terminal = pty.openpty()
    name = os.ttyname(terminal)
    os.close(terminal)
    opened = os.open(name, os.O_RDWR)
    try:
        os.open("/dev/tty", os.O_RDWR)
        found.append("a controlling terminal")
    except OSError:
        found.append("no terminal")
    os.setsid()
    found.append(os.getsid(0) == os.getpid())
    return found


def leads_a_group(_):
    os.setpgrp()
    return os.getpgrp() == os.getpid()
'''

# Of a job in which an orphan has a session of its own.
ESCAPES = 'setsid sh -c "setsid sleep 1000000 & echo > started"'
# A job's background process that ends after the worker.
SAVES = '(while kill -0 $PPID 2>&-; do sleep 0.01; done; echo > "saved.$1") &'


class LeftoversTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def run_shell(self, script, inputs, *options):
        return self.program("run", "--shell", script, "--range", inputs, *options)

    def assert_nothing_left_at_once(self):
        self.assertEqual(run_test.processes(self.mark), [])

    def assert_saved(self, done, count):
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual(done.err, "")
        self.assertEqual({path.name for path in self.folder.glob("saved.*")},
                         {f"saved.{number}" for number in range(count)})
        self.assert_nothing_left_at_once()


class AtTheEnd(LeftoversTest):
    def test_programs_of_a_task_end_by_themselves(self):
        self.assert_saved(self.run_python("program", "0:4", "-j", 2, "-q", "--discard"), 4)

    def test_programs_of_a_worker_that_is_replaced_end_by_themselves(self):
        self.assert_saved(
            self.run_python("program", "0:4", "-j", 1, "--recycle", 1, "-q", "--discard"), 4)

    def test_background_processes_of_jobs_end_by_themselves(self):
        self.assert_saved(self.run_shell(SAVES, "0:4", "-j", 2, "-q", "--discard"), 4)

    def test_what_does_not_end_is_terminated(self):
        runs = {
            "3 processes that the worker had started and not waited for still ran after 5 s: "
            "ended by SIGTERM, of which 1 had to be killed":
                self.start(*self.python("endless"), "--range", "0:1", "-j", 1, "-q", "--discard"),
            "1 process that the worker had started and not waited for still ran after 5 s: "
            "ended by SIGTERM\n":
                self.start("--shell", ESCAPES, "--range", "0:1", "-j", 1, "-q", "--discard"),
        }
        for line, process in runs.items():
            out, err = process.communicate(timeout=run_test.PATIENCE)
            self.assertEqual(process.returncode, ALL_SUCCEEDED)
            self.assertIn("[worker 1] poolscope: " + line, err.decode())
            self.assertEqual(err.count(b"\n"), 1, err)
        self.assert_nothing_left_at_once()


    def test_an_interrupt_while_they_are_awaited_loses_no_values(self):
        job = "sleep 1000000 & echo $PPID >> workers; echo $1"
        process = self.start("--shell", job, "--range", "0:3", "-j", 1, "-q", "-o", "out.txt")
        self.until(lambda: self.path("workers").exists()
                   and self.path("workers").read_text().count("\n") == 3, "all jobs have run")
        worker = pathlib.Path("/proc", self.path("workers").read_text().split()[0])
        self.until(lambda: not worker.exists(), "the worker has ended")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), ALL_SUCCEEDED)
        self.assertEqual(self.path("out.txt").read_text(), "0\n1\n2\n")
        self.assert_nothing_left_at_once()


class Killed(LeftoversTest):
    """Orphans in a session of their own end with what started them."""

    def test_of_a_worker_that_took_too_long(self):
        done = self.run_python("hangs", "0:1", "-j", 1, "--timeout", 5, "-q", "--discard")
        self.assert_status(done, SOME_FAILED)
        self.assertTrue(self.path("started").exists())
        self.assert_nothing_left_at_once()

    def test_of_a_worker_that_died(self):
        done = self.run_python("dies", "0:1", "-j", 1, "-q", "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        [line] = run_test.read_jsonl(self.path("out.jsonl"))
        self.assertEqual((line["failure"]["kind"], line["failure"]["signal"]),
                         ("quarantined", signal.SIGKILL))
        self.assert_nothing_left_at_once()

    def test_of_a_job_that_took_too_long_and_of_no_other(self):
        self.path("orphan.sh").write_text("echo $$ > session; exec sleep 1000000\n")
        escapes = ESCAPES.replace("sleep 1000000", "sh orphan.sh")
        script = f"""
            if [ "$1" = 0 ]; then {SAVES}
            elif [ "$1" = 1 ]; then
                {escapes}; until [ -s session ]; do sleep 0.01; done; sleep 1000000
            else
                for i in $(seq 40); do
                    pgrep -s "$(cat session)" > /dev/null || {{ echo gone; exit; }}
                    sleep 0.1
                done
                echo there
            fi"""
        done = self.run_shell(script, "0:3", "-j", 1, "--timeout", 5, "-q", "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        outcomes = run_test.read_jsonl(self.path("out.jsonl"))
        self.assertEqual(outcomes[1]["failure"]["kind"], "timeout")
        self.assertRegex(self.path("session").read_text(), r"^[0-9]+\n$")
        self.assertEqual(outcomes[2].get("value"), "gone")
        self.assertTrue(self.path("saved.0").exists())
        self.assert_nothing_left_at_once()

    def test_of_a_filter_that_took_too_long(self):
        self.path("filter.sh").write_text(f"read line; {ESCAPES}; sleep 1000000\n")
        done = self.program("run", "--filter", "sh filter.sh", "--range", "0:1", "-j", 1,
                            "--timeout", 5, "-q", "--discard")
        self.assert_status(done, SOME_FAILED)
        self.assertTrue(self.path("started").exists())
        self.assert_nothing_left_at_once()

    def assert_shared_memory_is_removed(self, *task):
        process = self.start(*task, "--range", "0:1", "-j", 1, "-q", "--discard")
        self.until(self.path("name").exists, "there is some")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertFalse(pathlib.Path("/dev/shm", self.path("name").read_text()).exists())
        self.assert_nothing_left_at_once()

    def test_shared_memory_of_a_worker_is_removed(self):
        self.assert_shared_memory_is_removed(*self.python("leaves_shared_memory"))

    def test_shared_memory_of_a_job_is_removed(self):
        self.path("job.py").write_text("import tasks; tasks.leaves_shared_memory(0)\n")
        self.assert_shared_memory_is_removed("--command", f"{sys.executable} job.py {{}}")

    def test_of_a_job_that_kills_its_group(self):
        done = self.run_shell(f"{ESCAPES}; kill -9 0", "0:1", "-j", 1, "-q", "--discard")
        self.assert_status(done, SOME_FAILED)
        self.assertTrue(self.path("started").exists())
        self.assert_nothing_left_at_once()

    def test_of_a_keeper_that_is_killed(self):
        job = "sleep 1000000 & [ -e killed ] || { touch killed; kill -9 $(ps -o ppid= $PPID); }; wait"
        process = self.start("--shell", job, "--range", "0:1", "-j", 1, "-q", "--discard")
        self.until(self.path("killed").exists, "the keeper is killed")
        self.until(lambda: len(self.sleeps()) == 1, "that of the second attempt alone sleeps")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assert_nothing_left()

    def sleeps(self):
        names = [pathlib.Path("/proc", str(pid), "comm") for pid in run_test.processes(self.mark)]
        return [name for name in names if name.exists() and name.read_text() == "sleep\n"]

    def test_of_a_job_that_dies(self):
        job = f"""if [ $1 = 0 ]; then {ESCAPES}; kill -9 $$; fi
            for i in $(seq 40); do
                pgrep -f '^sleep 1000123' > /dev/null || {{ echo gone; exit; }}
                sleep 0.1
            done"""
        job = job.replace("setsid sleep 1000000", "setsid sleep 1000123")
        done = self.run_shell(job, "0:2", "-j", 1, "-q", "-o", "out.jsonl")
        self.assert_status(done, SOME_FAILED)
        self.assertTrue(self.path("started").exists())
        outcomes = run_test.read_jsonl(self.path("out.jsonl"))
        self.assertEqual(outcomes[0]["failure"]["kind"], "signal")
        self.assertEqual(outcomes[1]["value"], "gone")

    def started(self, *task):
        self.path("started").unlink(missing_ok=True)
        process = self.start(*task, "--range", "0:2", "-j", 2, "-q", "--discard")
        self.until(self.path("started").exists, "the orphan has started")
        return process

    TASKS = ["--shell", ESCAPES + "; sleep 1000000"], "hangs"

    def test_of_a_run_that_is_interrupted(self):
        for task in self.TASKS:
            with self.subTest(task=task):
                process = self.started(*(self.python(task) if task == "hangs" else task))
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
                self.assert_nothing_left_at_once()

    def test_of_a_program_that_is_killed(self):
        for task in self.TASKS:
            with self.subTest(task=task):
                process = self.started(*(self.python(task) if task == "hangs" else task))
                process.kill()
                process.wait()
                self.assert_nothing_left()


class WhileItRuns(LeftoversTest):
    """What has ended is reaped, however long the program of the worker runs."""

    ORPHAN = "(true & echo $! >> pids)"

    def zombies(self):
        pids = self.path("pids").read_text().split() if self.path("pids").exists() else []
        return len(pids), [pid for pid in pids if pathlib.Path("/proc", pid).exists()]

    def assert_reaped(self, *task):
        process = self.start(*task, "--range", "0:50", "-j", 1, "-q", "--discard")
        self.until(lambda: self.zombies()[0] >= 50, "all orphans have started")
        self.until(lambda: not self.zombies()[1], "all are reaped")
        self.path("go").touch()
        self.assertEqual(process.wait(run_test.PATIENCE), ALL_SUCCEEDED)

    def test_by_a_job(self):
        self.assert_reaped(
            "--shell", f"[ $1 = 0 ] || exit 0; for i in $(seq 50); do {self.ORPHAN}; done; "
            "while [ ! -e go ]; do sleep 0.01; done")

    def test_by_a_filter(self):
        self.path("filter.sh").write_text(
            f"while read line; do {self.ORPHAN}; [ $line != 49 ] || "
            "while [ ! -e go ]; do sleep 0.01; done; echo $line; done\n")
        self.assert_reaped("--filter", "sh filter.sh")


class Session(LeftoversTest):
    def in_each_worker(self, function):
        for start in "spawn", "fork":
            with self.subTest(start=start):
                yield self.run_python(function, "0:1", "-j", 1, "-q", "--start", start)

    def test_a_worker_leads_none_but_may(self):
        for done in self.in_each_worker("leads"):
            self.assert_values(done, ['[false,false,"no terminal",true]'])

    def test_a_worker_may_lead_a_group(self):
        for done in self.in_each_worker("leads_a_group"):
            self.assert_values(done, ["true"])


if __name__ == "__main__":
    unittest.main()
