#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills what can be killed, at random, in real runs, and looks whether anything was lost.

    faults.py workers KILLS     SIGKILL to random workers of one run
    faults.py program KILLS     SIGKILL to the program at random moments, each followed by a resume
    faults.py disk TIMES        a disk that fills in mid-run, and is given room again

Each prints `survived N of N` and exits with 0, or says what went wrong and exits with 1. A disk
takes the right to mount one, in a namespace of its own if need be; without it, it exits with 77.
POOLSCOPE names the program to test; --seed repeats a sequence of random moments.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PROGRAM = os.environ.get("POOLSCOPE", "poolscope")
PATIENCE = 180  # seconds until a condition that must come true counts as one that never does
MAY_RUN_AGAIN = 0.5  # seconds before a kill, within which an outcome may not be in the run file yet
OUTLIVES = 0.1  # seconds for which a worker may still be at its input when the program is dead
SKIPPED = 77

# Each call of a task is written down with the time of its end, in one write that no kill can tear.
TASK = '''
import os, time

CALLS = os.open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "calls"),
                os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)


def work(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def counted(number):
    work(SECONDS)
    os.write(CALLS, b"%d %d\\n" % (number, time.monotonic_ns()))
    return number * number + 1
'''


class Lost(Exception):
    """Something that was promised does not hold."""


class CannotMount(Exception):
    """A disk cannot be had here."""


def require(condition, what):
    if not condition:
        raise Lost(what)


class Folder:
    """A folder with the task in it."""

    def __init__(self, path, seconds):
        self.path = Path(path)
        self.calls = self.path / "calls"
        (self.path / "task.py").write_text(TASK.replace("SECONDS", str(seconds)))

    def start(self, *arguments):
        command = [PROGRAM, *map(str, arguments), "-q"]
        with open(self.path / "errors", "ab") as errors:
            return subprocess.Popen(
                command, cwd=self.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors)

    def task(self, inputs):
        return "--python", "task.py:counted", "--range", f"0:{inputs}"

    def errors(self):
        return (self.path / "errors").read_text("utf-8", "replace")

    def wait_for_calls(self, count, process):
        """Until so many more calls have ended, or the process has; a few more or less."""
        line = len("100000 1000000000000000\n")
        size = lambda: self.calls.stat().st_size if self.calls.exists() else 0
        wanted = size() + count * line
        deadline = time.monotonic() + PATIENCE
        while size() < wanted and process.poll() is None:
            require(time.monotonic() < deadline, f"no progress: {self.errors()[-2000:]}")
            time.sleep(0.0005)

    def finished_calls(self):
        """(index, seconds of the monotonic clock) of every call that came to its end."""
        with open(self.calls) as lines:
            for line in lines:
                number, nanoseconds = line.split()
                yield int(number), int(nanoseconds) / 1e9

    def expect_every_value(self, name, inputs):
        """Every index has one outcome, and it is the plain loop's."""
        seen = Counter()
        with open(self.path / name) as lines:
            for line in lines:
                outcome = json.loads(line)
                index = outcome["index"]
                seen[index] += 1
                require(outcome.get("value") == index * index + 1, f"wrong outcome: {line.strip()}")
        twice = [index for index, count in seen.items() if count > 1]
        require(not twice, f"more than one outcome: {twice[:10]}")
        require(len(seen) == inputs, f"{inputs - len(seen)} of {inputs} inputs have no outcome")


def wait_until(condition, what, process=None):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        require(time.monotonic() < deadline, f"waited {PATIENCE} s in vain: {what}")
        require(process is None or process.poll() is None, f"the program ended: {what}")
        time.sleep(0.001)


def children_of(pid):
    found = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return found


def workers_of(program):
    """The workers, each of which is its keeper's first child."""
    return [pid for keeper in children_of(program) for pid in children_of(keeper)[:1]]


def end_status(process):
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Lost("the program does not end") from None


# ---------------------------------------------------------------------------------------- workers


def kill_workers(kills, chance):
    """A kill for every 200 inputs, at random moments, mostly of workers at work."""
    inputs = 200 * kills
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path, 0.0003)
        # A kill hits an input that is just tried again now and then; retries tell it from one that
        # kills its worker by itself.
        run = folder.start(
            "run", *folder.task(inputs), "-j", 3, "--retries", 10, "-o", "values.jsonl",
            "--summary", "summary.json")
        killed = 0
        while killed < kills and run.poll() is None:
            folder.wait_for_calls(chance.randrange(200), run)
            workers = workers_of(run.pid)
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), signal.SIGKILL)
                    killed += 1
        status = end_status(run)
        require(status == 0, f"exit status {status}: {folder.errors()[-2000:]}")
        require(killed == kills, f"the run ended after {killed} of {kills} kills")
        folder.expect_every_value("values.jsonl", inputs)
        summary = json.loads((folder.path / "summary.json").read_text())
        require(summary["succeeded"] == inputs, f"the summary disagrees: {summary}")
        return killed


# ---------------------------------------------------------------------------------------- program


def kill_program(kills, chance):
    inputs = 1200 * kills  # more than can be done until the last kill
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path, 0.001)
        command = ["run", *folder.task(inputs), "-j", 2, "--save", "run.poolscope"]
        moments = []
        while True:
            process = folder.start(*command, "-o", "values.jsonl")
            command = ["resume", "run.poolscope"]
            if len(moments) == kills:
                break
            wait_until((folder.path / "run.poolscope").exists, "the run file", process)
            time.sleep(chance.uniform(0, 0.6))
            if process.poll() is not None:
                break
            process.kill()
            moments.append(time.monotonic())
            process.wait()
        status = end_status(process)
        require(status == 0, f"exit status {status}: {folder.errors()[-2000:]}")
        require(len(moments) == kills, f"the run ended after {len(moments)} of {kills} kills")
        folder.expect_every_value("values.jsonl", inputs)
        expect_no_late_repeats(folder, moments)
        return len(moments)


def expect_no_late_repeats(folder, moments):
    """What ran twice had ended so shortly before a kill that the run file need not know it."""
    ends = {}
    for index, end in folder.finished_calls():
        before = ends.get(index)
        ends[index] = end
        if before is None:
            continue
        since = [kill - before for kill in moments if kill - before >= -OUTLIVES]
        require(since and min(since) <= MAY_RUN_AGAIN,
                f"input {index} ran again, though it had ended "
                + (f"{min(since):.3f} s before the kill" if since else "after the last kill"))


# ------------------------------------------------------------------------------------------- disk


@contextlib.contextmanager
def small_disk(path, megabytes):
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    mounted = subprocess.run(mount, capture_output=True, text=True)
    if mounted.returncode != 0:
        raise CannotMount(mounted.stderr.strip())
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path):
    """Takes what is left of the disk; gives the file that took it."""
    filler = path / "filler"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def mount_as_root_of_namespace():
    """Goes on as a process that may mount, if there is a way; it returns only if there is none."""
    asked = ["unshare", "--user", "--map-root-user", "--mount"]
    may = subprocess.run([*asked, "true"], capture_output=True).returncode == 0
    if may and "POOLSCOPE_MOUNTS" not in os.environ:
        os.environ["POOLSCOPE_MOUNTS"] = "1"
        os.execvp(asked[0], [*asked, sys.executable, "-B", *sys.argv])


def fill_disk(times, _):
    inputs = 1500 * times
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path, 0.001)
        with small_disk(folder.path / "disk", 8) as disk:
            run = folder.start(
                "run", *folder.task(inputs), "-j", 2, "--save", "disk/run.poolscope", "-o",
                "values.jsonl")
            wait_until((disk / "run.poolscope").exists, "the run file", run)
            for time_ in range(1, times + 1):
                filler = fill(disk)
                wait_until(lambda: folder.errors().count("No space left on device") >= time_,
                           "that the run says the disk is full", run)
                time.sleep(0.1)
                filler.unlink()
                wait_until(lambda: folder.errors().count("continues") >= time_,
                           "that the run reports that it continues", run)
            status = end_status(run)
            require(status == 0, f"exit status {status}: {folder.errors()[-2000:]}")
            folder.expect_every_value("values.jsonl", inputs)
            calls = Counter(index for index, _ in folder.finished_calls())
            require(max(calls.values()) == 1, "an input ran twice")
            export = folder.start("export", "disk/run.poolscope", "-o", "again.jsonl")
            require(end_status(export) == 0, folder.errors()[-2000:])
            folder.expect_every_value("again.jsonl", inputs)
        return times


def main():
    faults = {"workers": kill_workers, "program": kill_program, "disk": fill_disk}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fault", choices=faults)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    try:
        survived = faults[arguments.fault](arguments.count, random.Random(arguments.seed))
    except CannotMount as why:
        mount_as_root_of_namespace()
        print(f"faults.py: skipped: no disk can be mounted here: {why}", file=sys.stderr)
        return SKIPPED
    except Lost as lost:
        print(f"faults.py: {arguments.fault}: {lost} (--seed {arguments.seed})", file=sys.stderr)
        return 1
    print(f"{arguments.fault}: survived {survived} of {arguments.count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
