// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/chrometrace.h"

#include "analysis/iterationcolumns.h"
#include "spec/runarguments.h"
#include "spec/writtentext.h"
#include "system/atomicfile.h"
#include "wire/jsontext.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

constexpr std::size_t eventsBetweenQuestions = 100'000;
constexpr std::uint64_t poolThread = 0;
constexpr std::string_view spanCategory = "span";
constexpr std::string_view chunkCategory = "chunk";
constexpr std::string_view markCategory = "mark";

/// By Mark::Kind.
constexpr std::array<std::string_view, markKindCount> markNames{"state", "resized", "paused",
    "resumed", "failed", "quarantined", "given up", "retried", "reopened", "continued", "idle",
    "lost"};
constexpr std::array<std::string_view, 5> stateNames{
    "starting", "ready", "leaving", "dead", "gone"};

std::string_view markName(const Mark &mark)
{
    const auto state = stateOf(mark);
    return state ? stateNames[static_cast<std::size_t>(*state)]
                 : markNames[static_cast<std::size_t>(mark.kind)];
}

void appendNumber(std::string &out, std::uint64_t value)
{
    std::array<char, 24> digits{};
    out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr);
}

/// Appends nanoseconds as microseconds, exactly.
void appendMicroseconds(std::string &out, std::uint64_t time)
{
    appendNumber(out, time / 1000);
    const std::uint64_t rest = time % 1000;
    if (rest == 0)
        return;
    out += '.';
    out += static_cast<char>('0' + rest / 100);
    out += static_cast<char>('0' + rest / 10 % 10);
    out += static_cast<char>('0' + rest % 10);
}

// The escape of a byte that is not UTF-8. Python reads it, but viewers of traces do not.
constexpr std::string_view loneSurrogate = "\\udc";

/// Returns the text as JSON, with bytes that are not UTF-8 replaced by U+FFFD.
std::string replacingText(std::string_view text)
{
    using Json = nlohmann::json;
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A JSON object that is written member by member.
class Object {
public:
    explicit Object(std::string &text)
        : m_text(text)
    {
        m_text += '{';
    }
    Object &number(std::string_view name, std::uint64_t value)
    {
        key(name);
        appendNumber(m_text, value);
        return *this;
    }
    Object &time(std::string_view name, std::uint64_t value)
    {
        key(name);
        appendMicroseconds(m_text, value);
        return *this;
    }
    Object &text(std::string_view name, std::string_view value)
    {
        key(name);
        const std::size_t start = m_text.size();
        appendJsonString(m_text, value);
        if (m_text.find(loneSurrogate, start) != std::string::npos)
            m_text.replace(start, std::string::npos, replacingText(value));
        return *this;
    }
    Object object(std::string_view name)
    {
        key(name);
        return Object(m_text);
    }
    void end() { m_text += '}'; }

private:
    void key(std::string_view name)
    {
        if (m_text.back() != '{')
            m_text += ',';
        appendJsonString(m_text, name);
        m_text += ':';
    }

    std::string &m_text;
};

/// A file of events that is abandoned at the first error or when the caller cancels.
class TraceFile {
public:
    TraceFile(AtomicFile &file, const ShouldContinue &shouldContinue)
        : m_file(file)
        , m_goOn(shouldContinue)
    {
    }

    /// Sets the process of the events that begin from now on.
    void setProcess(std::uint64_t process) { m_process = process; }

    bool ok() const { return m_result.has_value(); }
    void write(std::string_view text)
    {
        if (ok())
            m_result = m_file.append(text);
    }
    /// Begins an event, which end() writes.
    Object begin(char phase, std::string_view name, std::uint64_t thread)
    {
        m_event.assign(m_events++ == 0 ? "\n" : ",\n");
        Object event(m_event);
        event.text("ph", {&phase, 1})
            .text("name", name)
            .number("pid", m_process)
            .number("tid", thread);
        return event;
    }
    void end(Object &event)
    {
        event.end();
        write(m_event);
        if (m_events % eventsBetweenQuestions == 0 && ok() && m_goOn && !m_goOn())
            m_result = failure("cancelled");
    }
    /// Ends an event with arguments, which are its last member.
    void end(Object &event, Object &arguments)
    {
        arguments.end();
        end(event);
    }
    Result<void> finish() { return ok() ? m_file.commit() : m_result; }

private:
    AtomicFile &m_file;
    const ShouldContinue &m_goOn;
    Result<void> m_result;
    std::string m_event;
    std::size_t m_events = 0;
    std::uint64_t m_process = 1;
};

class TraceWriter {
public:
    /// `begin` is the start of the run in the trace, in nanoseconds.
    TraceWriter(const RunRecord &record, std::uint64_t begin, TraceFile &file)
        : m_record(record)
        , m_begin(begin)
        , m_timeline(record.timeline)
        , m_file(file)
    {
        if (specOf(record.origin))
            return; // reading the inputs again may take long, or fail
        if (auto inputs = record.inputs->duplicate())
            m_inputs = std::move(*inputs);
    }

    void write()
    {
        const std::string origin = originText(m_record.origin);
        writeName("process_name", poolThread, origin.empty() ? "Poolscope" : origin);
        writeName("thread_name", poolThread, "pool");
        for (std::size_t i = 0; i < m_timeline.workerCount(); ++i)
            writeWorker(m_timeline.worker(i).id());
        writeRate();
        for (std::size_t i = 0; i < m_timeline.workerCount() && m_file.ok(); ++i) {
            writeSpans(m_timeline.worker(i));
            writeChunks(m_timeline.worker(i));
        }
        const std::size_t marks = m_timeline.marks().size();
        for (std::size_t i = 0; i < marks && m_file.ok(); ++i)
            writeMark(m_timeline.marks()[i]);
    }

private:
    void writeName(std::string_view what, std::uint64_t thread, std::string_view name)
    {
        Object event = m_file.begin('M', what, thread);
        Object arguments = event.object("args");
        arguments.text("name", name);
        m_file.end(event, arguments);
    }

    void writeWorker(WorkerId worker)
    {
        writeName("thread_name", numberOf(worker), workerName(m_record.origin, worker));
        Object event = m_file.begin('M', "thread_sort_index", numberOf(worker));
        Object arguments = event.object("args");
        arguments.number("sort_index", numberOf(worker));
        m_file.end(event, arguments);
    }

    std::string nameOf(const Span &span)
    {
        if (span.count > 1)
            return "inputs " + std::to_string(span.first) + " to "
                + std::to_string(span.first + span.count - 1);
        if (m_inputs) {
            if (auto text = m_inputs->text(span.first); text && !text->empty())
                return *text;
        }
        return "input " + std::to_string(span.first);
    }

    void writeSpans(const WorkerRecord &worker)
    {
        const Lane &lane = worker.lane();
        const std::size_t size = lane.size();
        for (std::size_t from = 0; from < size && m_file.ok(); from += eventsBetweenQuestions) {
            const std::size_t to = std::min(from + eventsBetweenQuestions, size);
            lane.forEach(from, to, [&](const Span &span) {
                Object event = m_file.begin('X', nameOf(span), numberOf(worker.id()));
                event.text("cat", spanCategory)
                    .time("ts", m_begin + span.begin)
                    .time("dur", span.duration);
                Object arguments = event.object("args");
                arguments.number("index", span.first).number("count", span.count);
                m_file.end(event, arguments);
            });
        }
    }

    void writeChunks(const WorkerRecord &worker)
    {
        ChunkTimeLog::Reader reader(worker.chunkTimes(), worker.lane());
        while (m_file.ok()) {
            const auto chunk = reader.next();
            if (!chunk)
                return;
            // Each end of a flow binds to the event before it in the file with its thread and time.
            ++m_chunks;
            writeInstant("sent", worker.id(), chunk->sent);
            writeFlow('s', poolThread, chunk->sent);
            writeFlow('t', numberOf(worker.id()), chunk->begun);
            writeInstant("decoded", worker.id(), chunk->decoded);
            writeFlow('f', poolThread, chunk->decoded);
        }
    }

    /// An instant has no duration, so that no reader takes it for work.
    void writeInstant(std::string_view name, WorkerId worker, std::uint64_t time)
    {
        Object event = m_file.begin('i', name, poolThread);
        event.text("cat", chunkCategory).time("ts", m_begin + time).text("s", "t");
        Object arguments = event.object("args");
        arguments.number("worker", numberOf(worker));
        m_file.end(event, arguments);
    }

    void writeFlow(char phase, std::uint64_t thread, std::uint64_t time)
    {
        Object event = m_file.begin(phase, "chunk", thread);
        event.text("cat", chunkCategory).number("id", m_chunks).time("ts", m_begin + time);
        if (phase == 'f')
            event.text("bp", "e");
        m_file.end(event);
    }

    void writeRate()
    {
        constexpr double mostColumns = 1000;
        const std::uint64_t end = m_timeline.lastOutcome() + 1;
        const TimeGrid grid = gridFor(static_cast<double>(end) / mostColumns);
        const ColumnRange columns{0, grid.columnAt(end - 1) + 1};
        std::vector<double> iterations(columns.count);
        for (std::size_t i = 0; i < m_timeline.workerCount(); ++i) {
            IterationColumns lane(m_timeline.worker(i).lane());
            lane.advance(SIZE_MAX);
            const std::vector<double> counts = lane.counts(grid, columns);
            std::transform(counts.begin(), counts.end(), iterations.begin(), iterations.begin(),
                std::plus<>());
        }
        for (std::uint64_t column = 0; column < columns.count && m_file.ok(); ++column) {
            const bool isAsBefore = column > 0 && iterations[column] == iterations[column - 1];
            if (isAsBefore)
                continue; // the counter does not change
            const double rate = iterations[column] * 1e9 / static_cast<double>(grid.width());
            Object event = m_file.begin('C', "it/s", poolThread);
            event.time("ts", m_begin + grid.beginOf(column));
            Object arguments = event.object("args");
            arguments.number("it/s", static_cast<std::uint64_t>(rate));
            m_file.end(event, arguments);
        }
    }

    void writeMark(const Mark &mark)
    {
        const std::string_view name = markName(mark);
        Object event = m_file.begin('i', name, numberOf(mark.worker));
        event.text("cat", markCategory)
            .time("ts", m_begin + mark.time)
            .text("s", mark.worker == noWorker ? "p" : "t");
        Object arguments = event.object("args");
        arguments.number("value", mark.value);
        if (isFailure(mark))
            writeReason(arguments, mark.value);
        m_file.end(event, arguments);
    }

    void writeReason(Object &arguments, std::uint64_t index)
    {
        const OutcomeStore &outcomes = *m_record.outcomes;
        if (!outcomes.keepsAll() || !outcomes.isFailure(index))
            return;
        const auto outcome = outcomes.read(index);
        if (!outcome)
            return;
        const FailureView &failure = outcome->view.failure;
        arguments.text("kind", failure.kind)
            .text("type", failure.type)
            .text("message", failure.message)
            .text("detail", failure.detail);
    }

    const RunRecord &m_record;
    std::uint64_t m_begin;
    const Timeline &m_timeline;
    std::unique_ptr<InputSource> m_inputs; ///< null if their texts are not written
    TraceFile &m_file;
    std::uint64_t m_chunks = 0;
};

/// Writes the arguments of the run, which viewers show beside the trace.
void writeHead(const RunRecord &record, TraceFile &file)
{
    std::string head;
    Object document(head);
    document.text("displayTimeUnit", "ms");
    if (const auto *origin = std::get_if<SpecOrigin>(&record.origin)) {
        Object facts = document.object("otherData");
        facts.text("arguments", nlohmann::json(writtenArguments(origin->spec)).dump())
            .text("folder", writtenText(origin->folder));
        facts.end();
    }
    file.write(head + ",\"traceEvents\":[");
}

/// Returns the time from the start of the command to the call. 0 if the run is not a watched call.
std::uint64_t beginOf(const RunRecord &record)
{
    const auto *call = std::get_if<WatchedCall>(&record.origin);
    return call ? call->begin : 0;
}

} // namespace

Result<void> writeChromeTrace(const RunRecord &record, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue)
{
    return writeChromeTrace(std::vector{&record}, path, shouldContinue);
}

Result<void> writeChromeTrace(const std::vector<const RunRecord *> &runs,
    const std::filesystem::path &path, const ShouldContinue &shouldContinue)
{
    auto opened = AtomicFile::open(path);
    if (!opened)
        return tl::unexpected(opened.error());
    TraceFile file(**opened, shouldContinue);
    writeHead(*runs.front(), file);
    const std::uint64_t begin = beginOf(*runs.front());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        file.setProcess(i + 1);
        TraceWriter(*runs[i], beginOf(*runs[i]) - begin, file).write();
    }
    file.write("\n]}\n");
    return file.finish();
}

} // namespace poolscope
