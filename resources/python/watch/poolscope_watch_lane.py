# SPDX-License-Identifier: GPL-3.0-or-later
"""The chunks that one thread computes for one pool.

A lane is told when a chunk begins, ends and is sent. Nothing of it is on the stack while the user's
function runs: spans inside a chunk come from an iterator that takes the place of the chunk's
inputs, and that is resumed between slices of them.
"""

import sys
from itertools import chain
from operator import length_hint

import poolscope_watch_ring as watch
from poolscope_watch_ring import (
    CHUNK,
    COST,
    FAILURE,
    FAILURES_WITH_TEXT,
    HEADER,
    INPUT,
    LIGHT,
    MESSAGE_LIMIT,
    NONE,
    OPEN,
    OPEN_CHUNK,
    OPEN_FIRST,
    REPRS,
    SPAN,
    TEXT_LIMIT,
    TRACEBACK_LIMIT,
    WRITTEN,
    clock,
    pack_open_chunk,
)

SPAN_OF_ITS_OWN = 10_000  # ns
SLICE_TIME = 100_000
SLICE_GROWTH = 8
EXACT_INTERVAL = 100_000  # chunks that come faster are recorded in full one time in 16
SAMPLE = 15  # a mask of numbers of chunks
SLOWEST = 20  # inputs of a lane whose repr is recorded if that is wanted
LIGHT_HEAD, LIGHT_SIZE, pack_light = LIGHT.head, LIGHT.size, LIGHT.pack


class Lane:
    __slots__ = (
        "ring pool job index count begun asked locked received bytes_in ended pickled bytes_out "
        "is_open detailed fast batched items slowest first part part_size slice per_input spans_job future raised set_result set_exception"
    ).split()

    def __init__(self, pool):
        self.ring = watch.ring()
        self.pool = pool
        self.job = self.spans_job = -1
        self.index = self.count = self.first = self.part_size = 0
        self.begun = self.asked = self.locked = self.received = self.ended = clock()
        self.bytes_in = self.bytes_out = self.pickled = 0
        self.is_open = self.detailed = self.fast = self.batched = False
        self.part = self.future = self.raised = None
        self.items = None  # the inputs of the chunk, while it is open, if their reprs are wanted
        self.slowest = []  # their times
        self.slice = 1
        self.per_input = 0
        runtime = "CPython" if sys.implementation.name == "cpython" else sys.implementation.name
        runtime += " %d.%d.%d" % sys.version_info[:3]
        self.ring.write_texts(watch.WORKER, (pool, self.begun), (runtime,))

    def begin(self, job, index, count, now):
        """A chunk begins. Returns nothing; whatever is known of it goes to the ring's header."""
        self.fast = now - self.begun < EXACT_INTERVAL
        self.detailed = not self.fast or not (job + index) & SAMPLE
        self.job = job
        self.index = index
        self.count = count
        self.begun = now
        self.ended = 0
        self.part = None
        self.first = 0
        self.is_open = True
        ring = self.ring
        ring.cost += watch.unit_cost
        pack_open_chunk(ring.memory, OPEN_CHUNK, self.pool, job, index, now, 0, ring.cost, 0)
        ring.words[OPEN] = count + 1

    def inputs(self, inputs):
        """What takes the place of the inputs of the chunk that has begun."""
        if REPRS:
            self.items = inputs
        if self.job != self.spans_job:
            self.spans_job = self.job
            self.slice = 1
            self.slowest = []
            few = self.count == 1
        else:
            few = self.count == 1 or self.per_input * self.count < SLICE_TIME
        if few:
            self.part = iter(inputs)
            self.part_size = self.count
            return self.part
        return chain.from_iterable(self.slices(inputs))

    def slices(self, inputs):
        """Iterators over slices that take about SLICE_TIME, or over single inputs that take long."""
        count, size, ring, first = len(inputs), self.slice, self.ring, 0
        begun = self.begun
        while first < count:
            piece = inputs[first : first + size]
            self.first = first
            self.part = iter(piece)
            self.part_size = number = len(piece)
            yield self.part
            now = clock()
            taken = now - begun
            ring.write(SPAN, self.pool, self.job, self.index, first, number, begun, now)
            if REPRS and number == 1:
                self.note_if_slow(first, taken)
            first += number
            ring.words[OPEN_FIRST] = first
            each = taken // number
            if each >= SPAN_OF_ITS_OWN:
                size = 1
            else:
                size = max(1, min(number * SLICE_GROWTH, SLICE_TIME // (each or 1)))
            self.slice = size
            begun = clock()
        self.first, self.part = count, None

    def failed_input(self):
        """The input of the chunk whose call raised; NONE if that is not known."""
        if self.count == 1:
            return 0
        if self.part is None:
            return NONE
        # The iterator of a slice is one input ahead of the call.
        return self.first + self.part_size - length_hint(self.part, 0) - 1

    def fail(self, kind, message, trace):
        """The chunk has failed by an exception, whose texts the library has made already."""
        state = watch.state
        state.failures += 1
        if state.failures > FAILURES_WITH_TEXT:
            message = trace = ""
        place = self.failed_input() if self.count else NONE
        if REPRS:
            self.note_input(place)
        trace = trace.encode("utf-8", "replace")[-TRACEBACK_LIMIT:].decode("utf-8", "ignore")
        message = message.encode("utf-8", "replace")[:MESSAGE_LIMIT].decode("utf-8", "ignore")
        self.ring.write_texts(
            FAILURE,
            (self.pool, self.job, self.index, place, clock()),
            (kind[:TEXT_LIMIT], message, trace),
        )

    def note_if_slow(self, place, taken):
        """Records the repr of an input that is among the slowest of the lane so far."""
        if taken < SPAN_OF_ITS_OWN:
            return
        if len(self.slowest) < SLOWEST:
            self.slowest.append(taken)
        else:
            least = min(self.slowest)
            if taken <= least:
                return
            self.slowest[self.slowest.index(least)] = taken
        self.note_input(place)

    def note_input(self, place):
        """Records the repr of an input of the chunk. This runs code of the user's."""
        try:
            if self.items is not None and place < len(self.items):
                text = shortened(self.items[place])
                self.ring.write_texts(INPUT, (self.pool, self.job, self.index, place), (text,))
        except Exception:
            pass

    def finish_light(self):
        """What finish() does, where a chunk has not failed and needs no details."""
        if REPRS:
            return self.finish(0, self.ended)
        ring = self.ring
        at = ring.written & ring.mask
        count, begun, ended = self.count, self.begun, self.ended
        if ring.busy or at + LIGHT_SIZE > ring.usable or ring.written + LIGHT_SIZE > ring.limit:
            return self.finish(0, ended)
        ring.busy = True
        try:
            pack_light(
                ring.memory, HEADER + at, LIGHT_HEAD, self.pool, self.job, self.index, count, 0, begun, ended
            )
            ring.written = written = ring.written + LIGHT_SIZE
            ring.words[WRITTEN] = written
            ring.words[OPEN] = 0
        finally:
            ring.busy = False
        self.is_open = False
        self.part = None
        if ended - begun > SLICE_TIME // 4 and count > 1:
            self.per_input = (ended - begun) // count

    def finish(self, failed, sent):
        """The chunk's result was handed over. Sets what the next chunk has asked for."""
        ring = self.ring
        if ring.sums:
            ring.report_sums()
        pool, job, index, count = self.pool, self.job, self.index, self.count
        begun, ended = self.begun, self.ended
        if REPRS:
            if count == 1 and not failed:
                self.note_if_slow(0, ended - begun)
            self.items = None
        if not self.detailed:
            written = ring.write(LIGHT, pool, job, index, count, failed, begun, ended)
        else:
            written = ring.write(
                CHUNK,
                pool,
                job,
                index,
                count,
                failed,
                self.asked,
                self.locked,
                self.received,
                begun,
                begun,
                ended,
                self.pickled or ended,
                sent,
                self.bytes_in,
                self.bytes_out,
            )
            self.pickled = self.bytes_out = 0
        if not written:
            ring.add(pool, job, 1, count, failed, begun, ended)
        ring.words[OPEN] = 0
        self.is_open = False
        if count > 1:
            self.per_input = (ended - begun) // count
            self.part = None


def shortened(value):
    """The repr, without the middle of what is long."""
    from reprlib import Repr

    short = Repr()
    short.maxstring = short.maxother = short.maxlong = 160
    return short.repr(value)[:TEXT_LIMIT]


def argument(positional, keywords=None):
    """What stands for the input of a call: its only argument, or all of them."""
    if keywords:
        return (*positional, keywords)
    return positional[0] if len(positional) == 1 else positional


def batch_inputs(items):
    """The inputs of a batch of joblib's, whose items are functions with arguments."""
    return [argument(positional, keywords) for _, positional, keywords in items]


def texts_of(error):
    """The type, message and traceback of what a library sends for an exception.

    They come from the text that the library has made, where it has: str() of an exception is the
    user's code.
    """
    text = getattr(error, "tb", None)
    original = getattr(error, "exc", None)
    if type(text) is str and isinstance(original, BaseException):
        trace = text.strip().strip('"').strip()
        error = original
        message = last_message(trace, error)
    else:
        message, trace = formatted(error)
    kind = type(error)
    name = type.__dict__["__qualname__"].__get__(kind)
    module = kind.__module__
    if type(module) is str and module not in ("builtins", "__main__", "__mp_main__"):
        name = module + "." + name
    return name, message, trace


def last_message(trace, error):
    """The message in a traceback's last line, which is "TYPE: MESSAGE"."""
    name = type.__dict__["__qualname__"].__get__(type(error))
    at = trace.rfind("\n", 0, max(0, trace.rfind(name))) + 1
    return trace[at:].partition(": ")[2]


def formatted(error):
    """The message and traceback of an exception that the library has not formatted."""
    try:
        from traceback import format_exception

        trace = "".join(format_exception(type(error), error, error.__traceback__)).strip()
    except Exception:
        return "", ""
    return last_message(trace, error), trace


def without_own_frame(error):
    """Takes the frame of the caller out of a traceback. Takes effect from Python 3.11."""
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next
