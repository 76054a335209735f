// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/watchverdicttext.h"

#include "analysis/statistics.h"
#include "text/figures.h"

#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

// A parent process that uses this share of a core has little time left.
constexpr double parentIsBusy = 0.7;

std::string code(const std::string &text)
{
    return "`" + text + "`";
}

double twoDigits(double value)
{
    if (value <= 0)
        return 0;
    const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
    return std::round(value / unit) * unit;
}

/// "0.2 to 0.3", or "more than 0.2" if the range is wide. Numbers have two digits.
template <typename Text> std::string rangeText(const ExpectedRate &range, double unit, Text text)
{
    const std::string low = text(twoDigits(range.low / unit));
    const std::string high = text(twoDigits(range.high / unit));
    if (range.isWide())
        return "more than " + low;
    return low == high ? low : low + " to " + high;
}

std::string factorsText(const ExpectedRate &range, double rate)
{
    return rangeText(range, rate, [](double factor) { return threeDigits(factor); });
}

std::string processesText(const PooledCall &call)
{
    return textOf(Count{call.processes}, call.hasThreads ? "thread" : "worker");
}

/// "each of the 4,999 inputs", or "chunks".
std::string eachMessage(const PooledCall &call)
{
    return "each of the "
        + (call.chunk == 1 ? textOf(Count{call.inputs}) + " inputs"
                           : textOf(Count{call.chunks}) + " chunks");
}

std::string functionOf(const PooledCall &call)
{
    return call.function.empty() ? std::string("the function") : code(call.function);
}

/// "pool.imap(task, inputs, chunksize=256)"
std::string callText(const PooledCall &call, std::uint64_t chunk)
{
    const bool isExecutor = call.pool.find("Executor") != std::string::npos;
    return code((isExecutor ? "executor." : "pool.") + call.method + "(" + call.function
        + ", inputs, chunksize=" + std::to_string(chunk) + ")");
}

/// "At post.py:9 write", or "Write" if the place is not known.
std::string atPlace(const PooledCall &call, const std::string &what)
{
    if (call.place.empty())
        return static_cast<char>(std::toupper(static_cast<unsigned char>(what.front())))
            + what.substr(1);
    return "At " + call.place + " " + what;
}

std::string expectText(const PooledCall &call, const ExpectedRate &expected)
{
    return "expect " + expectedRateText(expected) + " (" + factorsText(expected, call.rate())
        + " times as fast)";
}

std::string adviceText(const evidence::OfCall &found)
{
    const PooledCall &call = found.call;
    const std::string expected =
        found.expected ? ": " + expectText(call, *found.expected) : std::string();
    if (found.chunk)
        return " " + atPlace(call, "write " + callText(call, *found.chunk)) + expected + ".";
    if (found.processes)
        return " Make the pool with " + textOf(Count{*found.processes}) + " processes" + expected
            + ", as long as what they wait for keeps up.";
    return {};
}

Duration noPool(const PooledCall &call)
{
    constexpr Duration worthCounting(5e3);
    const bool hasWork =
        call.consumed > 0 && call.loopUsed / static_cast<double>(call.consumed) >= worthCounting;
    return call.noPool() + (hasWork ? call.loopUsed : Duration());
}

/// Returns the duration rounded to two digits.
std::string aboutText(Duration duration)
{
    return textOf(Duration(twoDigits(duration.count())));
}

std::string noPoolText(Finding finding, const evidence::OfCall &found)
{
    const PooledCall &call = found.call;
    const Duration alone = noPool(call);
    if (call.inputs == 0 || alone <= Duration() || finding == Finding::Failures)
        return {};
    // Making the inputs takes time without a pool, too. The time is not known.
    if (finding == Finding::InputsAreSlow)
        return " Without a pool the loop takes at most about " + aboutText(alone + call.elapsed)
            + ".";
    std::string text = " Without a pool the loop takes about " + aboutText(alone);
    const double best = found.expected ? std::max(found.expected->high, call.rate()) : call.rate();
    const Duration shortest = Seconds(ratio(static_cast<double>(call.inputs), best));
    if (alone < shortest)
        text += found.expected ? ", less than with the pool in any case" : ", less than with it";
    return text + ".";
}

bool isParentBusy(const PooledCall &call)
{
    return ratio(call.parentCpu, call.makespan) >= parentIsBusy;
}

/// "The 2 workers mostly waited; another one would change nothing."
std::string waitedText(const PooledCall &call)
{
    constexpr double mostly = 0.5;
    const std::uint64_t waited = call.times[Cause::Coordinator] + call.times[Cause::UnderWay];
    if (ratio(static_cast<double>(waited), static_cast<double>(call.times.sum())) < mostly)
        return {};
    const bool isOne = call.processes == 1;
    return (isOne ? " The worker" : " The " + processesText(call)) + " mostly waited"
        + (isParentBusy(call) ? "; another one would change nothing." : ".");
}

std::string bottleneckText(const PooledCall &call)
{
    return isParentBusy(call) ? "The parent process is the bottleneck."
                              : "Messages are the bottleneck.";
}

/// Returns advice on a call that needs fewer messages, unless a chunk is advised.
std::string fewerMessages(const evidence::OfCall &found)
{
    if (found.chunk)
        return {};
    return found.call.method == "Parallel"
        ? " Let joblib choose the size of batches: `batch_size='auto'`."
        : " A method that takes `chunksize`, such as map, needs fewer.";
}

std::string bytesText(double bytes)
{
    return textOf(Bytes{static_cast<std::uint64_t>(std::max(bytes, 0.0))});
}

/// Returns the sentences on what is wrong.
std::string whatIsWrong(Finding finding, const evidence::OfCall &found)
{
    const PooledCall &c = found.call;
    const std::string function = functionOf(c);
    const std::string itself = function + " itself takes " + textOf(c.computing() + c.waiting());
    const Duration parent = c.costs.pickling + c.costs.writing + c.costs.unpicklingResults;
    const Duration worker = c.costs.unpickling + c.costs.picklingResults + c.costs.sending;
    const auto share = [&](std::uint64_t time) {
        return textOf(Share{ratio(static_cast<double>(time), static_cast<double>(c.times.sum()))});
    };
    switch (finding) {
    case Finding::PickledByValue:
        return bottleneckText(c) + " For " + eachMessage(c)
            + (isParentBusy(c) ? " it" : " the parent process") + " pickles " + function
            + " again (" + textOf(c.functionPickling)
            + "), with its code, since it is not imported from a " + "module; " + itself + "."
            + waitedText(c);
    case Finding::ChunksTooSmall:
        return bottleneckText(c) + " For " + eachMessage(c) + " the parent process spends "
            + textOf(parent) + " on messages, and a worker " + textOf(worker) + ", waits included; "
            + itself + "." + waitedText(c) + fewerMessages(found);
    case Finding::LargeFunction:
        return "For " + eachMessage(c) + " the parent process sends " + function + " again, with "
            + bytesText(c.functionBytes) + " that are bound to it (" + textOf(parent)
            + " in the parent process, " + textOf(worker) + " in a worker); " + itself + "."
            + waitedText(c)
            + " Keep the data in a global of the workers, which `initializer` sets once.";
    case Finding::LargeInputs:
        return "An input has "
            + bytesText((c.costs.bytesOut - c.functionBytes) / static_cast<double>(c.chunk))
            + ", which takes " + textOf(c.perInput(parent)) + " to send and "
            + textOf(c.perInput(c.costs.unpickling)) + " to unpickle; " + itself + "."
            + waitedText(c) + " Send a name or an index instead, and read the data in the worker.";
    case Finding::LargeResults:
        return "A result has " + bytesText(c.costs.bytesBack / static_cast<double>(c.chunk))
            + ", which takes a worker "
            + textOf(c.perInput(c.costs.picklingResults + c.costs.sending))
            + " to pickle and send, and the parent process "
            + textOf(c.perInput(c.costs.unpicklingResults)) + " to unpickle; " + itself
            + ". Return less, or write results to files or shared memory in the worker.";
    case Finding::PoolCostsMore:
        if (c.hasThreads)
            return "Sending inputs to the " + processesText(c)
                + " takes longer than the work: " + itself + ".";
        return "Sending an input and its result costs the parent process "
            + textOf(c.perInput(parent)) + " and a worker " + textOf(c.perInput(worker)) + "; "
            + itself + ", and larger chunks would not help much." + waitedText(c);
    case Finding::LoopIsSlow:
        return "The loop over the results is the bottleneck: it spends "
            + textOf(c.loopUsed / static_cast<double>(std::max<std::uint64_t>(c.consumed, 1)))
            + " on each of the " + textOf(Count{c.consumed}) + " results, and waited for them "
            + textOf(Share{ratio(c.loopWaited, c.loopWaited + c.loopUsed)})
            + " of the time. A faster pool would change nothing; move work from the loop into "
            + function + ".";
    case Finding::HeldBack:
        return "The loop takes results in the order of inputs and waited " + textOf(c.loopWaited)
            + " for them, while up to " + textOf(Count{c.mostHeldBack})
            + " results were there behind an earlier one; the longest input took "
            + textOf(c.longestIteration) + ", the mean input " + textOf(c.iteration()) + ". "
            + atPlace(c,
                c.method == "imap" ? "write `pool.imap_unordered` if the order does not matter"
                                   : "use `as_completed` if the order does not matter")
            + ".";
    case Finding::OneAtATime:
        return "`apply` returns when the result is there, so that one of the " + processesText(c)
            + " is at work at a time. "
            + atPlace(c, "use `pool.map`, or `pool.apply_async` and fetch the results afterwards")
            + ".";
    case Finding::InterpreterLock:
        return "The " + processesText(c) + " compute in Python, one at a time: together they used "
            + textOf(Factor{ratio(c.parentCpu, c.makespan)}) + " one core, and waited for the "
            + "interpreter lock. A pool of processes can use "
            + (c.cores > 0 ? textOf(Count{c.cores}, "core") : std::string("all cores"))
            + " if inputs and results are small.";
    case Finding::InputsAreSlow:
        return "The workers waited " + share(c.times[Cause::Coordinator])
            + " of the time for inputs: the parent process needs " + textOf(parent)
            + " to send one and receive its result, so what makes the inputs is slower than "
            + "the workers, which need " + textOf(c.iteration()) + " for each.";
    case Finding::StartUp:
        return "Starting the processes took "
            + share(c.times[Cause::Starting] + c.times[Cause::Absent]) + " of the time; "
            + functionOf(c) + " takes " + textOf(c.computing() + c.waiting()) + " for each of "
            + textOf(Count{c.inputs}, "input")
            + ". Make the pool once and keep it, or give it more work; more processes would make "
              "it worse.";
    case Finding::Tail:
        return "Workers were idle " + share(c.times[Cause::Tail])
            + " of the time, with no input left while others were still at work: the longest input "
              "took "
            + textOf(c.longestIteration) + ", the mean input " + textOf(c.iteration())
            + ". Put long inputs first, or split them.";
    case Finding::ChunksTooLarge:
        return "Workers were idle " + share(c.times[Cause::Tail])
            + " of the time, while others were still at work on chunks of " + textOf(Count{c.chunk})
            + ": the longest chunk took " + textOf(c.longestChunk) + ", the longest input "
            + textOf(c.longestIteration) + ".";
    case Finding::TooManyWorkers:
        return "The " + processesText(c) + " share " + textOf(Count{c.cores}, "core")
            + " and computed " + share(c.times[Cause::OnCpu]) + " of the time; the rest they "
            + "mostly waited for a core. " + textOf(Count{c.cores})
            + " would be as fast, and take less memory.";
    case Finding::ThreadsOversubscribe:
        return "The " + processesText(c) + " with up to " + textOf(Count{c.threads}, "thread")
            + " each compete for " + textOf(Count{c.cores}, "core")
            + ". Limit each worker to one thread, with OMP_NUM_THREADS=1 or what the library has "
              "for it.";
    case Finding::MachineBusy:
        return "The workers waited for a core " + share(c.times[Cause::Preempted])
            + " of the time, although there are " + textOf(Count{c.cores}, "core") + " for "
            + processesText(c) + ": other programs, or threads within workers, use the cores.";
    case Finding::WaitsWithin:
        return "The " + processesText(c) + " mostly wait within " + function
            + ", for devices, other programs or sleeps: " + textOf(c.iteration())
            + " for an input, of which they compute "
            + textOf(c.hasThreads
                    ? c.parentCpu / static_cast<double>(std::max<std::uint64_t>(c.inputs, 1))
                    : c.computing())
            + "." + (c.hasThreads ? " More threads help." : "");
    case Finding::Failures:
        return textOf(Count{c.failed}) + " of " + textOf(Count{c.inputs}, "input")
            + " failed; nothing else matters before that.";
    case Finding::NothingWrong:
        return "Nothing is wrong: the " + processesText(c) + " were at work "
            + textOf(Share{ratio(c.busy, Duration(c.times.sum()))}) + " of the time.";
    default:
        return c.inputs == 0 ? "Nothing finished, so there is no verdict."
                             : "The call was too short to measure where its time went.";
    }
}

} // namespace

std::string callVerdictText(Finding finding, const evidence::OfCall &found)
{
    return whatIsWrong(finding, found) + adviceText(found) + noPoolText(finding, found);
}

std::string expectedRateText(const ExpectedRate &expected)
{
    return rangeText(expected, 1, [](double rate) { return withoutUnit(Rate{rate}); }) + " it/s";
}

std::string callAdviceText(const evidence::OfCall &found)
{
    if (!found.expected)
        return {};
    const std::string change = found.chunk ? "chunksize=" + std::to_string(*found.chunk)
                                           : textOf(Count{*found.processes}) + " processes";
    return change + ": " + factorsText(*found.expected, found.call.rate()) + " x";
}

} // namespace poolscope
