# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader of the rings that a watched Python writes, for tests.

It reads whole folders, again and again if asked, and moves the read position as Poolscope does.
"""

import mmap
import pathlib
import struct

HEADER = 4096
NONE = 2**64 - 1

TEXT = "text"
RECORDS = {
    1: ("POOL", "pool time processes type tasks line", "method module file"),
    2: ("CALL", "pool call job time chunk inputs line", "method function file"),
    3: ("LENGTH", "call inputs time", ""),
    5: ("PUT", "pool job index bytes taken pickled written", ""),
    6: ("GOT", "pool job index bytes received unpickled handled", ""),
    7: ("CONSUMED", "call taken waited between time", ""),
    8: ("POOL_ENDED", "pool time", ""),
    9: ("PROCESS_ENDED", "pool pid code time", ""),
    10: ("SUBMIT_RANGE", "call job first jobs inputs time", ""),
    16: ("WORKER", "pool time", "runtime"),
    17: (
        "CHUNK",
        "pool job index inputs failed asked locked received unpickled begun ended pickled sent "
        "bytes_in bytes_out",
        "",
    ),
    18: ("LIGHT", "pool job index inputs failed begun ended", ""),
    19: ("SPAN", "pool job index first inputs begun ended", ""),
    20: ("FAILURE", "pool job index input time", "type message traceback"),
    26: ("INPUT", "pool job index input", "text"),
    21: ("LOST", "pool job chunks inputs failed begun ended", ""),
    22: ("PROCESS", "time", "name target"),
    23: ("PROCESS_LEFT", "code time", ""),
    24: ("NOTE", "", "text"),
    25: ("MESSAGE", "pool job", "how"),
}
AFTER_TEXTS = {25: "bytes took"}


class Malformed(Exception):
    """A record breaks the rules of the format."""


class Record:
    """A record: its kind's name, its words by name, and the ring that holds it."""

    def __init__(self, kind, flags, ring):
        self.kind = kind
        self.flags = flags
        self.ring = ring

    def __repr__(self):
        values = {key: value for key, value in vars(self).items() if key not in ("kind", "ring")}
        return "%s(%s)" % (self.kind, ", ".join("%s=%r" % item for item in values.items()))


class Ring:
    def __init__(self, path):
        self.path = path
        self.records = []
        self.range = None  # call and job of the last range of jobs, and how many were taken of it
        self.taken = 0
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        if self.memory[:8] != b"PSWATCH1":
            raise Malformed("%s has another magic" % path)
        self.pid, self.thread, self.parent, self.made, self.capacity = self.words(8, 5)
        if len(self.memory) != HEADER + self.capacity or self.capacity & (self.capacity - 1):
            raise Malformed("%s has a capacity of %d" % (path, self.capacity))

    def words(self, at, number):
        return struct.unpack_from("<%dQ" % number, self.memory, at)

    @property
    def lost(self):
        return self.words(8 * 8, 1)[0]

    @property
    def cost(self):
        return self.words(8 * 15, 1)[0]

    @property
    def open_chunk(self):
        """The chunk under way: pool, job, index, begun, first, inputs; None if there is none."""
        (number,) = self.words(8 * 9, 1)
        if not number:
            return None
        pool, job, index, begun, first = self.words(8 * 10, 5)
        return pool, job, index, begun, first, number - 1

    def read(self):
        """Appends what was written since the last time to records, and makes room for more."""
        written, read = self.words(8 * 6, 2)
        if not 0 <= written - read <= self.capacity:
            raise Malformed("%s: read %d of %d" % (self.path, read, written))
        while read < written:
            at = read % self.capacity
            (head,) = self.words(HEADER + at, 1)
            kind, flags, length = head & 255, head >> 8 & 255, head >> 16 & 0xFFFFFFFF
            if not length or read + 8 * length > written or at + 8 * length > self.capacity:
                raise Malformed("%s: a length of %d at %d" % (self.path, length, read))
            if kind:
                record = self.decoded(kind, flags, at, length)
                if record.kind == "SUBMIT_RANGE":
                    self.submitted(record.call, record.job, record.first, record.inputs, record.jobs, record.time)
                else:
                    self.records.append(record)
            read += 8 * length
        struct.pack_into("<Q", self.memory, 8 * 7, read)
        call, job, first, inputs, jobs = self.words(8 * 17, 5)
        if (call, job) == self.words(8 * 17, 2) and self.words(8 * 6, 1)[0] == written:
            self.submitted(call, job, first, inputs, jobs, 0)

    def submitted(self, call, job, first, inputs, jobs, time):
        """Appends a SUBMIT for each job of a range that was not taken yet."""
        if self.range != (call, job):
            self.range, self.taken = (call, job), 0
        for number in range(self.taken, jobs):
            record = Record("SUBMIT", 0, self)
            record.call, record.job, record.first = call, job + number, first + number * inputs
            record.inputs, record.time = inputs, time
            self.records.append(record)
        self.taken = max(self.taken, jobs)

    def skip(self):
        """Makes room without looking at the records."""
        self.memory[56:64] = self.memory[48:56]

    def decoded(self, kind, flags, at, length):
        if kind not in RECORDS:
            raise Malformed("%s: kind %d" % (self.path, kind))
        name, numbers, texts = RECORDS[kind]
        record = Record(name, flags, self)
        place, end = HEADER + at + 8, HEADER + at + 8 * length

        def take_numbers(names, place):
            names = names.split()
            for key, value in zip(names, self.words(place, len(names))):
                setattr(record, key, value)
            return place + 8 * len(names)

        place = take_numbers(numbers, place)
        for key in texts.split():
            (size,) = self.words(place, 1)
            data = self.memory[place + 8 : place + 8 + size]
            if place + 8 + size > end or any(self.memory[place + 8 + size : place + 8 + size + -size % 8]):
                raise Malformed("%s: a text of %d bytes in %s" % (self.path, size, name))
            setattr(record, key, data.decode("utf-8"))
            place += 8 + size + -size % 8
        place = take_numbers(AFTER_TEXTS.get(kind, ""), place)
        if place != end:
            raise Malformed("%s: %s of %d words" % (self.path, name, length))
        return record

    def close(self):
        self.memory.close()


class Folder:
    """All that a watched command has written so far."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.rings = {}

    def read(self):
        for path in sorted(self.path.glob("*.ring")):
            if path not in self.rings:
                self.rings[path] = Ring(path)
        for ring in self.rings.values():
            ring.read()
        return self

    @property
    def pythons(self):
        return {int(path.stem) for path in self.path.glob("*.python")}

    def all(self, *kinds, **values):
        """The records of some kinds that have these values."""
        return [
            record
            for ring in self.rings.values()
            for record in ring.records
            if record.kind in kinds
            and all(getattr(record, key) == value for key, value in values.items())
        ]

    def one(self, kind, **values):
        (record,) = self.all(kind, **values)
        return record

    def chunks(self, pool=None):
        """How many chunks, inputs and failed inputs are recorded in any way."""
        chunks = inputs = failed = 0
        for record in self.all("CHUNK", "LIGHT", "LOST"):
            if pool is None or record.pool == pool:
                chunks += getattr(record, "chunks", 1)
                inputs += record.inputs
                failed += record.failed
        return chunks, inputs, failed
