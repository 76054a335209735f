#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a file of rows, one real text a line, from Debian's fortunes in six languages.

The rows are the same, in the same order, wherever the same packages are installed.
"""

import argparse
import re
import signal
import sys
from pathlib import Path

FORTUNES = Path("/usr/share/games/fortunes")
FOLDERS = {"en": ".", "de": "de", "es": "es", "it": "it", "pl": "pl", "cs": "cs"}
PACKAGES = "fortunes fortunes-de fortunes-es fortunes-it fortunes-pl fortunes-cs"


def files(folder):
    """The folder's own files of texts; a link leads to a text that another folder has."""
    return sorted(
        path
        for path in folder.glob("*")
        if path.suffix not in (".dat", ".u8") and path.is_file() and not path.is_symlink()
    )


def rows(path):
    """The entries of a file, between lines of "%", each as one line."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for entry in re.split(r"^%\s*$", text, flags=re.MULTILINE):
        shown = re.sub(".\b", "", entry)  # what a terminal would show of x, backspace, y
        row = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", shown).split())
        if row:
            yield row


def shares(sizes, limit):
    """How many to take of each, evenly, where those that have too few leave their share to others."""
    taken = dict.fromkeys(sizes, 0)
    waiting = sorted(sizes, key=sizes.get)
    while waiting:
        least = waiting.pop(0)
        taken[least] = min(sizes[least], (limit - sum(taken.values())) // (len(waiting) + 1))
    return taken


def spread(values, count):
    """That many of the values, evenly over all of them, in their order."""
    return [values[i * len(values) // count] for i in range(count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, metavar="N", help="N rows, spread over the languages")
    parser.add_argument("--output", metavar="FILE", help="where to (default: standard output)")
    arguments = parser.parse_args()
    if arguments.limit is not None and arguments.limit < 0:
        parser.error("--limit must not be negative")

    texts = {
        language: [row for path in files(FORTUNES / folder) for row in rows(path)]
        for language, folder in FOLDERS.items()
    }
    missing = [language for language, found in texts.items() if not found]
    if missing:
        sys.exit(
            f"make_rows.py: no texts in {', '.join(missing)} under {FORTUNES}; "
            f"install Debian's {PACKAGES}"
        )
    if arguments.limit is not None:
        counts = shares({language: len(found) for language, found in texts.items()}, arguments.limit)
        texts = {language: spread(found, counts[language]) for language, found in texts.items()}

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader may have enough
    try:
        with open(arguments.output, "wb") if arguments.output else sys.stdout.buffer as output:
            for found in texts.values():
                output.writelines(row.encode() + b"\n" for row in found)
    except OSError as error:
        sys.exit(f"make_rows.py: {error}")


if __name__ == "__main__":
    main()
