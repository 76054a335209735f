# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop that Poolscope starts from, as a task, and another that takes lines of text."""

import math


def task(x):
    """The square root of a number."""
    return math.sqrt(x)


def word_count(text):
    """How many words a text has."""
    return len(text.split())
