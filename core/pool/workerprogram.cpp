// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workerprogram.h"

#include "spec/tasktraits.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>
#include <algorithm>

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
        "import sys; safe = getattr(sys.flags, 'safe_path', False); "
        "sys.path[:0 if safe else 1] = [sys.argv.pop(1)]; import poolscope_worker; "
        "poolscope_worker.main(sys.argv[1:])",
        directory};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

/// The line of an interpreter's standard error that says what is wrong, with a colon before it.
QString reasonIn(const QString &error)
{
    const QStringList lines = error.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    if (lines.isEmpty())
        return {};
    const auto says = std::find_if(lines.begin(), lines.end(), [](const QString &line) {
        return line.contains(QLatin1String("Error"))
            || line.startsWith(QLatin1String("Fatal Python error"));
    });
    QString reason = (says != lines.end() ? *says : lines.front()).trimmed();
    if (qEnvironmentVariableIsSet("PYTHONHOME") && error.contains(QLatin1String("encodings")))
        reason += QLatin1String("; PYTHONHOME names no folder of this interpreter's: unset it");
    return QLatin1String(": ") + reason;
}

/// Has the Python worker answer a question, as a JSON object.
Result<QJsonObject> askPython(const std::string &interpreter,
    const std::vector<std::string> &question, const StillWanted &wanted,
    const std::string &folder = {})
{
    const auto said = askProgram("the Python interpreter '" + interpreter + "'", interpreter,
        pythonArguments(question), wanted, folder);
    if (!said)
        return tl::unexpected(said.error());
    // Whatever else is printed when the interpreter starts comes before the answer.
    const QByteArray output = QByteArray::fromStdString(said->output).trimmed();
    const QJsonDocument answer = QJsonDocument::fromJson(output.mid(output.lastIndexOf('\n') + 1));
    if (!answer.isObject())
        return failure("'" + interpreter + "' does not run as a Python interpreter"
            + reasonIn(QString::fromStdString(said->error)).toStdString());
    const QJsonObject object = answer.object();
    if (object.contains(QLatin1String("error")))
        return failure(object.value(QLatin1String("error")).toString().toStdString());
    return object;
}

PythonFunction functionFrom(const QJsonObject &object)
{
    const QJsonObject parameters = object.value(QLatin1String("parameters")).toObject();
    const QJsonValue most = parameters.value(QLatin1String("max"));
    PythonFunction function;
    function.name = object.value(QLatin1String("name")).toString().toStdString();
    function.doc = object.value(QLatin1String("doc")).toString().toStdString();
    function.takesOneArgument = parameters.value(QLatin1String("required")).toInt() <= 1
        && (!most.isDouble() || most.toInt() >= 1);
    return function;
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
        return {python->interpreter, pythonArguments({}), builtinWorkerPath()};
    return {
        builtinWorkerPath(), {}, traitsOf(task).isBuiltin ? std::string() : builtinWorkerPath()};
}

WorkerProgram loaderProgramFor(const PythonTask &task)
{
    return {task.interpreter, pythonArguments({"--load", builtinWorkerPath()}), builtinWorkerPath(),
        "--keep-loader"};
}

Result<std::vector<PythonFunction>> pythonFunctions(
    const std::string &place, const std::string &interpreter, const StillWanted &wanted)
{
    return askPython(interpreter, {"--functions", place}, wanted)
        .map([](const QJsonObject &answer) {
            std::vector<PythonFunction> functions;
            for (const QJsonValue &value : answer.value(QLatin1String("functions")).toArray())
                functions.push_back(functionFrom(value.toObject()));
            return functions;
        });
}

Result<std::string> pythonSource(
    const PythonTask &task, const std::string &folder, const StillWanted &wanted)
{
    const std::string place = task.target.substr(0, task.target.rfind(':'));
    if (place.ends_with(".py") || place.find('/') != std::string::npos)
        return place;
    return askPython(task.interpreter, {"--source", place}, wanted, folder)
        .map([](const QJsonObject &answer) {
            return answer.value(QLatin1String("path")).toString().toStdString();
        });
}

Result<void> checkPython(const PythonTask &task, const StillWanted &wanted)
{
    std::vector<std::string> question{"--check", task.target};
    if (!task.initialiser.empty())
        question.push_back(task.initialiser);
    return askPython(task.interpreter, question, wanted).map([](const QJsonObject &) {});
}

} // namespace poolscope
