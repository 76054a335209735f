# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks in the executors of concurrent.futures and of loky.

Like those of poolscope_watch_pool: nothing that is pickled changes, and no function of these hooks
is on the stack while the user's code runs or while something may raise.
"""

import sys
from collections import deque
from functools import partial
from weakref import ref

import poolscope_watch_process as processes
import poolscope_watch_ring as watch
from poolscope_watch_lane import Lane, argument, batch_inputs, texts_of
from poolscope_watch_message import record as measure_function
from poolscope_watch_ring import (
    CONSUMED,
    GOT,
    GOT_SAMPLED,
    NONE,
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
    pipe_number,
    replace,
    ring,
    users_place,
    write_pool,
)

EXACT_INTERVAL = 100_000  # ns
REPORT_INTERVAL = 10_000_000
QUICK_LOOP = 20_000
FAST_THREADS = 10_000
SAMPLE = 15
OWN = "_poolscope_watch"

joblib_call = None  # of poolscope_watch_joblib, once that is there


def install(module):
    name = module.__name__
    if name.endswith(".thread"):
        installed(name + ".ThreadPoolExecutor", hook_thread_executor, module)
        executor = module.ThreadPoolExecutor
    else:
        installed(name + "._process_worker", hook_workers, module)
        installed(name + ".ProcessPoolExecutor", hook_process_executor, module)
        executor = module.ProcessPoolExecutor
    installed(name + ".map", hook_map, executor)
    if "concurrent" in name:
        installed("concurrent.futures.Future", hook_results, sys.modules["concurrent.futures._base"])


# ------------------------------------------------------------------------------------------ worker


def hook_workers(module):
    def hook_worker(call_queue, result_queue, *others):
        lane = Lane(pipe_number(call_queue._reader))
        follow_calls(module, call_queue, lane)
        follow_results(module, result_queue, lane)

    processes.workers[module._process_worker] = hook_worker


def follow_calls(module, queue, lane):
    """Follows what a worker process receives.

    The loop fetches the function of an item right before it calls it: the chunk begins there.
    """
    nothing = object()

    def arrived(locked, data, received):
        lane.asked = lane.received
        lane.locked = locked if lane.asked <= locked else lane.asked
        lane.received = received
        lane.bytes_in = len(data)
        return data

    receive = queue._recv_bytes
    steps = iter(clock, None), iter(receive, nothing), iter(clock, None)
    queue._recv_bytes = map(arrived, *steps).__next__

    def chunk_begins(item):
        values = item.__dict__
        function = values["fn"]
        try:
            if not lane.is_open and lane.job != values["work_id"]:
                begin(module, lane, values, function)
        except Exception:
            pass
        return function

    def set_function(item, function):
        item.__dict__["fn"] = function

    module._CallItem.fn = property(chunk_begins, set_function)


def begin(module, lane, values, function):
    job = values["work_id"]
    if is_chunk(module, function):
        arguments = values["args"]
        inputs = arguments[0]
        number = len(inputs)
        lane.begin(job, 0, number, clock())
        if number > 1:
            values["args"] = (lane.inputs(inputs), *arguments[1:])
        if REPRS:
            lane.items = list(map(argument, inputs))
        return
    batch = batch_of(function)
    if batch is not None:
        items = batch.items
        lane.begin(job, 0, len(items), clock())
        batch.items = lane.inputs(items)
        if REPRS:
            lane.items = batch_inputs(items)
    else:
        lane.begin(job, 0, 1, clock())
        if REPRS:
            lane.items = (argument(values["args"], values["kwargs"]),)


def is_chunk(module, function):
    return type(function) is partial and function.func is module._process_chunk


def batch_of(function):
    """joblib's BatchedCalls in what it hands to an executor; None if that is something else."""
    if function.__class__.__name__ == "SafeFunction":
        function = function.func
    return function if function.__class__.__name__ == "BatchedCalls" else None


def follow_results(module, queue, lane):
    """Follows what a worker process sends: an item is made, pickled, and written under a lock."""
    item = module._ResultItem
    original = item.__init__

    def __init__(self, work_id, exception=None, result=None, **others):
        original(self, work_id, exception, result, **others)
        if lane.is_open and work_id == lane.job:
            if not lane.ended:
                lane.ended = clock()
            lane.raised = exception
            lane.future = self
            if lane.detailed:
                queue.__class__ = timed

    replace(item, "__init__", __init__)

    kind = type(queue)
    timed = type(kind.__name__, (kind,), {"__module__": kind.__module__})

    def lock(self):
        if lane.future is not None and not lane.pickled:
            lane.pickled = clock()
        return self.__dict__["_wlock"]

    timed._wlock = property(lock)
    send = queue._writer.send_bytes

    def send_bytes(data):
        send(data)
        if lane.future is None or not lane.is_open:
            return
        try:
            sent = clock()
            queue.__class__ = kind
            lane.bytes_out = len(data)
            error, lane.raised, lane.future = lane.raised, None, None
            failed = 0
            if error is not None:
                failed = lane.count
                lane.fail(*texts_of(error))
            lane.finish(failed, sent)
            lane.received = sent
        except Exception:
            pass

    queue._writer.send_bytes = send_bytes


# ------------------------------------------------------------------------------------------ parent


class Watched:
    """What is known of an executor."""

    def __init__(self, module, number):
        self.module = module
        self.number = number
        self.lines = {}  # calls of submit() by the place in the user's code
        self.maps = 0  # how often the executor's map was fetched
        # Where the last call was made. The frame of map() has one number; that of others any.
        self.last_code = None
        self.last_place = self.last_maps = self.last_caller = 0
        self.call = None  # the last one
        self.measures = True  # whether functions are pickled
        self.unmeasured = {}  # calls whose function's pickle was not looked at, by job
        self.ended = False

    def end(self):
        if not self.ended:
            self.ended = True
            ring().write(POOL_ENDED, self.number, clock())


def hook_process_executor(module):
    executor = module.ProcessPoolExecutor
    is_loky = "loky" in module.__name__

    def has_result_queue(pool, queue):
        if queue is None:
            watched_of(pool).end()
            return queue
        calls = pool._call_queue
        watched = Watched(module, pipe_number(calls._reader))
        pool.__dict__[OWN] = watched
        context = pool._context if is_loky else pool._mp_context
        tasks = getattr(pool, "_max_tasks_per_child", None)
        package = module.__name__.partition(".")[0].replace("concurrent", "concurrent.futures")
        write_pool(
            watched.number,
            pool._max_workers,
            5 if is_loky else 3,
            tasks,
            context.get_start_method() or "",
            package,
            users_place(sys._getframe(2)),
        )
        follow_feeder(watched, calls)
        follow_manager(watched, queue._reader)
        return queue

    base = module.queue.Queue
    put = base.put

    class WorkIds(base):
        def put(self, item, block=True, timeout=None):
            try:
                if self.watched is None:
                    self.watched = watched_of(self.owner())
                submitted(self.watched, item, self.pending[item], sys._getframe(2))
            except Exception:
                pass
            return put(self, item, block, timeout)

    WorkIds.__name__ = WorkIds.__qualname__ = "Queue"
    WorkIds.__module__ = base.__module__

    def has_work_ids(pool, queue):
        if type(queue) is base:
            queue.owner = ref(pool)
            queue.pending = pool._pending_work_items
            queue.watched = None
            queue.__class__ = WorkIds
        return queue

    SetHook(executor, "_result_queue", has_result_queue)
    SetHook(executor, "_work_ids", has_work_ids)
    hook_processes(executor)


def hook_processes(executor):
    """Replaces the number of processes or threads. Only where that was asked for."""

    def has_number(pool, number):
        if OWN in pool.__dict__ or type(number) is not int:
            return number
        return overridden("processes", number, users_place(sys._getframe(2)))

    if OVERRIDES:
        SetHook(executor, "_max_workers", has_number)


def watched_of(pool):
    return pool.__dict__[OWN]


def follow_feeder(watched, queue):
    """Times what the feeder thread of a queue pickles and writes."""
    times = [0, 0]  # when an item was taken, and when the one before
    items = [None]  # the item that is being pickled

    class Buffer(deque):
        def popleft(self):
            item = deque.popleft(self)
            times[0] = clock()
            items[0] = item
            return item

    send = queue._send_bytes

    def send_bytes(data):
        pickled = clock()
        send(data)
        try:
            written = clock()
            item, items[0] = items[0], None
            job = item.work_id
            if job in watched.unmeasured:
                unmeasured(watched, item, len(data), pickled - times[0])
            taken = times[0]
            fast = taken - times[1] < EXACT_INTERVAL
            times[1] = taken
            if fast and job & SAMPLE:
                return
            kind = PUT_SAMPLED if fast else PUT
            ring().write(kind, watched.number, job, 0, len(data), taken, pickled, written)
        except Exception:
            pass

    queue._buffer = Buffer(queue._buffer)
    queue._send_bytes = send_bytes


def unmeasured(watched, item, size, took):
    """Measures the function of a call, the first time that one of its messages was sent."""
    call = watched.unmeasured.pop(item.work_id, None)
    if call is None or call.measured:
        return
    call.measured = True
    if size > 16 << 20 or took > 20_000_000:
        return
    function = item.fn
    if is_chunk(watched.module, function):
        function = function.args[0]
    if "loky" in watched.module.__name__:
        package = watched.module.__name__.rpartition(".")[0]
        dumps = sys.modules[package + ".backend.reduction"].dumps
    else:
        dumps = sys.modules["multiprocessing.connection"]._ForkingPickler.dumps
    measure_function(watched.number, item.work_id, function, dumps)


def follow_manager(watched, reader):
    """Times what the manager's thread receives and unpickles."""
    nothing = object()
    times = [0, 0, 0]  # when received, bytes, when the one before

    def arrived(data, now):
        times[0] = now
        times[1] = data.tell()
        return data

    steps = iter(reader._recv_bytes, nothing), iter(clock, None)
    reader._recv_bytes = map(arrived, *steps).__next__

    def received(item, now):
        try:
            job = item.work_id
            fast = now - times[2] < EXACT_INTERVAL
            times[2] = now
            if not fast or not job & SAMPLE:
                kind = GOT_SAMPLED if fast else GOT
                ring().write(kind, watched.number, job, 0, times[1], times[0], now, now)
        except Exception:
            pass
        return item

    reader.recv = map(received, iter(reader.recv, nothing), iter(clock, None)).__next__


# ----------------------------------------------------------------------------------------- threads


def hook_thread_executor(module):
    base = module.queue.SimpleQueue
    plain_put, plain_get = base.put, base.get

    worker_code = module._worker.__code__

    class WorkQueue(base):
        def put(self, item, block=True, timeout=None):
            if item is not None:
                try:
                    self.jobs = job = self.jobs + 1
                    call = submitted(self.watched, job, item, sys._getframe(2))
                    item._poolscope_watch = job, call
                except Exception:
                    pass
            return plain_put(self, item, block, timeout)

        def get(self, block=True, timeout=None):
            # Called in the pool's own threads, and where a pool drops what it has not begun.
            lane = self.lanes.get(get_ident())
            if lane is not None and lane.passed and self.empty():
                lane.flush()
            item = plain_get(self, block, timeout)
            try:
                if sys._getframe(1).f_code is worker_code:
                    taken_by_thread(self, lane, item)
            except Exception:
                pass
            return item

        def get_nowait(self):
            item = plain_get(self, False)
            try:
                if sys._getframe(1).f_code is worker_code:
                    taken_by_thread(self, self.lanes.get(get_ident()), item)
            except Exception:
                pass
            return item

    WorkQueue.__name__ = WorkQueue.__qualname__ = "SimpleQueue"
    WorkQueue.__module__ = base.__module__

    def has_work_queue(pool, queue):
        if type(queue) is not base:
            return queue
        watched = Watched(module, new_thread_pool())
        watched.measures = False
        own = WorkQueue()
        own.watched = watched
        own.jobs = -1
        own.lanes = {}  # by thread
        pool.__dict__[OWN] = watched
        place = users_place(sys._getframe(2))
        write_pool(
            watched.number, pool._max_workers, 4, 0, "thread", "concurrent.futures", place
        )
        return own

    def has_shutdown(pool, value):
        if value and OWN in pool.__dict__:
            watched_of(pool).end()
        return value

    run = module._WorkItem.run.__code__

    def fetched(future):
        """Finds the failure of an item that has passed without a look."""
        if sys._getframe(2).f_code is run:
            lane = watch.state.threads.lane
            if lane.passed and lane.future is None:
                lane.fails(sys.exc_info()[1])

    SetHook(module.ThreadPoolExecutor, "_work_queue", has_work_queue)
    FetchHook(sys.modules["concurrent.futures._base"].Future, "set_exception", fetched)
    SetHook(module.ThreadPoolExecutor, "_shutdown", has_shutdown)
    hook_processes(module.ThreadPoolExecutor)


class ThreadLane(Lane):
    """The items that a thread takes. Where they come fast, 15 of 16 pass without a look.

    An item that passed has ended when the thread asks for another. Its failure is seen where its
    future's set_exception is fetched.
    """

    __slots__ = "call passed passing failures last looked".split()

    def __init__(self, pool):
        super().__init__(pool)
        self.set_result = partial(ends_in_thread, self, False)
        self.set_exception = partial(ends_in_thread, self, True)
        self.call = None
        self.passed = 0  # items without a look that are not counted yet
        self.passing = 0  # items that may pass from now on
        self.failures = 0  # of those that passed
        self.last = self.looked = 0  # when one was counted, and when one was looked at

    def flush(self):
        """Counts what has passed, and has ended."""
        passed, failures = self.passed, self.failures
        if passed:
            self.passed = self.failures = 0
            begun, self.last = self.last, clock()
            try:
                self.ring.add(self.pool, self.job, passed, passed, failures, begun, self.last)
                self.ring.report_sums()
            except Exception:
                pass

    def fails(self, error):
        """An item that passed has failed."""
        self.failures += 1
        self.index, self.count = 0, 1
        self.fail(*texts_of(error))


def taken_by_thread(queue, lane, item):
    """A thread has taken an item, and calls its function next, then a method of its future."""
    if item is None:
        if lane is not None:
            lane.flush()
        return
    future = item.future
    if future._state != "PENDING":
        return
    job, call = item._poolscope_watch
    if lane is None:
        lane = ThreadLane(queue.watched.number)
        queue.lanes[get_ident()] = watch.state.threads.lane = lane
    elif lane.passing and call is lane.call:
        lane.passing -= 1
        lane.passed += 1
        lane.job = job
        return
    chunks = lane.passed + 1
    lane.flush()
    lane.call = call
    now = clock()
    lane.passing = SAMPLE if now - lane.looked < FAST_THREADS * chunks and not REPRS else 0
    lane.looked = now
    lane.begin(job, 0, 1, now)
    if REPRS:
        lane.items = (argument(item.args, item.kwargs),)
    lane.future = future
    future.set_result = lane.set_result
    future.set_exception = lane.set_exception


def ends_in_thread(lane, raising, value):
    now = clock()
    future, lane.future = lane.future, None
    del future.set_result, future.set_exception
    try:
        lane.ended = lane.last = now
        lane.detailed = False
        if raising:
            lane.fail(*texts_of(value))
        lane.finish(1 if raising else 0, now)
    except Exception:
        pass
    if raising:
        future.set_exception(value)
    else:
        future.set_result(value)


# ------------------------------------------------------------------------------------------- calls


class FetchHook:
    """A descriptor that runs a function when a method of an instance is fetched."""

    def __init__(self, owner, name, function):
        self.original = getattr(owner, name)
        self.function = function
        setattr(owner, name, self)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self.original
        try:
            method = self.function(instance)
            if method is not None:
                return method
        except Exception:
            pass
        return self.original.__get__(instance, owner)


def hook_map(executor):
    """Counts calls of map(), so that two in a row are told apart."""
    original = executor.map

    def fetched(pool):
        watched = watched_of(pool)
        watched.maps += 1
        if OVERRIDES:
            place = users_place(sys._getframe(2))
            size = overridden("chunksize", 0, place)
            if size:
                return partial(mapping, original, pool, size)

    def mapping(original, pool, size, *arguments, **keywords):
        keywords["chunksize"] = size
        return original(pool, *arguments, **keywords)

    FetchHook(executor, "map", fetched)


def submitted(watched, job, work, caller):
    """An executor's submit() has queued a call of work.fn. Returns the call that this belongs to.

    The frame is that from which submit() was called.
    """
    function = work.fn
    inputs = 1
    if (
        caller.f_code is watched.last_code
        and caller.f_lasti == watched.last_place
        and watched.maps == watched.last_maps
        and watched.last_caller in (0, id(caller))
    ):
        call = watched.call
        if call.pace is not None:
            work.future._poolscope_watch = call
            if is_process_chunk(watched, function):
                inputs = len(work.args[0])
        if call.measured:
            ring().submit(call.number, job, call.first, inputs)
            call.first += inputs
            return call
    elif joblib_call is not None and batch_of(function) is not None:
        batch = batch_of(function)
        call = joblib_call(batch, watched.number)
        if call is not None:
            call.submit(job, len(batch.items))
        return call
    elif map_frame(caller) is not None:
        if is_process_chunk(watched, function):
            inputs = len(work.args[0])
        call = new_map_call(watched, function, map_frame(caller), inputs)
        work.future._poolscope_watch = call
        # The frame stays the same, and no other has its number, until map() returns.
        follows(watched, call, caller, id(caller))
    else:
        place = users_place(caller)
        call = watched.lines.get(place)
        if call is None:
            name = function_name(function)
            call = Call(watched.number, NONE, 1, NONE, "submit", name, place)
            call.measured = not watched.measures
            watched.lines[place] = call
        if watch.is_users(caller):
            follows(watched, call, caller, 0)
    if not call.measured and len(watched.unmeasured) < 1000:
        watched.unmeasured[job] = call
    call.submit(job, inputs)
    return call


def follows(watched, call, caller, number):
    """The next call from the same instruction will be one with this."""
    watched.call = call
    watched.last_code = caller.f_code
    watched.last_place = caller.f_lasti
    watched.last_maps = watched.maps
    watched.last_caller = number


def is_process_chunk(watched, function):
    return watched.measures and is_chunk(watched.module, function)


def map_frame(frame):
    """The frame of Executor.map() that has called submit(); None if the user has."""
    while frame is not None and not watch.is_users(frame):
        name = frame.f_code.co_name
        if name == "map":
            return frame
        if name not in ("<listcomp>", "submit"):
            return None
        frame = frame.f_back
    return None


def new_map_call(watched, function, mapping, inputs):
    place = users_place(mapping)
    chunk = 1
    if is_process_chunk(watched, function):
        outer = mapping.f_back
        chunk = inputs
        if outer is not None and outer.f_code.co_name == "map":
            chunk = outer.f_locals.get("chunksize", inputs)
        function = function.args[0]
    call = Call(watched.number, NONE, chunk, NONE, "map", function_name(function), place)
    call.pace = Pace(call)
    call.measured = not watched.measures
    return call


# ------------------------------------------------------------------------------------------ results


def hook_results(base):
    """Measures the loop that takes the results of Executor.map().

    That fetches result() of each future, and cancel() when that has returned. Before 3.10 it does
    not: what lies between two results is then taken for waiting where the first was not there yet.
    """
    future = base.Future
    if hasattr(future, OWN):
        return
    cancels = hasattr(base, "_result_or_cancel")
    taker = base._result_or_cancel.__code__ if cancels else None
    file = base.__file__

    def is_taking(code):
        if cancels:
            return code is taker
        return code.co_name == "result_iterator" and code.co_filename == file

    result, cancel = future.result, future.cancel

    class Result:
        def __get__(self, instance, owner=None):
            if instance is not None and instance._poolscope_watch is not None:
                pace = instance._poolscope_watch.pace
                if pace.passing and instance._state == "FINISHED":
                    pace.passing -= 1
                elif is_taking(sys._getframe(1).f_code):
                    try:
                        pace.waits(instance, not cancels)
                    except Exception:
                        pass
            return result.__get__(instance, owner)

    class Cancel:
        def __get__(self, instance, owner=None):
            if instance is not None and instance._poolscope_watch is not None:
                pace = instance._poolscope_watch.pace
                if pace.inside:
                    try:
                        pace.leaves()
                    except Exception:
                        pass
            return cancel.__get__(instance, owner)

    future._poolscope_watch = None
    future.result = Result()
    if cancels:
        future.cancel = Cancel()


class Pace:
    """How fast the user's code takes the results of a call of map().

    Where that is quick, results that are there already are taken without a look, 15 in a row at
    most: nothing waits then.
    """

    __slots__ = (
        "call taken waited between left reported inside passing allowed timed".split()
    )

    def __init__(self, call):
        self.call = call
        self.taken = self.waited = self.between = self.left = self.reported = self.timed = 0
        self.passing = self.allowed = 0  # results that may be taken without a look, and at first
        self.inside = False

    def waits(self, future, at_once):
        """A result is asked for. If at_once, what follows is its waiting, if it is not there."""
        now = clock()
        if not self.left:
            self.left = self.reported = now
            self.call.has_length(self.call.first)
        if self.inside:
            self.waited += now - self.left
        else:
            self.between += now - self.left
        self.left = now
        self.inside = True
        if at_once:
            self.inside = future._state != "FINISHED"
            self.takes(now)

    def leaves(self):
        now = clock()
        self.waited += now - self.left
        self.left = now
        self.inside = False
        self.takes(now)

    def takes(self, now):
        call = self.call
        results = 1 + self.allowed - self.passing
        number = min(call.chunk * results, call.first - call.taken)
        self.taken += number
        call.taken += number
        if now - self.reported > REPORT_INTERVAL or call.taken >= call.first:
            ring().write(CONSUMED, call.number, self.taken, self.waited, self.between, now)
            self.taken = self.waited = self.between = 0
            self.reported = now
        self.passing = self.allowed = 0
        if now - self.timed < QUICK_LOOP * results:
            # The last result is always looked at.
            left = (call.first - call.taken - 1) // call.chunk
            self.passing = self.allowed = max(0, min(SAMPLE, left))
        self.timed = now
