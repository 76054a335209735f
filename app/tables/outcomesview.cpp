// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/outcomesview.h"

#include "charts/figuretext.h"
#include "tables/emptytext.h"
#include "tables/outcomedetails.h"
#include "tables/tablelook.h"
#include "tables/tabletext.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>
#include <limits>

namespace poolscope {

namespace {

constexpr int toolBarMargin = 8;
constexpr int angleOfNotch = 120; // eighths of a degree, as QWheelEvent counts

bool isEnter(int key)
{
    return key == Qt::Key_Return || key == Qt::Key_Enter;
}

} // namespace

OutcomesView::OutcomesView(QWidget *parent)
    : QWidget(parent)
{
    makeTable();
    makeScrollBar();
    auto *list = new QWidget;
    auto *listLayout = new QHBoxLayout(list);
    listLayout->setContentsMargins(0, 0, 0, 0);
    listLayout->setSpacing(0);
    listLayout->addWidget(m_table);
    listLayout->addWidget(m_scrollBar);
    m_details = new OutcomeDetails;
    m_details->hide();
    auto *sides = new QSplitter(Qt::Horizontal);
    sides->setHandleWidth(toolBarMargin);
    sides->addWidget(list);
    sides->addWidget(m_details);
    sides->setCollapsible(0, false);
    sides->setStretchFactor(0, 3);
    sides->setStretchFactor(1, 2);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(toolBarMargin / 2);
    layout->addWidget(makeToolBar());
    layout->addWidget(sides, 1);
    connect(&m_model, &OutcomesModel::countChanged, this, &OutcomesView::showList);
    showList();
}

QWidget *OutcomesView::makeToolBar()
{
    auto *bar = new QWidget(this);
    m_index = new QLineEdit(bar);
    m_index->setAccessibleName(tr("Go to index"));
    m_index->setToolTip(tr("Index, from 0; Enter shows its row (Ctrl+G)"));
    m_index->setMaxLength(30);
    m_index->setMaximumWidth(fontMetrics().horizontalAdvance(QString(24, u'0')));
    m_problem = new QLabel(bar);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setAccessibleDescription(tr("Problem with the index"));
    m_failuresOnly = new QCheckBox(bar);
    m_failuresOnly->setToolTip(tr("Show only failed inputs, in the order in which they failed"));
    m_failuresOnly->setAccessibleName(tr("Failures only"));
    m_selection = new QToolButton(bar);
    m_selection->setObjectName(QStringLiteral("outcomesSelection"));
    m_selection->setToolTip(tr("Only these are shown; a click shows all again (Escape)"));
    m_selection->hide();
    m_position = new QLabel(bar);
    m_position->setAccessibleDescription(tr("Rows shown"));
    auto *label = new QLabel(tr("Go to &index:"), bar);
    label->setBuddy(m_index);

    auto *layout = new QHBoxLayout(bar);
    layout->setContentsMargins(toolBarMargin, toolBarMargin / 2, toolBarMargin, 0);
    layout->setSpacing(toolBarMargin);
    layout->addWidget(label);
    layout->addWidget(m_index);
    layout->addWidget(m_problem, 1);
    layout->addWidget(m_selection);
    layout->addWidget(m_failuresOnly);
    layout->addWidget(m_position);

    connect(m_index, &QLineEdit::returnPressed, this, &OutcomesView::goToTyped);
    connect(m_index, &QLineEdit::textEdited, this, [this] { showProblem({}); });
    connect(m_selection, &QToolButton::clicked, this, &OutcomesView::selectionCleared);
    connect(m_failuresOnly, &QCheckBox::toggled, this, &OutcomesView::chooseList);
    return bar;
}

/// Shows the list that the user has chosen.
void OutcomesView::chooseList()
{
    using Show = OutcomesModel::Show;
    m_model.setShow(m_failuresOnly->isChecked() ? Show::Failures
            : m_model.selection()               ? Show::Selection
                                                : Show::All);
    if (const auto position = m_current ? m_model.positionOf(*m_current) : std::nullopt)
        bringIntoSight(*position);
    showList();
}

void OutcomesView::makeTable()
{
    m_table = new QTableView(this);
    m_table->setModel(&m_model);
    m_table->setAccessibleName(tr("Outcomes"));
    m_table->setToolTip(tr("Up, Down, Page Up, Page Down, Home and End move through all rows, "
                           "Ctrl+C copies the current one"));
    makePlain(m_table);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->installEventFilter(this);
    m_table->viewport()->installEventFilter(this);
    m_empty = new EmptyText(QString(), m_table);
    fitRowHeight();

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex &current) {
            if (current.isValid() && !m_movesPage)
                activate(m_model.indexAt(current.row()));
        });
    connect(m_table, &QTableView::doubleClicked, this,
        [this](const QModelIndex &row) { activate(m_model.indexAt(row.row())); });
}

void OutcomesView::makeScrollBar()
{
    m_scrollBar = new QScrollBar(Qt::Vertical, this);
    m_scrollBar->setObjectName(QStringLiteral("outcomesScrollBar"));
    m_scrollBar->setAccessibleName(tr("Place in the list of outcomes"));
    m_scrollBar->setToolTip(tr("Moves through all rows (wheel, Page Up, Page Down, Home, End)"));
    connect(m_scrollBar, &QScrollBar::valueChanged, this, &OutcomesView::scrollBarMoved);
}

void OutcomesView::fitRowHeight()
{
    constexpr int margins = 6;
    QHeaderView *rows = m_table->verticalHeader();
    rows->setMinimumSectionSize(1);
    rows->setDefaultSectionSize(m_table->fontMetrics().height() + margins);
    fitPage();
}

void OutcomesView::fitPage()
{
    const int rows =
        m_table->viewport()->height() / m_table->verticalHeader()->defaultSectionSize();
    const QScopedValueRollback guard(m_movesPage, true);
    m_model.setPageSize(std::max(rows, 1));
    if (m_scrollBar)
        scrollTo(m_model.first());
}

void OutcomesView::fitColumns()
{
    const RunRecord *record = m_model.record();
    const QString widest =
        figureText(Count{record ? std::max<std::uint64_t>(record->inputCount, 1) : 1});
    const QFontMetrics metrics = m_table->fontMetrics();
    const int margins = metrics.horizontalAdvance(QStringLiteral("000"));
    const int header = m_table->horizontalHeader()->sectionSizeHint(OutcomesModel::Index);
    m_table->setColumnWidth(
        OutcomesModel::Index, std::max(header, metrics.horizontalAdvance(widest) + margins));
    m_table->setColumnWidth(OutcomesModel::Input, metrics.horizontalAdvance(QString(30, u'0')));
}

void OutcomesView::setRecord(const RunRecord *record)
{
    m_current.reset();
    showProblem({});
    m_model.setRecord(record);
    fitColumns();
    showSelection();
    chooseList();
    showDetails();
}

bool OutcomesView::updateOutcomes()
{
    if (m_detailsAreDue)
        showDetails();
    return m_model.update();
}

void OutcomesView::goTo(std::uint64_t index)
{
    const RunRecord *record = m_model.record();
    if (!record || index >= record->inputCount)
        return;
    m_current = index;
    if (!m_model.positionOf(index))
        m_failuresOnly->setChecked(false);
    if (!m_model.positionOf(index))
        emit selectionCleared();
    if (!m_model.positionOf(index))
        setSelection(nullptr);
    bringIntoSight(*m_model.positionOf(index));
    showDetails();
}

void OutcomesView::setSelection(std::shared_ptr<const SelectedIterations> selection)
{
    m_model.setSelection(std::move(selection));
    if (m_model.selection()) {
        const QSignalBlocker quiet(m_failuresOnly);
        m_failuresOnly->setChecked(false);
    }
    showSelection();
    chooseList();
}

void OutcomesView::showSelection()
{
    const SelectedIterations *selection = m_model.selection();
    m_selection->setVisible(selection != nullptr);
    if (selection)
        m_selection->setText(tr("Took %1 to %2  \u2715")
                                 .arg(figureText(Duration(selection->range().from)),
                                     figureText(Duration(selection->range().to))));
}

void OutcomesView::askForIndex()
{
    m_index->setFocus(Qt::ShortcutFocusReason);
    m_index->selectAll();
}

void OutcomesView::copyCurrent() const
{
    if (m_current)
        QApplication::clipboard()->setText(m_model.lineOf(*m_current));
}

void OutcomesView::goToTyped()
{
    const QString typed = m_index->text().trimmed();
    const std::uint64_t count = m_model.record() ? m_model.record()->inputCount.load() : 0;
    bool isNumber = false;
    const std::uint64_t index = QLocale().toULongLong(typed, &isNumber);
    if (count == 0) {
        showProblem(tr("There is no input yet"));
    } else if (!isNumber) {
        showProblem(
            tr("“%1” is not an index. Enter 0 to %2").arg(typed, figureText(Count{count - 1})));
    } else if (index >= count) {
        showProblem(tr("There is no index %1. Enter 0 to %2")
                        .arg(figureText(Count{index}), figureText(Count{count - 1})));
    } else {
        showProblem({});
        m_table->setFocus();
        activate(index);
    }
}

/// Shows a problem in place of the position, so that the window need not become wider.
void OutcomesView::showProblem(const QString &problem)
{
    m_problem->setText(problem);
    m_position->setVisible(problem.isEmpty());
}

/// Moves to an index at the user's request.
void OutcomesView::activate(std::uint64_t index)
{
    goTo(index);
    emit indexActivated(index);
}

bool OutcomesView::eventFilter(QObject *watched, QEvent *event)
{
    switch (event->type()) {
    case QEvent::KeyPress:
        if (watched == m_table && pressKey(*static_cast<QKeyEvent *>(event)))
            return true;
        break;
    case QEvent::Wheel:
        if (watched == m_table->viewport() && turnWheel(*static_cast<QWheelEvent *>(event)))
            return true;
        break;
    case QEvent::Resize:
        if (watched == m_table->viewport())
            fitPage();
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

void OutcomesView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fitRowHeight();
}

/// Handles a key. Returns false if the key has no meaning here.
bool OutcomesView::pressKey(const QKeyEvent &event)
{
    if (event.matches(QKeySequence::Copy)) {
        copyCurrent();
        return true;
    }
    if (isEnter(event.key()) && m_current) {
        activate(*m_current);
        return true;
    }
    const auto position = positionAfter(event.key());
    if (!position)
        return false;
    if (m_model.count() > 0) {
        bringIntoSight(*position);
        activate(m_model.indexAt(static_cast<int>(*position - m_model.first())));
    }
    return true;
}

/// The position to which a key moves from the current row, or from the first visible one.
std::optional<std::uint64_t> OutcomesView::positionAfter(int key) const
{
    const std::uint64_t count = m_model.count();
    const std::uint64_t last = count > 0 ? count - 1 : 0;
    const auto current = m_current ? m_model.positionOf(*m_current) : std::nullopt;
    const std::uint64_t from = current.value_or(m_model.first());
    switch (key) {
    case Qt::Key_Up:
        return from - std::min<std::uint64_t>(from, current ? 1 : 0);
    case Qt::Key_Down:
        return from + std::min<std::uint64_t>(last - from, current ? 1 : 0);
    case Qt::Key_PageUp:
        return from - std::min(from, pageRows());
    case Qt::Key_PageDown:
        return from + std::min(last - from, pageRows());
    case Qt::Key_Home:
        return 0;
    case Qt::Key_End:
        return last;
    default:
        return {};
    }
}

/// Scrolls the page. Returns false if the wheel was not turned vertically.
bool OutcomesView::turnWheel(const QWheelEvent &event)
{
    if (event.angleDelta().y() == 0)
        return false;
    m_wheel += event.angleDelta().y() * QApplication::wheelScrollLines();
    const int rows = m_wheel / angleOfNotch;
    m_wheel %= angleOfNotch;
    const std::uint64_t first = m_model.first();
    const auto distance = static_cast<std::uint64_t>(std::abs(rows));
    scrollTo(rows > 0 ? first - std::min(first, distance) : first + distance);
    return true;
}

std::uint64_t OutcomesView::pageRows() const
{
    return static_cast<std::uint64_t>(m_model.pageSize());
}

/// The position at which the last full page begins.
std::uint64_t OutcomesView::lastFirst() const
{
    return m_model.count() - std::min(m_model.count(), pageRows());
}

void OutcomesView::scrollTo(std::uint64_t first)
{
    const QScopedValueRollback guard(m_movesPage, true);
    m_model.setFirst(std::min(first, lastFirst()));
    fitScrollBar();
    showCurrent();
    m_position->setText(positionText());
}

void OutcomesView::bringIntoSight(std::uint64_t position)
{
    const std::uint64_t first = m_model.first();
    const std::uint64_t rows = pageRows();
    const std::uint64_t end = position + 1;
    if (position < first && first - position <= rows)
        scrollTo(position);
    else if (end > first + rows && end - first - rows <= rows)
        scrollTo(end - rows);
    else if (position < first || end > first + rows)
        scrollTo(position - std::min(position, rows / 2));
    else
        scrollTo(first);
}

/// Shows the list after it was replaced or has changed its length.
void OutcomesView::showList()
{
    const std::uint64_t failures = m_model.failureCount();
    m_failuresOnly->setText(tr("&Failures only (%1)").arg(figureText(Count{failures})));
    m_failuresOnly->setAccessibleName(tr("Failures only: %1").arg(figureText(Count{failures})));
    const bool hasInputs = m_model.record() && m_model.record()->inputCount > 0;
    m_empty->setText(!hasInputs                                ? tr("Inputs and their outcomes")
            : m_model.show() == OutcomesModel::Show::Selection ? tr("No input took this long")
                                                               : tr("No input has failed"));
    m_empty->setVisible(m_model.count() == 0);
    scrollTo(m_model.first());
}

void OutcomesView::showCurrent()
{
    const auto position = m_current ? m_model.positionOf(*m_current) : std::nullopt;
    const std::uint64_t row = position.value_or(0) - m_model.first();
    if (position && row < static_cast<std::uint64_t>(m_model.rowCount())) {
        if (const int shown = static_cast<int>(row); m_table->currentIndex().row() != shown)
            m_table->selectRow(shown);
    } else {
        m_table->clearSelection();
        m_table->setCurrentIndex({});
    }
}

void OutcomesView::showDetails()
{
    m_details->setVisible(m_current.has_value());
    m_detailsAreDue = false;
    if (!m_current)
        return;
    const OutcomesModel::Whole whole = m_model.wholeOf(*m_current);
    m_detailsAreDue = whole.state == OutcomesModel::State::Pending;
    m_details->setOutcome(*m_current, whole);
}

QString OutcomesView::positionText() const
{
    if (m_model.rowCount() == 0)
        return {};
    const bool areInputs = m_model.show() != OutcomesModel::Show::Failures
        && m_model.show() != OutcomesModel::Show::Selection;
    const std::uint64_t first = m_model.first() + (areInputs ? 0 : 1);
    const std::uint64_t last = first + static_cast<std::uint64_t>(m_model.rowCount()) - 1;
    const QString text = areInputs                        ? tr("indices %1–%2 of %3 inputs")
        : m_model.show() == OutcomesModel::Show::Failures ? tr("failures %1–%2 of %3")
                                                          : tr("%1–%2 of %3 selected");
    return text.arg(
        figureText(Count{first}), figureText(Count{last}), figureText(Count{m_model.count()}));
}

/// The number of rows for a unit of the scroll bar. Above 1 if an int cannot count the rows.
std::uint64_t OutcomesView::scrollStep() const
{
    return lastFirst() / std::numeric_limits<int>::max() + 1;
}

void OutcomesView::fitScrollBar()
{
    const std::uint64_t step = scrollStep();
    const std::uint64_t last = lastFirst();
    const std::uint64_t maximum = (last + step - 1) / step;
    const bool isAtEnd = m_model.first() == last;
    const QSignalBlocker quiet(m_scrollBar);
    m_scrollBar->setVisible(maximum > 0);
    m_scrollBar->setRange(0, static_cast<int>(maximum));
    m_scrollBar->setPageStep(static_cast<int>(std::max<std::uint64_t>(pageRows() / step, 1)));
    m_scrollBar->setValue(static_cast<int>(isAtEnd ? maximum : m_model.first() / step));
}

void OutcomesView::scrollBarMoved(int value)
{
    const bool isAtEnd = value == m_scrollBar->maximum();
    scrollTo(isAtEnd ? lastFirst() : static_cast<std::uint64_t>(value) * scrollStep());
}

} // namespace poolscope
