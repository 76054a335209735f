# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs tasks in multiprocessing.Pool (spawn) and in the Python worker, and compares what they do.

Each case is a file that maps its task by a Pool when it is run as a script. What the task returns
and which files it leaves behind must be equal to what the worker gives for the same file.
"""

import json
import os
import re
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


# With it, standard output would have no buffer in a Pool.
os.environ.pop("PYTHONUNBUFFERED", None)


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
            if name in ("calls", "tasks.py", "status_page", "case.py", "main.py", "outcomes"):
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
            stdout=subprocess.PIPE,
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
        worker.prepare("main.py:task", status_page=True).expect(driver.READY)
        outcomes = [plain(outcome) for outcome in worker.run(0, count)]
        self.assertEqual(worker.goodbye(), 0)
        lines = worker.finished_log().splitlines()
        notes = "poolscope_worker: each worker loads"
        return outcomes, files_in(folder), [line for line in lines if not line.startswith(notes)]

    def assert_equal(self, source, count=1, prepare=lambda folder: None, is_main=False):
        """Compares both; returns the outcomes and files, so that the test can see what they are."""
        source = textwrap.dedent(source)
        pool = self.by_pool(source, count, prepare, is_main)
        *worker, log = self.by_worker(source, count, prepare)
        self.assertEqual(tuple(worker), pool)
        self.assertEqual(log, [])
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
            def note(text):
                with open("notes", "a") as file:
                    file.write(text + "\\n")
            atexit.register(note, "atexit, the first")
            atexit.register(note, "atexit, the second")
            folder = tempfile.TemporaryDirectory(dir=".")
            class Object: pass
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
        handlers = b"atexit, the second\natexit, the first"
        for line in (b"by multiprocessing", b"finalized", handlers):
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
        worker.expect(driver.BATCH_REPORT)
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



class Interrupts(AsInAPool):
    def test_handler_and_what_children_inherit(self):
        outcomes, _ = self.assert_equal(
            """
            import signal, subprocess, sys
            CHILD = "import signal; print(signal.getsignal(2) is signal.default_int_handler)"
            def task(x):
                child = [sys.executable, "-c", CHILD]
                return [
                    signal.getsignal(signal.SIGINT) is signal.default_int_handler,
                    subprocess.run(child, stdout=subprocess.PIPE).stdout.decode().strip(),
                    [int(number) for number in range(1, 32)
                     if signal.getsignal(number) is signal.SIG_IGN],
                ]
            """
        )
        self.assertEqual(outcomes[0][:2], [True, "True"])

    def test_interrupts_of_the_task_itself(self):
        outcomes, _ = self.assert_equal(
            """
            import _thread, os, signal, threading, time
            def by_a_timer():
                threading.Timer(0.01, _thread.interrupt_main).start()
                while True: time.sleep(0.001)
            WAYS = [by_a_timer, _thread.interrupt_main, lambda: os.kill(os.getpid(), signal.SIGINT)]
            def task(x):
                try:
                    WAYS[x]()
                    for _ in range(10**9): pass
                    return "went on"
                except KeyboardInterrupt:
                    return "interrupted"
            """,
            count=3,
        )
        self.assertEqual(outcomes, ["interrupted"] * 3)

    def test_a_handler_of_its_own(self):
        outcomes, _ = self.assert_equal(
            """
            import os, signal
            came = []
            signal.signal(signal.SIGINT, lambda *arguments: came.append("own"))
            def task(x):
                os.kill(os.getpid(), signal.SIGINT)
                while len(came) <= x: pass
                return came
            """,
            count=2,
        )
        self.assertEqual(outcomes, [["own"], ["own", "own"]])

    def test_ignored_from_the_start(self):
        source = "import signal\ndef task(x): return signal.getsignal(2) is signal.SIG_IGN\n"
        self.write("ignored.py", source)
        command = ["sh", "-c", 'trap "" INT; exec "$0" "$1"', PYTHON, driver.WORKER]
        worker = self.start(command=command)
        worker.prepare("ignored.py:task").expect(driver.READY)
        self.assertEqual(worker.run(0, 1), [("json", b"true")])


class Names(AsInAPool):
    def test_names_and_numbers(self):
        outcomes, _ = self.assert_equal(
            """
            import os, multiprocessing, threading
            def task(x):
                process = multiprocessing.current_process()
                parent = multiprocessing.parent_process()
                return [
                    process.name, list(process._identity), process.pid == os.getpid(),
                    parent.name, parent.pid == os.getppid(), parent.is_alive(),
                    process._parent_pid == os.getppid(), threading.current_thread().name,
                    threading.current_thread() is threading.main_thread(),
                ]
            """,
            is_main=True,
        )
        self.assertEqual(outcomes[0][:2], ["SpawnPoolWorker-1", [1]])

    def test_names_in_records_of_logging(self):
        outcomes, _ = self.assert_equal(
            """
            import logging
            def task(x):
                record = logging.LogRecord("name", 20, "path", 1, "message", (), None)
                return record.processName
            """
        )
        self.assertEqual(outcomes, ["SpawnPoolWorker-1"])

    def test_number_in_the_environment(self):
        self.write("number.py", textwrap.dedent("""
            import os, subprocess
            loaded = os.environ["POOLSCOPE_WORKER"]
            def task(x):
                return [loaded, subprocess.getoutput("echo $POOLSCOPE_WORKER")]
        """))
        worker = self.ready("number.py:task")
        self.assertEqual(worker.run(0, 1), [("json", b'["1","1"]')])

    def test_numbers_of_processes_that_the_task_starts(self):
        self.write("starts.py", textwrap.dedent("""
            import multiprocessing, os
            def child(queue):
                process = multiprocessing.current_process()
                queue.put([process.name, list(process._identity), __name__])
            def task(x):
                context = multiprocessing.get_context("spawn" if x else "fork")
                queue = context.SimpleQueue()
                process = context.Process(target=child, args=[queue])
                process.start()
                process.join()
                return queue.get() if process.exitcode == 0 else process.exitcode
        """))
        os.link(os.path.join(self.folder, "starts.py"), os.path.join(self.folder, "a.name.py"))
        for name, module in ("starts.py", b"starts"), ("starts", b"starts"), ("a.name.py", None):
            worker = self.ready(name + ":task")
            outcomes = worker.run(0, 2)
            module = module or b"__mp_main__"
            self.assertEqual(outcomes, [
                ("json", b'["ForkProcess-1:1",[1,1],"%s"]' % module),
                ("json", b'["SpawnProcess-1:2",[1,2],"%s"]' % module),
            ])


class Main(AsInAPool):
    PICKLED = b"c__main__\nModel\n)R."  # as an object of a script's own class is
    SOURCE = """
        import os, pickle, sys
        class Model:
            scale = 3
        def task(x):
            import __main__
            with open("model.pkl", "rb") as file:
                model = pickle.load(file)
            return [
                model.scale * x, type(model) is Model, __main__ is sys.modules["__mp_main__"],
                os.path.basename(__main__.__file__), __main__.__name__ == __name__,
                __main__.task is task, type(pickle.loads(pickle.dumps(Model()))) is Model,
            ]
        """

    def put_model(self, folder):
        with open(os.path.join(folder, "model.pkl"), "wb") as file:
            file.write(self.PICKLED)

    def test_what_a_script_has_pickled(self):
        outcomes, _ = self.assert_equal(self.SOURCE, 3, self.put_model, is_main=True)
        self.assertEqual([outcome[0] for outcome in outcomes], [0, 3, 6])

    def test_by_whatever_name_it_is_loaded(self):
        self.put_model(self.folder)
        source = textwrap.dedent(self.SOURCE)
        self.write("package/__init__.py", "")
        for path in ("plain.py", "json.py", "with.dots.py", "a-b.py", "package/inner.py"):
            self.write(path, source)
        for target in ("plain.py", "plain", "json.py", "with.dots.py", "a-b.py", "package.inner"):
            outcome = self.ready(target + ":task").run(2, 1)[0]
            self.assertEqual(outcome[0], "json", outcome)
            self.assertEqual(json.loads(outcome[1])[:3], [6, True, True], target)

    def test_arguments_of_the_command_line(self):
        self.write("reads.py", "import sys\narguments = sys.argv\ndef task(x): return arguments\n")
        self.assertEqual(self.ready("reads.py:task").run(0, 1), [("json", b'["reads.py"]')])


class Streams(AsInAPool):
    def test_what_sys_stdout_is(self):
        self.assert_equal(
            """
            import sys
            def described(stream):
                return [
                    stream.name, stream.mode, type(stream).__name__, stream.fileno(),
                    stream.isatty(), stream.readable(), stream.writable(), stream.seekable(),
                    stream.closed, stream.newlines, stream.encoding, stream.line_buffering,
                    stream.buffer.name, stream.buffer.mode, stream.buffer.fileno(),
                    stream.buffer.closed, type(stream.buffer.raw).__name__,
                    stream.buffer.raw.name, stream.buffer.raw.mode, stream.buffer.raw.fileno(),
                ]
            def task(x):
                return [described(sys.stdout), sys.stdout is sys.__stdout__,
                        sys.stderr.name, sys.stderr.errors, sys.stderr.fileno(),
                        sys.stderr is sys.__stderr__, sys.stdin.read()]
            """
        )

    WRAPPINGS = [
        'sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")',
        'sys.stdout = io.TextIOWrapper(sys.stdout.detach(), "utf-8", line_buffering=True)',
        'sys.stdout = codecs.getwriter("utf-8")(sys.stdout.buffer)',
        'sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)',
        "sys.stdout = sys.__stdout__",
        'sys.stdout = open(sys.stdout.fileno(), "w", buffering=1, closefd=False)',
        'sys.stdout = os.fdopen(os.dup(1), "w", 1)',
    ]

    def test_streams_put_over_it(self):
        for number, wrapping in enumerate(self.WRAPPINGS):
            self.write("wraps.py", textwrap.dedent("""
                import codecs, gc, io, os, sys
                %s
                gc.collect()
                def task(x):
                    print("line", x)
                    sys.stdout.flush()
                    return x
            """) % wrapping)
            worker = self.ready("wraps.py:task")
            self.assertEqual(worker.run(0, 3), [("integer", x) for x in range(3)], wrapping)
            self.assertEqual(worker.goodbye(), 0)
            said = b"".join(worker.printed.values()) + worker.finished_log().encode()
            self.assertEqual(said, b"line 0\nline 1\nline 2\n", wrapping)

    def test_a_closed_stream(self):
        self.assert_equal(
            """
            import sys
            def task(x):
                stream = sys.stdout
                stream.close()
                try:
                    print("printed")
                except ValueError as error:
                    return [str(error), stream.closed, stream.buffer.closed]
            """
        )

    def test_pieces_without_the_end_of_a_line(self):
        self.write("pieces.py", textwrap.dedent("""
            import sys
            def task(x):
                for number in range(100_000):
                    print(number % 10, end="\\r" if x else "")
        """))
        worker = self.ready("pieces.py:task", status_page=True)
        worker.run(0, 2)
        self.assertEqual(worker.printed[0, 1], b"0123456789" * 10_000)
        self.assertEqual(worker.printed[1, 1], b"0\r1\r2\r3\r4\r5\r6\r7\r8\r9\r" * 10_000)

    def test_pieces_are_copied_once(self):
        code = """if True:
            import sys
            sys.path.insert(0, %r)
            import poolscope_worker as w
            class Worker:
                handing_over = interrupt_waits = False
                unfinished_prints = set()
                def printing_index(self): return 0
                @property
                def output(self): return self
                def printed(self, index, stream, text): sizes.append(len(text))
            sizes = []
            stream = w.tagged_stream(Worker(), 1, "<stdout>")
            for _ in range(100_000): stream.write(".")
            stream.flush()
            most = max(sizes)
            assert sum(sizes) == 100_000 and most <= w.PRINTED_PIECE, sizes
            assert len(sizes) <= 5, sizes
        """
        code %= os.path.dirname(driver.WORKER)
        run = subprocess.run([PYTHON, "-c", code], timeout=PATIENCE)
        self.assertEqual(run.returncode, 0)


if __name__ == "__main__":
    unittest.main()
