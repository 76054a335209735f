// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/inputsource.h"

#include "input/contenthash.h"
#include "input/integerrange.h"
#include "input/lineindex.h"

#include <algorithm>

namespace poolscope {

namespace {

class RangeSource : public InputSource {
public:
    explicit RangeSource(const RangeInput &range)
        : m_range(range)
    {
    }
    std::uint64_t size() const override { return poolscope::size(m_range); }
    std::uint64_t meanEncodedSize() const override { return 0; }
    std::uint64_t maxEncodedSize() const override { return 0; }
    Result<void> encode(std::uint64_t, std::uint64_t, std::string &) override { return {}; }
    Result<std::string> text(std::uint64_t index) override
    {
        return std::to_string(at(m_range, index));
    }
    InputContent content() const override
    {
        ContentHasher hasher;
        hasher.add(toString(m_range));
        return {hasher.digest(), size()};
    }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<RangeSource>(m_range);
    }

private:
    RangeInput m_range;
};

class LinesSource : public InputSource {
public:
    explicit LinesSource(LineIndex index)
        : m_index(std::move(index))
    {
    }
    std::uint64_t size() const override { return m_index.lineCount(); }
    std::uint64_t meanEncodedSize() const override
    {
        return lengthField + m_index.byteCount() / std::max<std::uint64_t>(size(), 1);
    }
    std::uint64_t maxEncodedSize() const override { return lengthField + m_index.longestLine(); }
    Result<void> encode(std::uint64_t first, std::uint64_t count, std::string &out) override
    {
        return m_index.read(first, count, out);
    }
    Result<std::string> text(std::uint64_t index) override
    {
        std::string line;
        return m_index.read(index, 1, line).map([&] { return line.substr(lengthField); });
    }
    InputContent content() const override { return {m_index.contentHash(), size()}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return m_index.duplicate().map([](LineIndex index) {
            return std::unique_ptr<InputSource>(std::make_unique<LinesSource>(std::move(index)));
        });
    }

private:
    static constexpr std::size_t lengthField = 4;
    LineIndex m_index;
};

} // namespace

Result<std::unique_ptr<InputSource>> openInput(const InputSpec &spec)
{
    if (const auto *range = std::get_if<RangeInput>(&spec))
        return std::make_unique<RangeSource>(*range);
    const auto *lines = std::get_if<LinesInput>(&spec);
    if (!lines)
        return failure("this kind of input cannot be read yet");
    return LineIndex::open(lines->path).map([](LineIndex index) {
        return std::unique_ptr<InputSource>(std::make_unique<LinesSource>(std::move(index)));
    });
}

} // namespace poolscope
