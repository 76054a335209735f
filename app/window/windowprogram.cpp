// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/windowprogram.h"

#include "charts/caption.h"
#include "charts/chartexport.h"
#include "charts/chartset.h"
#include "charts/runreport.h"
#include "cli/complaint.h"
#include "cli/interrupt.h"
#include "cli/program.h"
#include "cli/runcommand.h"
#include "cli/runfilecommands.h"
#include "window/mainwindow.h"

#include <QApplication>
#include <QFile>
#include <QFont>
#include <QFontMetricsF>
#include <QThreadPool>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace poolscope {

namespace {

constexpr const char *platformVariable = "QT_QPA_PLATFORM";
constexpr const char *defaultChartsFolder = "poolscope-charts";
constexpr int patienceAtEnd = 500; // milliseconds

/// Whether all of these Qt platforms, separated by semicolons, need a display.
bool needsDisplay(const QByteArray &platforms)
{
    const QByteArrayList names = platforms.split(';');
    return std::all_of(names.begin(), names.end(), [](const QByteArray &name) {
        return name.startsWith("wayland") || name.startsWith("xcb");
    });
}

/// Sets the platform to the display that there is, or to offscreen rather than have Qt abort.
/// Returns whether the user has chosen a platform that needs no display.
bool choosePlatform()
{
    const QByteArray wanted = qgetenv(platformVariable);
    const bool wayland = !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    const bool x11 = !qEnvironmentVariableIsEmpty("DISPLAY");
    if (!wanted.isEmpty() && !needsDisplay(wanted))
        return true;
    if (!wayland && !x11)
        qputenv(platformVariable, "offscreen");
    else if (!wanted.isEmpty())
        qputenv(platformVariable, wanted + ";offscreen");
    else
        qputenv(platformVariable, wayland ? "wayland;xcb;offscreen" : "xcb;offscreen");
    return false;
}

Result<void> writeChart(Chart &chart, const Moment &moment, const std::filesystem::path &path)
{
    if (path.extension() == ".csv")
        return writeChartData(chart.kind(), *chart.record(), path);
    return writeChartPicture(chart, moment, path, {});
}

/// Without fonts Qt draws boxes, each as wide as high, and lists names of fonts nevertheless.
bool drawsBoxes()
{
    constexpr int size = 100;
    QFont font;
    font.setPixelSize(size);
    return QFontMetricsF(font).horizontalAdvance(QLatin1Char('i')) >= size;
}

void reportMissingFonts()
{
    if (drawsBoxes())
        complain("there are no fonts here, so every letter is drawn as a box: install a package of "
                 "fonts, such as fonts-dejavu-core");
}

bool drawsLetters(const std::vector<ChartFile> &files)
{
    return std::any_of(files.begin(), files.end(), [](const ChartFile &file) {
        return std::filesystem::path(file.path).extension() != ".csv";
    });
}

Result<void> writeCharts(const RunRecord &record, std::uint64_t end, const OutputOptions &options)
{
    TimeView view;
    QWidget parent;
    const ChartSet charts(view, &parent);
    const Moment moment{end, TimeView::Run::Ended};
    std::vector<ChartFile> files = options.charts;
    for (Chart *chart : charts) {
        chart->setTheme(Theme::of(Theme::Kind::Light));
        chart->setRecord(&record);
        if (options.chartsFolder)
            files.push_back({chart->kind(),
                *options.chartsFolder + "/" + std::string(chartName(chart->kind())) + ".png"});
    }
    if (options.report || drawsLetters(files))
        reportMissingFonts();
    view.setNow(static_cast<double>(record.timeline.end()), TimeView::Run::Ended);
    for (const ChartFile &file : files) {
        if (const auto written = writeChart(charts[file.kind], moment, file.path); !written)
            return written;
    }
    return options.report ? writeReport(reportOf(charts, moment), *options.report) : Result<void>();
}

int runLeavingCharts(int argc, char **argv, const RunOptions &options)
{
    qputenv(platformVariable, "offscreen");
    QApplication application(argc, argv);
    writeFiguresInEnglish();
    return RunCommand(options, writeCharts).execute();
}

int exportWithCharts(int argc, char **argv, const ExportOptions &options)
{
    qputenv(platformVariable, "offscreen");
    QApplication application(argc, argv);
    writeFiguresInEnglish();
    return exportRunFile(options, writeCharts);
}

int showWithoutDisplay(const std::string &file)
{
    const int status = showRunFile({{file}, false});
    if (status == exitAllSucceeded)
        complain("there is no display for the window; this is what " + file + " holds");
    return status;
}

int runDefaultWithoutDisplay()
{
    complain("there is no display for the window, so it runs "
        + settingsText(defaultSpec()).toStdString() + "; charts go to " + defaultChartsFolder
        + "/");
    RunOptions options;
    options.spec = defaultSpec();
    options.discard = true;
    options.chartsFolder = defaultChartsFolder;
    return RunCommand(options, writeCharts).execute();
}

/// Qt's messages, but for one about a folder that nothing here needs.
void sayMessage(QtMsgType, const QMessageLogContext &, const QString &message)
{
    if (!message.startsWith(QStringLiteral("QStandardPaths: XDG_RUNTIME_DIR")))
        tell(message.toStdString());
}

/// Ends the program although another thread still reads what is slow or large. What it reads is no
/// longer wanted, and it writes nothing.
[[noreturn]] void leave(int status)
{
    std::fflush(nullptr);
    std::_Exit(status);
}

int showWindow(const WindowCommand &command)
{
    reportMissingFonts();
    MainWindow window;
    window.show();
    if (command.file)
        window.openFile(QFile::decodeName(command.file->c_str()));
    Interrupt interruption;
    QObject::connect(&interruption, &Interrupt::came, &window, [&window] {
        window.closeAtOnce();
        QApplication::exit(exitInterrupted); // a dialog may still be open
    });
    return QApplication::exec();
}

int openWindow(int argc, char **argv, const WindowCommand &command)
{
    const bool mayBeOffscreen = choosePlatform();
    QApplication application(argc, argv);
    writeFiguresInEnglish();
    QApplication::setApplicationName(QStringLiteral("poolscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("Poolscope"));
    QApplication::setOrganizationName(QStringLiteral("poolscope"));
    QApplication::setDesktopFileName(QStringLiteral("org.poolscope.Poolscope"));
    if (!mayBeOffscreen && QApplication::platformName() == QLatin1String("offscreen"))
        return command.file ? showWithoutDisplay(*command.file) : runDefaultWithoutDisplay();
    const int status = showWindow(command);
    if (!QThreadPool::globalInstance()->waitForDone(patienceAtEnd))
        leave(status);
    return status;
}

} // namespace

RunSpec defaultSpec()
{
    RunSpec spec;
    spec.task = BuiltinTask{"sqrt", {}};
    spec.input = RangeInput{1, 5000, 1};
    spec.pool.workers = 2;
    return spec;
}

int runWithWidgets(int argc, char **argv, const CommandLine &line)
{
    qInstallMessageHandler(sayMessage);
    if (const auto *run = std::get_if<RunOptions>(&line))
        return runLeavingCharts(argc, argv, *run);
    if (const auto *exported = std::get_if<ExportOptions>(&line))
        return exportWithCharts(argc, argv, *exported);
    return openWindow(argc, argv, std::get<WindowCommand>(line));
}

} // namespace poolscope
