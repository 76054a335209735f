# SPDX-License-Identifier: GPL-3.0-or-later
"""map() makes chunks of which the last ones hold all of the long inputs."""

import time
from multiprocessing import Pool


def work(i):
    end = time.process_time() + i * i * 0.000004
    while time.process_time() < end:
        pass


if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(work, range(100), chunksize=50)
