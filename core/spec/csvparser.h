// SPDX-License-Identifier: GPL-3.0-or-later
// CsvParser: splits CSV as defined by RFC 4180 into fields, by libcsv.
//
// A quote out of place is an error. Blanks are part of a field, and any bytes are accepted. A
// record ends at \n, \r\n or \r. An empty line is not a record. The caller feeds all bytes and then
// calls finish().
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

struct csv_parser;

namespace poolscope {

class CsvParser {
public:
    class Visitor {
    public:
        virtual ~Visitor() = default;
        virtual void field(std::string_view text) = 0;
        virtual void recordEnded() = 0;
    };

    CsvParser(char delimiter, Visitor &visitor);
    ~CsvParser();
    CsvParser(const CsvParser &) = delete;
    CsvParser &operator=(const CsvParser &) = delete;

    enum class State { Good, StrayQuote, UnterminatedQuote, OutOfMemory };

    State feed(std::string_view bytes);
    /// Ends the last record if it has no line ending.
    State finish();

private:
    static void fieldEnded(void *text, std::size_t size, void *self);
    static void recordEnded(int terminator, void *self);

    Visitor &m_visitor;
    std::unique_ptr<csv_parser> m_parser;
};

} // namespace poolscope
