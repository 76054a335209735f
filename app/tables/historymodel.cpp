// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/historymodel.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "runfile/runfile.h"
#include "runfile/runfilereader.h"
#include "tables/tabletext.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QLocale>
#include <QPalette>
#include <QRegularExpression>
#include <algorithm>

namespace poolscope {

namespace {

struct ColumnText {
    const char *title;
    const char *help;
};

constexpr ColumnText columns[] = {
    {QT_TRANSLATE_NOOP("HistoryModel", "Name"),
        QT_TRANSLATE_NOOP("HistoryModel", "Name of the run; F2 changes it")},
    {QT_TRANSLATE_NOOP("HistoryModel", "When"),
        QT_TRANSLATE_NOOP("HistoryModel", "When the run began")},
    {QT_TRANSLATE_NOOP("HistoryModel", "State"),
        QT_TRANSLATE_NOOP("HistoryModel", "How the run ended, or that it is running")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Task"),
        QT_TRANSLATE_NOOP("HistoryModel", "Task that was run on every input")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Input"),
        QT_TRANSLATE_NOOP("HistoryModel", "Inputs of the task")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Done"),
        QT_TRANSLATE_NOOP("HistoryModel", "Inputs with an outcome, and all inputs")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Failed"),
        QT_TRANSLATE_NOOP("HistoryModel", "Failed inputs")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Makespan"),
        QT_TRANSLATE_NOOP("HistoryModel", "From the first dispatch to the last outcome")},
    {QT_TRANSLATE_NOOP("HistoryModel", "it/s"),
        QT_TRANSLATE_NOOP(
            "HistoryModel", "Iterations per second, over the makespan without its pauses")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Size"),
        QT_TRANSLATE_NOOP("HistoryModel", "Size of the run file")},
    {QT_TRANSLATE_NOOP("HistoryModel", "Note"),
        QT_TRANSLATE_NOOP("HistoryModel", "Note on the run; F2 changes it")},
};

/// The time of a run of today, or the date of an older one.
QString whenText(const QDateTime &when)
{
    const bool isToday = when.date() == QDate::currentDate();
    return isToday ? QLocale().toString(when.time(), QStringLiteral("HH:mm"))
                   : QLocale().toString(when.date(), QLocale::ShortFormat);
}

/// Returns the file name without the time at its start, as the name of a run without a label.
QString nameOf(const QString &path)
{
    static const QRegularExpression begun(
        QStringLiteral("^\\d{4}-\\d\\d-\\d\\d \\d\\d-\\d\\d-\\d\\d(-\\d+)? (?=.)"));
    return QFileInfo(path).completeBaseName().remove(begun);
}

bool isNumber(int column)
{
    return column >= HistoryModel::Done && column <= HistoryModel::Size;
}

QString stateText(const RunFileInfo &info)
{
    switch (info.progress.state) {
    case RunState::Running:
        return isBeingWritten(info.progress) ? HistoryModel::tr("running")
                                             : HistoryModel::tr("interrupted");
    case RunState::Completed:
        return HistoryModel::tr("finished");
    case RunState::Cancelled:
        return HistoryModel::tr("stopped");
    case RunState::Failed:
        return HistoryModel::tr("could not run");
    case RunState::Halted:
        return HistoryModel::tr("halted");
    case RunState::WrongValues:
        return HistoryModel::tr("wrong values");
    }
    return {};
}

} // namespace

HistoryModel::HistoryModel(QString folder, QObject *parent)
    : QAbstractTableModel(parent)
    , m_folder(std::move(folder))
{
}

HistoryModel::Entries HistoryModel::readFolder(const QString &folder)
{
    Entries entries;
    const QFileInfoList files =
        QDir(folder).entryInfoList({QStringLiteral("*.poolscope")}, QDir::Files);
    for (const QFileInfo &file : files) {
        auto info = readRunFileInfo(QFile::encodeName(file.filePath()).toStdString());
        Entry entry{file.filePath(), static_cast<std::uint64_t>(file.size()), {}};
        if (info) {
            entry.info = std::move(*info);
        } else {
            entry.problem = info.error().message;
            entry.info.description.startedAt = file.lastModified().toSecsSinceEpoch();
        }
        if (info || QFile::exists(file.filePath()))
            entries.push_back(std::move(entry));
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
        return std::pair(a.info.description.startedAt, a.path)
            > std::pair(b.info.description.startedAt, b.path);
    });
    return entries;
}

void HistoryModel::refresh()
{
    m_reading.start(
        this, [folder = m_folder](const StillWanted &) { return readFolder(folder); },
        [this](Entries entries) { take(std::move(entries)); });
}

void HistoryModel::take(Entries entries)
{
    const bool sameFiles = std::equal(entries.begin(), entries.end(), m_entries.begin(),
        m_entries.end(), [](const Entry &a, const Entry &b) { return a.path == b.path; });
    if (sameFiles) {
        takeNews(std::move(entries));
    } else {
        beginResetModel();
        m_entries = std::move(entries);
        endResetModel();
    }
    emit refreshed();
}

/// Replaces the entries. Names and notes, which the user may be editing, are updated only if they
/// changed.
void HistoryModel::takeNews(Entries entries)
{
    m_entries.swap(entries);
    for (int row = 0; row < rowCount(); ++row) {
        const Entry &before = entries[static_cast<std::size_t>(row)];
        const Entry &now = m_entries[static_cast<std::size_t>(row)];
        const bool hasNewProblem = now.problem != before.problem;
        emit dataChanged(index(row, Name + 1), index(row, Note - 1));
        if (hasNewProblem || now.info.label.name != before.info.label.name)
            emit dataChanged(index(row, Name), index(row, Name));
        if (hasNewProblem || now.info.label.note != before.info.label.note)
            emit dataChanged(index(row, Note), index(row, Note));
    }
}

QString HistoryModel::path(int row) const
{
    return m_entries.at(static_cast<std::size_t>(row)).path;
}

const RunFileInfo &HistoryModel::info(int row) const
{
    return m_entries.at(static_cast<std::size_t>(row)).info;
}

bool HistoryModel::canOpen(int row) const
{
    return m_entries.at(static_cast<std::size_t>(row)).problem.empty();
}

bool HistoryModel::canResume(int row) const
{
    const RunFileInfo &of = info(row);
    return canOpen(row) && of.canBeResumed() && !isBeingWritten(of.progress);
}

QString HistoryModel::neverResumed(int row) const
{
    return isWatched(info(row).description.origin)
        ? tr("A watched command cannot be resumed; run it again")
        : QString();
}

int HistoryModel::rowOf(const QString &path) const
{
    const auto found = std::find_if(
        m_entries.begin(), m_entries.end(), [&](const Entry &entry) { return entry.path == path; });
    return found == m_entries.end() ? -1 : static_cast<int>(found - m_entries.begin());
}

Result<void> HistoryModel::remove(int row)
{
    QFile file(path(row));
    if (!file.remove())
        return failure("cannot delete " + file.fileName().toStdString() + ": "
            + file.errorString().toStdString());
    QFile::remove(file.fileName() + QStringLiteral("-journal"));
    beginRemoveRows({}, row, row);
    m_entries.erase(m_entries.begin() + row);
    endRemoveRows();
    return {};
}

int HistoryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int HistoryModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Note + 1;
}

QString HistoryModel::textOfUnreadable(const Entry &entry, int column) const
{
    switch (column) {
    case Name:
        return nameOf(entry.path);
    case When:
        return whenText(QDateTime::fromSecsSinceEpoch(entry.info.description.startedAt));
    case State:
        return tr("unreadable");
    case Size:
        return figureText(Bytes{entry.size});
    case Note:
        return cellText(entry.problem);
    default:
        return {};
    }
}

QString HistoryModel::text(const Entry &entry, int column) const
{
    if (!entry.problem.empty())
        return textOfUnreadable(entry, column);
    const RunDescription &description = entry.info.description;
    const RunProgress &progress = entry.info.progress;
    switch (column) {
    case Name:
        return entry.info.label.name.empty() ? nameOf(entry.path) : cellText(entry.info.label.name);
    case When:
        return whenText(QDateTime::fromSecsSinceEpoch(description.startedAt));
    case Task:
        return entry.info.runs < 2
            ? taskText(description.origin)
            : tr("%1 and %2 more").arg(taskText(description.origin)).arg(entry.info.runs - 1);
    case Input:
        return inputText(description.origin);
    case Done:
        return tr("%1 of %2")
            .arg(figureText(Count{progress.settled()}),
                progress.areInputsComplete ? figureText(Count{entry.info.inputCount()})
                                           : QStringLiteral("?"));
    case Failed:
        return progress.failed > 0 ? figureText(Count{progress.failed}) : QString();
    case Makespan:
        return figureText(Duration(progress.makespan()));
    case Rate:
        return progress.rate() > 0 ? unbroken(withoutUnit(poolscope::Rate{progress.rate()}))
                                   : QString();
    case Size:
        return figureText(Bytes{entry.size});
    case State:
        return stateText(entry.info);
    case Note:
        return cellText(entry.info.label.note);
    default:
        return {};
    }
}

/// Returns the full text of a cell, which its column may cut off.
QString HistoryModel::toolTip(const Entry &entry, int column) const
{
    switch (column) {
    case Name:
        return toolTipText(QFileInfo(entry.path).fileName().toStdString());
    case When:
        return QLocale().toString(
            QDateTime::fromSecsSinceEpoch(entry.info.description.startedAt), QLocale::LongFormat);
    case Note:
        return toolTipText(entry.problem.empty() ? entry.info.label.note : entry.problem);
    default:
        return toolTipText(text(entry, column).toStdString());
    }
}

QVariant HistoryModel::sortKey(const Entry &entry, int column) const
{
    switch (column) {
    case When:
        return QVariant::fromValue<qlonglong>(entry.info.description.startedAt);
    case Done:
        return QVariant::fromValue<qulonglong>(entry.info.progress.settled());
    case Failed:
        return QVariant::fromValue<qulonglong>(entry.info.progress.failed);
    case Makespan:
        return QVariant::fromValue<qulonglong>(entry.info.progress.makespan());
    case Rate:
        return entry.info.progress.rate();
    case Size:
        return QVariant::fromValue<qulonglong>(entry.size);
    default:
        return text(entry, column);
    }
}

QVariant HistoryModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry &entry = m_entries[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(entry, column);
    case Qt::EditRole:
        if (column == Note)
            return QString::fromStdString(entry.info.label.note);
        return text(entry, column);
    case Qt::ToolTipRole:
        return toolTip(entry, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::AlignVCenter | (isNumber(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        return entry.problem.empty()
            ? QVariant()
            : QGuiApplication::palette().brush(QPalette::Disabled, QPalette::Text);
    case sortRole:
        return sortKey(entry, column);
    default:
        return {};
    }
}

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section > Note)
        return {};
    if (role == Qt::DisplayRole)
        return tr(columns[section].title);
    if (role == Qt::ToolTipRole)
        return tr(columns[section].help);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

Qt::ItemFlags HistoryModel::flags(const QModelIndex &index) const
{
    const bool editable = index.isValid() && canOpen(index.row())
        && (index.column() == Name || index.column() == Note);
    return QAbstractTableModel::flags(index) | (editable ? Qt::ItemIsEditable : Qt::NoItemFlags);
}

bool HistoryModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable))
        return false;
    Entry &entry = m_entries[static_cast<std::size_t>(index.row())];
    RunLabel label = entry.info.label;
    std::string &changed = index.column() == Name ? label.name : label.note;
    const std::string text = value.toString().trimmed().toStdString();
    if (changed == text || value == data(index, Qt::EditRole))
        return false;
    changed = text;
    if (const auto set = setRunLabel(QFile::encodeName(entry.path).toStdString(), label); !set) {
        emit failed(QString::fromStdString(set.error().message));
        return false;
    }
    entry.info.label = label;
    emit dataChanged(index, index);
    if (m_reading.isActive())
        refresh(); // the label that is being read may be the previous one
    return true;
}

} // namespace poolscope
