// SPDX-License-Identifier: GPL-3.0-or-later
#include "input/csvindex.h"

#include "input/csvscan.h"
#include "spec/csvrecord.h"
#include "text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace poolscope {

namespace {

using Length = std::uint32_t;
constexpr std::size_t mostNameBytes = 512 * 1024; // of the chosen columns, in one message

void appendLength(std::string &out, std::size_t length)
{
    const auto field = static_cast<Length>(length);
    out.append(reinterpret_cast<const char *>(&field), sizeof(field));
}

std::vector<std::string> numberedNames(std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i)
        names.push_back(std::to_string(i));
    return names;
}

std::string listOf(const std::vector<std::string> &names)
{
    constexpr std::size_t longest = 500;
    const std::string list = csvRecord(names);
    return list.size() <= longest ? list : std::string(utf8Beginning(list, longest)) + "...";
}

std::string countOfFields(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " field" : " fields");
}

} // namespace

/// Visits the whole file once, for CsvIndex::open().
class CsvOpening : public CsvVisitor {
public:
    CsvOpening(CsvIndex &index, const CsvInput &spec)
        : m_index(index)
        , m_spec(spec)
    {
    }

    bool bytes(std::string_view bytes) override
    {
        m_checksums.add(bytes);
        return true;
    }

    void field(std::string_view text) override
    {
        if (m_isFirst)
            m_firstRecord.emplace_back(text);
        else if (m_fields < positions().size()
            && positions()[m_fields] != CsvIndex::Columns::notChosen)
            m_itemSize += sizeof(Length) + text.size();
        ++m_fields;
    }

    bool endRecord(const CsvRecordPosition &place) override
    {
        if (m_isFirst)
            return endFirstRecord(place);
        if (m_fields != positions().size())
            return fail(csvFailure(m_index.m_file, place.line,
                countOfFields(m_fields) + ", but the " + (hasHeader() ? "header" : "first row")
                    + " has " + std::to_string(positions().size())));
        addRow(place);
        return true;
    }

    Result<void> finish()
    {
        if (m_error)
            return tl::unexpected(*m_error);
        if (m_isFirst)
            return failure("cannot read " + m_index.m_file.path() + ": it has no row");
        m_index.m_file.expect(std::move(m_checksums));
        return {};
    }

private:
    bool hasHeader() const { return m_spec.header == CsvInput::Header::FirstRow; }
    const std::vector<std::size_t> &positions() const { return m_index.m_columns.positions; }

    bool endFirstRecord(const CsvRecordPosition &place)
    {
        m_isFirst = false;
        const auto names = hasHeader() ? m_firstRecord : numberedNames(m_firstRecord.size());
        if (const auto chosen = choose(names, place); !chosen)
            return fail(tl::unexpected(chosen.error()));
        if (hasHeader()) {
            m_index.m_sparseIndex = SparseIndex({0, place.end});
            m_fields = 0;
            return true;
        }
        for (std::size_t i = 0; i < m_firstRecord.size(); ++i) {
            if (positions()[i] != CsvIndex::Columns::notChosen)
                m_itemSize += sizeof(Length) + m_firstRecord[i].size();
        }
        addRow(place);
        return true;
    }

    void addRow(const CsvRecordPosition &place)
    {
        m_index.m_itemBytes += m_itemSize;
        m_index.m_largestItem = std::max(m_index.m_largestItem, m_itemSize);
        m_index.m_sparseIndex.add({++m_index.m_rowCount, place.end});
        m_itemSize = 0;
        m_fields = 0;
    }

    Result<void> choose(const std::vector<std::string> &all, const CsvRecordPosition &place)
    {
        CsvIndex::Columns &columns = m_index.m_columns;
        columns.positions.assign(all.size(), CsvIndex::Columns::notChosen);
        columns.names = m_spec.columns.empty() ? all : m_spec.columns;
        const std::string &path = m_index.m_file.path();
        constexpr std::size_t several = SIZE_MAX;
        std::unordered_map<std::string_view, std::size_t> places;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (const auto [found, isNew] = places.emplace(all[i], i); !isNew)
                found->second = several;
        }
        std::size_t bytes = 0;
        for (std::size_t slot = 0; slot < columns.names.size(); ++slot) {
            const std::string &name = columns.names[slot];
            const auto found = places.find(name);
            if (found == places.end())
                return failure(path + " has no column '" + name + "': it has " + listOf(all));
            if (found->second == several)
                return csvFailure(m_index.m_file, place.line,
                    "two columns are called '" + name + "'; name them apart, or choose others");
            std::size_t &field = columns.positions[found->second];
            if (field != CsvIndex::Columns::notChosen)
                return failure("the column '" + name + "' is chosen twice");
            field = slot;
            bytes += sizeof(Length) + name.size();
        }
        if (bytes > mostNameBytes)
            return failure(
                path + " has too many columns, or their names are too long; choose some");
        return {};
    }

    bool fail(tl::unexpected<Error> error)
    {
        m_error = error.value();
        return false;
    }

    CsvIndex &m_index;
    const CsvInput &m_spec;
    BlockChecksums m_checksums;
    bool m_isFirst = true;
    std::vector<std::string> m_firstRecord;
    std::size_t m_fields = 0; ///< of this record so far
    std::uint64_t m_itemSize = 0; ///< of this record so far
    std::optional<Error> m_error;
};

/// Appends rows to a string as items, for CsvIndex::read().
class RowCollector : public CsvVisitor {
public:
    RowCollector(const CsvIndex::Columns &columns, std::uint64_t skipped, std::uint64_t wanted,
        std::string &out)
        : m_columns(columns)
        , m_skipped(skipped)
        , m_wanted(wanted)
        , m_out(out)
        , m_chosen(columns.names.size())
    {
    }

    void field(std::string_view text) override
    {
        const std::size_t field = m_fields++;
        if (m_skipped > 0 || field >= m_columns.positions.size())
            return;
        const std::size_t slot = m_columns.positions[field];
        if (slot == CsvIndex::Columns::notChosen)
            return;
        m_chosen[slot] = {m_text.size(), text.size()};
        m_text += text;
    }

    bool endRecord(const CsvRecordPosition &place) override
    {
        m_fields = 0;
        m_end = place.end;
        if (m_skipped > 0) {
            --m_skipped;
            return true;
        }
        appendItem();
        return --m_wanted > 0;
    }

    std::uint64_t end() const { return m_end; }

private:
    struct Chosen {
        std::size_t begin = 0; ///< in m_text
        std::size_t size = 0;
    };

    void appendItem()
    {
        appendLength(m_out, m_text.size() + m_chosen.size() * sizeof(Length));
        for (const Chosen &field : m_chosen) {
            appendLength(m_out, field.size);
            m_out.append(m_text, field.begin, field.size);
        }
        m_text.clear();
    }

    const CsvIndex::Columns &m_columns;
    std::uint64_t m_skipped;
    std::uint64_t m_wanted;
    std::string &m_out;
    std::vector<Chosen> m_chosen;
    std::string m_text; ///< the chosen fields of this row, in the order of the file
    std::size_t m_fields = 0;
    std::uint64_t m_end = 0;
};

Result<CsvIndex> CsvIndex::open(const CsvInput &spec)
{
    auto file = DataFile::open(spec.path);
    if (!file)
        return tl::unexpected(file.error());
    const auto delimiter = csvDelimiter(*file, spec.delimiter);
    if (!delimiter)
        return tl::unexpected(delimiter.error());
    CsvIndex index(std::move(*file), *delimiter);
    CsvOpening opening(index, spec);
    const auto scanned =
        scanCsv(index.m_file, *delimiter, 0, DataFile::blockSize, opening).and_then([&] {
            return opening.finish();
        });
    if (!scanned)
        return tl::unexpected(scanned.error());
    return index;
}

Result<CsvIndex> CsvIndex::duplicate() const
{
    auto file = m_file.duplicate();
    if (!file)
        return tl::unexpected(file.error());
    CsvIndex index(std::move(*file), m_delimiter);
    index.m_columns = m_columns;
    index.m_sparseIndex = m_sparseIndex;
    index.m_rowCount = m_rowCount;
    index.m_itemBytes = m_itemBytes;
    index.m_largestItem = m_largestItem;
    return index;
}

Result<void> CsvIndex::read(IndexRange indices, std::string &out)
{
    if (indices.count == 0)
        return {};
    const SparseIndex::Entry start = m_sparseIndex.before(indices.first);
    const std::uint64_t expected =
        (indices.first - start.index + indices.count) * (meanItemSize() + 8) + 512;
    RowCollector rows(m_columns, indices.first - start.index, indices.count, out);
    if (const auto read = scanCsv(m_file, m_delimiter, start.offset, expected, rows); !read)
        return read;
    m_sparseIndex.expectNext({indices.end(), rows.end()});
    return {};
}

Result<CsvPreview> previewCsv(const CsvInput &spec, std::size_t rows)
{
    struct Visitor : CsvVisitor {
        CsvPreview preview;
        std::vector<std::string> record;
        std::size_t wanted = 0; ///< records
        std::size_t read = 0; ///< bytes
        bool bytes(std::string_view block) override
        {
            constexpr std::size_t most = 1 << 20;
            read += block.size();
            return read <= most;
        }
        void field(std::string_view text) override { record.emplace_back(text); }
        bool endRecord(const CsvRecordPosition &) override
        {
            preview.rows.push_back(std::exchange(record, {}));
            return preview.rows.size() < wanted;
        }
    } visitor;
    const bool hasHeader = spec.header == CsvInput::Header::FirstRow;
    visitor.wanted = rows + (hasHeader ? 1 : 0);
    auto file = DataFile::open(spec.path);
    if (!file)
        return tl::unexpected(file.error());
    const auto scanned = csvDelimiter(*file, spec.delimiter).and_then([&](char delimiter) {
        return scanCsv(*file, delimiter, 0, 64 * 1024, visitor);
    });
    if (!scanned)
        return tl::unexpected(scanned.error());
    CsvPreview &preview = visitor.preview;
    if (preview.rows.empty())
        return failure(spec.path
            + (visitor.record.empty() ? " has no row" : ":1: a quote is not closed for long"));
    if (hasHeader) {
        preview.columns = std::move(preview.rows.front());
        preview.rows.erase(preview.rows.begin());
    } else {
        preview.columns = numberedNames(preview.rows.front().size());
    }
    return std::move(preview);
}

} // namespace poolscope
