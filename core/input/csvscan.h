// SPDX-License-Identifier: GPL-3.0-or-later
// scanCsv(): reads a CSV file record by record, and counts its lines.
#pragma once

#include "input/datafile.h"

#include <cstdint>
#include <string_view>

namespace poolscope {

/// The position of a record in the file.
struct CsvRecordPosition {
    std::uint64_t line = 1; ///< its first line, counted from the beginning of the scan
    std::uint64_t end = 0; ///< the offset of the byte after it
};

class CsvVisitor {
public:
    virtual ~CsvVisitor() = default;
    /// Receives a block of the file before its records. Returns false to stop, as endRecord() does.
    virtual bool bytes(std::string_view) { return true; }
    virtual void field(std::string_view text) = 0;
    virtual bool endRecord(const CsvRecordPosition &place) = 0;
};

/// Visits the records from `offset` on, which is 0 or the beginning of a record. Skips a byte order
/// mark and a first line such as `sep=;`. The first read has `firstSize` bytes. Fails, naming file
/// and line, if the file cannot be read or a quote is out of place.
Result<void> scanCsv(DataFile &file, char delimiter, std::uint64_t offset, std::size_t firstSize,
    CsvVisitor &visitor);

/// Returns the delimiter: `given`, or if that is a comma, the one that the first line names, such
/// as `sep=;` of spreadsheet programs. Fails if `given` cannot be a delimiter.
Result<char> csvDelimiter(DataFile &file, char given);

/// Returns an error such as "rows.csv:17: ...".
tl::unexpected<Error> csvFailure(
    const DataFile &file, std::uint64_t line, const std::string &message);

} // namespace poolscope
