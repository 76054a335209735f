# SPDX-License-Identifier: GPL-3.0-or-later
"""imap holds back all results behind the first input, and the loop has much to do with them."""

import time
from multiprocessing import Pool


def work(i):
    time.sleep(1.2 if i == 0 else 0.004)
    return i


if __name__ == "__main__":
    with Pool(3) as pool:
        for _ in pool.imap(work, range(300)):
            time.sleep(0.003)
