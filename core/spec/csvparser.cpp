// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/csvparser.h"

#include <csv.h>
#include <new>

namespace poolscope {

CsvParser::CsvParser(char delimiter, Visitor &visitor)
    : m_visitor(visitor)
    , m_parser(std::make_unique<csv_parser>())
{
    constexpr std::size_t bufferStep = 64 * 1024;
    if (csv_init(m_parser.get(), CSV_STRICT | CSV_STRICT_FINI) != 0)
        throw std::bad_alloc();
    csv_set_delim(m_parser.get(), static_cast<unsigned char>(delimiter));
    csv_set_space_func(m_parser.get(), [](unsigned char) { return 0; });
    csv_set_blk_size(m_parser.get(), bufferStep);
}

CsvParser::~CsvParser()
{
    csv_free(m_parser.get());
}

CsvParser::State CsvParser::feed(std::string_view bytes)
{
    const std::size_t taken =
        csv_parse(m_parser.get(), bytes.data(), bytes.size(), fieldEnded, recordEnded, this);
    if (taken == bytes.size() && csv_error(m_parser.get()) == CSV_SUCCESS)
        return State::Good;
    return csv_error(m_parser.get()) == CSV_EPARSE ? State::StrayQuote : State::OutOfMemory;
}

CsvParser::State CsvParser::finish()
{
    if (csv_fini(m_parser.get(), fieldEnded, recordEnded, this) == 0)
        return State::Good;
    return csv_error(m_parser.get()) == CSV_EPARSE ? State::UnterminatedQuote : State::OutOfMemory;
}

void CsvParser::fieldEnded(void *text, std::size_t size, void *self)
{
    static_cast<CsvParser *>(self)->m_visitor.field({static_cast<const char *>(text), size});
}

void CsvParser::recordEnded(int, void *self)
{
    static_cast<CsvParser *>(self)->m_visitor.recordEnded();
}

} // namespace poolscope
