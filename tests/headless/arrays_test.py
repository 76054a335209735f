#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays (.npy) of so many values that workers write them into the file.

POOLSCOPE names the program to test.
"""

import math
import os
import signal
import subprocess
import unittest

import run_test
from run_test import ALL_SUCCEEDED, INTERRUPTED, POOL_FAILED, SOME_FAILED

COUNT = (1 << 20) + 3
PAGE = 4096

TASKS = f'''
import os, signal, time

LAST = {COUNT} - 1

def same(number): return number
def late_real(number): return number + 0.5 if number == LAST else number
def first_real(number): return 0.5 if number == 0 else number
def late_large(number): return 2**53 + 1 if number == 5 else late_real(number)
def is_even(number): return number % 2 == 0
def late_number(number): return 7 if number == LAST else number % 2 == 0
def late_text(number): return "text" if number == LAST else number

def first_none(number): return None if number == 0 else number

def picky(number):
    if number % 100_000 == 7:
        raise ValueError(number)
    return None if number % 100_000 == 9 else number

def dies(number):
    if number == 600_000 and not os.path.exists("died"):
        open("died", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return number

def hangs(number):
    if number == 600_000:
        open("hung", "w").close()
        time.sleep(1e6)
    return number
'''


class ArraysTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def run_task(self, function, *options):
        return self.run_python(function, f"0:{COUNT}", "-j", 2, "-o", "out.npy", *options)

    def assert_array(self, element, values):
        data = self.path("out.npy").read_bytes()
        self.assertEqual(data.index(b"\n") + 1, PAGE, "its values begin where a page does")
        found, array = run_test.read_npy(self.path("out.npy"))
        self.assertEqual(found, element)
        # A comparison that fails would print them all.
        self.assertTrue(array == values, "the values differ")

    def test_reals(self):
        done = self.run_builtin("sqrt", f"0:{COUNT}", "-j", 2, "-o", "out.npy")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assert_array("<f8", list(map(math.sqrt, range(COUNT))))

    def test_numbers_of_python(self):
        for function, element, values in (
            ("same", "<i8", list(range(COUNT))),
            ("late_real", "<f8", [*map(float, range(COUNT - 1)), COUNT - 0.5]),
            ("first_real", "<f8", [0.5, *map(float, range(1, COUNT))]),
            ("is_even", "|b1", [number % 2 == 0 for number in range(COUNT)]),
            ("late_number", "<i8", [*(int(n % 2 == 0) for n in range(COUNT - 1)), 7]),
        ):
            with self.subTest(function=function):
                self.assert_status(self.run_task(function), ALL_SUCCEEDED)
                self.assert_array(element, values)

    def test_integers_after_nothing(self):
        self.assert_status(self.run_task("first_none"), ALL_SUCCEEDED)
        element, values = run_test.read_npy(self.path("out.npy"))
        self.assertEqual(element, "<f8")
        self.assertTrue(math.isnan(values[0]))
        self.assertTrue(all(value == index for index, value in enumerate(values) if index))

    def test_failures_and_nothing(self):
        self.assert_status(self.run_task("picky", "-q"), SOME_FAILED)
        element, values = run_test.read_npy(self.path("out.npy"))
        self.assertEqual(element, "<f8")
        missing = [index for index, value in enumerate(values) if math.isnan(value)]
        self.assertEqual(missing, [n for n in range(COUNT) if n % 100_000 in (7, 9)])
        self.assertTrue(all(value == index for index, value in enumerate(values)
                            if not math.isnan(value)))

    def test_a_worker_that_dies(self):
        self.assert_status(self.run_task("dies"), ALL_SUCCEEDED)
        self.assert_array("<i8", list(range(COUNT)))

    def test_values_that_the_array_cannot_hold(self):
        for function, named in ("late_large", "index 5"), ("late_text", f"index {COUNT - 1}"):
            with self.subTest(function=function):
                self.path("out.npy").write_bytes(b"before")
                done = self.run_task(function)
                self.assert_status(done, POOL_FAILED)
                self.assertIn(named, done.err)
                self.assertEqual(self.path("out.npy").read_bytes(), b"before")

    def test_nothing_is_left_where_it_is_interrupted(self):
        process = self.start(*self.python("hangs"), "--range", f"0:{COUNT}", "-j", 2, "-q", "-o",
                             "out.npy")
        self.until(lambda: self.path("hung").exists(), "it hangs")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(run_test.PATIENCE), INTERRUPTED)
        self.assertEqual(sorted(os.listdir(self.folder)), ["__pycache__", "hung", "tasks.py"][
            0 if self.path("__pycache__").exists() else 1:])

    def test_a_disk_that_is_full_or_has_no_room_for_all(self):
        disk = self.path("disk")
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]
        if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        process = self.start("--builtin", "sqrt", "--range", f"0:{COUNT}", "-q", "-o",
                             disk / "out.npy")
        said = process.stderr.readline().decode()
        self.assertIn("No space left", said)
        mount[4] = "remount,size=100m"
        subprocess.run(mount, check=True)
        self.assertEqual(process.wait(run_test.PATIENCE), ALL_SUCCEEDED)
        process.stderr.close()
        process.stdout.close()
        element, values = run_test.read_npy(disk / "out.npy")
        self.assertEqual((element, values[-1]), ("<f8", math.sqrt(COUNT - 1)))


if __name__ == "__main__":
    unittest.main()
