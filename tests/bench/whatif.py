# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how well what-if predicts: whatif.py FOLDER-OF-PROGRAMS [--repeats N] [--scale X] [--json FILE]

Each task runs with every setting, as often as --repeats says, in turn. Each of these runs, kept in
a file, predicts the makespan of every other setting. One run on a machine that others use can take
half as long again as the next, so the error is that of the median of a setting's predictions against
the median of the other's real makespans. Settings have no more workers than there are usable cores.
Prints a line for each task, the median of all errors, and how long a million inputs take to replay.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON_TASKS = """
def spins(number):
    total = 0
    for i in range(4000):
        total += i * number
    return total


def uneven(number):
    total = 0
    for i in range(40000 if number % 50 == 7 else 1500):
        total += i * number
    return total
"""

TASKS = {  # and how many inputs
    "sqrt": (["--builtin", "sqrt"], 40_000),
    "collatz": (["--builtin", "collatz"], 400_000),
    "sha256": (["--builtin", "sha256"], 200_000),
    "is_prime": (["--builtin", "is_prime"], 400_000),
    "heavy_tail": (["--builtin", "heavy_tail"], 2_000),
    "sleep_ms:1": (["--builtin", "sleep_ms:1"], 600),
    "Python, 0.2 ms": (["--python", "tasks.py:spins"], 3_000),
    "Python, uneven": (["--python", "tasks.py:uneven"], 3_000),
    "command true": (["--command", "true {}"], 600),
}
CHUNKS = ("1", "16", "auto")
TIMEOUT = 600


def settings():
    workers = [count for count in (1, 2) if count <= len(os.sched_getaffinity(0))]
    found = [f"{count},{chunk},auto" for count in workers for chunk in CHUNKS]
    return [*found, *(f"{count},1,1" for count in workers)]


def checked(command, **options):
    return subprocess.run(
        [str(word) for word in command], check=True, timeout=TIMEOUT, stdout=subprocess.PIPE,
        **options).stdout


class Bench:
    def __init__(self, programs, folder, scale):
        self.programs = programs
        self.folder = folder
        self.scale = scale
        (folder / "tasks.py").write_text(PYTHON_TASKS, encoding="utf-8")

    def run(self, task, setting, name):
        """One real run, kept under the name; returns its makespan in seconds."""
        options, count = TASKS[task]
        workers, chunk, window = setting.split(",")
        kept = self.folder / name
        checked([
            self.programs / "poolscope", "run", *options, "--range",
            f"1:{1 + max(10, int(count * self.scale))}", "-j", workers, "--chunk", chunk,
            "--window", window, "--discard", "-q", "--save", kept, "--overwrite",
        ], cwd=self.folder)
        info = json.loads(checked([self.programs / "poolscope", "info", kept, "--json"]))
        return info["makespan_s"]

    def predictions(self, name, wanted):
        told = json.loads(checked(
            [self.programs / "whatif_bench", "predict", self.folder / name, *wanted]))
        return {one["setting"]: one["makespan_s"] for one in told["predictions"]}

    def errors(self, task, repeats):
        """(source, setting, real, predicted) for every pair."""
        wanted = settings()
        makespans = {setting: [] for setting in wanted}
        predicted = {(source, setting): [] for source in wanted for setting in wanted}
        for _ in range(repeats):
            for source in wanted:
                makespans[source].append(self.run(task, source, "run.poolscope"))
                for setting, makespan in self.predictions("run.poolscope", wanted).items():
                    predicted[source, setting].append(makespan)
        return [
            (source, setting, statistics.median(makespans[setting]),
             statistics.median(predicted[source, setting]))
            for source in wanted for setting in wanted if source != setting
        ]


def error(row):
    _, _, real, predicted = row
    return abs(predicted - real) / real


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1, help="of the numbers of inputs")
    parser.add_argument("--task", action="append", choices=list(TASKS), help="this one alone")
    parser.add_argument("--json", type=Path, help="write every pair there")
    arguments = parser.parse_args()
    every = {}
    with tempfile.TemporaryDirectory(prefix="poolscope-whatif-") as folder:
        bench = Bench(arguments.programs.resolve(), Path(folder), arguments.scale)
        print(f"{'task':16}  median error  worst error")
        for task in arguments.task or TASKS:
            every[task] = bench.errors(task, arguments.repeats)
            errors = [error(row) for row in every[task]]
            print(f"{task:16}  {statistics.median(errors):12.1%}  {max(errors):11.1%}", flush=True)
    errors = [error(row) for rows in every.values() for row in rows]
    print(f"\nmedian error of {len(errors)} predictions: {statistics.median(errors):.1%}")
    if arguments.json:
        arguments.json.write_text(json.dumps(every, indent=1), encoding="utf-8")
    for told in json.loads(checked([arguments.programs / "whatif_bench", "speed"])):
        print(f"a million inputs with {told['setting']}: {told['replay_s']:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
