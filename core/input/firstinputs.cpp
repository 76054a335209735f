// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/firstinputs.h"

#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

class FirstInputs : public InputSource {
public:
    FirstInputs(std::unique_ptr<InputSource> source, std::uint64_t most)
        : m_source(std::move(source))
        , m_size(std::min(most, m_source->size()))
    {
    }

    std::uint64_t size() const override { return m_size; }
    std::uint64_t meanEncodedSize() const override { return m_source->meanEncodedSize(); }
    std::uint64_t maxEncodedSize() const override { return m_source->maxEncodedSize(); }
    std::vector<std::string> columns() const override { return m_source->columns(); }
    Result<void> encode(IndexRange indices, std::string &out) override
    {
        return m_source->encode(indices, out);
    }
    Result<std::string> text(std::uint64_t index) override { return m_source->text(index); }
    InputContent content() const override { return m_source->content(); }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return m_source->duplicate().map([this](std::unique_ptr<InputSource> source) {
            return firstInputs(std::move(source), m_size);
        });
    }

private:
    std::unique_ptr<InputSource> m_source;
    std::uint64_t m_size;
};

} // namespace

std::unique_ptr<InputSource> firstInputs(std::unique_ptr<InputSource> source, std::uint64_t most)
{
    if (source->size() <= most)
        return source;
    return std::make_unique<FirstInputs>(std::move(source), most);
}

} // namespace poolscope
