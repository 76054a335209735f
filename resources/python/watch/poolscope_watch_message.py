# SPDX-License-Identifier: GPL-3.0-or-later
"""What the function of a call takes in each message: its bytes, and the time to pickle it.

The function is pickled once more for that, on the thread of the pool that pickles. Only where that
is cheap and runs no code of the user's.
"""

import sys

from poolscope_watch_ring import MESSAGE, FunctionType, Kind, MethodType, clock, encoded, ring

LARGEST = 16 << 20  # bytes of a message
LONGEST = 20_000_000  # ns to pickle it
DEPTH = 4
SHARED = 1000  # objects that are looked at


def measure(call, task, watched, timing):
    """Measures the function of a task that was just sent."""
    try:
        if not timing.pickled or timing.bytes > LARGEST:
            return
        if timing.pickled - timing.begun > LONGEST:
            return
        function = task[2]
        if function in watched.chunk_functions:
            function = task[3][0][0]
        queues = sys.modules[watched.module.__name__.rpartition(".")[0] + ".connection"]
        record(watched.number, task[0], function, queues._ForkingPickler.dumps)
    except Exception:
        pass


def record(pool, job, function, dumps):
    budget = [SHARED]
    if not is_plain(function, DEPTH, budget):
        return
    begun = clock()
    data = bytes(dumps(function))
    ended = clock()
    how = "by value" if by_value(data) else "by reference"
    write(pool, job, how, len(data), ended - begun)


def write(pool, job, how, size, took):
    """Appends a record whose text stands between its numbers."""
    text = encoded(how)
    numbers = [int.from_bytes(text[at : at + 8], "little") for at in range(0, len(text), 8)]
    kind = Kind(MESSAGE, 4 + len(numbers))
    ring().write(kind, pool, job, *numbers, size, took)


def by_value(data):
    """Whether dill or cloudpickle has written a function's code."""
    return b"_create_function" in data or b"_make_function" in data or b"_make_skel_func" in data


def is_plain(value, depth, budget):
    """Whether pickling a value runs no code of the user's, as far as can be seen cheaply."""
    budget[0] -= 1
    if budget[0] < 0 or depth < 0:
        return False
    kind = type(value)
    if kind is FunctionType:
        cells = value.__closure__ or ()
        inner = [cell.cell_contents for cell in cells] + list(value.__defaults__ or ())
    elif kind is MethodType:
        inner = [value.__self__]
    elif kind in (list, tuple, set, frozenset):
        inner = value
    elif kind is dict:
        inner = [*value, *value.values()]
    elif isinstance(value, type):
        return True
    elif kind.__module__ == "functools" and hasattr(kind, "func"):
        inner = [value.func, value.args, value.keywords]
    elif not kind.__flags__ & (1 << 9):  # a type in C
        return True
    else:
        for name in ("__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs_ex__", "__getnewargs__"):
            if any(name in vars(base) for base in kind.__mro__ if base is not object):
                return False
        if any("__slots__" in vars(base) for base in kind.__mro__):
            return False
        inner = list(vars(value).values())
    return all(is_plain(each, depth - 1, budget) for each in inner)
