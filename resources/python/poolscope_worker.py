# SPDX-License-Identifier: GPL-3.0-or-later
"""Poolscope's Python worker: maps one Python function over the chunks that a pool hands it.

    poolscope_worker.py                       a worker; speaks core/wire on descriptor 0 if that is
                                              a socket, else reads from 0 and writes to 1
    poolscope_worker.py --load KEEPER         loads a task once, and forks a worker for each request;
                                              KEEPER is the program of these workers' keepers
    poolscope_worker.py --functions TARGET    which functions FILE.py or MODULE has, as JSON
    poolscope_worker.py --source TARGET       the file that FILE.py or MODULE is, as JSON
    poolscope_worker.py --imports TARGET...   the source files that these import, as JSON
    poolscope_worker.py --check TARGET [INITIALISER]
                                              whether FILE.py:FUNCTION or MODULE:FUNCTION can be a
                                              task, and a function beside it its initialiser

An answer in JSON is the last line of standard output: modules of the user's may print before it.

It runs in the user's own interpreter, from Python 3.8, and needs nothing but the standard library.
The protocol is core/wire/messages.h, the values are value.h, the page shared with the pool statuspage.h.

What it promises:
- an input is run once, whatever the inputs beside it do;
- a value is what the task returned, whatever it does to that object afterwards;
- what the task prints goes to the log with its index, or, where Python cannot see it being
  printed, to descriptor 2; it never damages a frame;
- every finished outcome is on the status page or in the channel, even if the process is killed;
- a Goodbye overtakes the chunks that were not begun;
- no file of the user's is taken for a module that the worker needs, and none of these is in the way
  of a module of the task's: see import_own();
- what the task does to the worker's file descriptors damages no value and no file: see Descriptor.

A pool waits for its workers to start, so modules that cost milliseconds (json, traceback) are done
without, and ast is imported only where a source is examined.
"""

import sys

if sys.version_info < (3, 8):
    TOO_OLD = (
        "Poolscope needs Python 3.8 or newer, and %s is Python %d.%d: choose another interpreter"
        % ((sys.executable,) + tuple(sys.version_info[:2]))
    )
    if len(sys.argv) > 1:  # a question, whose answer is JSON
        print('\n{"error": "%s"}' % TOO_OLD.replace("\\", "\\\\").replace('"', '\\"'))
        sys.exit(0)
    sys.exit("poolscope_worker: " + TOO_OLD)

import atexit
import gc
import _signal  # signal itself imports enum, which takes longer than the rest of this file
import faulthandler
import io
import marshal
import os
from _frozen_importlib import ModuleSpec, _find_spec, module_from_spec
from _frozen_importlib_external import (
    ExtensionFileLoader,
    SourceFileLoader,
    _get_supported_file_loaders,
)
from _functools import partial
from _thread import allocate_lock, get_ident as thread_number, start_new_thread as start_thread
from itertools import compress, groupby, repeat
from time import monotonic_ns as clock, process_time_ns, sleep


def import_own(*names):
    """Imports modules of the standard library for the worker alone.

    They are looked for in the standard library first, whatever is on PYTHONPATH or beside the task.
    Afterwards sys.modules is as it was, so that the task imports what it would import in a program
    of its own. (Modules that are built into the interpreter stay: no file can replace them.)
    """
    path, known = sys.path, set(sys.modules)
    library = os.path.dirname(os.__file__)
    if library in path:
        sys.path = path[path.index(library) :]
    try:
        for name in names:
            __import__(name)
        return [sys.modules[name] for name in names]
    finally:
        sys.path = path
        for name in set(sys.modules).difference(known, sys.builtin_module_names):
            del sys.modules[name]


def own_copy(module):
    """A module with the same contents, which stays as it is whatever the task does to the other."""
    copy = type(sys)(module.__name__)
    copy.__dict__.update(module.__dict__)
    return copy


fcntl, mmap, select, struct = map(own_copy, import_own("fcntl", "mmap", "select", "struct"))
os, faulthandler, marshal = map(own_copy, (os, faulthandler, marshal))

MAGIC = 0x434C5350
VERSION = 10

SETUP, WORK, POOL_GOODBYE, CONTINUE, FORK = 1, 2, 3, 4, 5
HELLO, READY, REFUSED, DONE, BATCH_REPORT, WORKER_GOODBYE, PRINTED = 16, 17, 18, 19, 20, 21, 22
RETURNED, LOADED = 24, 25
MAX_BODY = {SETUP: 1 << 20, WORK: 1 << 30, POOL_GOODBYE: 0, CONTINUE: 0}

TASK_PYTHON = 1
INPUT_RANGE, INPUT_ITEMS, INPUT_ROWS = 0, 1, 2
PIECE_PLAIN, PIECE_MARSHALLED = 0, 1
COLUMN_REAL, COLUMN_INTEGER, INLINE = 0, 1, 2
NONE, INTEGER, REAL, TEXT, BYTES, JSON, REPR, FAILURE, REALS = range(9)

# The status page: 8-byte fields by their number, then the buffer.
APPENDED, BASE, BATCH_FIRST, BATCH_COUNT, BATCH_BEGUN, BATCH_END, BATCH_STARTED = range(7)
ENDED_ADDRESS = 7
REQUEST, REQUEST_END, PROCEED = 9, 10, 11
STATUS_PAGE_BUFFER = 128
STATUS_PAGE_SIZE = 128 * 1024

HEADER = struct.Struct("<IB")
CHUNK_HEAD = struct.Struct("<QI")
PIECE_HEAD = struct.Struct("<IIB")
PRINTED_HEAD = struct.Struct("<IBQB")
DONE_HEAD = struct.Struct("<IBQIBQQ")
BATCH_REPORT_FRAME = struct.Struct("<IBQQQQQQ")
RETURNED_FRAME = struct.Struct("<IBQ")
WRITTEN_STRAIGHT = 32 * 1024  # bytes, from which on a copy into the buffer costs more than a write
# What the Dones of the buffer may take, so that their BatchReport always fits behind them.
BUFFER_ROOM = STATUS_PAGE_SIZE - STATUS_PAGE_BUFFER - BATCH_REPORT_FRAME.size
DONE_FIELDS = DONE_HEAD.size - HEADER.size
MAX_VALUES = (1 << 30) - DONE_FIELDS

# Bytes that malloc() keeps after a batch. Else it returns them to the system, and the next batch
# asks for them again. malloc() keeps twice the size of the largest block that it mapped and freed:
# see M_TRIM_THRESHOLD in mallopt(3).
KEPT_BY_ALLOCATOR = 4 << 20

MILLISECOND = 1_000_000
READ_SIZE = 1 << 16

# An iteration of SPAN_OF_ITS_OWN or more is a batch of its own; shorter ones share one of about
# BATCH_TIME, whose values take VALUES_IN_CACHE bytes at most: longer ones would be copied through
# main memory. Where iterations of a batch turn out slow, the pool has it end.
SPAN_OF_ITS_OWN = 10_000
BATCH_TIME = 300_000
VALUES_IN_CACHE = 1 << 16
BATCH_GROWTH = 8
BATCH_CAP = 2048
BATCH_CAP_WITHOUT_GATE = 64

PRINTED_PIECE = 1 << 15

MESSAGE_LIMIT = 2_000
DETAIL_LIMIT = 16_000

END_PATIENCE = 5  # seconds for threads, exit handlers and files of the task


class ChannelClosed(Exception):
    """The pool has gone."""


class Malformed(Exception):
    """What came through the channel is not the protocol."""


class NoValue(Exception):
    """A result that is not a value, raised to end the batch where the run may end by that failure."""

    def __init__(self, encoded):
        self.encoded = encoded


class DescriptorLost(BaseException):
    """The task has closed a descriptor of the worker's, or made it another file's."""


# ---------------------------------------------------------------------------------------- failures


def user_frames(trace):
    """The traceback without the frames that led from this file to the user's code."""
    own = user_frames.__code__.co_filename
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name != own and not name.startswith("<frozen importlib"):
            break
        trace = trace.tb_next
    return trace


def type_name(kind):
    """The name of a type, without asking its metaclass."""
    name = str.__str__(type.__dict__["__qualname__"].__get__(kind))
    module = module_of(kind)
    if module in ("", "builtins", "__main__", "__mp_main__"):
        return name
    return "%s.%s" % (module, name)


def module_of(kind):
    """The name of the module that defines a type, without asking its metaclass; "" if unknown."""
    try:
        name = type.__dict__["__module__"].__get__(kind)
    except AttributeError:  # it was made where there is no __name__
        return ""
    return name if type(name) is str else ""


def own_attributes(value):
    """The __dict__ of an object, without asking its class; empty if it has none."""
    for attributes in dicts_of(type(value)):
        getter = attributes.get("__dict__")
        if type(getter) in DICT_GETTERS:
            found = getter.__get__(value)
            return found if issubclass(type(found), dict) else {}
    return {}


def own_attribute(value, name):
    return dict.get(own_attributes(value), name)


# Of functions and of modules. That of a class in Python is like the first.
DICT_GETTERS = tuple(type(kind.__dict__["__dict__"]) for kind in (type(type_name), type(sys)))


def message_of(error):
    """The text of an exception, with all its lines."""
    try:
        text = place_of_syntax_error(error) or str.strip(str(error))
    except BaseException:
        return "<its message cannot be printed>"
    return text if len(text) <= MESSAGE_LIMIT else text[:MESSAGE_LIMIT] + "..."


def place_of_syntax_error(error):
    """Where in a file of the user's a syntax error is, and which; None for any other exception."""
    if not issubclass(type(error), SyntaxError) or not error.lineno:
        return None
    if type(error.filename) is not str or not os.path.isfile(error.filename):
        return None
    return "%s:%d: %s" % (os.path.basename(error.filename), error.lineno, error.msg)


def first_line(error):
    return (message_of(error).splitlines() or [""])[0]


def formatted(error):
    """The traceback as Python prints it; empty where even that fails."""
    attribute = BaseException.__dict__["__traceback__"]
    whole = attribute.__get__(error)
    try:
        attribute.__set__(error, user_frames(whole))
        text = displayed(error)
    except BaseException:
        return ""
    finally:
        attribute.__set__(error, whole)
    if len(text) > DETAIL_LIMIT:
        half = DETAIL_LIMIT // 2
        text = text[:half] + "\n  ...\n" + text[-half:]
    return text


class Capture:
    """Stands in for sys.stderr: keeps what this thread writes, and passes on what others do."""

    def __init__(self, stream):
        self.stream = stream
        self.thread = thread_number()
        self.texts = []

    def write(self, text):
        if thread_number() == self.thread:
            self.texts.append(text)
        else:
            self.stream.write(text)

    def flush(self):
        pass

    def __getattr__(self, name):
        return getattr(self.stream, name)


def displayed(error, display=sys.__excepthook__):
    """What the interpreter prints of an exception that nobody catches.

    That needs no module in most versions, which traceback, with all that it imports, would.
    """
    capture = sys.stderr = Capture(sys.stderr)
    try:
        display(type(error), error, BaseException.__dict__["__traceback__"].__get__(error))
    finally:
        if sys.stderr is capture:
            sys.stderr = capture.stream
    return without_colours("".join(capture.texts))


def without_colours(text):
    """Without the escape sequences that Python 3.13 colours with where the environment asks for it."""
    first, *others = text.split("\x1b[")
    return first + "".join(other.partition("m")[2] for other in others)


def printable(text):
    try:
        return str.encode(text, "utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return str.encode(text, "utf-8", "backslashreplace")


def string(data):
    return struct.pack("<I", len(data)) + data


def failure_fields(error, advice=""):
    message = "; ".join(filter(None, (message_of(error), advice)))
    fields = "exception", type_name(type(error)), message, formatted(error)
    return b"".join(string(printable(field)) for field in fields)


def encode_failure(error, advice=""):
    return bytes((FAILURE,)) + failure_fields(error, advice)


# ---------------------------------------------------------------------------------------- outcomes

unpack_length = struct.Struct("<I").unpack_from
pack_text_head = struct.Struct("<BI").pack
pack_integer = struct.Struct("<Bq").pack
pack_real = struct.Struct("<Bd").pack


def encode_integer(value):
    try:
        return pack_integer(INTEGER, value)
    except struct.error:
        pass
    try:
        digits = int.__repr__(value).encode()
    except ValueError:  # more than sys.set_int_max_str_digits() allows, to those who read it, too
        digits = None
    if digits is None:
        return encode_repr(int(value))
    return pack_text_head(JSON, len(digits)) + digits


def encode_real(value):
    return pack_real(REAL, value)


def encode_text(value):
    try:
        data = str.encode(value, "utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return encode_repr(value)
    return pack_text_head(TEXT, len(data)) + data


def encode_sequence(value):
    kind = type(value)
    if kind is list or kind is tuple:
        reals = reals_of(value)
        if reals is not None:
            return pack_text_head(REALS, len(reals)) + reals
    return encode_json(value)


def encode_bytes(value):
    kind = bytes if issubclass(type(value), bytes) else bytearray
    data = bytes(kind.__getitem__(value, slice(None)))  # not what a subclass says of itself
    return pack_text_head(BYTES, len(data)) + data


def encode_json(value):
    try:
        document = to_json(value).encode("ascii")
        if reads_as_it_is(value, document) or reads_the_same(value):
            return pack_text_head(JSON, len(document)) + document
    except Exception:
        pass
    return encode_repr(value)


FEWEST_REALS = 8  # from which on they are faster than JSON


def reals_of(values):
    """The items of a list or tuple as REALS has them; None unless all are finite floats."""
    if len(values) < FEWEST_REALS or type(values[0]) is not float:
        return None
    try:
        data = marshal.dumps(values, 2)[5:]  # of each float, a "g" and 8 bytes
    except ValueError:
        return None
    if len(data) != 9 * len(values) or data[::9].count(b"g") != len(values):
        return None
    total = sum(values)
    return data if total - total == 0 else None  # inf or nan, or finite ones whose sum is inf


def make_json_encoder():
    """A function that returns the JSON of a list, tuple or dict.

    It is what json.JSONEncoder calls; json itself takes long to import.
    """
    try:
        (_json,) = import_own("_json")
        encode = _json.make_encoder(  # what refers to itself becomes a RecursionError
            None, number_of, _json.encode_basestring_ascii, None, ":", ",", False, False, False
        )
    except (ImportError, AttributeError, TypeError):  # not CPython, or one of another make
        (json,) = import_own("json")
        options = {"default": number_of, "allow_nan": False, "separators": (",", ":")}
        return json.JSONEncoder(**options).encode
    return lambda value: "".join(encode(value, 0))


def number_of(value):
    """The number that a NumPy scalar is; TypeError for any other value."""
    number = value.item() if is_numpy_scalar(value) else None
    if type(number) not in (int, float, bool):  # a longdouble, say
        raise TypeError("JSON has no such value")
    return number


to_json = make_json_encoder()


BACKSLASH, BRACKET = b"\\["
DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")


def may_have_other_keys(document):
    """Whether the JSON of a value has a key that may have been a number, True, False or None."""
    if b'0":' in document.translate(DIGITS_AS_0):
        return True
    return b'true":' in document or b'false":' in document or b'null":' in document


def reads_as_it_is(value, document):
    """Whether the JSON of a value surely keeps all of it. False if only a closer look tells."""
    if BACKSLASH in document and b"\\ud" in document:
        return False
    try:
        count = document.count(b'":')
        if type(value) is dict and len(value) == count:  # no other dict is in it
            "".join(value)  # fails for a key of another type
        elif count and may_have_other_keys(document):
            return False
        if BRACKET in document:  # it may have a tuple of a subclass
            marshal.dumps(value, 2)  # fails for a subclass, and takes a tenth of the time
    except (TypeError, ValueError):
        return False
    return True


def reads_the_same(value):
    """Whether JSON keeps all keys and texts of a value, and all tuples but for being lists."""
    containers = [value]
    for container in containers:
        kind = type(container)
        items = container
        if issubclass(kind, dict):
            if not all(issubclass(type(key), str) for key in container.keys()):
                return False
            items = [*container.keys(), *container.values()]
        elif issubclass(kind, tuple) and kind is not tuple:
            return False  # its items have names
        for item in items:
            if issubclass(type(item), str):
                str.encode(item, "utf-8", "surrogateescape")  # fails for a lone surrogate
            elif issubclass(type(item), (dict, list, tuple)):
                containers.append(item)
    return True


def encode_repr(value):
    refuse_no_value(value)
    try:
        text = shown(value)
    except RecursionError:
        if not is_nested(value):
            raise
        text = None
    if text is None:
        raise ValueError(
            "the task returned a value that is nested too deeply to be written: "
            "return it flatter, or as text"
        )
    if "0x" in text:
        refuse_unpicklable(value)
    data = printable(text)
    return pack_text_head(REPR, len(data)) + data


def shown(value):
    """The repr, also of integers with more digits than Python writes without being asked to."""
    try:
        return repr(value)
    except ValueError as error:
        if "set_int_max_str_digits" not in message_of(error):
            raise
        before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(max(before, MOST_DIGITS))
        return repr(value)
    except ValueError:
        raise OverflowError(
            "the task returned an integer of more than %d digits: return it as text, as by hex()"
            % MOST_DIGITS
        ) from None
    finally:
        sys.set_int_max_str_digits(before)


def is_nested(value, depth=100):
    level = [value]
    for _ in range(depth):
        level = [part for outer in level for part in parts_of(outer)]
        if not level:
            return False
    return True


def parts_of(value):
    """What a container holds; nothing for any other value."""
    kind = type(value)
    if issubclass(kind, dict):
        return [*dict.keys(value), *dict.values(value)]
    for container in (list, tuple, set, frozenset):
        if issubclass(kind, container):
            return list(container.__iter__(value))
    return ()


def refuse_no_value(value):
    """Raises TypeError for what has no value to be kept, such as a coroutine, at any depth."""
    values, known = [value], set()
    for found in values:
        kind = type(found)
        if is_plain(kind):
            continue
        named = no_value(kind)
        if named:
            name, advice = named
            inside = "" if found is value else " (within a %s)" % type_name(type(value))
            if kind is CoroutineType:
                found.close()  # or Python would warn that nobody awaits it
            raise TypeError(
                "the task returned %s%s, which is not a value: %s" % (name, inside, advice)
            )
        if id(found) not in known:
            known.add(id(found))
            values.extend(parts_of(found))


def no_value(kind):
    """(what it is, what to do) for a type whose objects are not values."""
    if defines(kind, "__await__"):
        name = "a coroutine" if kind is CoroutineType else "an awaitable (%s)" % type_name(kind)
        return name, "await it in the task, as by asyncio.run()"
    if defines(kind, "__anext__"):
        return "an async generator", "return a list of what it yields"
    if issubclass(kind, OpenFile) or defines(kind, "__next__") and defines(kind, "readline"):
        return "an open file", "return what it holds, or its name"
    if kind is GeneratorType:
        return "a generator", "return a list of what it yields"
    if defines(kind, "__next__"):
        return "an iterator (%s)" % type_name(kind), "return a list of what it gives"
    return None


def defines(kind, name):
    """Whether a type has an attribute of that name, without asking its metaclass."""
    return any(name in attributes for attributes in dicts_of(kind))


def inherited(kind, name):
    """The attribute of a type as it is in the dict of the type or of a base; None if it has none."""
    return next((found[name] for found in dicts_of(kind) if name in found), None)


def dicts_of(kind):
    bases = type.__dict__["__mro__"].__get__(kind)
    return map(type.__dict__["__dict__"].__get__, bases)


def refuse_unpicklable(value):
    """Raises TypeError for a value with an address for its repr, if a Pool had failed, too."""
    if not own_pickle:
        own_pickle.extend(import_own("pickle"))
    try:
        own_pickle[0].dumps(value, -1)
    except Exception as error:
        raise TypeError(
            "the task returned an object of type %s, which is not a value (%s): return what is to "
            "be kept of it" % (type_name(type(value)), first_line(error))
        ) from None


own_pickle = []
OpenFile = io.IOBase.__base__  # io.IOBase itself would ask the metaclass


async def _coroutine():
    pass


_made = _coroutine()
CoroutineType, GeneratorType = type(_made), type(_ for _ in ())
_made.close()
MOST_DIGITS = 100_000  # some 0.1 s


def encode_other(value):
    """Encodes a value whose very type has no encoder: a subclass, a NumPy scalar, any object."""
    for kind, encoder in ENCODERS.items():
        if issubclass(type(value), kind):  # isinstance() would ask the value what it is
            return encoder(value)
    if is_numpy_scalar(value):
        number = value.item()
        if type(number) in (int, float, bool):  # not of a longdouble
            return ENCODERS[type(number)](number)
    return encode_repr(value)


def is_numpy_scalar(value):
    names = own_attributes(sys.modules.get("numpy"))  # of numpy, or of a file that is called so

    def is_a(name):
        kind = dict.get(names, name)
        return type(kind) is type and issubclass(type(value), kind)

    # NumPy calls a timedelta64 an integer. As a number it would have lost its unit.
    return any(map(is_a, ("integer", "floating", "bool_"))) and not is_a("timedelta64")


ENCODERS = {
    float: encode_real,
    str: encode_text,
    bool: {
        False: pack_text_head(JSON, 5) + b"false",
        True: pack_text_head(JSON, 4) + b"true",
    }.__getitem__,
    int: encode_integer,
    type(None): lambda value: bytes((NONE,)),
    bytes: encode_bytes,
    bytearray: encode_bytes,
    tuple: encode_sequence,
    list: encode_sequence,
    dict: encode_json,
}


def encode(value):
    """The encoding of a value, or of the failure that it becomes where it cannot be encoded."""
    try:
        kind = type(value)
        encoder = ENCODERS.get(kind, encode_other) if type(kind) is type else encode_other
        encoded = encoder(value)
        if len(encoded) > MAX_VALUES:
            raise OverflowError(
                "the value takes %d bytes; a worker can return 1 GiB at the most" % len(encoded)
            )
        return encoded
    except BaseException as error:  # a __repr__ that raises, say
        return encode_failure(error)


def encode_numbers(code, values):
    """Encodes what are all floats (code "d") or all ints ("q"); OverflowError beyond 64 bits."""
    fields = [REAL if code == "d" else INTEGER] * (2 * len(values))
    fields[1::2] = values
    try:
        return struct.pack("<" + len(values) * ("B" + code), *fields)
    except struct.error:
        raise OverflowError from None


NUMBER_CODES = {float: "d", int: "q"}

# The types whose values nothing can change. Only these are kept as they are until their batch is
# stored. Any other value is copied to one of these, or encoded, before the task is called again.
PLAIN = frozenset((float, int, str, bool, bytes, type(None)))


def is_plain(kind):
    return type(kind) is type and kind in PLAIN  # a class of another metaclass may have no hash


def fixing(kind):
    """How a result of that type is fixed, None if it is plain, and the type of what that gives."""
    if is_plain(kind):
        return None, kind
    for plain, copy in ((float, float.__pos__), (int, int.__pos__), (str, str.__str__)):
        if issubclass(kind, plain):
            return copy, plain
    return (encode_dict_at_once if kind is dict else encode_at_once), tuple


def fixing_or_stopping(kind):
    """As fixing(), but a result that is not a value raises NoValue before another input is begun."""
    fix, kind = fixing(kind)
    if kind is tuple:
        return encode_or_stop, tuple
    if kind in (float, bool, type(None)):
        return fix, kind
    if fix is None:
        return encode_if_large, kind
    return (lambda result: encode_if_large(fix(result))), kind


def encode_at_once(value):
    """The encoding, in a tuple, which tells it from a plain value."""
    return (encode(value),)


def encode_dict_at_once(value):
    """As encode_at_once(), but faster for a dict that can be encoded."""
    try:
        encoded = encode_json(value)
        if len(encoded) <= MAX_VALUES:
            return (encoded,)
    except BaseException:
        pass
    return encode_at_once(value)


def encode_or_stop(value):
    encoded = encode(value)
    if encoded[0] == FAILURE:
        raise NoValue(encoded)
    return (encoded,)


def encode_if_large(value):
    """A plain value as it is, unless it may turn out to be too large."""
    return value if value.__sizeof__() < SURELY_ENCODED else encode_or_stop(value)


SURELY_ENCODED = 2 * MOST_DIGITS // 5  # bytes, in each of which an integer has 2.3 digits


# ------------------------------------------------------------------------------------- descriptors


class Descriptor:
    """An open file of the worker's, under a number that tasks hardly come across.

    A task can still close it, and then the number may become a file of its own. So a descriptor is
    verified before it is written to or read from; where it is lost, the worker ends. What tells an
    own file is the signal that it is set to announce input with, which it is never asked to do:
    looking at that takes a tenth of what fstat() takes.
    """

    CHANNEL, COLUMN, LOG, USAGE = range(_signal.SIGRTMIN, _signal.SIGRTMIN + 4)

    def __init__(self, number, mark):
        """Duplicates the descriptor of that number."""
        self.number = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, lowest_own_number())
        self.mark = mark
        fcntl.fcntl(self.number, fcntl.F_SETSIG, mark)

    @classmethod
    def open(cls, path, flags, mark):
        number = os.open(path, flags | os.O_CLOEXEC)
        try:
            return cls(number, mark)
        finally:
            os.close(number)

    def is_at(self, number):
        try:
            return fcntl.fcntl(number, fcntl.F_GETSIG) == self.mark
        except OSError:
            return False

    def is_intact(self):
        return self.is_at(self.number)

    def verify(self):
        if not self.is_intact():
            raise DescriptorLost

    def close(self):
        if self.is_at(self.number):
            os.close(self.number)


def lowest_own_number(wanted=200, kept=8):
    """The least number of the worker's descriptors: `wanted`, or one that leaves room for `kept`."""
    return max(3, min(wanted, os.sysconf("SC_OPEN_MAX") - kept))


def map_file(path, size, offset=0):
    """Maps a file, so that nothing but memory is needed from then on."""
    number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if sys.version_info >= (3, 13):
            return mmap.mmap(number, size, offset=offset, trackfd=False)
        return map_without_descriptor(number, size, offset)
    finally:
        os.close(number)


def map_without_descriptor(number, size, offset):
    """Maps a file and closes the duplicate of its descriptor that mmap keeps, only to resize it."""
    duplicate = os.dup(number)
    os.close(duplicate)  # mmap takes the same number, the least that is free
    memory = mmap.mmap(number, size, offset=offset)
    try:
        if os.path.sameopenfile(duplicate, number):
            os.close(duplicate)
    except OSError:  # an mmap that keeps none
        pass
    return memory


class Column:
    """The shared ring of numbers, in which index i owns cell i % cells.

    Few are stored through the mapping. Many are written to the file behind it, as long as it is
    open, which costs a tenth of the page faults of fresh memory.
    """

    WORTH_WRITING = 256

    def __init__(self, path, cells, offset):
        self.cells = cells
        self.offset = offset  # bytes of the file before the first cell
        self.memory = map_file(path, 8 * cells, offset)
        self.file = Descriptor.open(path, os.O_RDWR, Descriptor.COLUMN)

    def store(self, first, code, values):
        """Stores the values; OverflowError for an integer beyond 64 bits."""
        start = first % self.cells
        room = self.cells - start
        if len(values) > room:
            self.store(first, code, values[:room])
            self.store(0, code, values[room:])
            return
        try:
            cells = struct.pack("%d%s" % (len(values), code), *values)
        except struct.error:
            raise OverflowError from None
        if len(values) >= self.WORTH_WRITING and self.file.is_intact():
            self.write(cells, self.offset + 8 * start)
        else:
            self.memory[8 * start : 8 * start + len(cells)] = cells

    def write(self, cells, offset):
        while cells:
            written = os.pwrite(self.file.number, cells, offset)
            cells = cells[written:]
            offset += written


def word_of(memory, offset):
    """An object that is false while the 8 bytes there are 0; None where Python has no such object.

    The object is a pointer of ctypes, which is quicker to ask than a number. Only the C part of
    ctypes is imported: the whole package takes longer.
    """
    try:
        [ctypes] = import_own("_ctypes")
    except ImportError:
        return None
    simple, pointer = ctypes._SimpleCData, ctypes._Pointer
    byte = type(simple)("Byte", (simple,), {"_type_": "B"})
    return type(pointer)("Word", (pointer,), {"_type_": byte}).from_buffer(memory, offset)


def address_of_length(values):
    """Where this process's memory holds the length of a list; 0 where that cannot be seen.

    In CPython the field follows those that each object has, and the id is the object's address.
    """
    address = id(values) + object.__basicsize__
    try:
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            for length in (1, 3, 2):
                values[:] = [None] * length
                memory.seek(address)
                if struct.unpack("<Q", memory.read(8))[0] != length:
                    return 0
    except (OSError, OverflowError, ValueError, struct.error):
        return 0
    finally:
        values.clear()
    return address


# ----------------------------------------------------------------------------------------- channel


class Usage:
    """What the process has used so far; read at most once a millisecond."""

    def __init__(self):
        self.cpu = self.run_queue = self.max_rss = 0
        self.decoding = 0  # nanoseconds for which it decoded inputs
        self.due = self.max_rss_due = 0
        self.schedstat = open_if_there("/proc/self/schedstat")
        self.status = open_if_there("/proc/self/status")

    def refresh(self, now):
        self.due = now + MILLISECOND
        self.cpu = process_time_ns()
        times = beginning(self.schedstat, 128).split()
        if len(times) > 1:
            self.run_queue = int(times[1])
        if now >= self.max_rss_due:
            self.max_rss_due = now + 20 * MILLISECOND
            self.max_rss = self.peak_resident_set()

    def peak_resident_set(self):
        # Not getrusage: its ru_maxrss survives exec, so it would be the pool's when that is larger.
        text = beginning(self.status, 4096)
        at = text.find(b"VmHWM:")
        return int(text[at + 6 : at + 32].split()[0]) * 1024 if at >= 0 else 0


def open_if_there(path):
    try:
        return Descriptor.open(path, os.O_RDONLY, Descriptor.USAGE)
    except OSError:
        return None


def beginning(file, size):
    """The first bytes of an open file; empty where it is None or lost."""
    known = file is not None and file.is_at(file.number)
    return os.pread(file.number, size, 0) if known else b""


class Output:
    """The stream to the pool. Frames gather on the status page, or in memory like it, until flush()."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.usage = Usage()
        self.received = 0  # when the chunk came that was last begun
        self.flushed = 0
        self.base = self.used = 0
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        self.use(mmap.mmap(-1, STATUS_PAGE_SIZE, flags))  # takes memory where it is written to

    def use(self, memory):
        """Goes on in this memory. Nothing may be waiting to be written."""
        self.memory = memoryview(memory)
        # Whole-word stores, which a SIGKILL cannot tear; struct would store byte by byte.
        self.fields = self.memory.cast("Q")
        self.fields[BATCH_COUNT] = 0
        self.fields[PROCEED] = 1
        self.fields[APPENDED] = self.fields[BASE] = self.base

    def message(self, kind, body=b""):
        """Appends a short frame and writes all there is."""
        if self.used + HEADER.size + len(body) > BUFFER_ROOM:
            self.write_out()
        self.append(HEADER.pack(len(body), kind) + body)
        self.write_out()

    def printed(self, index, stream, text):
        """Appends what the task has printed; the pool finds it on the status page."""
        for at in range(0, len(text), PRINTED_PIECE):
            piece = text[at : at + PRINTED_PIECE]
            size = PRINTED_HEAD.size + len(piece)
            if self.used + size > BUFFER_ROOM:
                self.flush()
            head = PRINTED_HEAD.pack(size - HEADER.size, PRINTED, index, stream)
            self.append(head + piece)

    def done(self, first, count, store, begun, duration, values=b""):
        size = DONE_HEAD.size + len(values)
        is_long = size > WRITTEN_STRAIGHT
        if is_long or self.used + size > BUFFER_ROOM:
            self.flush()
        head = (DONE_FIELDS + len(values), DONE, first, count, store, begun, duration)
        if is_long:
            self.write_straight(DONE_HEAD.pack(*head), values)
            self.close_batch()
            return
        at = STATUS_PAGE_BUFFER + self.used
        DONE_HEAD.pack_into(self.memory, at, *head)
        if values:
            self.memory[at + DONE_HEAD.size : at + size] = values
        self.used += size
        self.fields[APPENDED] = self.base + self.used

    def returned(self, position):
        """Says that the inputs at the position and beyond are not begun, and writes all there is."""
        if self.used + RETURNED_FRAME.size > BUFFER_ROOM:
            self.flush()
        size = RETURNED_FRAME.size - HEADER.size
        self.append(RETURNED_FRAME.pack(size, RETURNED, position))
        self.close_batch()

    def flush(self):
        if self.used:
            self.close_batch()

    def close_batch(self):
        """Says with a BatchReport what the Dones so far have in common, and writes them."""
        now = clock()
        usage = self.usage
        if now >= usage.due:
            usage.refresh(now)
        at = STATUS_PAGE_BUFFER + self.used
        BATCH_REPORT_FRAME.pack_into(
            self.memory,
            at,
            BATCH_REPORT_FRAME.size - HEADER.size,
            BATCH_REPORT,
            self.received,
            now,
            usage.cpu,
            usage.run_queue,
            usage.max_rss,
            usage.decoding,
        )
        self.used += BATCH_REPORT_FRAME.size
        self.fields[APPENDED] = self.base + self.used
        self.write_out()
        self.flushed = now

    def append(self, frame):
        at = STATUS_PAGE_BUFFER + self.used
        self.memory[at : at + len(frame)] = frame
        self.used += len(frame)
        self.fields[APPENDED] = self.base + self.used

    def write_out(self):
        self.write(self.memory[STATUS_PAGE_BUFFER : STATUS_PAGE_BUFFER + self.used])
        self.base += self.used
        self.used = 0
        self.fields[BASE] = self.base

    def write_straight(self, *parts):
        """Writes long parts without a copy in the buffer, which must be empty."""
        for part in parts:
            self.write(memoryview(part))
            self.base += len(part)
        self.fields[BASE] = self.base  # first, so that the buffer never seems to hold these bytes
        self.fields[APPENDED] = self.base

    def write(self, data):
        self.descriptor.verify()
        try:
            written = os.write(self.descriptor.number, data)
            while written < len(data):
                written += os.write(self.descriptor.number, data[written:])
        except OSError as error:
            raise ChannelClosed from error


class Print(io.BufferedIOBase):
    """What sys.stdout and sys.stderr write to: the log while the task runs, else a descriptor.

    It has no lock, unlike io.BufferedWriter, whose lock another thread may hold at a fork.
    """

    def __init__(self, worker, descriptor, name):
        self.worker = worker
        self.descriptor = descriptor
        self.raw = io.FileIO(descriptor, "w", closefd=False)
        self.raw.name = name
        self.index = None
        self.pieces = []  # printed for that index, the beginning of a line
        self.size = 0  # of these, in bytes

    def writable(self):
        return True

    def fileno(self):
        return self.descriptor

    def isatty(self):
        return os.isatty(self.descriptor)

    def write(self, text):
        if self.closed:
            raise ValueError("write to closed file")
        data = bytes(text)
        index = self.worker.printing_index()
        if index is None:
            self.write_past(data)
            return len(data)
        if index != self.index:
            self.hand_over()
            self.index = index
        if not self.pieces:
            self.worker.unfinished_prints.add(self)
        self.pieces.append(data)
        self.size += len(data)
        if self.size >= PRINTED_PIECE or data.endswith(b"\n"):
            self.hand_over()
        return len(data)

    def write_past(self, data):
        while data:
            data = data[os.write(self.descriptor, data) :]

    def hand_over(self):
        worker = self.worker
        worker.handing_over = True
        try:
            if self.pieces:
                waiting = b"".join(self.pieces)
                self.pieces.clear()
                self.size = 0
                worker.output.printed(self.index, self.descriptor, waiting)
        finally:
            worker.handing_over = False
        if worker.interrupt_waits:
            worker.interrupt_waits = False
            worker.interrupt()

    def flush(self):
        if self.worker.printing_index() is not None:
            self.hand_over()

    @property
    def name(self):
        return self.raw.name

    @property
    def mode(self):
        return self.raw.mode

    def detach(self):
        self.flush()
        return self.raw


def tagged_stream(worker, descriptor, name):
    # Text that cannot be encoded must not fail a task: it is only for the log.
    target = Print(worker, descriptor, name)
    stream = io.TextIOWrapper(target, "utf-8", "backslashreplace", write_through=True)
    stream.mode = "w"
    return stream


class Input:
    """The stream from the pool, cut into frames."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.poll = select.poll()
        self.poll.register(descriptor.number, select.POLLIN)
        self.partial = b""
        # A frame longer than a read, whose body is read into its place.
        self.long_kind = None
        self.long_body = None
        self.long_filled = 0

    def waiting(self):
        """Whether read() would return at once."""
        return bool(self.poll.poll(0))

    def read(self):
        """Reads once, blocking; returns the frames that are now whole as (type, body)."""
        self.descriptor.verify()
        try:
            if self.long_body is not None:
                return self.read_long()
            data = os.read(self.descriptor.number, READ_SIZE)
        except OSError as error:
            raise ChannelClosed from error
        if not data:
            raise ChannelClosed
        return self.split(self.partial + data if self.partial else data)

    def split(self, data):
        frames = []
        at = 0
        while len(data) - at >= HEADER.size:
            length, kind = HEADER.unpack_from(data, at)
            if kind not in MAX_BODY:
                raise Malformed("a frame of unknown type %d" % kind)
            if length > MAX_BODY[kind]:
                raise Malformed(
                    "a frame of %d bytes, which is more than its type allows" % length
                )
            body = at + HEADER.size
            end = body + length
            if end <= len(data):
                frames.append((kind, data[body:end]))
                at = end
            elif length > READ_SIZE:
                self.begin_long(kind, length, data[body:])
                at = len(data)
            else:
                break
        self.partial = data[at:]
        return frames

    def begin_long(self, kind, length, beginning):
        self.long_kind = kind
        self.long_body = bytearray(length)
        self.long_body[: len(beginning)] = beginning
        self.long_filled = len(beginning)

    def read_long(self):
        with memoryview(self.long_body) as body, body[self.long_filled :] as rest:
            count = os.readv(self.descriptor.number, [rest])
        if count == 0:
            raise ChannelClosed
        self.long_filled += count
        if self.long_filled < len(self.long_body):
            return []
        frame = (self.long_kind, self.long_body)
        self.long_kind = self.long_body = None
        return [frame]


class Fields:
    """Reads the fields of a body, one after the other."""

    def __init__(self, body):
        self.body = body
        self.at = 0

    def take(self, size):
        end = self.at + size
        if end > len(self.body):
            raise Malformed("a message is too short")
        data = self.body[self.at : end]
        self.at = end
        return data

    def number(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def path(self):
        return os.fsdecode(bytes(self.take(self.number("I"))))

    def strings(self):
        return [self.path() for _ in range(self.number("I"))]

    def end(self):
        if self.at != len(self.body):
            raise Malformed("a message is too long")


class Setup:
    def __init__(self, body):
        fields = Fields(body)
        if fields.number("I") != MAGIC:
            raise Malformed("the pool does not speak this protocol")
        self.version = fields.number("H")
        if self.version != VERSION:
            return  # what follows may be laid out in another way
        self.worker = fields.number("I")
        self.task = fields.number("B")
        self.target = fields.path()
        self.arguments = fields.path()
        self.input = fields.number("B")
        self.range_start = fields.number("q")
        self.range_step = fields.number("q")
        self.column_path = fields.path()
        self.column_cells = fields.number("Q")
        self.column_offset = fields.number("Q")
        self.status_page_path = fields.path()
        self.words = fields.strings()
        self.columns = fields.strings()
        self.timeout = fields.number("Q")
        self.output_limit = fields.number("Q")
        self.keeps_values = fields.number("B")
        self.stops_at_failure = fields.number("B")
        fields.end()
        if self.task != TASK_PYTHON:
            raise Malformed("a Setup for another kind of worker (task %d)" % self.task)
        if self.input not in (INPUT_RANGE, INPUT_ITEMS, INPUT_ROWS):
            raise Malformed("a Setup with inputs of unknown kind %d" % self.input)
        if self.input == INPUT_RANGE and self.range_step == 0:
            raise Malformed("a Setup whose range has the step 0")


# ------------------------------------------------------------------------------------------ chunks


class Chunk:
    """A half-open range of indices. values(at, count) gives inputs; `at` never goes backwards.

    `position` is how many inputs the pool has sent before it.
    """

    __slots__ = ("position", "first", "count", "received", "values")


def chunk_from(setup, body, received, usage):
    if len(body) < CHUNK_HEAD.size:
        raise Malformed("a chunk is too short")
    chunk = Chunk()
    chunk.received = received
    chunk.first, chunk.count = CHUNK_HEAD.unpack_from(body)
    if chunk.count == 0:
        raise Malformed("a chunk without inputs")
    if setup.input == INPUT_ITEMS:
        chunk.values = Items(body, chunk.count, usage).values
        return chunk
    if setup.input == INPUT_ROWS:
        chunk.values = Rows(body, chunk.count, usage, setup.columns).values
        return chunk
    if len(body) > CHUNK_HEAD.size:
        raise Malformed("a chunk of a range with items")
    step = setup.range_step
    start = setup.range_start + chunk.first * step
    numbers = range(start, start + chunk.count * step, step)
    chunk.values = lambda at, count: numbers[at : at + count]
    return chunk


class Items:
    """The strings of a chunk. A group (see wire/pythonitems.h) is decoded when it is needed."""

    def __init__(self, body, count, usage):
        self.usage = usage
        self.body = memoryview(body)
        self.at = CHUNK_HEAD.size
        self.left = count  # how many are not decoded
        self.decoded = []  # those from index `first` of the chunk on
        self.first = 0

    def values(self, at, count):
        decoded = self.decoded[at - self.first :]
        self.first = at
        while len(decoded) < count:
            decoded += self.next_group()
        self.decoded = decoded
        return decoded if len(decoded) == count else decoded[:count]

    def next_group(self):
        begun = clock()
        try:
            count, size, form = PIECE_HEAD.unpack_from(self.body, self.at)
            begin = self.at + PIECE_HEAD.size
            group = self.body[begin : begin + size]
            if form == PIECE_MARSHALLED:
                values = marshal.loads(group)
            else:
                values = self.plain_values(group, count)
        except (struct.error, EOFError, TypeError, ValueError):
            raise Malformed("a group of a chunk cannot be decoded") from None
        self.at = begin + size
        self.left -= count
        fits = self.left > 0 or (self.left == 0 and self.at == len(self.body))
        if type(values) is not list or len(values) != count or count == 0 or not fits:
            raise Malformed("a chunk has other items than it says")
        self.usage.decoding += clock() - begun
        return values

    def plain_values(self, group, count):
        strings, end = self.plain_strings(group, 0, count)
        if end != len(group):
            raise Malformed("the items of a chunk do not fill it")
        return strings

    def plain_strings(self, group, at, count):
        """Strings of u32 length and bytes, and where they end."""
        strings = []
        for _ in range(count):
            start = at + 4
            at = start + unpack_length(group, at)[0]
            if at > len(group):
                raise Malformed("an item of a chunk is cut")
            strings.append(str(group[start:at], "utf-8", "surrogateescape"))
        return strings, at


class Rows(Items):
    """Items that hold a string for each column; each becomes a dict."""

    def __init__(self, body, count, usage, columns):
        Items.__init__(self, body, count, usage)
        self.columns = columns

    def plain_values(self, group, count):
        rows, at = [], 0
        for _ in range(count):
            end = at + 4 + unpack_length(group, at)[0]
            fields, at = self.plain_strings(group, at + 4, len(self.columns))
            if at != end:
                raise Malformed("a row has other columns than its Setup says")
            rows.append(dict(zip(self.columns, fields)))
        if at != len(group):
            raise Malformed("the items of a chunk do not fill it")
        return rows


# ------------------------------------------------------------------------------------------ worker


class Worker:
    def __init__(self, input_descriptor, output_descriptor, loaded=None):
        self.input = Input(input_descriptor)
        self.output = Output(output_descriptor)
        self.setup = None
        self.column = None
        self.task = None
        self.loaded = loaded  # the Loader that forked this process; None: it loads the task itself
        self.load_cost = Loading.NOTHING
        self.chunks = []
        self.inputs_received = 0
        self.request = 0  # the number of the last one that was answered
        self.returned_below = 0  # inputs that came before that position are not begun
        self.leaving = False
        self.may_continue = False  # after a failure by which the run may end
        self.fixing = fixing  # or fixing_or_stopping
        self.results = []  # of the batch under way, one for each iteration that has finished
        self.kinds = set()  # the types of these
        self.batch_size = 1
        self.values_size = 0  # bytes of the last batch's values; numbers in the column: 0
        self.status_page = None
        self.gate = None  # once it is needed: false while no iteration may begin
        self.batch_cap = BATCH_CAP_WITHOUT_GATE
        self.batch_first = 0
        self.task_thread = None  # the thread that runs the task, while it does
        self.unfinished_prints = set()
        self.in_user_code = False  # where an interrupt may be raised
        self.handing_over = False  # within a frame, until whose end an interrupt waits
        self.interrupt_waits = False
        self.forked = False
        bytes(KEPT_BY_ALLOCATOR // 2)  # freed at once, so that malloc() keeps so much
        os.register_at_fork(after_in_child=self.leave_to_parent)

    def leave_to_parent(self):
        """In a process that the task forked: the channel is not its own."""
        self.forked = True
        self.task_thread = None
        self.input.descriptor.close()
        self.output.descriptor.close()

    def take_interrupts(self):
        """Has SIGINT raise KeyboardInterrupt in the user's code, but never in the worker's own.

        The handler stands in for signal.default_int_handler, which others compare theirs with.
        Where the worker was started with SIGINT ignored, that stays so.
        """
        if _signal.getsignal(_signal.SIGINT) is not _signal.default_int_handler:
            return

        def default_int_handler(signal_number, frame):
            self.interrupt()

        for module in (_signal, sys.modules.get("signal")):
            if module is not None:
                module.default_int_handler = default_int_handler
        _signal.signal(_signal.SIGINT, default_int_handler)

    def interrupt(self):
        if self.in_user_code or self.forked:
            if not self.handing_over or self.forked:
                raise KeyboardInterrupt
            self.interrupt_waits = True
        else:
            complain("an interrupt (SIGINT) came while no input was being run: ignored")

    def serve(self):
        self.say_hello()
        while self.setup is None and not self.leaving:
            self.receive()
        if self.setup is not None and self.prepare():
            self.output.message(READY, struct.pack("<Q", clock()) + self.load_cost)
            self.run_chunks()
        self.say_goodbye()

    def say_hello(self):
        name = sys.implementation.name
        name = {"cpython": "Python", "pypy": "PyPy"}.get(name, name)
        runtime = "%s %d.%d.%d" % ((name,) + tuple(sys.version_info[:3]))
        self.output.message(
            HELLO,
            struct.pack("<IHI", MAGIC, VERSION, os.getpid())
            + string(os.uname().nodename.encode())
            + string(runtime.encode())
            + struct.pack("<Q", clock()),
        )

    def prepare(self):
        """Gets ready for work; where that fails, tells the pool why and returns False."""
        setup = self.setup
        try:
            if setup.version != VERSION:
                raise RuntimeError(
                    "the pool speaks version %d of the protocol, this worker version %d"
                    % (setup.version, VERSION)
                )
            if setup.stops_at_failure:
                self.fixing = fixing_or_stopping
            self.map_shared_memory()
            self.take_streams()
            self.in_user_code = True
            os.environ["POOLSCOPE_WORKER"] = str(setup.worker)
            self.keep_process()
            if self.loaded is not None:
                self.task, initialise = self.loaded.functions
            else:
                identity = PoolIdentity("SpawnPoolWorker", setup.worker)
                loading = Loading()
                self.task, initialise = load_functions(setup.target, setup.arguments)
                if not threads_that_run():  # else the task cannot be shared
                    self.load_cost = loading.cost()
                identity.end_of_loading()
                if setup.worker == 1 and former_main:
                    note_what_is_not_shared()
            if initialise is not None:
                initialise()
            self.in_user_code = False
        except BaseException as error:
            self.in_user_code = False
            if self.forked:
                end_child(error)
            advice = advice_on_loading(error, getattr(setup, "target", ""))
            self.output.message(REFUSED, failure_fields(error, advice))
            return False
        if self.forked:
            end_child(None)
        return True

    def keep_process(self):
        """Has os.exec*() fail, but not in processes that the task forks."""

        def kept(name, execute):
            def function(*arguments, **named):
                if not self.forked:
                    raise RuntimeError(
                        "os.%s() would replace the worker's process: run the program by "
                        "subprocess.run() instead" % name
                    )
                return execute(*arguments, **named)

            function.__name__ = name
            return function

        module = sys.modules["os"]  # the other functions of the kind call these
        for name in ("execv", "execve"):
            setattr(module, name, kept(name, getattr(module, name)))

    def take_streams(self):
        """As in any program, sys.__stdout__ keeps a stream open that the task puts another over."""
        self.streams = sys.__stdout__, sys.__stderr__  # closed, they would close descriptors
        sys.stdout = sys.__stdout__ = tagged_stream(self, 1, "<stdout>")
        sys.stderr = sys.__stderr__ = tagged_stream(self, 2, "<stderr>")

    def map_shared_memory(self):
        setup = self.setup
        if setup.status_page_path:
            try:
                self.status_page = map_file(setup.status_page_path, STATUS_PAGE_SIZE)
                self.output.use(self.status_page)
                self.output.fields[ENDED_ADDRESS] = address_of_length(self.results)
            except (OSError, ValueError, OverflowError) as error:
                complain("continues without its status page %s: %s" % (setup.status_page_path, error))
        if setup.column_path and setup.column_cells:
            try:
                self.column = Column(
                    setup.column_path, setup.column_cells, setup.column_offset)
                self.batch_cap = min(self.batch_cap, setup.column_cells)
            except (OSError, ValueError, OverflowError) as error:
                complain("continues without the column %s: %s" % (setup.column_path, error))

    def make_gate(self):
        """By what the pool ends batches. A task that takes long never needs it."""
        gate = word_of(self.status_page, 8 * PROCEED) if self.status_page else None
        if gate is None:
            return True
        cells = self.setup.column_cells if self.column else BATCH_CAP
        self.batch_cap = min(BATCH_CAP, cells)
        return gate

    def receive(self):
        """Blocks until something has come, and notes what it is."""
        frames = self.input.read()
        received = clock()
        for kind, body in frames:
            if self.leaving:
                raise Malformed("a message after the Goodbye")
            if kind == WORK:
                if self.setup is None or self.setup.version != VERSION:
                    raise Malformed("a chunk before the Setup")
                chunk = chunk_from(self.setup, body, received, self.output.usage)
                chunk.position = self.inputs_received
                self.inputs_received += chunk.count
                self.chunks.append(chunk)
            elif kind == SETUP:
                if self.setup is not None:
                    raise Malformed("a second Setup")
                self.setup = Setup(body)
            elif kind == CONTINUE:
                self.may_continue = True
            else:
                self.leaving = True

    def run_chunks(self):
        chunks = self.chunks
        polled = clock()
        while not self.leaving:
            if not chunks:
                self.output.flush()
                self.receive()
                polled = clock()
            elif clock() - polled > MILLISECOND:
                self.receive_what_waits()
                polled = clock()
            if chunks and not self.leaving:
                chunk = chunks.pop(0)
                if chunk.position >= self.returned_below:
                    self.run(chunk)

    def receive_what_waits(self):
        for _ in range(16):  # a pool that never pauses must not keep chunks from being run
            if self.leaving or not self.input.waiting():
                return
            self.receive()

    def run(self, chunk):
        """Runs a chunk, batch after batch."""
        task, results, kinds, output = self.task, self.results, self.kinds, self.output
        fixing = self.fixing
        thread = thread_number()
        fields = output.fields
        values_at, first, count = chunk.values, chunk.first, chunk.count
        output.received = chunk.received
        at = 0
        while at < count:
            if self.batch_size > 1 and self.gate is None:
                self.gate = self.make_gate()
            planned = min(self.batch_size, count - at)
            values = values_at(at, planned)
            failed = error = None
            self.batch_first = first + at
            if not fields[PROCEED]:
                fields[PROCEED] = 1
            fields[BATCH_FIRST] = first + at
            begun = clock()
            fields[BATCH_BEGUN] = begun
            fields[BATCH_END] = chunk.position + at + planned
            fields[BATCH_STARTED] = planned
            fields[BATCH_COUNT] = planned
            if fields[REQUEST] != self.request:
                self.return_inputs(chunk.position + at)
                if chunk.position < self.returned_below:
                    return
                continue
            self.task_thread = thread
            try:
                self.in_user_code = True
                if planned == 1:
                    run_one(task, values[0], results, kinds, fixing)
                else:
                    run_batch(task, values, results, kinds, fixing, self.gate)
                self.in_user_code = False
                duration = clock() - begun
            except DescriptorLost:  # noticed when the task printed
                raise
            except BaseException as raised:  # sys.exit() in a task fails its index, no more
                self.in_user_code = False
                duration = clock() - begun
                error = raised
                if len(results) < planned:  # else it is an interrupt that came too late
                    failed = (self.failure_of(error),)
            self.task_thread = None
            if self.forked:  # this is a child of the task, coming back from it
                self.task = task = None
                end_child(error)
            if self.unfinished_prints:
                self.finish_prints()
            if failed is not None:
                kinds.add(tuple)
                results.append(failed)
            stops = False
            if results:
                stops = self.store(first + at, begun, duration)
            fields[BATCH_COUNT] = 0
            at += len(results)
            if results:
                self.plan_batch(len(results), duration)
            results.clear()
            kinds.clear()
            if stops:
                self.await_continue()
                if self.leaving:
                    return
            if begun + duration - output.flushed >= MILLISECOND:
                output.flush()

    def failure_of(self, error):
        if type(error) is NoValue:
            return error.encoded
        return encode_failure(error, advice_on_names(error, self.setup.target))

    def await_continue(self):
        """The run may end by the failure that was stored last: waits until the pool continues it."""
        self.may_continue = False
        self.output.flush()
        while not self.may_continue and not self.leaving:
            self.receive()

    def return_inputs(self, position):
        """Answers the pool's request: the inputs from the position on are not begun."""
        fields = self.output.fields
        fields[BATCH_COUNT] = 0
        self.request = fields[REQUEST]
        self.returned_below = fields[REQUEST_END]
        self.output.returned(position)

    def printing_index(self):
        """The index that prints now; None where that cannot be told, or not from here.

        That is between two batches, and on threads that the task has started: only where the task
        itself prints is no other message being written at the same time.
        """
        if self.task_thread is None or self.task_thread != thread_number():
            return None
        return self.batch_first + len(self.results)

    def finish_prints(self):
        for stream in self.unfinished_prints:
            stream.hand_over()
        self.unfinished_prints.clear()

    def plan_batch(self, count, duration):
        """Sizes the next batch from how long the last one and its values were."""
        if duration >= SPAN_OF_ITS_OWN * count or duration > 2 * BATCH_TIME:
            self.batch_size = 1  # the second: they became slow on the way
        else:
            in_time = BATCH_TIME * count // (duration or 1)
            in_cache = max(1, VALUES_IN_CACHE * count // (self.values_size or 1))
            grown = BATCH_GROWTH * self.batch_size
            self.batch_size = min(in_time, in_cache, grown, self.batch_cap)

    def store(self, first, begun, duration):
        """Puts the batch's outcomes where the pool finds them; whether the worker stops at one."""
        results = self.results
        self.values_size = 0
        code = NUMBER_CODES.get(next(iter(self.kinds))) if len(self.kinds) == 1 else None
        if code is not None:
            try:
                self.store_numbers(first, code, begun, duration)
                return False
            except OverflowError:
                pass
        encoded = [
            result[0] if type(result) is tuple else encode(result) for result in results
        ]
        self.values_size = sum(map(len, encoded))
        if self.values_size <= MAX_VALUES:
            self.output.done(first, len(encoded), INLINE, begun, duration, b"".join(encoded))
        else:
            self.store_apart(first, encoded, begun, duration)
        return bool(self.setup.stops_at_failure) and any(
            outcome[0] == FAILURE for outcome in encoded
        )

    def store_numbers(self, first, code, begun, duration):
        """Stores results that are all numbers; OverflowError for an integer beyond 64 bits."""
        results = self.results
        if self.column is not None:
            self.column.store(first, code, results)
            place = COLUMN_REAL if code == "d" else COLUMN_INTEGER
            self.output.done(first, len(results), place, begun, duration)
        else:
            encoded = encode_numbers(code, results)
            self.output.done(first, len(results), INLINE, begun, duration, encoded)

    def store_apart(self, first, encoded, begun, duration):
        """A batch too large for one frame: each index gets an equal share of its time."""
        share = duration // len(encoded)
        for number, values in enumerate(encoded):
            self.output.done(first + number, 1, INLINE, begun + number * share, share, values)

    def say_goodbye(self):
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        self.output.usage.due = self.output.usage.max_rss_due = 0
        self.output.close_batch()
        self.output.message(WORKER_GOODBYE)


def run_one(task, value, results, kinds, fixing):
    """Appends the result of the value, and its type to kinds."""
    result = task(value)
    fix, kind = fixing(type(result))
    if fix is not None:
        result = fix(result)
    kinds.add(kind)
    results.append(result)


def run_batch(task, values, results, kinds, fixing, gate):
    """As run_one() for each value, but faster; stops where the gate closes.

    Neither groupby() nor map() asks for a result before the one before it is fixed, nor compress()
    for a value before it has looked at the gate.
    """
    left = iter(values)
    for kind, group in groupby(map(task, compress(left, repeat(gate))), type):
        comparable = type(kind) is type  # without asking a metaclass
        fix, kind = fixing(kind)
        if fix is not None:
            group = map(fix, group)
        kinds.add(kind)
        if results or not comparable:
            results.append(next(group))
            break
        results.extend(group)
    else:
        # map() takes a StopIteration of the task for its own end.
        if len(results) < len(values) and (gate or left.__length_hint__() > 0):
            raise StopIteration("raised by the task")
        return
    for value in values[len(results) :]:
        if not gate:
            break
        run_one(task, value, results, kinds, fixing)


# ------------------------------------------------------------------------------------------ loader


class Loader:
    """The process that loads the task, and forks workers that have it in common.

    Pool and loader exchange messages of a SOCK_SEQPACKET socket, each of which is a frame.
    """

    PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36

    def __init__(self, channel, keeper):
        self.keeper = keeper  # the program of a worker's keeper
        self.channel = channel
        ctypes, _socket = import_own("ctypes", "_socket")
        self.prctl = ctypes.CDLL(None).prctl
        self.socket = _socket.socket(fileno=channel.number)
        self.ancillary = _socket.CMSG_SPACE(3 * struct.calcsize("i"))
        self.flags = _socket.MSG_CMSG_CLOEXEC
        self.poll = select.poll()
        self.poll.register(channel.number, select.POLLIN)
        self.keepers = []  # process ids of children that are not reaped yet
        self.functions = self.identity = None

    def serve(self):
        """Forks workers. Returns (number, channel) in a worker, None if the task cannot be shared."""
        kind, body, _ = self.receive()
        if kind != SETUP:
            raise Malformed("a process that loads a task wants a Setup first")
        if not self.load(Setup(body)):
            return None
        gc.freeze()
        while True:
            kind, body, descriptors = self.receive()
            if kind != FORK or len(descriptors) != 3:
                raise Malformed("a process that has loaded a task wants a Fork")
            [number] = struct.unpack("<I", body)
            channel = self.fork(number, *descriptors)
            if channel is not None:
                return number, channel

    def receive(self):
        while not self.poll.poll(1000 if self.keepers else None):
            self.reap()
        self.channel.verify()
        data, ancillary, _, _ = self.socket.recvmsg(1 << 20, self.ancillary, self.flags)
        self.reap()
        if len(data) < HEADER.size:
            raise ChannelClosed
        rights = b"".join(part for _, _, part in ancillary)
        descriptors = struct.unpack("%di" % (len(rights) // 4), rights)
        return HEADER.unpack_from(data)[1], data[HEADER.size :], descriptors

    def send(self, kind, body):
        self.channel.verify()
        self.socket.send(HEADER.pack(len(body), kind) + body)

    def reap(self):
        for keeper in list(self.keepers):
            try:
                if os.waitpid(keeper, os.WNOHANG)[0] == keeper:
                    self.keepers.remove(keeper)
            except OSError:  # the task's file has reaped it
                self.keepers.remove(keeper)

    def load(self, setup):
        """Loads the task, and reports that to the pool. Returns whether workers can be forked."""
        loading = Loading()
        try:
            if setup.version != VERSION:
                raise RuntimeError("the pool speaks another version of the protocol")
            self.identity = PoolIdentity("MainProcess", 0)
            self.functions = load_functions(setup.target, setup.arguments)
            cost = loading.cost()
            self.identity.end_of_loading()
        except BaseException as error:
            advice = advice_on_loading(error, getattr(setup, "target", ""))
            self.send(REFUSED, failure_fields(error, advice))
            return False
        obstacle = printable(threads_that_run())
        self.send(LOADED, cost + string(obstacle))
        return not obstacle

    def fork(self, number, channel, output, lifeline):
        """Returns the worker's channel in the worker, else None."""
        for stream in (sys.stdout, sys.stderr):  # else each worker would write what is left there
            try:
                stream.flush()
            except Exception:
                pass
        keeper = os.fork()
        if keeper:
            self.keepers.append(keeper)
            for descriptor in (channel, output, lifeline):
                os.close(descriptor)
            return None
        try:
            self.leave_keeper(output, lifeline)
        except BaseException:
            os._exit(os.EX_OSERR)
        os.dup2(output, 1)
        os.dup2(output, 2)
        self.socket.detach()
        self.channel.close()
        taken = Descriptor(channel, Descriptor.CHANNEL)
        for descriptor in (channel, output, lifeline):
            os.close(descriptor)
        return taken

    def leave_keeper(self, output, lifeline):
        """Returns in the worker, a child of this process, which becomes the worker's keeper.

        Both stay in the session of the loader, whose leader has ended. The worker's group was led by
        the keeper, which has left it. Each fork copies the page tables of all that is loaded, so
        there are as few as possible.
        """
        before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
        keeper, group_of_loader = os.getpid(), os.getpgrp()
        os.setpgid(0, 0)
        self.prctl(self.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        if os.fork():
            os.setpgid(0, group_of_loader)  # fails if the loader has died
            os.dup2(output, 2)
            os.set_inheritable(lifeline, True)
            os.execv(self.keeper, [self.keeper, "--keep-copy", str(lifeline)])
        self.prctl(self.PR_SET_PDEATHSIG, int(_signal.SIGKILL), 0, 0, 0)
        while os.getppid() == keeper and os.getpgid(keeper) == keeper:
            sleep(0)
        if os.getppid() != keeper:
            os._exit(1)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)

    def leave_to_worker(self, number):
        """Does in a worker what multiprocessing does in a process that it forks."""
        atexit._clear()
        util = sys.modules.get("multiprocessing.util")
        try:
            util._finalizer_registry.clear()
            util._run_after_forkers()
        except Exception:
            pass
        self.identity.become_copy(number)


def threads_that_run():
    """The threads that a fork would lose, as the reason not to fork; empty where there are none."""
    count = len(sys._current_frames()) - 1
    if count <= 0:
        return ""
    threading = sys.modules.get("threading")
    own = thread_number()
    names = [each.name for each in getattr(threading, "enumerate", list)() if each.ident != own]
    return "the task's file has started threads, which copies would not have (%s)" % (
        listed(names) or count
    )


class Loading:
    """Measures the loading of the task."""

    NOTHING = struct.pack("<QQQ", 0, 0, 0)

    def __init__(self):
        self.before = clock(), process_time_ns(), own_memory()

    def cost(self):
        """Packs duration and CPU time in nanoseconds, and bytes, as core/wire has a LoadCost."""
        now = clock(), process_time_ns(), own_memory()
        return struct.pack("<QQQ", *(max(b - a, 0) for a, b in zip(self.before, now)))


def own_memory():
    """Bytes that are resident and not of files. 0 where that cannot be read."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            _, resident, shared = map(int, statm.read().split()[:3])
    except Exception:  # no /proc, or an open() of the task's
        return 0
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def load_and_fork(keeper):
    """The life of a loader, and of each worker that it forks."""
    status, log, loader, worker = 3, None, None, None
    try:
        channel, other = take_channel(0)
        other.close()
        log = Descriptor(2, Descriptor.LOG)
        faulthandler.enable(log.number, all_threads=False)
        loader = Loader(channel, keeper)
        worker = loader.serve()
        status = 1
    except ChannelClosed:
        status = 0
    except BaseException as error:
        complain(displayed(error), log)
    if worker is None:
        loader = None  # or files of its module would outlive the interpreter, and not be flushed
        gc.unfreeze()
        end(status, log)
    number, channel = worker
    faulthandler.disable()
    log.close()
    loader.leave_to_worker(number)
    work(lambda: (channel, channel), loader)


# ------------------------------------------------------------------------------------------ advice

GUARD = 'if __name__ == "__main__":'


def advice_on_loading(error, target):
    """What the user can do about an exception that came while the task was loaded; may be empty."""
    try:
        place, name = split_target(target)
        kind, message = type(error), message_of(error)
        if issubclass(kind, SystemExit):
            return (
                "the file ended the program while it was loaded: put what only a script does, such "
                "as reading the arguments of the command line, under " + GUARD
            )
        if issubclass(kind, ImportError) and "relative import" in message and is_file(place):
            return advice_on_relative_import(place, name)
        if issubclass(kind, ModuleNotFoundError):
            return "install it for %s, or choose another interpreter" % sys.executable
        if issubclass(kind, RuntimeError) and "bootstrapping phase" in message:
            return "start processes in the task, or under " + GUARD
        if "argv" in failing_line(error):
            return (
                "the arguments of the command line are not those of a script: read them under "
                + GUARD
            )
        return advice_on_names(error, target)
    except Exception:
        return ""


def advice_on_relative_import(place, name):
    """How a file of a package is named as a module."""
    folder, file_name = os.path.split(os.path.abspath(place))
    parts = [loader_for(file_name)[0]]
    while True:
        folder, package = os.path.split(folder)
        parts.insert(0, package)
        if not os.path.exists(os.path.join(folder, "__init__.py")):
            break
    if parts[-1] == "__init__":
        parts.pop()
    where = "" if folder == os.getcwd() else ", in the folder " + folder
    return "it belongs to a package: give it as --python %s:%s%s" % (".".join(parts), name, where)


def failing_line(error):
    """The source of the innermost line of the user's that an exception went through."""
    place = None
    trace = BaseException.__dict__["__traceback__"].__get__(error)
    while trace is not None:
        if os.path.isfile(trace.tb_frame.f_code.co_filename):
            place = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    if place is None or os.path.realpath(place[0]) == os.path.realpath(__file__):
        return ""
    with open(place[0], "rb") as file:
        lines = file.read().splitlines()
    return lines[place[1] - 1].decode("utf-8", "replace")


def advice_on_names(error, target):
    """For a name that the task's file defines only when it runs as a script."""
    try:
        if type(error) is not NameError:
            return ""
        name = getattr(error, "name", None) or str(error).split("'")[1]
        if name in names_under_guard(target):
            return "the file defines it under %s, which only a script runs: move it above" % GUARD
    except Exception:
        pass
    return ""


def only_in_a_script(place, name):
    return "%s: '%s' is defined under %s, which only a script runs: move it out of there" % (
        place,
        name,
        GUARD,
    )


def names_under_guard(target, known={}):
    """The names that are defined only under the guard in the task's file, read once."""
    if target not in known:
        known[target] = ()
        place = split_target(target)[0]
        path = place if is_file(place) else own_attribute(sys.modules.get(place), "__file__")
        if type(path) is str and path.endswith(".py"):
            (ast,) = import_own("ast")
            known[target] = set(Source(place, path, ast).guarded)
    return known[target]


# -------------------------------------------------------------------------------------------- task


def load_functions(target, initialiser):
    """Imports the function that FILE.py:FUNCTION or MODULE:FUNCTION names, and one beside it.

    The second is None where there is no initialiser.
    """
    place, name = split_target(target)
    if not place or not name:
        raise ValueError(incomplete_target(target))
    sys.argv = [place]
    if place.endswith(".ipynb"):
        raise ValueError(notebook(place))
    module = load(place)
    task = function_in(module, place, name, TASK_ROLE)
    if not initialiser:
        return task, None
    return task, function_in(module, place, initialiser, INITIALISER_ROLE)


def function_in(module, place, name, role):
    found = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            said = no_function(place, name, functions_of(module))
            if name in names_under_guard("%s:%s" % (place, name)):
                said = only_in_a_script(place, name)
            raise AttributeError(said) from None
    if not callable(found):
        raise TypeError("%s in %s is not a function, but %s" % (name, place, type_name(type(found))))
    odd = odd_kind(found)
    if odd:
        raise TypeError(not_plain(place, name, odd, role))
    wrong = type(found) is type(function_in) and wrong_call(*call_of(found), role)
    if wrong:
        raise TypeError("%s: function '%s' %s" % (place, name, wrong))
    return found


VARIABLE_ARGUMENTS = 0x04  # inspect calls it CO_VARARGS


def call_of(function):
    """Returns the pair that parameters() returns, for a function object."""
    code = function.__code__
    defaults, named = function.__defaults__ or (), function.__kwdefaults__ or {}
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    required = code.co_argcount - len(defaults) + sum(name not in named for name in keywords)
    return required, None if code.co_flags & VARIABLE_ARGUMENTS else code.co_argcount


def wrong_call(required, most, role):
    """Describes why a call in this role cannot succeed. None if it can."""
    given = role.arguments
    if required <= given and (most is None or most >= given):
        return None
    takes = "takes no positional argument"
    if required > given:
        takes = "needs %s" % ("an argument" if required == 1 else "%d arguments" % required)
    return "%s; %s" % (takes, role.called)


def odd_kind(function):
    """What a function is whose call does not run its code to the end; None for any other."""
    plain, method = type(odd_kind), type(odd_kind.__get__(0))
    while type(function) in (partial, method):
        function = function.func if type(function) is partial else function.__func__
    if type(function) is not plain:
        function = inherited(type(function), "__call__")
        if type(function) in (staticmethod, classmethod):
            function = function.__func__
    flags = function.__code__.co_flags if type(function) is plain else 0
    return next((kind for flag, kind in ODD_KINDS.items() if flags & flag), None)


# By the flags that inspect calls CO_GENERATOR, CO_COROUTINE and CO_ASYNC_GENERATOR.
ODD_KINDS = {0x20: "a generator", 0x80: "an async", 0x200: "an async"}


def not_plain(place, name, kind, role):
    return "%s: '%s' is %s function; %s must be a plain one" % (place, name, kind, role.what)


def split_target(target):
    """(FILE or MODULE, FUNCTION); the function is empty where the target has none."""
    place, colon, name = target.rpartition(":")
    return (place, name) if colon and "/" not in name else (target, "")


def is_file(place):
    return "/" in place or place.endswith((".py", ".pyc", ".so"))


def incomplete_target(target):
    return "%s names no function: give it as %s:FUNCTION" % (target, target.rstrip(":"))


def no_function(place, name, functions):
    has = "it has: " + listed(functions) if functions else "it defines none"
    return "%s has no function '%s'; %s" % (place, name, has)


def listed(names, limit=20):
    return ", ".join(list(names)[:limit]) + (", ..." if len(names) > limit else "")


def load(place):
    return load_file(place) if is_file(place) else load_module(place)


def load_file(path):
    """Imports a file under its own name, so that what it defines can be pickled.

    Where that name would import another file, or none, it is the one that multiprocessing uses.
    """
    path = os.path.abspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError("there is no file %s" % path)
    folder, file_name = os.path.split(path)
    name, make_loader = loader_for(file_name)
    put_first_on_path(folder)
    importable = name not in sys.modules and "." not in name  # not io.py, say
    found = _find_spec(name, None) if importable else None
    importable = found is not None and found.origin == path
    if not importable and make_loader is not ExtensionFileLoader:
        name = "__mp_main__"
    loader = make_loader(name, path)
    spec = ModuleSpec(name, loader, origin=path)
    spec.has_location = True
    module = module_from_spec(spec)
    module.__package__ = ""
    sys.modules[name] = module
    if not importable:
        module.__spec__ = None  # as a script has: who spawns a process takes the file instead
    become_main(module)
    loader.exec_module(module)
    return module


def loader_for(file_name):
    """The name of the module that a file holds, and what loads it."""
    for loader, suffixes in _get_supported_file_loaders():
        for suffix in suffixes:
            if file_name.endswith(suffix) and file_name != suffix:
                return file_name[: -len(suffix)], loader
    return os.path.splitext(file_name)[0], SourceFileLoader


def load_module(name):
    put_first_on_path(os.getcwd())
    __import__(name)
    module = sys.modules[name]
    become_main(module)
    return module


former_main = []


def become_main(module):
    """Makes a module __main__ as well, as multiprocessing does with the file of a script.

    What was pickled when the file ran as a script is then found. Not a package and not compiled
    code: a process that multiprocessing spawns could not load its __main__ from these.
    """
    attributes = own_attributes(module)  # its __getattr__() may raise anything
    file_name = attributes.get("__file__")
    if type(file_name) is not str or not file_name.endswith((".py", ".pyc")):
        return
    if "__path__" in attributes:
        return
    former_main.append(sys.modules["__main__"])  # which would be taken down with what it holds
    sys.modules["__main__"] = sys.modules["__mp_main__"] = module


def note_what_is_not_shared():
    """Writes to the log what the top of a file makes as if all workers had it in common."""
    try:
        module = own_attributes(sys.modules["__main__"])
        own, files = [], []
        for name, value in values_at_the_top(module):
            if is_not_shared(value):
                own.append(name)
            elif issubclass(type(value), OpenFile) and is_overwritten(value):
                files.append(name)
        files.extend(overwritten_logs())
        file_name = os.path.basename(module["__file__"])
    except Exception:  # a thread of the user's may change anything meanwhile; the task can run
        return
    for names, why in (
        (own, "so that they neither share nor protect anything between workers"),
        (files, "so that workers write over each other's lines: POOLSCOPE_WORKER can number them"),
    ):
        if names:
            complain(
                "each worker loads %s anew and has %s of its own, %s"
                % (file_name, listed(dict.fromkeys(names)), why)
            )


def values_at_the_top(module):
    """(name, value) of what a module defines, with what its containers and classes hold."""
    for name, value in named_values(module):
        yield name, value
        kind = type(value)
        if kind is type and module_of(value) == module.get("__name__"):
            for attribute, inner in named_values(type.__dict__["__dict__"].__get__(value)):
                yield "%s.%s" % (name, attribute), inner
        elif is_a_container(kind) and not name.startswith("__"):
            for inner in parts_of(value)[:MOST_PARTS]:
                yield name, inner


def named_values(attributes):
    """(name, value) of what a module or a class has under a name in a plain string."""
    return [(name, value) for name, value in list(attributes.items()) if type(name) is str]


def is_a_container(kind):
    return type(kind) is type and kind in (list, tuple, set, dict)


MOST_PARTS = 1000


def is_not_shared(value):
    """Whether multiprocessing shares a value with processes that are forked, or that are handed it."""
    kind = type(value)
    if module_of(type(kind)) == "_ctypes":  # a RawValue is one
        kind = type(own_attribute(value, "_wrapper"))
    package, _, name = module_of(kind).partition(".")
    return package in ("multiprocessing", "multiprocess") and name in NOT_SHARED


NOT_SHARED = frozenset(
    ("synchronize", "sharedctypes", "heap", "queues", "connection", "managers")
)


def overwritten_logs():
    """The names of log files that logging writes from their beginning."""
    handlers = own_attribute(sys.modules.get("logging"), "_handlerList")
    if type(handlers) is not list:  # of a module of the user's that is called so, say
        return []
    streams = [own_attribute(reference(), "stream") for reference in handlers]
    return [os.path.basename(log.name) for log in streams if is_overwritten(log)]


def is_overwritten(file):
    """Whether a file is written from its beginning, under a name that other workers use, too."""
    if not is_plain_file(file):
        return False
    try:
        mode, name = file.mode, file.name
        if type(name) is not str or not os.path.isfile(name):
            return False
        number = os.environ["POOLSCOPE_WORKER"], str(os.getpid())
        return mode[0] == "w" and not any(text in os.path.basename(name) for text in number)
    except Exception:  # it is closed, say
        return False


def is_plain_file(file):
    """Whether all layers of a file are Python's own, so that none runs code of the user's."""
    try:
        while module_of(type(file)) == "_io" and type(file) is not io.FileIO:
            file = file.buffer if type(file) is io.TextIOWrapper else file.raw
    except (AttributeError, ValueError):
        return False
    return type(file) is io.FileIO


class PoolIdentity:
    """Gives multiprocessing's process the name and number that it has in a Pool, and its parent.

    That is done when the task imports multiprocessing, or logging, whose records have the name. A
    Pool's workers have both from the start, but importing them takes longer than starting a worker.
    """

    def __init__(self, name, number):
        """A process that is not a worker has the number 0, and keeps its name."""
        self.name = name
        self.number = number
        self.loading = True
        self.named = []
        self.after = {
            "multiprocessing.process": self.name_process,
            "multiprocess.process": self.name_process,
            "logging": self.import_multiprocessing,
        }
        self.name_known_modules()
        sys.meta_path.insert(0, self)

    def name_known_modules(self):
        for name, action in self.after.items():
            if name in sys.modules:
                action(sys.modules[name])

    def become_copy(self, number):
        """Takes the name and number of a worker that was forked."""
        self.name, self.number = "ForkPoolWorker", number
        self.name_known_modules()

    def find_spec(self, name, path=None, target=None):
        """Finds what the other finders find; in modules that are awaited an action is added."""
        action = self.after.get(name)
        if action is None:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        specs = (
            finder.find_spec(name, path, target)
            for finder in others
            if hasattr(finder, "find_spec")  # which old finders do not have
        )
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and hasattr(spec.loader, "__dict__") and type(spec.loader) is not type:
            loader, execute = spec.loader, spec.loader.exec_module

            def exec_module(module):
                del loader.exec_module
                execute(module)
                action(module)

            loader.exec_module = exec_module
        return spec

    def name_process(self, module):
        try:
            process = module._current_process
            if self.loading:  # a spawned process would load the file, and spawn one, and so on
                process._inheriting = True
                self.named.append(process)
            if not self.number:
                return
            process._name = "%s-%d" % (self.name, self.number)
            process._identity = (self.number,)
            process._parent_pid = os.getppid()
            if hasattr(os, "pidfd_open"):
                alive = os.pidfd_open(os.getppid())
            else:  # never ready: the worker is killed where its pool dies
                alive, self.never_written = os.pipe()
            module._parent_process = module._ParentProcess(
                "MainProcess", os.getppid(), Descriptor(alive, Descriptor.USAGE).number
            )
            os.close(alive)
        except (AttributeError, OSError):  # a module of another version, or the user's own
            pass

    def import_multiprocessing(self, logging):
        if "multiprocessing" in sys.modules:
            return
        library = os.path.dirname(os.__file__)
        try:
            spec = _find_spec("multiprocessing", None)
            if os.path.dirname(os.path.dirname(spec.origin)) == library:
                __import__("multiprocessing")
        except Exception:
            pass

    def end_of_loading(self):
        self.loading = False
        for process in self.named:
            process.__dict__.pop("_inheriting", None)


def put_first_on_path(folder):
    """As Python does with the folder of a program: not where it is told to have a safe path."""
    if not getattr(sys.flags, "safe_path", False) and sys.path[:1] != [folder]:
        sys.path.insert(0, folder)


def functions_of(module):
    """The names of the functions that a module defines, or if it has none, of all it can call."""
    function = type(functions_of)
    attributes = own_attributes(module)
    values = named_values(attributes)
    names = [
        name
        for name, value in values
        if type(value) is function and value.__module__ == attributes.get("__name__")
    ]
    return names or [
        name for name, value in values if callable(value) and not name.startswith("_")
    ]


# --------------------------------------------------------------------------------------- reporting


class Unusable(Exception):
    """A target that no task can be had from; its text is for the user, in one line."""


class Source:
    """What a source file defines at its top level, found without running it."""

    def __init__(self, place, path, ast, text=None):
        self.ast = ast
        self.place = place
        self.functions = {}
        self.odd = {}  # functions that are not tasks: generators and async ones, by their name
        self.names = {}
        self.plain = {}  # of these, what is bound once, to a number, a text, a list, ...
        self.guarded = {}  # names that are defined only where the file runs as a script
        self.anything = False  # names may come into being that the source does not show
        self.scan(parse(ast, place, path, text))
        for name in [*self.functions, *self.odd, *self.names]:
            self.guarded.pop(name, None)

    def scan(self, tree):
        ast = self.ast
        hidden = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        literals = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.JoinedStr)
        nodes = list(reversed(tree.body))
        while nodes:
            node = nodes.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.add_function(node)
            elif isinstance(node, ast.ClassDef):
                self.bind(node.name, node)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    self.anything |= alias.name == "*"
                    self.bind(alias.asname or alias.name.split(".")[0], node)
            elif isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Store):
                    self.bind(node.id, node)
            elif isinstance(node, ast.If) and self.is_guard(node.test):
                self.note_guarded(node.body)
                nodes.extend(reversed(node.orelse))
            elif not isinstance(node, hidden):
                if isinstance(node, ast.Assign) and isinstance(node.value, literals):
                    self.plain.update((name.id, node) for name in named(ast, node.targets))
                nodes.extend(reversed(list(ast.iter_child_nodes(node))))
        nodes = [tree]  # not ast.walk(), which imports collections
        for node in nodes:
            nodes.extend(ast.iter_child_nodes(node))
            if isinstance(node, ast.Global):
                for name in node.names:
                    self.plain.pop(name, None)
            elif isinstance(node, ast.Name) and node.id in ("globals", "locals", "vars", "exec"):
                self.anything = True

    def is_guard(self, test):
        """Whether a condition is __name__ == "__main__"."""
        ast = self.ast
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return False
        sides = {
            getattr(side, "id", getattr(side, "value", None))
            for side in (test.left, *test.comparators)
        }
        return isinstance(test.ops[0], ast.Eq) and sides == {"__name__", "__main__"}

    def note_guarded(self, body):
        ast = self.ast
        nodes = list(body)
        for node in nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.guarded.setdefault(node.name, node)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    self.guarded.setdefault(alias.asname or alias.name.split(".")[0], node)
            else:
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.guarded.setdefault(node.id, node)
                nodes.extend(ast.iter_child_nodes(node))

    def add_function(self, node):
        """A decorator or a second definition may make it a plain one: loading it shows that."""
        self.anything |= node.name == "__getattr__"
        name = node.name
        kind = None if node.decorator_list else self.odd_kind(node)
        if kind and name not in self.functions:
            self.odd[name] = node, kind
        else:
            self.odd.pop(name, None)
            self.functions[name] = node

    def odd_kind(self, function):
        """As odd_kind() of the function when it is loaded."""
        ast = self.ast
        if isinstance(function, ast.AsyncFunctionDef):
            return "an async"
        others = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        nodes = list(function.body)
        for node in nodes:
            if isinstance(node, (ast.Yield, ast.YieldFrom)):
                return "a generator"
            if not isinstance(node, others):
                nodes.extend(ast.iter_child_nodes(node))
        return None

    def bind(self, name, node):
        if name in self.names:
            self.plain.pop(name, None)
        self.names[name] = node

    def describe(self):
        functions = []
        for name, node in sorted(self.functions.items(), key=lambda item: item[1].lineno):
            required, most = parameters(node)
            doc = (self.ast.get_docstring(node, clean=False) or "").strip().splitlines()
            functions.append(
                {
                    "name": name,
                    "line": node.lineno,
                    "parameters": {"required": required, "max": most},
                    "doc": doc[0] if doc else "",
                }
            )
        names = [name for name in self.names if name not in self.functions and name != "*"]
        return {"functions": functions, "names": names}

    def check(self, name, role):
        """Raises Unusable where `name`, perhaps with dotted attributes, cannot have this role."""
        start, dot, _ = name.partition(".")
        if start in self.guarded and not self.anything:
            raise Unusable(
                only_in_a_script("%s:%d" % (self.place, self.guarded[start].lineno), start)
            )
        if start in self.odd and not dot and start not in self.names and not self.anything:
            node, kind = self.odd[start]
            raise Unusable(not_plain("%s:%d" % (self.place, node.lineno), start, kind, role))
        if start in self.functions:
            if not dot:
                self.check_parameters(name, self.functions[start], role)
        elif start in self.odd:
            return
        elif self.anything or dot and start in self.names:
            return
        elif start not in self.names:
            raise Unusable(no_function(self.place, name, list(self.functions)))
        elif start in self.plain:
            line = self.plain[start].lineno
            raise Unusable(
                "%s:%d: '%s' is a value; %s must be a function" % (self.place, line, start, role.what)
            )

    def check_parameters(self, name, node, role):
        wrong = wrong_call(*parameters(node), role)
        if wrong and not node.decorator_list:
            raise Unusable("%s:%d: function '%s' %s" % (self.place, node.lineno, name, wrong))


class Imports:
    """The source files that files import, directly and in turn, found without running any.

    Import statements count wherever they stand. A module in a library folder is not followed, nor is
    one without a source file, nor a file that this interpreter cannot parse.
    """

    LIBRARIES = "/lib/python3", "site-packages", "dist-packages"

    def __init__(self, ast, folder):
        """`folder` is the first on sys.path."""
        self.ast = ast
        folders = [folder, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        self.folders = [
            folder
            for folder in map(os.path.abspath, filter(None, folders))
            if not any(library in folder for library in self.LIBRARIES)
        ]

    def follow(self, path):
        """The files that the one at `path` imports, without itself."""
        files = [path]
        found = {path}
        for file in files:
            for imported in self.imported_by(file):
                if imported not in found:
                    found.add(imported)
                    files.append(imported)
        return files[1:]

    def imported_by(self, path):
        for level, module, names in self.statements_of(path):
            folders = self.folders
            if level > 0:
                folder = path
                for _ in range(level):
                    folder = os.path.dirname(folder)
                folders = [folder]
            for folder in folders:
                yield from filter(os.path.isfile, self.candidates(folder, level, module, names))

    def statements_of(self, path):
        """(dots before the module, module, names from it) of each import statement."""
        if not os.path.isfile(path):  # a pipe would wait for its writer
            return
        ast = self.ast
        try:
            nodes = [parse(ast, path, path)]
        except Unusable:
            return
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield 0, alias.name, []
            elif isinstance(node, ast.ImportFrom):
                yield node.level, node.module or "", [alias.name for alias in node.names]
            else:
                children = ast.iter_child_nodes(node)
                nodes.extend(child for child in children if not isinstance(child, ast.expr))

    @staticmethod
    def candidates(folder, level, module, names):
        """The files that a statement may run: the packages on the way to a module run, too."""
        if level > 0:
            yield os.path.join(folder, "__init__.py")
        for part in module.split(".") if module else ():
            folder = os.path.join(folder, part)
            yield folder + ".py"
            yield os.path.join(folder, "__init__.py")
        for name in names:
            yield os.path.join(folder, name + ".py")
            yield os.path.join(folder, name, "__init__.py")


def named(ast, targets):
    return [target for target in targets if isinstance(target, ast.Name)]


class Role:
    """What a function is wanted for, and how it is called."""

    def __init__(self, what, arguments, called):
        self.what, self.arguments, self.called = what, arguments, called


TASK_ROLE = Role("a task", 1, "a task is called with one, its input")
INITIALISER_ROLE = Role("an initialiser", 0, "an initialiser is called with none")


def parameters(node):
    """(how many arguments a call must give, how many positional ones it can; None: any number)."""
    arguments = node.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    required += sum(default is None for default in arguments.kw_defaults)
    return required, None if arguments.vararg else positional


def parse(ast, place, path, text=None):
    try:
        if text is None:
            with open(path, "rb") as file:
                text = file.read()
    except OSError as error:
        raise Unusable("%s: %s" % (place, error.strerror)) from None
    try:
        return ast.parse(text, path)
    except SyntaxError as error:
        line = error.lineno or undecodable_line(text)
        raise Unusable("%s:%d: %s" % (place, line, error.msg)) from None
    except ValueError as error:  # a NUL byte, before Python 3.12
        raise Unusable("%s:%d: %s" % (place, undecodable_line(text), error)) from None
    except (RecursionError, MemoryError):
        raise Unusable("%s:1: it is nested too deeply to be parsed" % place) from None


def undecodable_line(text):
    text = text if type(text) is bytes else text.encode("utf-8", "surrogatepass")
    at = text.find(0)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
    return text.count(b"\n", 0, at) + 1 if at >= 0 else 1


class Library:
    """The modules that reports need, imported before any of the user's files can be."""

    def __init__(self):
        self.ast, self.importlib_util = import_own("ast", "importlib.util")


def source_of(place, library):
    """The Source of FILE.py or MODULE; None for a module that has no source."""
    if place.endswith(".ipynb"):
        raise Unusable(notebook(place))
    if is_file(place):
        compiled = place.endswith((".pyc", ".so"))
        return None if compiled else Source(place, place, library.ast)
    spec = module_spec(place, library)
    if not spec.has_location or not spec.origin.endswith(".py"):
        return None
    text = None
    if not os.path.isfile(spec.origin):  # in a zip file, say
        text = getattr(spec.loader, "get_source", lambda name: None)(place)
        if text is None:
            return None
    return Source(place, spec.origin, library.ast, text)


def notebook(place):
    script = os.path.splitext(place)[0] + ".py"
    return (
        "%s is a notebook: convert it to a script by `jupyter nbconvert --to script %s`, and give "
        "the function as %s:FUNCTION" % (place, place, script)
    )


def module_path(name, library):
    """The file of a module's source, or the archive that it is in; None where there is neither."""
    spec = module_spec(name, library)
    if not spec.has_location or not spec.origin.endswith(".py"):
        return None
    return spec.origin if os.path.isfile(spec.origin) else getattr(spec.loader, "archive", None)


def module_spec(name, library):
    put_first_on_path(os.getcwd())
    try:
        spec = library.importlib_util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    except BaseException as error:  # a package that fails when it is imported for its module
        raise Unusable("module %s: %s: %s" % (name, type_name(type(error)), first_line(error)))
    if spec is None:
        raise Unusable(
            "there is no module '%s' for %s (Python %d.%d): install it there, or take another "
            "interpreter" % ((name, sys.executable) + tuple(sys.version_info[:2]))
        )
    return spec


def imported(name):
    try:
        return load(name)
    except BaseException as error:
        raise Unusable("module %s: %s: %s" % (name, type_name(type(error)), first_line(error)))


def describe_module(place):
    """As Source.describe(), for a module that has no source to read."""
    functions, names = [], []
    for name, value in named_values(own_attributes(imported(place))):
        if not callable(value):
            names.append(name)
        elif not name.startswith("_"):
            functions.append(
                {"name": name, "line": None, "parameters": None, "doc": first_doc_line(value)}
            )
    return {"functions": functions, "names": names}


def first_doc_line(value):
    try:
        return (value.__doc__ or "").strip().partition("\n")[0]
    except Exception:
        return ""


def report_functions(library, place):
    source = source_of(place, library)
    return source.describe() if source else describe_module(place)


def report_source(library, place):
    return {"path": place if is_file(place) else module_path(place, library)}


def report_imports(library, *places):
    found = {}  # as keys, which keep their order
    for place in places:
        path = report_source(library, place)["path"]
        if path and is_source(place, path):
            imports = Imports(library.ast, first_folder(place, path))
            found.update(dict.fromkeys(imports.follow(path)))
    return {"imports": list(found)}


def is_source(place, path):
    """Whether a file is Python source: one that the user names may have any ending."""
    return not path.endswith((".pyc", ".so")) if is_file(place) else path.endswith(".py")


def first_folder(place, path):
    """The folder on sys.path in which FILE.py lies, or MODULE with its packages."""
    levels = 1
    if not is_file(place):
        levels += place.count(".") + (os.path.basename(path) == "__init__.py")
    for _ in range(levels):
        path = os.path.dirname(path)
    return path or os.curdir


def report_check(library, target, initialiser=""):
    place, name = split_target(target)
    source = source_of(place, library)
    if not name:
        functions = list(source.functions) if source else functions_of(imported(place))
        has = "; it has: " + listed(functions) if functions else ""
        raise Unusable(incomplete_target(target) + has)
    for wanted, role in ((name, TASK_ROLE), (initialiser, INITIALISER_ROLE)):
        if source and wanted:
            source.check(wanted, role)
        elif wanted:
            check_loaded(imported(place), place, wanted, role)
    return {"ok": True}


def check_loaded(module, place, name, role):
    found = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except Exception:  # the module's own __getattr__() may raise any
            found = None
    if not callable(found):
        raise Unusable(no_function(place, name, functions_of(module)))
    odd = odd_kind(found)
    if odd:
        raise Unusable(not_plain(place, name, odd, role))


def print_report(report, arguments):
    output = take_channel()[1]  # a package that prints when it is imported
    try:
        answer = report(Library(), *arguments)
    except Unusable as error:
        answer = {"error": " ".join(str(error).split())}
    with os.fdopen(output.number, "w") as file:
        file.write("\n" + to_json(answer) + "\n")


# -------------------------------------------------------------------------------------------- main


def complain(text, log=None):
    """Writes to descriptor 2, or to what that was before the task could make it another file."""
    numbers = [2] if log is None else filter(log.is_at, (log.number, 2))
    try:
        os.write(next(iter(numbers)), printable("poolscope_worker: %s\n" % text))
    except (OSError, StopIteration):
        pass


def is_socket(number):
    try:
        return os.fstat(number).st_mode & 0o170000 == 0o140000
    except OSError:
        return False


def take_channel(output=1):
    """Moves descriptors 0 and 1 out of the task's reach; what it prints goes to descriptor 2."""
    channel = Descriptor(0, Descriptor.CHANNEL), Descriptor(output, Descriptor.CHANNEL)
    for descriptor in channel:
        os.set_blocking(descriptor.number, True)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # no descriptor 2 at all
        os.dup2(nothing, 1)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return channel


def own_channel():
    # Something may have been printed to descriptor 1 when the interpreter started.
    return take_channel(0 if is_socket(0) else 1)


def work(open_channel=own_channel, loaded=None):
    status, log = 3, None
    try:
        channel = open_channel()
        if sys.stderr is not None:
            log = Descriptor(2, Descriptor.LOG)
            faulthandler.enable(log.number, all_threads=False)
        worker = Worker(*channel, loaded=loaded)
        worker.take_interrupts()
        worker.serve()
        status = 0
    except ChannelClosed:
        status = 1
    except SystemExit:  # in a child that the task forked
        raise
    except Malformed as error:
        complain("malformed frame: %s" % error, log)
        status = 2
    except DescriptorLost:
        complain("the task has closed or replaced a file descriptor of the worker's", log)
        status = 4
    except BaseException as error:
        complain(displayed(error), log)
    if status > 1:
        os._exit(status)
    worker.task = None  # or files of its module would outlive the interpreter, and not be flushed
    worker.in_user_code = True  # that is, in exit handlers
    if loaded is None:
        end(status, log)
    end_copy(status, log)


def end(status, log=None):
    """Ends as a worker of multiprocessing.Pool that was spawned, but within END_PATIENCE.

    Processes are joined, then threads. The interpreter then runs exit handlers and takes the
    modules down, which flushes files that these hold open.
    """
    join_all(status, log)
    stop_resource_tracker_at_last()
    sys.exit(status)


def end_copy(status, log):
    """Ends as a worker of multiprocessing.Pool that was forked, but within END_PATIENCE.

    Exit handlers run that were registered since the fork. Files that were opened since then are
    flushed; the loader flushes those that it has opened.
    """
    join_all(status, log)
    try:
        atexit._run_exitfuncs()
    except BaseException as error:
        complain(displayed(error), log)
    for thing in gc.get_objects():  # without those that were frozen before the fork
        if type(thing) in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            try:
                thing.flush()
            except Exception:
                pass
    os._exit(status)


def join_all(status, log):
    """Joins processes, then threads, that the task has started."""
    limit_end(status, log)
    steps = {"multiprocessing.util": "_exit_function", "threading": "_shutdown"}
    if sys.version_info >= (3, 13):  # there the first is an exit handler, and no more
        del steps["multiprocessing.util"]
    for module, function in steps.items():
        try:
            getattr(sys.modules.get(module), function, int)()
        except BaseException as error:
            complain(displayed(error), log)


def limit_end(status, log):
    """Ends the process after END_PATIENCE, whatever it is doing by then."""

    begun = allocate_lock()
    begun.acquire()

    def stop():
        begun.release()
        sleep(END_PATIENCE)
        complain(
            "ended after %d s, while %s; they were cut off" % (END_PATIENCE, what_still_ran()), log
        )
        os._exit(status)

    try:
        if sys.stderr is not None:
            # While modules are taken down no thread of Python's can run.
            number = log.number if log is not None else 2
            faulthandler.dump_traceback_later(END_PATIENCE + 1, exit=True, file=number)
        start_thread(stop, ())
        begun.acquire()  # a thread that begins while the interpreter ends can crash it
    except (OSError, RuntimeError, ValueError):
        pass


def what_still_ran():
    threading = sys.modules.get("threading")
    names = [
        thread.name
        for thread in getattr(threading, "enumerate", list)()
        if not thread.daemon and thread is not threading.main_thread()
    ]
    if names:
        return "threads that the task had started still ran (%s)" % listed(names)
    return "exit handlers or processes of the task still ran"


def stop_resource_tracker_at_last():
    """Has multiprocessing's resource tracker end before this process does, as in newer Pythons.

    It then removes shared memory and semaphores that are left, and is not killed while it does.
    """
    tracker = sys.modules.get("multiprocessing.resource_tracker")
    kind = type(getattr(tracker, "_resource_tracker", None))
    if kind.__module__ != "multiprocessing.resource_tracker" or hasattr(kind, "__del__"):
        return

    def stop(self, close=os.close, wait=os.waitpid):  # by then the module may be empty
        descriptor, self._fd = self._fd, None
        if descriptor is not None and self._pid is not None:
            close(descriptor)
            wait(self._pid, 0)

    kind.__del__ = stop


def end_child(error):
    """Ends a child that the task forked and that came back from it, perhaps by an exception."""
    if error is None:
        os._exit(0)
    if issubclass(type(error), SystemExit):
        end(error.code)
    os.write(2, printable(displayed(error)))
    os._exit(1)


def leave_path():
    """Takes this file's folder off the path, and its module out of the way of one of that name."""
    own = os.path.dirname(os.path.abspath(__file__))
    if sys.path and sys.path[0] and os.path.abspath(sys.path[0]) == own:
        del sys.path[0]
    if __name__ != "__main__":
        sys.modules.pop(__name__, None)


def main(arguments):
    leave_path()
    if not arguments:
        if os.isatty(0):
            sys.exit("poolscope_worker: this is a part of Poolscope, which starts it; see --help")
        work()
    if len(arguments) == 2 and arguments[0] == "--load":
        load_and_fork(arguments[1])
    reports = {
        "--functions": report_functions,
        "--source": report_source,
        "--imports": report_imports,
        "--check": report_check,
    }
    if len(arguments) == 2 and arguments[0] in reports:
        print_report(reports[arguments[0]], arguments[1:])
    elif len(arguments) == 3 and arguments[0] == "--check":
        print_report(report_check, arguments[1:])
    elif len(arguments) > 2 and arguments[0] == "--imports":
        print_report(report_imports, arguments[1:])
    elif arguments == ["--help"]:
        print(__doc__)
    else:
        complain("wrong use; see --help")
        sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
