// SPDX-License-Identifier: GPL-3.0-or-later
// TimePage: a page with the accounting of a run's time, and the verdict, whose advice can be
// applied and verified.
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
    /// The page takes ownership of the card, which has the chart.
    TimePage(ChartCard *card, AccountingChart *chart, QWidget *parent = nullptr);

    /// Sets whether something else runs, so that advice can be neither applied nor verified.
    void setBusy(bool busy);
    bool isVerifying() const { return m_verifier.experiment().isActive(); }
    void stopVerifying() { m_verifier.experiment().stop(); }

signals:
    /// The user wants the settings that the verdict advises.
    void applyWanted(const poolscope::RunSpec &spec);
    void verifyingChanged();
    /// The advice could not be verified. `detail` may be empty.
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
    QLabel *m_verification; ///< progress or result of a verification
    Verifier m_verifier;
    bool m_busy = false;
};

} // namespace poolscope
