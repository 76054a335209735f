# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the Python worker from outside: starts it, speaks the protocol with it, and breaks things.

The worker runs in POOLSCOPE_TEST_PYTHON, or in the interpreter that runs this test.
"""

import json
import marshal
import math
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORKER = os.path.join(ROOT, "resources", "python", "poolscope_worker.py")
PYTHON = os.environ.get("POOLSCOPE_TEST_PYTHON") or sys.executable
PATIENCE = 60  # seconds that any one answer may take

MAGIC = 0x434C5350
VERSION = 10
SETUP, WORK, POOL_GOODBYE, CONTINUE = 1, 2, 3, 4
HELLO, READY, REFUSED, DONE, BATCH_REPORT, WORKER_GOODBYE, PRINTED = 16, 17, 18, 19, 20, 21, 22
RETURNED = 24
REAL_COLUMN, INTEGER_COLUMN, INLINE = 0, 1, 2
KINDS = "none integer real text bytes json repr failure reals".split()
STATUS_PAGE_SIZE = 128 * 1024
STATUS_PAGE_BUFFER = 128
ENDED_ADDRESS, REQUEST, REQUEST_END, PROCEED = 56, 72, 80, 88  # offsets

TASKS = '''
import math
import os
import signal
import subprocess
import sys
import threading
import time

def note(value):
    """Writes down a call, so that it can be counted."""
    with open(os.environ["CALLS"], "a") as file:
        file.write("%s\\n" % value)
    return value

def same(value): return value
def half(value): return value / 2
def text(value): return "v%d" % value
def nothing(value): return None
def is_even(value): return value % 2 == 0
def pick(value): return VALUES[value]
def long(value): return "x" * 300_000
def cells_of(value): return [value]
def pair_of(value): return (value, 1)
def length(value): return "%d %s" % (len(value), value[-3:])

class Ratio(float): pass
class Level(int): pass
class Name(str): pass
class Opaque:
    def __repr__(self): return "<opaque \\u2192>"
class Rude:
    def __repr__(self): raise RuntimeError("no repr")

circle = []
circle.append(circle)
VALUES = [
    None, 7, -2**63, 2**63, 10**5000, 1.5, math.inf, "\\u00e9\\udcff", "\\ud800",
    b"\\x00\\xff", bytearray(b"ab"), True, False, [1, "a", None], (1, 2), {"k": [1.5]},
    [math.nan], {1, }, circle, Ratio(2.5), Level(3), Name("n"), Opaque(), Rude(),
]

def raises_at_multiples_of_7(value):
    note(value)
    if value % 7 == 0:
        raise ValueError("bad %d\\nsecond line" % value)
    return value

ERRORS = [
    StopIteration(5), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), Exception(),
]
def raises(value):
    note(value)
    if value < len(ERRORS):
        raise ERRORS[value]
    return float(value)
def stops_at_500(value):
    if value == 500:
        raise StopIteration
    return value

class Mute(Exception):
    def __str__(self): raise RuntimeError
def raises_mute(value): raise Mute
def raises_surrogate(value): raise KeyError("\\ud800 \\udcff")
def chained(value):
    try:
        int("x")
    except ValueError as error:
        raise RuntimeError("outer") from error

def spin(nanoseconds):
    end = time.perf_counter_ns() + nanoseconds
    while time.perf_counter_ns() < end:
        pass
def slow(value):
    spin(20_000)
    return value
def nap(value):
    time.sleep(0.05)
    return note(value)
def waits(value):
    while not os.path.exists("go"):
        time.sleep(0.001)
def fast_then_slow(value):
    if value >= 20_000:
        time.sleep(0.001)
    return value
def waits_at_1000(value):
    if value == 1000:
        note(value)
        waits(value)
    return value if value % 3 or value < 900 else "text"
def dies_at(value):
    if value == int(os.environ["DIES_AT"]):
        os.kill(os.getpid(), signal.SIGKILL)
    spin(20_000)
    return note(value)
def crashes(value):
    os.abort()

def prints(value):
    print("printed", value)
    sys.__stdout__.write("dunder\\n")
    os.write(1, b"raw\\n")
    subprocess.run(["sh", "-c", "echo echoed; cat"], check=True)
    print("\\udcff")
    return sys.stdin.read()
def prints_some(value):
    if value % 97 == 0:
        print("at", value, file=sys.stderr)
    return value
def prints_everywhere(value):
    def other():
        for _ in range(100):
            sys.stdout.write("thread\\n")
    thread = threading.Thread(target=other)
    thread.start()
    for _ in range(100):
        print("own")
    if os.fork() == 0:
        sys.stdout.write("child\\n")
        os._exit(0)
    os.wait()
    thread.join()
    return 1
def prints_and_waits(value):
    print("waiting")
    waits(value)
    return value
def prints_much(value):
    print("x" * 1000)
    return 1

mine = []
def open_mine(count):
    for number in range(count):
        mine.append(open("mine%d" % number, "w+"))
        mine[-1].write("of the task")
        mine[-1].flush()
def open_numbers(value=None):
    found = map(int, os.listdir("/proc/self/fd"))  # and the one that this takes
    return [number for number in found if os.path.exists("/proc/self/fd/%d" % number)]
def close_each():
    for number in open_numbers():
        if number > 2:
            os.close(number)
def replace_each():
    open_mine(1)
    for number in open_numbers():
        if number > 2:
            os.dup2(mine[0].fileno(), number)
def write_to_low():
    for number in range(3, 100):
        try:
            os.write(number, b"?" * 160)
        except OSError:
            pass
def replace_standard():
    os.closerange(0, 65536)
    open_mine(3)
THEFTS = {
    "written to low ones": write_to_low,
    "low ones closed": lambda: os.closerange(3, 64),
    "all closed": lambda: os.closerange(3, 65536),
    "high ones closed": lambda: os.closerange(48, 65536),
    "each closed": close_each,
    "each replaced": replace_each,
    "standard ones replaced": replace_standard,
}
def robs(value):
    if value == int(os.environ["ROBS_AT"]):
        THEFTS[os.environ["THEFT"]]()
        open_mine(int(os.environ["OPENS"]))
        if os.environ["THEN"] == "print":
            print("x" * 200_000)
        elif os.environ["THEN"] == "fork":
            child = os.fork()
            if child == 0:
                os._exit(0 if all(os.fstat(file.fileno()).st_nlink for file in mine) else 1)
            assert os.waitpid(child, 0)[1] == 0
    if os.environ["THEN"] != "batch":
        spin(20_000)
    return 1000 + value
def inherited(value):
    script = "ls /proc/self/fd"
    return subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, close_fds=False).stdout
def robs_while_loaded():
    os.closerange(3, 65536)
    open_mine(300)

def forks(value):
    if os.fork() == 0:
        return "child"
    os.wait()
    return "parent"
def square(value): return value * value
def maps_in_processes(value):
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(square, [1, 2, 3])
def leaves_child_behind(value):
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    return child
def module_name(value): return [__name__, square.__module__, sys.path[0]]

class State:
    """One object that every value is: what it holds is the input of the last call."""
    def __init__(self): self.now = None
    def set(self, value):
        self.now = value
        return self
    def __repr__(self): return "<%s>" % self.now
class Disguised(State):
    @property
    def __class__(self): return dict
class StateRatio(float):
    def __repr__(self): return "<%s>" % state.now
class EqualToAll(type):
    def __eq__(cls, other): return True
    __hash__ = type.__hash__
class Equal(State, metaclass=EqualToAll): pass
class UnhashableType(type):
    __hash__ = None
class Unhashable(State, metaclass=UnhashableType): pass

state, disguised, equal, unhashable = State(), Disguised(), Equal(), Unhashable()
row, cells, buffer, members = {"x": -1}, [-1], bytearray(8), {-1}
def changes_members(value):
    members.clear()
    members.add(value)
    return members
CHANGING = [
    lambda value: row.update(x=value) or row,
    lambda value: cells.__setitem__(0, value) or cells,
    lambda value: cells.__setitem__(0, value) or (cells, 1),
    lambda value: row.update(x=value) or {"in": [row]},
    lambda value: buffer.__setitem__(slice(None), b"%08d" % value) or buffer,
    changes_members,
    state.set,
    disguised.set,
    unhashable.set,
    equal.set,
]
PLAIN = [float, int, str, lambda value: value % 2 == 0, lambda value: None, lambda value: b"%d" % value]
SHOWN = [StateRatio, Level, Name]
def ratio(value): return StateRatio(value)
def level(value): return Level(value)
def changes(value): return CHANGING[value // 500](value)
def of_changing_types(value):
    """A run of one type, then a run of another: of lengths that strides do not divide, and of 1."""
    state.now = value
    kinds = PLAIN + CHANGING[:7] + SHOWN
    length = (1, 63, 64, 65, 2, 200)[value // 1000 % 6]
    return kinds[value // length % len(kinds)](value)
def stops_after_several_types(value):
    if value % 500 == 499:
        raise StopIteration
    if value % 500 == 498:
        raise ValueError(value)
    return of_changing_types(value)
class Printing:
    def __repr__(self):
        print("repr of", self.index)
        return "<printing>"
printing = Printing()
def prints_while_encoded(value):
    printing.index = value
    return printing if value % 3 == 0 else [value] if value % 3 == 1 else value

def bad(*arguments): raise RuntimeError("misbehaves")
class Hostile:
    __hash__ = __eq__ = __bool__ = __len__ = __iter__ = __float__ = __index__ = __str__ = bad
    __class__ = property(bad)
    __dict__ = property(bad)
    def __getattribute__(self, name): bad()
    def __repr__(self): return "<hostile>"
class HostileType(type):
    __hash__ = __eq__ = __repr__ = __instancecheck__ = __subclasscheck__ = __bool__ = bad
    __name__ = __dict__ = __mro__ = __bases__ = property(bad)
    def __getattribute__(cls, name): bad()
class HostileClass(metaclass=HostileType):
    def __repr__(self): return "<of a hostile class>"
class HostileDict(dict):
    items = keys = values = __iter__ = __len__ = __getitem__ = __class__ = bad
class HostileFloat(float):
    __float__ = __repr__ = __pos__ = __hash__ = __eq__ = bad
class HostileText(str):
    __str__ = __repr__ = encode = strip = splitlines = __len__ = __hash__ = __eq__ = bad
class TextRepr:
    def __repr__(self): return HostileText("<repr>")
class HostileError(Exception):
    __class__ = __traceback__ = __cause__ = __context__ = __notes__ = property(bad)
    __str__ = __repr__ = __hash__ = __eq__ = with_traceback = bad
    __module__ = __qualname__ = "odd"
class HostileErrorType(Exception, metaclass=HostileType): pass
class NamelessError(Exception): __module__ = None
class TextError(Exception):
    def __str__(self): return HostileText("hostile text")
def misbehaves(value):
    value %= 16
    if value == 8: raise HostileError
    if value == 9: raise HostileErrorType("of a hostile type")
    if value == 10: raise NamelessError("nameless")
    if value == 11: raise TextError
    return (
        value, Hostile(), HostileClass(), HostileDict(a=1), HostileFloat(1.5), HostileText("text"),
        TextRepr(), [HostileClass()], 0, 0, 0, 0, HostileClass, {"a": Hostile()}, {Hostile: 1}, 0.5,
    )[value]
KEYED = [
    {1: "a", "1": "b", None: (1, 2)}, [{"a": [{2: 1}]}], {"a": {True: 1}}, ({1.5: 1},), {b"k": 1},
    {"a": {"b": 1}, "c": [{"d": 'e":1'}]}, {Name("k"): Name("v")}, {"1": None}, [{}], {"a": ({},)},
    {"in": row, "and": {"in": [[[{"": {0: 0}}]]]}},
]
def keyed(value): return KEYED[value]

class Group:
    @staticmethod
    def member(value): return value + 1
number = 5
'''


# -------------------------------------------------------------------------------------------- codec


def string(data):
    return struct.pack("<I", len(data)) + data


def frame(kind, body=b""):
    return struct.pack("<IB", len(body), kind) + body


def setup_frame(target, items=False, start=0, step=1, column=("", 0), status_page="", **odd):
    return frame(
        SETUP,
        struct.pack("<IHIB", odd.get("magic", MAGIC), odd.get("version", VERSION), 1, odd.get("task", 1))
        + string(os.fsencode(target))
        + string(os.fsencode(odd.get("arguments", "")))
        + struct.pack("<Bqq", odd.get("input", int(items)), start, step)
        + string(os.fsencode(column[0]))
        + struct.pack("<QQ", column[1], odd.get("column_offset", 0))
        + string(os.fsencode(status_page))
        + strings(odd.get("words", ()))
        + strings(odd.get("columns", ()))
        + struct.pack("<Q", odd.get("timeout", 0))
        + struct.pack("<QBB", 1 << 26, 1, odd.get("stops_at_failure", False)),
    )


def strings(texts):
    return struct.pack("<I", len(texts)) + b"".join(string(os.fsencode(text)) for text in texts)


def work_frame(first, count, items=()):
    pieces = piece(PLAIN, len(items), b"".join(map(string, items))) if items else b""
    return frame(WORK, struct.pack("<QI", first, count) + pieces)


PLAIN, MARSHALLED = 0, 1


def piece(form, count, data):
    return struct.pack("<IIB", count, len(data), form) + data


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        data = self.data[self.at : self.at + size]
        assert len(data) == size, "a field is cut"
        self.at += size
        return data

    def numbers(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))

    def string(self):
        return self.take(self.numbers("I")[0])

    def failure(self):
        return tuple(self.string().decode("utf-8", "surrogateescape") for _ in range(4))

    def outcome(self):
        kind = KINDS[self.numbers("B")[0]]
        if kind == "none":
            return (kind, None)
        if kind == "integer":
            return (kind, self.numbers("q")[0])
        if kind == "real":
            return (kind, self.numbers("d")[0])
        if kind == "failure":
            return (kind, self.failure())
        if kind == "reals":
            return (kind, [real for _, real in struct.iter_unpack("<cd", self.string())])
        return (kind, self.string())

    def end(self):
        assert self.at == len(self.data), "a message is too long"


class Done:
    def __init__(self, body):
        fields = Reader(body)
        self.first, self.count, self.store, self.begun, self.duration = fields.numbers("QIBQQ")
        inline = self.count if self.store == INLINE else 0
        self.outcomes = [fields.outcome() for _ in range(inline)]
        fields.end()


def split_frames(data):
    """The whole frames at the beginning of a stream; what is cut at its end is left out."""
    frames = []
    at = 0
    while len(data) - at >= 5:
        length, kind = struct.unpack_from("<IB", data, at)
        if at + 5 + length > len(data):
            break
        frames.append((kind, data[at + 5 : at + 5 + length]))
        at += 5 + length
    return frames


# ------------------------------------------------------------------------------------------- driver


class Worker:
    """A worker process and the pool's end of its channel."""

    def __init__(self, folder, command=None, environment=()):
        self.folder = folder
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(PATIENCE)
        self.process = subprocess.Popen(
            command or [PYTHON, WORKER],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=dict(os.environ, CALLS=os.path.join(folder, "calls"), **dict(environment)),
        )
        theirs.close()
        self.buffer = bytearray()
        self.came = bytearray()  # the whole stream, as the status page counts it
        self.log = bytearray()
        self.log_reader = threading.Thread(target=self.read_log, daemon=True)
        self.log_reader.start()
        self.column = None
        self.printed = {}  # by index and stream

    def read_log(self):
        for line in self.process.stderr:
            self.log += line

    def close(self):
        self.channel.close()
        self.status()
        self.log_reader.join(1)
        self.process.stderr.close()

    def status(self):
        """Waits for the end; the exit status. (Popen.wait(timeout) would wake only every 50 ms.)"""
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            return self.process.wait()
        finally:
            watchdog.cancel()

    def send(self, data):
        self.channel.sendall(data)

    def more(self):
        try:
            data = self.channel.recv(1 << 20)
        except ConnectionResetError:  # it ended before it had read all that it was sent
            data = b""
        self.buffer += data
        self.came += data
        return bool(data)

    def next(self):
        """The next frame as (type, body), or None at the end of the stream."""
        while True:
            if len(self.buffer) >= 5:
                length, kind = struct.unpack_from("<IB", self.buffer)
                if len(self.buffer) >= 5 + length:
                    body = bytes(self.buffer[5 : 5 + length])
                    del self.buffer[: 5 + length]
                    return kind, body
            if not self.more():
                assert not self.buffer, "the stream ends within a frame"
                return None

    def expect(self, kind):
        found = self.next()
        assert found is not None, "the stream ended; log: %s" % self.finished_log()
        assert found[0] == kind, "message %s instead of %d" % (found, kind)
        return found[1]

    def prepare(self, target, cells=0, status_page=False, **fields):
        """Says hello and sends a Setup; leaves the answer to the caller."""
        self.hello = self.expect(HELLO)
        if cells:
            fields["column"] = (self.file("column", 8 * cells), cells)
        if status_page:
            fields["status_page"] = self.file("status_page", STATUS_PAGE_SIZE)
        self.cells = cells
        self.send(setup_frame(target, **fields))
        return self

    def file(self, name, size):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.truncate(size)
        return path

    def contents(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def calls(self):
        return [int(line) for line in self.contents("calls").split()]

    def collect(self, first, count):
        """Reads until the indices are answered and their batch is closed; a list of outcomes."""
        self.spans = []
        outcomes = []
        while True:
            kind, body = self.next() or (None, None)
            if kind == DONE:
                done = Done(body)
                assert done.first == first + len(outcomes), "answered out of order"
                self.spans.append(done)
                outcomes += done.outcomes if done.store == INLINE else self.read_column(done)
                assert len(outcomes) <= count, "answered more than was asked"
            elif kind == BATCH_REPORT:
                self.batch_report = struct.unpack("<6Q", body)
                if len(outcomes) == count:
                    return outcomes
            elif kind == PRINTED:
                index, stream = struct.unpack_from("<QB", body)
                self.printed.setdefault((index, stream), bytearray()).extend(body[9:])
            else:
                raise AssertionError("message %s; log: %s" % (kind, self.finished_log()))

    def read_column(self, done):
        kind, code = ("real", "d") if done.store == REAL_COLUMN else ("integer", "q")
        column = self.contents("column")
        cells = (index % self.cells for index in range(done.first, done.first + done.count))
        return [(kind, struct.unpack_from(code, column, 8 * cell)[0]) for cell in cells]

    def run(self, first, count, items=()):
        self.send(work_frame(first, count, items))
        return self.collect(first, count)

    def goodbye(self):
        """Ends the conversation; returns the exit status."""
        self.send(frame(POOL_GOODBYE))
        self.batch_report = struct.unpack("<6Q", self.expect(BATCH_REPORT))
        assert self.expect(WORKER_GOODBYE) == b""
        assert self.next() is None
        return self.status()

    def ask_for_inputs(self, end, number=1):
        """As the pool does: by a status page, in this order."""
        with open(os.path.join(self.folder, "status_page"), "r+b", buffering=0) as status_page:
            for offset, value in (REQUEST_END, end), (REQUEST, number), (PROCEED, 0):
                status_page.seek(offset)
                status_page.write(struct.pack("<Q", value))

    def collect_until_returned(self, first):
        """Reads until inputs are returned; the outcomes before, and the position."""
        outcomes = []
        while True:
            kind, body = self.next()
            if kind == DONE:
                done = Done(body)
                assert done.first == first + len(outcomes), "answered out of order"
                outcomes += done.outcomes
            elif kind == RETURNED:
                assert self.expect(BATCH_REPORT)
                return outcomes, struct.unpack("<Q", body)[0]

    def finished_log(self):
        self.log_reader.join(1)
        return self.log.decode("utf-8", "replace")

    def status_page(self):
        data = self.contents("status_page")
        appended, base, first, count, begun = struct.unpack_from("<5Q", data)
        return appended, base, first, count, begun, data[STATUS_PAGE_BUFFER:]


class WorkerTest(unittest.TestCase):
    # Functions that are not tasks, and others that look like them.
    ODD = """
import functools
def same(function): return function
def listing(function):
    @functools.wraps(function)
    def wrapped(value): return list(function(value))
    return wrapped

def gen(x): yield x
def deep(x):
    if x:
        for y in x:
            try: pass
            finally: z = [1, (yield from y)]
async def later(x): pass
async def agen(x): yield x
@same
def decorated(x): yield x
@same
async def decorated_later(x): pass
lambda_gen = lambda x: (yield x)
bound = functools.partial(functools.partial(gen, 1), 2)
class Group:
    def method(self, x): yield x
    @staticmethod
    def static(x): yield x
    def __call__(self, x): yield x
group = Group()
method = group.method

@listing
def wrapped(x): yield x
def outer(x):
    def inner(): yield x
    later = lambda: (yield)
    class C:
        def method(self): yield 1
    return list(inner())
async def rebound(x): pass
rebound = outer
def twice(x): yield x
def twice(x): return x
make = Group
"""
    ODD_FUNCTIONS = [("gen", "a generator"), ("deep", "a generator"), ("later", "an async"),
        ("agen", "an async")]
    ODD_WHEN_LOADED = [("decorated", "a generator"), ("decorated_later", "an async"),
        ("lambda_gen", "a generator"), ("bound", "a generator"), ("Group.static", "a generator"),
        ("group", "a generator"), ("method", "a generator"), ("group.method", "a generator")]
    PLAIN = ["wrapped", "outer", "rebound", "twice", "make", "same"]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.write("tasks.py", TASKS)
        open(os.path.join(self.folder, "calls"), "w").close()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def start(self, **arguments):
        worker = Worker(self.folder, **arguments)
        self.addCleanup(worker.close)
        return worker

    def wait_for(self, name):
        """Waits until a task has created a file of that name."""
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(os.path.join(self.folder, name)):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.001)

    def ready(self, function, environment=(), **fields):
        target = function if ":" in function else "tasks.py:" + function
        worker = self.start(environment=environment).prepare(target, **fields)
        self.ready_clock, *self.load_cost = struct.unpack("<QQQQ", worker.expect(READY))
        return worker

    def refused(self, target, **fields):
        worker = self.start().prepare(target, **fields)
        reader = Reader(worker.expect(REFUSED))
        failure = reader.failure()
        reader.end()
        worker.expect(BATCH_REPORT)
        worker.expect(WORKER_GOODBYE)
        self.assertIsNone(worker.next())
        self.assertEqual(worker.status(), 0)
        self.assertEqual(failure[0], "exception")
        return failure[1:]


class Conversation(WorkerTest):
    def test_handshake(self):
        before = time.monotonic_ns()
        worker = self.ready("same")
        hello = Reader(worker.hello)
        self.assertEqual(hello.numbers("IHI"), (MAGIC, VERSION, worker.process.pid))
        self.assertEqual(hello.string().decode(), os.uname().nodename)
        self.assertRegex(hello.string().decode(), r"^\w+ 3\.\d+\.\d+$")
        clock = hello.numbers("Q")[0]
        hello.end()
        self.assertTrue(before < clock < self.ready_clock < time.monotonic_ns())
        self.assertEqual(worker.goodbye(), 0)
        self.assertEqual(worker.finished_log(), "")

    def test_two_pipes_instead_of_a_socket(self):
        conversation = setup_frame("math:sqrt") + work_frame(0, 3)
        process = subprocess.Popen(
            [PYTHON, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.folder
        )
        self.addCleanup(process.stdout.close)
        process.stdin.write(conversation)
        process.stdin.flush()
        time.sleep(0.2)
        output, _ = process.communicate(frame(POOL_GOODBYE), PATIENCE)
        kinds = [kind for kind, _ in split_frames(output)]
        self.assertEqual(kinds[:2] + kinds[-2:], [HELLO, READY, BATCH_REPORT, WORKER_GOODBYE])
        self.assertEqual(process.returncode, 0)

    def test_batch_report(self):
        worker = self.ready("slow")
        before = time.monotonic_ns()
        worker.run(0, 100)
        received, answered, cpu, run_queue, max_rss, _ = worker.batch_report
        self.assertTrue(before < received < answered < time.monotonic_ns())
        for span in worker.spans:
            self.assertLess(received, span.begun)
            self.assertLess(span.begun + span.duration, answered)
            self.assertGreaterEqual(span.duration, 20_000 * span.count)
        worker.goodbye()
        self.assertGreater(worker.batch_report[2], 2_000_000)
        self.assertTrue(4 << 20 < worker.batch_report[4] < 1 << 30)

    def test_chunk_arrives_in_pieces(self):
        worker = self.ready("text")
        for byte in work_frame(4, 2):
            worker.send(bytes((byte,)))
            time.sleep(0.001)
        self.assertEqual(worker.collect(4, 2), [("text", b"v4"), ("text", b"v5")])

    def test_answers_as_soon_as_nothing_is_queued(self):
        worker = self.ready("same")
        for index in range(200):
            self.assertEqual(worker.run(index, 1), [("integer", index)])
        self.assertEqual(worker.goodbye(), 0)

    def test_goodbye_overtakes(self):
        worker = self.ready("nap")
        worker.send(b"".join(work_frame(2 * chunk, 2) for chunk in range(20)))
        time.sleep(0.02)
        worker.send(frame(POOL_GOODBYE))
        answered = 0
        kind, body = worker.next()
        while kind != WORKER_GOODBYE:
            if kind == DONE:
                answered += Done(body).count
            kind, body = worker.next()
        self.assertIn(answered, range(0, 20, 2))  # 2 or 4, on a machine with nothing else to do
        self.assertEqual(worker.calls(), list(range(answered)))
        self.assertEqual(worker.status(), 0)

    def test_goodbye_before_setup(self):
        worker = self.start()
        worker.expect(HELLO)
        self.assertEqual(worker.goodbye(), 0)

    def test_channel_closes(self):
        for chunks in (0, 1, 50):
            worker = self.ready("nap")
            worker.send(b"".join(work_frame(index, 1) for index in range(chunks)))
            worker.channel.close()
            self.assertEqual(worker.status(), 1)
            self.assertEqual(worker.finished_log(), "")

    def test_an_interrupt_fails_the_input_that_it_meets(self):
        self.write("sleeps.py", textwrap.dedent("""
            import time
            def task(x):
                open("begun%d" % x, "w").close()
                while x == 1 and not __import__("os").path.exists("go"): time.sleep(0.001)
                return x
        """))
        worker = self.ready("sleeps.py:task")
        worker.send(work_frame(0, 3))
        self.wait_for("begun1")
        os.kill(worker.process.pid, signal.SIGINT)
        outcomes = worker.collect(0, 3)
        self.assertEqual(outcomes[0::2], [("integer", 0), ("integer", 2)])
        self.assertEqual(outcomes[1][1][:2], ("exception", "KeyboardInterrupt"))
        self.assertEqual(worker.goodbye(), 0)
        self.assertEqual(worker.finished_log(), "")

    def test_interrupts_between_inputs_harm_nothing(self):
        worker = self.ready("same")
        for index in range(20):
            os.kill(worker.process.pid, signal.SIGINT)
            while worker.log.count(b"ignored") <= index:
                self.assertIsNone(worker.process.poll())
                time.sleep(0.001)
            self.assertEqual(worker.run(index, 1), [("integer", index)])
        self.assertEqual(worker.goodbye(), 0)
        self.assertEqual(worker.finished_log().count("SIGINT) came while no input"), 20)

    def test_interrupts_while_much_is_printed_cut_no_frame(self):
        self.write("printing.py", textwrap.dedent("""
            def task(x):
                for number in range(20_000):
                    print("line", number)
                return x
        """))
        worker = self.ready("printing.py:task", status_page=True)
        worker.send(b"".join(work_frame(index, 1) for index in range(30)))
        stop = threading.Event()

        def interrupt():
            while not stop.wait(0.003):
                os.kill(worker.process.pid, signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            outcomes = worker.collect(0, 30)
        finally:
            stop.set()
            thread.join()
        interrupted = [outcome for outcome in outcomes if outcome[0] == "failure"]
        self.assertGreater(len(interrupted), 0)
        for kind, value in interrupted:
            self.assertEqual(value[:2], ("exception", "KeyboardInterrupt"))
        for (index, _), text in worker.printed.items():
            lines = bytes(text).decode().split("\n")
            self.assertEqual(lines[:-1], ["line %d" % number for number in range(len(lines) - 1)])
        self.assertEqual(worker.goodbye(), 0)

    def assert_malformed(self, data, says, **fields):
        worker = self.ready("same", **fields)
        worker.send(data)
        while worker.next():
            pass
        self.assertEqual(worker.status(), 2)
        self.assertIn(says, worker.finished_log())
        self.assertNotIn("Traceback", worker.finished_log())

    def test_malformed(self):
        self.assert_malformed(b"GET / HTTP/1.1\r\n\r\n", "unknown type")
        self.assert_malformed(struct.pack("<IB", 0xFFFFFFFF, WORK), "4294967295 bytes")
        self.assert_malformed(frame(POOL_GOODBYE, b"x"), "more than its type allows")
        self.assert_malformed(setup_frame("tasks.py:same"), "second Setup")
        self.assert_malformed(frame(WORK, b"short"), "too short")
        self.assert_malformed(work_frame(0, 0), "without inputs")
        self.assert_malformed(work_frame(0, 1, [b"x"]), "range with items")
        self.assert_malformed(work_frame(0, 2, [b"x"]), "cannot be decoded", items=True)
        self.assert_malformed(work_frame(0, 1, [b"x", b"y"]), "other items", items=True)
        for pieces, says in (
            (piece(PLAIN, 1, struct.pack("<I", 0xFFFF) + b"xyz"), "is cut"),
            (piece(PLAIN, 1, string(b"x") + b"y"), "do not fill"),
            (piece(PLAIN, 1, string(b"x")) + b"y", "other items"),
            (piece(PLAIN, 1, b"x"), "cannot be decoded"),
            (piece(MARSHALLED, 1, b"["), "cannot be decoded"),
            (piece(MARSHALLED, 1, marshal.dumps("x")), "other items"),
            (piece(MARSHALLED, 1, marshal.dumps(["x", "y"])), "other items"),
            (piece(PLAIN, 0, b"") + piece(PLAIN, 1, string(b"x")), "other items"),
        ):
            body = struct.pack("<QI", 0, 1) + pieces
            self.assert_malformed(frame(WORK, body), says, items=True)
        self.assert_malformed(frame(POOL_GOODBYE) + work_frame(0, 1), "after the Goodbye")

    def test_malformed_setup(self):
        for data in (
            setup_frame("tasks.py:same", magic=1),
            setup_frame("tasks.py:same", task=0),
            setup_frame("tasks.py:same", input=3),
            setup_frame("tasks.py:same", step=0),
            frame(SETUP, setup_frame("tasks.py:same")[5:] + b"x"),
            frame(SETUP, setup_frame("tasks.py:same")[5:-1]),
            setup_frame("tasks.py:same", version=VERSION + 1) + work_frame(0, 1),
            work_frame(0, 1),
        ):
            worker = self.start()
            worker.expect(HELLO)
            worker.send(data)
            self.assertIsNone(worker.next())
            self.assertEqual(worker.status(), 2)
            self.assertIn("malformed frame", worker.finished_log())


class Loading(WorkerTest):
    def test_missing_function(self):
        kind, message, _ = self.refused("tasks.py:nosuch")
        self.assertEqual(kind, "AttributeError")
        self.assertIn("tasks.py has no function 'nosuch'; it has: note, same, half", message)

    def test_missing_file_and_module(self):
        self.assertIn("no file", self.refused("gone.py:f")[1])
        self.assertEqual(self.refused("gone.sub:f")[0], "ModuleNotFoundError")
        self.assertIn("FUNCTION", self.refused("tasks.py")[1])

    def test_what_loading_took(self):
        self.write("large.py", "import time\nmodel = bytearray(b'x') * 30_000_000\n"
                               "end = time.process_time() + 0.05\n"
                               "while time.process_time() < end:\n    pass\n"
                               "def task(x):\n    return x\n")
        self.ready("large.py:task")
        duration, cpu, memory = self.load_cost
        self.assertGreaterEqual(cpu, 50_000_000)
        self.assertGreaterEqual(duration, 45_000_000)
        self.assertTrue(29_000_000 <= memory < 60_000_000, memory)

    def test_a_task_with_threads_cannot_be_shared(self):
        self.write("threads.py", "import threading, time\n"
                                 "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
                                 "def task(x):\n    return x\n")
        self.ready("threads.py:task")
        self.assertEqual(self.load_cost, [0, 0, 0])

    def test_parameters(self):
        self.write("calls.py", "def none(): pass\ndef two(a, b): pass\ndef named(a, *, b): pass\n"
                               "def default(a, b=1, *, c=2): return a\ndef all(*a, **b): return a[0]\n")
        for name, takes in (
            ("none", "takes no positional argument"),
            ("two", "needs 2 arguments"),
            ("named", "needs 2 arguments"),
        ):
            kind, message, _ = self.refused("calls.py:" + name)
            self.assertEqual(kind, "TypeError")
            self.assertIn("function '%s' %s; a task is called with one" % (name, takes), message)
        for name in "default", "all":
            self.assertEqual(self.ready("calls.py:" + name).run(5, 1), [("integer", 5)])

    def test_not_callable(self):
        self.assertEqual(
            self.refused("tasks.py:number")[:2],
            ("TypeError", "number in tasks.py is not a function, but int"),
        )

    def test_import_error(self):
        self.write("broken.py", "def f(x): return x\n\nimport nowhere_at_all\n")
        kind, message, detail = self.refused("broken.py:f")
        self.assertEqual(kind, "ModuleNotFoundError")
        self.assertIn("nowhere_at_all", message)
        self.assertIn('broken.py", line 3', detail)
        self.assertNotIn("poolscope_worker", detail)
        self.assertNotIn("importlib", detail)

    def test_exit_while_imported(self):
        self.write("exits.py", "import sys\nsys.exit('not today')\n")
        kind, message, _ = self.refused("exits.py:f")
        self.assertEqual(kind, "SystemExit")
        self.assertRegex(message, r'^not today; .* under if __name__ == "__main__":$')

    def test_syntax_error(self):
        self.write("wrong.py", "x = 1\n\ndef f(:\n    pass\n")
        kind, message, detail = self.refused("wrong.py:f")
        self.assertEqual(kind, "SyntaxError")
        self.assertRegex(message, r"^wrong\.py:3: \w")
        self.assertNotIn("poolscope_worker", detail)

    def test_other_version(self):
        message = self.refused("tasks.py:same", version=VERSION + 1)[1]
        self.assertIn("pool speaks version %d" % (VERSION + 1), message)

    def test_module_of_the_current_folder_and_dotted_names(self):
        self.write("package/__init__.py", "")
        self.write("package/inner.py", "def twice(x): return 2 * x\n")
        self.assertEqual(self.ready("package.inner:twice").run(3, 1), [("integer", 6)])
        self.assertEqual(self.ready("tasks:Group.member").run(3, 1), [("integer", 4)])
        self.assertEqual(self.ready("math:sqrt").run(9, 1), [("real", 3.0)])

    def test_file_has_its_own_name_and_folder(self):
        path = self.write("deep/own-name.py", TASKS)
        outcome = self.ready(path + ":module_name").run(0, 1)
        folder = os.path.dirname(path)
        self.assertEqual(json.loads(outcome[0][1]), ["own-name", "own-name", folder])

    def test_file_named_like_a_standard_module(self):
        path = self.write("struct.py", "import json\ndef f(x): return json.dumps(x)\n")
        self.assertEqual(self.ready(path + ":f").run(5, 1), [("text", b"5")])

    # What the worker imports, what that imports, and what lies near it.
    STANDARD = (
        "json traceback linecache tokenize token ast struct select mmap fcntl random signal io os"
        " types enum re functools collections contextlib textwrap importlib operator keyword"
        " copyreg abc codecs warnings weakref inspect threading numpy poolscope_worker _json"
    ).split()
    SHADOWED_TASK = """
import sys
def task(x):
    if x == 1:
        raise ValueError("one")
    return [x, {"a": 1.5}]
def own(x):
    import %s as module
    return str(getattr(module, "X", "not its own"))
"""

    def assert_unharmed(self, target, **options):
        worker = self.ready(target + ":task", **options)
        (_, value), (kind, failure), _ = worker.run(0, 3)
        self.assertEqual(value, b'[0,{"a":1.5}]', target)
        self.assertEqual((kind, failure[:3]), ("failure", ("exception", "ValueError", "one")))
        self.assertIn('raise ValueError("one")', failure[3])
        self.assertNotIn("poolscope_worker.py", failure[3].replace(target, ""))
        self.assertEqual(worker.goodbye(), 0)

    def in_plain_python(self, name, folder):
        """Which X a program of that folder imports, as its task would."""
        source = self.SHADOWED_TASK % name + "print(own(0))\n"
        path = self.write(os.path.join(folder, "plain.py"), source)
        run = subprocess.run(
            [PYTHON, path],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
        os.unlink(path)
        return run.stdout.strip()

    def test_files_beside_the_task_shadow_nothing(self):
        source = self.SHADOWED_TASK.replace("%s", "json")
        for text in ("X = 'own'\n", "raise RuntimeError('imported')\n"):
            for name in self.STANDARD:
                self.write("beside/%s.py" % name, text)
            path = self.write("beside/harmed.py", source)
            self.assert_unharmed(path)
            folder = os.path.dirname(path)
            for name in ("os", "io", "abc", "codecs"):  # which Python itself would take
                os.unlink(os.path.join(folder, name + ".py"))
            self.assert_unharmed("harmed", environment={"PYTHONPATH": folder})

    def test_the_task_imports_its_own_modules(self):
        for name in self.STANDARD:
            folder = "of_" + name
            self.write("%s/%s.py" % (folder, name), "X = 'own'\n")
            path = self.write(folder + "/importer.py", self.SHADOWED_TASK % name)
            expected = self.in_plain_python(name, folder)
            self.assert_unharmed(path)
            self.assertEqual(self.ready(path + ":own").run(0, 1), [("text", expected)], name)

    def test_tasks_named_like_standard_modules(self):
        for name in self.STANDARD:
            path = self.write("%s_/%s.py" % (name, name), self.SHADOWED_TASK % "math")
            self.assert_unharmed(path)

    def test_modules_of_the_task_replaced_while_it_runs(self):
        text = "import sys\n" + "".join(
            "sys.modules[%r] = None\n" % name for name in self.STANDARD if name not in ("os", "io")
        )
        path = self.write("replaces.py", text + self.SHADOWED_TASK % "math")
        self.assert_unharmed(path)

    def test_started_by_import(self):
        """As a pool may start it, to have its bytecode cached."""
        code = "import sys; sys.path.insert(0, %r); import poolscope_worker as w; w.main([])"
        worker = self.start(command=[PYTHON, "-c", code % os.path.dirname(WORKER)])
        worker.prepare("tasks.py:raises").expect(READY)
        failure = worker.run(4, 1)[0][1]
        self.assertNotIn("poolscope_worker", failure[3])
        self.assertEqual(worker.goodbye(), 0)

    def test_a_generator_is_no_task(self):
        self.write("odd.py", self.ODD)
        for name, kind in self.ODD_FUNCTIONS + self.ODD_WHEN_LOADED:
            kind = "%s function; a task must be a plain one" % kind
            message = self.refused("odd.py:" + name)[1]
            self.assertEqual(message, "odd.py: '%s' is %s" % (name, kind))
        for name in self.PLAIN:
            self.ready("odd.py:" + name)

    def test_safe_path(self):
        self.write("first/helper.py", "X = 'first'\n")
        self.write("beside/helper.py", "X = 'beside'\n")
        path = self.write("beside/task.py", self.SHADOWED_TASK % "helper")
        first = os.path.join(self.folder, "first")
        worker = self.ready(path + ":own", environment={"PYTHONPATH": first})
        self.assertEqual(worker.run(0, 1), [("text", b"beside")])
        version = subprocess.check_output([PYTHON, "-c", "import sys; print(sys.hexversion)"])
        if int(version) >= 0x30B0000:
            environment = {"PYTHONPATH": first, "PYTHONSAFEPATH": "1"}
            worker = self.ready(path + ":own", environment=environment)
            self.assertEqual(worker.run(0, 1), [("text", b"first")])


class Values(WorkerTest):
    def test_range(self):
        worker = self.ready("same", start=-10, step=-3)
        self.assertEqual(
            worker.run(100, 3000), [("integer", -10 - 3 * i) for i in range(100, 3100)]
        )

    def test_range_beyond_64_bits(self):
        worker = self.ready("same", start=2**63 - 2, step=1, cells=8)
        self.assertEqual(
            worker.run(0, 4),
            [
                ("integer", 2**63 - 2),
                ("integer", 2**63 - 1),
                ("json", b"9223372036854775808"),
                ("json", b"9223372036854775809"),
            ],
        )
        worker = self.ready("same", start=2**62, step=2**62)
        self.assertEqual(worker.run(2**20, 1), [("json", b"%d" % (2**62 * (2**20 + 1)))])

    def test_items(self):
        worker = self.ready("same", items=True)
        items = [b"item %d" % number for number in range(5000)] + [b"", b"\xc3\xa9"]
        self.assertEqual(worker.run(0, len(items), items), [("text", item) for item in items])
        self.assertGreater(max(span.count for span in worker.spans), 60)

    def test_marshalled_items(self):
        worker = self.ready("same", items=True)
        texts = ["item %d" % number for number in range(600)] + ["", "\u00e9", "\U0001f600"]
        pieces = [
            piece(MARSHALLED, len(some), marshal.dumps(some, 4))
            for some in (texts[:256], texts[256:512], texts[512:])
        ]
        pieces.insert(2, piece(PLAIN, 1, string(b"\xff")))
        worker.send(frame(WORK, struct.pack("<QI", 7, 604) + b"".join(pieces)))
        wanted = [text.encode() for text in texts]
        wanted.insert(512, b"\xff")
        self.assertEqual(worker.collect(7, 604), [("text", text) for text in wanted])
        received, answered, decoding = worker.batch_report[0], worker.batch_report[1], worker.batch_report[5]
        self.assertTrue(0 < decoding < answered - received)

    def test_bytes_that_are_no_text(self):
        worker = self.ready("same", items=True)
        items = [b"\xff", b"a\x80\xfeb\x00", bytes(range(256)), b"\xed\xa0\x80"]
        self.assertEqual(worker.run(0, 4, items), [("text", item) for item in items])

    def test_huge_item(self):
        worker = self.ready("length", items=True)
        items = [b"a" * 20_000_000 + b"end", b"xyz", b"b" * 70_000 + b"fin"]
        outcomes = [("text", b"20000003 end"), ("text", b"3 xyz"), ("text", b"70003 fin")]
        self.assertEqual(worker.run(0, 3, items), outcomes)
        echo = self.ready("same", items=True, status_page=True)
        self.assertTrue(echo.run(0, 3, items) == [("text", item) for item in items])
        self.assertEqual(echo.status_page()[:2], (len(echo.came), len(echo.came)))

    def test_every_kind(self):
        for cells in (0, 64):
            worker = self.ready("pick", cells=cells)
            found = worker.run(0, 24)
            self.assertEqual(
                found[:4],
                [
                    ("none", None),
                    ("integer", 7),
                    ("integer", -(2**63)),
                    ("json", b"9223372036854775808"),
                ],
            )
            self.assertIn(found[4][0], ("json", "repr"))  # depends on the limit to digits
            self.assertEqual(
                found[5:23],
                [
                    ("real", 1.5),
                    ("real", math.inf),
                    ("text", b"\xc3\xa9\xff"),
                    ("repr", b"'\\ud800'"),
                    ("bytes", b"\x00\xff"),
                    ("bytes", b"ab"),
                    ("json", b"true"),
                    ("json", b"false"),
                    ("json", b'[1,"a",null]'),
                    ("json", b"[1,2]"),
                    ("json", b'{"k":[1.5]}'),
                    ("repr", b"[nan]"),
                    ("repr", b"{1}"),
                    ("repr", b"[[...]]"),
                    ("real", 2.5),
                    ("integer", 3),
                    ("text", b"n"),
                    ("repr", "<opaque \u2192>".encode()),
                ],
            )
            self.assertEqual(found[23][0], "failure")
            self.assertEqual(found[23][1][:3], ("exception", "RuntimeError", "no repr"))

    def test_keys_that_are_no_text(self):
        outcomes = self.ready("keyed").run(0, 11)
        self.assertEqual(
            outcomes,
            [
                ("repr", b"{1: 'a', '1': 'b', None: (1, 2)}"),
                ("repr", b"[{'a': [{2: 1}]}]"),
                ("repr", b"{'a': {True: 1}}"),
                ("repr", b"({1.5: 1},)"),
                ("repr", b"{b'k': 1}"),
                ("json", b'{"a":{"b":1},"c":[{"d":"e\\":1"}]}'),
                ("json", b'{"k":"v"}'),
                ("json", b'{"1":null}'),
                ("json", b"[{}]"),
                ("json", b'{"a":[{}]}'),
                ("repr", b"{'in': {'x': -1}, 'and': {'in': [[[{'': {0: 0}}]]]}}"),
            ],
        )

    def test_values_and_exceptions_whose_class_misbehaves(self):
        for cells in (0, 4096):
            worker = self.ready("misbehaves", cells=cells)
            outcomes = worker.run(0, 1600)
            self.assertEqual(worker.goodbye(), 0)
            for number in set(range(16)) - {2}:
                self.assertEqual(len(set(outcomes[number::16])), 1, number)
            for outcome in outcomes[2::16]:  # comparing its class with others may fail
                self.assertIn(outcome[1][:3], (b"<of", ("exception", "RuntimeError", "misbehaves")))
            self.assertEqual(
                [outcomes[number] for number in (0, 1, 4, 5, 6, 7, 15)],
                [
                    ("integer", 0), ("repr", b"<hostile>"), ("real", 1.5), ("text", b"text"),
                    ("repr", b"<repr>"), ("repr", b"[<of a hostile class>]"), ("real", 0.5),
                ],
            )
            failures = [outcome[1] for outcome in outcomes[:16] if outcome[0] == "failure"]
            self.assertEqual([outcome[0] for outcome in outcomes[8:12]], ["failure"] * 4)
            for failure in failures:
                self.assertEqual(failure[0], "exception")
            said = [outcome[1][1:3] for outcome in outcomes[8:12]]
            self.assertEqual(
                said,
                [
                    ("odd.odd", "<its message cannot be printed>"),
                    ("RuntimeError", "misbehaves"),  # as the class is called
                    ("NamelessError", "nameless"),
                    ("tasks.TextError", "hostile text"),
                ],
            )
            for failure in failures:
                self.assertIn("tasks.py", failure[3])

    def test_kinds_in_large_batches(self):
        self.assertEqual(self.ready("nothing").run(0, 3000), [("none", None)] * 3000)
        self.assertEqual(
            self.ready("is_even", cells=4096).run(0, 3000),
            [("json", b"true"), ("json", b"false")] * 1500,
        )
        self.assertEqual(
            self.ready("text").run(0, 3000), [("text", b"v%d" % index) for index in range(3000)]
        )

    def test_column_wraps(self):
        cells = 5003
        for function, kind, store in (("half", "real", 0), ("same", "integer", 1)):
            worker = self.ready(function, cells=cells)
            scale = 0.5 if kind == "real" else 1
            for first in range(0, 40_000, 5000):
                outcomes = worker.run(first, 5000)
                expected = [(kind, index * scale) for index in range(first, first + 5000)]
                self.assertTrue(outcomes == expected)
                self.assertEqual({span.store for span in worker.spans}, {store})

    def test_column_smaller_than_a_batch(self):
        worker = self.ready("half", cells=3)
        worker.run(0, 5000)
        self.assertLessEqual(max(span.count for span in worker.spans), 3)

    def test_numbers_without_a_column(self):
        worker = self.ready("half")
        self.assertTrue(worker.run(0, 9000) == [("real", i / 2) for i in range(9000)])
        self.assertEqual({span.store for span in worker.spans}, {INLINE})

    def test_column_or_status_page_cannot_be_mapped(self):
        short = self.write("short", b"1234")
        for path in ("nowhere/column", short, self.folder):
            worker = self.ready("half", column=(path, 100), status_page=path)
            self.assertEqual(worker.run(4, 1), [("real", 2.0)])
            self.assertEqual(worker.goodbye(), 0)
            self.assertIn("continues without", worker.finished_log())

    def test_batch_beyond_a_frame(self):
        code = (
            "import sys; sys.path.insert(0, %r); import poolscope_worker as w;"
            "w.MAX_VALUES = 40; w.main([])" % os.path.dirname(WORKER)
        )
        worker = self.start(command=[PYTHON, "-c", code])
        worker.prepare("tasks.py:same", items=True).expect(READY)
        items = [b"s"] * 2000 + [b"much too long for the limit of this test"] + [b"t"]
        outcomes = worker.run(0, len(items), items)
        self.assertEqual(outcomes.pop(2000)[1][1], "OverflowError")
        self.assertEqual(outcomes, [("text", b"s")] * 2000 + [("text", b"t")])
        for function in ("cells_of", "pair_of"):
            worker = self.start(command=[PYTHON, "-c", code])
            worker.prepare("tasks.py:" + function, items=True).expect(READY)
            outcomes = worker.run(0, len(items), items)
            self.assertEqual(outcomes.pop(2000)[1][1], "OverflowError")
            self.assertTrue(all(kind == "json" for kind, _ in outcomes))


class FixedValues(WorkerTest):
    """A value is what the task returned, whatever becomes of the object."""

    def test_the_same_object_each_time(self):
        worker = self.ready("changes", cells=4096)
        outcomes = worker.run(0, 5000)
        forms = (
            ("json", '{"x":%d}'), ("json", "[%d]"), ("json", "[[%d],1]"),
            ("json", '{"in":[{"x":%d}]}'), ("bytes", "%08d"), ("repr", "{%d}"), ("repr", "<%d>"),
            ("repr", "<%d>"), ("repr", "<%d>"), ("repr", "<%d>"),
        )
        for index, outcome in enumerate(outcomes):
            kind, form = forms[index // 500]
            self.assertEqual(outcome, (kind, (form % index).encode()))
        self.assertGreater(max(span.count for span in worker.spans), 20)

    def expected(self, value):
        length = (1, 63, 64, 65, 2, 200)[value // 1000 % 6]
        number = b"%d" % value
        return (
            ("real", float(value)), ("integer", value), ("text", number),
            ("json", b"true" if value % 2 == 0 else b"false"), ("none", None), ("bytes", number),
            ("json", b'{"x":%d}' % value), ("json", b"[%d]" % value), ("json", b"[[%d],1]" % value),
            ("json", b'{"in":[{"x":%d}]}' % value), ("bytes", b"%08d" % value),
            ("repr", b"{%d}" % value), ("repr", b"<%d>" % value),
            ("real", float(value)), ("integer", value), ("text", number),
        )[value // length % 16]

    def test_types_that_change_within_a_batch(self):
        for cells in (0, 4096):
            worker = self.ready("of_changing_types", cells=cells)
            outcomes = worker.run(0, 12_000)
            for index, outcome in enumerate(outcomes):
                self.assertEqual(outcome, self.expected(index))
            self.assertGreater(max(span.count for span in worker.spans), 20)

    def test_failures_between_values_of_several_types(self):
        outcomes = self.ready("stops_after_several_types", cells=4096).run(0, 12_000)
        for index, outcome in enumerate(outcomes):
            if index % 500 == 499:
                self.assertEqual(outcome[1][1], "StopIteration")
            elif index % 500 == 498:
                self.assertEqual(outcome[1][1:3], ("ValueError", "%d" % index))
            else:
                self.assertEqual(outcome, self.expected(index))

    def test_numbers_of_subclasses_go_to_the_column(self):
        for function, kind, store in (("ratio", "real", 0), ("level", "integer", 1)):
            worker = self.ready(function, cells=4096)
            self.assertEqual(worker.run(0, 3000), [(kind, x) for x in range(3000)])
            self.assertEqual({span.store for span in worker.spans}, {store})

    def test_prints_of_a_repr_have_its_index(self):
        worker = self.ready("prints_while_encoded", status_page=True)
        worker.run(0, 3000)
        self.assertGreater(max(span.count for span in worker.spans), 10)
        wanted = {(x, 1): b"repr of %d\n" % x for x in range(0, 3000, 3)}
        self.assertEqual(worker.printed, wanted)


class Descriptors(WorkerTest):
    """What a task does to descriptors that are not its own."""

    def rob(self, theft, at=30, count=60, opens=300, then="return", command=None):
        environment = {"THEFT": theft, "ROBS_AT": str(at), "OPENS": str(opens), "THEN": then}
        worker = self.start(environment=environment, command=command)
        worker.prepare("tasks.py:robs", cells=1 << 17, status_page=True).expect(READY)
        worker.send(work_frame(0, count))
        return worker

    def assert_files_untouched(self):
        for name in os.listdir(self.folder):
            if name.startswith("mine"):
                path = os.path.join(self.folder, name)
                with open(path, "rb") as file:
                    self.assertEqual(file.read(), b"of the task")
                os.unlink(path)

    def until_the_end(self, worker):
        """The outcomes that came or are on the status page, by index."""
        while worker.more():
            pass
        self.assertEqual(worker.status(), 4)
        appended, base, *_, rest = worker.status_page()
        stream = bytes(worker.came)
        stream += rest[len(stream) - base : appended - base]
        outcomes = {}
        for kind, body in split_frames(stream):
            if kind == DONE:
                done = Done(body)
                found = done.outcomes if done.store == INLINE else worker.read_column(done)
                outcomes.update(enumerate(found, done.first))
        return outcomes

    def assert_noticed(self, theft, at=30, **options):
        worker = self.rob(theft, at, **options)
        outcomes = self.until_the_end(worker)
        for index, outcome in outcomes.items():
            self.assertEqual(outcome, ("integer", 1000 + index), theft)
        self.assertGreaterEqual(set(outcomes), set(range(at)))
        batch = worker.status_page()[2:4]
        if at not in outcomes:
            self.assertTrue(batch[0] <= at < sum(batch), theft)
        if theft != "standard ones replaced":
            self.assertIn("the task has closed or replaced", worker.finished_log())
        self.assert_files_untouched()
        return batch

    HARMFUL = [
        "all closed", "high ones closed", "each closed", "each replaced", "standard ones replaced"
    ]

    def test_low_numbers_are_the_tasks(self):
        for theft in ("written to low ones", "low ones closed"):
            worker = self.rob(theft)
            outcomes = worker.collect(0, 60)
            self.assertEqual(outcomes, [("integer", 1000 + index) for index in range(60)])
            self.assertEqual(worker.goodbye(), 0)
            self.assert_files_untouched()

    def test_a_loss_is_noticed(self):
        for theft in self.HARMFUL:
            self.assert_noticed(theft)

    def test_a_loss_within_batches(self):
        for theft in self.HARMFUL:
            self.assert_noticed(theft, at=50_000, count=100_000, then="batch")

    def test_no_number_is_written_past_the_column(self):
        code = """if True:
            import os, sys
            sys.path.insert(0, %r)
            import poolscope_worker as w
            column = w.Column("column", 4096, 4096)
            column.store(0, "q", range(300))
            others = os.open("others", os.O_RDWR | os.O_CREAT)
            os.dup2(others, column.file.number)
            column.store(300, "q", range(200))
            column.store(500, "q", range(300))
        """
        worker = self.start(command=[PYTHON, "-c", code % os.path.dirname(WORKER)])
        worker.file("column", 8 * 4096 + 4096)
        self.assertEqual(worker.status(), 0, worker.finished_log())
        self.assertEqual(worker.contents("others"), b"")
        numbers = struct.unpack("900q", worker.contents("column")[4096 : 4096 + 7200])
        self.assertEqual(numbers, (*range(300), *range(200), *range(300), *[0] * 100))

    def test_a_loss_noticed_while_the_task_prints_is_that_inputs(self):
        for theft in self.HARMFUL[:-1]:
            self.assertEqual(self.assert_noticed(theft, then="print"), (30, 1))

    def test_a_child_of_the_task_closes_nothing_of_its_own(self):
        for theft in self.HARMFUL:
            self.assert_noticed(theft, then="fork")

    def test_few_descriptors(self):
        command = ["sh", "-c", 'ulimit -n 64; exec "$0" "$1"', PYTHON, WORKER]
        self.until_the_end(self.rob("low ones closed", opens=50, command=command))
        self.assert_files_untouched()
        for theft in self.HARMFUL:
            self.assert_noticed(theft, opens=50, command=command)

    def test_the_workers_own_are_out_of_the_way(self):
        worker = self.ready("open_numbers", cells=64, status_page=True)
        numbers = json.loads(worker.run(0, 1)[0][1])
        self.assertEqual([number for number in numbers if number < 200], [0, 1, 2])
        worker = self.ready("inherited", cells=64, status_page=True)
        self.assertEqual(worker.run(0, 1), [("bytes", b"0\n1\n2\n3\n")])

    def test_a_loss_while_the_task_is_loaded(self):
        path = self.write("robs.py", TASKS + "\nrobs_while_loaded()\n")
        worker = self.start().prepare(path + ":same", cells=64, status_page=True)
        while worker.more():
            pass
        self.assertEqual(worker.status(), 4)
        self.assertIn("the task has closed or replaced", worker.finished_log())
        self.assert_files_untouched()


class Failures(WorkerTest):
    def test_an_input_never_runs_twice(self):
        for cells in (0, 4096):
            worker = self.ready("raises_at_multiples_of_7", cells=cells)
            outcomes = worker.run(1000, 2000)
            for index, (kind, value) in enumerate(outcomes, 1000):
                if index % 7:
                    self.assertEqual((kind, value), ("integer", index))
                else:
                    self.assertEqual(
                        value[:3],
                        ("exception", "ValueError", "bad %d\nsecond line" % index),
                    )
            self.assertEqual(worker.calls(), list(range(1000, 3000)))
            self.write("calls", "")

    def test_fast_task_with_failures(self):
        worker = self.ready("math:sqrt", start=5000, step=-1, cells=10_000)
        outcomes = worker.run(0, 5005)
        self.assertTrue(outcomes[:5001] == [("real", math.sqrt(5000 - i)) for i in range(5001)])
        for kind, value in outcomes[5001:]:
            self.assertEqual(value[:2], ("exception", "ValueError"))
            self.assertNotIn("poolscope_worker", value[3])
        self.assertGreater(max(span.count for span in worker.spans), 60)

    def test_exceptions_that_end_other_programs(self):
        worker = self.ready("raises", cells=64)
        outcomes = worker.run(0, 50)
        names = [outcome[1][1] for outcome in outcomes[:5]]
        self.assertEqual(
            names,
            ["StopIteration", "SystemExit", "KeyboardInterrupt", "GeneratorExit", "Exception"],
        )
        self.assertEqual(outcomes[1][1][2], "3")
        self.assertEqual(outcomes[5:], [("real", float(index)) for index in range(5, 50)])
        self.assertEqual(worker.calls(), list(range(50)))
        self.assertEqual(worker.goodbye(), 0)

    def test_stop_iteration_within_a_batch(self):
        worker = self.ready("stops_at_500")
        outcomes = worker.run(0, 3000)
        self.assertEqual(outcomes[500][1][:2], ("exception", "StopIteration"))
        del outcomes[500]
        self.assertEqual(outcomes, [("integer", i) for i in range(3000) if i != 500])

    def test_traceback(self):
        detail = self.ready("chained").run(0, 1)[0][1][3]
        self.assertIn("raise RuntimeError", detail)
        self.assertIn("direct cause", detail)
        self.assertIn('tasks.py", line', detail)
        self.assertNotIn("poolscope_worker", detail)

    def test_odd_messages(self):
        failure = self.ready("raises_mute").run(0, 1)[0][1]
        self.assertEqual(failure[1:3], ("tasks.Mute", "<its message cannot be printed>"))
        failure = self.ready("raises_surrogate").run(0, 1)[0][1]
        self.assertEqual(failure[1], "KeyError")


class Batches(WorkerTest):
    def test_slow_iterations_are_spans_of_their_own(self):
        worker = self.ready("slow", cells=1000)
        worker.run(0, 300)
        self.assertEqual({span.count for span in worker.spans}, {1})

    def test_fast_iterations_share_spans(self):
        worker = self.ready("same", cells=100_000)
        worker.run(0, 100_000)
        self.assertLess(len(worker.spans), 2000)
        ends = [span.begun + span.duration for span in worker.spans]
        for end, after in zip(ends, worker.spans[1:]):
            self.assertLessEqual(end, after.begun)

    def test_iterations_that_become_slow(self):
        worker = self.ready("fast_then_slow", cells=100_000)
        worker.run(0, 20_200)
        at_the_turn = [span.count for span in worker.spans if span.first + span.count > 20_000]
        self.assertLessEqual(at_the_turn[0], 2048)
        slow_ones = sum(at_the_turn[1:])
        self.assertGreaterEqual(slow_ones, 200 - 64)
        self.assertEqual(set(at_the_turn[1:]), {1})


class StopsAtFailure(WorkerTest):
    TASK = """
class Level(int): pass
LONG = {3000: 10 ** 110_000, 3001: Level(10 ** 110_000), 4000: 10 ** 90_000, 5000: "x" * 50_000}
def task(value):
    return LONG.get(value, value)
"""

    def test_integers_that_are_too_long_to_be_values(self):
        self.write("numbers.py", self.TASK)
        for cells in (0, 1 << 14):
            worker = self.ready("numbers.py:task", cells=cells, stops_at_failure=True)
            worker.send(work_frame(0, 6000))
            first, failed = 0, []
            while first < 6000:
                kind, body = worker.next()
                if kind != DONE:
                    self.assertEqual(kind, BATCH_REPORT)
                    continue
                done = Done(body)
                self.assertEqual(done.first, first)
                first += done.count
                kinds = [outcome[0] for outcome in done.outcomes]
                if "failure" in kinds:
                    self.assertEqual(kinds.index("failure"), done.count - 1, "others were begun")
                    failed.append(first - 1)
                    worker.send(frame(CONTINUE))
            self.assertEqual(failed, [3000, 3001])
            worker.expect(BATCH_REPORT)
            self.assertEqual(worker.goodbye(), 0)


class Returning(WorkerTest):
    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.001)

    def worker_in_the_middle_of_a_batch(self):
        worker = self.ready("waits_at_1000", status_page=True)
        worker.send(work_frame(0, 5000) + work_frame(5000, 100))
        self.wait_until(worker.calls)
        return worker

    def test_begins_nothing_more_of_its_batch_and_its_chunks(self):
        worker = self.worker_in_the_middle_of_a_batch()
        worker.ask_for_inputs(5100)
        self.write("go", "")
        outcomes, position = worker.collect_until_returned(0)
        self.assertEqual(position, 1001)
        self.assertEqual(len(outcomes), 1001)
        self.assertEqual(outcomes[900:902], [("text", b"text"), ("integer", 901)])
        self.assertEqual(outcomes[1000], ("integer", 1000))
        self.assertEqual(
            worker.run(7000, 2), [("integer", 7000), ("integer", 7001)], "what was sent later"
        )
        self.assertEqual(worker.goodbye(), 0)

    def test_leaves_ctypes_to_the_task(self):
        self.write("late.py", textwrap.dedent("""
            def f(value):
                if value < 5000:
                    return value
                import ctypes
                return int(ctypes.c_uint8(value).value)
        """))
        worker = self.ready("late.py:f", status_page=True)
        self.assertEqual(
            worker.run(0, 5003)[-3:], [("integer", number % 256) for number in range(5000, 5003)])

    def test_shows_how_far_its_batch_is(self):
        worker = self.worker_in_the_middle_of_a_batch()
        (address,) = struct.unpack_from("<Q", worker.contents("status_page"), ENDED_ADDRESS)
        _, _, first, count, _, _ = worker.status_page()
        self.assertGreater(count, 1)
        with open("/proc/%d/mem" % worker.process.pid, "rb", buffering=0) as memory:
            memory.seek(address)
            (ended,) = struct.unpack("<Q", memory.read(8))
        self.assertEqual(first + ended, 1000)
        self.write("go", "")
        worker.collect(0, 5100)

    def test_a_batch_ends_without_a_request_too(self):
        worker = self.worker_in_the_middle_of_a_batch()
        worker.ask_for_inputs(0, number=0)
        self.write("go", "")
        self.assertEqual(len(worker.collect(0, 5100)), 5100)
        ends = [span.first + span.count for span in worker.spans]
        self.assertIn(1001, ends)

    def test_answers_a_request_that_came_too_late_with_the_next_chunk(self):
        worker = self.ready("same", status_page=True)
        worker.run(0, 10)
        worker.ask_for_inputs(10)
        worker.send(work_frame(10, 5))
        self.assertEqual(worker.collect_until_returned(10), ([], 10))
        self.assertEqual([value for _, value in worker.collect(10, 5)], [10, 11, 12, 13, 14])
        worker.ask_for_inputs(15, number=2)
        worker.send(work_frame(15, 5))
        self.assertEqual(worker.collect_until_returned(15), ([], 15))
        self.assertEqual(len(worker.collect(15, 5)), 5)


class StatusPage(WorkerTest):
    def test_counts_the_stream(self):
        worker = self.ready("long", status_page=True)
        worker.run(0, 20)
        while worker.status_page()[3] > 0:  # the batch that is running is told of until after its Done
            time.sleep(0.001)
        appended, base, *_ = worker.status_page()
        self.assertEqual((appended, base), (len(worker.came), len(worker.came)))
        worker.goodbye()
        came = len(worker.came)
        deadline = time.monotonic() + 10
        while worker.status_page()[1] < came and time.monotonic() < deadline:
            time.sleep(0.001)  # what has been sent is counted after it was
        self.assertEqual(worker.status_page()[:2], (came, came))

    def test_names_the_batch(self):
        worker = self.ready("waits", status_page=True)
        before = time.monotonic_ns()
        worker.send(work_frame(70, 1))
        while worker.status_page()[3] == 0:
            self.assertLess(time.monotonic_ns() - before, PATIENCE * 10**9)
        _, _, first, count, begun, _ = worker.status_page()
        self.assertEqual((first, count), (70, 1))
        self.assertTrue(before < begun < time.monotonic_ns())
        self.write("go", "")
        worker.collect(70, 1)
        self.assertEqual(worker.status_page()[3], 0)

    def salvage(self, dies_at):
        """Runs until the worker kills itself; (bytes from the status page alone, answered indices)."""
        self.write("calls", "")
        worker = self.ready("dies_at", status_page=True, environment={"DIES_AT": str(dies_at)})
        worker.send(work_frame(0, 1000))
        while worker.more():
            pass
        self.assertEqual(worker.status(), -signal.SIGKILL)
        appended, base, first, count, _, buffer = worker.status_page()
        came = len(worker.came)
        self.assertLessEqual(base, came)
        self.assertEqual((first, count), (dies_at, 1))
        rest = buffer[came - base : appended - base]
        answered = []
        for kind, body in split_frames(bytes(worker.came) + rest):
            if kind == DONE:
                done = Done(body)
                answered += range(done.first, done.first + done.count)
        self.assertEqual(worker.calls(), list(range(dies_at)))
        return len(rest), answered

    def test_salvage_after_a_kill(self):
        from_status_page = 0
        for dies_at in (1, 5, 12, 30, 400):
            rest, answered = self.salvage(dies_at)
            self.assertEqual(answered, list(range(dies_at)))
            from_status_page += rest
        self.assertGreater(from_status_page, 0)

    def test_large_frames_and_small_ones(self):
        self.write(
            "mixed.py", "def f(x): return b'x' * (200_000 if x % 10 == 3 else 20_000 * (x % 7))\n"
        )
        worker = self.ready("mixed.py:f", status_page=True)
        outcomes = worker.run(0, 100)
        sizes = [200_000 if x % 10 == 3 else 20_000 * (x % 7) for x in range(100)]
        self.assertEqual([len(data) for _, data in outcomes], sizes)
        came = len(worker.came)
        deadline = time.monotonic() + 10
        while worker.status_page()[1] < came and time.monotonic() < deadline:
            time.sleep(0.001)  # what has been sent is counted after it was
        self.assertEqual(worker.status_page()[:2], (came, came))


class Surroundings(WorkerTest):
    def test_prints_go_to_the_log(self):
        worker = self.ready("prints")
        self.assertEqual(worker.run(0, 3), [("text", b"")] * 3)
        self.assertEqual(worker.goodbye(), 0)
        for index in range(3):
            self.assertEqual(worker.printed[index, 1], b"printed %d\ndunder\n\\udcff\n" % index)
        lines = worker.finished_log().splitlines()
        for line in ("raw", "echoed"):
            self.assertEqual(lines.count(line), 3)

    def test_prints_have_the_index_within_a_batch(self):
        worker = self.ready("prints_some", status_page=True)
        self.assertEqual(worker.run(0, 5000), [("integer", x) for x in range(5000)])
        self.assertGreater(max(span.count for span in worker.spans), 60)
        wanted = {(x, 2): b"at %d\n" % x for x in range(0, 5000, 97)}
        self.assertEqual(worker.printed, wanted)
        worker.goodbye()

    def test_prints_of_threads_and_children_damage_nothing(self):
        worker = self.ready("prints_everywhere", status_page=True)
        self.assertEqual(worker.run(0, 20), [("integer", 1)] * 20)
        self.assertEqual(worker.printed, {(x, 1): b"own\n" * 100 for x in range(20)})
        worker.goodbye()
        lines = worker.finished_log().splitlines()
        self.assertEqual((lines.count("thread"), lines.count("child")), (20 * 100, 20))

    def test_prints_are_on_the_status_page_before_the_task_returns(self):
        worker = self.ready("prints_and_waits", status_page=True)
        worker.send(work_frame(0, 1))
        deadline = time.monotonic() + PATIENCE
        while b"waiting" not in worker.status_page()[-1]:
            self.assertLess(time.monotonic(), deadline)
        self.write("go", "")
        self.assertEqual(worker.collect(0, 1), [("integer", 0)])
        self.assertEqual(worker.printed, {(0, 1): b"waiting\n"})

    def test_much_printing(self):
        for status_page in (False, True):
            worker = self.ready("prints_much", status_page=status_page)
            self.assertEqual(worker.run(0, 5000), [("integer", 1)] * 5000)
            worker.goodbye()
            self.assertEqual(worker.printed, {(x, 1): b"x" * 1000 + b"\n" for x in range(5000)})

    def test_crash_leaves_a_traceback_in_the_log(self):
        worker = self.ready("crashes")
        worker.send(work_frame(0, 1))
        self.assertIsNone(worker.next())
        self.assertEqual(worker.status(), -signal.SIGABRT)
        self.assertIn("in crashes", worker.finished_log())

    def test_fork(self):
        worker = self.ready("forks", status_page=True)
        self.assertEqual(worker.run(0, 5), [("text", b"parent")] * 5)
        self.assertEqual(worker.goodbye(), 0)
        self.assertEqual(worker.status_page()[0], len(worker.came))

    def test_processes_of_the_task(self):
        worker = self.ready("maps_in_processes")
        self.assertEqual(worker.run(0, 2), [("json", b"[1,4,9]")] * 2)
        self.assertEqual(worker.goodbye(), 0)

    def test_child_left_behind_does_not_hold_the_channel(self):
        worker = self.ready("leaves_child_behind")
        child = worker.run(0, 1)[0][1]
        self.assertEqual(worker.goodbye(), 0)
        os.kill(child, signal.SIGKILL)

    def test_no_terminal_and_wrong_use(self):
        run = subprocess.run(
            [PYTHON, WORKER, "--nonsense"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.assertEqual((run.returncode, run.stdout), (2, b""))
        self.assertIn(b"--help", run.stderr)


class Reports(WorkerTest):
    SOURCE = textwrap.dedent(
        '''\
        # -*- coding: utf-8 -*-
        """A module that must not be imported: it would fail."""
        import os.path, json as j
        from math import sqrt
        raise SystemExit("imported")

        def classify(row):
            """Tells what a row is.

            And more."""

        def pair(a, b, /, c=1, *rest, key, other=2): pass
        async def later(x): pass
        if os:
            @j.decorate
            def guarded(x, y): pass
        else:
            fallback = 1
        class Model:
            def method(self): pass
        total: int = 5
        def no_input(): """
            Indented."""
        squares = [hidden for hidden in range(3)]
        twice = lambda x: 2 * x
        '''
    )

    def report(self, option, target):
        run = subprocess.run(
            [PYTHON, WORKER, option, target],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def check(self, target):
        answer = self.report("--check", target)
        self.assertIn(list(answer), (["ok"], ["error"]))
        self.assertNotIn("\n", answer.get("error", ""))
        return answer.get("error", "ok")

    def test_functions_of_a_file(self):
        self.write("classify.py", self.SOURCE)
        self.assertEqual(
            self.report("--functions", "classify.py"),
            {
                "functions": [
                    {
                        "name": "classify",
                        "line": 7,
                        "parameters": {"required": 1, "max": 1},
                        "doc": "Tells what a row is.",
                    },
                    {
                        "name": "pair",
                        "line": 12,
                        "parameters": {"required": 3, "max": None},
                        "doc": "",
                    },
                    {
                        "name": "guarded",
                        "line": 16,
                        "parameters": {"required": 2, "max": 2},
                        "doc": "",
                    },
                    {
                        "name": "no_input",
                        "line": 22,
                        "parameters": {"required": 0, "max": 0},
                        "doc": "Indented.",
                    },
                ],
                "names": ["os", "j", "sqrt", "fallback", "Model", "total", "squares", "twice"],
            },
        )

    def test_functions_of_a_module(self):
        self.write("printing/__init__.py", "print('noise')\n")
        self.write("printing/inner.py", "def f(x): pass\nraise SystemExit\n")
        names = [f["name"] for f in self.report("--functions", "printing.inner")["functions"]]
        self.assertEqual(names, ["f"])
        functions = self.report("--functions", "math")["functions"]
        root = [f for f in functions if f["name"] == "sqrt"][0]
        self.assertEqual((root["line"], root["parameters"]), (None, None))
        self.assertIn("square root", root["doc"])

    def test_functions_that_cannot_be_told(self):
        self.write("wrong.py", "x = 1\n\ndef f(:\n    pass\n")
        self.write("latin.py", b"x = 1\ny = 'caf\xe9'\n")
        self.write("nul.py", b"x = 1\n\0\n")
        self.write("deep.py", "x = " + "(" * 5000 + ")" * 5000)
        self.write("failing/__init__.py", "1 / 0\n")
        self.write("failing/inner.py", "")
        for target, says in (
            ("wrong.py", "wrong.py:3: "),
            ("latin.py", "latin.py:2: "),
            ("nul.py", "nul.py:2: "),
            ("deep.py", "deep.py:1: "),
            ("gone.py", "gone.py: No such file"),
            (self.folder + "/", "Is a directory"),
            ("no_such_module", "no module 'no_such_module'"),
            ("no_such_package.inner", "no module 'no_such_package.inner'"),
            ("failing.inner", "ZeroDivisionError"),
        ):
            self.assertIn(says, self.report("--functions", target)["error"])
            self.assertIn(says, self.check(target + ":f"))

    def test_odd_functions(self):
        self.write("odd.py", self.ODD)
        names = [function["name"] for function in self.report("--functions", "odd.py")["functions"]]
        self.assertEqual(
            sorted(names),
            ["decorated", "decorated_later", "listing", "outer", "same", "twice", "wrapped"],
        )
        for name, kind in self.ODD_FUNCTIONS:
            said = "'%s' is %s function; a task must be a plain one" % (name, kind)
            self.assertRegex(self.check("odd.py:" + name), r"^odd\.py:\d+: " + said)
            self.assertRegex(self.check("odd:" + name), r"^odd:\d+: " + said)
        for name, _ in self.ODD_WHEN_LOADED:
            self.assertEqual(self.check("odd.py:" + name), "ok")
        for name in self.PLAIN:
            self.assertEqual(self.check("odd.py:" + name), "ok", name)

    def test_files_beside_the_task(self):
        for name in Loading.STANDARD:
            self.write(name + ".py", "raise RuntimeError('imported')\n")
        self.write("classify.py", self.SOURCE)
        for place in ("classify.py", "classify"):
            self.assertEqual(self.check(place + ":classify"), "ok")
            names = [f["name"] for f in self.report("--functions", place)["functions"]]
            self.assertEqual(names, ["classify", "pair", "guarded", "no_input"])
            path = self.report("--source", place)["path"]
            self.assertEqual(os.path.join(self.folder, path), self.folder + "/classify.py")
        for name in Loading.STANDARD:
            self.write(name + ".py", "def f(x): pass\n")
        for name in Loading.STANDARD:
            self.assertEqual(self.check(name + ".py:f"), "ok", name)

    def test_check(self):
        self.write("classify.py", self.SOURCE)
        self.write("star.py", "from os.path import *\ndef f(x): pass\n")
        self.write("empty.py", "")
        self.write("lazy/__init__.py", "def __getattr__(name): return abs\n")
        self.write(
            "values.py",
            "number = 3\nboth = other = [1]\ntold = None\nlater = 2\n"
            "def set_up():\n    global told\n    told = abs\n"
            "try:\n    from math import sqrt as later\nexcept ImportError:\n    pass\n",
        )
        for target in (
            "values.py:told",
            "values.py:later",
            "values.py:number.bit_length",
            "classify.py:classify",
            "classify.py:guarded",
            "classify.py:Model.method",
            "classify.py:sqrt",
            "classify.py:j.dumps",
            "classify.py:twice",
            "classify:classify",
            self.folder + "/classify.py:classify",
            "star.py:join",
            "lazy:anything",
            "math:sqrt",
            "os:getcwd",
            "builtins:str.upper",
        ):
            self.assertEqual(self.check(target), "ok", target)
        for target, says in (
            (
                "classify.py:foo",
                "classify.py has no function 'foo'; it has: classify, pair, guarded, no_input",
            ),
            ("empty.py:f", "empty.py has no function 'f'; it defines none"),
            ("classify.py:hidden", "no function 'hidden'"),
            ("values.py:number", "values.py:1: 'number' is a value; a task must be a function"),
            ("values.py:both", "values.py:2: 'both' is a value"),
            ("classify.py:later", "classify.py:13: 'later' is an async function"),
            ("classify.py:pair", "classify.py:12: function 'pair' needs 3 arguments"),
            ("classify.py:no_input", "takes no positional argument"),
            ("classify.py", "give it as classify.py:FUNCTION; it has: classify, pair"),
            ("classify.py:", "give it as classify.py:FUNCTION; it has: classify, pair"),
            ("math:nosuch", "math has no function 'nosuch'; it has: "),
            ("math:pi", "math has no function 'pi'"),
            ("math", "give it as math:FUNCTION; it has: "),
        ):
            self.assertIn(says, self.check(target), target)


if __name__ == "__main__":
    unittest.main()
