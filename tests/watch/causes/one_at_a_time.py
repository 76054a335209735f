# SPDX-License-Identifier: GPL-3.0-or-later
"""apply() waits for each result, so that one worker is at work."""

import time
from multiprocessing import Pool


def work(i):
    end = time.process_time() + 0.004
    while time.process_time() < end:
        pass
    return i


if __name__ == "__main__":
    with Pool(2) as pool:
        for i in range(100):
            pool.apply(work, (i,))
