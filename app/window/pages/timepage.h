// SPDX-License-Identifier: GPL-3.0-or-later
// TimePage: the accounting of a run's time and the verdict on it, whose advice can be tried at
// once.
#pragma once

#include "charts/accountingchart.h"
#include "run/verifier.h"

#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace poolscope {

class ChartCard;

class TimePage : public QWidget {
    Q_OBJECT

public:
    /// The card has the chart; it becomes the page's.
    TimePage(ChartCard *card, AccountingChart *chart, QWidget *parent = nullptr);

    /// While something else runs, settings cannot be replaced, nor an advice be tried.
    void setBusy(bool busy);
    bool isVerifying() const { return m_verifier.experiment().isActive(); }
    void stopVerifying() { m_verifier.experiment().stop(); }

signals:
    /// The user wants the settings that the verdict advises.
    void applyWanted(const poolscope::RunSpec &spec);
    void verifyingChanged();
    /// The advice could not be tried: why, and more about it.
    void failed(const QString &why, const QString &detail);

private:
    void showVerdict();
    QString watchedAdvice() const;
    void showVerifying();
    void apply();
    void verify();
    void say(const QString &text);

    AccountingChart *m_chart;
    QLabel *m_text;
    QPushButton *m_apply;
    QPushButton *m_verify;
    QLabel *m_verification; ///< how far that is, or what came of it
    Verifier m_verifier;
    bool m_busy = false;
};

} // namespace poolscope
