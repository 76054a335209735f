# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes take longer to start than the work: each imports what takes a while."""

import time
from multiprocessing import get_context

time.sleep(0.6)  # such as a large library


def square(x):
    return x * x


if __name__ == "__main__":
    with get_context("spawn").Pool(2) as pool:
        pool.map(square, range(50))
