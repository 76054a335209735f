#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the README's pictures of the window: make_pictures.py [PROGRAM]

Starts the built program on a screen of its own (Xvfb), presses Ctrl+R as a person would (xdotool), and
takes the window's picture (maim) when the run is over. Needs Debian's xvfb, xdotool, maim, and what the
examples need: fortunes in six languages and python3-langdetect.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
SIZE = (1280, 800)
PATIENCE = 120  # seconds

FAILING = """
import math
import os
import time


def measure(x):
    time.sleep(0.001 + 0.003 * (x * 2654435761 % 97) / 97)
    if x % 173 == 0:
        raise ValueError(f"row {x} has no value")
    if x == 1200:
        os.abort()
    return math.sqrt(x)
"""


def runs(folder):
    """The pictures: name, arguments of `poolscope run`, and the tab that is shown."""
    rows = folder / "rows.txt"
    subprocess.run([EXAMPLES / "make_rows.py", "--limit", "3000", "--output", rows], check=True)
    failing = folder / "measure.py"
    failing.write_text(FAILING)
    lock_step = ["--chunk", "1", "--window", "1"]
    sqrt = f"{EXAMPLES / 'sqrt.py'}:task"
    classify = f"{EXAMPLES / 'classify.py'}:classify"
    debian = ["--python-interpreter", "/usr/bin/python3"]
    return [
        ("sqrt", ["--python", sqrt, "--range", "1:5000", "--workers", "2", *lock_step], 0, "light"),
        ("classify", ["--python", classify, *debian, "--lines", str(rows), "--workers", "2"], 1, "light"),
        ("failures", ["--python", f"{failing}:measure", "--range", "0:4000", "--workers", "4"], 1, "dark"),
    ]


def settings(folder, arguments, tab, theme):
    """Settings as the program keeps them."""
    file = folder / "poolscope" / "poolscope.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f'"{argument}"' for argument in arguments)
    number = {"light": 1, "dark": 2}[theme]
    file.write_text(f"[run]\narguments={listed}\n\n[window]\ntab={tab}\ntheme={number}\n")


def wait_for(what, found):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    sys.exit(f"make_pictures.py: {what} did not come within {PATIENCE} s")


def xdotool(environment, *arguments):
    done = subprocess.run(["xdotool", *map(str, arguments)], env=environment, capture_output=True, text=True)
    return done.stdout.strip()


def take(program, environment, picture):
    process = subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL)
    try:
        window = wait_for(
            "the window",
            lambda: xdotool(environment, "search", "--onlyvisible", "--pid", process.pid).split("\n")[0],
        )
        xdotool(environment, "windowmove", window, 0, 0, "windowsize", window, *SIZE)
        xdotool(environment, "mousemove", *SIZE, "windowfocus", "--sync", window)
        xdotool(environment, "key", "--window", window, "ctrl+r")
        wait_for("the end", lambda: "100%" in xdotool(environment, "getwindowname", window))
        time.sleep(1.5)  # the last figures
        subprocess.run(["maim", "-i", window, picture], env=environment, check=True)
    finally:
        process.terminate()
        process.wait()


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else HERE.parents[1] / "build/release/bin/poolscope"
    read, write = os.pipe()
    screen = "{}x{}x24".format(*SIZE)
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with tempfile.TemporaryDirectory() as name, open(read, encoding="ascii") as display:
            folder = Path(name)
            environment = dict(
                os.environ,
                DISPLAY=":" + display.readline().strip(),
                HOME=name,
                XDG_CONFIG_HOME=name,
                XDG_RUNTIME_DIR=name,
            )
            environment.pop("WAYLAND_DISPLAY", None)
            for picture, arguments, tab, theme in runs(folder):
                settings(folder, arguments, tab, theme)
                take(program, environment, HERE / f"{picture}.png")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
