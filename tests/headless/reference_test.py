#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the repository: their links lead somewhere, and the reference has every option."""

import os
import re
import subprocess
import unittest
from pathlib import Path

POOLSCOPE = os.environ["POOLSCOPE"]
TOP = Path(__file__).resolve().parents[2]
REFERENCE = sorted((TOP / "resources/doc").glob("*.md"))
PAGES = [*sorted(TOP.glob("*.md")), *REFERENCE]
COMMANDS = ("run", "resume", "sweep", "export", "info")


def anchors(page):
    """The names by which links reach the headings of a page."""
    headings = (line.lstrip("#").strip().lower() for line in page.read_text().splitlines() if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def links(page):
    """The targets of the links of a page that lead to files."""
    targets = re.findall(r"\]\(([^)]+)\)", re.sub(r"\n\s*", " ", page.read_text()))
    return [target for target in targets if not re.match(r"https?://", target)]


def options(command):
    """The options that the help of a command lists, without --help."""
    text = subprocess.run([POOLSCOPE, command, "--help"], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^ +(-.*?)(?:  |$)", text, re.MULTILINE)
    return {option for names in listed for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", names)} - {"-h", "--help"}


class Pages(unittest.TestCase):
    def test_links_lead_to_files_and_headings(self):
        for page in PAGES:
            for target in links(page):
                path, _, heading = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(page=page.name, target=target):
                    self.assertTrue(file.exists())
                    if heading:
                        self.assertIn(heading, anchors(file))

    def test_the_reference_has_every_option(self):
        reference = "\n".join(page.read_text() for page in REFERENCE)
        for command in COMMANDS:
            known = options(command)
            self.assertGreater(len(known), 0, command)
            for option in sorted(known):
                with self.subTest(command=command, option=option):
                    found = re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", reference)
                    self.assertTrue(found, f"resources/doc/ does not mention {option}")


if __name__ == "__main__":
    unittest.main()
