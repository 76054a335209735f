// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomesView: the inputs of a run with their outcomes, as a table of any length.
//
// The table shows one page. The scroll bar beside it, the wheel and the keys move the page through
// the list. The current row is an index of the run, also while it is not visible. A pane beside the
// table shows its whole outcome.
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
    /// Returns false if there are more new outcomes.
    bool updateOutcomes();

    /// Shows only the inputs of a selection, or all if it is null.
    void setSelection(std::shared_ptr<const SelectedIterations> selection);

    std::optional<std::uint64_t> currentIndex() const { return m_current; }
    /// Makes an index the current row and scrolls to it. Shows all inputs if the index is not in
    /// the list. Does nothing if the run has no such index.
    void goTo(std::uint64_t index);

public slots:
    /// Moves the keyboard focus to "Go to index".
    void askForIndex();
    /// Copies the current row to the clipboard.
    void copyCurrent() const;

signals:
    /// The user has made this index the current one, or pressed Enter on it.
    void indexActivated(std::uint64_t index);
    /// The user has cleared the selection.
    void selectionCleared();

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
    QString positionText() const;
    std::uint64_t scrollStep() const;
    void fitScrollBar();
    void scrollBarMoved(int value);

    OutcomesModel m_model;
    std::optional<std::uint64_t> m_current;
    QLineEdit *m_index = nullptr;
    QLabel *m_problem = nullptr;
    QCheckBox *m_failuresOnly = nullptr;
    QToolButton *m_selection = nullptr; ///< names the selection, and clears it
    QLabel *m_position = nullptr;
    QTableView *m_table = nullptr;
    QScrollBar *m_scrollBar = nullptr;
    EmptyText *m_empty = nullptr;
    OutcomeDetails *m_details = nullptr;
    bool m_detailsAreDue = false; ///< the current input was not done when details were shown
    int m_wheel = 0; ///< turns that were not scrolled yet, in eighths of a degree
    bool m_movesPage = false; ///< while moving the page changes the current row of the table
};

} // namespace poolscope
