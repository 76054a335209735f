// SPDX-License-Identifier: GPL-3.0-or-later
// Exporter: asks where charts, outcomes, traces and reports should go, and writes them. Data, which
// may be long, is written on another thread and can be cancelled.
#pragma once

#include "charts/chartset.h"
#include "report/chartdata.h"
#include "window/runcontroller.h"

#include <QFuture>
#include <QObject>
#include <atomic>
#include <functional>
#include <memory>

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
    void copyPicture(Chart &chart);

    /// Gives up what is being written; after it no record is read any more.
    void cancel();

signals:
    void wrote(const QString &what);
    void failed(const QString &why);

private:
    using Job = std::function<Result<void>(const GoOn &)>;

    QString askForFile(const QString &title, const QString &name, const QString &ending,
        const QString &filters) const;
    QString suggested(const QString &name, const QString &ending) const;
    void remember(const QString &path);
    void tell(const Result<void> &result, const QString &path);
    void runJob(const QString &path, Job job);

    Moment moment() const { return m_controller.moment(); }
    bool mayReplace(const QStringList &paths) const;

    const RunController &m_controller;
    QWidget *m_window;
    std::shared_ptr<std::atomic<bool>> m_cancelled;
    QFuture<void> m_job;
};

} // namespace poolscope
