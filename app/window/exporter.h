// SPDX-License-Identifier: GPL-3.0-or-later
// Exporter: asks where charts and outcomes should go, and writes them. Data, which may be long, is
// written on another thread and can be cancelled.
#pragma once

#include "charts/chartset.h"
#include "report/chartdata.h"

#include <QFuture>
#include <QObject>
#include <QPointer>
#include <QProgressDialog>
#include <atomic>
#include <functional>
#include <memory>

namespace poolscope {

class Exporter : public QObject {
    Q_OBJECT

public:
    using MomentSource = std::function<Moment()>;

    Exporter(MomentSource moment, QWidget *window);
    ~Exporter() override;

    void exportChart(Chart &chart);
    void exportAllCharts(const ChartSet &charts);
    void exportOutcomes(const RunRecord &record);
    void copyPicture(Chart &chart);

    /// Gives up what is being written; after it no record is read any more.
    void cancel();

signals:
    void wrote(const QString &what);
    void failed(const QString &why);

private:
    using Job = std::function<Result<void>(const GoOn &)>;

    QString suggested(const QString &name, const QString &ending) const;
    void remember(const QString &path);
    void tell(const Result<void> &result, const QString &path);
    void runJob(const QString &path, Job job);

    MomentSource m_moment;
    QWidget *m_window;
    std::shared_ptr<std::atomic<bool>> m_cancelled;
    QFuture<void> m_job;
    QPointer<QProgressDialog> m_progress;
};

} // namespace poolscope
