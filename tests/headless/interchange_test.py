#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes traces and reports of runs, reads traces and job logs, and damages them.

POOLSCOPE names the program to test.
"""

import collections
import csv
import json
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree
from html.parser import HTMLParser

from run_test import ALL_SUCCEEDED, PATIENCE, SOME_FAILED, WRONG_USE, ProgramTest

TASKS = """
import time


def square(number):
    time.sleep(0.001)
    return number * number


def picky(number):
    if number == 7:
        raise ValueError("<b>no & 7</b> \\x1b[31m here")
    print("did", number)
    return number
"""

HEADER = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"
# As GNU parallel 20221122 wrote it: parallel -j2 --joblog FILE 'sleep 0.0{}; exit ...' ::: 1 ... 8
JOB_LOG = HEADER + """\
1	:	1795566657.839	     0.051	0	0	0	0	sleep 0.01; exit $((1 == 5))
2	:	1795566657.889	     0.081	0	0	0	0	sleep 0.02; exit $((2 == 5))
3	:	1795566657.920	     0.054	0	0	0	0	sleep 0.03; exit $((3 == 5))
4	:	1795566657.972	     0.060	0	0	0	0	sleep 0.04; exit $((4 == 5))
5	:	1795566657.976	     0.070	0	0	1	0	sleep 0.05; exit $((5 == 5))
6	:	1795566658.034	     0.080	0	0	0	0	sleep 0.06; exit $((6 == 5))
8	:	1795566658.117	     0.010	0	0	0	9	sleep 0.08; exit $((8 == 5))
7	:	1795566658.048	     0.090	0	0	0	0	sleep 0.07; exit $((7 == 5))
"""

class InterchangeTest(ProgramTest):
    """A folder of its own for each test, with tasks in it."""

    def setUp(self):
        super().setUp()
        self.path("tasks.py").write_text(TASKS)

    def program(self, *arguments):
        done = super().program(*arguments)
        return done._replace(out=done.out.decode())

    def succeed(self, *arguments, status=ALL_SUCCEEDED):
        done = self.program(*arguments)
        self.assertEqual(done.status, status, done.err)
        return done

    def assert_refused(self, done, *words):
        """One line, which says what is wrong."""
        self.assertEqual(done.status, WRONG_USE, done)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        for word in words:
            self.assertIn(word, done.err)

    def info(self, name):
        return json.loads(self.succeed("info", name, "--json").out)

    def rows(self, name):
        with open(self.path(name), newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def chart_data(self, run, *names):
        """What a file's charts show, as data."""
        charts = [f"--chart={name}={name}-of-{run}.csv" for name in names]
        self.succeed("export", run, *charts)
        return [self.rows(f"{name}-of-{run}.csv") for name in names]

    def trace(self, name):
        return json.loads(self.path(name).read_text(encoding="utf-8"))


class TraceOut(InterchangeTest):
    def test_holds_every_iteration_and_chunk(self):
        self.succeed("run", "--python", "tasks.py:square", "--range", "0:200", "-j", "2", "--chunk",
                     "10", "--discard", "-q", "--trace", "run.json")
        events = self.trace("run.json")["traceEvents"]
        spans = [e for e in events if e.get("cat") == "span"]
        indices = sorted(
            index for e in spans
            for index in range(e["args"]["index"], e["args"]["index"] + e["args"]["count"]))
        self.assertEqual(indices, list(range(200)))
        self.assertEqual({e["tid"] for e in spans}, {1, 2})
        names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
        self.assertEqual(names, {0: "pool", 1: "worker 1", 2: "worker 2"})
        flows = collections.defaultdict(dict)
        for event in events:
            if event["ph"] in "stf":
                flows[event["id"]][event["ph"]] = event
        # A chunk from which inputs were reclaimed has other chunks for them.
        self.assertGreaterEqual(len(flows), 20)
        for flow in flows.values():
            self.assertLess(flow["s"]["ts"], flow["t"]["ts"])
            self.assertLess(flow["t"]["ts"], flow["f"]["ts"])
            # A viewer binds it to what is on its thread then, and draws nothing otherwise.
            begun = [e for e in spans if e["tid"] == flow["t"]["tid"] and e["ts"] == flow["t"]["ts"]]
            self.assertEqual(len(begun), 1)
        rates = [e["args"]["it/s"] for e in events if e["ph"] == "C"]
        self.assertGreater(max(rates), 100)

    def test_events_of_a_thread_nest(self):
        # Long enough that no worker does everything before another one is ready.
        self.succeed("run", "--builtin", "sleep_ms:2", "--range", "0:600", "-j", "3", "--chunk", "7",
                     "--discard", "-q", "--trace", "run.json")
        threads = collections.defaultdict(list)
        for event in self.trace("run.json")["traceEvents"]:
            if event["ph"] == "X":
                begin = round(event["ts"] * 1000)
                threads[event["tid"]].append((begin, begin + round(event["dur"] * 1000)))
        self.assertGreater(len(threads), 1)
        self.assertNotIn(0, threads)  # the pool computes nothing
        for spans in threads.values():
            spans.sort(key=lambda span: (span[0], -span[1]))
            open_ends = []
            for begin, end in spans:
                while open_ends and open_ends[-1] <= begin:
                    open_ends.pop()
                self.assertTrue(not open_ends or end <= open_ends[-1])
                open_ends.append(end)

    def test_tells_failures_and_texts_of_any_bytes(self):
        self.succeed("run", "--python", "tasks.py:picky", "--range", "0:10", "-j", "2", "-o",
                     "out.csv", "-q", "--trace", "run.json", status=SOME_FAILED)
        failed = [e for e in self.trace("run.json")["traceEvents"]
                  if e["ph"] == "i" and e["name"] == "failed"]
        self.assertEqual([e["args"]["value"] for e in failed], [7])
        self.assertEqual(failed[0]["args"]["type"], "ValueError")
        self.assertIn("no & 7", failed[0]["args"]["message"])

    def test_is_written_whole_or_not_at_all(self):
        self.assert_refused(
            self.program("run", "--builtin", "sqrt", "--range", "0:9", "--trace", "no/run.json"),
            "no/run.json")
        self.path("run.json").write_text("before")
        self.program("run", "--builtin", "sqrt", "--range", "0:9", "--lines", "x", "--trace",
                     "run.json")
        self.assertEqual(self.path("run.json").read_text(), "before")


class TraceIn(InterchangeTest):
    def test_a_trace_of_poolscope_opens_like_any_other(self):
        self.succeed("run", "--python", "tasks.py:square", "--range", "0:100", "-j", "2", "--chunk",
                     "10", "--discard", "-q", "--save", "run.poolscope", "--trace", "run.json")
        self.succeed("export", "run.json", "--trace", "again.json")
        kept, first, again = (self.chart_data(run, "workers")[0]
                              for run in ("run.poolscope", "run.json", "again.json"))
        self.assertEqual(len(kept), 100)
        durations = [[(row["worker"], row["duration_s"]) for row in rows]
                     for rows in (kept, first)]
        self.assertEqual(durations[1], durations[0])
        self.assertEqual(again, first)
        info = self.info("run.json")
        self.assertEqual((info["tasks"], info["succeeded"], info["workers"]), (100, 100, 2))
        self.assertEqual(info["source"], "run.json, a trace")
        self.assertIsNone(info["command"])
        names = {e["name"] for e in self.trace("again.json")["traceEvents"] if e["ph"] == "X"}
        self.assertEqual(names, {f"input {index}" for index in range(100)})

    def test_of_somebody_else(self):
        events = [
            {"ph": "M", "name": "thread_name", "pid": 9, "tid": 1, "args": {"name": "main"}},
            {"ph": "X", "name": "compile a.c", "pid": 9, "tid": 1, "ts": 5_000_000, "dur": 1e6},
            {"ph": "X", "name": "parse", "pid": 9, "tid": 1, "ts": 5_000_100, "dur": 10},
            {"ph": "B", "name": "compile b.c", "pid": 9, "tid": 2, "ts": 5_000_000},
            {"ph": "E", "pid": 9, "tid": 2, "ts": 5_500_000.5},
            {"ph": "X", "name": "link", "pid": 9, "tid": 2, "ts": 6_000_000, "dur": 1_000_000},
        ]
        self.path("other.json").write_text(json.dumps(events))
        info = self.info("other.json")
        self.assertEqual((info["tasks"], info["succeeded"], info["workers"]), (3, 3, 2))
        self.assertAlmostEqual(info["makespan_s"], 2)
        self.assertEqual(info["source"], "other.json, a trace")
        self.assertIsNone(info["command"])
        workers, completion = self.chart_data("other.json", "workers", "completion")
        self.assertEqual([row["worker"] for row in workers], ["1", "2", "2"])
        self.assertEqual([row["index"] for row in completion], ["1", "0", "2"])
        self.succeed("export", "other.json", "--trace", "again.json")
        self.assertIn("compile b.c", {e["name"] for e in self.trace("again.json")["traceEvents"]})
        self.assertEqual(self.info("again.json")["makespan_s"], info["makespan_s"])

    def test_malformed(self):
        cases = {
            "": ["byte 0"],
            "[": ["byte 1", "ends too early"],
            '{"traceEvents": 3}': ["no traceEvents"],
            '[{"ph": "X" : "ts"}]': ["byte 18", "not JSON"],
            '[{"ph": "X", "ts": -}]': ["nothing to show"],
            '[{"ph": "X", "ts": 1, "dur": "long"}]': ["nothing to show"],
            '[{"ph": "X", "ts": 1e30, "dur": 1}]': ["nothing to show"],
        }
        for text, words in cases.items():
            with self.subTest(text=text):
                self.path("bad.json").write_text(text)
                self.assert_refused(self.program("info", "bad.json"), "bad.json", *words)

    def test_says_what_it_leaves_out(self):
        events = [{"ph": "M", "name": "process_name", "pid": 1, "args": {"name": "host-a"}},
                  {"ph": "X", "name": "whole", "pid": 1, "ts": 0, "dur": 1000},
                  {"ph": "B", "name": "open", "pid": 2, "tid": 1, "ts": 500}, None]
        events += [{"ph": "X", "name": "step", "pid": 1, "ts": i, "dur": 1} for i in range(9)]
        self.path("other.json").write_text(json.dumps(events))
        text = self.succeed("info", "other.json").out
        self.assertIn("left out    9 events lie within others", text)
        self.assertIn("shown as    1 event does not end", text)
        self.assertIn("computing or waiting (which of the two is not recorded)", text)
        self.assertIn("cores       ?", text)
        self.assertNotIn("held back", text)
        info = self.info("other.json")
        self.assertEqual(info["import"]["left_out"], 10)
        self.assertEqual(info["import"]["nested"], 9)
        self.assertIsNone(info["usable_cores"])
        self.assertIsNone(info["accounting"]["held_back"])
        self.succeed("export", "other.json", "--summary", "summary.json", "--report", "report.html")
        summary = json.loads(self.path("summary.json").read_text())
        self.assertEqual(summary["import"], info["import"])
        self.assertEqual([worker["name"] for worker in summary["workers"]],
                         ["host-a", "process 2 \u00b7 thread 1"])
        self.assertIn("host-a", self.path("report.html").read_text())

    def test_is_compared_by_its_source(self):
        self.path("other.json").write_text('[{"ph": "X", "ts": 1, "dur": 1}]')
        self.succeed("run", "--builtin", "sqrt", "--range", "0:9", "--discard", "-q", "--save",
                     "own.poolscope")
        files = "own.poolscope", "other.json"
        own, other = json.loads(self.succeed("info", *files, "--json").out)["runs"]
        self.assertEqual((own["source"], own["command"]), (None, self.info(files[0])["command"]))
        self.assertEqual((other["source"], other["command"]), ("other.json, a trace", None))
        self.assertIn("B  other.json: other.json, a trace\n", self.succeed("info", *files).out)

    def test_a_trace_may_go_into_a_named_pipe(self):
        os.mkfifo(self.path("pipe"))
        with subprocess.Popen(["cat", self.path("pipe")], stdout=subprocess.PIPE) as reader:
            self.addCleanup(reader.kill)
            done = self.program("run", "--builtin", "sqrt", "--range", "0:100", "--discard", "-q",
                                "--trace", "pipe")
            self.assert_status(done, ALL_SUCCEEDED)
            self.assertIn("traceEvents", json.loads(reader.communicate(timeout=PATIENCE)[0]))

    def test_has_no_values(self):
        self.succeed("run", "--shell", '[ "$1" != 0 ] || until [ -e 8 ]; do sleep 0.01; done; >"$1"',
                     "--range", "0:9", "-j", "2", "--discard", "-q", "--trace", "own.json",
                     "--save", "own.poolscope")
        self.assertIn("held back", self.succeed("info", "own.poolscope").out)
        self.path("other.json").write_text(json.dumps([
            {"ph": "X", "tid": 1, "ts": 1, "dur": 9}, {"ph": "X", "tid": 2, "ts": 2, "dur": 1}]))
        for name in ("own.json", "other.json"):
            self.assertNotIn("held back", self.succeed("info", name).out)
            self.assert_refused(self.program("export", name, "-o", "out.jsonl"), "no values")
            self.assertFalse(self.path("out.jsonl").exists())

    def test_is_no_run_file(self):
        self.path("other.json").write_text('[{"ph": "X", "ts": 1, "dur": 1}]')
        self.assert_refused(self.program("resume", "other.json"), "other.json")


class JobLogIn(InterchangeTest):
    def setUp(self):
        super().setUp()
        self.path("jobs.joblog").write_text(JOB_LOG)

    def test_is_a_run(self):
        info = self.info("jobs.joblog")
        self.assertEqual((info["tasks"], info["succeeded"], info["failed"]), (8, 6, 2))
        self.assertEqual(info["workers"], 2)
        self.assertAlmostEqual(info["makespan_s"], 0.299)
        self.assertEqual(info["source"], "jobs.joblog, of GNU parallel")
        workers, completion = self.chart_data("jobs.joblog", "workers", "completion")
        self.assertEqual(len(workers), 8)
        self.assertEqual([row["index"] for row in completion], list("01234576"))
        text = self.succeed("info", "jobs.joblog").out
        self.assertIn("job log", text)
        self.assertIn("8 of 8 inputs, 2 failed", text)
        self.assertNotIn("poolscope run", text)

    def test_tells_why_jobs_failed(self):
        self.succeed("export", "jobs.joblog", "--trace", "jobs.json")
        failures = {event["args"]["value"]: event["args"]
                    for event in self.trace("jobs.json")["traceEvents"] if event["name"] == "failed"}
        self.assertEqual(sorted(failures), [4, 7])
        self.assertEqual(failures[4]["kind"], "exit")
        self.assertEqual(failures[4]["message"], "ended with status 1")
        self.assertEqual(failures[7]["kind"], "signal")
        self.assertIn("SIGKILL", failures[7]["message"])

    def test_gives_charts_trace_and_report(self):
        self.succeed("export", "jobs.joblog", "--charts", "charts", "--trace", "jobs.json",
                     "--report", "jobs.html")
        for chart in ("workers", "completion", "rate"):
            self.assertGreater(self.path(f"charts/{chart}.png").stat().st_size, 5000)
        names = {e["name"] for e in self.trace("jobs.json")["traceEvents"] if e["ph"] == "X"}
        self.assertIn("sleep 0.07; exit $((7 == 5))", names)
        self.assertEqual(self.chart_data("jobs.json", "workers", "completion"),
                         self.chart_data("jobs.joblog", "workers", "completion"))
        self.assertIn("sleep 0.05; exit $((5 == 5))", self.path("jobs.html").read_text())

    @unittest.skipUnless(shutil.which("parallel"), "GNU parallel is not installed")
    def test_of_the_parallel_that_is_here(self):
        subprocess.run(
            ["parallel", "--will-cite", "-j3", "--joblog", "here.joblog", "sleep 0.0{}; test {} != 4",
             ":::", *"123456789"], cwd=self.folder, timeout=PATIENCE, stdin=subprocess.DEVNULL,
            check=False)
        info = self.info("here.joblog")
        self.assertEqual((info["tasks"], info["failed"]), (9, 1))
        self.assertLessEqual(info["workers"], 3)

    def test_malformed(self):
        cases = {
            HEADER + "1\t:\t1\n": ["line 2", "9 columns"],
            HEADER + "9\t:\t1795566658.2\t-0.5\t0\t0\t0\t0\tx\n": ["line 2", "JobRuntime", "-0.5"],
            HEADER + "9\t:\tnan\t0.5\t0\t0\t0\t0\tx\n": ["line 2", "Starttime", "nan"],
            HEADER + "1e99\t:\t1\t0.5\t0\t0\t0\t0\tx\n": ["line 2", "Seq"],
            HEADER + "9\t:\t1795566658.2\t1e12\t0\t0\t0\t0\tx\n": ["JobRuntime"],
            "Seq,Host\n": ["line 1", "not a job log"],
            "": ["empty"],
        }
        for text, words in cases.items():
            with self.subTest(text=text[-60:]):
                self.path("bad.joblog").write_text(text)
                self.assert_refused(self.program("info", "bad.joblog"), "bad.joblog", *words)


    def test_lines_that_are_wrong_are_counted(self):
        for line in ("1\t:\t1\n", "9\t:\t1795566658.2\t-0.5\t0\t0\t0\t0\tx\n",
                     "9\t:\t0\t0.5\t0\t0\t0\t0\tx\n"):
            with self.subTest(line=line):
                self.path("some.joblog").write_text(JOB_LOG + line)
                info = self.info("some.joblog")
                self.assertEqual((info["tasks"], info["import"]["unreadable_lines"]), (8, 1))


class Page(HTMLParser):
    """What a page holds, and what it would load."""

    # What SVG names its parts of speech by, which nobody loads.
    NAMESPACES = ("http://www.w3.org/", "http://qt.io")

    def __init__(self, text):
        super().__init__()
        self.text = ""
        self.tags = collections.Counter()
        self.loads = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        for name, value in attributes:
            loads = name in ("src", "href", "xlink:href", "srcset", "action", "data", "poster")
            if loads and not (value or "").startswith(("data:", "#")):
                self.loads.append((tag, name, value))
            if name.startswith("on") or "url(" in (value or "").replace("url(#", ""):
                self.loads.append((tag, name, value))

    def handle_data(self, data):
        self.text += data


class Report(InterchangeTest):
    def run_report(self, ending):
        self.succeed("run", "--python", "tasks.py:picky", "--range", "0:50", "-j", "2", "--discard",
                     "-q", "--save", "run.poolscope", "--report", "run" + ending, status=SOME_FAILED)

    def page(self, name):
        text = self.path(name).read_text(encoding="utf-8")
        xml.etree.ElementTree.fromstring(text.split("\n", 1)[1])  # well-formed, as XML, too
        page = Page(text)
        self.assertEqual(page.loads, [])
        self.assertEqual((page.tags["script"], page.tags["link"], page.tags["iframe"]), (0, 0, 0))
        self.assertNotIn("@import", text)
        styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        self.assertNotIn("url(", "".join(styles))
        return page

    def test_says_what_the_run_was(self):
        self.run_report(".html")
        page = self.page("run.html")
        self.assertEqual(page.tags["svg"], 12)  # six charts, for light and dark
        for text in ("picky", "0:50", "2 workers", "Workers over time", "Completion order",
                     "Iterations per second", "Throughput", "Kernel", os.uname().release, "Failures",
                     "ValueError", "<b>no & 7</b>", "did 49", "Verdict", "Workers' time by cause",
                     "computing on a core"):
            self.assertIn(text, page.text)
        self.assertNotIn("\x1b", page.text)

    def test_of_a_run_file_names_the_machine_of_the_run(self):
        self.run_report(".html")
        self.succeed("export", "run.poolscope", "--report", "again.html")
        before, after = self.page("run.html").text, self.page("again.html").text
        for text in (os.uname().nodename, os.uname().release, "Began", "ValueError"):
            self.assertIn(text, after)
        self.assertEqual(before[before.index("Settings"):before.index("Log")],
                         after[after.index("Settings"):after.index("Log")])

    def test_as_pdf(self):
        self.run_report(".pdf")
        self.assertEqual(self.path("run.pdf").read_bytes()[:5], b"%PDF-")
        self.assertGreater(self.path("run.pdf").stat().st_size, 10_000)
        if shutil.which("pdftotext"):
            text = subprocess.run(["pdftotext", self.path("run.pdf"), "-"], check=True,
                                  stdout=subprocess.PIPE, timeout=PATIENCE).stdout.decode()
            for word in ("picky", "Throughput", "ValueError", "Kernel"):
                self.assertIn(word, text)

    def test_replaces_only_when_whole(self):
        self.assert_refused(self.program("run", "--builtin", "sqrt", "--range", "0:9", "--report",
                                         "report.txt"), "--report", ".html or .pdf")
        self.assert_refused(self.program("run", "--builtin", "sqrt", "--range", "0:9", "--report",
                                         "no/report.html"), "no/report.html")


if __name__ == "__main__":
    unittest.main()
