# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop over the results takes longer than the pool."""

import time
from multiprocessing import Pool


def square(x):
    time.sleep(0.001)
    return x * x


if __name__ == "__main__":
    with Pool(2) as pool:
        for _ in pool.imap(square, range(250)):
            time.sleep(0.004)  # such as writing to a database
