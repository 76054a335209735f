// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/joblogreader.h"

#include "report/decimaltime.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

namespace poolscope {

namespace {

constexpr std::string_view header =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand";
enum Column { seq, host, startTime, runTime, send, receive, exitValue, signal, command, columns };
using Fields = std::array<std::string_view, columns>;

/// Times are rounded to milliseconds, so that a job may seem to begin before the one has ended that
/// made room for it.
constexpr std::int64_t roundingError = 2'000'000; // nanoseconds

struct Job {
    std::uint64_t seq = 0;
    std::string host;
    std::int64_t begin = 0;
    std::int64_t duration = 0;
    int exitValue = 0;
    int signal = 0;
    std::string command;

    std::int64_t end() const { return begin + duration; }
    bool failed() const { return exitValue != 0 || signal != 0; }
};

/// The last field takes the rest of the line, tabs and all.
std::optional<Fields> fieldsOf(std::string_view line)
{
    Fields fields;
    for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
        const std::size_t tab = line.find('\t');
        if (tab == std::string_view::npos)
            return std::nullopt;
        fields[i] = line.substr(0, tab);
        line.remove_prefix(tab + 1);
    }
    fields.back() = line;
    return fields;
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

template <typename T> std::optional<T> numberOf(std::string_view text)
{
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

tl::unexpected<Error> wrong(const char *column, std::string_view text, const char *what)
{
    constexpr std::size_t longest = 40;
    return failure(std::string(column) + " is no " + what + ": '"
        + std::string(text.substr(0, longest)) + "'");
}

Result<Job> jobOf(std::string_view line)
{
    const auto fields = fieldsOf(line);
    if (!fields)
        return failure("it does not have the " + std::to_string(columns)
            + " columns of a job log, which are separated by tabs");
    const auto number = numberOf<std::uint64_t>((*fields)[seq]);
    const auto begin = parseTime(trimmed((*fields)[startTime]), TimeUnit::Seconds);
    const auto duration = parseTime(trimmed((*fields)[runTime]), TimeUnit::Seconds);
    const auto exitStatus = numberOf<int>((*fields)[exitValue]);
    const auto killer = numberOf<int>((*fields)[signal]);
    if (!number)
        return wrong("Seq", (*fields)[seq], "count");
    if (!begin || *begin < 0)
        return wrong("Starttime", (*fields)[startTime], "time in seconds since 1970");
    std::int64_t end = 0;
    if (!duration || *duration < 0 || __builtin_add_overflow(*begin, *duration, &end))
        return wrong("JobRuntime", (*fields)[runTime], "duration in seconds");
    if (!exitStatus)
        return wrong("Exitval", (*fields)[exitValue], "exit status");
    if (!killer)
        return wrong("Signal", (*fields)[signal], "signal");
    Job job{*number, std::string((*fields)[host]), *begin, *duration, *exitStatus, *killer,
        std::string((*fields)[command])};
    std::replace(job.command.begin(), job.command.end(), '\0', '\n'); // as parallel wrote them
    return job;
}

Result<std::vector<Job>> readJobs(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return failure("cannot read " + path + ": " + std::strerror(errno));
    std::vector<Job> jobs;
    std::string line;
    std::uint64_t number = 0;
    const auto at = [&](const std::string &what) {
        return failure(path + ", line " + std::to_string(number) + ": " + what);
    };
    while (std::getline(file, line)) {
        ++number;
        if (line.ends_with('\r'))
            line.pop_back();
        if (number == 1 && line != header)
            return at("this is no job log of GNU parallel, which begins with Seq, Host, Starttime");
        if (line == header || line.empty()) // it stands again where a log was appended to
            continue;
        auto job = jobOf(line);
        if (!job)
            return at(job.error().message);
        jobs.push_back(std::move(*job));
    }
    if (file.bad())
        return failure("cannot read " + path + ": " + std::strerror(errno));
    if (number == 0)
        return failure(path + " is empty, so it is no job log of GNU parallel");
    return jobs;
}

std::string signalText(int signal)
{
    const char *name = sigabbrev_np(signal);
    return "was killed by signal " + std::to_string(signal)
        + (name ? " (SIG" + std::string(name) + ")" : "");
}

Failure failureOf(const Job &job)
{
    if (job.signal != 0)
        return {std::string(failureSignal), {}, signalText(job.signal), {}};
    return {std::string(failureExit), {}, "ended with status " + std::to_string(job.exitValue), {}};
}

/// Gives each job the lowest lane of its host that is free; the jobs come as they began.
class Lanes {
public:
    /// The lane, and from when on the job has it to itself.
    struct Place {
        WorkerId worker = 0;
        std::int64_t begin = 0;
    };

    /// Nothing where there would be too many.
    std::optional<Place> placeFor(const Job &job)
    {
        Host &of = m_hosts[job.host];
        free(of, job.begin);
        if (of.free.empty()) {
            if (m_lanes.size() == mostImportedWorkers)
                return std::nullopt;
            m_lanes.push_back(job.host);
            m_ends.push_back(INT64_MIN);
            of.free.insert(static_cast<WorkerId>(m_lanes.size()));
        }
        const WorkerId worker = *of.free.begin();
        of.free.erase(of.free.begin());
        const std::int64_t begin = std::max(job.begin, m_ends[worker - 1]);
        m_ends[worker - 1] = std::max(begin, job.end());
        of.busy.insert({m_ends[worker - 1], worker});
        return Place{worker, begin};
    }
    /// The host of each lane.
    const std::vector<std::string> &hosts() const { return m_lanes; }

private:
    struct Host {
        std::set<std::pair<std::int64_t, WorkerId>> busy; ///< by when they are free again
        std::set<WorkerId> free;
    };

    static void free(Host &host, std::int64_t now)
    {
        while (!host.busy.empty() && host.busy.begin()->first - roundingError <= now) {
            host.free.insert(host.busy.begin()->second);
            host.busy.erase(host.busy.begin());
        }
    }

    std::map<std::string, Host> m_hosts;
    std::vector<std::string> m_lanes;
    std::vector<std::int64_t> m_ends;
};

/// What became of each job, and which attempts came before.
class JobLog {
public:
    explicit JobLog(std::vector<Job> jobs)
        : m_jobs(std::move(jobs))
    {
    }

    Result<ImportedRun> toRun()
    {
        numberInputs();
        std::stable_sort(m_jobs.begin(), m_jobs.end(),
            [](const Job &a, const Job &b) { return a.begin < b.begin; });
        m_origin = m_jobs.empty() ? 0 : m_jobs.front().begin;
        for (const Job &job : m_jobs) {
            const auto place = m_lanes.placeFor(job);
            if (!place)
                return failure("more than " + std::to_string(mostImportedWorkers)
                    + " jobs ran at once, which is more than can be shown");
            take(job, *place);
        }
        describe();
        return std::move(m_run);
    }

private:
    void numberInputs()
    {
        for (const Job &job : m_jobs)
            m_indices.try_emplace(job.seq, 0);
        std::uint64_t next = 0;
        for (auto &[seq, index] : m_indices)
            index = next++;
        for (const Job &job : m_jobs)
            ++m_attemptsLeft[job.seq];
        m_run.inputCount = next;
        m_run.inputs.resize(next);
    }

    void take(const Job &job, const Lanes::Place &place)
    {
        constexpr std::int64_t start = 1; // 0 stands for "not yet"
        const std::uint64_t index = m_indices[job.seq];
        const auto begin = static_cast<std::uint64_t>(place.begin - m_origin + start);
        const auto end = std::max(begin, static_cast<std::uint64_t>(job.end() - m_origin + start));
        m_run.spans.push_back({place.worker, {begin, end - begin, index, 1}});
        m_run.inputs[index] = job.command;
        const bool isLast = --m_attemptsLeft[job.seq] == 0;
        if (!isLast) {
            m_run.marks.push_back({end, index, place.worker, Mark::Kind::Retried});
        } else if (job.failed()) {
            m_run.marks.push_back({end, index, place.worker, Mark::Kind::Failed});
            m_run.failures[index] = failureOf(job);
        }
    }

    void describe()
    {
        const std::vector<std::string> &hosts = m_lanes.hosts();
        for (const std::string &host : hosts) {
            ImportedWorker worker;
            worker.identity.host = host == ":" ? std::string() : host;
            m_run.workers.push_back(std::move(worker));
        }
        m_run.spec.pool.workers = static_cast<std::uint32_t>(hosts.size());
        m_run.startedAt = m_origin / 1'000'000'000;
    }

    std::vector<Job> m_jobs;
    std::map<std::uint64_t, std::uint64_t> m_indices; ///< by Seq
    std::map<std::uint64_t, std::uint64_t> m_attemptsLeft; ///< the same
    std::int64_t m_origin = 0;
    Lanes m_lanes;
    ImportedRun m_run;
};

} // namespace

bool isJobLog(std::string_view beginning)
{
    return beginning.starts_with(header.substr(0, header.find("\tSend")));
}

Result<ImportedRun> readJobLog(const std::string &path)
{
    auto jobs = readJobs(path);
    if (!jobs)
        return tl::unexpected(jobs.error());
    auto run = JobLog(std::move(*jobs)).toRun();
    if (!run)
        return failure(path + ": " + run.error().message);
    run->source = std::filesystem::path(path).filename().string() + ", of GNU parallel";
    return run;
}

} // namespace poolscope
