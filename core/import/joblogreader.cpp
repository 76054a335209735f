// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/joblogreader.h"

#include "import/decimaltime.h"
#include "import/jobloglines.h"
#include "input/byteordermark.h"
#include "system/signalname.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_set>

namespace poolscope {

namespace {

/// Times are rounded to milliseconds, so that a job may appear to begin before the end of the job
/// whose slot it took.
constexpr std::int64_t jobLogRounding = 2'000'000; // nanoseconds

/// Returns the number of jobs without a line that become inputs. A log of which only some lines are
/// left may name jobs far beyond those that it has. The rest are only counted.
std::uint64_t mostMissingInputs(std::size_t jobs)
{
    constexpr std::uint64_t always = 1000;
    constexpr std::uint64_t perJob = 10;
    return always + perJob * jobs;
}

std::uint64_t removeFarTimes(std::vector<Job> &jobs)
{
    std::vector<std::int64_t> begins;
    begins.reserve(jobs.size());
    for (const Job &job : jobs)
        begins.push_back(job.begin);
    const FarTimes far(std::move(begins));
    return std::erase_if(
        jobs, [&](const Job &job) { return far.contains(job.begin) || far.contains(job.end()); });
}

Failure failureOf(const Job &job)
{
    if (job.signal != 0)
        return {std::string(failureSignal), {}, "was killed by " + signalText(job.signal), {}};
    return {std::string(failureExit), {}, "ended with status " + std::to_string(job.exitValue), {}};
}

/// Places each job in the lowest free lane of its host. Jobs are placed in the order of begins.
class Lanes {
public:
    /// A lane, and the time from which on it is free for the job.
    struct LaneTime {
        WorkerId worker = noWorker;
        std::int64_t begin = 0;
    };

    /// Returns nothing if there would be too many lanes.
    std::optional<LaneTime> laneFor(const Job &job)
    {
        Host &of = m_hosts[job.host];
        free(of, job.begin);
        if (of.free.empty())
            freeRounded(of, job);
        if (of.free.empty()) {
            if (m_lanes.size() == mostImportedWorkers)
                return std::nullopt;
            of.free.insert(workerOf(m_lanes.size()));
            m_lanes.push_back({job.host, INT64_MIN, INT64_MIN});
        }
        const WorkerId worker = *of.free.begin();
        of.free.erase(of.free.begin());
        Lane &lane = m_lanes[laneOf(worker)];
        lane.begin = std::max(job.begin, lane.end);
        lane.end = lane.begin + job.duration;
        of.busy.insert({lane.end, worker});
        return LaneTime{worker, lane.begin};
    }
    std::size_t count() const { return m_lanes.size(); }
    const std::string &host(std::size_t lane) const { return m_lanes[lane].host; }

private:
    struct Lane {
        std::string host;
        std::int64_t begin = 0; ///< of its last job
        std::int64_t end = 0; ///< of its last job
    };
    struct Host {
        std::set<std::pair<std::int64_t, WorkerId>> busy; ///< by the end of their last job
        std::set<WorkerId> free;
    };

    static void free(Host &host, std::int64_t now)
    {
        while (!host.busy.empty() && host.busy.begin()->first <= now) {
            host.free.insert(host.busy.begin()->second);
            host.busy.erase(host.busy.begin());
        }
    }

    /// Frees a lane whose job ends after this job begins, if the rounding of times explains that:
    /// the overlap is short, and at most half of either job.
    void freeRounded(Host &host, const Job &job) const
    {
        if (host.busy.empty())
            return;
        const auto [end, worker] = *host.busy.begin();
        const std::int64_t overlap = end - job.begin;
        const std::int64_t shorter = std::min(job.duration, end - m_lanes[laneOf(worker)].begin);
        if (overlap > jobLogRounding || overlap > shorter / 2)
            return;
        host.free.insert(worker);
        host.busy.erase(host.busy.begin());
    }

    std::map<std::string, Host> m_hosts;
    std::vector<Lane> m_lanes;
};

/// Assigns jobs to inputs, and finds the last attempt at each input.
class JobAttempts {
public:
    /// The jobs are in the order of their begins.
    explicit JobAttempts(const std::vector<Job> &jobs)
        : m_inputOfJob(jobs.size())
        , m_isLast(jobs.size(), true)
        , m_mostMissingInputs(mostMissingInputs(jobs.size()))
    {
        std::unordered_set<std::uint64_t> numbersOfRun;
        std::map<std::pair<std::uint64_t, std::string_view>, std::size_t> lastOfKind;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const Job &job = jobs[i];
            const auto [last, isFirst] = lastOfKind.try_emplace({job.seq, job.command}, i);
            const bool isRetry = !isFirst && jobs[last->second].failed()
                && job.begin + jobLogRounding >= jobs[last->second].end();
            if (isRetry) {
                m_isLast[last->second] = false;
                m_inputOfJob[i] = m_inputOfJob[last->second];
                m_retried.insert(job.seq);
            } else {
                if (!numbersOfRun.insert(job.seq).second) {
                    numbersOfRun = {job.seq};
                    ++m_runs;
                }
                m_inputOfJob[i] = m_inputs.size();
                m_inputs.push_back({m_runs, job.seq});
            }
            last->second = i;
        }
        numberInputs();
    }

    std::uint64_t inputCount() const { return m_inputCount; }
    std::uint64_t missing() const { return m_missing; }
    std::uint64_t indexOf(std::size_t job) const { return m_indices[m_inputOfJob[job]]; }
    bool isLast(std::size_t job) const { return m_isLast[job]; }
    /// Calls visit(index, Seq) for each input that has no line.
    template <typename Visit> void forEachMissing(const Visit &visit) const
    {
        for (const auto &[index, number] : m_missingInputs)
            visit(index, number);
    }

private:
    struct Input {
        std::uint64_t run = 0;
        std::uint64_t seq = 0;
        auto operator<=>(const Input &) const = default;
    };

    void numberInputs()
    {
        std::vector<std::size_t> order(m_inputs.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return m_inputs[a] < m_inputs[b]; });
        m_indices.resize(m_inputs.size());
        std::uint64_t run = UINT64_MAX;
        std::uint64_t expected = 1;
        for (const std::size_t input : order) {
            const Input &of = m_inputs[input];
            if (of.run != run)
                expected = 1;
            run = of.run;
            addMissing(expected, of.seq);
            expected = of.seq + 1;
            m_indices[input] = m_inputCount++;
        }
    }

    /// Adds inputs for the jobs [from, to), which have no line in this run of parallel, except jobs
    /// that were retried.
    void addMissing(std::uint64_t from, std::uint64_t to)
    {
        if (to <= from)
            return;
        if (to - from > m_mostMissingInputs - std::min(m_mostMissingInputs, m_missing)) {
            m_missing += to - from;
            return;
        }
        for (std::uint64_t number = from; number < to; ++number) {
            if (m_retried.contains(number))
                continue;
            ++m_missing;
            m_missingInputs.emplace_back(m_inputCount++, number);
        }
    }

    std::vector<Input> m_inputs; ///< inputs with lines, in the order of their begins
    std::vector<std::size_t> m_inputOfJob;
    std::vector<bool> m_isLast; ///< by job, whether it is the last attempt at its input
    std::uint64_t m_mostMissingInputs;
    std::unordered_set<std::uint64_t> m_retried; ///< by Seq
    std::vector<std::uint64_t> m_indices; ///< by input
    std::vector<std::pair<std::uint64_t, std::uint64_t>> m_missingInputs;
    std::uint64_t m_inputCount = 0;
    std::uint64_t m_missing = 0;
    std::uint64_t m_runs = 0;
};

/// Makes a run of the jobs of a log.
class JobLog {
public:
    explicit JobLog(std::vector<Job> jobs)
        : m_jobs(inOrder(std::move(jobs)))
        , m_attempts(m_jobs)
    {
    }

    ImportedRun toRun()
    {
        m_run.inputs.resize(m_attempts.inputCount());
        m_run.importNotes.add(ImportNote::MissingJobs, m_attempts.missing());
        m_attempts.forEachMissing([&](std::uint64_t index, std::uint64_t number) {
            m_run.inputs[index] = "(job " + std::to_string(number) + ", which has no line)";
        });
        m_origin = m_jobs.empty() ? 0 : m_jobs.front().begin;
        for (std::size_t job = 0; job < m_jobs.size(); ++job)
            take(job);
        describe();
        return std::move(m_run);
    }

private:
    static std::vector<Job> inOrder(std::vector<Job> jobs)
    {
        std::stable_sort(
            jobs.begin(), jobs.end(), [](const Job &a, const Job &b) { return a.begin < b.begin; });
        return jobs;
    }

    void take(std::size_t number)
    {
        constexpr std::int64_t start = 1; // 0 means "not yet"
        const Job &job = m_jobs[number];
        const std::uint64_t index = m_attempts.indexOf(number);
        m_run.inputs[index] = job.command;
        const auto place = m_lanes.laneFor(job);
        if (!place) {
            m_run.importNotes.add(ImportNote::BeyondLanes);
            return;
        }
        m_run.importNotes.add(ImportNote::Moved, place->begin > job.begin ? 1 : 0);
        const auto begin = static_cast<std::uint64_t>(place->begin - m_origin + start);
        const auto duration = static_cast<std::uint64_t>(job.duration);
        const ImportedSpan::Ending ending = endingOf(number);
        m_run.spans.push_back({place->worker, begin, duration, index, ending});
        if (ending == ImportedSpan::Ending::Failed)
            m_run.failures[index] = failureOf(job);
    }

    ImportedSpan::Ending endingOf(std::size_t number) const
    {
        if (!m_attempts.isLast(number))
            return ImportedSpan::Ending::Retried;
        return m_jobs[number].failed() ? ImportedSpan::Ending::Failed : ImportedSpan::Ending::Value;
    }

    void describe()
    {
        std::map<std::string, std::size_t> lanesOfHosts;
        for (std::size_t lane = 0; lane < m_lanes.count(); ++lane) {
            const std::string &host = m_lanes.host(lane);
            const bool isLocal = host == ":" || host.empty();
            ImportedWorker worker;
            worker.identity.host = isLocal ? std::string() : host;
            worker.name = worker.identity.host;
            if (const std::size_t number = ++lanesOfHosts[host]; !isLocal && number > 1)
                worker.name += " (" + std::to_string(number) + ")";
            m_run.workers.push_back(std::move(worker));
        }
        m_run.startedAt = m_origin / 1'000'000'000;
    }

    std::vector<Job> m_jobs; ///< in the order of their begins
    JobAttempts m_attempts;
    std::int64_t m_origin = 0;
    Lanes m_lanes;
    ImportedRun m_run;
};

} // namespace

bool isJobLog(std::string_view beginning)
{
    beginning = withoutByteOrderMark(beginning);
    const std::string_view line = beginning.substr(0, beginning.find_first_of("\r\n"));
    return isJobLogLine(line);
}

Result<ImportedRun> readJobLog(const std::string &path)
{
    auto lines = readJobLogLines(path);
    if (!lines)
        return tl::unexpected(lines.error());
    const std::uint64_t far = removeFarTimes(lines->jobs);
    if (far > 0 && lines->jobs.empty())
        return failure(path + ": " + farTimesText);
    ImportedRun run = JobLog(std::move(lines->jobs)).toRun();
    run.source = std::filesystem::path(path).filename().string() + ", of GNU parallel";
    run.importNotes.add(ImportNote::UnreadableLines, lines->unreadable + far);
    run.importNotes.add(ImportNote::CutOff, lines->isCutOff ? 1 : 0);
    if (lines->unreadable > 0)
        run.notes.push_back(lines->firstProblem);
    return run;
}

} // namespace poolscope
