# SPDX-License-Identifier: GPL-3.0-or-later
"""map() takes all inputs from a generator before it sends the first one."""

import time
from multiprocessing import Pool


def inputs():
    for i in range(60):
        time.sleep(0.01)
        yield i


def work(i):
    end = time.process_time() + 0.01
    while time.process_time() < end:
        pass
    return i


if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(work, inputs(), chunksize=1)
