#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds `poolscope run` to this: no input that has not begun stays with a worker while another is idle.

In each test an input waits until all others have been done. It would wait for ever if any of them
stayed behind it. POOLSCOPE names the program to test.
"""

import subprocess
import unittest
from pathlib import Path

import run_test
from run_test import ALL_SUCCEEDED

RESOURCES = Path(__file__).resolve().parents[2] / "resources"

TASKS = r'''
import os, sys, time

FOLDER = os.path.dirname(os.path.abspath(__file__))
CALLS = os.open(os.path.join(FOLDER, "calls"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
SLOW, INPUTS = (int(word) for word in open(os.path.join(FOLDER, "shape")).read().split())


def calls():
    return os.stat(os.path.join(FOLDER, "calls")).st_size // 8


def waits(number):
    os.write(CALLS, b"%7d\n" % number)
    while number == SLOW and calls() < INPUTS:
        time.sleep(0.001)
    return number


def waits_or_text(number):
    return waits(number) if number % 2 else str(waits(number))
'''

LIBRARY = r'''
#include <fcntl.h>
#include <poolscope_task.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static double waits(double number, struct poolscope_reply *reply)
{
    static int calls = -1;
    struct stat state;
    char line[16];
    (void)reply;
    if (calls < 0)
        calls = open("calls", O_WRONLY | O_APPEND | O_CREAT, 0600);
    snprintf(line, sizeof(line), "%7d\n", (int)number);
    if (write(calls, line, 8) != 8)
        return -1;
    while (number == SLOW && fstat(calls, &state) == 0 && state.st_size < 8 * INPUTS)
        usleep(1000);
    return number;
}
POOLSCOPE_NUMBER_TASK(waits)
'''

COMMAND = r'''printf '%7d\n' "$1" >>calls
while [ "$1" = 0 ] && [ "$(stat -c %s calls)" -lt $((8 * INPUTS)) ]; do sleep 0.01; done
echo "$1"'''


class Fairness(run_test.ProgramTest):
    def shape(self, slow, inputs):
        self.path("tasks.py").write_text(TASKS)
        self.path("shape").write_text(f"{slow} {inputs}")
        self.path("calls").write_text("")
        self.inputs = inputs

    def assert_each_was_done_once(self, done):
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual([int(line) for line in done.out.split()], list(range(self.inputs)))
        calls = [int(line) for line in self.path("calls").read_text().split()]
        self.assertEqual(sorted(calls), list(range(self.inputs)), "an input was begun twice")

    def run_waits(self, *options, function="waits"):
        self.assert_each_was_done_once(
            self.run_python(function, f"0:{self.inputs}", "-q", *options))

    def test_the_rest_of_a_chunk_and_what_is_queued(self):
        for options in [], ["--chunk", 1], ["--chunk", 1, "--window", 8], ["--chunk", 50], [
                "--chunk", 1000], ["--chunk", 7, "--window", 1], ["--window", 3]:
            for workers in 2, 5:
                with self.subTest(options=options, workers=workers):
                    self.shape(slow=0, inputs=200)
                    self.run_waits("-j", workers, *options)

    def test_the_rest_of_a_batch_of_quick_inputs(self):
        for function in "waits", "waits_or_text":
            for slow in 1000, 3999, 4000:
                with self.subTest(function=function, slow=slow):
                    self.shape(slow, inputs=4001)
                    self.run_waits("-j", 2, "--chunk", 5000, function=function)

    def test_an_input_that_waits_behind_another_in_order(self):
        self.shape(slow=3, inputs=40)
        self.run_waits("-j", 2, "--chunk", 20, "--save", "kept.poolscope")

    def test_a_worker_that_is_told_to_be_replaced(self):
        self.shape(slow=0, inputs=100)
        self.run_waits("-j", 2, "--chunk", 40, "--recycle", 60)

    def test_commands(self):
        self.shape(slow=0, inputs=30)
        for options in [], ["--chunk", 30]:
            with self.subTest(options=options):
                self.path("calls").write_text("")
                self.assert_each_was_done_once(self.program(
                    "run", "--shell", COMMAND.replace("INPUTS", "30"), "--range", "0:30", "-j", 3,
                    "-q", *options))

    def test_a_library(self):
        self.path("waits.c").write_text(LIBRARY)
        subprocess.run(
            ["cc", "-O2", "-D_GNU_SOURCE", "-DSLOW=1000", "-DINPUTS=4001", "-shared", "-fPIC",
             f"-I{RESOURCES / 'include'}", "-o", self.path("waits.so"), self.path("waits.c")],
            check=True)
        self.shape(slow=1000, inputs=4001)
        done = self.program("run", "--library", "./waits.so:waits", "--range", "0:4001", "-j", 2,
                            "--chunk", 5000, "-q")
        self.assert_status(done, ALL_SUCCEEDED)
        self.assertEqual([float(line) for line in done.out.split()], list(range(4001)))
        calls = [int(line) for line in self.path("calls").read_text().split()]
        self.assertEqual(sorted(calls), list(range(4001)), "an input was begun twice")

    def test_inputs_given_to_a_worker_that_joins_late(self):
        self.shape(slow=0, inputs=300)
        with self.path("tasks.py").open("a") as file:
            file.write('''
try:  # the second worker is not ready before the first one has been on its inputs for a while
    os.close(os.open(os.path.join(FOLDER, "first"), os.O_CREAT | os.O_EXCL))
except FileExistsError:
    while calls() == 0:
        time.sleep(0.001)
    time.sleep(0.3)
''')
        self.run_waits("-j", 2)


if __name__ == "__main__":
    unittest.main()
