# SPDX-License-Identifier: GPL-3.0-or-later
"""The function waits for something else: more processes than cores help."""

import time
from multiprocessing import Pool


def fetch(i):
    time.sleep(0.015)
    return i


if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(fetch, range(120), chunksize=4)
