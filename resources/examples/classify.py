# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language a text is in, by Debian's python3-langdetect."""

from langdetect import DetectorFactory, LangDetectException, detect
from langdetect.detector_factory import init_factory

# langdetect draws random numbers. With a seed it draws the same ones for each text, so that what
# a text comes to depends on no other text and on no worker.
DetectorFactory.seed = 0
init_factory()  # loads the languages once, before the first text is timed


def classify(text):
    """The language's code, such as "de", or "unknown" where the text has no letters to go by."""
    try:
        return detect(text)
    except LangDetectException:
        return "unknown"
