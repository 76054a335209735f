# SPDX-License-Identifier: GPL-3.0-or-later
"""One peer, in a fresh process: peers.py NAME COUNT [CHUNK] prints its iterations per second.

As Poolscope's rate runs from the first dispatch to the last outcome, so a peer's: its pool stands
and has worked before the clock starts. All keep their results, in order.
"""

import concurrent.futures
import math
import multiprocessing
import sys
import time

WORKERS = 2


def task(x):
    return math.sqrt(x)


def timed(results_of, count):
    """The rate of a function from inputs to the list of their results."""
    inputs = range(count)
    begin = time.perf_counter()
    results = results_of(inputs)
    elapsed = time.perf_counter() - begin
    assert len(results) == count and results[-1] == math.sqrt(count - 1)
    return count / elapsed


def loop(count, _):
    return timed(lambda inputs: [task(x) for x in inputs], count)


def multiprocess_imap(count, _):
    """The loop that Poolscope starts from, less its progress bar."""
    import multiprocess

    def results_of(inputs):
        results = []
        for result in pool.imap(task, inputs):
            results.append(result)
        return results

    with multiprocess.Pool(WORKERS) as pool:
        pool.map(task, range(WORKERS))
        return timed(results_of, count)


def pool_map(count, chunk):
    with multiprocessing.Pool(WORKERS) as pool:
        pool.map(task, range(WORKERS))
        return timed(lambda inputs: pool.map(task, inputs, chunk), count)


def pool_imap(count, chunk):
    with multiprocessing.Pool(WORKERS) as pool:
        pool.map(task, range(WORKERS))
        return timed(lambda inputs: list(pool.imap(task, inputs, chunk)), count)


def executor_map(count, chunk):
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as executor:
        list(executor.map(task, range(WORKERS)))
        return timed(lambda inputs: list(executor.map(task, inputs, chunksize=chunk)), count)


def joblib_parallel(count, _):
    from joblib import Parallel, delayed

    with Parallel(n_jobs=WORKERS) as parallel:
        parallel(delayed(task)(x) for x in range(WORKERS))
        return timed(lambda inputs: parallel(delayed(task)(x) for x in inputs), count)


PEERS = {
    peer.__name__: peer
    for peer in (loop, multiprocess_imap, pool_map, pool_imap, executor_map, joblib_parallel)
}

if __name__ == "__main__":
    name, count = sys.argv[1], int(sys.argv[2])
    chunk = int(sys.argv[3]) if len(sys.argv) > 3 else None
    print(PEERS[name](count, chunk))
