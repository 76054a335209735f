// SPDX-License-Identifier: GPL-3.0-or-later
// Exporter: asks for the files of charts, outcomes, traces, reports and copies of a run file, and
// writes them. Data is written on another thread. Charts are completed in short steps, so that the
// window stays responsive. Both can be cancelled.
#pragma once

#include "charts/chartset.h"
#include "report/chartdata.h"
#include "window/runcontroller.h"

#include <QFuture>
#include <QObject>
#include <QPointer>
#include <QProgressDialog>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace poolscope {

class Exporter : public QObject {
    Q_OBJECT

public:
    explicit Exporter(const RunController &controller, QWidget *window);
    ~Exporter() override;

    void exportChart(Chart &chart);
    void exportAllCharts(const ChartSet &charts);
    void exportOutcomes();
    void exportReport(const ChartSet &charts);
    void exportTrace();
    /// Copies the run file, which is complete after the run's end, or writes the session of a
    /// watched command that has no file.
    void saveRunAs();
    void copyPicture(Chart &chart);

    /// Cancels all writing. No record is read afterwards.
    void cancel();

signals:
    void wrote(const QString &what);
    void failed(const QString &why);

private:
    using Job = std::function<Result<void>(const ShouldContinue &)>;

    QString askForFile(const QString &title, const QString &name, const QString &ending,
        const QString &filters) const;
    QString suggested(const QString &name, const QString &ending) const;
    void remember(const QString &path);
    void report(const Result<void> &result, const QString &path, const QString &note = {});
    QProgressDialog *makeProgress(const QString &text);
    QProgressDialog *runJob(const QString &path, Job job, const QString &note = {});
    void copyRun(const QString &from, const QString &path, const QString &note);
    void whenWorkedOut(const std::vector<Chart *> &charts, std::function<void()> then);
    void writeAllCharts(const ChartSet &charts, const QString &folder);

    Moment moment() const { return m_controller.moment(); }
    bool mayReplace(const QStringList &paths) const;

    const RunController &m_controller;
    QWidget *m_window;
    std::shared_ptr<std::atomic<bool>> m_cancelled;
    QFuture<void> m_job;
    QPointer<QProgressDialog> m_workingOut;
};

} // namespace poolscope
