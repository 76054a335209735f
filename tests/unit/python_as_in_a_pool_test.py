# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs tasks in multiprocessing.Pool (spawn) and in the Python worker, and compares what they do.

Each case is a file that maps its task by a Pool when it is run as a script. What the task returns
and which files it leaves behind must be equal to what the worker gives for the same file.
"""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import textwrap
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import python_worker_test as driver  # noqa: E402
from python_worker_test import PATIENCE, PYTHON, WorkerTest  # noqa: E402

MAP_BY_A_POOL = """
if __name__ == "__main__":
    import json, multiprocessing, sys
    def outcome(result):
        try:
            return result.get()
        except BaseException as error:
            return "raised " + type(error).__name__
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        results = [pool.apply_async(task, [x]) for x in range(int(sys.argv[1]))]
        outcomes = [outcome(result) for result in results]
        pool.close()
        pool.join()
    with open("outcomes", "w") as file:
        json.dump(outcomes, file)
"""
# The script that maps it does not load the task's file itself: what that does is the worker's.
IMPORTING = """
def task(x):
    import case
    return case.task(x)
"""


def plain(outcome):
    """An outcome of the worker's as the script has it in its JSON."""
    kind, value = outcome
    if kind == "failure":
        return "raised " + value[1].rpartition(".")[2]
    if kind == "text":
        return value.decode()
    return json.loads(value) if kind == "json" else value


def files_in(folder):
    """What files hold, by their paths. What the test itself puts there is left out."""
    found = {}
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names + [name + "/" for name in folders]:
            if name in ("calls", "tasks.py", "board", "case.py", "main.py", "outcomes"):
                continue
            full = os.path.join(path, name)
            content = None
            if not name.endswith("/"):
                with open(full, "rb") as file:
                    content = file.read()
            found[re.sub(r"\d{3,}", "N", os.path.relpath(full, folder))] = content
    return found


class AsInAPool(WorkerTest):
    def by_pool(self, source, count, prepare, is_main):
        folder = os.path.join(self.folder, "pool")
        os.makedirs(folder)
        prepare(folder)
        self.write("pool/case.py", source)
        self.write("pool/main.py", (source if is_main else IMPORTING) + MAP_BY_A_POOL)
        run = subprocess.run(
            [PYTHON, "main.py", str(count)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(os.path.join(folder, "outcomes")) as file:
            return json.load(file), files_in(folder)

    def by_worker(self, source, count, prepare):
        folder = os.path.join(self.folder, "worker")
        os.makedirs(folder)
        prepare(folder)
        self.write("worker/main.py", source + MAP_BY_A_POOL)
        worker = driver.Worker(folder)
        self.addCleanup(worker.close)
        worker.prepare("main.py:task", board=True).expect(driver.READY)
        outcomes = [plain(outcome) for outcome in worker.run(0, count)]
        self.assertEqual(worker.goodbye(), 0)
        return outcomes, files_in(folder), worker.finished_log()

    def assert_equal(self, source, count=1, prepare=lambda folder: None, is_main=False):
        """Compares both; returns the outcomes and files, so that the test can see what they are."""
        source = textwrap.dedent(source)
        pool = self.by_pool(source, count, prepare, is_main)
        *worker, log = self.by_worker(source, count, prepare)
        self.assertEqual(tuple(worker), pool)
        self.assertEqual(log, "")
        return pool


class AtTheEnd(AsInAPool):
    def test_files_that_a_module_keeps_open(self):
        _, files = self.assert_equal(
            """
            import gzip, os
            text = open("text", "w")
            data = open("data", "wb")
            packed = gzip.GzipFile("packed.gz", "wb", 0, mtime=1)
            class Holder: pass
            holder = Holder()
            holder.cycle = holder
            holder.file = open("held", "a")
            def task(x):
                text.write("%d\\n" % x)
                data.write(b"%d" % x)
                packed.write(b"line %d" % x)
                holder.file.write("%d" % x)
                return x
            """,
            count=50,
        )
        lines = [str(x) for x in range(50)]
        self.assertEqual(files["text"].decode().split(), lines)
        self.assertEqual(files["data"].decode(), "".join(lines))
        self.assertEqual(files["held"].decode(), "".join(lines))
        self.assertIn(b"line 0line 1", files["packed.gz"])

    def test_exit_handlers_of_every_kind_and_their_order(self):
        _, files = self.assert_equal(
            """
            import atexit, logging, logging.handlers, multiprocessing.util, os, tempfile, weakref
            def note(text, open=open):
                with open("notes", "a") as file:
                    file.write(text + "\\n")
            atexit.register(note, "atexit, the first")
            atexit.register(note, "atexit, the second")
            folder = tempfile.TemporaryDirectory(dir=".")
            class Object:
                def __del__(self, note=note): note("deleted")
            watched = Object()
            weakref.finalize(watched, note, "finalized")
            multiprocessing.util.Finalize(None, note, ["by multiprocessing"], exitpriority=10)
            target = logging.FileHandler("records")
            memory = logging.handlers.MemoryHandler(100, target=target)
            logging.getLogger().addHandler(memory)
            def task(x):
                logging.warning("of %d", x)
                return sorted(name[:3] for name in os.listdir(".") if name.startswith("tmp"))
            """,
            count=2,
        )
        self.assertEqual(
            files["notes"].decode().splitlines()[:1], ["by multiprocessing"], files["notes"]
        )
        for line in (b"finalized", b"deleted", b"atexit, the second\natexit, the first"):
            self.assertIn(line, files["notes"])
        self.assertEqual(files["records"], b"of 0\nof 1\n")
        self.assertEqual([name for name in files if name.endswith("/")], [])

    def test_threads(self):
        _, files = self.assert_equal(
            """
            import concurrent.futures, threading, time
            executor = concurrent.futures.ThreadPoolExecutor(1)
            ending = threading.Event()
            def create(name):
                ending.wait(0.3)
                open(name, "w").close()
            def cut_off():
                threading.Event().wait()
                open("by a daemon", "w").close()
            def task(x):
                threading.Thread(target=create, args=["by a thread"]).start()
                threading.Thread(target=cut_off, daemon=True).start()
                executor.submit(create, "by an executor")
                return x
            """
        )
        self.assertEqual(set(files), {"by a thread", "by an executor"})

    def test_a_child_that_the_task_forks(self):
        outcomes, files = self.assert_equal(
            """
            import atexit, os, sys
            main = os.getpid()
            def note():
                with open("notes", "a") as file:
                    file.write("main" if os.getpid() == main else "child ")
            atexit.register(note)
            def task(x):
                child = os.fork()
                if child == 0:
                    sys.exit(x)
                return os.waitpid(child, 0)[1] >> 8
            """,
            count=4,
        )
        self.assertEqual(outcomes, [0, 1, 2, 3])
        self.assertEqual(files["notes"], b"child " * 4 + b"main")

    def test_processes_of_multiprocessing_are_waited_for(self):
        # A Pool's own workers may not start any.
        self.write("starts.py", textwrap.dedent("""
            import multiprocessing, time
            def create(name):
                while not __import__("os").path.exists("go"): time.sleep(0.001)
                open(name, "w").close()
            def sleep(name):
                time.sleep(600)
            def task(x):
                context = multiprocessing.get_context("fork")
                context.Process(target=create, args=["created"]).start()
                context.Process(target=sleep, args=["never"], daemon=True).start()
                return x
        """))
        worker = self.ready("starts.py:task")
        worker.run(0, 1)
        worker.send(driver.frame(driver.POOL_GOODBYE))
        worker.expect(driver.STATIONS)
        worker.expect(driver.WORKER_GOODBYE)
        self.write("go", "")
        self.assertEqual(worker.status(), 0)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "created")))
        self.assertEqual(worker.finished_log(), "")

    def test_shared_memory_left_behind_is_removed(self):
        self.write("leaves.py", textwrap.dedent("""
            import multiprocessing.shared_memory
            def task(x):
                global memory
                memory = multiprocessing.shared_memory.SharedMemory(create=True, size=64)
                return memory.name
        """))
        worker = self.ready("leaves.py:task")
        path = "/dev/shm/" + worker.run(0, 1)[0][1].decode()
        self.assertTrue(os.path.exists(path))
        self.assertEqual(worker.goodbye(), 0)
        self.assertFalse(os.path.exists(path))

    def test_what_never_ends_is_cut_off(self):
        for says, source in {
            r"threads that the task had started still ran \(waits\)": """
                import threading
                def task(x):
                    threading.Thread(target=threading.Event().wait, name="waits").start()
                """,
            "exit handlers or processes of the task still ran": """
                import atexit, threading
                atexit.register(threading.Event().wait)
                def task(x): pass
                """,
            "Timeout": """
                import os, threading
                class Waits:
                    def __del__(self, wait=threading.Event().wait): wait()
                waits = Waits()
                def task(x): pass
                """,
        }.items():
            self.write("waits.py", textwrap.dedent(source))
            worker = self.ready("waits.py:task")
            worker.run(0, 1)
            worker.send(driver.frame(driver.POOL_GOODBYE))
            while worker.next():
                pass
            worker.status()
            self.assertRegex(worker.finished_log(), says)

    def test_exit_handlers_run_where_the_task_is_refused_and_where_the_pool_is_gone(self):
        source = """
            import atexit
            def note(): open("ended", "w").close()
            atexit.register(note)
            def task(x): return x
            """
        ended = os.path.join(self.folder, "ended")
        self.write("fails.py", textwrap.dedent(source) + "raise ValueError\n")
        self.refused("fails.py:task")
        self.assertTrue(os.path.exists(ended))
        os.unlink(ended)
        self.write("works.py", textwrap.dedent(source))
        worker = self.ready("works.py:task")
        worker.channel.close()
        self.assertEqual(worker.status(), 1)
        self.assertTrue(os.path.exists(ended))


if __name__ == "__main__":
    unittest.main()
