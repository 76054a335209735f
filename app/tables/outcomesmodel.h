// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomesModel: one page of the inputs of a run, with their outcomes.
//
// The list may have any length. The rows of the model are those of one page, which begins at a
// position of the list. The model stores the texts of that page, and the failed indices of the
// whole run.
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
    /// The inputs in the list: all by index, failures in the order in which they failed, or a
    /// selection by index.
    enum class Show { All, Failures, Selection };

    enum class State { Pending, Value, Failed };
    /// An outcome that is cut only after a million characters.
    struct Whole {
        State state = State::Pending;
        QString text; ///< the value, or the reason and the traceback of a failure
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Sets the record, which has inputs and outcomes. The record outlives the model or the next
    /// call. The list is empty if it is null.
    void setRecord(const RunRecord *record);
    const RunRecord *record() const { return m_record; }
    void setShow(Show show);
    Show show() const { return m_show; }
    /// Sets the selection for Show::Selection. Null if nothing is selected, as after setRecord().
    void setSelection(std::shared_ptr<const SelectedIterations> selection);
    const SelectedIterations *selection() const { return m_selection.get(); }
    void setFailureColor(const QColor &color);

    /// The length of the list.
    std::uint64_t count() const;
    std::uint64_t failureCount() const { return m_failures.size(); }

    /// Begins the page at this position of the list, or at the end if the list is shorter.
    void setFirst(std::uint64_t position);
    std::uint64_t first() const { return m_first; }
    void setPageSize(int rows);
    int pageSize() const { return m_pageSize; }

    /// Shows outcomes that are new since the last call, and reads some of the new failures. Returns
    /// false if there are more failures.
    bool update();

    std::uint64_t indexAt(int row) const;
    /// The position of this index in the list, if the list contains it.
    std::optional<std::uint64_t> positionOf(std::uint64_t index) const;
    /// The index, the whole input and the whole outcome on one line, separated by tabs.
    QString lineOf(std::uint64_t index) const;
    Whole wholeOf(std::uint64_t index) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

signals:
    /// The length of the list has changed.
    void countChanged();

private:
    struct Texts {
        QString input;
        QString outcome;
        State state = State::Pending;
    };
    /// The whole text of an outcome.
    struct OutcomeText {
        std::string line;
        std::string detail;
        State state = State::Pending;
    };

    bool takeFailures();
    void beginAnew();
    void showShrunkList();
    void fitRows();
    void emitIfMoreSettled();
    void emitAllChanged();
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
    int m_rows = 0; ///< number of rows, as reported to views
    int m_settledRows = 0; ///< number of settled rows, as reported to views
    FailureList m_failures;
    std::shared_ptr<const SelectedIterations> m_selection;
    mutable std::vector<std::optional<Texts>>
        m_texts; ///< texts of the page, as far as they were read
};

} // namespace poolscope
