// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/joblogreader.h"

#include "import/decimaltime.h"
#include "import/unpackedfile.h"
#include "input/byteordermark.h"
#include "system/signalname.h"
#include "text/wholenumber.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <unordered_set>

namespace poolscope {

namespace {

enum Column { seq, host, startTime, runTime, send, receive, exitValue, signal, command };
constexpr std::size_t columnCount = 9;
using Fields = std::array<std::string_view, columnCount>;
constexpr Fields columnNames{
    "Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command"};
constexpr std::string_view olderRunTime = "Runtime";

/// Times are rounded to milliseconds, so that a job may appear to begin before the end of the job
/// whose slot it took.
constexpr std::int64_t jobLogRounding = 2'000'000; // nanoseconds

/// A line that names more columns is not a header.
constexpr std::size_t mostColumns = 256;

/// Returns the number of jobs without a line that become inputs. A log of which only some lines are
/// left may name jobs far beyond those that it has. The rest are only counted.
std::uint64_t mostMissingInputs(std::size_t jobs)
{
    constexpr std::uint64_t always = 1000;
    constexpr std::uint64_t perJob = 10;
    return always + perJob * jobs;
}

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

/// The columns of a log, in the order in which its lines have them.
class Columns {
public:
    Columns()
    {
        for (std::size_t i = 0; i < columnCount; ++i)
            m_columns.emplace_back(static_cast<Column>(i));
    }

    /// Returns the columns of a header. Nothing if the line is not the header of a job log.
    static std::optional<Columns> ofHeader(std::string_view line)
    {
        Columns columns;
        columns.m_columns.clear();
        for (bool isLast = false; !isLast;) {
            if (columns.count() == mostColumns)
                return std::nullopt;
            const std::size_t tab = line.find('\t');
            isLast = tab == std::string_view::npos;
            std::string_view name = line.substr(0, tab);
            line.remove_prefix(isLast ? line.size() : tab + 1);
            if (name == olderRunTime)
                name = columnNames[runTime];
            const auto *found = std::find(columnNames.begin(), columnNames.end(), name);
            columns.m_columns.push_back(found == columnNames.end()
                    ? std::nullopt
                    : std::optional(static_cast<Column>(found - columnNames.begin())));
        }
        const bool isHeader = columns.has(seq) && columns.has(startTime) && columns.has(runTime)
            && columns.m_columns.back() == command;
        return isHeader ? std::optional(columns) : std::nullopt;
    }

    std::size_t count() const { return m_columns.size(); }

    /// Splits a line at tabs. The last field is the rest of the line.
    std::optional<Fields> fieldsOf(std::string_view line) const
    {
        Fields fields{"", ":", "", "", "0", "0", "0", "0", ""};
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const bool isLast = i + 1 == m_columns.size();
            const std::size_t tab = isLast ? line.size() : line.find('\t');
            if (tab == std::string_view::npos)
                return std::nullopt;
            if (m_columns[i])
                fields[*m_columns[i]] = line.substr(0, tab);
            line.remove_prefix(std::min(line.size(), tab + 1));
        }
        return fields;
    }

private:
    bool has(Column column) const
    {
        return std::find(m_columns.begin(), m_columns.end(), std::optional(column))
            != m_columns.end();
    }

    std::vector<std::optional<Column>> m_columns; ///< nothing for an unknown column
};

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

tl::unexpected<Error> wrong(Column column, std::string_view text, const char *what)
{
    constexpr std::size_t longest = 40;
    return failure(std::string(columnNames[column]) + " is not " + what + ": '"
        + std::string(text.substr(0, longest)) + "'");
}

Result<Job> jobOf(std::string_view line, const Columns &columns)
{
    const auto fields = columns.fieldsOf(line);
    if (!fields)
        return failure("it does not have the " + std::to_string(columns.count())
            + " columns of a job log, which are separated by tabs");
    const auto number = wholeNumber<std::uint64_t>(trimmed((*fields)[seq]));
    const auto begin = parseTime(trimmed((*fields)[startTime]), TimeUnit::Seconds);
    const auto duration = parseTime(trimmed((*fields)[runTime]), TimeUnit::Seconds);
    const auto exitStatus = wholeNumber<int>(trimmed((*fields)[exitValue]));
    const auto killer = wholeNumber<int>(trimmed((*fields)[signal]));
    if (!number)
        return wrong(seq, (*fields)[seq], "a count");
    if (!begin || *begin < 0)
        return wrong(startTime, (*fields)[startTime], "a time in seconds since 1970");
    std::int64_t end = 0;
    if (!duration || *duration < 0 || __builtin_add_overflow(*begin, *duration, &end))
        return wrong(runTime, (*fields)[runTime], "a duration in seconds");
    if (!exitStatus)
        return wrong(exitValue, (*fields)[exitValue], "an exit status");
    if (!killer)
        return wrong(signal, (*fields)[signal], "a signal");
    Job job{*number, std::string((*fields)[host]), *begin, *duration, *exitStatus, *killer,
        std::string((*fields)[command])};
    std::replace(job.command.begin(), job.command.end(), '\0', '\n'); // written as NUL
    return job;
}

/// The jobs of a log, and a count of its other lines.
struct Lines {
    std::vector<Job> jobs;
    std::uint64_t unreadable = 0;
    std::string firstProblem; ///< "line 3: Seq is not ..."
    bool isCutOff = false;

    void addUnreadable(std::uint64_t number, const std::string &problem)
    {
        if (unreadable++ == 0)
            firstProblem = "line " + std::to_string(number) + ": " + problem;
    }
};

Result<Lines> readLines(const std::string &path)
{
    auto file = UnpackedFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    UnpackedLines lines(*file);
    Lines read;
    Columns columns;
    bool hasHeader = false;
    std::uint64_t number = 0;
    while (const auto line = lines.next()) {
        ++number;
        if (line->empty())
            continue;
        if (lines.isCut()) {
            read.addUnreadable(number,
                "it has more than " + std::to_string(UnpackedLines::longestLine) + " bytes");
            continue;
        }
        if (const auto header = Columns::ofHeader(*line)) { // repeated if a log was appended to
            columns = *header;
            hasHeader = true;
            continue;
        }
        if (auto job = jobOf(*line, columns))
            read.jobs.push_back(std::move(*job));
        else
            read.addUnreadable(number, job.error().message);
    }
    read.isCutOff = file->problem().has_value();
    if (read.isCutOff && read.jobs.empty())
        return tl::unexpected(*file->problem());
    if (number == 0)
        return failure(path + " is empty, so it is not a job log of GNU parallel");
    if (read.jobs.empty() && read.unreadable > 0)
        return failure(path + ", " + read.firstProblem
            + (hasHeader ? ", and no other line is one of a job log"
                         : "; this is not a job log of GNU parallel, which begins with Seq, Host, "
                           "Starttime"));
    return read;
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
    struct Place {
        WorkerId worker = 0;
        std::int64_t begin = 0;
    };

    /// Returns nothing if there would be too many lanes.
    std::optional<Place> placeFor(const Job &job)
    {
        Host &of = m_hosts[job.host];
        free(of, job.begin);
        if (of.free.empty())
            freeRounded(of, job);
        if (of.free.empty()) {
            if (m_lanes.size() == mostImportedWorkers)
                return std::nullopt;
            m_lanes.push_back({job.host, INT64_MIN, INT64_MIN});
            of.free.insert(static_cast<WorkerId>(m_lanes.size()));
        }
        const WorkerId worker = *of.free.begin();
        of.free.erase(of.free.begin());
        Lane &lane = m_lanes[worker - 1];
        lane.begin = std::max(job.begin, lane.end);
        lane.end = lane.begin + job.duration;
        of.busy.insert({lane.end, worker});
        return Place{worker, lane.begin};
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
        const std::int64_t shorter = std::min(job.duration, end - m_lanes[worker - 1].begin);
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
        const auto place = m_lanes.placeFor(job);
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
    return Columns::ofHeader(line) || jobOf(line, Columns());
}

Result<ImportedRun> readJobLog(const std::string &path)
{
    auto lines = readLines(path);
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
