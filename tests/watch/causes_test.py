#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs in causes/, each of which loses its time by one cause: the verdict names it.

Nothing is checked that depends on how fast the machine is. Where other programs take the cores, the
verdict may say that instead of "nothing wrong" and the like.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CAUSES = pathlib.Path(__file__).resolve().parent / "causes"
POOLSCOPE = os.environ.get("POOLSCOPE", "poolscope")
PATIENCE = 120  # seconds, after which a program hangs
ATTEMPTS = 8  # on a busy machine another cause may take more time, now and then

BUSY = "machine_busy"
FINDINGS = {
    "by_value": {"pickled_by_value"},
    "chunk_of_one": {"chunks_too_small"},
    "computing": {"nothing_wrong", BUSY},
    "held_back": {"held_back"},
    "large_chunks": {"chunks_too_large"},
    "large_function": {"large_function"},
    "large_inputs": {"large_inputs"},
    "large_results": {"large_results"},
    "long_input": {"tail"},
    "new_pool_each_round": {"start_up"},
    "one_at_a_time": {"one_at_a_time"},
    "sleeping_threads": {"waiting"},
    "sleeps": {"waiting"},
    "slow_inputs": {"inputs_are_slow"},
    "slow_loop": {"loop_is_slow"},
    "slow_start": {"start_up"},
    "threads": {"interpreter_lock"},
    "threads_within": {"threads_oversubscribe"},
    "too_many_processes": {"too_many_workers"},
}

# Programs that compute all the time, so that their two workers are too many for one core.
if len(os.sched_getaffinity(0)) == 1:
    for name in ("computing", "large_chunks", "long_input"):
        FINDINGS[name] = {"too_many_workers", BUSY}

# Programs whose cause is not in the record yet, and what it lacks.
NOT_SEEN = {
    "inputs_first": "the time that map() takes for its inputs is before the call",
}


def has_module(name):
    return not subprocess.run([sys.executable, "-c", "import " + name], stderr=subprocess.DEVNULL).returncode


def watch(name):
    """The summary of a program of causes/."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    with tempfile.TemporaryDirectory() as folder:
        summary = pathlib.Path(folder) / "summary.json"
        environment["XDG_CACHE_HOME"] = folder
        subprocess.run(
            [POOLSCOPE, "watch", "-q", "--summary", summary, "--", sys.executable, CAUSES / (name + ".py")],
            env=environment, check=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)  # fmt: skip
        return json.loads(summary.read_text())


class Causes(unittest.TestCase):
    def check(self, name):
        seen = []
        for _ in range(ATTEMPTS):
            summary = watch(name)
            runs = summary["runs"]
            # Threads within workers are pools, too.
            pools = [run for run in runs if run["pool"].endswith(".Pool")]
            verdict = (pools or runs)[-1]["verdict"]
            seen.append(verdict["finding"])
            if seen[-1] in FINDINGS[name]:
                return summary, verdict
        self.fail("%s: %s instead of %s" % (name, seen, sorted(FINDINGS[name])))

    def check_words(self, verdict):
        """No option of poolscope, no single number where a range is due, and a look at no pool."""
        text = verdict["text"]
        self.assertNotIn("--", text)
        self.assertEqual(verdict["advice"], [])
        self.assertRegex(text, "Without a pool the loop takes (at most )?about ")
        if verdict["expected"]:
            self.assertRegex(text, "expect (more than )?[0-9.,M k]+ (to [0-9.,M k]+ )?it/s ")
            self.assertLessEqual(verdict["expected"]["least_rate"], verdict["expected"]["greatest_rate"])

    def test_every_program_has_a_finding(self):
        programs = {path.stem for path in CAUSES.glob("*.py")}
        self.assertEqual(programs, set(FINDINGS) | set(NOT_SEEN))

    def test_place_and_chunk_size(self):
        _, verdict = self.check("chunk_of_one")
        self.assertTrue(re.search(r"At chunk_of_one\.py:\d+ write `pool\.imap_unordered\(sqrt, inputs, chunksize=\d+\)`",
                                  verdict["text"]), verdict["text"])  # fmt: skip

    def test_pool_made_anew(self):
        summary, _ = self.check("new_pool_each_round")
        self.assertIn("pool_made_anew", [finding["finding"] for finding in summary["findings"]])


def add_tests():
    def add(name):
        @unittest.skipIf(name == "by_value" and not has_module("multiprocess"), "there is no multiprocess")
        def test(self):
            _, verdict = self.check(name)
            self.check_words(verdict)

        setattr(Causes, "test_" + name, test)

    for name in FINDINGS:
        add(name)


add_tests()

if __name__ == "__main__":
    unittest.main()
