# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of a watched process, in files that outlive it.

Each thread that records something has a ring of its own: a file that is mapped into memory, which
Poolscope reads while the program runs. Nothing waits for the reader. What does not fit is counted.

A worker may be killed at any moment, so that a record is whole before its end is published. A
child that was forked shares no ring with its parent.
"""

import os
import sys
from _thread import _local, get_ident, get_native_id
from itertools import count
from struct import Struct
from time import monotonic_ns as clock
from types import BuiltinFunctionType, FunctionType, MethodType

HEADER = 4096
CAPACITIES = 1 << 20, 1 << 16
FIRST_RESERVATION = 8192
GROWTH = 8
MAGIC = int.from_bytes(b"PSWATCH1", "little")
NONE = (1 << 64) - 1

# Words of the header.
WRITTEN, READ, LOST_RECORDS, OPEN, OPEN_FIRST, COST, OPEN_ENDED = 6, 7, 8, 9, 14, 15, 16
OPEN_CHUNK = 8 * 10
RANGE, RANGE_JOBS = 8 * 17, 21
pack_open_chunk = Struct("<7Q").pack_into  # pool, job, index, begun, first, cost, ended
pack_range = Struct("<4Q").pack_into  # call, first job, first input, inputs of each job

TRACEBACK_LIMIT = 8192
MESSAGE_LIMIT = 500
TEXT_LIMIT = 2000
FAILURES_WITH_TEXT = 1000
NOTES = 100
MOST_SUMS = 1000


class Kind:
    """A kind of record: its first word, and how its words are stored."""

    __slots__ = "head", "pack", "size", "number"

    def __init__(self, number, words, flags=0):
        form = Struct("<%dQ" % (words + 1))
        self.number = number
        self.head = number | flags << 8 | (words + 1) << 16
        self.pack = form.pack_into
        self.size = form.size


POOL, CALL, FAILURE, NOTE, MESSAGE, WORKER, PROCESS, INPUT = 1, 2, 20, 24, 25, 16, 22, 26
LENGTH = Kind(3, 3)
PUT, PUT_SAMPLED = Kind(5, 7), Kind(5, 7, 1)
GOT, GOT_SAMPLED = Kind(6, 7), Kind(6, 7, 1)
CONSUMED = Kind(7, 5)
POOL_ENDED = Kind(8, 2)
PROCESS_ENDED = Kind(9, 4)
SUBMIT_RANGE = Kind(10, 6)
CHUNK = Kind(17, 15)
LIGHT = Kind(18, 7)
SPAN = Kind(19, 7)
LOST = Kind(21, 7)
PROCESS_LEFT = Kind(23, 2)


class Ring:
    """The records of one thread.

    Room in the file is reserved before it is used: where a file system is full, a store into a page
    that has none would end the process.
    """

    __slots__ = (
        "memory words capacity mask usable written limit busy path cost sums "
        "range jobs next_job next_input each __weakref__"
    ).split()

    def __init__(self):
        self.path = None
        self.cost = 0
        self.sums = {}
        self.written = 0
        self.range = None  # call, job and first input of the submitted jobs that are in the header
        self.jobs = self.next_job = self.next_input = self.each = 0
        self.disconnect()

    def disconnect(self):
        """Has everything that is written from now on dropped."""
        self.memory = bytearray(HEADER)
        self.words = memoryview(self.memory).cast("Q")
        self.busy = True

    def connect(self, folder, pid, number):
        """Makes the file. Raises OSError if there is no room for it."""
        path = "%s/%d-%d.ring" % (folder, pid, number)
        file = os.open(path + ".tmp", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if file > os.sysconf("SC_OPEN_MAX") // 4 * 3:
                raise OSError("The program needs the descriptors that are left.")
            memory, reserved = map_file(file)
            self.capacity = len(memory) - HEADER
            self.mask = self.capacity - 1
            self.usable = usable(reserved, self.capacity)
            words = memoryview(memory).cast("Q")
            words[1], words[2], words[3], words[4] = pid, get_native_id(), os.getppid(), clock()
            words[5] = self.capacity
            words[0] = MAGIC
            os.rename(path + ".tmp", path)
        except BaseException:
            os.unlink(path + ".tmp")
            raise
        finally:
            os.close(file)
        self.memory, self.words, self.path = memory, words, path
        self.limit = self.capacity
        self.busy = False

    def write(self, kind, *values):
        """Appends a record of numbers; False if it was dropped."""
        if self.busy:  # by a signal handler or a finalizer, in the middle of another record
            return self.drop()
        self.busy = True
        try:
            size = kind.size
            at = self.written & self.mask
            if at + size > self.usable or self.written + size > self.limit:
                at = self.make_room(size)
                if at < 0:
                    return self.drop()
            kind.pack(self.memory, HEADER + at, kind.head, *values)
            self.written += size
            self.words[WRITTEN] = self.written
            return True
        finally:
            self.busy = False

    def write_texts(self, number, values, texts):
        """Appends a record of numbers and texts; False if it was dropped."""
        data = b"".join(map(encoded, texts))
        words = len(values) + 1
        head = number | (words + len(data) // 8) << 16
        data = Struct("<%dQ" % words).pack(head, *values) + data
        if self.busy:
            return self.drop()
        self.busy = True
        try:
            size = len(data)
            at = self.written & self.mask
            if at + size > self.usable or self.written + size > self.limit:
                at = self.make_room(size)
                if at < 0:
                    return self.drop()
            self.memory[HEADER + at : HEADER + at + size] = data
            self.written += size
            self.words[WRITTEN] = self.written
            return True
        finally:
            self.busy = False

    def make_room(self, size):
        """Where a record of that size can begin now; -1 if nowhere."""
        capacity = self.capacity
        at = self.written & self.mask
        while at + size > self.usable and self.usable < capacity and self.grow():
            pass
        padding = capacity - at if at + size > self.usable else 0
        if size > self.usable or self.written + padding + size > self.limit:
            self.limit = self.words[READ] + capacity
            if size > self.usable or self.written + padding + size > self.limit:
                return -1
        if padding:
            self.words[(HEADER + at) // 8] = padding // 8 << 16
            self.written += padding
            self.words[WRITTEN] = self.written
            at = 0
        return at

    def grow(self):
        """Reserves more of the file; False if that cannot be."""
        if self.written > self.capacity:  # it was tried on the first lap
            return False
        wanted = min(self.capacity, (self.usable + 8) * GROWTH)
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            try:
                os.posix_fallocate(file, 0, HEADER + wanted)
            finally:
                os.close(file)
        except OSError:
            return False
        self.usable = usable(wanted, self.capacity)
        return True

    def submit(self, call, job, first, inputs):
        """Records a job of a call. The header has those that follow each other, until others come."""
        if self.busy:
            return self.drop()
        self.busy = True
        try:
            if job == self.next_job and first == self.next_input and inputs == self.each:
                if self.range[0] == call:
                    self.jobs = jobs = self.jobs + 1
                    self.next_job = job + 1
                    self.next_input = first + inputs
                    self.words[RANGE_JOBS] = jobs
                    return True
            if self.range is not None:
                self.busy = False
                self.write(SUBMIT_RANGE, *self.range, self.jobs, self.each, clock())
                self.busy = True
            self.words[RANGE_JOBS] = 0
            pack_range(self.memory, RANGE, call, job, first, inputs)
            self.words[RANGE_JOBS] = self.jobs = 1
            self.range = call, job, first
            self.next_job = job + 1
            self.next_input = first + inputs
            self.each = inputs
            return True
        finally:
            self.busy = False

    def drop(self):
        self.words[LOST_RECORDS] += 1
        return False

    def add(self, pool, job, chunks, inputs, failed, begun, ended):
        """Counts chunks of which nothing else is recorded."""
        total = self.sums.get((pool, job))
        if total is None:
            if len(self.sums) >= MOST_SUMS:
                job = NONE  # those of many jobs together
                total = self.sums.get((pool, job))
            if total is None:
                self.sums[pool, job] = [chunks, inputs, failed, begun, ended]
                return
        total[0] += chunks
        total[1] += inputs
        total[2] += failed
        total[4] = ended

    def report_sums(self):
        """Appends the sums, as far as there is room."""
        sums = self.sums
        while sums:
            key = next(iter(sums))
            total = sums.pop(key)
            if not self.write(LOST, *key, *total):
                sums[key] = total
                return


def usable(reserved, capacity):
    # A word is left for the padding that skips what could not be reserved.
    return capacity if reserved >= capacity else reserved - 8


def map_file(file):
    """Maps the file, as large as there is room for; and how much of it is reserved."""
    from mmap import mmap

    for capacity in CAPACITIES:
        try:
            os.ftruncate(file, HEADER + capacity)
            os.posix_fallocate(file, 0, HEADER + FIRST_RESERVATION)
            options = {"trackfd": False} if sys.version_info >= (3, 13) else {}
            return mmap(file, HEADER + capacity, **options), FIRST_RESERVATION
        except (OSError, ValueError):
            pass  # An exception that is kept would keep the frames of callers, and their objects.
    raise OSError("There is no room for a ring.")


def encoded(text):
    data = text.encode("utf-8", "replace")
    return len(data).to_bytes(8, "little") + data + bytes(-len(data) % 8)


# ----------------------------------------------------------------------------------------- process

FOLDER = os.environ.get("POOLSCOPE_WATCH", "")
REPRS = bool(os.environ.get("POOLSCOPE_WATCH_REPRS"))
OWN_FOLDER = os.path.dirname(__file__)


class State:
    """What a process has for itself, and a child that it forks has anew."""

    def __init__(self):
        self.pid = os.getpid()
        self.threads = _local()
        self.rings = set()
        self.numbers = count(1)
        self.calls = count(1)
        self.pools = count(1)
        self.failures = self.notes = 0


state = State()
unit_cost = 0  # ns that the hooks of one chunk take, about


def ring():
    """The ring of this thread."""
    try:
        return state.threads.ring
    except AttributeError:
        return make_ring()


def make_ring():
    own = Ring()
    state.threads.ring = own
    try:
        own.connect(FOLDER, state.pid, next(state.numbers))
    except Exception:
        pass
    else:
        from weakref import ref

        state.rings.add(ref(own, state.rings.discard))
        calibrate()
    return own


def calibrate():
    """Measures what the hooks of a chunk cost: about two records and eight clock readings."""
    global unit_cost
    if unit_cost:
        return
    memory = bytearray(CHUNK.size)
    best = 1 << 40
    for _ in range(20):
        begun = clock()
        CHUNK.pack(memory, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        clock()
        best = min(best, clock() - begun)
    unit_cost = 5 * best


def forget_parent():
    """Runs in a child that was forked, before anything else does."""
    global state
    inherited, state = state.rings, State()
    for reference in inherited:
        own = reference()
        if own is not None:
            own.disconnect()


os.register_at_fork(after_in_child=forget_parent)


def note(text):
    """Records what a hook left alone, and why."""
    state.notes += 1
    if state.notes > NOTES:
        return
    try:
        ring().write_texts(NOTE, (), (text[:TEXT_LIMIT],))
    except Exception:
        pass


def installed(what, function, *arguments):
    """Runs a part of a hook's installation. What fails leaves its part of the program alone."""
    try:
        function(*arguments)
    except Exception as error:
        note("%s is left alone: %s: %s" % (what, type(error).__name__, error))


# ------------------------------------------------------------------------------------------- hooks


class SetHook:
    """A descriptor that runs a function when an attribute of an object is set.

    The function returns the value to store. Reading such an attribute costs nothing: without
    __get__, the interpreter takes it from the object itself.
    """

    def __init__(self, owner, name, function):
        if hasattr(vars(owner).get(name), "__set__"):
            raise TypeError("%s.%s is a descriptor already" % (owner.__qualname__, name))
        self.name = name
        self.function = function
        setattr(owner, name, self)

    def __set__(self, instance, value):
        try:
            value = self.function(instance, value)
        except Exception as error:
            note("%s is not followed: %s: %s" % (self.name, type(error).__name__, error))
        instance.__dict__[self.name] = value

    def __delete__(self, instance):
        try:
            del instance.__dict__[self.name]
        except KeyError:
            raise AttributeError(self.name) from None


def replace(owner, name, replacement):
    """Puts a function in the place of another one, and makes it look like that."""
    original = getattr(owner, name)
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(replacement, attribute, getattr(original, attribute))
    replacement.__wrapped__ = original
    setattr(owner, name, replacement)


# ---------------------------------------------------------------------------- places and functions

LIBRARY = os.path.dirname(os.__file__) + "/"
PACKAGES = {"multiprocessing", "multiprocess", "concurrent", "joblib", "loky", "dill", "pathos"}
PACKAGES |= {"cloudpickle", "tqdm", "pqdm", "poolscope_watch_ring"}
seen_files = {}


def is_users(frame):
    """Whether a frame belongs to the user's code, and not to a library of pools."""
    file = frame.f_code.co_filename
    known = seen_files.get(file)
    if known is None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        in_library = file.startswith(LIBRARY) and "-packages/" not in file[len(LIBRARY) - 1 :]
        known = not (
            in_library
            or package in PACKAGES
            or file.startswith("<frozen ")
            or file.startswith(OWN_FOLDER + "/")
        )
        seen_files[file] = known
    return known


def users_place(frame):
    """The file and line of the innermost frame of the user's; "" and 0 if there is none."""
    while frame is not None:
        if is_users(frame):
            return frame.f_code.co_filename, frame.f_lineno or 0
        frame = frame.f_back
    return "", 0


def function_name(function):
    """The qualified name of what is called, without running code of the user's."""
    kind = type(function)
    if kind in (FunctionType, BuiltinFunctionType):
        return function.__qualname__
    if kind is MethodType:
        return function_name(function.__func__)
    if isinstance(function, type):
        return type.__dict__["__qualname__"].__get__(function)
    functools = sys.modules.get("functools")
    if functools is not None and kind is functools.partial:
        return function_name(function.func)
    if not kind.__flags__ & (1 << 9):  # a type in C, such as numpy.ufunc
        name = getattr(function, "__name__", None)
        if type(name) is str:
            return name
    return type.__dict__["__qualname__"].__get__(kind)


def read_overrides():
    """What POOLSCOPE_WATCH_SET asks for: the key, the number, the end of a file's name, the line."""
    found = []
    for line in os.environ.get("POOLSCOPE_WATCH_SET", "").splitlines():
        setting, _, place = line.strip().partition("@")
        key, _, number = setting.partition("=")
        file, _, at = place.rpartition(":")
        try:
            found.append((key.strip(), int(number), file, int(at) if place else 0))
        except ValueError:
            pass
    return found


OVERRIDES = [entry for entry in read_overrides() if entry[1] > 0]


def overridden(key, value, place):
    """The value that the environment asks for at a place; else the value itself."""
    for name, number, file, line in OVERRIDES:
        if name != key:
            continue
        if file and not ("/" + place[0]).endswith("/" + file.lstrip("/")):
            continue
        if line and line != place[1]:
            continue
        return number
    return value


# -------------------------------------------------------------------------------------------- calls


class Call:
    """A call that hands inputs to a pool. Recorded where it is made."""

    __slots__ = "number", "pool", "chunk", "length", "first", "measured", "taken", "pace"

    def __init__(self, pool, job, chunk, length, method, function, place):
        self.number = next(state.calls)
        self.pool = pool
        self.chunk = chunk
        self.length = length
        self.first = 0  # the number of inputs that were handed over
        self.measured = False
        self.taken = 0  # results that the user's code has taken, where that is known
        self.pace = None
        ring().write_texts(
            CALL,
            (pool, self.number, job, clock(), chunk, length, place[1]),
            (method, function[:TEXT_LIMIT], place[0]),
        )

    def submit(self, job, inputs):
        first = self.first
        self.first = first + inputs
        ring().submit(self.number, job, first, inputs)

    def has_length(self, length):
        if self.length == NONE:
            self.length = length
            ring().write(LENGTH, self.number, length, clock())


def write_pool(pool, processes, kind, tasks, method, module, place):
    ring().write_texts(
        POOL, (pool, clock(), processes, kind, tasks or 0, place[1]), (method, module, place[0])
    )


def pipe_number(connection):
    """What identifies a pool of processes: the inode of the pipe from which workers read."""
    return os.fstat(connection.fileno()).st_ino


def new_thread_pool():
    return 1 << 63 | (state.pid & (1 << 39) - 1) << 24 | next(state.pools) & (1 << 24) - 1
