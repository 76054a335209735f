// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomesModel: a page of a run's inputs and what each came to.
//
// The list may have any length: the model's rows are those of one page, which begins at a position
// of the list. It keeps the texts of that page and, of the whole run, the indices that failed.
#pragma once

#include "analysis/selectediterations.h"
#include "record/runrecord.h"
#include "tables/failurelist.h"

#include <QAbstractTableModel>
#include <QColor>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope {

class OutcomesModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Index, Input, Outcome };
    /// What is in the list: all inputs by index, the failed ones in the order in which they
    /// failed, or those of a selection by index.
    enum class Show { All, Failures, Selection };

    enum class State { Pending, Value, Failed };
    /// An outcome without any cut but that of a length that no one reads.
    struct Whole {
        State state = State::Pending;
        QString text; ///< of a failure: its reason, and then its traceback
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// The record, which has inputs and outcomes, outlives the model or the next call; null: an
    /// empty list.
    void setRecord(const RunRecord *record);
    const RunRecord *record() const { return m_record; }
    void setShow(Show show);
    Show show() const { return m_show; }
    /// What Show::Selection shows; null: nothing. Another record has none.
    void setSelection(std::shared_ptr<const SelectedIterations> selection);
    const SelectedIterations *selection() const { return m_selection.get(); }
    void setFailureColor(const QColor &color);

    /// How long the list is.
    std::uint64_t count() const;
    std::uint64_t failureCount() const { return m_failures.size(); }

    /// The page begins at this position of the list, or at its end.
    void setFirst(std::uint64_t position);
    std::uint64_t first() const { return m_first; }
    void setPageSize(int rows);
    int pageSize() const { return m_pageSize; }

    /// Takes in what came since the last call.
    /// Takes in some of what is new; false where more is waiting.
    bool update();

    std::uint64_t indexAt(int row) const;
    /// Where in the list this index stands, if it does.
    std::optional<std::uint64_t> positionOf(std::uint64_t index) const;
    /// Index, input and outcome in full, on one line and with tabs between them.
    QString lineOf(std::uint64_t index) const;
    Whole wholeOf(std::uint64_t index) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

signals:
    /// The list has grown, or shrunk.
    void countChanged();

private:
    struct Texts {
        QString input;
        QString outcome;
        State state = State::Pending;
    };
    /// An outcome's text in full.
    struct OutcomeText {
        std::string line;
        std::string detail;
        State state = State::Pending;
    };

    bool takeFailures();
    void beginAnew();
    void showShrunkList();
    void fitRows();
    void tellIfMoreSettled();
    void tellAllChanged();
    int rowsFrom(std::uint64_t first) const;
    int settledRows() const;
    const Texts &texts(int row) const;
    std::string inputText(std::uint64_t index) const;
    OutcomeText outcomeText(std::uint64_t index) const;
    static std::string withDetail(const OutcomeText &outcome);
    QString cell(int row, int column) const;
    QString toolTip(std::uint64_t index, int column) const;
    QString accessibleText(int row, int column) const;

    const RunRecord *m_record = nullptr;
    Show m_show = Show::All;
    QColor m_failureColor;
    std::uint64_t m_first = 0;
    int m_pageSize = 0;
    int m_rows = 0; ///< of the page, as views know it
    int m_settledRows = 0; ///< of these, when views were last told
    FailureList m_failures;
    std::shared_ptr<const SelectedIterations> m_selection;
    mutable std::vector<std::optional<Texts>> m_texts; ///< of the page, as far as they were wanted
};

} // namespace poolscope
