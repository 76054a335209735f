# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what the Python worker makes of what a task returns: a value, its repr, or a failure."""

import os
import sys
import textwrap
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from python_worker_test import WorkerTest  # noqa: E402

NUMPY = '''
"""What the worker looks at in NumPy."""
class generic:
    def __init__(self, number): self.number = number
    def item(self): return self.number
    def __repr__(self): return "np.%s(%r)" % (type(self).__name__, self.number)
class integer(generic): pass
class int64(integer): pass
class timedelta64(integer): pass
class floating(generic): pass
class float32(floating): pass
class float64(floating, float):
    def __new__(cls, number): return float.__new__(cls, number)
class longdouble(floating):
    def item(self): return self
class bool_(generic): pass
'''


class ReturnedValues(WorkerTest):
    HEAD = """
        import asyncio, collections, concurrent.futures, csv, enum, functools, io, itertools, os
        import tempfile, threading, time, weakref
        async def coroutine(): pass
        async def agen(): yield 1
        def gen(): yield 1
        class Awaitable:
            def __await__(self): yield
        class Iterator:
            def __iter__(self): return self
            def __next__(self): raise StopIteration
        class Named(collections.namedtuple("Base", "x y")): pass
        class Kind(enum.IntEnum): first = 1
        class Plain: pass
        class Floats(list): pass
        class Real(float): pass
        def within(kind=None):
            outer = {} if kind else []
            if kind: outer["a"] = outer
            else: outer.append(outer)
            return outer
        class Locked:
            def __init__(self): self.lock = threading.Lock()
        def nested(depth, outer=lambda value: [value]):
            value = 1
            for _ in range(depth): value = outer(value)
            return value
        def task(x): return VALUES[x]()
        """

    def outcomes(self, expressions):
        lines = "".join("    lambda: %s,\n" % expression for expression in expressions)
        self.write("returns.py", textwrap.dedent(self.HEAD) + "VALUES = [\n%s]\n" % lines)
        worker = self.ready("returns.py:task")
        found = worker.run(0, len(expressions))
        self.assertEqual(worker.goodbye(), 0)
        self.log = worker.finished_log()
        return zip(expressions, found)

    NO_VALUES = {
        "coroutine()": "a coroutine",
        "[1, coroutine()]": "a coroutine (within a list)",
        "{'a': {'b': (coroutine(),)}}": "a coroutine (within a dict)",
        "agen()": "an async generator",
        "Awaitable()": "an awaitable (returns.Awaitable)",
        "gen()": "a generator",
        "(x for x in ())": "a generator",
        "{gen()}": "a generator (within a set)",
        "map(str, ())": "an iterator (map)",
        "zip()": "an iterator (zip)",
        "filter(None, ())": "an iterator (filter)",
        "enumerate(())": "an iterator (enumerate)",
        "reversed([])": "an iterator (list_reverseiterator)",
        "iter([])": "an iterator (list_iterator)",
        "iter({})": "an iterator (dict_keyiterator)",
        "itertools.count()": "an iterator (itertools.count)",
        "csv.reader([])": "an iterator (_csv.reader)",
        "os.scandir()": "an iterator (posix.ScandirIterator)",
        "Iterator()": "an iterator (returns.Iterator)",
        "({'a': [zip()]},)": "an iterator (zip) (within a tuple)",
        "open(os.devnull)": "an open file",
        "open(os.devnull, 'rb', 0)": "an open file",
        "[open(os.devnull, 'wb')]": "an open file (within a list)",
        "io.StringIO()": "an open file",
        "tempfile.TemporaryFile()": "an open file",
        "threading.Lock()": "an object of type _thread.lock",
        "[threading.Lock()]": "an object of type list",
        "concurrent.futures.Future()": "an object of type concurrent.futures._base.Future",
        "memoryview(b'')": "an object of type memoryview",
        "lambda: 1": "an object of type function",
        "Locked()": "an object of type returns.Locked",
    }

    def test_what_is_no_value(self):
        for expression, (kind, failure) in self.outcomes(self.NO_VALUES):
            self.assertEqual(kind, "failure", expression)
            said = "the task returned %s, which is not a value" % self.NO_VALUES[expression]
            self.assertTrue(failure[2].startswith(said), (expression, failure))
            self.assertRegex(failure[2], "return |await ")
            self.assertEqual(failure[1], "TypeError")
            self.assertNotIn("poolscope_worker", failure[3])
        self.assertEqual(self.log, "")

    def test_values_beside_these_are_kept(self):
        worker_values = {
            "Plain": b"<class 'returns.Plain'>",
            "range(3)": b"range(0, 3)",
            "{'a': 1}.keys()": b"dict_keys(['a'])",
            "{1, 2}": b"{1, 2}",
            "Exception('x')": b"Exception('x')",
            "collections.deque([1])": b"deque([1])",
            "('<coroutine object at 0x1>', {1})": b"('<coroutine object at 0x1>', {1})",
        }
        for expression, outcome in self.outcomes(worker_values):
            self.assertEqual(outcome, ("repr", worker_values[expression]))
        for expression, (kind, text) in self.outcomes(["Plain()", "[Plain()]", "gen"]):
            self.assertEqual(kind, "repr", expression)

    def test_what_json_would_change_is_a_repr(self):
        changed = {
            "Named(1, 2)": b"Named(x=1, y=2)",
            "[Named(1, 2)]": b"[Named(x=1, y=2)]",
            "{'a': [{'b': Named(1, (2,))}]}": b"{'a': [{'b': Named(x=1, y=(2,))}]}",
            "os.terminal_size((1, 2))": b"os.terminal_size(columns=1, lines=2)",
            r"['\ud800']": rb"['\ud800']",
            r"{'\ud800': 1}": rb"{'\ud800': 1}",
            r"[({'a': '\udbff'},)]": rb"[({'a': '\udbff'},)]",
            r"'\ud83d\ude00'": rb"'\ud83d\ude00'",
            "{1: 2}": b"{1: 2}",
            "[{None: (1,)}]": b"[{None: (1,)}]",
        }
        for expression, outcome in self.outcomes(changed):
            self.assertEqual(outcome, ("repr", changed[expression]), expression)

    def test_what_json_keeps(self):
        kept = {
            "(1, [(2,)])": b"[1,[[2]]]",
            r"['\udcff', '\U0001f600', '\\ud800']": rb'["\udcff","\ud83d\ude00","\\ud800"]',
            "[True, {'a': False}]": b'[true,{"a":false}]',
            "[Kind.first]": b"[1]",
            "collections.OrderedDict(a=1)": b'{"a":1}',
            "[collections.Counter('a')]": b'[{"a":1}]',
            "nested(50)": b"[" * 50 + b"1" + b"]" * 50,
            "{'a': {'b0': 1}, 'c\"': 2}": rb'{"a":{"b0":1},"c\"":2}',
            "[0.5] * 7": b"[0.5,0.5,0.5,0.5,0.5,0.5,0.5]",
            "[0.5] * 7 + [1]": b"[0.5,0.5,0.5,0.5,0.5,0.5,0.5,1]",
            "[0.5] * 8 + [True]": b"[0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,true]",
            "[1e308] * 8": b"[1e+308,1e+308,1e+308,1e+308,1e+308,1e+308,1e+308,1e+308]",
            "Floats([0.5] * 8)": b"[0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5]",
            "[0.5] * 7 + [Real(1)]": b"[0.5,0.5,0.5,0.5,0.5,0.5,0.5,1.0]",
        }
        for expression, outcome in self.outcomes(kept):
            self.assertEqual(outcome, ("json", kept[expression]), expression)

    def test_many_floats_are_kept_as_such(self):
        kept = {
            "[-0.0, 5e-324, 1e16, 0.1, 2.0, 1.5, 1.25, -1e300]":
                [-0.0, 5e-324, 1e16, 0.1, 2.0, 1.5, 1.25, -1e300],
            "tuple(i / 7 for i in range(1000))": [i / 7 for i in range(1000)],
        }
        for expression, outcome in self.outcomes(kept):
            self.assertEqual(outcome, ("reals", kept[expression]), expression)
        others = {
            "[0.5] * 8 + [float('%s')]" % other: b"[%s%s]" % (b"0.5, " * 8, other.encode())
            for other in ("nan", "inf", "-inf")
        }
        for expression, outcome in self.outcomes(others):
            self.assertEqual(outcome, ("repr", others[expression]))

    def test_what_is_within_itself(self):
        expressions = {"within()": b"[[...]]", "within(dict)": b"{'a': {...}}"}
        for expression, outcome in self.outcomes(expressions):
            self.assertEqual(outcome, ("repr", expressions[expression]), expression)

    def test_numbers_of_numpy(self):
        self.write("numpy.py", NUMPY)
        self.HEAD += "import numpy as np\n" + 8 * " "
        expected = {
            "np.int64(4)": ("integer", 4),
            "np.float32(0.5)": ("real", 0.5),
            "np.float64(1.5)": ("real", 1.5),
            "np.bool_(True)": ("json", b"true"),
            "{'mean': np.float64(1.5), 'n': np.int64(3)}": ("json", b'{"mean":1.5,"n":3}'),
            "[np.int64(1), 2, (np.bool_(False),)]": ("json", b"[1,2,[false]]"),
            "[[{'a': (np.float32(0.5),)}]]": ("json", b'[[{"a":[0.5]}]]'),
            "np.timedelta64(5)": ("repr", b"np.timedelta64(5)"),
            "[np.timedelta64(5)]": ("repr", b"[np.timedelta64(5)]"),
            "np.longdouble(1).number": ("integer", 1),
            "[np.longdouble(1)]": ("repr", b"[np.longdouble(1)]"),
            "np.longdouble(1)": ("repr", b"np.longdouble(1)"),
            "{np.int64(1): 2}": ("repr", b"{np.int64(1): 2}"),
        }
        for expression, outcome in self.outcomes(expected):
            self.assertEqual(outcome, expected[expression], expression)

    def test_nested_deeply(self):
        expressions = [
            "nested(100_000)",
            "nested(100_000, lambda value: {'a': value})",
            "nested(100_000, lambda value: (value, {1}))",
        ]
        for expression, (kind, failure) in self.outcomes(expressions):
            self.assertEqual((kind, failure[1]), ("failure", "ValueError"), expression)
            self.assertIn("nested too deeply to be written: return it flatter", failure[2])

    def test_long_integers(self):
        digits = b"1" + b"0" * 5700
        expressions = ["10**5700", "[10**5700]", "10**1_000_000", "[10**1_000_000]"]
        (_, one), (_, listed), *longest = self.outcomes(expressions)
        self.assertIn(one, (("repr", digits), ("json", digits)))  # depends on the limit to digits
        self.assertIn(listed, (("repr", b"[%s]" % digits), ("json", b"[%s]" % digits)))
        if one[0] == "repr":
            for _, (kind, failure) in longest:
                self.assertEqual((kind, failure[1]), ("failure", "OverflowError"))
                self.assertIn("return it as text", failure[2])


if __name__ == "__main__":
    unittest.main()
