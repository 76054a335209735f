#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the verdict names the cause that a run was made to have.

These runs are none of those that the verdict's thresholds were tried with, and none of the tests'. On
a quiet machine: what others take of its cores would be a cause, too. verdicts.py POOLSCOPE [NAME...]
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "headless"))

from verdict_cases import Case, python, run, write_tasks  # noqa: E402

DISCARD = ["--discard", "-j"]
BUSY_COMMAND = f"{sys.executable} -c 'sum(range(2000000))'"
PRIMES = "1000000000000:1000000020000"  # a second or so
HANDED = {"dispatch", "coordinator_saturated"}
CASES = [
    Case("collatz in lock-step", HANDED,
         ["--builtin", "collatz", "--range", "1:20000", "--chunk", 1, "--window", 1, *DISCARD, 2]),
    Case("a quick Python function in lock-step", HANDED,
         [*python("same"), "--range", "0:20000", "--chunk", 1, "--window", 1, *DISCARD, 2]),
    Case("pairs in lock-step", HANDED,
         ["--builtin", "sqrt", "--range", "0:40000", "--chunk", 2, "--window", 1, *DISCARD, 2]),
    Case("one at a time, with a window", HANDED,
         ["--builtin", "sqrt", "--range", "0:2000000", "--chunk", 1, *DISCARD, 2]),
    Case("reading slowly", {"waiting"}, [*python("reads_slowly"), "--range", "0:600", *DISCARD, 3]),
    Case("a script that sleeps", {"waiting"},
         ["--shell", "sleep 0.05", "--range", "0:60", *DISCARD, 2]),
    Case("waiting for a program", {"waiting"},
         [*python("waits_for_a_program"), "--range", "0:80", *DISCARD, 2]),
    Case("six workers on a core", {"too_many_workers"},
         [*python("burns"), "--range", "0:250", *DISCARD, 6], cores=1),
    Case("primes by eight on two cores", {"too_many_workers"},
         ["--builtin", "is_prime", "--range", PRIMES, *DISCARD, 8], cores=2),
    Case("busy commands by eight on two cores", {"too_many_workers"},
         ["--command", BUSY_COMMAND, "--range", "0:60", *DISCARD, 8], cores=2),
    Case("the last input computes for long", {"tail"},
         [*python("last_burns_long"), "--range", "0:100", *DISCARD, 2]),
    Case("fewer inputs than workers", {"tail"},
         ["--builtin", "sleep_ms:400", "--range", "0:2", *DISCARD, 6]),
    Case("three inputs for two", {"tail"},
         ["--builtin", "sleep_ms:300", "--range", "0:3", *DISCARD, 2]),
    Case("three quarters in one chunk", {"chunks_too_large"},
         [*python("burns"), "--range", "0:200", "--chunk", 150, *DISCARD, 2]),
    Case("chunks of ninety for a hundred", {"chunks_too_large"},
         [*python("reads_slowly"), "--range", "0:200", "--chunk", 180, *DISCARD, 2]),
    Case("a slow import for five inputs", {"start_up"},
         [*python("task", "slow_import.py"), "--range", "0:5", *DISCARD, 4]),
    Case("a slow import for many quick inputs", {"start_up"},
         [*python("task", "slow_import.py"), "--range", "0:100000", *DISCARD, 1]),
    Case("workers that exit", {"failures"}, [*python("exits_often"), "--range", "0:60", *DISCARD, 2]),
    Case("inputs that hang", {"failures"},
         [*python("hangs_sometimes"), "--range", "0:100", "--timeout", 0.5, *DISCARD, 2]),
    Case("one slow worker of four", {"slow_worker"},
         [*python("one_worker_is_slow"), "--range", "0:1000", "--chunk", 1, *DISCARD, 4]),
    Case("threads, one input at a time", {"threads_oversubscribe"},
         [*python("hashes_in_threads"), "--range", "0:160", "--chunk", 1, *DISCARD, 2], cores=2),
    Case("ordered text", {"order_blocks"},
         [*python("first_is_long"), "--range", "0:11000000", "-j", 2, "-o", "out.txt"]),
    Case("a worker for a core", {"nothing_wrong"},
         [*python("burns"), "--range", "0:400", *DISCARD, 1], cores=1),
    Case("chunks of automatic size", {"nothing_wrong"},
         ["--builtin", "is_prime", "--range", PRIMES, *DISCARD, 2]),
]


def main(program, names):
    cases = [case for case in CASES if not names or case.name in names]
    named = 0
    folder = Path(tempfile.mkdtemp(prefix="poolscope-verdicts-"))
    write_tasks(folder)
    for case in cases:
        verdict = run(Path(program).resolve(), folder, case)[0]["verdict"]
        right = verdict["finding"] in case.findings
        named += right
        print(f"{'right' if right else 'WRONG'}  {case.name}: {verdict['finding']}: {verdict['text']}",
              flush=True)
    shutil.rmtree(folder)
    print(f"named {named} of {len(cases)}")
    return 0 if named * 20 >= len(cases) * 19 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
