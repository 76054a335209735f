// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/failuresmodel.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "report/valuetext.h"
#include "tables/tabletext.h"

#include <algorithm>
#include <functional>

namespace poolscope {

namespace {

QString lastLine(const QString &text)
{
    return text.trimmed().section(u'\n', -1);
}

bool isFigureOfFailure(int column)
{
    return column == FailuresModel::Index || column == FailuresModel::Attempts
        || column == FailuresModel::Worker || column == FailuresModel::Memory;
}

} // namespace

void FailuresModel::setRecord(const RunRecord *record)
{
    beginResetModel();
    m_record = record;
    m_failures.clear();
    m_rows.clear();
    m_looked = 0;
    m_hasDeaths = false;
    m_textsOf.reset();
    endResetModel();
    emit countChanged();
}

void FailuresModel::setShow(Show show)
{
    m_show = show;
    showAnew();
}

void FailuresModel::setFailureColor(const QColor &color)
{
    m_failureColor = color;
    if (!m_rows.empty())
        emit dataChanged(index(0, Reason), index(rowCount() - 1, Reason), {Qt::ForegroundRole});
}

bool FailuresModel::update()
{
    if (!m_record)
        return true;
    switch (m_failures.advance(m_record->timeline, FailureList::marksPerUpdate)) {
    case FailureList::Change::None:
        break;
    case FailureList::Change::Grown:
        showMore();
        break;
    case FailureList::Change::Shrunk:
        showAnew();
        break;
    }
    return m_failures.isComplete(m_record->timeline);
}

bool FailuresModel::isShown(const FailureList::Failure &failure) const
{
    switch (m_show) {
    case Show::All:
        return true;
    case Show::Raised:
        return failure.kind == Mark::Kind::Failed;
    case Show::OverLimit:
        return failure.kind == Mark::Kind::GivenUp;
    case Show::Quarantined:
        return failure.kind == Mark::Kind::Quarantined;
    }
    return true;
}

/// Adds rows for new failures, or rebuilds all rows if new ones are not the last.
void FailuresModel::showMore()
{
    if (m_order == Qt::DescendingOrder) {
        showAnew();
        return;
    }
    const std::size_t before = m_looked;
    std::vector<std::uint64_t> more;
    for (; m_looked < m_failures.size(); ++m_looked)
        lookAt(m_looked, more);
    if (m_byIndex)
        std::sort(more.begin(), more.end());
    const bool comeInBetween =
        m_byIndex && !more.empty() && !m_rows.empty() && more.front() < m_rows.back();
    if (comeInBetween) {
        m_looked = before;
        showAnew();
        return;
    }
    append(more);
    emit countChanged();
}

void FailuresModel::append(const std::vector<std::uint64_t> &indices)
{
    if (indices.empty())
        return;
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(indices.size()) - 1);
    m_rows.insert(m_rows.end(), indices.begin(), indices.end());
    endInsertRows();
}

void FailuresModel::lookAt(std::size_t failure, std::vector<std::uint64_t> &shown)
{
    m_hasDeaths = m_hasDeaths || m_failures[failure].kind != Mark::Kind::Failed;
    if (isShown(m_failures[failure]))
        shown.push_back(m_failures[failure].index);
}

void FailuresModel::showAnew()
{
    emit layoutAboutToBeChanged();
    const QModelIndexList kept = persistentIndexList();
    std::vector<std::uint64_t> indices;
    indices.reserve(static_cast<std::size_t>(kept.size()));
    for (const QModelIndex &row : kept)
        indices.push_back(indexAt(row.row()));
    m_rows.clear();
    m_textsOf.reset();
    m_hasDeaths = false;
    for (m_looked = 0; m_looked < m_failures.size(); ++m_looked)
        lookAt(m_looked, m_rows);
    order();
    QModelIndexList now;
    for (qsizetype i = 0; i < kept.size(); ++i) {
        const auto row = rowOf(indices[static_cast<std::size_t>(i)]);
        now << (row ? index(*row, kept[i].column()) : QModelIndex());
    }
    changePersistentIndexList(kept, now);
    emit layoutChanged();
    emit countChanged();
}

void FailuresModel::order()
{
    if (m_byIndex && m_order == Qt::AscendingOrder)
        std::sort(m_rows.begin(), m_rows.end());
    else if (m_byIndex)
        std::sort(m_rows.begin(), m_rows.end(), std::greater<>());
    else if (m_order == Qt::DescendingOrder)
        std::reverse(m_rows.begin(), m_rows.end());
}

void FailuresModel::sort(int column, Qt::SortOrder order)
{
    m_byIndex = column == Index;
    m_order = order;
    showAnew();
}

std::uint64_t FailuresModel::indexAt(int row) const
{
    return m_rows[static_cast<std::size_t>(row)];
}

std::optional<int> FailuresModel::rowOf(std::uint64_t index) const
{
    const auto found = std::find(m_rows.begin(), m_rows.end(), index);
    return found == m_rows.end() ? std::nullopt
                                 : std::optional(static_cast<int>(found - m_rows.begin()));
}

std::vector<std::uint64_t> FailuresModel::shownIndices() const
{
    return m_rows;
}

QString FailuresModel::lineOf(int row) const
{
    QStringList cells;
    for (int column = 0; column < columnCount(); ++column)
        cells << cell(row, column).replace(u'\t', u' ');
    return cells.join(u'\t');
}

const FailuresModel::Texts &FailuresModel::texts(int row) const
{
    const std::uint64_t index = indexAt(row);
    if (m_textsOf != index) {
        m_texts = textsOf(index);
        m_textsOf = index;
    }
    return m_texts;
}

FailuresModel::Texts FailuresModel::textsOf(std::uint64_t index) const
{
    Texts texts;
    const auto input = m_record->inputs->text(index);
    texts.input = QString::fromStdString(input ? *input : input.error().message);
    const auto outcome = m_record->outcomes->read(index);
    if (!outcome) // the input is being retried
        return texts;
    const FailureView &failure = outcome->view.failure;
    texts.reason = QString::fromStdString(failureText(failure));
    texts.output =
        QString::fromUtf8(failure.detail.data(), static_cast<qsizetype>(failure.detail.size()));
    texts.context = failure.context;
    return texts;
}

int FailuresModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FailuresModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Memory + 1;
}

QVariant FailuresModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return cell(row, column);
    case Qt::ToolTipRole:
        if (column == Input)
            return toolTipText(texts(row).input.toStdString());
        if (column == Reason)
            return toolTipText(texts(row).reason.toStdString());
        return column == LastOutput ? toolTipText(texts(row).output.toStdString()) : QString();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::AlignVCenter | (isFigureOfFailure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        return column == Reason && m_failureColor.isValid() ? QVariant(m_failureColor) : QVariant();
    default:
        return {};
    }
}

QString FailuresModel::cell(int row, int column) const
{
    const Texts &texts = this->texts(row);
    switch (column) {
    case Index:
        return figureText(Count{indexAt(row)});
    case Input:
        return cellText(texts.input.toStdString());
    case Reason:
        return cellText(texts.reason.toStdString());
    case Attempts:
        return texts.context.attempts > 0 ? figureText(Count{texts.context.attempts}) : QString();
    case Worker:
        return texts.context.worker != noWorker ? workerCell(*m_record, texts.context.worker)
                                                : QString();
    case LastOutput:
        return cellText(lastLine(texts.output).toStdString());
    case Memory:
        return texts.context.memory > 0 ? figureText(Bytes{texts.context.memory}) : QString();
    default:
        return {};
    }
}

QVariant FailuresModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant(
            (isFigureOfFailure(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const bool isTitle = role == Qt::DisplayRole;
    switch (section) {
    case Index:
        return isTitle ? tr("Index")
                       : tr("Index of the input, from 0. A click sorts; a third click orders rows "
                            "by the time of their failure");
    case Input:
        return isTitle ? tr("Input") : tr("The input of the task");
    case Reason:
        return isTitle ? tr("Reason") : tr("Why the input failed");
    case Attempts:
        return isTitle ? tr("Attempts") : tr("Number of attempts at the input");
    case Worker:
        return isTitle ? tr("Worker") : tr("Number of the worker of the last attempt");
    case LastOutput:
        return isTitle ? tr("Last output")
                       : tr("Last line of the traceback, or of the worker's output");
    case Memory:
        return isTitle ? tr("Memory at death")
                       : tr("Largest memory of the worker that died; empty if no worker died");
    default:
        return {};
    }
}

} // namespace poolscope
