// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/logmodel.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "tables/tabletext.h"

#include <QFont>
#include <QLocale>
#include <algorithm>
#include <utility>

namespace poolscope {

namespace {

constexpr std::size_t entriesPerUpdate = 2000;
constexpr std::size_t fewestRemoved = 5000; // views take as long to remove one row as many

} // namespace

void LogModel::setRecord(const RunRecord *record)
{
    beginResetModel();
    m_record = record;
    m_next = 0;
    m_entries.clear();
    m_bytes = 0;
    m_missingLines = 0;
    endResetModel();
}

bool LogModel::update()
{
    if (!m_record)
        return true;
    RunLog::Page page = m_record->log.entries(m_next, UINT64_MAX, entriesPerUpdate);
    if (page.entries.empty())
        return true;
    const std::uint64_t firstDropped = std::exchange(m_next, page.next());
    const std::uint64_t dropped = page.first - firstDropped;
    const auto count = static_cast<int>(page.entries.size());
    std::vector<Entry> entries;
    if (m_entries.empty())
        setMissingLines(page.first);
    else if (dropped > 0)
        entries.push_back(
            {std::make_shared<const LogEntry>(droppedLines(dropped, *page.entries.front())),
                firstDropped});
    for (LogLine &line : page.entries)
        entries.push_back({std::move(line), page.first++});
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(entries.size()) - 1);
    for (Entry &entry : entries) {
        m_bytes += entry.line->size();
        m_entries.push_back(std::move(entry));
    }
    endInsertRows();
    removeWhatIsTooMuch();
    return count < static_cast<int>(entriesPerUpdate);
}

void LogModel::removeWhatIsTooMuch()
{
    if (static_cast<int>(m_entries.size()) <= mostEntries && m_bytes <= RunLog::mostBytes)
        return;
    const std::size_t most = mostEntries - fewestRemoved;
    std::size_t removed = m_entries.size() > most ? m_entries.size() - most : 0;
    std::size_t bytes = m_bytes;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (i >= removed && bytes <= RunLog::mostBytes / 2)
            break;
        bytes -= m_entries[i].line->size();
        removed = std::max(removed, i + 1);
    }
    const int first = m_missingLines > 0 ? 1 : 0;
    beginRemoveRows({}, first, first + static_cast<int>(removed) - 1);
    m_entries.erase(m_entries.begin(), m_entries.begin() + static_cast<std::ptrdiff_t>(removed));
    m_bytes = bytes;
    endRemoveRows();
    setMissingLines(m_entries.empty() ? m_next : m_entries.front().number);
}

/// Shows the number of missing lines in the first row.
void LogModel::setMissingLines(std::uint64_t count)
{
    if (count == 0)
        return;
    const bool isFirst = m_missingLines == 0;
    if (isFirst)
        beginInsertRows({}, 0, 0);
    m_missingLines = count;
    m_missingRow = {0, noWorker, {}, false,
        tr("%1 earlier lines are not shown").arg(figureText(Count{count})).toStdString()};
    if (isFirst)
        endInsertRows();
    else
        emit dataChanged(index(0, 0), index(0, Text));
}

const LogEntry &LogModel::entry(int row) const
{
    const int first = m_missingLines > 0 ? 1 : 0;
    return row < first ? m_missingRow : *m_entries[static_cast<std::size_t>(row - first)].line;
}

std::optional<std::uint64_t> LogModel::inputOf(int row) const
{
    const IndexRange &running = entry(row).running;
    return running.count > 0 ? std::optional(running.first) : std::nullopt;
}

int LogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size()) + (m_missingLines > 0 ? 1 : 0);
}

int LogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Text + 1;
}

QVariant LogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const LogEntry &entry = this->entry(index.row());
    const bool isText = index.column() == Text;
    switch (role) {
    case Qt::DisplayRole:
        return text(entry, index.column());
    case valueRole:
        return value(entry, index.column());
    case Qt::ToolTipRole:
        return isText ? toolTipText(entry.text) : QString();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::FontRole: {
        if (entry.printed)
            return {};
        QFont italic;
        italic.setItalic(true);
        return italic;
    }
    default:
        return {};
    }
}

QString LogModel::text(const LogEntry &entry, int column) const
{
    switch (column) {
    case Time:
        return QLocale().toString(static_cast<double>(entry.time) / 1e9, 'f', 3)
            + QStringLiteral(" s");
    case Worker:
        if (entry.worker != noWorker)
            return workerCell(*m_record, entry.worker);
        return isWatched(m_record->origin) ? tr("command") : tr("pool");
    case Inputs: {
        if (entry.running.count == 0)
            return {};
        const QString first = figureText(Count{entry.running.first});
        return entry.running.count == 1 ? first
                                        : first + u'–' + figureText(Count{entry.running.end() - 1});
    }
    default:
        return cellText(entry.text);
    }
}

QVariant LogModel::value(const LogEntry &entry, int column)
{
    switch (column) {
    case Time:
        return qulonglong{entry.time};
    case Worker:
        return numberOf(entry.worker);
    case Inputs:
        return entry.running.count > 0 ? QVariant(qulonglong{entry.running.first}) : QVariant();
    default:
        return QString::fromStdString(entry.text);
    }
}

QVariant LogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant((section == Text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const bool isTitle = role == Qt::DisplayRole;
    switch (section) {
    case Time:
        return isTitle ? tr("Time") : tr("Seconds since the run's start");
    case Worker:
        return isTitle ? tr("Worker") : tr("Number of the worker that printed the line");
    case Inputs:
        return isTitle ? tr("Inputs") : tr("Indices of the inputs that the worker was running");
    case Text:
        return isTitle ? tr("Text") : tr("Output of the task; in italics, events of the worker");
    default:
        return {};
    }
}

} // namespace poolscope
