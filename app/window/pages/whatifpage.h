// SPDX-License-Identifier: GPL-3.0-or-later
// WhatIfPage: a page with the predicted duration of a run in another pool, which the user sets and
// can use for the next run.
#pragma once

#include "charts/whatifchart.h"
#include "spec/callchange.h"
#include "spec/runspec.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QWidget>
#include <vector>

namespace poolscope {

class ChartCard;

class WhatIfPage : public QWidget {
    Q_OBJECT

public:
    /// The page takes ownership of the card, which has the chart.
    WhatIfPage(ChartCard *card, WhatIfChart *chart, QWidget *parent = nullptr);

    /// Sets whether a run is in progress, whose settings cannot be replaced.
    void setBusy(bool busy);

signals:
    /// The user wants these workers, chunk, window and start for the next run.
    void poolWanted(const poolscope::PoolSpec &pool);
    /// The user wants these settings for the call of a watched command.
    void changesWanted(const std::vector<poolscope::CallChange> &changes);

private:
    QWidget *makeControls();
    void makeProcesses();
    void connectControls();
    void showRecord();
    void showStart();
    void showControls();
    void showApply();
    QString nothingText() const;
    std::vector<CallChange> changes() const;
    void showResult();
    void choose();
    void apply();

    WhatIfChart *m_chart;
    QSlider *m_slider = nullptr; ///< with the positions of workersOfCurve()
    QSpinBox *m_workers = nullptr;
    QSpinBox *m_chunk = nullptr;
    QLabel *m_windowLabel = nullptr;
    QSpinBox *m_window = nullptr;
    QComboBox *m_order = nullptr;
    QComboBox *m_start = nullptr; ///< hidden if loading the task was not measured
    QPushButton *m_apply = nullptr;
    QLabel *m_text = nullptr;
    bool m_busy = false;
    bool m_showsSetting = false; ///< while the controls follow the chart
};

} // namespace poolscope
