#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses the built program as a person would: on a screen, by keys and clicks; and without a screen.

POOLSCOPE names the program to test.
"""

import contextlib
import csv
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import uuid
from pathlib import Path

PROGRAM = os.environ.get("POOLSCOPE", "")
PATIENCE = 180  # seconds until a condition that must come true counts as one that never does
SCREEN = "1600x1000x24"
ALL_SUCCEEDED, WRONG_USE, POOL_FAILED = 0, 2, 3


def environment(folder, mark, **more):
    """That of a person who has just come: no settings, and no screen but the one in `more`."""
    mine = {
        name: value for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XAUTHORITY")
    }
    return {
        **mine, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(folder), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "POOLSCOPE_TEST_MARK": mark, **more,
    }


def processes(mark):
    """The living processes that were started, over however many others, with this mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def worker_count(pid):
    """How many workers for built-in tasks a process has."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, _, rest = (folder / "stat").read_text().rpartition(")")
            count += name.endswith("(poolscope-worke") and rest.split()[1] == str(pid)
    return count


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class ProgramTest(unittest.TestCase):
    """A folder of its own for each test."""

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"POOLSCOPE names no program: '{PROGRAM}'")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="poolscope-desktop-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.mark = str(uuid.uuid4())
        self.addCleanup(self.end_what_is_left)

    def end_what_is_left(self):
        for pid in processes(self.mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def until(self, condition, what):
        """What the condition comes to when it comes true."""
        deadline = time.monotonic() + PATIENCE
        while True:
            result = condition()
            if result:
                return result
            self.assertLess(time.monotonic(), deadline, f"waited in vain: {what}")
            time.sleep(0.02)

    def assert_nothing_left(self):
        self.until(lambda: not processes(self.mark), "no process is left")

    def program(self, *arguments, program=PROGRAM):
        """(exit status, standard output, standard error) of the program without a screen."""
        done = subprocess.run(
            [program, *map(str, arguments)], cwd=self.folder,
            env=environment(self.folder, self.mark), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=PATIENCE,
        )
        self.assert_nothing_left()
        return done.returncode, done.stdout, done.stderr


    def settings(self, *arguments):
        """What the program takes up from an earlier time: the run's settings."""
        path = self.folder / "config" / "poolscope" / "poolscope.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[run]\narguments=%s\ntrusted=true\n" % ", ".join(arguments))


class OnScreen(ProgramTest):
    """What can be done with the program's window on self.display."""

    @staticmethod
    def start_screen(size, add_cleanup):
        """The display of a new screen."""
        readable, writable = os.pipe()
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writable), "-screen", "0", size, "-noreset",
             "-nolisten", "tcp"],
            pass_fds=[writable], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        add_cleanup(screen.wait)
        add_cleanup(screen.terminate)
        os.close(writable)
        with open(readable, encoding="ascii") as number:
            display = number.readline().strip()
        if not display:
            raise AssertionError("Xvfb does not start")
        return ":" + display

    def settings_left(self):
        path = self.folder / "config" / "poolscope" / "poolscope.conf"
        (line,) = [x for x in path.read_text().splitlines() if x.startswith("arguments=")]
        return line.partition("=")[2].split(", ")

    def open(self, **variables):
        self.process = subprocess.Popen(
            [PROGRAM], cwd=self.folder,
            env=environment(self.folder, self.mark, DISPLAY=self.display, **variables),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        def window():
            self.assertIsNone(self.process.poll(), "the program has ended")
            return self.window_called("^Poolscope$")
        self.window = self.until(window, "a window comes")
        self.focus(self.window)

    def xdo(self, *arguments):
        return subprocess.run(
            ["xdotool", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, encoding="utf-8", timeout=PATIENCE, check=False,
            env={**os.environ, "DISPLAY": self.display},
        ).stdout.strip()

    def window_called(self, pattern):
        return self.xdo("search", "--onlyvisible", "--name", pattern).partition("\n")[0]

    def focus(self, window):
        """There is no window manager, which would do it."""
        def has_focus():
            self.xdo("windowfocus", window)
            return self.xdo("getwindowfocus") == window
        self.until(has_focus, "the window has the focus")

    def keys(self, *keys):
        self.xdo("key", "--delay", 20, *keys)

    def type(self, text):
        self.xdo("type", "--delay", 5, text)

    def title(self):
        return self.xdo("getwindowname", self.window)

    def until_title(self, pattern):
        self.until(lambda: re.search(pattern, self.title()), f"the title is {pattern}")

    def quit(self):
        self.focus(self.window)
        self.keys("ctrl+q")
        self.assertEqual(self.process.wait(PATIENCE), 0)
        self.assert_nothing_left()

    def place(self):
        """Left, top, width and height of the window."""
        text = self.xdo("getwindowgeometry", "--shell", self.window)
        return [int(re.search(name + r"=(-?\d+)", text).group(1))
                for name in ("X", "Y", "WIDTH", "HEIGHT")]


class FirstWindow(OnScreen):
    SCREENS = [("3840x2160", 2), ("1366x768", 1), ("1280x720", 1), ("1024x768", 1),
               ("1920x1080", 1.5)]

    def assert_on_the_screen(self, size):
        width, height = map(int, size.split("x"))
        x, y, its_width, its_height = self.place()
        self.assertGreaterEqual(min(x, y), 0)
        self.assertLessEqual(x + its_width, width)
        self.assertLess(y + its_height, height)  # a frame has room, too

    def test_it_fits_the_screen(self):
        for size, scale in self.SCREENS:
            with self.subTest(screen=size, scale=scale):
                self.display = self.start_screen(size + "x24", self.addCleanup)
                shutil.rmtree(self.folder / "config", ignore_errors=True)
                self.open(QT_SCALE_FACTOR=str(scale))
                self.assert_on_the_screen(size)
                self.quit()

    def test_a_size_that_was_kept_fits_a_smaller_screen(self):
        self.display = self.start_screen("3840x2160x24", self.addCleanup)
        self.open()
        self.xdo("windowsize", self.window, 3000, 1900)
        self.xdo("windowmove", self.window, 700, 200)
        self.until(lambda: self.place() == [700, 200, 3000, 1900], "the window is large")
        self.quit()
        for size, scale in self.SCREENS[1:]:
            with self.subTest(screen=size, scale=scale):
                self.display = self.start_screen(size + "x24", self.addCleanup)
                self.open(QT_SCALE_FACTOR=str(scale))
                self.assert_on_the_screen(size)
                self.quit()


class Desktop(OnScreen):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.display = cls.start_screen(SCREEN, cls.addClassCleanup)

    def export(self, item, dialog, name):
        """Has an item of the Export menu write a file."""
        path = self.folder / name
        self.focus(self.window)
        self.keys("alt+e", item)
        self.focus(self.until(lambda: self.window_called(dialog), "a dialog comes"))
        self.keys("ctrl+a")
        self.type(str(path))
        self.keys("Return")
        self.until(path.exists, f"{name} is written")
        self.until(lambda: not self.window_called(dialog), "the dialog goes")
        return path

    def click_the_slider(self):
        """To the right of its handle; where it is, a person sees."""
        width = self.place()[2]
        before = worker_count(self.process.pid)
        self.assertEqual(before, 2)
        for y in 44, 50, 56, 38, 62, 68:
            self.xdo("mousemove", "--window", self.window, width - 130, y, "click", 1)
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                if worker_count(self.process.pid) > before:
                    return
                time.sleep(0.02)
        self.fail("a click on the slider brings no workers")

    def steady_worker_count(self):
        last = worker_count(self.process.pid)
        since = time.monotonic()
        while time.monotonic() - since < 0.3:
            now = worker_count(self.process.pid)
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.02)
        return last

    def test_the_program_that_it_opens_on(self):
        self.open()
        self.keys("ctrl+r")
        self.until_title(r"^100% · .*post\.py")
        self.until(lambda: list(self.folder.glob("data/**/*.poolscope")), "the command has ended")
        self.quit()

    def test_the_loop_it_began_with(self):
        self.open()
        self.keys("alt+k", "ctrl+r")
        self.until_title(r"^100% · sqrt · 1:5000 · 2 workers")
        outcomes = read_csv(self.export("o", "^Export outcomes", "outcomes.csv"))
        self.assertEqual(len(outcomes), 4999)
        self.assertEqual(float(outcomes[24]["value"]), 5.0)
        self.quit()

    def test_a_run_is_set_up_by_keys(self):
        self.open()
        self.keys("alt+k", "alt+t", "Tab")
        self.type("collatz")
        self.keys("alt+n", "Tab")
        self.type("10")
        self.keys("Tab")
        self.type("1010")
        self.keys("Tab")
        self.type("2")
        self.keys("F5")
        self.until_title(r"^100% · collatz · 10:1010:2 · 2 workers")
        self.quit()

    def test_workers_come_while_it_runs(self):
        self.settings("--builtin", "sleep_ms:4", "--range", "0:10", "--workers", "2")
        self.open()
        self.keys("alt+n", "Tab", "Tab")
        self.type("6000")
        self.keys("ctrl+r")
        self.until_title(r"^[1-9]\d?% · sleep_ms:4 · 0:6000 · 2 workers")
        self.click_the_slider()
        clicked = self.steady_worker_count()
        self.keys("ctrl+Up")
        self.until(
            lambda: worker_count(self.process.pid) == clicked + 1, "Ctrl+Up brings a worker")
        self.assertRegex(self.title(), r"^\d\d?% ")
        self.until_title(r"^100% ")
        spans = read_csv(self.export("1", "^Export Workers", "workers.csv"))
        self.assertEqual(sum(int(span["count"]) for span in spans), 6000)
        self.assertEqual(
            {int(span["worker"]) for span in spans}, set(range(1, clicked + 2)))
        self.quit()
        self.assertEqual(self.settings_left()[-2:], ["--workers", str(clicked + 1)])

    def test_closing_during_a_run(self):
        self.settings("--builtin", "sleep_ms:2", "--range", "0:1000000", "--workers", "2")
        self.open()
        self.keys("ctrl+r")
        self.until(lambda: worker_count(self.process.pid) == 2, "two workers come")
        self.keys("ctrl+q")
        question = self.until(lambda: self.window_called("^A run is in progress"), "a question comes")
        self.focus(question)
        self.keys("Escape")
        self.until(lambda: not self.window_called("^A run is in progress"), "the question goes")
        self.assertIsNone(self.process.poll())
        self.assertEqual(worker_count(self.process.pid), 2)
        self.focus(self.window)
        self.keys("ctrl+q")
        question = self.until(lambda: self.window_called("^A run is in progress"), "a question comes")
        self.focus(question)
        self.keys("Tab", "space")
        self.assertEqual(self.process.wait(PATIENCE), 0)
        self.assert_nothing_left()


class NoScreen(ProgramTest):
    MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<?xml", ".pdf": b"%PDF-", ".csv": b"rank,"}

    def assert_charts(self, *names):
        for name in names:
            path = self.folder / name
            self.assertTrue(path.read_bytes().startswith(self.MAGIC[path.suffix]), name)
            self.assertGreater(path.stat().st_size, 1000, name)

    def assert_one_line(self, err, pattern):
        self.assertEqual(len(err.splitlines()), 1, err)
        self.assertTrue(err.startswith("poolscope: "), err)
        self.assertIn(pattern, err)

    def test_the_default_run_leaves_charts(self):
        status, out, err = self.program()
        self.assertEqual((status, out), (ALL_SUCCEEDED, ""), err)
        first, *rest = err.splitlines()
        self.assertIn("poolscope-charts/", first)
        self.assertIn("sqrt", first)
        self.assertNotIn("poolscope-charts", "".join(rest))
        self.assertEqual(
            sorted(path.name for path in (self.folder / "poolscope-charts").iterdir()),
            ["accounting.png", "completion.png", "latency.png", "rate.png", "whatif.png",
             "workers.png"])
        self.assert_charts(*(f"poolscope-charts/{x}.png" for x in ("workers", "completion", "rate")))

    def test_a_run_leaves_the_charts_that_it_is_told_to(self):
        done = self.program(
            "run", "--builtin", "sqrt", "--range", "1:5000", "--discard", "-q", "--charts", "a/b",
            "--chart", "workers=x.svg", "--chart", "rate=y.pdf", "--chart", "completion=z.csv",
            "--chart", "latency=l.svg", "--chart", "latency=l.csv",
            "--chart", "whatif=w.pdf", "--chart", "whatif=w.csv")
        self.assertEqual(done, (ALL_SUCCEEDED, "", ""))
        self.assert_charts("x.svg", "y.pdf", "z.csv", "l.svg", "w.pdf", *(
            f"a/b/{x}.png" for x in ("workers", "completion", "rate", "latency", "whatif")))
        curve = read_csv(self.folder / "w.csv")
        self.assertEqual([curve[0]["workers"], curve[-1]["workers"]], ["1", "1024"])
        for row in curve:
            self.assertGreaterEqual(
                float(row["makespan_s"]), float(row["lower_bound_s"]) - 1e-9, row)
        durations = read_csv(self.folder / "l.csv")
        for workers in {"0"}, {"1", "2"}:
            self.assertEqual(
                sum(int(row["iterations"]) for row in durations if row["worker"] in workers), 4999)
        rows = read_csv(self.folder / "z.csv")
        self.assertEqual(sorted(int(row["index"]) for row in rows), list(range(4999)))
        self.assertEqual([int(row["rank"]) for row in rows], list(range(4999)))

    def test_wrong_charts(self):
        for chart in "speed=x.png", "workers", "=x.png", "workers=x.doc", "workers=x", "workers=":
            with self.subTest(chart=chart):
                status, out, err = self.program(
                    "run", "--builtin", "sqrt", "--range", "1:50", "--chart", chart)
                self.assertEqual((status, out), (WRONG_USE, ""))
                self.assert_one_line(err, "--chart")

    def test_charts_that_cannot_be_written(self):
        (self.folder / "file").write_text("")
        for option, value in ("--chart", "workers=none/x.png"), ("--charts", "file"):
            with self.subTest(value=value):
                status, _, err = self.program(
                    "run", "--builtin", "sqrt", "--range", "1:50", "--discard", "-q", option, value)
                self.assertNotEqual(status, ALL_SUCCEEDED)
                self.assert_one_line(err, "none" if option == "--chart" else "file")

    def test_closing_waits_for_nothing(self):
        """A FIFO that nobody writes to is read for ever: by an interpreter, and by the program."""
        for name, arguments in ("task.py", []), ("trace.json", ["trace.json"]):
            with self.subTest(file=name):
                fifo = self.folder / name
                os.mkfifo(fifo)
                self.settings("--python", "task.py:f", "--range", "0:5")
                if arguments:
                    self.settings("--builtin", "sqrt", "--range", "0:5")
                process = subprocess.Popen(
                    [PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    env=environment(self.folder, self.mark, QT_QPA_PLATFORM="offscreen"))
                self.addCleanup(process.wait)
                self.addCleanup(process.kill)
                def writer():
                    with contextlib.suppress(OSError):  # until somebody reads
                        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
                self.addCleanup(os.close, self.until(writer, f"{name} is read"))
                process.terminate()
                self.assertEqual(process.wait(20), 130)  # an interpreter is waited for 30 s
                self.assert_nothing_left()

    def test_the_program_without_its_window(self):
        lonely = self.folder / "poolscope"
        shutil.copy(PROGRAM, lonely)
        for arguments in [], ["run", "--builtin", "sqrt", "--range", "1:50", "--charts", "c"]:
            with self.subTest(arguments=arguments):
                status, out, err = self.program(*arguments, program=lonely)
                self.assertEqual((status, out), (POOL_FAILED, ""))
                self.assert_one_line(err, "poolscope-window")


if __name__ == "__main__":
    unittest.main()
