# SPDX-License-Identifier: GPL-3.0-or-later
"""One message for each input, which takes longer than the input."""

from math import sqrt
from multiprocessing import Pool

if __name__ == "__main__":
    with Pool(2) as pool:
        for _ in pool.imap_unordered(sqrt, range(30_000)):
            pass
