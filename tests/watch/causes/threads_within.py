# SPDX-License-Identifier: GPL-3.0-or-later
"""Each worker has threads that compute, as a library for matrices has: more than there are cores."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool

DATA = bytes(4_000_000)  # hashing it releases the interpreter lock
CORES = len(os.sched_getaffinity(0))


def start_threads():
    global threads
    threads = ThreadPoolExecutor(4 * CORES)


def hashes(n):
    list(threads.map(lambda _: hashlib.sha256(DATA), range(n)))


if __name__ == "__main__":
    with Pool(CORES, start_threads) as pool:
        for _ in pool.imap_unordered(hashes, [16] * 24):
            pass
