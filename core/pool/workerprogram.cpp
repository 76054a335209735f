// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workerprogram.h"

#include "task/builtin.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

namespace poolscope {

namespace {

QString besideProgram(const char *path)
{
    return QDir::cleanPath(
        QCoreApplication::applicationDirPath() + QLatin1Char('/') + QLatin1String(path));
}

/// Imported, the worker is compiled once and cached; run as a script it would be compiled anew by
/// each process, which takes as long as the start of the interpreter.
std::vector<std::string> pythonArguments(const std::vector<std::string> &arguments)
{
    const std::string directory =
        QFileInfo(QString::fromStdString(pythonWorkerPath())).path().toStdString();
    std::vector<std::string> all{"-c",
        "import sys; sys.path[0] = sys.argv.pop(1); import poolscope_worker; "
        "poolscope_worker.main(sys.argv[1:])",
        directory};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

Result<void> checkPython(const PythonTask &task)
{
    QProcess check;
    check.setStandardInputFile(QProcess::nullDevice());
    QStringList arguments;
    for (const std::string &argument : pythonArguments({"--check", task.target}))
        arguments << QString::fromStdString(argument);
    check.start(QString::fromStdString(task.interpreter), arguments);
    constexpr int patience = 30'000;
    if (!check.waitForStarted(patience))
        return failure("cannot start the Python interpreter '" + task.interpreter
            + "': " + check.errorString().toStdString());
    if (!check.waitForFinished(patience)) {
        check.kill();
        check.waitForFinished();
        return failure("the Python interpreter '" + task.interpreter + "' gave no answer in 30 s");
    }
    const QJsonObject answer = QJsonDocument::fromJson(check.readAllStandardOutput()).object();
    if (answer.contains(QLatin1String("error")))
        return failure(answer.value(QLatin1String("error")).toString().toStdString());
    if (!answer.value(QLatin1String("ok")).toBool()) {
        const QString said = QString::fromUtf8(check.readAllStandardError()).trimmed();
        return failure("'" + task.interpreter + "' does not run as a Python interpreter"
            + (said.isEmpty() ? "" : ": " + said.section(QLatin1Char('\n'), -1).toStdString()));
    }
    return {};
}

} // namespace

std::string builtinWorkerPath()
{
    return besideProgram("poolscope-worker").toStdString();
}

std::string pythonWorkerPath()
{
    return besideProgram("../share/poolscope/poolscope_worker.py").toStdString();
}

WorkerProgram workerProgramFor(const TaskSpec &task)
{
    if (const auto *python = std::get_if<PythonTask>(&task))
        return {python->interpreter, pythonArguments({})};
    return {builtinWorkerPath(), {}};
}

Result<void> checkTask(const TaskSpec &task)
{
    if (const auto *python = std::get_if<PythonTask>(&task))
        return checkPython(*python);
    const auto &builtin = std::get<BuiltinTask>(task);
    return makeBuiltin(builtin.name, builtin.arguments).map([](const Builtin &) {});
}

} // namespace poolscope
