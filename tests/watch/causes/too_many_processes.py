# SPDX-License-Identifier: GPL-3.0-or-later
"""More processes than cores compute."""

import os
from multiprocessing import Pool


def total(n):
    s = 0
    for i in range(n):
        s += i * i
    return s


if __name__ == "__main__":
    with Pool(4 * len(os.sched_getaffinity(0))) as pool:
        pool.map(total, [100_000] * 300, chunksize=2)
