# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers whose threads are more than the cores."""

import hashlib
import os
from multiprocessing import Pool
from threading import Thread

DATA = bytes(4_000_000)  # hashing it releases the interpreter lock
THREADS = 4 * len(os.sched_getaffinity(0))


def hashes(n):
    threads = [Thread(target=lambda: [hashlib.sha256(DATA) for _ in range(n)]) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    with Pool(len(os.sched_getaffinity(0))) as pool:
        for _ in pool.imap_unordered(hashes, [2] * 24):
            pass
