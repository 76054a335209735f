# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what the Python worker loads tasks from, and what it advises where that fails."""

import json
import os
import subprocess
import sys
import textwrap
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import python_worker_test as driver  # noqa: E402
from python_worker_test import PATIENCE, PYTHON, WORKER, WorkerTest  # noqa: E402

GUARD = 'under if __name__ == "__main__":'


class Asking(WorkerTest):
    def ask(self, *words, environment=()):
        run = subprocess.run(
            [PYTHON, WORKER, *words],
            cwd=self.folder,
            env=dict(os.environ, **dict(environment)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout.splitlines()[-1])

    def check(self, target):
        answer = self.ask("--check", target)
        return answer.get("error", "ok")


class Imports(Asking):
    SOURCE = "def double(x): return 2 * x\n"

    def assert_found(self, target, **environment):
        self.assertEqual(self.ask("--check", target, environment=environment), {"ok": True})
        functions = self.ask("--functions", target.partition(":")[0], environment=environment)
        self.assertEqual([f["name"] for f in functions["functions"]], ["double"])
        worker = self.ready(target, environment=environment)
        self.assertEqual(worker.run(4, 1), [("integer", 8)])

    def test_zip_file(self):
        path = os.path.join(self.folder, "library.zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("zipped.py", self.SOURCE)
            archive.writestr("package/__init__.py", "")
            archive.writestr("package/inner.py", self.SOURCE)
        for target in ("zipped:double", "package.inner:double"):
            self.assert_found(target, PYTHONPATH=path)
        source = self.ask("--source", "zipped", environment={"PYTHONPATH": path})
        self.assertEqual(source, {"path": path})

    def test_packages(self):
        self.write("package/__init__.py", "from .inner import double\n")
        self.write("package/inner.py", "from . import other\n" + self.SOURCE)
        self.write("package/other.py", "")
        self.write("space/part.py", self.SOURCE)  # of a package without __init__.py
        self.assert_found("package.inner:double")
        self.assert_found("space.part:double")
        self.assertEqual(self.check("package:double"), "ok")
        self.assertEqual(self.ready("package:double").run(4, 1), [("integer", 8)])

    def test_compiled_files(self):
        source = self.write("hidden.source", self.SOURCE)
        path = os.path.join(self.folder, "compiled.pyc")
        code = "import py_compile, sys; py_compile.compile(*sys.argv[1:])"
        subprocess.run([PYTHON, "-c", code, source, path], check=True)
        self.assert_found("compiled:double")
        self.assert_found("compiled.pyc:double")
        self.assert_found(path + ":double")

    def test_extension_modules(self):
        self.assertEqual(self.ready("_struct:calcsize", items=True).run(0, 1, [b"i"]),
                         [("integer", 4)])
        code = "import _struct; print(getattr(_struct, '__file__', ''))"
        path = subprocess.check_output([PYTHON, "-c", code]).decode().strip()
        if path:
            self.assertEqual(self.check(path + ":calcsize"), "ok")
            worker = self.ready(path + ":calcsize", items=True)
            self.assertEqual(worker.run(0, 1, [b"i"]), [("integer", 4)])

    def test_names_that_the_source_does_not_show(self):
        self.write("makes.py", textwrap.dedent("""
            import asyncio, functools
            def sync(function):
                @functools.wraps(function)
                def wrapped(x): return asyncio.run(function(x))
                return wrapped
            @sync
            async def decorated(x): return 2 * x
            async def later(x): return 2 * x
            globals()["later"] = sync(later)
            for name in ("first", "second"):
                globals()[name] = lambda x: 2 * x
        """))
        for name in ("decorated", "later", "first", "second"):
            self.assertEqual(self.check("makes.py:" + name), "ok")
            self.assertEqual(self.ready("makes.py:" + name).run(4, 1), [("integer", 8)])


class Advice(Asking):
    def said_on_loading(self, source, function="task", name="script.py"):
        self.write(name, textwrap.dedent(source))
        return ": ".join(self.refused("%s:%s" % (name, function))[:2])

    def said_by_task(self, source):
        self.write("script.py", textwrap.dedent(source))
        outcome = self.ready("script.py:task").run(1, 1)[0]
        self.assertEqual(outcome[0], "failure")
        return ": ".join(outcome[1][1:3])

    def test_ends_when_it_is_loaded(self):
        for source in (
            "import sys\ndef task(x): return x\ndef main(): return 0\nsys.exit(main())\n",
            "def task(x): return x\nraise SystemExit\n",
            "import argparse\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('input')\nparser.parse_args()\ndef task(x): return x\n",
        ):
            self.assertIn(GUARD, self.said_on_loading(source))

    def test_arguments_read_when_it_is_loaded(self):
        source = "import sys\nfactor = int(sys.argv[1])\ndef task(x): return x\n"
        said = self.said_on_loading(source)
        self.assertRegex(said, "^IndexError: .*arguments of the command line.* " + GUARD)

    GUARDED = """
        def task(x): return x * factor
        if __name__ == "__main__":
            factor = 3
            import math as mathematics
            def other(x): return x
            class Model: pass
            for number in range(3): pass
        """

    def test_what_only_a_script_defines(self):
        self.assertRegex(self.said_by_task(self.GUARDED), "^NameError: .*'factor'.*; .*" + GUARD)
        for name in ("other", "Model", "number", "mathematics"):
            self.assertRegex(self.said_on_loading(self.GUARDED, name), "'%s'.*%s" % (name, GUARD))
            self.assertRegex(self.check("script.py:" + name), r"^script.py:\d+: '%s'.*%s" % (
                name, GUARD))
        self.assertNotIn("__main__", self.said_by_task("def task(x): return unknown\n"))
        reversed_guard = self.GUARDED.replace('__name__ == "__main__"', '"__main__" == __name__')
        self.assertIn(GUARD, self.said_by_task(reversed_guard))

    def test_defined_in_both_cases(self):
        self.write("both.py", textwrap.dedent("""
            if __name__ == "__main__":
                def task(x): return 1
            else:
                def task(x): return 2
        """))
        self.assertEqual(self.check("both.py:task"), "ok")
        self.assertEqual(self.ready("both.py:task").run(0, 1), [("integer", 2)])

    def test_processes_started_when_it_is_loaded(self):
        said = self.said_on_loading("""
            import multiprocessing
            def task(x): return x
            process = multiprocessing.get_context("spawn").Process(target=task, args=[1])
            process.start()
        """)
        self.assertRegex(said, "(?s)^RuntimeError: .*" + GUARD)

    def test_relative_imports(self):
        self.write("pkg/__init__.py", "")
        self.write("pkg/sub/__init__.py", "")
        self.write("pkg/conf.py", "K = 10\n")
        source = "from . import conf\ndef task(x): return x * conf.K\n"
        said = self.said_on_loading(source, name="pkg/mod.py")
        self.assertIn("--python pkg.mod:task", said)
        self.assertEqual(self.ready("pkg.mod:task").run(2, 1), [("integer", 20)])
        said = self.said_on_loading(source.replace(". ", ".. "), name="pkg/sub/deep.py")
        self.assertIn("--python pkg.sub.deep:task", said)

    def test_missing_module(self):
        said = self.said_on_loading("import nowhere_at_all\n")
        self.assertRegex(said, "nowhere_at_all.*; install it for /.*, or choose another interp")

    def test_notebook(self):
        self.write("nb.ipynb", '{"cells": []}')
        for said in (self.refused("nb.ipynb:task")[1], self.check("nb.ipynb:task"),
                     self.check("./nb.ipynb:task"), self.ask("--functions", "nb.ipynb")["error"]):
            self.assertIn("is a notebook: convert it to a script by `jupyter nbconvert", said)
            self.assertIn("nb.py:FUNCTION", said)

    def test_syntax_errors(self):
        self.write("helper.py", "x = 1\n\ndef f(:\n")
        self.assertRegex(self.said_on_loading("import helper\n"), r"^SyntaxError: helper\.py:3: \w")
        for file_name in ("None", '"<text>"', '"gone.py"'):
            arguments = '(%s, 3, 4, "text")' % file_name
            said = self.said_by_task(
                "def task(x): raise SyntaxError('unexpected token', %s)\n" % arguments)
            self.assertIn("unexpected token", said)
        said = self.said_by_task("import ast\ndef task(x): return ast.parse('a b')\n")
        self.assertRegex(said, "^SyntaxError: invalid syntax")

    def test_messages_of_several_lines(self):
        said = self.said_by_task(
            "def task(x): raise ValueError('1 validation error\\nage\\n  field required')\n")
        self.assertEqual(said, "ValueError: 1 validation error\nage\n  field required")

    def test_other_versions_of_python(self):
        """As far as this test can run them: what the first lines do with a version before 3.8."""
        with open(WORKER) as file:
            head = file.read().partition("import _signal")[0]
        old = "import sys\nsys.version_info = (3, 7, 16)\n"
        run = subprocess.run([PYTHON, "-c", old + head], stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"needs Python 3.8 or newer, and ", run.stderr)
        asked = subprocess.run(
            [PYTHON, "-c", old + head, "--check"], stdout=subprocess.PIPE, timeout=PATIENCE)
        self.assertIn("is Python 3.7: choose another", json.loads(asked.stdout)["error"])

    def test_exec(self):
        said = self.said_by_task("import os\ndef task(x): os.execv('/bin/true', ['true'])\n")
        self.assertRegex(said, r"^RuntimeError: os\.execv\(\) would replace .*subprocess\.run")
        for call in ("execl('/bin/true', 'true')", "execvp('true', ['true'])",
                     "execlpe('true', 'true', {})"):
            said = self.said_by_task("import os\ndef task(x): os.%s\n" % call)
            self.assertRegex(said, r"^RuntimeError: os\.execve?\(\) would replace")
        self.write("forks.py", textwrap.dedent("""
            import os, subprocess
            def task(x):
                child = os.fork()
                if child == 0:
                    os.execlp("sh", "sh", "-c", "exit 3")
                return [os.waitpid(child, 0)[1] >> 8, subprocess.call(["sh", "-c", "exit 4"]),
                        os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 5")]
        """))
        worker = self.ready("forks.py:task")
        self.assertEqual(worker.run(0, 1), [("json", b"[3,4,5]")])


class NotShared(WorkerTest):
    SOURCE = """
        import multiprocessing, os
        lock, count = multiprocessing.Lock(), multiprocessing.Value("i", 0)
        log = open("log.txt", "w")
        own = open("log.%d.txt" % os.getpid(), "w")
        added = open("added.txt", "a")
        class Holder:
            __module__ = None
        holder = Holder()
        def task(x): return x
        """

    FURTHER = """
        import ctypes, logging, multiprocessing
        raw, plain = multiprocessing.RawValue("i", 0), ctypes.c_int(0)
        locks = [multiprocessing.Lock(), multiprocessing.Lock()]
        numbers, texts = [1, 2], {"a": "b"}
        class State:
            done = multiprocessing.Event()
            count = 0
        logging.basicConfig(filename="run.log", filemode="w")
        logging.getLogger("other").addHandler(logging.FileHandler("other.log"))
        def task(x): return x
        """

    ODD = """
        import ctypes, io, logging, multiprocessing
        class Fields(ctypes.Structure):
            def __getattr__(self, name): raise KeyError(name)
            def __getattribute__(self, name): raise KeyError(name)
        fields, raw = Fields(), multiprocessing.RawValue("i", 0)
        of_no_module = eval("type('Type', (), {})", {})()
        class Disguised:
            @property
            def __class__(self): raise KeyError("class")
            @property
            def __dict__(self): raise KeyError("dict")
            def __bool__(self): raise KeyError("bool")
        disguised = [Disguised()]
        globals()[1] = globals()[None] = 2
        State = type("State", (), {1: 2, "lock": multiprocessing.Lock()})
        class Pipe(io.RawIOBase):
            def writable(self): return True
            @property
            def mode(self): raise SystemExit("mode")
        pipe = io.BufferedWriter(Pipe())
        class Handler(logging.Handler):
            @property
            def stream(self): raise SystemExit("stream")
        handler = Handler()
        class Initialiser:
            def __bool__(self): raise KeyError("bool")
            def __call__(self): global ready; ready = True
        initialise = Initialiser()
        def task(x): return ready
        """

    def notes(self, number, source=SOURCE):
        self.write("top.py", textwrap.dedent(source))
        worker = self.start()
        worker.expect(driver.HELLO)
        setup = driver.setup_frame("top.py:task")
        at = 5 + 6  # the worker's number, behind the frame's head, the magic and the version
        setup = setup[:at] + number.to_bytes(4, "little") + setup[at + 4 :]
        worker.send(setup)
        worker.expect(driver.READY)
        self.assertEqual(worker.goodbye(), 0)
        return worker.finished_log().splitlines()

    def test_what_each_worker_has_of_its_own_is_noted_once(self):
        locks, files = self.notes(1)
        self.assertIn("each worker loads top.py anew and has lock, count of its own", locks)
        self.assertIn("each worker loads top.py anew and has log of its own", files)
        self.assertEqual(self.notes(2), [])

    def test_so_is_what_classes_containers_and_loggers_hold(self):
        held, files = self.notes(1, self.FURTHER)
        self.assertIn("each worker loads top.py anew and has raw, locks, State.done of its own", held)
        self.assertIn("each worker loads top.py anew and has run.log of its own", files)

    def test_objects_that_misbehave_are_not_asked(self):
        [held] = self.notes(1, self.ODD)
        self.assertIn("each worker loads top.py anew and has raw, State.lock of its own", held)

    def test_an_initialiser_is_called_whatever_it_is_worth(self):
        self.write("top.py", textwrap.dedent(self.ODD))
        worker = self.start().prepare("top.py:task", arguments="initialise")
        worker.expect(driver.READY)
        self.assertEqual(worker.run(0, 1), [("json", b"true")])


class Misbehaving(WorkerTest):
    """Modules and results that raise errors where a Pool does not ask them."""

    def test_a_module_that_has_no_such_attribute_raises_another_error(self):
        self.write("table.py", textwrap.dedent("""
            def task(x): return x
            def __getattr__(name): return {}[name]
        """))
        self.assertEqual(self.ready("table:task").run(0, 2), [("integer", 0), ("integer", 1)])

    def test_numpy_that_must_not_be_imported(self):
        self.write("without.py", textwrap.dedent("""
            import decimal, sys
            sys.modules["numpy"] = None
            def task(x): return decimal.Decimal(x)
        """))
        self.assertEqual(self.ready("without.py:task").run(1, 1), [("repr", b"Decimal('1')")])

    def test_bytes_that_misjudge_their_length(self):
        self.write("bytes.py", textwrap.dedent("""
            class Bytes(bytes):
                def __len__(self): return 1
                def __bytes__(self): return b"other"
            class Array(bytearray):
                def __len__(self): return 1
                def __bytes__(self): return b"other"
            def task(x): return (Bytes, Array)[x](b"abc")
        """))
        self.assertEqual(self.ready("bytes.py:task").run(0, 2), [("bytes", b"abc")] * 2)

    def test_an_error_whose_class_is_of_no_module(self):
        self.write("error.py", textwrap.dedent("""
            Error = eval("type('Error', (Exception,), {})", {})
            def task(x): raise Error("x")
        """))
        [(kind, failure)] = self.ready("error.py:task").run(0, 1)
        self.assertEqual((kind, failure[1:3]), ("failure", ("Error", "x")))

    def test_a_callable_whose_class_answers_no_question(self):
        self.write("callable.py", textwrap.dedent("""
            class Type(type):
                def __getattribute__(cls, name): raise KeyError(name)
            class Task(metaclass=Type):
                def __call__(self, x): return x
            task = Task()
        """))
        self.assertEqual(self.ready("callable.py:task").run(3, 1), [("integer", 3)])

    def test_a_finder_that_finds_no_specs(self):
        self.write("finder.py", textwrap.dedent("""
            import sys
            class Finder:
                def find_module(self, name, path=None): return None
            if sys.version_info >= (3, 12) or "logging" not in sys.modules:
                sys.meta_path.insert(1, Finder())
            import logging
            def task(x): return logging.__name__
        """))
        self.assertEqual(self.ready("finder.py:task").run(0, 1), [("text", b"logging")])


class Replaced(WorkerTest):
    """What a task puts in the place of functions that the worker uses."""

    def test_frozen_clocks_and_other_functions(self):
        self.write("replaces.py", textwrap.dedent("""
            import sys
            import faulthandler, fcntl, gc, json, marshal, mmap, os, select, struct, time
            def fake(*arguments): raise RuntimeError("replaced")
            def frozen(): return 1_577_836_800_000_000_000
            clocks = [time.monotonic_ns, time.process_time_ns, time.monotonic, time.time]
            for module in list(sys.modules.values()):
                for name, value in list(vars(module).items()):
                    if any(value is clock for clock in clocks) and module.__name__ != __name__:
                        setattr(module, name, frozen)
            for module, names in {
                os: "write read readv pread pwrite dup dup2 close fstat environb sysconf getpid",
                struct: "pack unpack Struct calcsize", fcntl: "fcntl ioctl", select: "poll select",
                mmap: "mmap", marshal: "dumps loads", json: "dumps loads",
            }.items():
                for name in names.split():
                    setattr(module, name, fake)
            def task(x):
                print("of", x)
                return [x, {"a": 1}] if x % 2 else x
        """))
        before = driver.time.monotonic_ns()
        worker = self.ready("replaces.py:task", cells=64, status_page=True)
        expected = [("json", b'[%d,{"a":1}]' % x) if x % 2 else ("integer", x) for x in range(50)]
        self.assertEqual(worker.run(0, 50), expected)
        for span in worker.spans:
            self.assertTrue(before < span.begun < driver.time.monotonic_ns())
        self.assertEqual(worker.printed[3, 1], b"of 3\n")
        self.assertEqual(worker.goodbye(), 0)


class PrintedAtTheStart(Asking):
    def test_the_answers_are_found(self):
        self.write("site/sitecustomize.py", "import os\nos.write(1, b'hello without an end')\n")
        environment = {"PYTHONPATH": os.path.join(self.folder, "site")}
        answer = self.ask("--check", "tasks.py:same", environment=environment)
        self.assertEqual(answer, {"ok": True})
        answer = self.ask("--functions", "tasks.py", environment=environment)
        self.assertIn("same", [function["name"] for function in answer["functions"]])

    def test_the_channel_is_descriptor_0_alone(self):
        self.write("site/sitecustomize.py", "import os\nos.write(1, b'hello')\n")
        channel, theirs = driver.socket.socketpair()
        self.addCleanup(channel.close)
        channel.settimeout(PATIENCE)
        process = subprocess.Popen(
            [PYTHON, WORKER],
            stdin=theirs,
            stdout=subprocess.PIPE,
            cwd=self.folder,
            env=dict(os.environ, PYTHONPATH=os.path.join(self.folder, "site")),
        )
        theirs.close()
        channel.sendall(driver.setup_frame("tasks.py:same") + driver.frame(driver.POOL_GOODBYE))
        data = b""
        while True:
            more = channel.recv(1 << 16)
            if not more:
                break
            data += more
        self.assertEqual(process.communicate(timeout=PATIENCE)[0], b"hello")
        kinds = [kind for kind, _ in driver.split_frames(data)]
        self.assertEqual(kinds[0], driver.HELLO)
        self.assertEqual(kinds[-1], driver.WORKER_GOODBYE)


if __name__ == "__main__":
    unittest.main()
