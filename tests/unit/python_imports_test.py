# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests which source files the Python worker finds that a file imports."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from python_loading_test import Asking  # noqa: E402


class ImportedFiles(Asking):
    def imports(self, *places, **environment):
        """The files below the test's folder that the places import."""
        answer = self.ask("--imports", *places, environment=environment)
        return [os.path.relpath(path, self.folder) for path in answer["imports"]]

    def path(self, name):
        return os.path.join(self.folder, name)

    def assert_imports(self, source, *names):
        self.write("task.py", source)
        self.assertEqual(sorted(self.imports("./task.py")), sorted(names), source)

    def write_modules(self, *names):
        for name in names:
            self.write(name, "")

    def test_sees_statements_wherever_they_stand(self):
        self.write_modules("a.py", "b/__init__.py", "b/c.py", "b/d.py", "importers.py")
        package = "b/__init__.py"
        for source, *names in (
            ("import a, b.c as other # , importers\n", "a.py", package, "b/c.py"),
            ("def f():\n\timport a\r\n", "a.py"),
            ("try: import a; import b\nexcept ImportError: pass\n", "a.py", package),
            ("try: pass\nexcept ImportError:\n    import a\n", "a.py"),
            ("if False:\n    pass\nelse:\n    async def f():\n        import a\n", "a.py"),
            ("from b import (\n    c,  # one\n    d,\n)\n", package, "b/c.py", "b/d.py"),
            ("from b import c, \\\n    d\n", package, "b/c.py", "b/d.py"),
            ("from importers import a\n", "importers.py"),
            ("from b import *\n", package),
            ('"""\nimport a\n"""\n',),
            ("imported = 1\nimport missing, os\n",),
        ):
            self.assert_imports(source, *names)

    def test_follows_imports_from_file_to_file(self):
        self.write("task.py", "import os, helper\nimport missing\n")
        self.write("helper.py", "import pack.sub.leaf\nimport task\n")
        self.write("pack/sub/leaf.py", "import helper\n")
        self.write_modules("pack/__init__.py", "unrelated.py")
        files = ["helper.py", "pack/__init__.py", "pack/sub/leaf.py"]
        self.assertEqual(self.imports(self.path("task.py")), files)
        self.assertEqual(self.imports("task"), files)

    def test_relative_imports_are_those_of_the_package(self):
        self.write("pack/sub/task.py", "from . import a\nfrom ..b import c, name\n")
        packages = ["pack/__init__.py", "pack/b/__init__.py", "pack/sub/__init__.py"]
        files = sorted([*packages, "pack/b/c.py", "pack/sub/a.py"])
        self.write_modules("a.py", *files)
        for place in (self.path("pack/sub/task.py"), "pack.sub.task"):
            self.assertEqual(sorted(self.imports(place)), files)

    def test_a_module_imports_from_the_folder_above_its_packages(self):
        self.write("pack/sub/__init__.py", "import pack.a, sub\n")
        self.write_modules("pack/__init__.py", "pack/a.py", "pack/sub.py", "sub.py")
        files = ["pack/__init__.py", "pack/a.py", "sub.py"]
        self.assertEqual(sorted(self.imports("pack.sub")), files)

    def test_looks_in_the_folders_of_pythonpath(self):
        self.write("task.py", "import mine\n")
        self.write("more/mine.py", "import another\n")
        self.write("lib/another.py", "")
        path = os.pathsep.join(("more", "", self.path("lib")))
        self.assertEqual(self.imports("./task.py", PYTHONPATH=path), ["more/mine.py", "lib/another.py"])

    def test_leaves_libraries_alone(self):
        self.write("task.py", "import numpy\n")
        folder = "lib/site-packages"
        self.write(folder + "/numpy.py", "import task\n")
        self.assertEqual(self.imports("./task.py", PYTHONPATH=self.path(folder)), [])

    def test_answers_for_several_files_at_once(self):
        for folder in ("one", "two"):
            self.write(folder + "/task.py", "import helper\n")
            self.write(folder + "/helper.py", "")
        places = "./one/task.py", "./two/task.py"
        self.assertEqual(self.imports(*places), ["one/helper.py", "two/helper.py"])

    def test_runs_nothing(self):
        self.write("task.py", "import helper\nraise RuntimeError\n")
        self.write("helper.py", "open('ran', 'w')\n")
        self.assertEqual(self.imports("./task.py"), ["helper.py"])
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_what_cannot_be_parsed_imports_nothing(self):
        self.write("task.py", "import broken, deep, null, pipe\n")
        self.write("broken.py", "import (\n")
        self.write("deep.py", "x = " + "(" * 10_000)
        self.write("null.py", "import a\0\n")
        os.mkfifo(self.path("pipe.py"))
        files = ["broken.py", "deep.py", "null.py"]
        self.assertEqual(sorted(self.imports("./task.py", "./missing.py")), files)


if __name__ == "__main__":
    unittest.main()
