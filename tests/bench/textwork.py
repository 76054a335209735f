# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks on lines and rows, and the plain loop over the same file: textwork.py TASK FILE prints the
loop's iterations per second.
"""

import csv
import re
import sys
import time


def length(line):
    return len(line)


def words(line):
    return len(re.findall(r"\w+", line))


def score(row):
    return float(row["score"]) * 2


def lines_of(path):
    with open(path) as file:
        for line in file:
            yield line.rstrip("\n")


def rows_of(path):
    with open(path, newline="") as file:
        yield from csv.DictReader(file)


def write_lines(path, count):
    words = "alpha beta gamma delta epsilon zeta eta theta".split()
    with open(path, "w") as file:
        for i in range(count):
            file.write(" ".join(words[(i * 7 + k * k) % 8] for k in range(6)) + "\n")


def write_rows(path, count):
    with open(path, "w") as file:
        file.write("id,name,score\n")
        for i in range(count):
            file.write(f"{i},name{i % 1000},{i * 37 % 10007 / 100}\n")


if __name__ == "__main__":
    task = globals()[sys.argv[1]]
    inputs = rows_of if task is score else lines_of
    begin = time.perf_counter()
    results = [task(value) for value in inputs(sys.argv[2])]
    print(len(results) / (time.perf_counter() - begin))
