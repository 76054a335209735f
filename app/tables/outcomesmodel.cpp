// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/outcomesmodel.h"

#include "charts/figuretext.h"
#include "report/valuetext.h"
#include "tables/tabletext.h"

#include <algorithm>

namespace poolscope {

namespace {

constexpr qsizetype mostOfWhole = 1'000'000; // characters. An export has all

QString copied(const std::string &text)
{
    return onOneLine(QString::fromStdString(text)).replace(u'\t', u' ');
}

} // namespace

void OutcomesModel::setRecord(const RunRecord *record)
{
    beginResetModel();
    m_record = record;
    m_failures.clear();
    m_selection.reset();
    beginAnew();
    endResetModel();
}

/// Begins the page at the start of a new list.
void OutcomesModel::beginAnew()
{
    m_first = 0;
    m_texts.clear();
    m_rows = rowsFrom(m_first);
    m_settledRows = settledRows();
}

void OutcomesModel::setShow(Show show)
{
    if (show == m_show)
        return;
    beginResetModel();
    m_show = show;
    beginAnew();
    endResetModel();
}

void OutcomesModel::setSelection(std::shared_ptr<const SelectedIterations> selection)
{
    const bool isShown = m_show == Show::Selection;
    if (isShown)
        beginResetModel();
    m_selection = std::move(selection);
    if (isShown) {
        beginAnew();
        endResetModel();
    }
}

void OutcomesModel::setFailureColor(const QColor &color)
{
    m_failureColor = color;
    emitAllChanged();
}

std::uint64_t OutcomesModel::count() const
{
    if (!m_record)
        return 0;
    switch (m_show) {
    case Show::All:
        return m_record->inputCount;
    case Show::Failures:
        return m_failures.size();
    case Show::Selection:
        return m_selection ? m_selection->inputCount() : 0;
    }
    return 0;
}

int OutcomesModel::rowsFrom(std::uint64_t first) const
{
    return static_cast<int>(
        std::min<std::uint64_t>(static_cast<std::uint64_t>(m_pageSize), count() - first));
}

void OutcomesModel::setFirst(std::uint64_t position)
{
    const std::uint64_t first = std::min(position, count());
    if (first == m_first)
        return;
    if (const int rows = rowsFrom(first); rows < m_rows) {
        beginRemoveRows({}, rows, m_rows - 1);
        m_rows = rows;
        endRemoveRows();
    }
    m_first = first;
    emitAllChanged();
    fitRows();
}

void OutcomesModel::setPageSize(int rows)
{
    m_pageSize = std::max(rows, 0);
    fitRows();
}

/// Adds or removes rows at the end of the page until it has its length.
void OutcomesModel::fitRows()
{
    const int rows = rowsFrom(m_first);
    if (rows < m_rows) {
        beginRemoveRows({}, rows, m_rows - 1);
        m_rows = rows;
        endRemoveRows();
    } else if (rows > m_rows) {
        beginInsertRows({}, m_rows, rows - 1);
        m_rows = rows;
        endInsertRows();
    }
    m_settledRows = settledRows();
}

void OutcomesModel::emitAllChanged()
{
    m_texts.clear();
    m_settledRows = settledRows();
    if (m_rows > 0)
        emit dataChanged(index(0, 0), index(m_rows - 1, columnCount() - 1));
}

bool OutcomesModel::update()
{
    if (!m_record)
        return true;
    emitIfMoreSettled();
    return takeFailures();
}

void OutcomesModel::emitIfMoreSettled()
{
    if (settledRows() != m_settledRows)
        emitAllChanged();
}

bool OutcomesModel::takeFailures()
{
    switch (m_failures.advance(m_record->timeline, FailureList::marksPerUpdate)) {
    case FailureList::Change::None:
        break;
    case FailureList::Change::Grown:
        fitRows();
        emit countChanged();
        break;
    case FailureList::Change::Shrunk:
        showShrunkList();
        emit countChanged();
        break;
    }
    return m_failures.isComplete(m_record->timeline);
}

/// Resets the model after failures were retried, since any row may have changed.
void OutcomesModel::showShrunkList()
{
    beginResetModel();
    m_first = std::min(m_first, count());
    m_rows = rowsFrom(m_first);
    m_texts.clear();
    m_settledRows = settledRows();
    endResetModel();
}

int OutcomesModel::settledRows() const
{
    int settled = 0;
    for (int row = 0; row < m_rows; ++row)
        settled += m_record->outcomes->has(indexAt(row)) ? 1 : 0;
    return settled;
}

std::uint64_t OutcomesModel::indexAt(int row) const
{
    const std::uint64_t position = m_first + static_cast<std::uint64_t>(row);
    switch (m_show) {
    case Show::All:
        return position;
    case Show::Failures:
        return m_failures[position].index;
    case Show::Selection:
        return m_selection->indexAt(position);
    }
    return position;
}

std::optional<std::uint64_t> OutcomesModel::positionOf(std::uint64_t index) const
{
    if (m_show == Show::All)
        return index < count() ? std::optional(index) : std::nullopt;
    if (m_show == Show::Selection)
        return m_selection ? m_selection->positionOf(index) : std::nullopt;
    for (std::size_t position = 0; position < m_failures.size(); ++position) {
        if (m_failures[position].index == index)
            return position;
    }
    return {};
}

QString OutcomesModel::lineOf(std::uint64_t index) const
{
    const QString outcome = copied(outcomeText(index).line);
    return QString::number(index) + u'\t' + copied(inputText(index)) + u'\t' + outcome;
}

OutcomesModel::Whole OutcomesModel::wholeOf(std::uint64_t index) const
{
    const OutcomeText outcome = outcomeText(index);
    return {outcome.state, startOf(withDetail(outcome), mostOfWhole)};
}

std::string OutcomesModel::withDetail(const OutcomeText &outcome)
{
    return outcome.detail.empty() ? outcome.line : outcome.line + "\n\n" + outcome.detail;
}

const OutcomesModel::Texts &OutcomesModel::texts(int row) const
{
    m_texts.resize(static_cast<std::size_t>(m_rows));
    auto &texts = m_texts[static_cast<std::size_t>(row)];
    if (!texts) {
        const std::uint64_t index = indexAt(row);
        const OutcomeText outcome = outcomeText(index);
        texts = Texts{cellText(inputText(index)), cellText(outcome.line), outcome.state};
    }
    return *texts;
}

std::string OutcomesModel::inputText(std::uint64_t index) const
{
    auto text = m_record->inputs->text(index);
    return text ? std::move(*text) : std::move(text.error().message);
}

OutcomesModel::OutcomeText OutcomesModel::outcomeText(std::uint64_t index) const
{
    if (!m_record->outcomes->has(index))
        return {};
    const auto outcome = m_record->outcomes->read(index);
    if (!outcome)
        return {outcome.error().message, {}, State::Failed};
    const OutcomeView &view = outcome->view;
    if (view.kind == OutcomeKind::Failure)
        return {failureText(view.failure), std::string(view.failure.detail), State::Failed};
    OutcomeText text;
    text.state = State::Value;
    if (!isImported(m_record->origin))
        appendText(text.line, view);
    else
        text.line = "(the value was not recorded)";
    return text;
}

int OutcomesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int OutcomesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Outcome + 1;
}

QVariant OutcomesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return cell(row, column);
    case Qt::ToolTipRole:
        return toolTip(indexAt(row), column);
    case Qt::AccessibleTextRole:
        return accessibleText(row, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::AlignVCenter | (column == Index ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole: {
        const bool isFailure = column == Outcome && texts(row).state == State::Failed;
        return isFailure && m_failureColor.isValid() ? QVariant(m_failureColor) : QVariant();
    }
    default:
        return {};
    }
}

QString OutcomesModel::cell(int row, int column) const
{
    switch (column) {
    case Index:
        return figureText(Count{indexAt(row)});
    case Input:
        return texts(row).input;
    default:
        return texts(row).outcome;
    }
}

QString OutcomesModel::toolTip(std::uint64_t index, int column) const
{
    if (column == Index)
        return {};
    if (column == Input)
        return toolTipText(inputText(index));
    return toolTipText(withDetail(outcomeText(index)));
}

QString OutcomesModel::accessibleText(int row, int column) const
{
    const QString text = cell(row, column);
    if (column != Outcome)
        return text;
    switch (texts(row).state) {
    case State::Pending:
        return tr("not yet");
    case State::Failed:
        return tr("failed: %1").arg(text);
    case State::Value:
        return text.isEmpty() ? tr("empty text") : text;
    }
    return text;
}

QVariant OutcomesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant((section == Index ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const bool isTitle = role == Qt::DisplayRole;
    switch (section) {
    case Index:
        return isTitle ? tr("Index")
                       : tr("Index of the input, from 0. Failures alone are in the order in which "
                            "they occurred");
    case Input:
        return isTitle ? tr("Input") : tr("The input of the task");
    case Outcome:
        return isTitle ? tr("Outcome")
                       : tr("Value of the task, or why it failed; empty until the input is done");
    default:
        return {};
    }
}

} // namespace poolscope
