#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs with pools, watched and not: they do the same, and the records say what they did.

POOLSCOPE_PYTHONS names the interpreters, separated by colons. Without it, those on PATH are used
whose names are python3 and python3.8 to python3.13.
"""

import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

import ring_reader
from ring_reader import NONE, Folder

HOOK = pathlib.Path(__file__).resolve().parents[2] / "resources/python/watch"
METHODS = "fork", "spawn", "forkserver"
PATIENCE = 60  # seconds after which a condition that never holds is a failure


def interpreters():
    names = os.environ.get("POOLSCOPE_PYTHONS", "").split(":")
    if names == [""]:
        names = ["python3"] + ["python3.%d" % minor for minor in range(8, 14)]
    found = {}
    for name in names:
        path = shutil.which(name)
        if path is None:
            continue
        shown = subprocess.run([path, "-c", "import sys; print(sys.executable, sys.version_info >= (3, 8))"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        executable, _, new = shown.stdout.strip().rpartition(" ")
        if shown.returncode == 0 and new == "True":
            found[os.path.realpath(executable)] = executable
    return list(found.values())


PYTHONS = interpreters()


def has(python, *modules):
    return not subprocess.run([python, "-c", "import " + ", ".join(modules)], stderr=subprocess.DEVNULL).returncode


def environment(folder=None, **more):
    values = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PYTHON") and key not in ("POOLSCOPE_WORKER", "POOLSCOPE_WATCH")
    }
    values["PYTHONDONTWRITEBYTECODE"] = "1"
    values["PYTHONUNBUFFERED"] = "1"  # or a worker that is forked late may repeat what was printed
    if folder is not None:
        values["PYTHONPATH"] = os.pathsep.join([str(HOOK)] + ([more.pop("PYTHONPATH")] if "PYTHONPATH" in more else []))
        values["POOLSCOPE_WATCH"] = str(folder)
    values.update(more)
    return values


def masked(text):
    """Without what differs between two runs of one program: addresses and numbers of processes."""
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    # A result that is there already is returned by another line than one that is waited for.
    text = re.sub(r'(_base.py", line )\d+', r"\1N", text)
    return re.sub(r"\b(Process|PoolWorker|ForkPoolWorker|SpawnPoolWorker|ForkServerPoolWorker)-\d+", r"\1", text)


class WatchTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.runs = 0
        self.current = None

    def script(self, text):
        path = self.place / "script.py"
        path.write_text(textwrap.dedent(text))
        return path

    def new_folder(self):
        self.runs += 1
        folder = self.place / ("watch%d" % self.runs)
        folder.mkdir()
        return folder

    def run_plain(self, python, script, *arguments, options=(), **more):
        return subprocess.run([python, *options, script, *arguments], env=environment(**more), cwd=self.place,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE * 2)  # fmt: skip

    def run_watched(self, python, script, *arguments, options=(), **more):
        folder = self.new_folder()
        done = subprocess.run([python, *options, script, *arguments], env=environment(folder, **more), cwd=self.place,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE * 2)  # fmt: skip
        return done, Folder(folder).read()

    def compare(self, python, script, *arguments, options=(), **more):
        """Runs a script both ways; the records of the watched run."""
        plain = self.run_plain(python, script, *arguments, options=options, **more)
        watched, records = self.run_watched(python, script, *arguments, options=options, **more)
        self.assertEqual(masked(watched.stderr), masked(plain.stderr))
        self.assertEqual(watched.stdout, plain.stdout)
        self.assertEqual(watched.returncode, plain.returncode)
        self.assertNotIn("poolscope_watch", watched.stderr)
        self.assertEqual([note.text for note in records.all("NOTE")], [])
        return records

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                self.fail("never: " + what)
            time.sleep(0.01)

    def each(self, methods=("fork",)):
        for python in PYTHONS:
            for method in methods:
                self.current = python, method
                yield python, method

    def _formatMessage(self, message, standard):
        return "%s\nwith %s" % (super()._formatMessage(message, standard), self.current)

    def inputs_of_job(self, records, pool, job):
        return sum(
            record.inputs for record in records.all("CHUNK", "LIGHT", "LOST") if (record.pool, record.job) == (pool, job)
        )


POOLS = """
    import math, multiprocessing, sys, traceback
    def task(x):
        return math.sqrt(x)
    def add(x, y):
        return x + y
    def bad(x):
        if x == 17:
            raise ValueError("no 17")
        return x
    def unpicklable(x):
        return lambda: x
    def failing():
        yield 1
        yield 2
        raise KeyError("no third")
    def attempt(function, *arguments, **keywords):
        try:
            print(function(*arguments, **keywords))
        except Exception:
            traceback.print_exc()
    if __name__ == "__main__":
        with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
            print(list(pool.imap(task, range(1000)))[-1])
            print(len(pool.map(task, range(10000))))
            print(sorted(pool.imap_unordered(task, range(105), chunksize=10))[-1])
            print(pool.starmap(add, [(1, 2), (3, 4), (5, 6)]))
            print(pool.apply(add, (1,), {"y": 2}))
            print([each.get() for each in [pool.apply_async(task, (n,)) for n in range(20)]])
            print(list(pool.imap(task, (n for n in range(7)), chunksize=3)))
            attempt(pool.map, bad, range(20), chunksize=20)
            attempt(lambda: list(pool.imap(bad, range(16, 19))))
            attempt(pool.apply, unpicklable, (1,))
            attempt(pool.apply, task, (lambda: 1,))
            attempt(lambda: list(pool.imap(task, failing())))
            attempt(pool.map, task, failing())
            attempt(pool.apply, int, ("x",))
            pool.close()
            pool.join()
    """

SLOW_INPUTS = """
    import multiprocessing, sys, time
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    class Odd:
        def __init__(self, number):
            self.number = number
        def __repr__(self):
            return "Odd(%d)" % self.number
    class Broken(Odd):
        def __repr__(self):
            raise ValueError("no repr")
    def slow(x, more=0):
        time.sleep(0.001)
        return 1
    if __name__ == "__main__":
        context = multiprocessing.get_context(sys.argv[1])
        with context.Pool(2) as pool:
            print(sum(pool.map(slow, [{"number": n, "text": "x" * 1000} for n in range(6)], chunksize=3)))
            print(pool.apply(slow, (Odd(7),), {"more": 7}), pool.apply(slow, (Broken(8),)))
            print(sum(pool.starmap(slow, [(Odd(n), n) for n in range(9)], chunksize=1)))
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            print(sum(pool.map(slow, map(Odd, range(20, 29)), chunksize=3)), pool.submit(slow, Odd(30)).result())
        with ThreadPoolExecutor(2) as pool:
            print(sum(pool.map(slow, map(Odd, range(40, 49)))))
    """

EXECUTORS = """
    import concurrent.futures, multiprocessing, sys, traceback
    from multiprocessing.pool import ThreadPool
    def task(x):
        return x * 2
    def bad(x):
        if x == 17:
            raise ValueError("no 17")
        return x
    def unpicklable(x):
        return lambda: x
    def attempt(function, *arguments, **keywords):
        try:
            print(function(*arguments, **keywords))
        except Exception:
            traceback.print_exc()
    def use(pool):
        print(sum(pool.map(task, range(500))))
        print(sum(pool.map(task, range(1005), chunksize=100)))
        print([pool.submit(task, n).result() for n in range(3)])
        attempt(lambda: list(pool.map(bad, range(20), chunksize=20)))
        attempt(lambda: pool.submit(bad, 17).result())
    if __name__ == "__main__":
        context = multiprocessing.get_context(sys.argv[1])
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            use(pool)
            attempt(lambda: pool.submit(unpicklable, 1).result())
            attempt(lambda: pool.submit(bad, lambda: 1).result())
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            use(pool)
        with ThreadPool(2) as pool:
            print(sum(pool.imap(task, range(5000))))
            print(sum(pool.imap_unordered(task, range(5005), chunksize=10)))
            print(sum(pool.map(task, range(20000))))
            attempt(pool.map, bad, range(20))
            pool.close()
            pool.join()
    """


class PoolTest(WatchTest):
    def test_a_pool_does_the_same_and_every_input_is_recorded(self):
        script = self.script(POOLS)
        for python, method in self.each(METHODS):
            records = self.compare(python, script, method)
            pool = records.one("POOL")
            self.assertEqual((pool.processes, pool.type, pool.method), (2, 1, method))
            self.assertEqual((pool.module, pool.file, pool.line), ("multiprocessing", str(script), 23))
            self.assertEqual({worker.pool for worker in records.all("WORKER")}, {pool.pool})
            self.assertEqual(len(records.all("WORKER")), 2)
            ended = records.all("PROCESS_ENDED")
            self.assertEqual([(end.pool, end.code) for end in ended], [(pool.pool, 0)] * 2)
            self.assertEqual({end.pid for end in ended}, {worker.ring.pid for worker in records.all("WORKER")})
            calls = {call.line: call for call in records.all("CALL")}
            expected = {
                24: ("imap", "task", 1, 1000, 1000),
                25: ("map", "task", 1250, 10000, 10000),
                26: ("imap_unordered", "task", 10, 105, 105),
                27: ("starmap", "add", 1, 3, 3),
                30: ("imap", "task", 3, NONE, 7),
            }
            for line, (name, function, chunk, length, inputs) in expected.items():
                call = calls[line]
                self.assertEqual((call.method, call.function, call.chunk), (name, function, chunk))
                self.assertEqual(call.inputs, length)
                self.assertEqual(self.inputs_of_job(records, pool.pool, call.job), inputs, name)
            self.assertEqual(records.one("LENGTH", call=calls[30].call).inputs, 7)
            jobs = [submit.job for submit in records.all("SUBMIT", call=calls[29].call)]
            self.assertEqual(len(jobs), 20)
            self.assertEqual(sum(self.inputs_of_job(records, pool.pool, job) for job in jobs), 20)
            self.assertEqual({put.pool for put in records.all("PUT", "GOT")}, {pool.pool})
            self.assertFalse(any(ring.lost for ring in records.rings.values()))
            for ring in records.rings.values():
                self.assertIsNone(ring.open_chunk)

    def test_failures_name_the_input(self):
        script = self.script(POOLS)
        for python, method in self.each():
            records = self.compare(python, script, method)
            mapped = records.one("CALL", method="map", function="bad")
            failure = records.one("FAILURE", job=mapped.job)
            self.assertEqual((failure.index, failure.input), (0, 17))
            self.assertEqual((failure.type, failure.message), ("ValueError", "no 17"))
            self.assertIn('raise ValueError("no 17")', failure.traceback)
            self.assertEqual(records.one("CHUNK", job=mapped.job).failed, 20)
            failure = records.one("FAILURE", job=records.one("CALL", method="imap", function="bad").job)
            self.assertEqual((failure.index, failure.input), (1, 0))
            types = {failure.type for failure in records.all("FAILURE")}
            self.assertIn("multiprocessing.pool.MaybeEncodingError", types)

    def test_reprs_of_inputs_that_fail_or_are_slow(self):
        for python, method in self.each(("fork", "spawn")):
            script = self.script(POOLS)
            records = self.compare(python, script, method, POOLSCOPE_WATCH_REPRS="1")
            for call in "map", "imap":
                failed = records.one("FAILURE", job=records.one("CALL", method=call, function="bad").job)
                text = records.one("INPUT", job=failed.job, index=failed.index, input=failed.input)
                self.assertEqual(text.text, "17")
            script = self.script(SLOW_INPUTS)
            records = self.compare(python, script, method, POOLSCOPE_WATCH_REPRS="1")
            texts = {record.text for record in records.all("INPUT")}
            self.assertIn("{'number': 5, 'text': '%s...%s'}" % ("x" * 77, "x" * 78), texts)
            self.assertIn("(Odd(7), {'more': 7})", texts)
            self.assertFalse([text for text in texts if "Broken" in text and "instance at" not in text])
            self.assertGreaterEqual(len(texts), 7)
            records = self.compare(python, script, method)
            self.assertEqual(records.all("INPUT"), [])

    def test_times_of_a_chunk_are_in_order(self):
        script = self.script(POOLS)
        for python, method in self.each(("spawn",)):
            records = self.compare(python, script, method)
            puts = {(put.job, put.index): put for put in records.all("PUT")}
            gots = {(got.job, got.index): got for got in records.all("GOT")}
            joined = 0
            for chunk in records.all("CHUNK"):
                times = [getattr(chunk, name) for name in
                         "asked locked received unpickled begun ended pickled sent".split()]  # fmt: skip
                self.assertEqual(times, sorted(times), chunk)
                self.assertGreater(chunk.bytes_in, 0)
                self.assertGreater(chunk.bytes_out, 0)
                put, got = puts.get((chunk.job, chunk.index)), gots.get((chunk.job, chunk.index))
                if put and got:
                    joined += 1
                    self.assertEqual((put.bytes, got.bytes), (chunk.bytes_in, chunk.bytes_out))
                    times = [put.taken, put.pickled, chunk.received, chunk.begun, chunk.ended, got.received,
                             got.unpickled, got.handled]  # fmt: skip
                    self.assertEqual(times, sorted(times))
                    self.assertLessEqual(put.pickled, put.written)
            self.assertGreater(joined, 30)

    def test_spans_of_slow_inputs_are_single_and_of_quick_ones_grouped(self):
        script = self.script(
            """
            import multiprocessing, time
            def slow(x):
                time.sleep(0.002)
            def quick(x):
                return x
            if __name__ == "__main__":
                with multiprocessing.Pool(2) as pool:
                    pool.map(slow, range(40), chunksize=10)
                    pool.map(quick, range(200000), chunksize=50000)
            """
        )
        for python, _ in self.each():
            records = self.compare(python, script)
            slow, quick = sorted(records.all("CALL"), key=lambda call: call.call)
            spans = records.all("SPAN", job=slow.job)
            self.assertEqual(len(spans), 40)
            self.assertEqual({(span.index, span.first) for span in spans},
                             {(index, first) for index in range(4) for first in range(10)})  # fmt: skip
            for span in spans:
                self.assertGreaterEqual(span.ended - span.begun, 2_000_000)
            spans = records.all("SPAN", job=quick.job)
            self.assertEqual(sum(span.inputs for span in spans), 200000)
            self.assertLess(len(spans), 20000)

    def test_the_pace_of_the_loop_that_takes_results(self):
        script = self.script(
            """
            import multiprocessing, time
            from concurrent.futures import ProcessPoolExecutor
            def task(x):
                return x
            if __name__ == "__main__":
                with multiprocessing.Pool(2) as pool:
                    for _ in pool.imap(task, range(100)):
                        time.sleep(0.003)
                    for _ in pool.imap_unordered(task, range(100), chunksize=10):
                        pass
                with ProcessPoolExecutor(2) as pool:
                    for _ in pool.map(task, range(100)):
                        time.sleep(0.003)
            """
        )
        for python, _ in self.each():
            records = self.compare(python, script)
            calls = {call.line: call.call for call in records.all("CALL")}
            for line in (8, 10, 13):
                paces = records.all("CONSUMED", call=calls[line])
                self.assertEqual(sum(pace.taken for pace in paces), 100, line)
                if line != 10:
                    self.assertGreater(sum(pace.between for pace in paces), 250_000_000)

    def test_maxtasksperchild_and_initializer(self):
        script = self.script(
            """
            import multiprocessing, os, sys
            value = None
            def prepare(number):
                global value
                value = number
            def task(x):
                return x + value
            if __name__ == "__main__":
                with multiprocessing.get_context(sys.argv[1]).Pool(2, prepare, (5,), maxtasksperchild=3) as pool:
                    print(pool.map(task, range(12), chunksize=1))
                    pool.close()
                    pool.join()
            """
        )
        for python, method in self.each(METHODS):
            records = self.compare(python, script, method)
            self.assertEqual(records.one("POOL").tasks, 3)
            self.assertGreaterEqual(len(records.all("WORKER")), 4)
            self.assertEqual(records.chunks(), (12, 12, 0))
            self.assertGreaterEqual(len(records.all("PROCESS_ENDED")), 4)

    def test_nested_pools_are_apart(self):
        script = self.script(
            """
            import multiprocessing, sys
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing.pool import ThreadPool
            def inner(x):
                return x + 1
            def outer(x):
                with multiprocessing.Pool(2) as pool:
                    return sum(pool.map(inner, range(x), chunksize=1))
            def threads(x):
                with ThreadPool(2) as pool:
                    return sum(pool.map(inner, range(x), chunksize=1))
            if __name__ == "__main__":
                with ProcessPoolExecutor(2) as pool:
                    print(list(pool.map(outer, [10, 20, 30])))
                    print(list(pool.map(threads, [10, 20, 30])))
            """
        )
        for python, _ in self.each():
            records = self.compare(python, script)
            pools = {pool.pool: pool.type for pool in records.all("POOL")}
            self.assertEqual(sorted(pools.values()), [1, 1, 1, 2, 2, 2, 3])
            inputs = sorted(records.chunks(pool)[1] for pool in pools)
            self.assertEqual(inputs, [6, 10, 10, 20, 20, 30, 30])
            # A worker may make several pools, one after the other, and its threads stay apart.
            for kind in (1, 2):
                places = {pool.line for pool in records.all("POOL", type=kind)}
                self.assertEqual(len(places), 1)


class ExecutorTest(WatchTest):
    def test_executors_do_the_same_and_every_input_is_recorded(self):
        script = self.script(EXECUTORS)
        for python, method in self.each(METHODS):
            records = self.compare(python, script, method)
            pools = {pool.type: pool for pool in records.all("POOL")}
            self.assertEqual(sorted(pools), [2, 3, 4])
            self.assertEqual((pools[3].processes, pools[3].method), (2, method))
            # The item that could not be pickled never arrived.
            self.assertEqual(records.chunks(pools[3].pool)[1:], (500 + 1005 + 3 + 20 + 1 + 1, 22))
            self.assertEqual(records.chunks(pools[3].pool)[0], 500 + 11 + 3 + 1 + 1 + 1)
            # Inputs after the failed one were cancelled, or had begun.
            least = 500 + 1005 + 3 + 18 + 1
            self.assertTrue(least <= records.chunks(pools[4].pool)[1] <= least + 2)
            self.assertEqual(records.chunks(pools[4].pool)[2], 2)
            self.assertEqual(records.chunks(pools[2].pool)[1], 5000 + 5005 + 20000 + 20)
            calls = {(call.pool, call.line, call.method): call for call in records.all("CALL")}
            for pool in (pools[3].pool, pools[4].pool):
                call = calls[pool, 18, "map"]
                self.assertEqual((call.function, call.chunk, call.job), ("task", 1, NONE))
                self.assertEqual(sum(each.inputs for each in records.all("SUBMIT", call=call.call)), 500)
                self.assertEqual(records.one("LENGTH", call=call.call).inputs, 500)
                self.assertEqual(len(records.all("SUBMIT", call=calls[pool, 20, "submit"].call)), 3)
            chunked = calls[pools[3].pool, 19, "map"]
            self.assertEqual((chunked.function, chunked.chunk), ("task", 100))
            self.assertEqual(records.one("LENGTH", call=chunked.call).inputs, 1005)
            failures = records.all("FAILURE", pool=pools[3].pool)
            self.assertIn(("ValueError", "no 17", 17), [(f.type, f.message, f.input) for f in failures])
            self.assertEqual(len(records.all("PROCESS_ENDED", pool=pools[3].pool, code=0)), 2)
            for pool in pools.values():
                records.one("POOL_ENDED", pool=pool.pool)

    def test_quick_items_of_threads_are_counted_exactly(self):
        script = self.script(
            """
            import math, time
            from concurrent.futures import ThreadPoolExecutor
            def bad(x):
                if x % 100 == 17:
                    raise ValueError("no %d" % x)
            def slow(x):
                time.sleep(0.002)
            if __name__ == "__main__":
                with ThreadPoolExecutor(2) as pool:
                    print(sum(pool.map(math.sqrt, range(20001))))
                    futures = [pool.submit(bad, x) for x in range(3000)]
                    print([str(future.exception()) for future in futures if future.exception()])
                    print(len(list(pool.map(slow, range(40)))))
            """
        )
        for python, _ in self.each():
            records = self.compare(python, script)
            self.assertEqual(records.chunks(), (23041, 23041, 30))
            messages = {failure.message for failure in records.all("FAILURE")}
            self.assertEqual(messages, {"no %d" % (100 * n + 17) for n in range(30)})
            self.assertTrue(records.all("LOST"))
            for call, inputs in zip(sorted(records.all("CALL"), key=lambda call: call.call), (20001, 3000, 40)):
                jobs = sorted((submit.first, submit.job) for submit in records.all("SUBMIT", call=call.call))
                self.assertEqual([first for first, job in jobs], list(range(inputs)))
                jobs = {job for first, job in jobs}
                self.assertEqual(len(jobs), inputs)
                done = [each for each in records.all("LIGHT", "LOST") if each.job in jobs]
                self.assertEqual(sum(each.inputs for each in done), inputs)
                if call.method == "map":
                    self.assertEqual(sum(pace.taken for pace in records.all("CONSUMED", call=call.call)), inputs)
            slow = [chunk for chunk in records.all("LIGHT") if chunk.job in jobs]
            self.assertGreater(len(slow), 5)

    def test_joblib(self):
        script = self.script(
            """
            import traceback
            from joblib import Parallel, delayed
            def task(x):
                return x * 2
            def bad(x):
                if x == 17:
                    raise ValueError("no 17")
                return x
            if __name__ == "__main__":
                for backend in ("loky", "multiprocessing", "threading"):
                    print(sum(Parallel(n_jobs=2, backend=backend)(delayed(task)(n) for n in range(300))))
                    print(sum(Parallel(n_jobs=2, backend=backend, batch_size=50)(delayed(task)(n) for n in range(300))))
            """
        )
        for python, _ in self.each():
            if not has(python, "joblib"):
                continue
            records = self.compare(python, script)
            types = [pool.type for pool in records.all("POOL")]
            self.assertEqual(sorted(types), [1, 1, 2, 2, 5])
            calls = records.all("CALL")
            self.assertEqual([(call.method, call.function) for call in calls], [("Parallel", "task")] * 6)
            self.assertEqual({call.line for call in calls}, {12, 13})
            for call in calls:
                submits = records.all("SUBMIT", call=call.call)
                self.assertEqual(sum(submit.inputs for submit in submits), 300)
                self.assertEqual(records.one("LENGTH", call=call.call).inputs, 300)
                done = sum(self.inputs_of_job(records, call.pool, submit.job) for submit in submits)
                self.assertEqual(done, 300)

    def test_dill_by_value(self):
        script = self.script(
            """
            import multiprocess
            def task(x):
                return x * 2
            if __name__ == "__main__":
                with multiprocess.Pool(2) as pool:
                    print(sum(pool.imap(task, range(200))), sum(pool.imap(abs, range(200))))
            """
        )
        for python, _ in self.each():
            if not has(python, "multiprocess", "dill"):
                continue
            records = self.compare(python, script)
            self.assertEqual(records.one("POOL").module, "multiprocess")
            self.assertEqual(records.chunks(), (400, 400, 0))
            first, second = sorted(records.all("MESSAGE"), key=lambda message: message.job)
            self.assertEqual((first.how, second.how), ("by value", "by reference"))
            self.assertGreater(first.bytes, 100)
            self.assertLess(second.bytes, 100)


class EndTest(WatchTest):
    def start(self, python, script, *arguments, **options):
        folder = self.new_folder()
        process = subprocess.Popen([python, script, *arguments], env=environment(folder), cwd=self.place,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True, **options)  # fmt: skip

        def end():
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.communicate()

        self.addCleanup(end)
        return process, Folder(folder)

    def test_a_killed_worker_leaves_the_chunk_that_it_was_on(self):
        script = self.script(
            """
            import multiprocessing, os, signal, sys
            def task(x):
                if x == 17:
                    os.kill(os.getpid(), signal.SIGKILL)
                return x
            if __name__ == "__main__":
                with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
                    list(pool.imap(task, range(40)))
            """
        )
        for python, method in self.each(METHODS):
            process, folder = self.start(python, script, method)
            self.wait_for(lambda: folder.read().all("PROCESS_ENDED"), "a worker's end")
            self.wait_for(lambda: folder.read().chunks()[0] == 39, "all other chunks")
            ended = folder.one("PROCESS_ENDED")
            self.assertEqual(ended.code, NONE + 1 - signal.SIGKILL)
            (ring,) = [ring for ring in folder.rings.values() if ring.pid == ended.pid]
            pool, job, index, begun, first, inputs = ring.open_chunk
            self.assertEqual((pool, index, first, inputs), (folder.one("POOL").pool, 17, 0, 1))
            self.assertIsNone(process.poll())

    def test_chunks_of_workers_killed_at_random_are_there(self):
        script = self.script(
            """
            import multiprocessing, os, sys, time
            def task(x):
                time.sleep(0.0002)
                os.write(1, b"%d\\n" % x)
                return x
            if __name__ == "__main__":
                with multiprocessing.Pool(2) as pool:
                    for _ in pool.imap(task, range(100000)):
                        pass
            """
        )
        for python, _ in self.each():
            for _ in range(3):
                process, folder = self.start(python, script)
                first = process.stdout.readline()
                self.wait_for(lambda: folder.read().chunks()[0] > 20, "chunks")
                time.sleep(random.random() / 20)  # the moment does not matter
                os.killpg(process.pid, signal.SIGKILL)
                printed = (first + process.stdout.read()).split("\n")[:-1]
                folder.read()
                # Each worker may have printed one more than it has recorded.
                recorded = folder.chunks()[0]
                self.assertTrue(len(printed) - 2 <= recorded <= len(printed), (len(printed), recorded))

    def test_interrupted(self):
        script = self.script(
            """
            import multiprocessing, sys, time
            def task(x):
                open("began%d" % x, "w").close()
                time.sleep(60)
            if __name__ == "__main__":
                with multiprocessing.Pool(3) as pool:
                    if sys.argv[1] == "map":
                        pool.map(task, range(2), chunksize=1)
                    else:
                        for _ in pool.imap(task, range(2)):
                            pass
            """
        )
        known = "script pool process queues connection synchronize threading popen_fork util selectors".split()
        for python, _ in self.each():
            for call in ("map", "imap"):
                codes = []
                for watched in (False, True):
                    code, error = self.interrupted(python, script, call, watched)
                    # Which of the workers print, and how much, depends on when the parent ends them.
                    files = re.findall(r'File "[^"]*/([^/"]*)\.py", line', error)
                    self.assertLessEqual(set(files), set(known))
                    self.assertIn("KeyboardInterrupt", error)
                    codes.append(code)
                self.assertEqual(codes[0], codes[1])

    def interrupted(self, python, script, call, watched):
        """The exit status and standard error of a program that is interrupted in a call of a pool.

        Such a pool ends its workers by a signal while they end by themselves: now and then one has a
        lock then that the parent waits for, watched or not. Another try is made then.
        """
        for _ in range(5):
            for path in self.place.glob("began*"):
                path.unlink()
            folder = self.new_folder() if watched else None
            process = subprocess.Popen([python, script, call], env=environment(folder), cwd=self.place,
                                       stderr=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
            self.wait_for(lambda: len(list(self.place.glob("began*"))) == 2, "two tasks")
            os.killpg(process.pid, signal.SIGINT)
            try:
                error = process.communicate(timeout=PATIENCE / 4)[1]
                return process.returncode, error
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        self.fail("does not end after an interrupt")

    def test_the_traceback_of_an_interrupted_idle_worker(self):
        script = self.script(
            """
            import multiprocessing, os, signal, sys, time
            def task(x):
                return os.getpid()
            if __name__ == "__main__":
                with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
                    pid = pool.apply(task, (1,))
                    stat = "/proc/%d/stat" % pid
                    while open(stat).read().rpartition(")")[2].split()[0] != "S":
                        time.sleep(0.001)
                    worker = pool._pool[0]
                    os.kill(pid, signal.SIGINT)
                    worker.join()
                    print(pool.apply(task, (1,)) != pid)
                    pool.close()
                    pool.join()
            """
        )
        for python, method in self.each(METHODS):
            self.compare(python, script, method)

    def test_processes_made_by_hand(self):
        script = self.script(
            """
            import multiprocessing, os, signal, sys
            def ends(how):
                if how == "returns":
                    return
                if how == "exits":
                    sys.exit(3)
                if how == "leaves":
                    os._exit(4)
                if how == "raises":
                    raise ValueError(how)
                os.kill(os.getpid(), signal.SIGKILL)
            if __name__ == "__main__":
                context = multiprocessing.get_context(sys.argv[1])
                for how in ("returns", "exits", "leaves", "raises", "dies"):
                    process = context.Process(target=ends, args=(how,), name=how)
                    process.start()
                    process.join()
                    print(process.exitcode)
            """
        )
        for python, method in self.each(METHODS):
            records = self.compare(python, script, method)
            processes = {each.name: each for each in records.all("PROCESS")}
            self.assertEqual(sorted(processes), ["dies", "exits", "leaves", "raises", "returns"])
            self.assertEqual({each.target for each in processes.values()}, {"ends"})
            left = {each.ring.pid: each.code for each in records.all("PROCESS_LEFT")}
            codes = {name: left.get(each.ring.pid) for name, each in processes.items()}
            self.assertEqual(codes, {"returns": 0, "exits": 3, "raises": 1, "leaves": None, "dies": None})
            ended = {each.pid: each.code for each in records.all("PROCESS_ENDED", pool=0)}
            self.assertEqual(ended[processes["dies"].ring.pid], NONE + 1 - signal.SIGKILL)
            self.assertEqual(ended[processes["leaves"].ring.pid], 4)

    def test_forks_while_threads_write(self):
        # Without a pool: some of what a pool has is not made for a fork while threads run.
        script = self.script(
            """
            import os, sys, threading
            sys.path.insert(0, sys.argv[1])
            from poolscope_watch_ring import LIGHT, ring
            def work():
                number = 0
                while not stop:
                    ring().write(LIGHT, 1, 2, number, 1, 0, 3, 4)
                    number += 1
            stop = False
            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads:
                thread.start()
            ring().write(LIGHT, 5, 0, 0, 1, 0, 3, 4)
            for child in range(20):
                pid = os.fork()
                if not pid:
                    for number in range(100):
                        ring().write(LIGHT, 6, child, number, 1, 0, 3, 4)
                    os._exit(0)
                os.waitpid(pid, 0)
            ring().write(LIGHT, 5, 0, 1, 1, 0, 3, 4)
            stop = True
            for thread in threads:
                thread.join()
            """
        )
        for python, _ in self.each():
            watched, records = self.run_watched(python, script, str(HOOK), options=("-W", "ignore"))
            self.assertEqual((watched.stdout, watched.stderr), ("", ""))
            self.assertEqual(len(records.rings), 4 + 20)
            self.assertEqual([record.index for record in records.all("LIGHT", pool=5)], [0, 1])
            for child in range(20):
                numbers = [record.index for record in records.all("LIGHT", pool=6, job=child)]
                self.assertEqual(numbers, list(range(100)))
            for ring in records.rings.values():
                numbers = [record.index for record in ring.records if record.pool == 1]
                self.assertEqual(numbers, list(range(len(numbers))))


class StartTest(WatchTest):
    def test_an_interpreter_without_pools(self):
        script = self.script(
            """
            import sys
            names = [name for name in sys.modules if "poolscope" in name or name == "sitecustomize"]
            print(names if "-plain" in sys.argv else [n for n in names if n != "sitecustomize"])
            print([entry for entry in sys.path if "watch" in entry], sys.argv)
            """
        )
        for python, _ in self.each():
            records = self.compare(python, script)
            self.assertEqual(len(records.pythons), 1)
            self.assertEqual(records.rings, {})

    def test_a_sitecustomize_of_the_user_runs(self):
        folder = self.place / "own"
        folder.mkdir()
        script = self.script("import sys, sitecustomize; print(sitecustomize.__file__, sitecustomize.value, sys.path[1])")
        for text in ("value = 5", "value = 5; print('hello')"):
            (folder / "sitecustomize.py").write_text(text)
            for python, _ in self.each():
                watched, records = self.run_watched(python, script, PYTHONPATH=str(folder))
                plain = self.run_plain(python, script, PYTHONPATH=str(folder))
                self.assertEqual((watched.stdout, watched.stderr), (plain.stdout, plain.stderr))
                self.assertEqual(len(records.pythons), 1)
        (folder / "sitecustomize.py").write_text("raise ValueError('mine')")
        for python, _ in self.each():
            watched, _ = self.run_watched(python, script, PYTHONPATH=str(folder))
            plain = self.run_plain(python, script, PYTHONPATH=str(folder))
            self.assertEqual(watched.stderr, plain.stderr)

    def test_isolated_interpreters_are_left_alone(self):
        script = self.script(POOLS)
        for python, method in self.each():
            for option in ("-I", "-E", "-S"):
                records = self.compare(python, script, method, options=(option,))
                self.assertEqual((records.pythons, records.rings), (set(), {}))

    def test_workers_of_poolscope_are_left_alone(self):
        script = self.script(POOLS)
        for python, method in self.each():
            records = self.compare(python, script, method, POOLSCOPE_WORKER="1")
            self.assertEqual((records.pythons, records.rings), (set(), {}))

    def test_a_folder_that_is_gone(self):
        script = self.script(POOLS)
        for python, method in self.each():
            plain = self.run_plain(python, script, method)
            watched = subprocess.run([python, script, method], env=environment(self.place / "gone"), cwd=self.place,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
            self.assertEqual((watched.stdout, masked(watched.stderr)), (plain.stdout, masked(plain.stderr)))

    def test_little_room(self):
        script = self.script(
            """
            import multiprocessing, resource, sys
            limit = int(sys.argv[1])
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            def task(x):
                return x
            if __name__ == "__main__":
                with multiprocessing.Pool(2) as pool:
                    print(sum(pool.imap(task, range(5000))))
                    pool.close()
                    pool.join()
            """
        )
        for python, _ in self.each():
            records = self.compare(python, script, "100000")
            self.assertEqual({ring.capacity for ring in records.rings.values()}, {1 << 16})
            records = self.compare(python, script, "9000")
            self.assertEqual(records.rings, {})

    def test_overrides(self):
        script = self.script(
            """
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor
            def task(x):
                return x
            if __name__ == "__main__":
                with multiprocessing.Pool(2) as pool:
                    print(sum(pool.imap(task, range(100))))
                    print(sum(pool.map(task, range(100))))
                with ProcessPoolExecutor(2) as pool:
                    print(sum(pool.map(task, range(100))))
            """
        )
        for python, _ in self.each():
            asked = "chunksize=10@script.py:8\nprocesses=3@script.py:10\nchunksize=25@elsewhere.py:9\nnonsense"
            records = self.compare(python, script, POOLSCOPE_WATCH_SET=asked)
            chunks = {call.line: call.chunk for call in records.all("CALL")}
            self.assertEqual(chunks, {8: 10, 9: 13, 11: 1})
            self.assertEqual({pool.line: pool.processes for pool in records.all("POOL")}, {7: 2, 10: 3})
            records = self.compare(python, script, POOLSCOPE_WATCH_SET="chunksize=20\nprocesses=1")
            self.assertEqual({call.chunk for call in records.all("CALL")}, {20})
            self.assertEqual({pool.processes for pool in records.all("POOL")}, {1})
            self.assertEqual(sum(record.inputs for record in records.all("CHUNK", "LIGHT")), 300)


class RingTest(WatchTest):
    """The ring itself, in this interpreter: what a reader finds is what was written, or counted."""

    def setUp(self):
        super().setUp()
        folder = self.new_folder()
        os.environ["POOLSCOPE_WATCH"] = str(folder)
        sys.path.insert(0, str(HOOK))
        sys.modules.pop("poolscope_watch_ring", None)
        sys.dont_write_bytecode = True
        import poolscope_watch_ring

        self.module = poolscope_watch_ring
        self.module.FOLDER = str(folder)
        self.folder = folder

    def tearDown(self):
        sys.path.remove(str(HOOK))
        del os.environ["POOLSCOPE_WATCH"]

    def make(self, capacity, number=1):
        ring = self.module.Ring()
        before, self.module.CAPACITIES = self.module.CAPACITIES, (capacity,)
        ring.connect(str(self.folder), os.getpid(), number)
        self.module.CAPACITIES = before
        return ring, ring_reader.Ring(self.folder / ("%d-%d.ring" % (os.getpid(), number)))

    def test_records_wrap_and_what_does_not_fit_is_counted(self):
        module = self.module
        for seed in range(20):
            chance = random.Random(seed)
            ring, reader = self.make(1 << 16, seed + 1)
            written = dropped = 0
            for number in range(20000):
                if chance.random() < 0.5:
                    done = ring.write(module.LIGHT, 1, 2, number, 1, 0, 5, 6)
                else:
                    text = "x" * chance.randrange(300)
                    done = ring.write_texts(module.FAILURE, (1, 2, number, 0, 5), ("E", text, text))
                written += done
                dropped += not done
                if chance.random() < 0.002:
                    reader.read()
            reader.read()
            self.assertEqual(len(reader.records), written)
            self.assertEqual(reader.lost, dropped)
            self.assertTrue(written and dropped)
            numbers = [record.index for record in reader.records]
            self.assertEqual(numbers, sorted(numbers))
            reader.close()

    def test_sums_are_reported_when_there_is_room(self):
        module = self.module
        ring, reader = self.make(1 << 16)
        for number in range(5000):
            if ring.sums:
                ring.report_sums()
            if not ring.write(module.LIGHT, 1, number, 0, 2, 1, 10 + number, 20 + number):
                ring.add(1, number, 1, 2, 1, 10 + number, 20 + number)
        reader.read()
        while ring.sums:
            ring.report_sums()
            reader.read()
        totals = [0, 0, 0]
        for record in reader.records:
            totals[0] += getattr(record, "chunks", 1)
            totals[1] += record.inputs
            totals[2] += record.failed
        self.assertEqual(totals, [5000, 10000, 5000])

    def test_submitted_jobs_are_each_taken_once(self):
        for seed in range(20):
            chance = random.Random(seed)
            ring, reader = self.make(1 << 16, seed + 1)
            expected, job, first = [], 0, 0
            for _ in range(3000):
                call, inputs = chance.choice(((1, 1), (1, 1), (2, 3))) if chance.random() < 0.1 else (1, 1)
                job += chance.random() < 0.05
                ring.submit(call, job, first, inputs)
                expected.append((call, job, first, inputs))
                job, first = job + 1, first + inputs
                if chance.random() < 0.05:
                    reader.read()
            reader.read()
            found = [(each.call, each.job, each.first, each.inputs) for each in reader.records]
            self.assertEqual(found, expected)
            self.assertLess(ring.written, 64 * len(expected))
            reader.close()

    def test_a_file_that_cannot_grow_is_used_as_far_as_it_goes(self):
        module = self.module
        ring, reader = self.make(1 << 20)
        ring.path = "/nowhere"
        for number in range(5000):
            self.assertTrue(ring.write(module.LIGHT, 1, 2, number, 1, 0, 5, 6))
            reader.read()
        self.assertEqual([record.index for record in reader.records], list(range(5000)))


if __name__ == "__main__":
    if not PYTHONS:
        sys.exit("hooks_test: no Python of 3.8 or later was found")
    unittest.main()
