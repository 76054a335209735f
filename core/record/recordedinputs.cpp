// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/recordedinputs.h"

#include "spec/integerrange.h"

#include <cstdint>
#include <map>
#include <utility>

namespace poolscope {

namespace {

/// The inputs of a run whose input was not opened.
class UnreadInputs : public InputSource {
public:
    UnreadInputs(std::uint64_t size, std::string_view why)
        : m_size(size)
        , m_why(why)
    {
    }
    std::uint64_t size() const override { return m_size; }
    std::uint64_t meanEncodedSize() const override { return 0; }
    std::uint64_t maxEncodedSize() const override { return 0; }
    Result<void> encode(IndexRange, std::string &) override { return unread(); }
    Result<std::string> text(std::uint64_t) override { return unread(); }
    InputContent content() const override { return {}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<UnreadInputs>(m_size, m_why);
    }

private:
    tl::unexpected<Error> unread() const { return failure(std::string(m_why)); }

    std::uint64_t m_size;
    std::string_view m_why; ///< a literal
};

/// The inputs of a watched call, of which some texts are known.
class WatchedInputs : public InputSource {
public:
    using Texts = std::shared_ptr<const std::map<std::uint64_t, std::string>>;

    WatchedInputs(std::uint64_t size, Texts texts)
        : m_size(size)
        , m_texts(std::move(texts))
    {
    }
    std::uint64_t size() const override { return m_size; }
    std::uint64_t meanEncodedSize() const override { return 0; }
    std::uint64_t maxEncodedSize() const override { return 0; }
    Result<void> encode(IndexRange, std::string &) override { return failure(notRecorded); }
    Result<std::string> text(std::uint64_t index) override
    {
        const auto found = m_texts->find(index);
        if (found == m_texts->end())
            return failure(notRecorded);
        return found->second;
    }
    InputContent content() const override { return {}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<WatchedInputs>(m_size, m_texts);
    }

private:
    static constexpr const char *notRecorded = "(not recorded)";

    std::uint64_t m_size;
    Texts m_texts;
};

class RecordedTexts : public InputSource {
public:
    using Texts = std::shared_ptr<const std::vector<std::string>>;

    explicit RecordedTexts(Texts texts)
        : m_texts(std::move(texts))
    {
    }
    std::uint64_t size() const override { return m_texts->size(); }
    std::uint64_t meanEncodedSize() const override { return 0; }
    std::uint64_t maxEncodedSize() const override { return 0; }
    Result<void> encode(IndexRange, std::string &) override
    {
        return failure("(the input is known by its text only)");
    }
    Result<std::string> text(std::uint64_t index) override { return (*m_texts)[index]; }
    InputContent content() const override { return {}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<RecordedTexts>(m_texts);
    }

private:
    Texts m_texts;
};

} // namespace

std::unique_ptr<InputSource> recordedInputs(const Origin &origin, std::uint64_t count)
{
    if (const auto *call = std::get_if<WatchedCall>(&origin))
        return std::make_unique<WatchedInputs>(
            count, std::make_shared<const std::map<std::uint64_t, std::string>>(call->inputTexts));
    const RunSpec *spec = specOf(origin);
    if (!spec)
        return std::make_unique<UnreadInputs>(count, "(not recorded)");
    const auto *range = std::get_if<RangeInput>(&spec->input);
    if (range && size(*range) == count) {
        if (auto source = openInput(spec->input))
            return std::move(*source);
    }
    return std::make_unique<UnreadInputs>(count, "(the input was not read again)");
}

std::unique_ptr<InputSource> recordedTexts(std::vector<std::string> texts)
{
    return std::make_unique<RecordedTexts>(
        std::make_shared<const std::vector<std::string>>(std::move(texts)));
}

} // namespace poolscope
