// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/slowestmodel.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "tables/tabletext.h"

#include <algorithm>

namespace poolscope {

namespace {

bool isSame(const Latency::Slow &a, const Latency::Slow &b)
{
    return a.place.worker == b.place.worker && a.place.position == b.place.position;
}

} // namespace

void SlowestModel::setRecord(const RunRecord *record)
{
    beginResetModel();
    m_record = record;
    m_slowest.clear();
    endResetModel();
}

void SlowestModel::setSlowest(const std::vector<Latency::Slow> &slowest)
{
    if (std::equal(slowest.begin(), slowest.end(), m_slowest.begin(), m_slowest.end(), isSame))
        return;
    beginResetModel();
    m_slowest = slowest;
    endResetModel();
}

int SlowestModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_slowest.size());
}

int SlowestModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Worker + 1;
}

QVariant SlowestModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return cell(index.row(), column);
    case Qt::ToolTipRole:
        return toolTip(index.row(), column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::AlignVCenter | (column == Input ? Qt::AlignLeft : Qt::AlignRight));
    default:
        return {};
    }
}

QString SlowestModel::cell(int row, int column) const
{
    const IndexRange &indices = slow(row).indices;
    switch (column) {
    case Index:
        return indices.count == 1
            ? figureText(Count{indices.first})
            : tr("%1\u2013%2")
                  .arg(figureText(Count{indices.first}), figureText(Count{indices.end() - 1}));
    case Input:
        return cellText(inputText(row));
    case Duration:
        return figureText(poolscope::Duration(slow(row).duration));
    default:
        return workerCell(*m_record, slow(row).place.worker);
    }
}

/// The text of the first input, and an ellipsis if there are more.
std::string SlowestModel::inputText(int row) const
{
    const IndexRange &indices = slow(row).indices;
    const auto text = m_record->inputs->text(indices.first);
    const std::string &shown = text ? *text : text.error().message;
    return indices.count == 1 ? shown : shown + ", \u2026";
}

QString SlowestModel::toolTip(int row, int column) const
{
    const std::uint64_t count = slow(row).indices.count;
    if (column == Input)
        return toolTipText(inputText(row));
    if (column == Duration && count > 1)
        return tr("The mean of %1 iterations that were measured together")
            .arg(figureText(Count{count}));
    return {};
}

QVariant SlowestModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant((section == Input ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const bool isTitle = role == Qt::DisplayRole;
    switch (section) {
    case Index:
        return isTitle ? tr("Index") : tr("Index of the input, from 0");
    case Input:
        return isTitle ? tr("Input") : tr("The input of the task");
    case Duration:
        return isTitle
            ? tr("Duration")
            : tr("Duration of the iteration; the mean if several were measured together");
    case Worker:
        return isTitle ? tr("Worker") : tr("Number of the worker that ran it");
    default:
        return {};
    }
}

} // namespace poolscope
