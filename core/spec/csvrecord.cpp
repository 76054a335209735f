// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/csvrecord.h"

#include "spec/csvparser.h"

#include <csv.h>

namespace poolscope {

namespace {

bool needsQuotes(std::string_view field, char delimiter)
{
    const auto isBlank = [](char c) {
        return c == ' ' || c == '\t';
    };
    if (field.empty())
        return false;
    return isBlank(field.front()) || isBlank(field.back())
        || field.find_first_of("\"\r\n") != std::string_view::npos
        || field.find(delimiter) != std::string_view::npos;
}

struct Collector : CsvParser::Visitor {
    std::vector<std::string> fields;
    std::size_t records = 0;

    void field(std::string_view text) override { fields.emplace_back(text); }
    void recordEnded() override { ++records; }
};

} // namespace

std::string csvRecord(std::span<const std::string> fields, char delimiter)
{
    std::string record;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0)
            record += delimiter;
        const bool isBlankLine = fields.size() == 1 && fields[i].empty();
        if (isBlankLine || needsQuotes(fields[i], delimiter))
            appendQuotedCsvField(record, fields[i]);
        else
            record += fields[i];
    }
    return record;
}

void appendQuotedCsvField(std::string &out, std::string_view field)
{
    const std::size_t start = out.size();
    out.resize(start + csv_write(nullptr, 0, field.data(), field.size()));
    csv_write(out.data() + start, out.size() - start, field.data(), field.size());
}

Result<std::vector<std::string>> parseCsvRecord(std::string_view text)
{
    Collector collector;
    CsvParser parser(',', collector);
    CsvParser::State state = parser.feed(text);
    if (state == CsvParser::State::Good)
        state = parser.finish();
    if (state == CsvParser::State::StrayQuote)
        return failure("a quote is out of place");
    if (state == CsvParser::State::UnterminatedQuote)
        return failure("a quote is not closed");
    if (collector.records != 1)
        return failure("it is not one line");
    return std::move(collector.fields);
}

} // namespace poolscope
