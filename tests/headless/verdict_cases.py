# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of which the cause is known, since they were made to have it.

Each has so much of its cause that a busy machine does not change it.
"""

import json
import os
import subprocess
import sys
from collections import namedtuple

TASKS = r'''
import hashlib, os, signal, threading, time
from concurrent.futures import ThreadPoolExecutor

FOLDER = os.path.dirname(os.path.abspath(__file__))


def same(number):
    return number


def burns(number):
    """Some milliseconds on a core."""
    return sum(i * i % 7 for i in range(60_000))


def reads_slowly(number):
    time.sleep(0.004)
    return number


def waits_for_a_program(number):
    return os.system("sleep 0.02")


def last_is_long(number):
    time.sleep(1.5 if number == 199 else 0.002)
    return number


def last_burns_long(number):
    for _ in range(200 if number == 99 else 1):
        burns(number)
    return number


def first_is_long(number):
    if number == 0:
        time.sleep(4)
    return number


def dies_often(number):
    if number % 4 == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def exits_often(number):
    if number % 5 == 4:
        os._exit(3)
    return number


def hangs_sometimes(number):
    if number % 25 == 24:
        time.sleep(1000)
    return number


def is_first_to_come():
    try:
        os.close(os.open(os.path.join(FOLDER, "came"), os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


IS_SLOW = None


def one_worker_is_slow(number):
    global IS_SLOW
    if IS_SLOW is None:
        IS_SLOW = is_first_to_come()
    time.sleep(0.02 if IS_SLOW else 0.004)
    return number


THREADS = None
DATA = bytes(1 << 20)


def hashes_in_threads(number):
    global THREADS
    if THREADS is None:
        THREADS = ThreadPoolExecutor(4)
    return len(list(THREADS.map(lambda _: hashlib.sha256(DATA).digest(), range(16))))
'''

SLOW_IMPORT = r'''
import time

time.sleep(1)


def task(number):
    return number
'''

Case = namedtuple("Case", "name findings arguments cores before", defaults=[None, None])


def python(function, file="verdict_tasks.py"):
    return ["--python", f"{file}:{function}", "--python-interpreter", sys.executable]


def write_tasks(folder):
    (folder / "verdict_tasks.py").write_text(TASKS)
    (folder / "slow_import.py").write_text(SLOW_IMPORT)


def run(program, folder, case):
    """Runs the case and returns its summary."""
    (folder / "came").unlink(missing_ok=True)

    def prepare():
        if case.cores:
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:case.cores])
        if case.before:
            case.before()

    done = subprocess.run(
        [program, "run", *map(str, case.arguments), "--summary", folder / "summary.json"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=prepare, timeout=120,
    )
    if done.returncode > 1:
        raise AssertionError(f"{case.name}: {done.stderr.decode()}")
    return json.loads((folder / "summary.json").read_text()), done.stderr.decode()
