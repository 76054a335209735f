// SPDX-License-Identifier: GPL-3.0-or-later
// SweepPage: measures which number of workers and which chunk size are the fastest, and shows the
// results.
//
// The last sweep is shown again when the program is started later, and can be continued.
#pragma once

#include "charts/scalingchart.h"
#include "charts/sweepmap.h"
#include "run/sweeper.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QStringList>
#include <QWidget>
#include <vector>

namespace poolscope {

class ChartCard;
class SweepForm;

class SweepPage : public QWidget {
    Q_OBJECT

public:
    explicit SweepPage(QWidget *parent = nullptr);
    ~SweepPage() override;

    const std::vector<ChartCard *> &cards() const { return m_cards; }
    /// Sets the spec that a sweep would measure, and its problem, or an empty text.
    void setSubject(const RunSpec &spec, const QString &problem);
    /// Sets whether something else runs, so that no sweep can be started.
    void setBusy(bool busy);
    bool isSweeping() const { return m_sweeper.experiment().isActive(); }
    void stop() { m_sweeper.experiment().stop(); }

signals:
    /// The user wants to run with a measured setting.
    void applyWanted(const poolscope::RunSpec &spec);
    void sweepingChanged();
    void failed(const QString &why, const QString &detail);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    /// The last sweep, which an earlier window may have started.
    struct Last {
        QStringList run; ///< arguments of the measured run
        QString subject; ///< the arguments as a caption
        SweepPlan plan;
        QString named; ///< the file as it was typed
        QString file; ///< the file of the measurements. Empty until it is opened
        std::vector<SweepMeasurement> measurements;
    };
    /// A setting that the user can apply.
    struct Choice {
        QLabel *text;
        QPushButton *apply;
    };

    QWidget *makeSide();
    QWidget *makeCharts();
    void connectSweep();
    Choice makeChoice(const QString &name, const QString &toolTip, QLayout *into);
    void pressed();
    void startOver();
    void start(Sweeper::Request::Earlier earlier);
    void begin(const std::string &file);
    void showMeasured();
    void apply(const SweepCell *cell);
    std::optional<std::size_t> missing() const;
    bool continuesLast() const;
    QString restText() const;
    void showState();
    void showProgress();
    void showFigures();
    void showChoice(const Choice &choice, const QString &name, const SweepCell *cell);
    void readLast();
    void writeLast() const;

    Sweeper m_sweeper;
    RunSpec m_spec;
    QString m_problem;
    bool m_busy = false;
    Last m_last;
    SweepFiguresPtr m_figures;
    SweepForm *m_form;
    QPushButton *m_main; ///< starts, stops and continues
    QPushButton *m_over;
    QComboBox *m_measure;
    QLabel *m_state;
    Choice m_best{};
    Choice m_cheapest{};
    QLabel *m_fits;
    ScalingChart *m_scaling;
    SweepMap *m_map;
    std::vector<ChartCard *> m_cards;
};

} // namespace poolscope
