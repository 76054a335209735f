# SPDX-License-Identifier: GPL-3.0-or-later
"""Each input has 2 MB, of which the function reads little."""

from concurrent.futures import ProcessPoolExecutor


def first(data):
    return data[0]


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        for _ in executor.map(first, [bytes([i]) * 2_000_000 for i in range(100)]):
            pass
