# SPDX-License-Identifier: GPL-3.0-or-later
"""A method of a large object: the object is sent with each input."""

from multiprocessing import Pool


class Model:
    def __init__(self):
        self.weights = bytes(2_000_000)

    def weight(self, i):
        return self.weights[i]


if __name__ == "__main__":
    model = Model()
    with Pool(2) as pool:
        for _ in pool.imap(model.weight, range(150)):
            pass
