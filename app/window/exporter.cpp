// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/exporter.h"

#include "charts/chartexport.h"
#include "report/outcomeexport.h"
#include "window/exportdialog.h"

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QSettings>
#include <QtConcurrent>

namespace poolscope {

namespace {

const QString folderKey = QStringLiteral("export/folder");
constexpr int progressAfter = 400; // milliseconds

std::filesystem::path toPath(const QString &path)
{
    return QFile::encodeName(path).toStdString();
}

QString nameOf(const Chart &chart)
{
    const std::string_view name = chartName(chart.kind());
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

} // namespace

Exporter::Exporter(MomentSource moment, QWidget *window)
    : QObject(window)
    , m_moment(std::move(moment))
    , m_window(window)
{
}

Exporter::~Exporter()
{
    cancel();
}

void Exporter::cancel()
{
    if (m_cancelled)
        *m_cancelled = true;
    m_job.waitForFinished();
}

QString Exporter::suggested(const QString &name, const QString &ending) const
{
    const QString folder = QSettings().value(folderKey, QDir::homePath()).toString();
    return QDir(folder).filePath(name + QLatin1Char('.') + ending);
}

void Exporter::remember(const QString &path)
{
    QSettings().setValue(folderKey, QFileInfo(path).absolutePath());
}

void Exporter::tell(const Result<void> &result, const QString &path)
{
    if (!result) {
        emit failed(QString::fromStdString(result.error().message));
        return;
    }
    remember(path);
    emit wrote(tr("Wrote %1").arg(QDir::toNativeSeparators(path)));
}

void Exporter::exportChart(Chart &chart)
{
    if (!chart.record())
        return;
    ExportDialog dialog(chart.title(), suggested(nameOf(chart), QStringLiteral("png")), m_window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const QString path = dialog.path();
    if (!dialog.wantsData()) {
        tell(writeChartPicture(chart, m_moment(), toPath(path), dialog.size()), path);
        return;
    }
    runJob(path, [kind = chart.kind(), record = chart.record(), path](const GoOn &goOn) {
        return writeChartData(kind, *record, toPath(path), goOn);
    });
}

void Exporter::exportAllCharts(const ChartSet &charts)
{
    const QString folder = QFileDialog::getExistingDirectory(
        m_window, tr("A folder for all charts"), QSettings().value(folderKey).toString());
    if (folder.isEmpty())
        return;
    constexpr double sharp = 2;
    for (Chart *chart : charts) {
        const QString path = QDir(folder).filePath(nameOf(*chart) + QStringLiteral(".png"));
        PictureSize size;
        size.scale = sharp;
        const auto written = writeChartPicture(*chart, m_moment(), toPath(path), size);
        if (!written) {
            emit failed(QString::fromStdString(written.error().message));
            return;
        }
        remember(path);
    }
    emit wrote(tr("Wrote the charts to %1").arg(folder));
}

void Exporter::exportOutcomes(const RunRecord &record)
{
    const QString path = QFileDialog::getSaveFileName(m_window, tr("Export outcomes"),
        suggested(QStringLiteral("outcomes"), QStringLiteral("csv")),
        tr("CSV (*.csv);;JSON Lines (*.jsonl);;Text, a value a line (*.txt);;NumPy array (*.npy)"));
    if (path.isEmpty())
        return;
    runJob(path, [&record, path](const GoOn &goOn) {
        return poolscope::exportOutcomes(record, toPath(path), goOn);
    });
}

void Exporter::copyPicture(Chart &chart)
{
    PictureSize size;
    size.scale = std::max(2.0, m_window->devicePixelRatioF());
    QGuiApplication::clipboard()->setImage(chartImage(chart, m_moment(), size));
    emit wrote(tr("Copied the picture of %1").arg(chart.title()));
}

void Exporter::runJob(const QString &path, Job job)
{
    cancel();
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    m_progress = new QProgressDialog(
        tr("Writing %1\u2026").arg(QFileInfo(path).fileName()), tr("Cancel"), 0, 0, m_window);
    m_progress->setMinimumDuration(progressAfter);
    m_progress->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_progress, &QProgressDialog::canceled, this,
        [cancelled = m_cancelled] { *cancelled = true; });
    auto result = std::make_shared<Result<void>>();
    m_job = QtConcurrent::run([job = std::move(job), result, cancelled = m_cancelled] {
        *result = job([&] { return !*cancelled; });
    });
    m_job.then(this, [this, result, path, cancelled = m_cancelled, progress = m_progress] {
        const bool wasCancelled = *cancelled; // closing the dialog cancels, too
        if (progress)
            progress->close();
        if (!wasCancelled)
            tell(*result, path);
    });
}

} // namespace poolscope
