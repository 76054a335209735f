// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/inputsource.h"

#include "input/contenthash.h"
#include "input/csvindex.h"
#include "input/filelist.h"
#include "input/lineindex.h"
#include "input/linestream.h"
#include "spec/csvrecord.h"
#include "spec/integerrange.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace poolscope {

namespace {

template <typename Source, typename Index> std::unique_ptr<InputSource> sourceOf(Index index)
{
    return std::make_unique<Source>(std::move(index));
}

class RangeSource : public InputSource {
public:
    explicit RangeSource(const RangeInput &range)
        : m_range(range)
    {
    }
    std::uint64_t size() const override { return poolscope::size(m_range); }
    std::uint64_t meanEncodedSize() const override { return 0; }
    std::uint64_t maxEncodedSize() const override { return 0; }
    Result<void> encode(IndexRange, std::string &) override { return {}; }
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

constexpr std::size_t lengthField = 4;

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
    Result<void> encode(IndexRange indices, std::string &out) override
    {
        return m_index.read(indices, out);
    }
    Result<std::string> text(std::uint64_t index) override
    {
        std::string line;
        return m_index.read({index, 1}, line).map([&] { return line.substr(lengthField); });
    }
    InputContent content() const override { return {m_index.contentHash(), size()}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return m_index.duplicate().map(sourceOf<LinesSource, LineIndex>);
    }

private:
    LineIndex m_index;
};

class RowsSource : public InputSource {
public:
    explicit RowsSource(CsvIndex index)
        : m_index(std::move(index))
    {
    }
    std::uint64_t size() const override { return m_index.rowCount(); }
    std::uint64_t meanEncodedSize() const override { return lengthField + m_index.meanItemSize(); }
    std::uint64_t maxEncodedSize() const override { return lengthField + m_index.maxItemSize(); }
    std::vector<std::string> columns() const override { return m_index.columns(); }
    Result<void> encode(IndexRange indices, std::string &out) override
    {
        return m_index.read(indices, out);
    }
    Result<std::string> text(std::uint64_t index) override
    {
        std::string item;
        return m_index.read({index, 1}, item).map([&] {
            return csvRecord(fieldsOf(item), m_index.delimiter());
        });
    }
    InputContent content() const override { return {m_index.contentHash(), size()}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return m_index.duplicate().map(sourceOf<RowsSource, CsvIndex>);
    }

private:
    static std::vector<std::string> fieldsOf(const std::string &item)
    {
        std::vector<std::string> fields;
        for (std::size_t at = lengthField; at < item.size();) {
            std::uint32_t length = 0;
            std::memcpy(&length, item.data() + at, sizeof(length));
            fields.push_back(item.substr(at + sizeof(length), length));
            at += sizeof(length) + length;
        }
        return fields;
    }

    CsvIndex m_index;
};

class FilesSource : public InputSource {
public:
    explicit FilesSource(std::shared_ptr<const FileList> files)
        : m_files(std::move(files))
    {
    }
    std::uint64_t size() const override { return m_files->size(); }
    std::uint64_t meanEncodedSize() const override
    {
        return lengthField + m_files->pathBytes() / std::max<std::uint64_t>(size(), 1);
    }
    std::uint64_t maxEncodedSize() const override { return lengthField + m_files->longestPath(); }
    Result<void> encode(IndexRange indices, std::string &out) override
    {
        for (std::uint64_t index = indices.first; index < indices.end(); ++index) {
            const std::string_view path = m_files->path(index);
            const auto length = static_cast<std::uint32_t>(path.size());
            out.append(reinterpret_cast<const char *>(&length), sizeof(length));
            out += path;
        }
        return {};
    }
    Result<std::string> text(std::uint64_t index) override
    {
        return std::string(m_files->path(index));
    }
    InputContent content() const override { return {m_files->contentHash(), size()}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<FilesSource>(m_files);
    }
    std::size_t unreadableFolders() const override { return m_files->unreadable().size(); }
    std::vector<std::string> leftOut() const override
    {
        constexpr std::size_t mostNamed = 20;
        std::vector<std::string> lines;
        for (const auto &[folder, why] : m_files->unreadable()) {
            if (lines.size() == mostNamed) {
                lines.push_back("cannot read " + std::to_string(unreadableFolders() - mostNamed)
                    + " more folders");
                break;
            }
            lines.push_back("cannot read the folder " + folder + ": " + why);
        }
        return lines;
    }

private:
    std::shared_ptr<const FileList> m_files; ///< shared by all duplicates
};

class StreamSource : public InputSource {
public:
    explicit StreamSource(std::shared_ptr<LineStream> stream)
        : m_stream(std::move(stream))
    {
    }
    std::uint64_t size() const override { return m_stream->lineCount(); }
    GrowingInput *growing() override { return m_stream.get(); }
    std::uint64_t meanEncodedSize() const override
    {
        return lengthField + m_stream->byteCount() / std::max<std::uint64_t>(size(), 1);
    }
    std::uint64_t maxEncodedSize() const override
    {
        return lengthField + LineStream::maxLineLength;
    }
    Result<void> encode(IndexRange indices, std::string &out) override
    {
        return m_stream->read(indices, out);
    }
    Result<std::string> text(std::uint64_t index) override
    {
        std::string line;
        return m_stream->read({index, 1}, line).map([&] { return line.substr(lengthField); });
    }
    InputContent content() const override { return {m_stream->contentHash(), size()}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<StreamSource>(m_stream);
    }

private:
    std::shared_ptr<LineStream> m_stream; ///< shared by all duplicates
};

Result<std::unique_ptr<InputSource>> openStandardInput()
{
    const int flags = fcntl(STDIN_FILENO, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY)
        return failure("cannot read standard input: it is closed");
    if (isatty(STDIN_FILENO))
        return failure("standard input is a terminal: pipe lines into it, or name a file of lines");
    return std::make_unique<StreamSource>(
        std::make_shared<LineStream>(STDIN_FILENO, "standard input"));
}

struct Open {
    using Opened = Result<std::unique_ptr<InputSource>>;

    Opened operator()(const RangeInput &range) const
    {
        return std::make_unique<RangeSource>(range);
    }
    Opened operator()(const LinesInput &lines) const
    {
        if (lines.isStandardInput())
            return openStandardInput();
        return LineIndex::open(lines.path).map(sourceOf<LinesSource, LineIndex>);
    }
    Opened operator()(const CsvInput &csv) const
    {
        if (csv.path == "-")
            return failure("rows of a CSV file cannot come from standard input, as lines can: "
                           "name a file");
        return CsvIndex::open(csv).map(sourceOf<RowsSource, CsvIndex>);
    }
    Opened operator()(const FilesInput &files) const
    {
        return FileList::match(files.pattern)
            .map([](FileList list) -> std::unique_ptr<InputSource> {
                return std::make_unique<FilesSource>(std::make_shared<FileList>(std::move(list)));
            });
    }
};

} // namespace

Result<std::unique_ptr<InputSource>> openInput(const InputSpec &spec)
{
    return std::visit(Open{}, spec);
}

} // namespace poolscope
