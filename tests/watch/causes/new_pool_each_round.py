# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool is made anew in each round."""

from multiprocessing import get_context


def square(x):
    return x * x


if __name__ == "__main__":
    for _ in range(6):
        with get_context("spawn").Pool(2) as pool:
            pool.map(square, range(40))
