// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeper: makes a sweep for the window, and keeps what was measured in a sweep file, so that it
// can go on another day and by `poolscope sweep`.
//
// Opening the input may take long, so it happens on another thread. At the end, or when it is
// stopped, no process of it is left.
#pragma once

#include "run/sweepfile.h"
#include "run/sweeprunner.h"
#include "window/background.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>

namespace poolscope {

class Sweeper : public QObject {
    Q_OBJECT

public:
    struct Wish {
        RunSpec spec;
        SweepPlan plan;
        QString file; ///< that keeps it; empty: one in `folder`, named by what is measured
        enum class Before { Keep, Discard };
        Before before = Before::Keep; ///< what the file has of it already
    };

    /// Files that nobody has named go to `folder`.
    explicit Sweeper(QString folder, QObject *parent = nullptr);
    ~Sweeper() override;

    void start(const Wish &wish);
    void stop();
    bool isActive() const { return m_opening || m_runner; }
    /// What it does now, in one line; empty where it does nothing.
    QString progress() const;

signals:
    void activityChanged();
    void progressed();
    /// It begins, with what was measured before.
    void opened(const QString &file, const std::vector<poolscope::SweepMeasurement> &before);
    void measured(const poolscope::SweepMeasurement &measurement);
    void failed(const QString &why, const QString &detail);

private:
    struct Opening;

    static Result<void> open(
        const Wish &wish, const QString &folder, Opening &opening, const StillWanted &wanted);
    void openingEnded(const std::shared_ptr<Opening> &opening);
    void keep(const SweepMeasurement &measurement);
    void ended();

    QString m_folder;
    Wish m_wish;
    std::shared_ptr<Opening> m_opening; ///< the one that is waited for
    LatestJob m_latest;
    std::unique_ptr<SweepRunner> m_runner;
    std::optional<SweepFile> m_file;
    bool m_keeps = true; ///< the file can be written
    QTimer m_timer;
};

} // namespace poolscope
