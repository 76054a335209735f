// SPDX-License-Identifier: GPL-3.0-or-later
// TimePage: the accounting of a run's time and the verdict on it, whose advice can be tried at
// once.
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
    /// The card has the chart; it becomes the page's.
    TimePage(ChartCard *card, AccountingChart *chart, const RunController &controller,
        QWidget *parent = nullptr);

    /// While something else runs, settings cannot be replaced, nor an advice be tried.
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
    void applyChangesWanted(const poolscope::WatchRequest &request);
    void verifyingChanged();
    /// The advice could not be tried: why, and more about it.
    void failed(const QString &why, const QString &detail);

private:
    void showVerdict();
    std::optional<WatchVerifier::Request> callAdvice() const;
    void connectVerifiers();
    void showVerifying();
    void apply();
    void verify();
    bool confirmCommand(const WatchVerifier::Request &request);
    void say(const QString &text);

    AccountingChart *m_chart;
    QLabel *m_text;
    QPushButton *m_apply;
    QPushButton *m_verify;
    QLabel *m_verification; ///< how far that is, or what came of it
    const RunController &m_controller;
    Verifier m_verifier;
    WatchVerifier m_watchVerifier;
    bool m_busy = false;
};

} // namespace poolscope
