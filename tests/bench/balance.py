# SPDX-License-Identifier: GPL-3.0-or-later
"""How evenly uneven inputs are shared out: the makespan against that of greedy list scheduling.

Inputs sleep, so that cores do not matter. Greedy scheduling gives the next input, in their order, to
the worker that is free first, each from when it was ready in the run that it is compared with.
"""

import heapq
import random

SHAPES = {
    "equal": lambda: [5e-3] * 400,
    "growing": lambda: [i * 5e-5 for i in range(400)],
    "shrinking": lambda: [i * 5e-5 for i in range(400, 0, -1)],
    "quick, then slow": lambda: [0.0] * 3000 + [5e-2] * 40,
    "a slow block": lambda: [5e-4] * 100 + [3e-2] * 40 + [5e-4] * 260,
    "a step": lambda: [2e-4] * 200 + [15e-3] * 200,
    "two sizes, mixed": lambda: random.Random(3).choices([5e-4, 2e-2], k=400),
    "one long input among quick ones": lambda: [1e-4] * 500 + [0.5] + [1e-4] * 4000,
}

TASK = """
import array, os, time

COSTS = array.array("d")
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "costs"), "rb") as file:
    COSTS.frombytes(file.read())

def sleeps(index):
    if COSTS[index]:
        time.sleep(COSTS[index])
    return index
"""


def greedy(costs, ready, overhead):
    """The makespan, in seconds, of workers that are ready at these times."""
    free = sorted(ready)
    for cost in costs:
        heapq.heapreplace(free, free[0] + cost + overhead)
    return max(free)
