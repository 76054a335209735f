# SPDX-License-Identifier: GPL-3.0-or-later
"""The last input takes as long as all others."""

import time
from multiprocessing import Pool


def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


if __name__ == "__main__":
    with Pool(2) as pool:
        for _ in pool.imap_unordered(work, [0.005] * 100 + [0.6]):
            pass
