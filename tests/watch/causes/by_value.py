# SPDX-License-Identifier: GPL-3.0-or-later
"""The function is pickled by value, with each input: dill does so with one of __main__."""

from multiprocess import Pool


def root(x):
    return x**0.5


if __name__ == "__main__":
    with Pool(2) as pool:
        for _ in pool.imap(root, range(3000)):
            pass
