// SPDX-License-Identifier: GPL-3.0-or-later
// poolscope-window: the window, and commands that draw charts.
#include "charts/caption.h"
#include "charts/chartfiles.h"
#include "charts/runreport.h"
#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/interrupt.h"
#include "cli/program.h"
#include "cli/runcommand.h"
#include "cli/runfilecommands.h"
#include "cli/watchcommand.h"
#include "spec/runarguments.h"
#include "window/forms/keptcommands.h"
#include "window/forms/keptspecs.h"
#include "window/mainwindow.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QThreadPool>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

using namespace poolscope;

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

/// Sets the platform to the display that exists, or to offscreen, since Qt aborts without a
/// display. Returns whether the user has chosen a platform that needs no display.
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

void reportMissingFonts()
{
    if (hasNoFonts())
        complain("there are no fonts here, so every letter is drawn as a box: install a package of "
                 "fonts, such as fonts-dejavu-core");
}

/// Returns all charts of a run as files in a folder.
std::vector<ChartFile> chartsIn(const std::string &folder)
{
    std::vector<ChartFile> charts;
    for (std::uint8_t kind = 0; kind < chartKindCount; ++kind) {
        const std::string_view name = chartName(static_cast<ChartKind>(kind));
        charts.push_back({static_cast<ChartKind>(kind), folder + "/" + std::string(name) + ".png"});
    }
    return charts;
}

Result<void> writeChartFolder(
    const std::string &folder, const EndedRecord &run, std::size_t number, std::size_t runs)
{
    const std::string own = runs > 1 ? folder + "/run-" + std::to_string(number) : folder;
    std::error_code error;
    std::filesystem::create_directories(own, error);
    if (error)
        return failure("cannot make the folder " + own + ": " + error.message());
    return writeCharts(*run.record, run.end, chartsIn(own));
}

Result<void> writeWantedCharts(const std::vector<EndedRecord> &runs, const OutputOptions &options)
{
    if (options.report || options.chartsFolder || containsPicture(options.charts))
        reportMissingFonts();
    const EndedRecord &longest = longestOf(runs);
    auto written = writeCharts(*longest.record, longest.end, options.charts);
    for (std::size_t i = 0; options.chartsFolder && i < runs.size() && written; ++i)
        written = writeChartFolder(*options.chartsFolder, runs[i], i + 1, runs.size());
    if (!options.report || !written)
        return written;
    std::vector<ReportData> reports;
    reports.reserve(runs.size());
    for (const EndedRecord &run : runs)
        reports.push_back(reportOf(*run.record, run.end));
    return writeReport(joinedReport(std::move(reports)), *options.report);
}

int runLeavingCharts(int argc, char **argv, const RunOptions &options)
{
    qputenv(platformVariable, "offscreen");
    QApplication application(argc, argv);
    useEnglishNumbers();
    return RunCommand(options, writeWantedCharts).execute();
}

int exportWithCharts(int argc, char **argv, const ExportOptions &options)
{
    qputenv(platformVariable, "offscreen");
    QApplication application(argc, argv);
    useEnglishNumbers();
    return exportRunFile(options, writeWantedCharts);
}

int watchLeavingCharts(int argc, char **argv, const WatchOptions &options)
{
    qputenv(platformVariable, "offscreen");
    QApplication application(argc, argv);
    useEnglishNumbers();
    return watchCommandLine(options, writeWantedCharts);
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
    return RunCommand(options, writeWantedCharts).execute();
}

/// Prints Qt's messages, except for one about a folder that is not needed.
void writeMessage(QtMsgType, const QMessageLogContext &, const QString &message)
{
    if (!message.startsWith(QStringLiteral("QStandardPaths: XDG_RUNTIME_DIR")))
        printLines(message.toStdString());
}

/// Ends the program while another thread still reads a slow or large file. The thread writes
/// nothing.
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
    if (command.watched)
        window.watch({command.watched->command, QDir::currentPath(), command.watched->changes,
            command.watched->recordsInputs});
    Interrupt interruption;
    QObject::connect(&interruption, &Interrupt::came, &window, [&window] {
        window.closeAtOnce();
        QApplication::exit(exitInterrupted); // a dialog may still be open
    });
    return QApplication::exec();
}

int watchWithoutDisplay(const WatchOptions &options)
{
    complain("there is no display for the window, so the command is watched without it");
    return watchCommandLine(options, writeWantedCharts);
}

int openWindow(int argc, char **argv, const WindowCommand &command)
{
    const auto platforms = qEnvironmentVariableIsSet(platformVariable)
        ? std::optional(qgetenv(platformVariable))
        : std::nullopt;
    const bool mayBeOffscreen = choosePlatform();
    QApplication application(argc, argv);
    // Programs that the window starts inherit the original environment.
    if (platforms)
        qputenv(platformVariable, *platforms);
    else
        qunsetenv(platformVariable);
    useEnglishNumbers();
    QApplication::setApplicationName(QStringLiteral("poolscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("Poolscope"));
    QApplication::setOrganizationName(QStringLiteral("poolscope"));
    QApplication::setDesktopFileName(QStringLiteral("org.poolscope.Poolscope"));
    const bool hasDisplay =
        mayBeOffscreen || QApplication::platformName() != QLatin1String("offscreen");
    if (!hasDisplay && command.watched)
        return watchWithoutDisplay(*command.watched);
    if (!hasDisplay)
        return command.file ? showWithoutDisplay(*command.file) : runDefaultWithoutDisplay();
    const int status = showWindow(command);
    if (!QThreadPool::globalInstance()->waitForDone(patienceAtEnd))
        leave(status);
    return status;
}

int runWithWidgets(int argc, char **argv, const CommandLine &line)
{
    qInstallMessageHandler(writeMessage);
    if (const auto *run = std::get_if<RunOptions>(&line))
        return runLeavingCharts(argc, argv, *run);
    if (const auto *exported = std::get_if<ExportOptions>(&line))
        return exportWithCharts(argc, argv, *exported);
    if (const auto *watched = std::get_if<WatchOptions>(&line))
        return watchLeavingCharts(argc, argv, *watched);
    return openWindow(argc, argv, std::get<WindowCommand>(line));
}

} // namespace

int main(int argc, char **argv)
{
    return runProgram(argc, argv, runWithWidgets);
}
