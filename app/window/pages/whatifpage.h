// SPDX-License-Identifier: GPL-3.0-or-later
// WhatIfPage: the predicted duration of a run in another pool, which the user sets here and can use
// for the next run.
#pragma once

#include "charts/whatifchart.h"
#include "spec/runspec.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QWidget>

namespace poolscope {

class ChartCard;

class WhatIfPage : public QWidget {
    Q_OBJECT

public:
    /// The card has the chart; it becomes the page's.
    WhatIfPage(ChartCard *card, WhatIfChart *chart, QWidget *parent = nullptr);

    /// During a run its settings cannot be replaced.
    void setBusy(bool busy);

signals:
    /// The user wants this number of workers, chunk, window and way to start in the settings.
    void poolWanted(const poolscope::PoolSpec &pool);

private:
    QWidget *makeControls();
    void makeProcesses();
    void connectControls();
    void showRecord();
    void showStart();
    void showResult();
    void choose();
    void apply();

    WhatIfChart *m_chart;
    QSlider *m_slider = nullptr; ///< its places are those of a curve from 1 to the most
    QSpinBox *m_workers = nullptr;
    QSpinBox *m_chunk = nullptr;
    QSpinBox *m_window = nullptr;
    QComboBox *m_order = nullptr;
    QComboBox *m_start = nullptr; ///< hidden if loading the task was not measured
    QPushButton *m_apply = nullptr;
    QLabel *m_text = nullptr;
    bool m_busy = false;
    bool m_showsSetting = false; ///< while the controls follow the chart
};

} // namespace poolscope
