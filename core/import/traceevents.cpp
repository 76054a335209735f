// SPDX-License-Identifier: GPL-3.0-or-later
#include "import/traceevents.h"

#include "import/jsonfeed.h"
#include "import/unpackedfile.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

/// Receives the calls of nlohmann's parser (json_sax_t), and tracks the position in the trace.
class TraceHandler {
public:
    using Take = std::function<void(const TraceEvent &)>;

    TraceHandler(const JsonFeed &feed, const Take &take)
        : m_feed(feed)
        , m_take(take)
    {
    }

    bool null() { return scalar(TraceScalar::Kind::Other, "null"); }
    bool boolean(bool value) { return scalar(TraceScalar::Kind::Other, value ? "true" : "false"); }
    bool number_integer(std::int64_t value) { return number(value); }
    bool number_unsigned(std::uint64_t value) { return number(value); }
    bool number_float(double, const std::string &text)
    {
        return scalar(TraceScalar::Kind::Number, text);
    }
    bool string(std::string &text) { return scalar(TraceScalar::Kind::Text, text); }
    bool binary(std::vector<std::uint8_t> &) { return true; }
    bool key(std::string &name)
    {
        if (m_skipped == 0)
            m_key = name;
        return true;
    }

    bool start_object(std::size_t)
    {
        if (m_skipped > 0 || !entersObject())
            ++m_skipped;
        return true;
    }
    bool end_object()
    {
        if (m_skipped > 0) {
            --m_skipped;
            return true;
        }
        countCutObject();
        switch (m_position) {
        case Position::Arguments:
        case Position::SecondId:
            m_position = Position::Event;
            return true;
        case Position::Event:
            m_position = Position::Events;
            ++m_events;
            m_take(m_event);
            return true;
        default:
            m_position = Position::End;
            return m_hasEvents || fail("has no traceEvents, so it is not a trace");
        }
    }
    bool start_array(std::size_t)
    {
        if (m_skipped == 0 && m_position == Position::Events)
            ++m_end.notEvents;
        const bool isDocument = m_position == Position::Start;
        if (m_skipped == 0
            && (isDocument || (m_position == Position::Document && m_key == "traceEvents"))) {
            m_position = Position::Events;
            m_isArray = isDocument;
            m_hasEvents = true;
        } else {
            ++m_skipped;
        }
        return true;
    }
    bool end_array()
    {
        if (m_skipped > 0)
            --m_skipped;
        else
            m_position = m_isArray ? Position::End : Position::Document;
        return true;
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::json::exception &)
    {
        const bool isAtEnd = m_feed.atEnd();
        m_isShown = m_events > 0; // a program may be killed while it writes a trace
        const bool mayEndHere = m_isArray && m_position == Position::Events; // as the format allows
        if (m_isShown && !(isAtEnd && mayEndHere))
            m_end.cutOff = at(isAtEnd ? "the file ends too early" : "the rest is not JSON");
        if (m_isShown)
            return false;
        return fail(isAtEnd ? "it ends too early" : "this is not JSON");
    }

    Result<void> result() const
    {
        return m_error ? Result<void>(tl::unexpected(*m_error)) : Result<void>();
    }
    /// Whether to show the events although the rest of the file could not be read.
    bool isShown() const { return m_isShown; }
    const TraceEnd &end() const { return m_end; }

private:
    enum class Position { Start, Document, Events, Event, Arguments, SecondId, End };

    /// Returns false if the object is to be skipped.
    bool entersObject()
    {
        switch (m_position) {
        case Position::Start:
            m_position = Position::Document;
            return true;
        case Position::Events:
            m_event.members.clear();
            m_event.arguments.clear();
            m_position = Position::Event;
            return true;
        case Position::Event:
            if (m_key != "args" && m_key != "id2")
                return false;
            m_position = m_key == "args" ? Position::Arguments : Position::SecondId;
            return true;
        default:
            return false;
        }
    }

    template <typename T> bool number(T value)
    {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
        return scalar(TraceScalar::Kind::Number,
            std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }

    bool scalar(TraceScalar::Kind kind, std::string_view text)
    {
        if (m_skipped > 0)
            return true;
        m_scalar.kind = kind;
        m_scalar.text.assign(text);
        switch (m_position) {
        case Position::Start:
            return fail("it is not a trace, which is an array or an object");
        case Position::Events:
            ++m_end.notEvents;
            return true;
        case Position::Event:
            return add(m_event.members, m_key);
        case Position::Arguments:
            return add(m_event.arguments, m_key);
        case Position::SecondId:
            return add(m_event.members, "id2." + m_key);
        default:
            return true;
        }
    }

    bool add(TraceMembers &members, const std::string &name)
    {
        m_isObjectCut = m_isObjectCut || members.isFull();
        members.add(name, m_scalar);
        return true;
    }

    void countCutObject() { m_end.cut += std::exchange(m_isObjectCut, false) ? 1 : 0; }

    bool fail(const std::string &what)
    {
        m_error = Error{at(what)};
        return false;
    }

    std::string at(const std::string &what) const
    {
        return "byte " + std::to_string(m_feed.offset()) + ": " + what;
    }

    const JsonFeed &m_feed;
    const Take &m_take;
    Position m_position = Position::Start;
    std::uint64_t m_skipped = 0; ///< depth in a value that is skipped. 0 outside of one
    bool m_isArray = false;
    bool m_hasEvents = false;
    bool m_isShown = false;
    bool m_isObjectCut = false;
    TraceEnd m_end;
    std::uint64_t m_events = 0;
    std::string m_key;
    TraceScalar m_scalar;
    TraceEvent m_event;
    std::optional<Error> m_error;
};

} // namespace

void TraceMembers::add(std::string_view name, const TraceScalar &value)
{
    if (isFull())
        return;
    if (m_size == m_members.size())
        m_members.emplace_back();
    m_members[m_size].first.assign(name);
    m_members[m_size].second = value;
    ++m_size;
}

const TraceScalar *TraceMembers::find(std::string_view name) const
{
    for (std::size_t i = 0; i < m_size; ++i) {
        if (m_members[i].first == name)
            return &m_members[i].second;
    }
    return nullptr;
}

std::string TraceMembers::text(std::string_view name) const
{
    const TraceScalar *found = find(name);
    return found ? found->text : std::string();
}

char TraceEvent::phase() const
{
    const TraceScalar *found = members.find("ph");
    return found && found->text.size() == 1 ? found->text.front() : '\0';
}

Result<TraceEnd> forEachTraceEvent(
    const std::string &path, const std::function<void(const TraceEvent &event)> &take)
{
    auto file = UnpackedFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    JsonFeed feed(*file);
    TraceHandler handler(feed, take);
    const bool whole =
        nlohmann::json::sax_parse(JsonFeedIterator(&feed), JsonFeedIterator(), &handler);
    const bool isShown = whole || handler.isShown();
    if (!isShown && file->problem())
        return tl::unexpected(*file->problem());
    if (!isShown)
        return failure(path + ", " + handler.result().error().message);
    TraceEnd end = handler.end();
    end.cut += feed.cutStrings();
    if (file->problem())
        end.cutOff = file->problem()->message;
    return end;
}

} // namespace poolscope
