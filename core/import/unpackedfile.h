// SPDX-License-Identifier: GPL-3.0-or-later
// UnpackedFile: the bytes of a file from its beginning to its end, at little memory. Those of a
// gzip file are decompressed.
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

    /// The bytes that come next, which stay until the next call. Empty at the end, and from an
    /// error on.
    std::string_view next();
    /// Why the end came early: the file could not be read, or its compression is damaged. Nothing
    /// if it did not.
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

/// The lines of an UnpackedFile. Each ends at \n or \r\n; the last needs no ending.
///
/// A small compressed file may hold a line that is larger than memory, so that lines are cut.
class UnpackedLines {
public:
    static constexpr std::size_t longestLine = 64U << 20;

    explicit UnpackedLines(UnpackedFile &file)
        : m_file(file)
    {
    }
    /// The line without its ending, which stays until the next call; nothing at the end.
    std::optional<std::string_view> next();
    /// Whether the line that next() returned is the beginning of one that is longer.
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
