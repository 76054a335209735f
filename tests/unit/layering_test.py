#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that no include breaks the layers of core/ and app/: layering_test.py SOURCE_ROOT"""

import re
import sys
import tempfile
import unittest
from pathlib import Path


def arrows_of(document):
    """The arrows of a document, lines such as "    pool -> events, task", as {LAYER: {LAYER, ...}}."""
    found = {}
    for here, there in re.findall(r"^    ([\w/., ]+?) +-> (.+)$", document, re.MULTILINE):
        for layer_name in here.split(", "):
            found[layer_name] = set(there.split(", "))
    return found


def below(layer_name, arrows):
    """The layers that the arrows lead to from one, directly or through others."""
    found = set()
    for there in arrows.get(layer_name, ()):
        found |= {there} | below(there, arrows)
    return found


# The folders whose headers a folder may include, beside its own and result.h. Arrows point down only.
ARROWS = arrows_of((Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8"))
MAY_INCLUDE = {name: below(name, ARROWS) for name in ARROWS.keys() | set().union(*ARROWS.values())}
MAY_INCLUDE["app/main.cpp"] = {"app/cli"}  # chooses and does nothing else
CORE = {name for name in MAY_INCLUDE if not name.startswith("app/")}
APP = MAY_INCLUDE.keys() - CORE
WITHOUT_QT = CORE - {"pool", "run"}

SPDX = "// SPDX-License-Identifier: GPL-3.0-or-later"
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')
QT = re.compile(r"(Qt?[A-Z]\w*(/\w+(\.h)?)?|q[a-z]\w*\.h)$")
WIDGET = re.compile(
    r"Qt(Widgets|PrintSupport|Charts|SvgWidgets|OpenGLWidgets)(/|$)"
    r"|(.*/)?qcustomplot\.h$"
    r"|(.*/)?q\w*(application|widget|window|dialog|(?<!string)(?<!array)view|button|box|layout|menu"
    r"|bar|slider|edit(?!er)|label|frame|area|splitter|style|graphics|delegate|gesture|wizard|tooltip)",
    re.IGNORECASE,
)
CORE_APPLICATION = re.compile(r"(QtCore/)?qcoreapplication(\.h)?$", re.IGNORECASE)


def sources(root):
    """The C++ files of core/ and app/, as paths relative to the root."""
    return sorted(
        path.relative_to(root)
        for top in ("core", "app")
        for path in (root / top).rglob("*")
        if path.suffix in (".h", ".cpp")
    )


def layer_of_include(root, path, included):
    """The layer that an include of `path` leads to, or None where it is not ours.

    A file is looked for as the compiler does: beside the one that includes it, then in core/ and app/.
    """
    for base in ((root / path).parent, root / "core", root / "app"):
        found = base / included
        if found.is_file():
            return layer(found.resolve().relative_to(root))
    first, slash, _ = included.partition("/")
    return next((f for f in (first, f"app/{first}") if slash and f in MAY_INCLUDE), None)


def layer(path):
    """The layer of a file of ours: a folder of core/, "result.h", or app/FOLDER, app/FILE."""
    return path.parts[1] if path.parts[0] == "core" else "/".join(path.parts[:2])


def breach(here, there, included):
    """What is wrong with an include, or None."""
    if not here.startswith("app/"):
        if WIDGET.match(included) and not CORE_APPLICATION.match(included):
            return f"core/ includes no widget: {included}"
        if QT.match(included) and here in WITHOUT_QT:
            return f"core/{here}/ is plain C++: {included}"
    if there in (None, here, "result.h"):
        return None
    if there not in MAY_INCLUDE.get(here, ()):
        return f"{here} may not include {there}: {included}"
    return None


def problems(root):
    """Each breach of the rules under a root, as FILE:LINE: MESSAGE."""
    root = root.resolve()
    found = []
    for path in sources(root):
        here = layer(path)
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        if here not in ("result.h", *MAY_INCLUDE):
            found.append(f"{path}:1: no layer of the design is called {here}")
        if not lines or lines[0] != SPDX:
            found.append(f"{path}:1: begins with no line '{SPDX}'")
        if path.suffix == ".h" and "#pragma once" not in lines:
            found.append(f"{path}:1: a header without #pragma once")
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                included = match.group(1)
                message = breach(here, layer_of_include(root, path, included), included)
                if message:
                    found.append(f"{path}:{number}: {message}")
    return found


class TheCheckItself(unittest.TestCase):
    """On made-up trees, so that the check of the real one cannot pass by finding nothing."""

    def check(self, path, *lines, spdx=SPDX):
        """The problems of a tree with one file more than these."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            files = {name: ["#pragma once"] for name in self.NEIGHBOURS}
            files[path] = lines
            for name, content in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text("\n".join([spdx if name == path else SPDX, *content, ""]))
            return problems(root)

    NEIGHBOURS = ["core/result.h"] + [f"core/{d}/{d}.h" for d in CORE] + [
        f"{d}/{d[4:]}.h" for d in APP if not d.endswith(".cpp")]

    def assert_allowed(self, path, *lines):
        self.assertEqual(self.check(path, *lines), [])

    def assert_forbidden(self, path, *lines, line=2):
        found = self.check(path, *lines)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found)

    def test_every_pair_of_layers(self):
        folder = {name: name if name.startswith("app/") else f"core/{name}"
                  for name in MAY_INCLUDE if not name.endswith(".cpp")}
        for here in folder:
            for there in folder:
                allowed = there in MAY_INCLUDE[here] | {here}
                check = self.assert_allowed if allowed else self.assert_forbidden
                name = there.removeprefix("app/")
                with self.subTest(here=here, there=there):
                    check(f"{folder[here]}/x.cpp", f'#include "{name}/{name}.h"')

    def test_main_chooses_and_does_nothing_else(self):
        self.assert_allowed("app/main.cpp", '#include "cli/cli.h"')
        self.assert_forbidden("app/main.cpp", '#include "pool/pool.h"')

    def test_core_does_not_include_app(self):
        self.assert_forbidden("core/report/x.cpp", '#include "cli/cli.h"')
        self.assert_forbidden("core/report/x.cpp", '#include "../../app/cli/cli.h"')

    def test_a_folder_in_a_folder_has_its_rules(self):
        self.assert_allowed("app/window/forms/x.cpp", '#include "tables/tables.h"')
        self.assert_forbidden("app/window/forms/x.cpp", '#include "cli/cli.h"')

    def test_arrows_are_read_and_followed(self):
        arrows = arrows_of("Text -> more\n\n    a, b/c  -> d, e\n    e -> f.cpp\n")
        self.assertEqual(arrows, {"a": {"d", "e"}, "b/c": {"d", "e"}, "e": {"f.cpp"}})
        self.assertEqual(below("b/c", arrows), {"d", "e", "f.cpp"})
        self.assertEqual(below("d", arrows), set())

    def test_every_way_of_writing_an_include(self):
        for line in (
            '#include "../pool/pool.h"',
            "#include <pool/pool.h>",
            '  #  include "pool/pool.h" // why',
            '#include"pool/pool.h"',
            '#include "pool/not_written_yet.h"',
        ):
            with self.subTest(line=line):
                self.assert_forbidden("core/wire/x.h", "#pragma once", line, line=3)
        self.assert_allowed("core/wire/x.cpp", '// #include "pool/pool.h"')
        self.assert_allowed("core/wire/x.cpp", '#include "wire.h"', "#include <queue>")
        self.assert_allowed("core/wire/x.cpp", '#include "result.h"', "#include <csv.h>")

    def test_result_includes_nothing_of_ours(self):
        self.assert_forbidden(
            "core/result.h", "#pragma once", '#include "wire/wire.h"', line=3)

    def test_qt_only_where_it_may_be(self):
        for included in ("QString", "QtCore/QString", "QtGlobal", "qobject.h", "QtCore"):
            for here in CORE:
                check = self.assert_forbidden if here in WITHOUT_QT else self.assert_allowed
                with self.subTest(included=included, here=here):
                    check(f"core/{here}/x.cpp", f"#include <{included}>")

    def test_no_widget_in_core(self):
        for included in (
            "QWidget", "QtWidgets", "QtWidgets/QLabel", "QApplication", "QTableView", "QMessageBox",
            "qwidget.h", "qcustomplot.h", "QGuiApplication",
        ):
            with self.subTest(included=included):
                self.assert_forbidden("core/pool/x.cpp", f"#include <{included}>")
        for included in ("QStringView", "QByteArrayView", "QCoreApplication", "QSqlQuery"):
            with self.subTest(included=included):
                self.assert_allowed("core/pool/x.cpp", f"#include <{included}>")

    def test_first_line_and_guard(self):
        self.assertEqual(len(self.check("core/pool/x.cpp", spdx="// A comment")), 1)
        self.assert_forbidden("core/pool/x.h", "#include <vector>", line=1)

    def test_unknown_layer(self):
        self.assert_forbidden("core/util/x.cpp", "#include <vector>", line=1)
        self.assert_forbidden("core/util.cpp", "#include <vector>", line=1)


class TheTree(unittest.TestCase):
    root = None

    def test_has_sources(self):
        self.assertTrue(sources(self.root), f"no sources under {self.root}")

    def test_keeps_the_layers(self):
        found = problems(self.root)
        self.assertFalse(found, "\n" + "\n".join(found))


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: layering_test.py SOURCE_ROOT [UNITTEST-ARGUMENT...]")
    TheTree.root = Path(sys.argv.pop(1))
    unittest.main()
