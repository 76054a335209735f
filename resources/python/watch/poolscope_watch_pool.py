# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks in multiprocessing.pool, and in copies of it such as multiprocess.pool.

Nothing that is pickled changes. In the parent, hooks are in the attributes that a pool sets while
it is made, and in the constructors of results. In a worker, the queues that it received get hooks.
Functions that may wait, or run the user's code, are called through iterators of the interpreter
itself (map and iter), so that a traceback has no frame of these hooks.
"""

import sys
from itertools import chain, islice
from operator import length_hint
from threading import Condition
from weakref import ref

import poolscope_watch_process as processes
import poolscope_watch_ring as watch
from poolscope_watch_lane import (
    SLICE_TIME,
    Lane,
    argument,
    batch_inputs,
    texts_of,
    without_own_frame,
)
from poolscope_watch_message import measure
from poolscope_watch_ring import (
    CONSUMED,
    GOT,
    GOT_SAMPLED,
    HEADER,
    NONE,
    OPEN,
    OPEN_CHUNK,
    OPEN_ENDED,
    OVERRIDES,
    POOL_ENDED,
    PUT,
    PUT_SAMPLED,
    REPRS,
    Call,
    SetHook,
    clock,
    function_name,
    get_ident,
    installed,
    new_thread_pool,
    overridden,
    pack_open_chunk,
    pipe_number,
    replace,
    ring,
    users_place,
    write_pool,
)

EXACT_INTERVAL = 100_000  # ns
SAMPLE = 15
TIMED = 8  # of 16 results
FAST_THREADS = 10_000
QUICK_LOOP = 100_000
REPORT_INTERVAL = 10_000_000

joblib_call = None  # of poolscope_watch_joblib, once that is there


def install(module):
    name = module.__name__
    installed(name + ".worker", hook_workers, module)
    installed(name + ".Pool", hook_pool, module)
    installed(name + ".ApplyResult", hook_apply, module)
    installed(name + ".MapResult", hook_map, module)
    installed(name + ".IMapIterator", hook_imap, module)
    if OVERRIDES:
        installed(name + ".Pool.map", override_chunks, module)


# ------------------------------------------------------------------------------------------ worker


def hook_workers(module):
    def hook_worker(inqueue, outqueue, *others):
        follow(module, inqueue, outqueue, Lane(pipe_number(inqueue._reader)))

    processes.workers[module.worker] = hook_worker


def follow(module, inqueue, outqueue, lane):
    """Puts hooks into the queues of a worker process, whose loop fetches get and put from them."""
    nothing = object()
    reader, writer = inqueue._reader, outqueue._writer
    get, put = inqueue.get, outqueue.put
    chunk_functions = module.mapstar, module.starmapstar
    mapstar, starmapstar = chunk_functions
    pool, own = lane.pool, lane.ring

    def arrived(locked, data, received):
        lane.locked = locked
        lane.received = received
        lane.bytes_in = data.tell() if buffered else len(data)
        return data

    # joblib's queues have bound recv(), which calls _recv_bytes(); others call recv_bytes().
    buffered = "get" in vars(inqueue)
    name = "_recv_bytes" if buffered else "recv_bytes"
    steps = iter(clock, None), iter(getattr(reader, name), nothing), iter(clock, None)
    setattr(reader, name, map(arrived, *steps).__next__)
    unit_cost = watch.unit_cost
    passing = 0 if REPRS else SAMPLE

    def received(asked, task):
        if task is None:
            own.report_sums()
            return task
        try:
            lane.asked = asked
            job, index, function, arguments, keywords = task
            if (job + index) & passing and (function is mapstar or function is starmapstar):
                now = clock()
                if now - lane.begun < EXACT_INTERVAL and job == lane.spans_job:
                    ((called, inputs),) = arguments
                    count = len(inputs)
                    if lane.per_input * count < SLICE_TIME:
                        # As in begin(), where chunks come fast and have one span.
                        lane.fast = lane.is_open = True
                        lane.detailed = False
                        lane.job, lane.index, lane.count, lane.begun = job, index, count, now
                        lane.ended = lane.first = 0
                        lane.part = part = iter(inputs)
                        lane.part_size = count
                        own.cost = cost = own.cost + unit_cost
                        pack_open_chunk(own.memory, OPEN_CHUNK, pool, job, index, now, 0, cost, 0)
                        own.words[OPEN] = count + 1
                        return job, index, function, ((called, part),), keywords
            task = begin(lane, task, chunk_functions)
        except Exception:
            pass
        return task

    inqueue.get = map(received, iter(clock, None), iter(get, nothing)).__next__

    timed = timed_queue(type(outqueue))
    plain = type(outqueue)
    send = writer.send_bytes

    def send_bytes(data):
        if not lane.pickled:
            lane.pickled = clock()
        lane.bytes_out = len(data)
        send(data)

    def hooked_put(result):
        now = clock()
        try:
            if not lane.is_open:
                return put(result)
            if not lane.ended:
                lane.ended = now
            # The parent may end this process as soon as it has the result.
            own.words[OPEN_ENDED] = now
            if not lane.detailed:
                put(result)
            else:
                outqueue._poolscope_watch_lane = lane
                outqueue.__class__ = timed
                writer.send_bytes = send_bytes
                try:
                    put(result)
                finally:
                    outqueue.__class__ = plain
                    del writer.send_bytes
        except BaseException as error:
            lane.pickled = 0
            without_own_frame(error)
            raise
        try:
            if lane.detailed or own.sums or not result[2][0]:
                end(lane, result, chunk_functions)
            else:
                lane.finish_light()
        except Exception:
            pass

    if buffered:  # put() has bound the functions that it calls
        writer.__dict__.pop("send_bytes", None)
    outqueue.put = hooked_put


def timed_queue(kind):
    """A subclass of a queue that takes the time when put() has pickled and looks for the lock."""
    timed = type(kind.__name__, (kind,), {"__module__": kind.__module__})

    def lock(self):
        lane = self._poolscope_watch_lane
        if not lane.pickled:
            lane.pickled = clock()
        return self.__dict__["_wlock"]

    timed._wlock = property(lock)
    return timed


def begin(lane, task, chunk_functions):
    """A worker has received a task. Returns what it shall compute: the same, with other iterators."""
    job, index, function, positional, keywords = task
    if function in chunk_functions:
        ((called, inputs),) = positional
        lane.begin(job, index, len(inputs), clock())
        return job, index, function, ((called, lane.inputs(inputs)),), keywords
    batch = batch_of(function)
    if batch is not None:
        items = batch.items
        lane.begin(job, index, len(items), clock())
        lane.batched = True
        batch.items = lane.inputs(items)
        if REPRS:
            lane.items = batch_inputs(items)
    else:
        is_input = function.__class__ is not FUNCTION or function.__name__ != REPORTER
        lane.begin(job, index, 1 if is_input else 0, clock())
        if REPRS and is_input:
            lane.items = (argument(positional, keywords),)
    return task


FUNCTION = type(begin)
REPORTER = "_helper_reraises_exception"  # stands for an input that could not be made


def batch_of(function):
    """joblib's BatchedCalls in what it hands to a pool; None if that is something else."""
    if function.__class__.__name__ == "SafeFunction":
        function = function.func
    return function if function.__class__.__name__ == "BatchedCalls" else None


def end(lane, result, chunk_functions):
    """A worker has handed over a result."""
    succeeded, value = result[2]
    failed = 0
    if not succeeded:
        failed = lane.count
        lane.fail(*texts_of(value))
    lane.finish(failed, clock())


# ------------------------------------------------------------------------------------------ parent


class Watched:
    """What is known of a pool in its parent."""

    def __init__(self, module, pool):
        self.module = module
        self.pool = ref(pool)
        self.threads = issubclass(type(pool), module.ThreadPool)
        self.number = new_thread_pool() if self.threads else pipe_number(pool._inqueue._reader)
        self.chunk_functions = module.mapstar, module.starmapstar
        self.calls = {}  # by job
        self.lines = {}  # by the place in the user's code
        self.own_threads = set()
        self.last_code = self.last_place = self.last_call = None  # of the call that is repeated
        self.ended = False
        self.current = None
        self.fast = False
        self.begun = 0

    def end(self):
        if not self.ended:
            self.ended = True
            ring().write(POOL_ENDED, self.number, clock())


def hook_pool(module):
    """A pool sets _taskqueue after its queues were made, and _processes before they are used."""
    simple_queue = module.queue.SimpleQueue
    put_task = simple_queue.put

    class TaskQueue(simple_queue):
        def put(self, item):
            if item is not None:
                try:
                    item = followed(self.watched, self.writer, *item)
                except Exception:
                    pass
            put_task(self, item)

    TaskQueue.__name__ = TaskQueue.__qualname__ = "SimpleQueue"
    TaskQueue.__module__ = simple_queue.__module__

    def has_queues(pool, queue):
        if type(queue) is not simple_queue or not queue.empty():
            return queue
        watched = Watched(module, pool)
        own = TaskQueue()
        own.watched = watched
        own.writer = None
        if watched.threads:
            pool._inqueue, pool._outqueue = thread_queues(module, watched)
            watched.is_idle = pool._inqueue.empty
            pool._quick_put, pool._quick_get = pool._inqueue.put, pool._outqueue.get
        else:
            own.writer = pool._inqueue._writer
            pool._quick_get = getting(watched, pool._outqueue._reader, pool._quick_get)
        return own

    def has_processes(pool, number):
        watched = pool._taskqueue.watched
        place = users_place(sys._getframe(2))
        number = overridden("processes", number, place)
        package = type(pool).__module__.partition(".")[0]
        if package != "joblib":
            package = module.__name__.partition(".")[0]
        method = "thread" if watched.threads else pool._ctx.get_start_method()
        kind = 2 if watched.threads else 1
        tasks = pool._maxtasksperchild
        write_pool(watched.number, number, kind, tasks, method, package, place)
        return number

    def has_state(pool, state):
        if state == module.TERMINATE:
            pool._taskqueue.watched.end()
        return state

    SetHook(module.Pool, "_taskqueue", has_queues)
    SetHook(module.Pool, "_processes", has_processes)
    SetHook(module.Pool, "_state", has_state)


def followed(watched, writer, tasks, set_length):
    """The tasks of a call, and what is called with their number, for the thread that sends them."""
    if set_length is None:
        if writer is None:
            return tasks, None
        if type(tasks) is list:  # of apply_async()
            job = tasks[0][0]
            if watched.fast and job & SAMPLE and job not in watched.calls:
                return tasks, None
    elif writer is None:
        call = watched.calls.get(set_length.__self__._job)
        if call is not None and call.length != NONE:
            return tasks, set_length
    return taken(watched, writer, tasks, set_length), set_length


def taken(watched, writer, tasks, set_length):
    """Hands on the tasks of a call to the thread that pickles and sends them, and times that.

    Suspended while that thread pickles: an exception has no frame of this generator.
    """
    number, task, call = 0, None, None
    watched.own_threads.add(get_ident())
    timing = None if writer is None else Timing(watched, writer)
    tasks = iter(tasks)
    for task in tasks:
        if call is None:
            call = watched.calls.get(task[0])
        if timing is None:
            number += 1
            yield task
            continue
        if (
            not watched.fast
            or not (task[0] + task[1]) & SAMPLE
            or (call is not None and not call.measured)
        ):
            timing.begin(task)
            number += 1
            yield task
            timing.end()
            if call is not None and not call.measured:
                call.measured = True
                measure(call, task, watched, timing)
            if (
                watched.fast
                and not (task[0] + task[1]) & SAMPLE
                and call is not None
                and call.length != NONE
            ):
                yield from islice(tasks, SAMPLE)
        else:
            number += 1
            yield task
    if call is not None and set_length is not None and number:
        last = inputs_of(task, watched.chunk_functions)
        call.has_length((number - 1) * call.chunk + last if number > 1 else last)
    elif set_length is not None and not number:
        call = watched.calls.get(getattr(getattr(set_length, "__self__", None), "_job", None))
        if call is not None:
            call.has_length(0)


def inputs_of(task, chunk_functions):
    function, arguments = task[2], task[3]
    if function in chunk_functions:
        return len(arguments[0][1])
    return 0 if getattr(function, "__name__", "") == REPORTER else 1


class Timing:
    """Times a task that the parent pickles and writes: of the writer's _send_bytes()."""

    def __init__(self, watched, writer):
        self.watched = watched
        self.writer = writer
        self.bytes = self.pickled = self.begun = 0
        self.task = None

    def begin(self, task):
        self.task = task[0], task[1]
        self.send = self.writer._send_bytes
        self.pickled = 0
        self.writer._send_bytes = self.send_bytes
        now = clock()
        self.watched.fast = now - self.watched.begun < EXACT_INTERVAL * (16 if self.watched.fast else 1)
        self.watched.begun = self.begun = now

    def send_bytes(self, data):
        self.pickled = clock()
        self.send(data)
        written = clock()
        own = ring()
        own.write(
            PUT_SAMPLED if self.watched.fast and not sum(self.task) & SAMPLE else PUT,
            self.watched.number,
            self.task[0],
            self.task[1],
            len(data),
            self.begun,
            self.pickled,
            written,
        )
        self.bytes = len(data)

    def end(self):
        self.writer.__dict__.pop("_send_bytes", None)


def getting(watched, reader, get):
    """What the thread of results calls to receive one: as get(), with the times of it recorded.

    Where results come fast, about half pass without a look, between those that are recorded.
    """
    nothing = object()
    number = watched.number
    received_at = size = 0  # of the result that is under way
    handled = 0  # where the word of a record is that says when its result was handled
    looked = 0  # when there were times
    near = 0  # the number of the last result that was looked at, modulo 16
    fast = False
    receive = reader._recv_bytes

    def arrived(data, now):
        nonlocal received_at, size
        received_at = now
        size = data.tell()
        return data

    timed_receive = map(arrived, iter(receive, nothing), iter(clock, None)).__next__

    def received(asked, task):
        nonlocal handled, near
        try:
            if handled:
                # The thread has handled the result before, as it asks for another.
                ring().words[handled] = asked
                handled = 0
            near = task[0] + task[1] & SAMPLE
            if not near or not fast:
                look(task, near)
        except Exception:
            pass
        return task

    def stations():
        while True:
            source = iter(get, None)  # ends at the task None, with which a pool ends this thread
            while True:
                reader._recv_bytes = timed_receive
                yield map(received, iter(clock, None), islice(source, TIMED))
                if has_ended(source):
                    break
                if fast:
                    del reader._recv_bytes
                    # Until shortly before the next one that is recorded.
                    yield islice(source, (SAMPLE - TIMED // 2 - near) & SAMPLE)
                    if has_ended(source):
                        break
            try:
                ends()
            except Exception:
                pass
            yield (None,)

    def look(task, near):
        """Records a result whose times are known."""
        nonlocal handled, looked, fast
        unpickled = clock()
        fast = unpickled - looked < EXACT_INTERVAL * (SAMPLE + 1 if fast else 1)
        looked = unpickled
        watched.own_threads.add(get_ident())
        if near and fast:
            return
        own = ring()
        kind = GOT_SAMPLED if fast else GOT
        if own.write(kind, number, task[0], task[1], size, received_at, unpickled, unpickled):
            handled = (HEADER + ((own.written - 8) & own.mask)) // 8

    def ends():
        watched.own_threads.add(get_ident())
        pool = watched.pool()
        if pool is None or not pool._cache:
            watched.end()

    return chain.from_iterable(stations()).__next__


# ----------------------------------------------------------------------------------------- threads


def thread_queues(module, watched):
    """Queues of a ThreadPool whose get and put, fetched by a worker, follow its chunks."""
    simple_queue = module.queue.SimpleQueue
    plain_get, plain_put = simple_queue.get, simple_queue.put
    worker_code = module.worker.__code__
    lanes = {}  # by thread, since a worker fetches put and get apart

    def lane():
        return lanes.setdefault(get_ident(), [])

    class InQueue(simple_queue):
        @property
        def get(self):
            get = plain_get.__get__(self, type(self))
            if sys._getframe(1).f_code is not worker_code:
                return get
            return thread_get(watched, get, lane())

        @get.setter
        def get(self, value):
            raise AttributeError("get")

    class OutQueue(simple_queue):
        @property
        def put(self):
            put = plain_put.__get__(self, type(self))
            if sys._getframe(1).f_code is not worker_code:
                return put
            # The worker fetches put before get: a thread of the same number as an earlier one.
            own = lanes[get_ident()] = []
            return thread_put(watched, put, own, watched.is_idle)

    for kind in (InQueue, OutQueue):
        kind.__name__ = kind.__qualname__ = "SimpleQueue"
        kind.__module__ = simple_queue.__module__
    return InQueue(), OutQueue()


def thread_get(watched, get, shared):
    """What a thread calls to get a task. Where chunks come fast, 15 of 16 pass untouched."""
    chunk_functions = watched.chunk_functions

    def received(task):
        try:
            if not shared:
                shared.append(Lane(watched.number))
            return begin(shared[0], task, chunk_functions)
        except Exception:
            return task

    def stations():
        while True:
            source = iter(get, None)  # ends at the task None, with which a pool ends its workers
            while True:
                yield map(received, islice(source, 1))
                if has_ended(source):
                    break
                if shared and shared[0].fast:
                    yield islice(source, SAMPLE)
                    if has_ended(source):
                        break
            try:
                if shared:
                    shared[1]()
                    shared[0].ring.report_sums()
            except Exception:
                pass
            yield (None,)

    return chain.from_iterable(stations()).__next__


def has_ended(iterator):
    """Whether an iterator over the results of a call has met the value that ends it."""
    return len(iterator.__reduce__()[1]) == 1


def thread_put(watched, put, shared, is_idle):
    """What a thread calls to hand over a result."""
    lane = None
    passed = last = 0  # chunks since one was recorded in full, and when that was
    current = -1  # the job of which all chunks have one input

    def hooked_put(result):
        nonlocal lane, passed, last, current
        try:
            if lane is None:
                lane = shared[0]
                shared.append(flush)
            if not lane.is_open:
                if result[0] == current and result[2][0]:
                    passed += 1
                else:
                    count_passed(watched, lane, result, last)
                if is_idle():
                    flush()
                    lane.ring.report_sums()
            else:
                now = clock()
                job, index, (succeeded, value) = result
                chunks = passed + 1
                flush()
                lane.ended = now
                lane.detailed = False
                if not succeeded:
                    lane.fail(*texts_of(value))
                lane.finish(0 if succeeded else lane.count, now)
                lane.fast = now - last < chunks * FAST_THREADS and not lane.batched and not REPRS
                last = now
                call = watched.calls.get(job)
                current = job if call is None or call.chunk == 1 else -1
        except Exception:
            pass
        put(result)

    def flush():
        nonlocal passed
        if passed:
            number, passed = passed, 0
            lane.ring.add(watched.number, current, number, number, 0, last, clock())

    return hooked_put


def count_passed(watched, lane, result, begun):
    """Counts a chunk that was not looked at when it began."""
    job, index, (succeeded, value) = result
    inputs = chunk_size(watched.calls.get(job), index, succeeded, value)
    failed = 0 if succeeded else inputs
    lane.ring.add(watched.number, job, 1, inputs, failed, begun, clock())
    if not succeeded:
        lane.job, lane.index, lane.part = job, index, None
        lane.count = inputs
        lane.fail(*texts_of(value))


def chunk_size(call, index, succeeded, value):
    """How many inputs a chunk had that was not looked at."""
    if call is None or call.chunk == 1:
        return 1
    if call.length != NONE:
        return min(call.chunk, call.length - index * call.chunk)
    return len(value) if succeeded else call.chunk


# ----------------------------------------------------------------------------------------- results


def watched_of(pool):
    return pool._taskqueue.watched


def hook_apply(module):
    original = module.ApplyResult.__init__
    kind = module.ApplyResult

    def __init__(self, pool, *arguments, **keywords):
        original(self, pool, *arguments, **keywords)
        if type(self) is kind:
            try:
                watched = pool._taskqueue.watched
                caller = sys._getframe(2)
                if caller.f_lasti == watched.last_place and caller.f_code is watched.last_code:
                    call, job = watched.last_call, self._job
                    ring().submit(call.number, job, call.first, 1)
                    call.first += 1
                else:
                    submitted(self, watched, sys._getframe(1))
            except Exception:
                pass

    replace(module.ApplyResult, "__init__", __init__)


def submitted(result, watched, frame):
    """A call of apply_async() has made its result. All from one line of the user's are one call."""
    batch = None if joblib_call is None else batch_of(frame.f_locals["func"])
    if batch is not None:
        call = joblib_call(batch, watched.number)
        if call is not None:
            call.submit(result._job, len(batch.items))
            return
    place = users_place(frame)
    call = watched.lines.get(place)
    if call is None:
        function = frame.f_locals["func"]
        method = "apply_async"
        if frame.f_back is not None and frame.f_back.f_code.co_name == "apply":
            method = "apply"
        call = Call(watched.number, NONE, 1, NONE, method, function_name(function), place)
        watched.lines[place] = call
    call.submit(result._job, 1)
    if not call.measured and not watched.threads:
        watched.calls[result._job] = call
        return
    caller = frame.f_back
    if joblib_call is None and watch.is_users(caller):
        watched.last_call = call
        watched.last_code = caller.f_code
        watched.last_place = caller.f_lasti


def hook_map(module):
    original = module.MapResult.__init__

    def __init__(self, *arguments, **keywords):
        original(self, *arguments, **keywords)
        try:
            mapped(self, arguments[0], arguments[1], arguments[2], sys._getframe(1))
        except Exception:
            pass

    replace(module.MapResult, "__init__", __init__)


def mapped(result, pool, chunk, length, frame):
    watched = watched_of(pool)
    names = frame.f_locals
    method = frame.f_back.f_code.co_name if frame.f_back is not None else "map"
    if method not in ("map", "map_async", "starmap", "starmap_async"):
        method = "starmap" if names["mapper"] is watched.module.starmapstar else "map"
    place = users_place(frame)
    name = function_name(names["func"])
    call = Call(watched.number, result._job, chunk, length, method, name, place)
    watched.calls[result._job] = call
    forget_old(watched)


def forget_old(watched):
    if len(watched.calls) > 1000:
        for job in list(watched.calls)[:500]:
            watched.calls.pop(job, None)


def hook_imap(module):
    original = module.IMapIterator.__init__

    def __init__(self, *arguments, **keywords):
        original(self, *arguments, **keywords)
        try:
            iterated(self, arguments[0], sys._getframe(1))
        except Exception:
            pass

    replace(module.IMapIterator, "__init__", __init__)


def iterated(result, pool, frame):
    watched = watched_of(pool)
    names = frame.f_locals
    method = frame.f_code.co_name
    inputs = names["iterable"]
    length = length_hint(inputs, -1) if type(inputs) in (list, tuple, range, dict, set) else -1
    place = users_place(frame)
    name = function_name(names["func"])
    chunk = names["chunksize"]
    call = Call(watched.number, result._job, chunk, NONE if length < 0 else length, method, name, place)
    watched.calls[result._job] = call
    forget_old(watched)
    if type(result._cond) is Condition:
        result._cond = Pace(result, call, watched)


class Pace(Condition):
    """The condition of an iterator over results, which measures the loop that takes them.

    The loop enters it in each call of next(). So do the pool's own threads, with each result.
    """

    def __init__(self, result, call, watched):
        Condition.__init__(self, result._cond._lock)
        self.result = ref(result, self.result_is_gone)
        self.items = result._items
        self.call = call
        self.own_threads = watched.own_threads
        self.entered = self.waited = self.taken = self.times = 0
        self.reported = self.checked = clock()

    def __enter__(self):
        if get_ident() not in self.own_threads:
            self.entered = clock()
        return self.acquire()

    def __exit__(self, kind, error, trace):
        if get_ident() not in self.own_threads:
            try:
                self.leaves(kind)
            except Exception:
                pass
        self.release()

    def leaves(self, kind):
        now = clock()
        self.waited += now - self.entered
        if now - self.reported > REPORT_INTERVAL or kind is StopIteration:
            result = self.result()
            if result is not None:
                self.report(now, result._index - len(self.items))
        self.times += 1
        if self.times == SAMPLE:
            if now - self.checked < QUICK_LOOP * SAMPLE:
                self.__class__ = RestingPace
            self.times = 0
            self.checked = now

    def report(self, now, chunks):
        """Records how many results were taken by now. What was no waiting was the user's loop."""
        call = self.call
        taken = chunks * call.chunk
        if call.length != NONE and taken > call.length:
            taken = call.length
        if taken == self.taken:
            return
        between = max(0, now - self.reported - self.waited)
        ring().write(CONSUMED, call.number, taken - self.taken, self.waited, between, now)
        self.taken = taken
        self.waited = 0
        self.reported = now

    def result_is_gone(self, reference):
        try:
            if not self.items and self.call.length != NONE:
                self.report(clock(), self.call.length)
        except Exception:
            pass


class RestingPace(Pace):
    """Measures a quick loop over results only where it waits. The rest of its time is its own."""

    __enter__ = Condition.__enter__
    __exit__ = Condition.__exit__

    def _release_save(self):
        self.entered = clock()
        self._lock.release()

    def _acquire_restore(self, state):
        self._lock.acquire()
        now = clock()
        self.waited += now - self.entered
        if now - self.reported > REPORT_INTERVAL:
            result = self.result()
            if result is not None:
                before, since = self.taken, now - self.reported
                self.report(now, result._index - len(self.items))
                chunks = (self.taken - before) // self.call.chunk
                if since > QUICK_LOOP * chunks:
                    self.entered = self.checked = now
                    self.times = 0
                    self.__class__ = Pace


# --------------------------------------------------------------------------------------- overrides


def override_chunks(module):
    """Replaces the chunk sizes that the user's calls ask for. Only where that was asked for."""
    pool = module.Pool

    def overriding(name, position):
        original = getattr(pool, name)

        def method(self, *arguments, **keywords):
            size = overridden("chunksize", 0, users_place(sys._getframe(1)))
            if size:
                if len(arguments) > position:
                    arguments = arguments[:position] + (size,) + arguments[position + 1 :]
                else:
                    keywords["chunksize"] = size
            return original(self, *arguments, **keywords)

        replace(pool, name, method)

    for name in ("map", "map_async", "starmap", "starmap_async", "imap", "imap_unordered"):
        overriding(name, 2)
