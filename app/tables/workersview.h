// SPDX-License-Identifier: GPL-3.0-or-later
// WorkersView: the table of the workers of a run.
#pragma once

#include "charts/theme.h"
#include "tables/workersmodel.h"

#include <QTableView>
#include <cstdint>

namespace poolscope {

class WorkersView : public QTableView {
    Q_OBJECT

public:
    explicit WorkersView(QWidget *parent = nullptr);

    /// The record outlives the view or the next call. Null if there is none.
    void setRecord(const RunRecord *record) { m_model->setRecord(record); }
    /// `now` is in nanoseconds since the run's start.
    void updateWorkers(std::uint64_t now);
    void setTheme(const Theme &theme);

private:
    Theme m_theme;
    WorkersModel *m_model;
};

} // namespace poolscope
