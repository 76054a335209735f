# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole commands that do ordinary work, start to exit: ordinary.py PROGRAM [--repeats N] [--only WORK]

The peer of each is a script of ten lines with multiprocessing.Pool.imap, once with chunk size 1 and
once with the best of several chunk sizes. Poolscope has its default options, and runs the same task
in the same interpreter. Both write the same file, which is compared. All sides run in turn; a ratio
is the median of those of each turn, and above 1 where Poolscope is faster.
"""

import argparse
import filecmp
import platform
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = "/usr/bin/python3"
CHUNKS = (8, 32, 128, 512, 2048, 8192, 32768)

PEER = """
import multiprocessing
import sys
from work import inputs, line, task

if __name__ == "__main__":
    workers, chunk, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with multiprocessing.Pool(workers) as pool, open(output, "w") as file:
        for index, value in enumerate(pool.imap(task, inputs(), chunk)):
            file.write(line(index, value))
"""

PLAIN = 'def line(index, value):\n    return "%s\\n" % (value,)\n'
JSON = ('import json\ndef line(index, value):\n'
        '    value = json.dumps(value, separators=(",", ":"))\n'
        '    return \'{"index": %d, "value": %s}\\n\' % (index, value)\n')


class Work:
    """What both sides do: a Python file with task(), inputs() and line(), and Poolscope's input."""

    def __init__(self, what, text, inputs, wanted, workers=2, output="txt", options=(), files=None):
        self.what = what
        self.text = text + (JSON if output == "jsonl" else PLAIN)
        self.inputs = inputs
        self.wanted = wanted
        self.workers = workers
        self.output = output
        self.options = options
        self.files = files or {}


def numbers(count):
    return f"def inputs():\n    return range({count})\n", ("--range", f"0:{count}")


def of_range(what, task, count, wanted, **more):
    text, inputs = numbers(count)
    return Work(what, task + text, inputs, wanted, **more)


def score_rows():
    return "id,name,score\n" + "".join(
        f"{i},name{i % 1000},{i * 37 % 10007 / 100}\n" for i in range(200_000))


def word_lines():
    words = "alpha beta gamma delta epsilon zeta eta theta".split()
    return "".join(
        " ".join(words[(i * 7 + k * k) % 8] for k in range(6)) + "\n" for i in range(400_000))


SPINS = """
import time

def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass

"""

WORKS = {
    "quick": of_range("2 million quick calls", "def task(x):\n    return x * 2\n", 2_000_000, 5),
    "post": of_range(
        "5000 quick calls", "import math\ndef task(x):\n    return math.sqrt(x)\n", 5000, 1),
    "sleep": of_range(
        "2000 of 1 ms sleep, 8 workers",
        "import time\ndef task(x):\n    time.sleep(0.001)\n    return x\n", 2000, 0.92, workers=8),
    "sleep-fork": of_range(
        "2000 of 1 ms sleep, 8 workers, --start fork",
        "import time\ndef task(x):\n    time.sleep(0.001)\n    return x\n", 2000, 1, workers=8,
        options=("--start", "fork")),
    "work": of_range(
        "3000 of 1 ms work", SPINS + "def task(x):\n    spin(0.001)\n    return x\n", 3000, 1),
    "uneven": of_range(
        "2000 uneven, 0 to 3 ms",
        SPINS + "def task(x):\n    spin(x * 7919 % 2000 * 1.5e-6)\n    return x\n", 2000, 1.05),
    "texts": of_range(
        "3000 texts of 96 KB as values", "def task(x):\n    return ('%05d ' % x) * 16384\n", 3000, 2),
    "dicts": of_range(
        "200 k small dicts to JSON Lines",
        "def task(x):\n    return {'id': x, 'name': 'name %d' % x, 'even': x % 2 == 0}\n",
        200_000, 3, output="jsonl"),
    "lists": of_range(
        "5000 lists of 1000 floats",
        "def task(x):\n    return [x + i / 1000 for i in range(1000)]\n", 5000, 3, output="jsonl"),
    "words": Work(
        "words of 400 k lines",
        "import re\ndef task(line):\n    return len(re.findall(r'\\w+', line))\n"
        "def inputs():\n    return (line.rstrip('\\n') for line in open('lines.txt'))\n",
        ("--lines", "lines.txt"), 2, files={"lines.txt": word_lines}),
    "rows": Work(
        "200 k CSV rows",
        "import csv\ndef task(row):\n    return float(row['score']) * 2\n"
        "def inputs():\n    return csv.DictReader(open('rows.csv', newline=''))\n",
        ("--csv", "rows.csv"), 2.5, files={"rows.csv": score_rows}),
}


def seconds(command, folder):
    begin = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    elapsed = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr.decode(errors='replace')}")
    return elapsed


class Bench:
    def __init__(self, program, work, folder):
        self.program = os.path.abspath(program)
        self.work = work
        self.folder = Path(folder)
        (self.folder / "work.py").write_text(work.text)
        (self.folder / "peer.py").write_text(PEER)
        for name, text in work.files.items():
            (self.folder / name).write_text(text())

    def ours(self):
        output = self.folder / f"ours.{self.work.output}"
        output.unlink(missing_ok=True)
        return seconds(
            [self.program, "run", "--python", "work.py:task", "--python-interpreter", PYTHON,
             *self.work.inputs, "-j", self.work.workers, *self.work.options, "-o", output.name],
            self.folder)

    def peer(self, chunk):
        (self.folder / "peer").unlink(missing_ok=True)
        return seconds([PYTHON, "peer.py", self.work.workers, chunk, "peer"], self.folder)

    def check(self):
        ours = self.folder / f"ours.{self.work.output}"
        if not filecmp.cmp(ours, self.folder / "peer", shallow=False):
            sys.exit(f"{self.work.what}: the sides write different files, in {self.folder}")

    def best_chunk(self):
        return min(CHUNKS, key=self.peer)

    def measure(self, repeats):
        """The ratios against chunk 1 and against the best chunk, and that chunk."""
        best = self.best_chunk()
        against_one, against_best, ours = [], [], []
        for _ in range(repeats):
            own, single, chunked = self.ours(), self.peer(1), self.peer(best)
            ours.append(own)
            against_one.append(single / own)
            against_best.append(chunked / own)
            self.check()
        print(f"{self.work.what}: {' '.join(f'{ratio:.2f}' for ratio in sorted(against_best))}",
              file=sys.stderr, flush=True)
        return (statistics.median(ours), statistics.median(against_one),
                statistics.median(against_best), best)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/ordinary", description=__doc__)
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=5, help="how often each side runs (5)")
    parser.add_argument("--only", metavar="WORK", action="append", choices=WORKS,
                        help=f"this work only; repeatable: {', '.join(WORKS)}")
    arguments = parser.parse_args()
    print(f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
          f"medians of {arguments.repeats}")
    print("| work | Poolscope | against chunk 1 | against the best chunk | wanted |")
    print("| --- | --- | --- | --- | --- |")
    for name in arguments.only or WORKS:
        work = WORKS[name]
        with tempfile.TemporaryDirectory(prefix="poolscope-bench-") as folder:
            own, single, chunked, best = Bench(arguments.program, work, folder).measure(
                arguments.repeats)
        print(f"| {work.what} | {own:.2f} s | {single:.2f} x | {chunked:.2f} x (chunk {best}) "
              f"| {work.wanted} x |", flush=True)


if __name__ == "__main__":
    main()
