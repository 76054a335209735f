// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomesView: each input of a run and what it came to, as a table of any length.
//
// The table holds one page; the scroll bar beside it, the wheel and the keys move the page through
// the list. The current row is an index of the run, and stays so while it is out of sight; beside
// the table stands the whole of its outcome.
#pragma once

#include "tables/outcomesmodel.h"

#include <QWidget>
#include <cstdint>
#include <optional>

class QCheckBox;
class QKeyEvent;
class QLabel;
class QLineEdit;
class QScrollBar;
class QTableView;
class QToolButton;
class QWheelEvent;

namespace poolscope {

class EmptyText;
class OutcomeDetails;

class OutcomesView : public QWidget {
    Q_OBJECT

public:
    explicit OutcomesView(QWidget *parent = nullptr);

    /// See OutcomesModel.
    void setRecord(const RunRecord *record);
    void setFailureColor(const QColor &color) { m_model.setFailureColor(color); }
    /// False where more is waiting.
    bool updateOutcomes();

    /// Shows only the inputs of a selection; null: all again.
    void setSelection(std::shared_ptr<const SelectedIterations> selection);

    std::optional<std::uint64_t> currentIndex() const { return m_current; }
    /// Makes it the current row and brings it into sight, if need be by showing all inputs.
    /// Nothing happens where there is no such index.
    void goTo(std::uint64_t index);

public slots:
    /// The keyboard goes to "Go to index".
    void askForIndex();
    /// The current row goes to the clipboard.
    void copyCurrent() const;

signals:
    /// The person made this index the current one, or pressed Enter on it.
    void indexActivated(std::uint64_t index);
    /// The person wants to see others than those of the selection.
    void selectionDismissed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    QWidget *makeToolBar();
    void makeTable();
    void makeScrollBar();
    void fitRowHeight();
    void fitPage();
    void fitColumns();

    void goToTyped();
    void showProblem(const QString &problem);
    bool pressKey(const QKeyEvent &event);
    std::optional<std::uint64_t> positionAfter(int key) const;
    bool turnWheel(const QWheelEvent &event);
    void activate(std::uint64_t index);

    std::uint64_t lastFirst() const;
    std::uint64_t pageRows() const;
    void scrollTo(std::uint64_t first);
    void bringIntoSight(std::uint64_t position);
    void chooseList();
    void showList();
    void showSelection();
    void showCurrent();
    void showDetails();
    void showPosition();
    QString positionText() const;
    std::uint64_t scrollStep() const;
    void fitScrollBar();
    void scrollBarMoved(int value);

    OutcomesModel m_model;
    std::optional<std::uint64_t> m_current;
    QLineEdit *m_index = nullptr;
    QLabel *m_problem = nullptr;
    QCheckBox *m_failuresOnly = nullptr;
    QToolButton *m_selection = nullptr; ///< says what is selected, and takes it back
    QLabel *m_position = nullptr;
    QTableView *m_table = nullptr;
    QScrollBar *m_scrollBar = nullptr;
    EmptyText *m_empty = nullptr;
    OutcomeDetails *m_details = nullptr;
    bool m_detailsAreDue = false; ///< the current input was not done when they were shown
    int m_wheel = 0; ///< turned by so much, in eighths of a degree, and not yet scrolled
    bool m_movesPage = false; ///< while the table's current row changes for that reason alone
};

} // namespace poolscope
