#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real texts through a real classifier: the pool must come to what the plain Python loop comes to.

POOLSCOPE names the program to test.
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ.get("POOLSCOPE", "")
PYTHON = "/usr/bin/python3"  # Debian's own, which python3-langdetect is installed for
EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"
CLASSIFY = EXAMPLES / "classify.py"
ROWS = 400
PLAIN_LOOP = """
import json, sys
sys.path.insert(0, sys.argv[1])
from classify import classify
with open(sys.argv[2], encoding="utf-8", newline="\\n") as rows:
    print(json.dumps([classify(row.rstrip("\\n")) for row in rows]))
"""


def checked(command):
    """What a command wrote to standard output; an error, with its standard error, if it failed."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", timeout=240,
    )
    if done.returncode != 0:
        raise AssertionError(f"{command} exited with {done.returncode}:\n{done.stderr}")
    return done.stdout


class Classifier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"POOLSCOPE names no program: '{PROGRAM}'")
        folder = tempfile.TemporaryDirectory(prefix="poolscope-classifier-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.rows = cls.folder / "rows.txt"
        checked([PYTHON, EXAMPLES / "make_rows.py", "--limit", str(ROWS), "--output", cls.rows])
        cls.expected = json.loads(checked([PYTHON, "-B", "-c", PLAIN_LOOP, EXAMPLES, cls.rows]))

    def classified(self, *options):
        """What the program writes to standard output when two workers classify the rows."""
        return checked([
            PROGRAM, "run", "--python", f"{CLASSIFY}:classify", "--python-interpreter", PYTHON,
            "--lines", self.rows, "-j", "2", *options,
        ])

    def test_the_plain_loop_tells_the_languages_apart(self):
        self.assertEqual(len(self.expected), ROWS)
        self.assertLessEqual({"en", "de", "es", "it", "pl", "cs"}, set(self.expected))

    def test_file_of_outcomes(self):
        for chunk in ("auto", "1", "7"):
            with self.subTest(chunk=chunk):
                output = self.folder / f"out-{chunk}.jsonl"
                self.assertEqual(self.classified("--chunk", chunk, "-o", output), "")
                outcomes = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
                self.assertEqual(outcomes, [
                    {"index": index, "value": value} for index, value in enumerate(self.expected)
                ])

    def test_standard_output(self):
        self.assertEqual(self.classified().split("\n"), [*self.expected, ""])


if __name__ == "__main__":
    unittest.main()
