// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/exporter.h"

#include "charts/chartexport.h"
#include "charts/runreport.h"
#include "report/chrometrace.h"
#include "report/outcomeexport.h"
#include "run/background.h"
#include "runfile/runfilecopy.h"
#include "runfile/sessionfile.h"
#include "window/dialogs/exportdialog.h"
#include "window/runfiles.h"
#include "window/topath.h"

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QMessageBox>
#include <QSettings>
#include <QTimer>
#include <algorithm>
#include <chrono>

namespace poolscope {

namespace {

const QString exportFolderKey = QStringLiteral("export/folder");
constexpr int progressAfter = 400; // milliseconds
constexpr int dialogInterval = 100; // milliseconds
constexpr int progressSteps = 1000;
constexpr std::chrono::milliseconds slice{20}; // of completing charts, between events

QString pictureIn(const QString &folder, const Chart &chart)
{
    return QDir(folder).filePath(chart.name() + QStringLiteral(".png"));
}

} // namespace

Exporter::Exporter(const RunController &controller, QWidget *window)
    : QObject(window)
    , m_controller(controller)
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
    delete m_workingOut;
}

QString Exporter::suggested(const QString &name, const QString &ending) const
{
    const QString folder = QSettings().value(exportFolderKey, QDir::homePath()).toString();
    return QDir(folder).filePath(name + QLatin1Char('.') + ending);
}

void Exporter::remember(const QString &path)
{
    QSettings().setValue(exportFolderKey, QFileInfo(path).absolutePath());
}

void Exporter::report(const Result<void> &result, const QString &path, const QString &note)
{
    if (!result) {
        emit failed(QString::fromStdString(result.error().message));
        return;
    }
    remember(path);
    const QString wrotePath = tr("Wrote %1").arg(QDir::toNativeSeparators(path));
    emit wrote(note.isEmpty() ? wrotePath : wrotePath + QStringLiteral(". ") + note);
}

void Exporter::exportChart(Chart &chart)
{
    if (!chart.hasData())
        return;
    ExportDialog dialog(chart.title(), suggested(chart.name(), QStringLiteral("png")), m_window);
    if (dialog.exec() != QDialog::Accepted || !chart.hasData())
        return;
    const QString path = dialog.path();
    if (!dialog.wantsData()) {
        whenWorkedOut({&chart}, [this, &chart, path, form = dialog.form()] {
            report(writeChartPicture(chart, moment(), toPath(path), form), path);
        });
        return;
    }
    runJob(path, [write = chart.dataWriter(), path](const ShouldContinue &shouldContinue) {
        return write(toPath(path), shouldContinue);
    });
}

void Exporter::exportAllCharts(const ChartSet &charts)
{
    const QString folder = QFileDialog::getExistingDirectory(
        m_window, tr("A folder for all charts"), QSettings().value(exportFolderKey).toString());
    if (folder.isEmpty())
        return;
    QStringList paths;
    for (const Chart *chart : charts)
        paths << pictureIn(folder, *chart);
    if (!mayReplace(paths))
        return;
    whenWorkedOut(
        {charts.begin(), charts.end()}, [this, charts, folder] { writeAllCharts(charts, folder); });
}

void Exporter::writeAllCharts(const ChartSet &charts, const QString &folder)
{
    constexpr double sharp = 2;
    for (Chart *chart : charts) {
        const QString path = pictureIn(folder, *chart);
        PictureForm form;
        form.scale = sharp;
        const auto written = writeChartPicture(*chart, moment(), toPath(path), form);
        if (!written) {
            emit failed(QString::fromStdString(written.error().message));
            return;
        }
        remember(path);
    }
    emit wrote(tr("Wrote the charts to %1").arg(folder));
}

bool Exporter::mayReplace(const QStringList &paths) const
{
    QStringList there;
    for (const QString &path : paths) {
        if (QFileInfo::exists(path))
            there << QFileInfo(path).fileName();
    }
    if (there.isEmpty())
        return true;
    QMessageBox box(QMessageBox::Question, tr("Replace files?"),
        tr("The folder already has %1. Replace them?").arg(there.join(QStringLiteral(", "))),
        QMessageBox::Yes | QMessageBox::No, m_window);
    box.setTextFormat(Qt::PlainText);
    return box.exec() == QMessageBox::Yes;
}

/// Asks for a file. The first filter is that of `ending`. Returns an empty path if the user
/// cancels.
QString Exporter::askForFile(
    const QString &title, const QString &name, const QString &ending, const QString &filters) const
{
    const QString suggestion = suggested(name, ending);
    QString filter;
    QString path = QFileDialog::getSaveFileName(m_window, title, suggestion, filters, &filter);
    if (path.isEmpty() || !m_controller.record())
        return {};
    // The chosen format decides the ending of a name without one, or of the suggested name.
    const QFileInfo file(path);
    const QString chosen = filter.section(QStringLiteral("*."), 1).chopped(1);
    const bool leftAlone = file.suffix().isEmpty() || path == suggestion;
    if (!leftAlone || chosen.isEmpty() || file.suffix() == chosen)
        return path;
    path = file.dir().filePath(file.completeBaseName() + QLatin1Char('.') + chosen);
    return mayReplace({path}) ? path : QString();
}

void Exporter::exportOutcomes()
{
    const QString path =
        askForFile(tr("Export outcomes"), QStringLiteral("outcomes"), QStringLiteral("csv"),
            tr("CSV (*.csv);;JSON Lines (*.jsonl);;Text, one value per line (*.txt);;NumPy array "
               "(*.npy)"));
    if (path.isEmpty())
        return;
    // The record is read after the dialog, since another run may have replaced it meanwhile.
    const RunRecord &record = *m_controller.record();
    runJob(path, [&record, path](const ShouldContinue &shouldContinue) {
        return poolscope::exportOutcomes(record, toPath(path), shouldContinue)
            .map([](const UnmarkedValues &) {});
    });
}

void Exporter::exportReport(const ChartSet &charts)
{
    const QString path = askForFile(tr("Export a report"), QStringLiteral("report"),
        QStringLiteral("html"), tr("Web page (*.html);;Document (*.pdf)"));
    if (path.isEmpty())
        return;
    const QString ending = QFileInfo(path).suffix();
    if (ending != QLatin1String("html") && ending != QLatin1String("pdf"))
        emit failed(tr("Cannot write %1: its ending must be .html or .pdf").arg(path));
    else
        whenWorkedOut({charts.begin(), charts.end()}, [this, charts, path] {
            report(writeReport(reportOf(charts, moment()), toPath(path)), path);
        });
}

void Exporter::exportTrace()
{
    const QString path = askForFile(tr("Export a Chrome trace"), QStringLiteral("trace"),
        QStringLiteral("json"), tr("Chrome trace (*.json)"));
    if (path.isEmpty())
        return;
    const RunRecord &record = *m_controller.record();
    runJob(path, [&record, path](const ShouldContinue &shouldContinue) {
        return writeChromeTrace(record, toPath(path), shouldContinue);
    });
}

void Exporter::saveRunAs()
{
    const QString from = m_controller.path();
    const WatchController *watched = m_controller.watched();
    const QString name = from.isEmpty() && watched ? newRunPath(watched->request().words) : from;
    QString path = QFileDialog::getSaveFileName(m_window, tr("Save the run as"),
        QDir(runFolder()).filePath(QFileInfo(name).fileName()), runFileFilter());
    if (path.isEmpty())
        return;
    path = withRunEnding(path);
    rememberRunFolder(path);
    const RunRecord *record = m_controller.record();
    const bool isOfCommand = record && isWatched(record->origin);
    const QString note = isOfCommand ? watchedFileNote() : QString();
    if (!from.isEmpty() && QFileInfo(path) != QFileInfo(from))
        copyRun(from, path, note);
    else if (from.isEmpty() && watched == m_controller.watched()
        && m_controller.hasUnsavedSession())
        runJob(
            path,
            [path, runs = &watched->endedRuns()](const ShouldContinue &) {
                return writeSession(toPath(path).string(), RunFile::IfExists::Replace, *runs);
            },
            note);
}

void Exporter::copyRun(const QString &from, const QString &path, const QString &note)
{
    auto copied = std::make_shared<std::atomic<int>>(0);
    QProgressDialog *progress = runJob(
        path,
        [from, path, copied](const ShouldContinue &shouldContinue) {
            return copyRunFile(toPath(from), toPath(path), [&](double share) {
                *copied = static_cast<int>(share * progressSteps);
                return shouldContinue();
            });
        },
        note);
    progress->setMaximum(progressSteps + 1); // a dialog closes itself at its maximum
    auto *timer = new QTimer(progress);
    connect(timer, &QTimer::timeout, progress, [progress, copied] { progress->setValue(*copied); });
    connect(progress, &QProgressDialog::canceled, timer, &QTimer::stop); // or the dialog reappears
    timer->start(dialogInterval);
}

void Exporter::copyPicture(Chart &chart)
{
    whenWorkedOut({&chart}, [this, &chart] {
        PictureForm form;
        form.scale = std::max(2.0, m_window->devicePixelRatioF());
        QGuiApplication::clipboard()->setImage(chartImage(chart, moment(), form));
        emit wrote(tr("Copied the picture of %1").arg(chart.title()));
    });
}

/// Returns a dialog that blocks the window, and appears if the work takes long.
QProgressDialog *Exporter::makeProgress(const QString &text)
{
    auto *progress = new QProgressDialog(QString(), tr("Cancel"), 0, 0, m_window);
    auto *label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setAlignment(Qt::AlignCenter);
    progress->setLabel(label);
    progress->setMinimumDuration(progressAfter);
    progress->setWindowModality(Qt::WindowModal);
    progress->setValue(0); // starts the minimum duration
    return progress;
}

/// Calls `then` when the charts are complete, unless the user cancels or a chart is destroyed.
void Exporter::whenWorkedOut(const std::vector<Chart *> &charts, std::function<void()> then)
{
    delete m_workingOut;
    QProgressDialog *progress = makeProgress(tr("Preparing the charts\u2026"));
    m_workingOut = progress;
    for (const Chart *chart : charts)
        connect(chart, &QObject::destroyed, progress, [progress] { delete progress; });
    connect(progress, &QProgressDialog::canceled, progress, &QObject::deleteLater);
    auto *timer = new QTimer(progress);
    connect(timer, &QTimer::timeout, this, [this, progress, timer, charts, then = std::move(then)] {
        for (Chart *chart : charts) {
            if (!chart->refresh(moment(), slice))
                return;
        }
        timer->stop();
        progress->hide();
        progress->deleteLater();
        m_workingOut.clear();
        then();
    });
    timer->start(0);
}

QProgressDialog *Exporter::runJob(const QString &path, Job job, const QString &note)
{
    cancel();
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    QProgressDialog *progress =
        makeProgress(tr("Writing %1\u2026").arg(QFileInfo(path).fileName()));
    connect(progress, &QProgressDialog::canceled, this,
        [cancelled = m_cancelled] { *cancelled = true; });
    auto result = std::make_shared<Result<void>>();
    m_job = inBackground(
        progress,
        [job = std::move(job), result, cancelled = m_cancelled] {
            *result = job([&] { return !*cancelled; });
        },
        [this, result, path, note, cancelled = m_cancelled, progress] {
            progress->deleteLater();
            if (!*cancelled || *result) // it may be too late to cancel
                report(*result, path, note);
        });
    return progress;
}

} // namespace poolscope
