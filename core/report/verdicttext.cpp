// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/verdicttext.h"

#include "report/watchverdicttext.h"
#include "text/figures.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace poolscope {

namespace {

/// A smaller gain is not reported.
constexpr double worthNaming = 1.05;
constexpr std::size_t mostChanges = 2; // more may be variables with the same meaning

std::string workersText(std::uint64_t count)
{
    return textOf(Count{count}, "worker");
}

std::string adviceText(const Verdict &verdict)
{
    std::string text;
    for (const Change &change : verdict.advice) {
        if (change.setting != Change::Setting::Start)
            text += (text.empty() ? "" : " ") + changeText(change);
    }
    return text;
}

/// "33,000 it/s (17 x)"
std::string predictionText(const Verdict &verdict)
{
    const Prediction prediction = verdict.remedy.value_or(Prediction());
    return textOf(Rate{prediction.rate}) + " (" + textOf(Factor{prediction.gain}) + ")";
}

/// " With --chunk auto expect about 33,000 it/s (17 x).", if changes are advised.
std::string adviceSentence(const Verdict &verdict)
{
    const std::string changes = adviceText(verdict);
    return changes.empty() ? std::string()
                           : " With " + changes + " expect about " + predictionText(verdict) + ".";
}

/// The sentences on each finding.
struct Sentences {
    const Verdict &verdict;

    std::string operator()(const evidence::NothingFinished &) const
    {
        return "Nothing finished, so there is no verdict.";
    }

    std::string operator()(const evidence::Dispatch &found) const
    {
        const std::string begin = verdict.finding == Finding::CoordinatorSaturated
            ? "The coordinator was busy " + textOf(found.coordinatorBusy) + " of the run, and "
                + workersText(found.workers) + " spent " + textOf(found.time)
                + " of their time on the dispatch of chunks of " + textOf(found.chunk) + " each."
            : "Sending an input to a worker costs " + textOf(found.perInput) + " and computing it "
                + textOf(found.iteration) + ", so " + workersText(found.workers) + " spent "
                + textOf(found.time) + " of their time on dispatch.";
        return begin + (adviceText(verdict).empty() ? whyNoAdvice(found) : adviceSentence(verdict));
    }

    std::string operator()(const evidence::Tail &found) const
    {
        const std::string idle = "Workers were idle " + textOf(found.idle)
            + " of their time, with no work left while others still ran: ";
        switch (found.why) {
        case evidence::Tail::Why::LargeChunks:
            return idle + "the longest chunk took " + textOf(found.longestChunk)
                + ", the longest input " + textOf(found.longestIteration) + "."
                + adviceSentence(verdict);
        case evidence::Tail::Why::FewInputs:
            return idle + "the run had " + textOf(Count{found.iterations}, "input") + " for "
                + workersText(found.workers) + "." + adviceSentence(verdict);
        case evidence::Tail::Why::UnevenInputs:
            return idle + textOf(Count{found.iterations}, "input") + " do not divide evenly among "
                + workersText(found.workers) + ".";
        case evidence::Tail::Why::LongInput:
            break;
        }
        return idle + "the longest input took " + textOf(found.longestIteration)
            + ", the mean input " + textOf(found.iteration)
            + ". Put long inputs first, or split them, and expect up to " + predictionText(verdict)
            + ".";
    }

    std::string operator()(const evidence::Contention &found) const
    {
        const std::string workers = workersText(found.workers);
        const std::string cores = textOf(Count{found.cores}, "core");
        if (verdict.finding == Finding::TooManyWorkers)
            return workers + " share " + cores + " and waited for one " + textOf(found.waited)
                + " of their time. " + workersText(found.cores)
                + (found.cores == 1 ? " does the same work as fast, and takes less memory."
                                    : " do the same work as fast, and take less memory.");
        if (verdict.finding == Finding::ThreadsOversubscribe)
            return workers + " with up to " + textOf(Count{found.threads}, "thread")
                + " each compete for " + cores
                + ". Limit each worker to one thread: OMP_NUM_THREADS=1, or OPENBLAS_NUM_THREADS, "
                  "MKL_NUM_THREADS, NUMEXPR_NUM_THREADS.";
        return "Workers waited for a core " + textOf(found.waited)
            + " of their time, although there are " + cores + " for " + workers
            + ": other programs use the cores. On a quiet machine expect about "
            + predictionText(verdict) + ".";
    }

    std::string operator()(const evidence::Waits &found) const
    {
        return "Within iterations, workers waited " + textOf(found.waited)
            + " of the time for devices, other programs or sleeps, and computed "
            + textOf(found.computed) + " of it."
            + (found.moreWorkersHelp
                    ? " More workers than cores help, as long as the devices and programs keep up."
                        + adviceSentence(verdict)
                    : " There are enough workers for these inputs.");
    }

    std::string operator()(const evidence::StartUp &found) const
    {
        return "Starting took " + textOf(found.startUp)
            + " before the first input was dispatched, and " + textOf(found.time)
            + " of all worker time; the work itself took " + textOf(found.makespan)
            + ". More inputs in one run or a faster start (fewer imports) would help; more workers "
              "would not.";
    }

    std::string operator()(const evidence::SlowWorker &found) const
    {
        return "Worker " + std::to_string(numberOf(found.worker)) + " took "
            + textOf(found.iteration) + " for an input, the others " + textOf(found.othersIteration)
            + ". If it were as fast as the others, expect about " + predictionText(verdict) + ".";
    }

    std::string operator()(const evidence::Bandwidth &found) const
    {
        return "An iteration took " + textOf(found.withFew) + " with " + workersText(found.few)
            + " and " + textOf(found.withMany) + " with " + workersText(found.many)
            + ", although none waited for a core: the workers share memory bandwidth or caches, "
              "and "
              "more workers do not help.";
    }

    std::string operator()(const evidence::Blocked &found) const
    {
        const std::string time = textOf(found.time) + " of their time";
        if (verdict.finding == Finding::Throttled)
            return "The CPU quota of the control group stopped workers for " + time
                + ". With a higher quota expect up to " + predictionText(verdict) + ".";
        if (verdict.finding == Finding::InputsAreSlow)
            return "Workers had nothing to do for " + time
                + ": inputs arrive slower than they are processed.";
        const std::string blocked = "Workers were blocked for " + time + ": ";
        if (verdict.finding == Finding::ConsumerBlocks)
            return blocked + "results were not read or written as fast as they arrived.";
        if (verdict.finding == Finding::DiskBlocks)
            return blocked + "there was no room on a disk.";
        return blocked + "results are written in the order of inputs, one input took "
            + textOf(found.longestIteration) + ", and there was no room for more results behind it."
            + adviceSentence(verdict);
    }

    std::string operator()(const evidence::Failures &found) const
    {
        return "Workers ended and were replaced " + textOf(Count{found.restarts}, "time")
            + ", which took " + textOf(found.lost) + " of their time, and "
            + textOf(Count{found.failed}, "input") + " failed. Without that expect about "
            + predictionText(verdict) + ".";
    }

    std::string operator()(const evidence::NeverFinished &found) const
    {
        const RunFigures::Unfinished &last = found.unfinished;
        const std::string input = last.count == 1 ? "Input " + std::to_string(last.first)
                                                  : "One of the inputs "
                + std::to_string(last.first) + " to " + std::to_string(last.first + last.count - 1);
        std::string text = input + " never finished (" + textOf(last.duration) + " on worker "
            + std::to_string(numberOf(last.worker)) + ").";
        if (found.othersIteration)
            text += " The others took " + textOf(*found.othersIteration) + " each.";
        return text + " With --timeout, an input that takes too long fails.";
    }

    std::string operator()(const evidence::SpansOnly &found) const
    {
        std::string text = workersText(found.workers) + (found.workers == 1 ? " was" : " were")
            + " busy " + textOf(found.busy) + " of the time";
        if (verdict.finding == Finding::WorkersIdle)
            text += ", and idle " + textOf(found.idle)
                + " while inputs still began; the reason was not recorded";
        if (verdict.finding == Finding::Tail)
            text += ", and idle " + textOf(found.idle) + " after the last input had begun";
        text += ". The longest of " + textOf(Count{found.iterations}, "iteration") + " took "
            + textOf(found.longestIteration) + ", the mean is " + textOf(found.iteration)
            + ". Whether they computed or waited was not recorded.";
        return verdict.finding == Finding::Tail && found.hasOneLongInput
            ? text + " Put long inputs first, or split them."
            : text;
    }

    std::string operator()(const evidence::NotMeasured &found) const
    {
        return textOf(found.time) + " of worker time could not be measured. "
            + "To measure it, make " + nextLookText(verdict) + ".";
    }

    std::string operator()(const evidence::Computing &found) const
    {
        return workersText(found.workers) + " computed for " + textOf(found.busy)
            + " of the time; nothing else took as much as " + textOf(Share{worthAWord}) + "."
            + adviceSentence(verdict);
    }

    std::string operator()(const evidence::OfCall &found) const
    {
        return callVerdictText(verdict.finding, found);
    }

private:
    /// Returns the reason why no larger chunks are advised.
    static std::string whyNoAdvice(const evidence::Dispatch &found)
    {
        if (found.chunksAreGrown)
            return " Chunks already hold "
                + textOf(
                    Count{std::max<std::uint64_t>(found.iterations / found.chunks, 1)}, "input")
                + ": the rest is the transfer of each input and its value, which pays only if each "
                  "input takes more computing or returns less.";
        return " Chunks are as large as the inputs allow: "
            + textOf(Count{found.iterations}, "input") + " are too few for "
            + workersText(found.workers) + ", and each chunk costs " + textOf(found.perChunk) + ".";
    }
};

std::string copiesText(const CopiesAdvice &copies)
{
    return " Each worker loaded the task itself, which took " + textOf(copies.load) + " and "
        + textOf(copies.memory) + ". With copies of a process that has loaded it, expect "
        + (copies.isFaster ? textOf(copies.expected) + " instead of " + textOf(copies.elapsed)
                           : "the same time")
        + " from start to end, and " + textOf(copies.savedMemory) + " less memory.";
}

constexpr std::array<std::string_view, findingCount> shortForms{"Dispatch costs most",
    "The coordinator is busy all the time", "The last inputs leave workers idle",
    "Chunks are too large", "More workers than cores", "Threads compete for cores",
    "Other programs use the cores", "Iterations mostly wait", "Workers share memory bandwidth",
    "Starting takes longest", "One worker is slow", "A CPU quota stops workers",
    "Results wait for their order", "Results are read too slowly", "A full disk blocks results",
    "Inputs arrive too slowly", "Workers die and are replaced", "One input never finished",
    "Workers are idle in between", "The function is pickled by value", "Chunks are too small",
    "The function is large to send", "Inputs are large to send", "Results are large to send",
    "The loop over results is slow", "Threads wait for the interpreter lock",
    "Results wait for an earlier one", "Inputs are sent one at a time",
    "The pool costs more than the work", "Nothing is wrong", "The cause is not known"};

} // namespace

std::string changeText(const Change &change)
{
    const std::string number = change.number ? std::to_string(*change.number) : "auto";
    switch (change.setting) {
    case Change::Setting::Chunk:
        return "--chunk " + number;
    case Change::Setting::Window:
        return "--window " + number;
    case Change::Setting::Workers:
        return "-j " + number;
    case Change::Setting::Environment:
        return change.name + "=" + change.text;
    case Change::Setting::Unordered:
        return "--unordered";
    case Change::Setting::Start:
        return "--start fork";
    }
    return {};
}

std::string verdictText(const Verdict &verdict)
{
    const std::string text = std::visit(Sentences{verdict}, verdict.evidence);
    return verdict.copies ? text + copiesText(*verdict.copies) : text;
}

std::string shortText(const Verdict &verdict)
{
    std::string text(shortForms[static_cast<std::size_t>(verdict.finding)]);
    for (std::size_t i = 0; i < std::min(verdict.advice.size(), mostChanges); ++i)
        text += (i == 0 ? "; " : " ") + changeText(verdict.advice[i]);
    if (!verdict.advice.empty() && verdict.gain && *verdict.gain >= worthNaming)
        text += ": about " + textOf(Factor{*verdict.gain});
    if (const auto *call = std::get_if<evidence::OfCall>(&verdict.evidence)) {
        const std::string advice = callAdviceText(*call);
        text += advice.empty() ? "" : "; " + advice;
    }
    return text;
}

std::string nextLookText(const Verdict &verdict)
{
    if (!verdict.nextLook)
        return {};
    switch (*verdict.nextLook) {
    case NextLook::Lanes:
        return "the lanes show which input the last worker was on";
    case NextLook::SlowWorker:
        return "see which other programs run on that worker's core or host, and which inputs it "
               "had";
    case NextLook::AsManyWorkersAsCores:
        return "a run with as many workers as cores: programs then do not wait for one another";
    case NextLook::LongerRun:
        return "a longer run, or one that is not stopped";
    case NextLook::OneWorker:
        return "a run with one worker would show whether iterations take longer side by side";
    }
    return {};
}

} // namespace poolscope
