# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what Poolscope must reach, each row beside its peer, and prints a table of medians.

Both sides of a row run in turn, as often as --repeats says. A rate is iterations per second from
the first dispatch to the last outcome, of a pool that stands; rates are compared where a slow peer
is given fewer inputs. Both sides keep their results in order, Poolscope in a column and pools in a
list. Commands and filters keep nothing. Start-up is the time from start to exit. Memory is the peak
of the program alone, as /proc tells it while it runs; its workers' is shown beside it. What further
workers take is the proportional size (PSS) of the program and all processes that it has started.

The window is measured from inside, by window_bench, on a screen of Xvfb's. Its event loop is blocked
for as long as it is from one beat of a timer to the next. A repaint is what one chart takes to
take in what is new and to paint it; the row has the slowest chart while it follows the run, is
zoomed and is panned.
"""

import argparse
import contextlib
import json
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path

import balance
import textwork

HERE = Path(__file__).resolve().parent
SQRT = HERE.parents[1] / "resources" / "examples" / "sqrt.py"
PYTHON = "/usr/bin/python3"
PYTHON_SQRT = ("--python", f"{SQRT}:task", "--python-interpreter", PYTHON, "-j", "2")
FAILING = """
import os, signal, time

def raises(number):
    time.sleep(0.001)
    if number % 100 == 50:
        raise ValueError(number)

def crashes(number):
    time.sleep(0.001)
    if number % 100 == 50:
        os.kill(os.getpid(), signal.SIGKILL)
"""
MEGABYTE = 1_000_000
SLEEP_OVERHEAD = 1.2e-4  # seconds by which a sleep and what goes with it are longer than asked for
TIMEOUT = 900


class Failed(Exception):
    """A side of a row could not be measured."""


# --- The sides: each measures once, and returns one number -----------------------------------------


class Bench:
    """The program to measure, a folder to work in, and a factor for the numbers of inputs."""

    def __init__(self, program, folder, scale, screen):
        self.program = program
        self.folder = folder
        self.scale = scale
        self.screen = screen

    def count(self, inputs):
        return max(100, int(inputs * self.scale))

    def run(self, count, *options, watch=None):
        """One run of the program over so many inputs; returns its summary."""
        summary = self.folder / "summary.json"
        summary.unlink(missing_ok=True)
        command = [self.program, "run", *options, "--summary", summary]
        finish(command, watch)
        told = json.loads(summary.read_text("utf-8"))
        if told["succeeded"] != count:
            raise Failed(f"{told['succeeded']} of {count} inputs have a value: {command}")
        return told

    def rate(self, inputs, *options, kept=("-o", "out.npy")):
        """With its results kept in memory, in order; they are written to the file afterwards."""
        count = self.count(inputs)
        kept = [self.folder / word if word == "out.npy" else word for word in kept]
        return self.run(count, "--range", f"0:{count}", *kept, *options)["rate"]

    def builtin(self, inputs, workers, *options):
        return self.rate(inputs, "--builtin", "sqrt", "-j", str(workers), *options)

    def python(self, inputs):
        return self.rate(inputs, *PYTHON_SQRT)

    def failing(self, function, inputs):
        """The makespan of a Python task of 1 ms that fails, in one way or another, on 1%."""
        tasks = self.folder / "failing.py"
        tasks.write_text(FAILING)
        count = self.count(inputs)
        summary = self.folder / "summary.json"
        command = [self.program, "run", "--python", f"{tasks}:{function}", "--python-interpreter",
                   PYTHON, "-j", "2", "--range", f"0:{count}", "--discard", "--summary", summary]
        subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        told = json.loads(summary.read_text("utf-8"))
        wanted = len(range(50, count, 100))
        if (told["failed"], told["succeeded"]) != (wanted, count - wanted):
            raise Failed(f"{told['failed']} of {wanted} failed: {command}")
        return told

    def crashing(self, inputs):
        return self.failing("crashes", inputs)["rate"]

    def raising_and_starting(self, inputs):
        """The rate with plain failures, if each of the crashes had cost one worker's start."""
        told = self.failing("raises", inputs)
        one = self.seconds(self.program, "run", *PYTHON_SQRT[:-2], "-j", "1", "--range", "0:1")
        bare = self.seconds(
            self.program, "run", "--builtin", "sqrt", "-j", "1", "--range", "0:1")
        deaths = 2 * told["failed"]
        return told["tasks"] / (told["makespan_s"] + deaths * (one - bare) / 2)

    def sleeping(self, costs, workers, chunk):
        """A run of inputs that sleep so long; its summary."""
        tasks = self.folder / "sleeping.py"
        tasks.write_text(balance.TASK)
        (self.folder / "costs").write_bytes(array("d", costs).tobytes())
        return self.run(
            len(costs), "--python", f"{tasks}:sleeps", "--python-interpreter", PYTHON, "--range",
            f"0:{len(costs)}", "-j", str(workers), "--chunk", chunk, "--discard")

    def imbalance(self, shape):
        """The worst of some pools' makespans, as a multiple of that of greedy scheduling."""
        costs = balance.SHAPES[shape]()
        worst = 0
        for workers in 2, 4, 8, 32:
            for chunk in "auto", "1":
                told = self.sleeping(costs, workers, chunk)
                ready = [worker["seconds"]["starting"]
                         for worker in told["accounting"]["by_worker"]]
                ideal = balance.greedy(costs, ready, SLEEP_OVERHEAD)
                note(f"    {workers} workers, chunk {chunk}: {told['makespan_s'] / ideal:.3f} x")
                worst = max(worst, told["makespan_s"] / ideal)
        return worst

    def peer(self, name, inputs, *chunk):
        command = [PYTHON, "-B", HERE / "peers.py", name, str(self.count(inputs)), *map(str, chunk)]
        return float(output_of(command))

    def roots(self, inputs, workers):
        """Square roots in a .npy: inputs a second, start to exit."""
        count = self.count(inputs)
        (self.folder / "out.npy").unlink(missing_ok=True)
        return count / self.seconds(
            self.program, "run", "--builtin", "sqrt", "--range", f"0:{count}", "-j", str(workers),
            "-q", "-o", self.folder / "out.npy")

    def plain_loop(self, how, inputs):
        """The same of a C++ program of one loop."""
        program = self.folder / "plain_loop"
        if not program.exists():
            output_of(["g++", "-O2", "-std=c++20", HERE / "plain_loop.cpp", "-o", program])
        count = self.count(inputs)
        (self.folder / "plain.npy").unlink(missing_ok=True)
        return count / self.seconds(program, how, str(count), self.folder / "plain.npy")

    def numpy_roots(self, inputs):
        count = self.count(inputs)
        (self.folder / "numpy.npy").unlink(missing_ok=True)
        return count / self.seconds(
            PYTHON, "-c", "import sys, numpy; "
            "numpy.save(sys.argv[1], numpy.sqrt(numpy.arange(int(sys.argv[2]))))",
            self.folder / "numpy.npy", str(count))

    def seconds(self, *command):
        """From start to exit, with standard output into a file."""
        with open(self.folder / "output", "wb") as output:
            begin = time.perf_counter()
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE)
            elapsed = time.perf_counter() - begin
        require(done.returncode == 0, command, done.stderr)
        return elapsed

    def save(self):
        return "--save", self.folder / "run.poolscope", "--overwrite"

    def millisecond_task(self, inputs, *options):
        """A Python task that computes for a millisecond."""
        task = self.folder / "millisecond.py"
        task.write_text("import time\n\n\ndef task(x):\n    end = time.perf_counter() + 0.001\n"
                        "    while time.perf_counter() < end:\n        pass\n    return x\n")
        return self.rate(
            inputs, "--python", f"{task}:task", "--python-interpreter", PYTHON, "-j", "2", *options)

    def longer(self, inputs, *options):
        """Seconds by which a run takes longer, start to exit, than one that keeps nothing."""
        command = (self.program, "run", "--builtin", "sqrt", "--range", f"0:{self.count(inputs)}",
                   "-j", "2", "-q")
        nothing = self.seconds(*command, "--discard")
        return self.seconds(*command, *options) - nothing

    def commands(self, inputs):
        """A process for each input."""
        return self.rate(inputs, "--command", "true {}", "-j", "2", kept=("--discard",))

    def xargs(self, inputs):
        """The same by xargs; the rate from its start to its end."""
        count = self.count(inputs)
        numbers = "\n".join(map(str, range(count))).encode()
        begin = time.perf_counter()
        done = subprocess.run(["xargs", "-P2", "-n1", "true"], input=numbers, stderr=subprocess.PIPE)
        elapsed = time.perf_counter() - begin
        require(done.returncode == 0, ["xargs"], done.stderr)
        return count / elapsed

    def filtered(self, command, inputs):
        """A line filter, of two workers."""
        return self.rate(inputs, "--filter", command, "-j", "2", kept=("--discard",))

    def filter_alone(self, command, inputs):
        """What the filter does with all lines at once."""
        count = self.count(inputs)
        numbers = "".join(f"{number}\n" for number in range(count)).encode()
        begin = time.perf_counter()
        done = subprocess.run(command, input=numbers, stdout=subprocess.DEVNULL, check=True)
        elapsed = time.perf_counter() - begin
        require(done.returncode == 0, command, b"")
        return count / elapsed

    def spans_memory(self, *options):
        watch = PeakMemory()
        finish([self.program, "run", "--builtin", "sqrt", "--range",
                f"0:{self.count(10_000_000)}", "--chunk", "1", "-j", "2", "--discard", *options],
               watch)
        return watch.result()

    def text_memory(self):
        count = self.count(1_000_000)
        text = self.folder / "lines.txt"
        if not text.exists():
            write_text(text, count)
        watch = PeakMemory()
        self.run(
            count, "--python", f"{SQRT}:word_count", "--python-interpreter", PYTHON,
            "--lines", text, "-j", "2", "-o", self.folder / "out.npy", watch=watch)
        return watch.result()


    def text_file(self, task, inputs):
        """The options that give the task's inputs, and the file."""
        option, write = (
            ("--csv", textwork.write_rows) if task == "score" else ("--lines", textwork.write_lines))
        file = self.folder / f"{option[2:]}-{inputs}"
        if not file.exists():
            write(file, self.count(inputs))
        return option, file

    def text_work(self, task, inputs):
        return self.run(
            self.count(inputs), "--python", f"{HERE / 'textwork.py'}:{task}",
            "--python-interpreter", PYTHON, *self.text_file(task, inputs), "-j", "2",
            "-o", self.folder / "out.npy")["rate"]

    def text_loop(self, task, inputs):
        _, file = self.text_file(task, inputs)
        return float(output_of([PYTHON, "-B", HERE / "textwork.py", task, file]))

    def copies(self, workers, task="task", inputs=5_000):
        """The command that starts copies of a process that has loaded pandas."""
        (self.folder / "loads.py").write_text(
            "import math\nimport time\n\nimport pandas\n\n\ndef task(x):\n    return math.sqrt(x)\n"
            "\n\ndef sleeps(x):\n    time.sleep(1e6)\n")
        return [
            self.program, "run", "--python", f"{self.folder / 'loads.py'}:{task}",
            "--python-interpreter", PYTHON, "--start", "fork", "-j", str(workers), "--range",
            f"0:{inputs}", "-q", "-o", self.folder / "copies.txt"]

    def forks(self, workers):
        """The same by a pool that forks."""
        (self.folder / "forks.py").write_text(
            "import multiprocessing\nfrom loads import task\n\n"
            f"with multiprocessing.Pool({workers}) as pool, open({str(self.folder / 'forks.txt')!r}, 'w')"
            " as file:\n"
            "    for value in pool.imap(task, range(5000), 64):\n        print(value, file=file)\n")
        return self.seconds(PYTHON, "-B", self.folder / "forks.py")

    def memory_of_copies(self, workers):
        """The sum of PSS while all of them are at work."""
        process = subprocess.Popen(
            self.copies(workers, "sleeps", workers), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            taken, before = 0, None
            while before is None or abs(taken - before) > MEGABYTE / 10:  # until all have started
                time.sleep(1)
                family = family_of(process.pid)
                before, taken = taken, sum(map(proportional_memory, family))
            if len(family) < 2 * workers or process.poll() is not None:
                raise Failed(f"{len(family)} processes of {workers} workers")
            return taken
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()

    def further_copy(self):
        """What each of 16 further workers takes."""
        return (self.memory_of_copies(24) - self.memory_of_copies(8)) / 16

    def opening(self, spans):
        """The CPU seconds for which a run file with so many spans is opened."""
        count = self.count(spans)
        file = self.folder / f"spans-{count}.poolscope"
        if not file.exists():
            finish([self.program, "run", "--builtin", "sqrt", "--range", f"0:{count}", "--chunk", "1",
                    "-j", "2", "--discard", "--save", file])
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output_of([self.program, "info", "--json", file])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    def window(self, *arguments):
        """What window_bench says, a dictionary for each line."""
        environment = {**os.environ, "DISPLAY": self.screen.name(), "QT_QPA_PLATFORM": "xcb",
                       "XDG_CONFIG_HOME": str(self.folder),
                       "XDG_DATA_HOME": str(self.folder)}
        said = output_of(
            [Path(self.program).with_name("window_bench"), *map(str, arguments)], environment)
        return [json.loads(line) for line in said.splitlines()]

    def live(self, inputs, *options):
        """A run in an open window."""
        count = self.count(inputs)
        [told] = self.window("live", "--range", f"0:{count}", *options)
        if told["succeeded"] != count:
            raise Failed(f"{told['succeeded']} of {count} inputs have a value: {options}")
        note(f"    {told}")
        return told

    def live_spans(self):
        return self.live(10_000_000, "--builtin", "sqrt", "--chunk", "1", "-j", "2")

    def repaint(self, lanes, figure):
        """The largest of a figure, over charts and what is done with them."""
        spans = max(5_000_000, self.count(10_000_000))
        told = self.window("repaint", lanes, spans)
        slowest = max(told, key=lambda line: line[figure])
        note(f"    {slowest}")
        return slowest[figure] / 1e3

    def window_start(self):
        [told] = self.window("start", self.program)
        return told["seconds"]


class Screen:
    """An X server without a screen, from the first time that it is asked for."""

    def __init__(self):
        self.server = None
        self.display = None

    def name(self):
        if self.server is None:
            reading, writing = os.pipe()
            self.server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24",
                 "-nolisten", "tcp"],
                pass_fds=[writing], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.close(writing)
            with open(reading, encoding="ascii") as number:
                self.display = number.readline().strip()
        if not self.display:
            raise Failed("Xvfb does not start")
        return f":{self.display}"

    def close(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()


class PeakMemory:
    """The peak resident memory of a process, and of the largest of its children."""

    def __init__(self):
        self.peaks = {}
        self.pid = None

    def look(self, pid):
        self.pid = pid
        try:
            children = Path(f"/proc/{pid}/task").glob("*/children")
            family = [pid, *(int(child) for file in children for child in file.read_text().split())]
        except OSError:  # gone meanwhile
            return
        for member in family:
            self.peaks[member] = max(self.peaks.get(member, 0), peak_memory(member))

    def result(self):
        if not self.peaks.get(self.pid):
            raise Failed("it ended before its memory could be read")
        workers = [peak for pid, peak in self.peaks.items() if pid != self.pid]
        note(f"    a worker: at most {megabytes(max(workers, default=0))}")
        return self.peaks[self.pid]


def family_of(pid):
    """A process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task").glob("*/children")
        return [pid, *(member for file in children for child in file.read_text().split()
                       for member in family_of(int(child)))]
    except OSError:  # gone meanwhile
        return []


def proportional_memory(pid):
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def peak_memory(pid):
    """VmHWM in bytes. Unlike wait4's ru_maxrss it counts no child, nor what was before exec."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def write_text(path, count):
    """Lines of about 2 KB, no two of them the same."""
    words = "wer suchet der findet und wer anklopft dem wird aufgetan ".split()
    line = " ".join(words[i % len(words)] for i in range(352))
    note(f"    writing {count} lines of {len(line)} bytes")
    with open(path, "w", encoding="utf-8") as file:
        for index in range(count):
            file.write(f"{index} {line}\n")


def finish(command, watch=None):
    """Runs a command to its end, watching its memory if asked to."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        deadline = time.monotonic() + TIMEOUT
        try:
            while watch and process.poll() is None and time.monotonic() < deadline:
                watch.look(process.pid)
                time.sleep(0.01)
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {TIMEOUT} s: {command}") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        errors.seek(0)
        require(process.returncode == 0, command, errors.read())


def output_of(command, environment=None):
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=TIMEOUT, env=environment)
    except subprocess.TimeoutExpired:
        raise Failed(f"no end after {TIMEOUT} s: {command}") from None
    require(done.returncode == 0, command, done.stderr)
    return done.stdout.decode()


def require(good, command, errors):
    if not good:
        words = " ".join(map(str, command))
        raise Failed(f"{words}\n{errors.decode(errors='replace').strip()}")


# --- The rows ---------------------------------------------------------------------------------------


class Row:
    """What is measured, against which peers, and which ratio or limit is wanted."""

    def __init__(self, what, shown, ours, wanted, peers=None, less=False):
        self.what = what
        self.shown = shown  # writes a number with its unit
        self.ours = ours
        self.wanted = wanted  # a ratio where there are peers, or else a limit
        self.peers = peers or {}
        self.less = less  # is less better?

    def measure(self, repeats):
        """Its line of the table: the medians of all sides, measured in turn."""
        sides = {"poolscope": self.ours, **self.peers}
        taken = {name: [] for name in sides}
        for _ in range(repeats):
            for name, side in sides.items():
                taken[name].append(side())
        medians = {name: statistics.median(values) for name, values in taken.items()}
        for name, values in taken.items():
            note(f"    {name}: {' '.join(self.shown(value) for value in sorted(values))}")

        ours = medians.pop("poolscope")
        relation = "<" if self.less else ">="
        if not medians:
            reached = ours < self.wanted if self.less else ours >= self.wanted
            return [self.what, self.shown(ours), "", "", f"{relation} {self.shown(self.wanted)}",
                    yes(reached)]
        best = (min if self.less else max)(medians, key=medians.get)
        peer = f"{self.shown(medians[best])}  {best}"
        ratio = ours / medians[best]
        reached = ratio < self.wanted if self.less else ratio >= self.wanted
        return [self.what, self.shown(ours), peer, f"{ratio:.2f} x", f"{relation} {self.wanted} x",
                yes(reached)]


def rows(bench):
    many = 200_000_000
    program = bench.program
    pools = {
        "Pool.map": lambda: bench.peer("pool_map", 10_000_000),
        **{
            f"Pool.imap, chunk {chunk}": lambda chunk=chunk: bench.peer(
                "pool_imap", 5_000_000, chunk)
            for chunk in (1_000, 10_000, 100_000)
        },
        **{
            f"ProcessPoolExecutor, chunk {chunk}": lambda chunk=chunk: bench.peer(
                "executor_map", 5_000_000, chunk)
            for chunk in (1_000, 10_000)
        },
        "joblib": lambda: bench.peer("joblib_parallel", 500_000),
    }
    return {
        "lockstep": Row(
            "sqrt, chunk 1, window 1, 2 workers", per_second,
            lambda: bench.builtin(400_000, 2, "--chunk", "1", "--window", "1"), 1,
            {"multiprocessing, Pool(2).imap": lambda: bench.peer("pool_imap", 100_000, 1),
             "multiprocess, Pool(2).imap": lambda: bench.peer("multiprocess_imap", 20_000)}),
        "window": Row(
            "sqrt, chunk 1, window auto, 2 workers", per_second,
            lambda: bench.builtin(5_000_000, 2, "--chunk", "1"), 1_000_000),
        "plain": Row(
            "200 million sqrt into a .npy, 2 workers, start to exit", per_second,
            lambda: bench.roots(many, 2), 1.7,
            {f"one plain C++ loop, {how}": lambda how=how: bench.plain_loop(how, many)
             for how in ("write", "map")}),
        "workers": Row(
            "the same", per_second, lambda: bench.roots(many, 2), 1.7,
            {"1 worker": lambda: bench.roots(many, 1)}),
        "numpy": Row(
            "the same", per_second, lambda: bench.roots(many, 2), 0,
            {"numpy": lambda: bench.numpy_roots(many)}),
        "python": Row(
            "Python task, chunk auto, 2 workers, 10 million inputs", per_second,
            lambda: bench.python(10_000_000), 1.7,
            {"[task(x) for x in range(...)]": lambda: bench.peer("loop", 10_000_000)}),
        "pools": Row(
            "Python task, chunk auto, 2 workers, 10 million inputs", per_second,
            lambda: bench.python(10_000_000), 3.2, pools),
        **{
            name: Row(
                f"Python task on {inputs / 1e6:.0f} million {kind} ({what}), 2 workers", per_second,
                lambda name=name, inputs=inputs: bench.text_work(name, inputs), wanted,
                {"the plain loop": lambda name=name, inputs=inputs: bench.text_loop(name, inputs)})
            for name, inputs, kind, what, wanted in (
                ("score", 2_000_000, "CSV rows", "a float of a column", 1.6),
                ("words", 3_000_000, "lines", "words by re", 1.8),
                ("length", 3_000_000, "lines", "len", 0.9))
        },
        "copies": Row(
            "64 workers with pandas by --start fork, 5000 quick inputs, start to exit", milliseconds,
            lambda: bench.seconds(*bench.copies(64)), 1.5,
            {"multiprocessing, Pool(64)": lambda: bench.forks(64)}, less=True),
        "copies-memory": Row(
            "memory that each further copy takes", tenths_of_megabytes, bench.further_copy, 3 * MEGABYTE,
            less=True),
        "start": Row(
            "run --builtin sqrt --range 1:5000 -j 2, start to exit", milliseconds,
            lambda: bench.seconds(
                program, "run", "--builtin", "sqrt", "--range", "1:5000", "-j", "2"), 1,
            {"import multiprocess, tqdm": lambda: bench.seconds(
                PYTHON, "-c", "import multiprocess, tqdm")}, less=True),
        **{
            f"balance-{number}": Row(
                f"makespan of inputs that sleep, {shape}, against greedy scheduling: worst of "
                "2, 4, 8, 32 workers, chunk auto and 1", factor,
                lambda shape=shape: bench.imbalance(shape), 1.1, less=True)
            for number, shape in enumerate(balance.SHAPES, 1)
        },
        "command": Row(
            "a command for each input (true), 2 workers", per_second,
            lambda: bench.commands(10_000), 1,
            {"xargs -P2 -n1 true": lambda: bench.xargs(10_000)}),
        "crashes": Row(
            "Python task of 1 ms that kills its worker on 1% of 5000 inputs", per_second,
            lambda: bench.crashing(5_000), 0.5,
            {"it raises instead, and a worker's start for each death":
             lambda: bench.raising_and_starting(5_000)}),
        "journal": Row(
            "Python task of 1 ms, 2 workers, kept in a run file", per_second,
            lambda: bench.millisecond_task(20_000, *bench.save()), 0.98,
            {"not kept": lambda: bench.millisecond_task(20_000)}),
        "journal-numbers": Row(
            "sqrt, 200 million inputs: what keeping them in a run file takes longer", milliseconds,
            lambda: bench.longer(many, "--discard", *bench.save()), 1,
            {"replacing a .npy": lambda: bench.longer(many, "-o", bench.folder / "out.npy")},
            less=True),
        "spans": Row(
            "memory of the program at 10 million spans, which a trace has", megabytes,
            lambda: bench.spans_memory("--trace", "/dev/null"), 400 * MEGABYTE,
            less=True),
        "spans-kept": Row(
            "memory of the program at 10 million spans, kept in a run file", megabytes,
            lambda: bench.spans_memory(*bench.save()), 200 * MEGABYTE, less=True),
        "opening": Row(
            "CPU time in which a run file with 10 million spans is opened and explained",
            milliseconds, lambda: bench.opening(10_000_000), 2, less=True),
        "text": Row(
            "memory of the program at 1 million lines of 2 GB", megabytes,
            bench.text_memory, 200 * MEGABYTE, less=True),
        "live": Row(
            "Python task, 2 workers, 50 million inputs, in the open window", per_second,
            lambda: bench.live(50_000_000, *PYTHON_SQRT)["rate"], 0.95,
            {"headless": lambda: bench.python(50_000_000)}),
        **{
            f"repaint-{lanes}-{name}": Row(
                f"repaint of a chart at 10 million spans on {lanes} lanes, {name}", milliseconds,
                lambda lanes=lanes, name=name: bench.repaint(lanes, f"{name}_ms"),
                limit, less=True)
            for lanes, name, limit in (
                (8, "median", 0.008), (8, "worst", 0.033),
                (64, "median", 0.016), (64, "worst", 0.050))
        },
        "blocked": Row(
            "longest block of the event loop, 10 million spans", milliseconds,
            lambda: bench.live_spans()["blocked_ms"] / 1e3, 0.050, less=True),
        "window-start": Row(
            "from the start of the program to the painted window", milliseconds,
            bench.window_start, 0.5, less=True),
        "window-memory": Row(
            "memory of the program at 10 million spans, with the window", megabytes,
            lambda: bench.live_spans()["peak"], 500 * MEGABYTE, less=True),
    }


# --- What is shown ----------------------------------------------------------------------------------


def per_second(rate):
    for factor, unit in ((1e6, "M"), (1e3, "k")):
        if rate >= factor:
            return f"{rate / factor:.3g} {unit} it/s"
    return f"{rate:.3g} it/s"


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f} ms"


def factor(ratio):
    return f"{ratio:.2f} x"


def megabytes(size):
    return f"{size / MEGABYTE:.0f} MB"


def tenths_of_megabytes(size):
    return f"{size / MEGABYTE:.1f} MB"


def yes(reached):
    return "yes" if reached else "NO"


def note(message):
    print(message, file=sys.stderr, flush=True)


def print_table(lines):
    lines = [["what", "ours", "peer", "ratio", "wanted", "reached"], *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths))
        print(f"| {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=5, help="how often each side runs (5)")
    parser.add_argument("--scale", type=float, default=1, help="a factor for the numbers of inputs,"
                        " to try the script; the figures mean something at 1 only")
    parser.add_argument("--only", metavar="ROW", action="append", help="this row only; repeatable")
    arguments = parser.parse_args()

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="poolscope-bench-"))
        screen = stack.enter_context(contextlib.closing(Screen()))
        known = rows(Bench(arguments.program, Path(folder), arguments.scale, screen))
        chosen = arguments.only or list(known)
        if arguments.repeats < 1 or not known.keys() >= set(chosen):
            parser.error(f"--repeats takes 1 or more, --only one of {', '.join(known)}")
        lines = []
        failed = False
        for name in chosen:
            note(f"{name}: {known[name].what}")
            try:
                lines.append(known[name].measure(arguments.repeats))
            except Failed as error:
                note(f"    failed: {error}")
                lines.append([known[name].what, "failed", "", "", "", "NO"])
                failed = True

    print(f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
          f"medians of {arguments.repeats}")
    print_table(lines)
    sys.exit(failed)


if __name__ == "__main__":
    main()
