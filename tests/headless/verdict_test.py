#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of runs went, and what is said of it: `run`, its summary, and `info`.

POOLSCOPE names the program to test. Each run has a cause that it was made to have.
"""

import json
import math
import os
import unittest

import run_test
from run_test import PROGRAM
from verdict_cases import Case, python, run, write_tasks

DISCARD = ["--discard", "-j", 2]
# Where there is one core, two workers that compute are too many, whatever else they do.
TOO_MANY_FOR_ONE_CORE = {"too_many_workers"} if len(os.sched_getaffinity(0)) == 1 else set()
CASES = [
    Case("dispatch", {"dispatch", "coordinator_saturated"},
         ["--builtin", "sqrt", "--range", "1:5000", "--chunk", 1, "--window", 1, *DISCARD]),
    Case("waiting", {"waiting"}, ["--builtin", "sleep_ms:5", "--range", "0:200", *DISCARD]),
    Case("more workers than cores", {"too_many_workers"},
         [*python("burns"), "--range", "0:1500", "--discard", "-j", 8], cores=2),
    Case("one long last input", {"tail"}, [*python("last_is_long"), "--range", "0:200", *DISCARD]),
    Case("one chunk shared out", {"waiting"},
         ["--builtin", "sleep_ms:10", "--range", "0:100", "--chunk", 100, *DISCARD]),
    Case("a slow import", {"start_up"},
         [*python("task", "slow_import.py"), "--range", "0:20", *DISCARD]),
    Case("deaths", {"failures"}, [*python("dies_often"), "--range", "0:60", *DISCARD]),
    Case("one slow worker", {"slow_worker"},
         [*python("one_worker_is_slow"), "--range", "0:400", "--chunk", 1, *DISCARD]),
    Case("ordered output", {"order_blocks"},
         [*python("first_is_long"), "--range", "0:12000000", "-j", 2, "-o", "out.txt"]),
    Case("threads", {"threads_oversubscribe", *TOO_MANY_FOR_ONE_CORE},
         [*python("hashes_in_threads"), "--range", "0:120", *DISCARD], cores=2),
    # Others may use the machine meanwhile, which is then to be said.
    Case("nothing wrong", {"nothing_wrong", "machine_busy"},
         [*python("burns"), "--range", "0:300", "--discard", "-j", 1]),
]


def machine_is_overloaded():
    """Whether others have so much to do that a run's own cause need not be the greatest."""
    return os.getloadavg()[0] > 2 * os.cpu_count()


class VerdictTest(run_test.ProgramTest):
    def setUp(self):
        super().setUp()
        write_tasks(self.folder)

    def assert_adds_up(self, accounting):
        makespan = accounting["makespan_s"]
        whole = accounting["workers"] * makespan
        self.assertTrue(math.isclose(accounting["worker_seconds"], whole, rel_tol=1e-9))
        self.assertTrue(math.isclose(sum(accounting["seconds"].values()), whole, rel_tol=1e-6))
        for worker in accounting["by_worker"]:
            self.assertTrue(math.isclose(sum(worker["seconds"].values()), makespan, rel_tol=1e-6))
            self.assertGreaterEqual(min(worker["seconds"].values()), 0)

    def check(self, case):
        summary, err = run(PROGRAM, self.folder, case)
        self.assert_adds_up(summary["accounting"])
        verdict = summary["verdict"]
        if verdict["finding"] not in case.findings and machine_is_overloaded():
            self.skipTest("others use this machine so much that this is the cause: " + verdict["text"])
        self.assertIn(verdict["finding"], case.findings, (verdict, summary["accounting"]))
        self.assertEqual(err.splitlines()[-1], verdict["text"])
        return summary

    def test_a_kept_run_gives_the_same(self):
        file = self.folder / "run.poolscope"
        case = Case("kept", {"waiting"},
                    ["--builtin", "sleep_ms:10", "--range", "0:60", "--chunk", 60, *DISCARD,
                     "--save", file])
        summary = self.check(case)
        told = json.loads(self.program("info", file, "--json").out)
        self.assertEqual(told["accounting"], summary["accounting"])
        self.assertEqual(told["verdict"], summary["verdict"])
        text = self.program("info", file).out.decode()
        self.assertIn(summary["verdict"]["text"], text)

    def test_what_a_reader_in_order_has_to_hold_back(self):
        file = self.folder / "run.poolscope"
        summary, _ = run(PROGRAM, self.folder, Case(
            "held back", {}, ["--builtin", "sleep_ms:2", "--range", "0:80", "--chunk", 20,
                              *DISCARD, "--save", file]))
        held = summary["accounting"]["held_back"]
        self.assertGreater(held["most_values"], 0)
        self.assertEqual(held["most_bytes"], 8 * held["most_values"])
        self.assertIn(f"up to {held['most_values']} values (about {held['most_bytes']:.0f} B)",
                      self.program("info", file).out.decode())

    def test_the_advice_on_dispatch_gives_what_it_predicts(self):
        slow = ["--builtin", "sqrt", "--range", "1:50000", *DISCARD]
        summary = self.check(Case("as it is", {"dispatch", "coordinator_saturated"},
                                  [*slow, "--chunk", 1, "--window", 1]))
        verdict = summary["verdict"]
        self.assertEqual([change["argument"] for change in verdict["advice"]],
                         ["--chunk auto", "--window auto"])
        advised = [word for change in verdict["advice"] for word in change["argument"].split()]
        better = max(run(PROGRAM, self.folder, Case("advised", {}, [*slow, *advised]))[0]["rate"]
                     for _ in range(5))
        self.assertGreater(better, 0.7 * verdict["rate"])


def test_of(case):
    return lambda self: self.check(case)


for case in CASES:
    setattr(VerdictTest, "test_" + case.name.replace(" ", "_"), test_of(case))

if __name__ == "__main__":
    unittest.main()
