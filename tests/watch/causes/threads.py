# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that compute in Python wait for the interpreter lock."""

from concurrent.futures import ThreadPoolExecutor


def total(n):
    s = 0
    for i in range(n):
        s += i * i
    return s


if __name__ == "__main__":
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(total, [200_000] * 200))
