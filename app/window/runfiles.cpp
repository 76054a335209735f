// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/runfiles.h"

#include "charts/caption.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSettings>
#include <QStandardPaths>
#include <algorithm>

namespace poolscope {

namespace {

const QString runFolderKey = QStringLiteral("run/folder");
const QString runFileEnding = QStringLiteral(".poolscope");

/// Returns the endings of files that can be opened, run files first, since only they are complete.
const QStringList &openedEndings()
{
    static const QStringList endings{runFileEnding, QStringLiteral(".json"),
        QStringLiteral(".json.gz"), QStringLiteral(".joblog"), QStringLiteral(".joblog.gz")};
    return endings;
}

QString tr(const char *text)
{
    return QCoreApplication::translate("RunFiles", text);
}

/// Returns a path in the folder of runs for a run that begins now.
QString newPath(QString task)
{
    constexpr int longestTask = 40;
    task.replace(QRegularExpression(QStringLiteral("[^\\w.-]+")), QStringLiteral("_"));
    const QString name = QStringLiteral("%1 %2").arg(
        QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH-mm-ss-zzz")),
        task.left(longestTask));
    return QDir(runsFolder()).filePath(name + runFileEnding);
}

} // namespace

QString runsFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
        + QStringLiteral("/runs");
}

QString newRunPath(const RunSpec &spec)
{
    return newPath(taskText(spec.task));
}

QString newRunPath(const std::vector<std::string> &command)
{
    QStringList words;
    for (const std::string &word : command)
        words << QFileInfo(QFile::decodeName(word.c_str())).fileName();
    if (words.size() > 1 && words.front().startsWith(QStringLiteral("python")))
        words.removeFirst(); // the script is more informative
    return newPath(words.join(u' '));
}

QString watchedFileNote()
{
    return tr("The file holds the command line, tracebacks, and inputs if they were recorded.");
}

QString withRunEnding(const QString &path)
{
    return path.endsWith(runFileEnding) ? path : path + runFileEnding;
}

QString runFolder()
{
    return QSettings().value(runFolderKey, QDir::homePath()).toString();
}

void rememberRunFolder(const QString &path)
{
    QSettings().setValue(runFolderKey, QFileInfo(path).path());
}

QString runFileFilter()
{
    return tr("Run files (*.poolscope)");
}

bool canBeOpened(const QString &path)
{
    return std::any_of(openedEndings().begin(), openedEndings().end(),
        [&](const QString &ending) { return path.endsWith(ending, Qt::CaseInsensitive); });
}

QString openedFilter()
{
    return tr("Runs (*%1);;Run files (*.poolscope);;Chrome traces (*.json *.json.gz);;Job logs of "
              "GNU parallel (*.joblog *.joblog.gz);;All files (*)")
        .arg(openedEndings().join(QStringLiteral(" *")));
}

} // namespace poolscope
