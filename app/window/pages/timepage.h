// SPDX-License-Identifier: GPL-3.0-or-later
// TimePage: a page with the accounting of a run's time, and the verdict, whose advice can be
// applied and verified.
#pragma once

#include "charts/accountingchart.h"
#include "run/verifier.h"
#include "window/runcontroller.h"
#include "window/watchverifier.h"

#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace poolscope {

class ChartCard;

class TimePage : public QWidget {
    Q_OBJECT

public:
    /// The page takes ownership of the card, which has the chart.
    TimePage(ChartCard *card, AccountingChart *chart, const RunController &controller,
        QWidget *parent = nullptr);

    /// Sets whether something else runs, so that advice can be neither applied nor verified.
    void setBusy(bool busy);
    bool isVerifying() const
    {
        return m_verifier.experiment().isActive() || m_watchVerifier.isActive();
    }
    void stopVerifying();

signals:
    /// The user wants the settings that the verdict advises.
    void applyWanted(const poolscope::RunSpec &spec);
    /// The user wants to watch the command with changes in its calls.
    void applyChangesWanted(const std::vector<poolscope::CallChange> &changes);
    void verifyingChanged();
    /// The advice could not be verified. `detail` may be empty.
    void failed(const QString &why, const QString &detail);

private:
    void showVerdict();
    void showActivity();
    void connectVerifiers();
    void showVerifying();
    void apply();
    void verify();
    bool confirmCommand(const WatchRequest &command, const std::vector<CallChange> &changes);
    void say(const QString &text);

    AccountingChart *m_chart;
    QLabel *m_text;
    QPushButton *m_apply;
    QPushButton *m_verify;
    QLabel *m_verification; ///< progress or result of a verification
    const RunController &m_controller;
    Verifier m_verifier;
    WatchVerifier m_watchVerifier;
    bool m_busy = false;
};

} // namespace poolscope
