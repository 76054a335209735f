#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what watching costs: overhead.py [--pairs N] [--python PYTHON] [CASE...]

Each case runs watched and unwatched in turn. It prints CPU time of all processes and it/s of both,
as medians, and the ratio that the case is about: the median over the pairs.
"""

import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

import ring_reader

HOOK = pathlib.Path(__file__).resolve().parents[2] / "resources/python/watch"

HEAD = """
import math, sys, time
def task(x):
    return math.sqrt(x)
def slow(x):
    time.sleep(0.001)
    return x
def main():
    begun = time.perf_counter()
    number = run()
    print(number / (time.perf_counter() - begun))
"""
TAIL = """
if __name__ == "__main__":
    main()
"""

# Each case: its measure, the ratio that it may reach, and its program.
CASES = {
    "multiprocess imap 1": ("cpu", 1.05, """
        import multiprocess
        def run():
            with multiprocess.Pool(2) as pool:
                return sum(1 for _ in pool.imap(task, range(5000)))
        """),
    "imap 1": ("cpu", 1.15, """
        import multiprocessing
        def run():
            with multiprocessing.Pool(2) as pool:
                return sum(1 for _ in pool.imap(task, range(60000)))
        """),
    "imap 64": ("cpu", 1.06, """
        import multiprocessing
        def run():
            with multiprocessing.Pool(2) as pool:
                return sum(1 for _ in pool.imap(task, range(1000000), chunksize=64))
        """),
    "map 2 million": ("cpu", 1.06, """
        import multiprocessing
        def run():
            with multiprocessing.Pool(2) as pool:
                return len(pool.map(task, range(2000000)))
        """),
    "executor map 1000": ("cpu", 1.06, """
        from concurrent.futures import ProcessPoolExecutor
        def run():
            with ProcessPoolExecutor(2) as pool:
                return sum(1 for _ in pool.map(task, range(1000000), chunksize=1000))
        """),
    "joblib": ("cpu", 1.06, """
        from joblib import Parallel, delayed
        def run():
            return len(Parallel(n_jobs=2)(delayed(task)(x) for x in range(20000)))
        """),
    "executor map 1": ("rate", 0.85, """
        from concurrent.futures import ProcessPoolExecutor
        def run():
            with ProcessPoolExecutor(2) as pool:
                return sum(1 for _ in pool.map(task, range(10000)))
        """),
    "apply_async": ("rate", 0.85, """
        import multiprocessing
        def run():
            with multiprocessing.Pool(2) as pool:
                results = [pool.apply_async(task, (x,)) for x in range(30000)]
                return len([result.get() for result in results])
        """),
    "ThreadPool imap 1": ("rate", 0.75, """
        from multiprocessing.pool import ThreadPool
        def run():
            with ThreadPool(2) as pool:
                return sum(1 for _ in pool.imap(task, range(200000)))
        """),
    "ThreadPoolExecutor map": ("rate", 0.75, """
        from concurrent.futures import ThreadPoolExecutor
        def run():
            with ThreadPoolExecutor(2) as pool:
                return sum(1 for _ in pool.map(task, range(40000)))
        """),
    "1 ms imap": ("rate", 0.99, """
        import multiprocessing
        def run():
            with multiprocessing.Pool(2) as pool:
                return sum(1 for _ in pool.imap(slow, range(1000)))
        """),
    "1 ms map": ("rate", 0.99, """
        import multiprocessing
        def run():
            with multiprocessing.Pool(2) as pool:
                return len(pool.map(slow, range(1000)))
        """),
    "1 ms executor": ("rate", 0.99, """
        from concurrent.futures import ProcessPoolExecutor
        def run():
            with ProcessPoolExecutor(2) as pool:
                return sum(1 for _ in pool.map(slow, range(1000)))
        """),
    "1 ms threads": ("rate", 0.99, """
        from concurrent.futures import ThreadPoolExecutor
        def run():
            with ThreadPoolExecutor(2) as pool:
                return sum(1 for _ in pool.map(slow, range(1000)))
        """),
}  # fmt: skip

# Programs without a pool: the milliseconds that watching may add.
STARTS = {
    "start": (1.0, "pass"),
    "import multiprocessing.pool": (3.0, "import multiprocessing.pool"),
}


class Reader(threading.Thread):
    """Takes the records away, as Poolscope does, so that rings do not fill up."""

    def __init__(self, folder):
        super().__init__()
        self.folder = ring_reader.Folder(folder)
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.wait(0.05):
            for path in self.folder.path.glob("*.ring"):
                if path not in self.folder.rings:
                    self.folder.rings[path] = ring_reader.Ring(path)
            for ring in self.folder.rings.values():
                ring.skip()


def run(python, program, watched, arguments=()):
    """The program's standard output, its CPU seconds and those of its children, and its duration."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment.pop("POOLSCOPE_WATCH", None)
    folder = reader = None
    if watched:
        folder = tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        environment["PYTHONPATH"] = str(CACHE)
        environment["POOLSCOPE_WATCH"] = folder
        reader = Reader(folder)
        reader.start()
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([python, program], env=environment, stdout=subprocess.PIPE, check=True)
    took, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if watched:
        reader.stopped.set()
        reader.join()
        shutil.rmtree(folder)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout.decode(), cpu, took


def compare(python, program, pairs):
    """The CPU seconds, durations and outputs of the two, for each pair."""
    run(python, program, False), run(python, program, True)  # compiles, and fills caches
    results = []
    for number in range(pairs):
        order = (False, True) if number % 2 else (True, False)
        pair = {watched: run(python, program, watched) for watched in order}
        results.append((pair[False], pair[True]))
    return results


def measure(python, name, pairs, folder):
    kind, reach, body = CASES[name]
    program = folder / "case.py"
    program.write_text(HEAD + textwrap.dedent(body) + TAIL)
    results = compare(python, program, pairs)
    cpu = [[each[side][1] for each in results] for side in (0, 1)]
    rate = [[float(each[side][0]) for each in results] for side in (0, 1)]
    chosen = cpu if kind == "cpu" else rate
    ratios = [watched / plain for plain, watched in zip(*chosen)]
    ratio = statistics.median(ratios)
    print(
        "%-24s cpu %6.3f -> %6.3f s   %9.0f -> %9.0f it/s   %s %.3f x (%.2f to %.2f)   reach %.2f %s"
        % (
            (name,)
            + tuple(map(statistics.median, cpu))
            + tuple(map(statistics.median, rate))
            + (kind, ratio, min(ratios), max(ratios), reach)
            + ("ok" if (ratio <= reach if kind == "cpu" else ratio >= reach) else "MISSED",)
        ),
        flush=True,
    )


def measure_start(python, name, pairs, folder):
    reach, body = STARTS[name]
    program = folder / "start.py"
    program.write_text(body + "\n")
    results = compare(python, program, 5 * pairs)
    more = statistics.median(1000 * (watched[2] - plain[2]) for plain, watched in results)
    plain = statistics.median(1000 * plain[2] for plain, watched in results)
    print(
        "%-24s %.1f ms, watched %+.2f ms   reach %.0f %s"
        % (name, plain, more, reach, "ok" if more <= reach else "MISSED"),
        flush=True,
    )


parser = argparse.ArgumentParser()
parser.add_argument("--pairs", type=int, default=9)
parser.add_argument("--python", default=sys.executable)
parser.add_argument("cases", nargs="*")
options = parser.parse_args()
with tempfile.TemporaryDirectory() as temporary:
    # A copy, as Poolscope makes it: the interpreter may keep its bytecode beside it.
    CACHE = pathlib.Path(temporary) / "watch"
    shutil.copytree(HOOK, CACHE, ignore=shutil.ignore_patterns("__pycache__"))
    for case in options.cases or [*STARTS, *CASES]:
        function = measure_start if case in STARTS else measure
        function(options.python, case, options.pairs, pathlib.Path(temporary))
