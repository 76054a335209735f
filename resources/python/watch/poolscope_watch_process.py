# SPDX-License-Identifier: GPL-3.0-or-later
"""Births and deaths of processes that multiprocessing starts.

The hooks of a worker are installed here, in the worker, after the fork or the start of the
interpreter and before the worker's loop begins. No function of the hooks is on the stack then.
"""

import sys

import poolscope_watch_ring as watch
from poolscope_watch_ring import (
    NONE,
    PROCESS,
    PROCESS_ENDED,
    PROCESS_LEFT,
    SetHook,
    clock,
    function_name,
    installed,
    pipe_number,
    replace,
    ring,
)

# The function that a worker's process calls, and the one that installs hooks there with its arguments.
workers = {}


def install(module):
    name = module.__name__
    if name.endswith(".util"):
        installed(name + "._run_after_forkers", hook_beginning, module)
        installed(name + "._flush_std_streams", hook_end, module)
    else:
        installed(name + ".Popen", hook_popen, module.Popen)


def hook_beginning(util):
    """Has enter() called right before a child runs what it is for.

    That is where a forked process runs the handlers that are registered for it. From 3.10 on, what
    is spawned has no such step, but an empty method in its place.
    """
    package = util.__name__.rpartition(".")[0]
    process = sys.modules[package + ".process"]
    process._current_process  # or this version has none, and is left alone

    def then_enter(original):
        def hooked():
            original()
            try:
                enter(process._current_process)
            except Exception as error:
                watch.note("A worker is left alone: %s: %s" % (type(error).__name__, error))

        return hooked

    replace(util, "_run_after_forkers", then_enter(util._run_after_forkers))
    spawned = getattr(sys.modules[package + ".context"], "SpawnProcess", None)
    if "_after_fork" in vars(spawned):
        original = spawned._after_fork
        replace(spawned, "_after_fork", then_enter(original))
        spawned._after_fork = staticmethod(spawned._after_fork)


def enter(process):
    """Installs the hooks of a worker, or records a process that is no pool's."""
    target = process._target
    hook = worker_hook(target)
    if hook is not None:
        hook(*process._args)
    else:
        what = function_name(target if target is not None else type(process))
        ring().write_texts(PROCESS, (clock(),), (str.__str__(process._name), what))


def worker_hook(target):
    try:
        return workers.get(target)
    except TypeError:  # it cannot be hashed
        return None


def hook_end(util):
    original = util._flush_std_streams

    def _flush_std_streams():
        original()
        try:
            frame = sys._getframe(1)
            if frame.f_code.co_name == "_bootstrap":
                process = frame.f_locals["self"]
                if worker_hook(process._target) is None:
                    code = frame.f_locals["exitcode"]
                    ring().write(PROCESS_LEFT, code & NONE, clock())
        except Exception:
            pass

    replace(util, "_flush_std_streams", _flush_std_streams)


def hook_popen(popen):
    """Records the deaths of children, in the parent that finds them."""

    def starts(self, pid):
        if pid:
            process = sys._getframe(2).f_locals.get("process_obj")
            pool = 0
            if process is not None and worker_hook(process._target) is not None:
                pool = pipe_number(process._args[0]._reader)
            self.__dict__["_poolscope_watch_pool"] = pool
        return pid

    def ends(self, code):
        if code is not None and self.__dict__.get("returncode") is None:
            pool = self.__dict__.get("_poolscope_watch_pool", 0)
            ring().write(PROCESS_ENDED, pool, self.pid, code & NONE, clock())
        return code

    SetHook(popen, "pid", starts)
    SetHook(popen, "returncode", ends)
