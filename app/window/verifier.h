// SPDX-License-Identifier: GPL-3.0-or-later
// Verifier: tries what a verdict advises, by making runs with the present setting and the advised
// one in alternation.
//
// The inputs are those of the run, or the first of them where all would take long. Nothing of it is
// kept. At its end, or when it is stopped, no process of it is left.
#pragma once

#include "analysis/verification.h"
#include "run/runseries.h"
#include "window/background.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace poolscope {

class Verifier : public QObject {
    Q_OBJECT

public:
    struct Wish {
        RunSpec present;
        RunSpec advised;
        std::optional<double> predicted; ///< factor
        bool countsStartUp = false; ///< see Verification
        double rate = 0; ///< iterations per second with the present setting; 0: unknown
    };

    explicit Verifier(QObject *parent = nullptr);
    ~Verifier() override;

    void start(const Wish &wish);
    void stop();
    bool isActive() const { return m_opening || m_series; }
    /// What it does now, in one line; empty where it does nothing.
    QString progress() const;

signals:
    void activityChanged();
    void progressed();
    /// `note` says what else is to be known about it.
    void verified(const poolscope::Verification &verification, const QString &note);
    void failed(const QString &why, const QString &detail);

private:
    struct Opening;

    void openingEnded(const std::shared_ptr<Opening> &opening);
    void runAll(std::unique_ptr<InputSource> inputs);
    void keep(std::size_t run, const RunMeasurement &measurement);
    void ended();
    std::optional<double> secondsLeft() const;
    QString note() const;

    Wish m_wish;
    std::shared_ptr<Opening> m_opening; ///< the one that is waited for
    LatestJob m_latest;
    std::unique_ptr<RunSeries> m_series;
    std::vector<Tried> m_order;
    std::size_t m_done = 0;
    std::array<std::optional<double>, 2> m_seconds; ///< that a run takes, by what is tried
    std::uint64_t m_inputs = 0; ///< of each run
    std::uint64_t m_allInputs = 0;
    Verification m_verification;
    QTimer m_timer;
};

} // namespace poolscope
