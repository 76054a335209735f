// SPDX-License-Identifier: GPL-3.0-or-later
// UnpackedFile: reads a file from beginning to end, in blocks. Decompresses a gzip file.
#pragma once

#include "result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct gzFile_s;

namespace poolscope {

class UnpackedFile {
public:
    static Result<UnpackedFile> open(const std::string &path);

    /// Returns the next bytes, valid until the next call. Empty at the end, and after an error.
    std::string_view next();
    /// The error after which next() is empty: the file could not be read, or its compression is
    /// damaged. Nothing if there was none.
    const std::optional<Error> &problem() const { return m_problem; }
    bool isCompressed() const;

private:
    struct Close {
        void operator()(gzFile_s *file) const;
    };

    UnpackedFile(std::string path, gzFile_s *file);

    std::string m_path;
    std::unique_ptr<gzFile_s, Close> m_file;
    std::string m_buffer;
    std::optional<Error> m_problem;
};

/// The lines of an UnpackedFile. Each ends at \n or \r\n, and the last needs no ending. Lines are
/// cut at longestLine, since a small compressed file may have a line that is larger than memory.
class UnpackedLines {
public:
    static constexpr std::size_t longestLine = 64U << 20;

    explicit UnpackedLines(UnpackedFile &file)
        : m_file(file)
    {
    }
    /// Returns the next line without its ending, valid until the next call. Nothing at the end.
    std::optional<std::string_view> next();
    /// Whether the line that next() returned was cut.
    bool isCut() const { return m_isCut; }

private:
    void append(std::string_view part);

    UnpackedFile &m_file;
    std::string_view m_rest;
    std::string m_line;
    bool m_isCut = false;
    bool m_isFirst = true;
};

} // namespace poolscope
