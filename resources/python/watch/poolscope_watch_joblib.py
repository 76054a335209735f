# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks in joblib.Parallel: one call for each Parallel(...)(...), whatever its backend.

joblib hands batches to a pool or to an executor, partly from threads in which nothing of the user's
is on the stack. Each batch holds the dictionary that Parallel makes for a call.
"""

import sys

import poolscope_watch_ring as watch
from poolscope_watch_ring import (
    NONE,
    OVERRIDES,
    Call,
    SetHook,
    function_name,
    installed,
    overridden,
    users_place,
)

calls = {}  # by the number of the dictionary; removed before that is


class Pending:
    """A call of Parallel, which is recorded with its first batch."""

    def __init__(self, place):
        self.place = place
        self.call = None


def install(module):
    installed("joblib.Parallel", hook_parallel, module.Parallel)


def hook_parallel(parallel):
    import poolscope_watch_futures as futures
    import poolscope_watch_pool as pools

    pools.joblib_call = futures.joblib_call = call_of

    def has_cache(instance, cache):
        if cache is None:
            ended(calls.pop(id(instance.__dict__.get("_pickle_cache")), None))
        elif type(cache) is dict:
            place = users_place(sys._getframe(2))
            size = overridden("chunksize", 0, place)
            if size:
                instance.batch_size = size
            calls[id(cache)] = Pending(place)
        return cache

    SetHook(parallel, "_pickle_cache", has_cache)
    if OVERRIDES:

        def has_jobs(instance, number):
            return overridden("processes", number, users_place(sys._getframe(2)))

        SetHook(parallel, "n_jobs", has_jobs)


def call_of(batch, pool):
    """The call to which a batch belongs; None if it is not known."""
    pending = calls.get(id(batch._pickle_cache))
    if pending is None:
        return None
    if pending.call is None:
        items = batch.items
        name = function_name(items[0][0]) if items else ""
        pending.call = Call(pool, NONE, len(items), NONE, "Parallel", name, pending.place)
        pending.call.measured = True
    return pending.call


def ended(pending):
    if pending is not None and pending.call is not None:
        pending.call.has_length(pending.call.first)
