// SPDX-License-Identifier: GPL-3.0-or-later
// scanCsv(): goes through a CSV file record by record, and knows on which line it is.
#pragma once

#include "input/datafile.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

/// Where a record stands.
struct CsvRecordPlace {
    std::uint64_t line = 1; ///< its first, if the scan began with the file
    std::uint64_t end = 0; ///< the offset behind it
};

class CsvVisitor {
public:
    virtual ~CsvVisitor() = default;
    /// Of the file, before they are taken apart. This and endRecord() return false to stop.
    virtual bool bytes(std::string_view) { return true; }
    virtual void field(std::string_view text) = 0;
    virtual bool endRecord(const CsvRecordPlace &place) = 0;
};

/// Visits the records from `offset` on, which is 0 or where a record begins; skips a byte order
/// mark and a first line such as `sep=;`. Reads `firstSize` bytes at first. Fails on what cannot be
/// read and on quotes out of place, naming file and line.
Result<void> scanCsv(DataFile &file, char delimiter, std::uint64_t offset, std::size_t firstSize,
    CsvVisitor &visitor);

/// The delimiter: `given` unless that is a comma, which a first line such as `sep=;` replaces, as
/// programs for spreadsheets write it. Fails where a delimiter cannot be what is given.
Result<char> csvDelimiter(DataFile &file, char given);

/// "rows.csv:17: ..."
tl::unexpected<Error> csvFailure(
    const DataFile &file, std::uint64_t line, const std::string &message);

} // namespace poolscope
