// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/traceevents.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace poolscope {

namespace {

/// The bytes of a file, one after another, at little memory.
class ByteFeed {
public:
    explicit ByteFeed(const std::string &path)
        : m_descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC))
        , m_error(m_descriptor < 0 ? errno : 0)
    {
        refill();
    }
    ~ByteFeed()
    {
        if (m_descriptor >= 0)
            close(m_descriptor);
    }
    ByteFeed(const ByteFeed &) = delete;
    ByteFeed &operator=(const ByteFeed &) = delete;

    bool atEnd() const { return m_position == m_size; }
    char current() const { return m_buffer[m_position]; }
    void advance()
    {
        if (++m_position == m_size)
            refill();
    }
    std::uint64_t offset() const { return m_before + m_position; }
    int error() const { return m_error; }

private:
    void refill()
    {
        m_before += m_size;
        m_position = m_size = 0;
        if (m_error != 0)
            return;
        ssize_t count = 0;
        do {
            count = read(m_descriptor, m_buffer.data(), m_buffer.size());
        } while (count < 0 && errno == EINTR);
        if (count < 0)
            m_error = errno;
        else
            m_size = static_cast<std::size_t>(count);
    }

    int m_descriptor;
    int m_error;
    std::array<char, 1U << 16> m_buffer{};
    std::size_t m_position = 0;
    std::size_t m_size = 0;
    std::uint64_t m_before = 0; ///< bytes before the buffer
};

/// What the parser reads a feed by; all of its copies share the feed's place.
class ByteIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char *;
    using reference = char;

    explicit ByteIterator(ByteFeed *feed = nullptr)
        : m_feed(feed)
    {
    }
    char operator*() const { return m_feed->current(); }
    ByteIterator &operator++()
    {
        m_feed->advance();
        return *this;
    }
    ByteIterator operator++(int)
    {
        ++*this;
        return *this;
    }
    /// One of the two is the end.
    friend bool operator==(const ByteIterator &a, const ByteIterator &b)
    {
        const ByteFeed *feed = a.m_feed ? a.m_feed : b.m_feed;
        return !feed || feed->atEnd();
    }
    friend bool operator!=(const ByteIterator &a, const ByteIterator &b) { return !(a == b); }

private:
    ByteFeed *m_feed;
};

/// Takes what nlohmann's parser tells (json_sax_t), and knows where in a trace it is.
class TraceHandler {
public:
    using Take = std::function<Result<void>(const TraceEvent &, const TraceMembers &)>;

    TraceHandler(const ByteFeed &feed, const Take &take)
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
        switch (m_place) {
        case Place::Arguments:
            m_place = Place::Event;
            return true;
        case Place::Facts:
            m_place = Place::Document;
            return true;
        case Place::Event:
            m_place = Place::Events;
            return take();
        default:
            m_place = Place::End;
            return m_hasEvents || fail("has no traceEvents, so it is no trace");
        }
    }
    bool start_array(std::size_t)
    {
        if (m_skipped == 0 && m_place == Place::Events)
            return fail("an event is an object, not an array");
        const bool isDocument = m_place == Place::Start;
        if (m_skipped == 0
            && (isDocument || (m_place == Place::Document && m_key == "traceEvents"))) {
            m_place = Place::Events;
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
            m_place = m_isArray ? Place::End : Place::Document;
        return true;
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::json::exception &error)
    {
        constexpr int numberOverflow = 406;
        if (error.id == numberOverflow)
            return fail("a number is too large");
        // Who writes an array of events may be killed before its end, and the format allows it.
        if (m_feed.atEnd() && m_isArray && m_place == Place::Events && m_events > 0) {
            m_isCutOff = true;
            return false;
        }
        return fail(m_feed.atEnd() ? "it ends too early" : "this is no JSON");
    }

    Result<void> result() const
    {
        return m_error ? Result<void>(tl::unexpected(*m_error)) : Result<void>();
    }
    bool isCutOff() const { return m_isCutOff; }

private:
    enum class Place { Start, Document, Facts, Events, Event, Arguments, End };

    /// False where the object is of no interest.
    bool entersObject()
    {
        switch (m_place) {
        case Place::Start:
            m_place = Place::Document;
            return true;
        case Place::Document:
            if (m_key != "otherData")
                return false;
            m_place = Place::Facts;
            return true;
        case Place::Events:
            m_event.members.clear();
            m_event.arguments.clear();
            m_place = Place::Event;
            return true;
        case Place::Event:
            if (m_key != "args")
                return false;
            m_place = Place::Arguments;
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
        switch (m_place) {
        case Place::Start:
            return fail("it is no trace, which is an array or an object");
        case Place::Events:
            return fail("an event is an object, not " + m_scalar.text.substr(0, 20));
        case Place::Event:
            m_event.members.add(m_key, m_scalar);
            return true;
        case Place::Arguments:
            m_event.arguments.add(m_key, m_scalar);
            return true;
        case Place::Facts:
            m_facts.add(m_key, m_scalar);
            return true;
        default:
            return true;
        }
    }

    bool take()
    {
        ++m_events;
        const auto taken = m_take(m_event, m_facts);
        return taken || fail(taken.error().message);
    }

    bool fail(const std::string &what)
    {
        m_error = Error{"byte " + std::to_string(m_feed.offset()) + ": " + what};
        return false;
    }

    const ByteFeed &m_feed;
    const Take &m_take;
    Place m_place = Place::Start;
    std::uint64_t m_skipped = 0; ///< how deep it is in what is of no interest
    bool m_isArray = false;
    bool m_hasEvents = false;
    bool m_isCutOff = false;
    std::uint64_t m_events = 0;
    std::string m_key;
    TraceScalar m_scalar;
    TraceEvent m_event;
    TraceMembers m_facts;
    std::optional<Error> m_error;
};

} // namespace

std::optional<std::uint64_t> TraceScalar::count() const
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && kind != Kind::Other ? std::optional(value) : std::nullopt;
}

void TraceMembers::add(std::string_view name, const TraceScalar &value)
{
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

std::optional<std::uint64_t> TraceMembers::count(std::string_view name) const
{
    const TraceScalar *found = find(name);
    return found ? found->count() : std::nullopt;
}

std::optional<std::uint64_t> TraceMembers::time(std::string_view name) const
{
    const TraceScalar *found = find(name);
    const auto time = found ? found->time() : std::nullopt;
    return time && *time >= 0 ? std::optional(static_cast<std::uint64_t>(*time)) : std::nullopt;
}

char TraceEvent::phase() const
{
    const TraceScalar *found = members.find("ph");
    return found && found->text.size() == 1 ? found->text.front() : '\0';
}

Result<void> forEachTraceEvent(const std::string &path,
    const std::function<Result<void>(const TraceEvent &event, const TraceMembers &facts)> &take)
{
    ByteFeed feed(path);
    TraceHandler handler(feed, take);
    const bool whole = feed.error() == 0
        && nlohmann::json::sax_parse(ByteIterator(&feed), ByteIterator(), &handler);
    if (feed.error() != 0)
        return failure("cannot read " + path + ": " + std::strerror(feed.error()));
    if (whole || handler.isCutOff())
        return {};
    return failure(path + ", " + handler.result().error().message);
}

} // namespace poolscope
