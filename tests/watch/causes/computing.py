# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is wrong: the workers compute."""

from multiprocessing import Pool


def total(n):
    s = 0
    for i in range(n):
        s += i * i
    return s


if __name__ == "__main__":
    with Pool(2) as pool:
        for _ in pool.imap_unordered(total, [250_000] * 80):
            pass
