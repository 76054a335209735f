# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that wait for something else: more of them help."""

import time
from concurrent.futures import ThreadPoolExecutor


def fetch(i):
    time.sleep(0.015)
    return i


if __name__ == "__main__":
    with ThreadPoolExecutor(3) as executor:
        list(executor.map(fetch, range(150)))
