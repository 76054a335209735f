# SPDX-License-Identifier: GPL-3.0-or-later
"""A generator makes the inputs slower than the workers take them."""

import time
from multiprocessing import Pool


def inputs():
    for i in range(100):
        time.sleep(0.01)
        yield i


def work(i):
    end = time.process_time() + 0.002
    while time.process_time() < end:
        pass
    return i


if __name__ == "__main__":
    with Pool(2) as pool:
        for _ in pool.imap(work, inputs()):
            pass
