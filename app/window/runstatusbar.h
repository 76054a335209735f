// SPDX-License-Identifier: GPL-3.0-or-later
// RunStatusBar: a status bar with the run's progress, its verdict in a few words, and its state.
#pragma once

#include "charts/accountingchart.h"

#include <QLabel>
#include <QStatusBar>

namespace poolscope {

class ElidedLabel;

class RunStatusBar : public QStatusBar {
    Q_OBJECT

public:
    /// The verdict is that of the chart's run.
    explicit RunStatusBar(AccountingChart *chart, QWidget *parent = nullptr);

    enum class Progress {
        Sentence,
        Bar, ///< made of characters, in a font of fixed width
    };
    void showProgress(const QString &text, Progress kind);
    void showState(const QString &text);

signals:
    void verdictClicked();

private:
    QLabel *m_progress;
    ElidedLabel *m_state;
};

} // namespace poolscope
