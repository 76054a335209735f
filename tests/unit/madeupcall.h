// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of calls that never were, for tests of what is derived from them.
#pragma once

#include "analysis/pooledcall.h"

namespace poolscope {

/// Two workers on two cores for so long, at work on 1000 inputs for the shares that are given, and
/// waiting for the parent for the rest.
inline PooledCall madeUpCall(double seconds, double computing, double waiting = 0)
{
    PooledCall call;
    call.place = "post.py:9";
    call.pool = "multiprocessing.Pool";
    call.method = "imap";
    call.function = "task";
    call.processes = call.cores = 2;
    call.inputs = call.chunks = call.consumed = 1000;
    call.makespan = call.elapsed = Seconds(seconds);
    call.firstBegun = std::chrono::milliseconds(1);
    const auto share = [&](double part) {
        return static_cast<std::uint64_t>(part * 2 * seconds * 1e9);
    };
    call.times[Cause::OnCpu] = share(computing);
    call.times[Cause::Waiting] = share(waiting);
    call.times[Cause::Coordinator] = share(1 - computing - waiting);
    call.busy = Duration(share(computing + waiting));
    call.longestIteration = call.longestChunk = call.iteration() * 1.2;
    call.parentCpu = Seconds(seconds * 0.02);
    call.loopWaited = Seconds(seconds * 0.9);
    call.loopUsed = Seconds(seconds * 0.01);
    call.hasCosts = true;
    using std::chrono::microseconds;
    call.costs = {microseconds(3), microseconds(2), microseconds(1), 45, 30, microseconds(2),
        microseconds(2), microseconds(4)};
    call.functionPickling = microseconds(1);
    call.functionBytes = 30;
    return call;
}

/// The loop that the project began with: dill pickles the function with each input.
inline PooledCall postsLoop()
{
    PooledCall call = madeUpCall(0.66, 0.00645);
    call.pool = "multiprocess.Pool";
    call.picklesSlowly = call.functionIsByValue = true;
    call.inputs = call.chunks = call.consumed = 4999;
    using std::chrono::microseconds;
    call.costs.pickling = microseconds(110);
    call.costs.writing = microseconds(15);
    call.costs.bytesOut = 286;
    call.functionPickling = microseconds(96);
    call.functionBytes = 255;
    call.parentCpu = Seconds(0.62);
    call.longestIteration = call.longestChunk = microseconds(20);
    return call;
}

/// Inputs of 4 ms keep both workers busy.
inline PooledCall computing()
{
    return madeUpCall(2.05, 0.98);
}

/// Inputs of 4 ms that do not need a core.
inline PooledCall sleeping()
{
    return madeUpCall(2.05, 0.01, 0.97);
}

} // namespace poolscope
