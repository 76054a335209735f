// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/workerprogram.h"

#include "spec/tasktraits.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStringList>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace poolscope {

namespace {

using Json = nlohmann::json;

QString besideProgram(const char *path)
{
    return QDir::cleanPath(
        QCoreApplication::applicationDirPath() + QLatin1Char('/') + QLatin1String(path));
}

/// The worker is imported, since it is then compiled once and cached. A script would be compiled by
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

/// The line of an interpreter's standard error that contains the reason, after a colon.
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

std::string_view lastLineOf(std::string_view text)
{
    text.remove_suffix(text.size() - (text.find_last_not_of(" \t\r\n") + 1));
    return text.substr(text.rfind('\n') + 1);
}

// The interpreter is the user's, so an answer may be anything.

/// Returns a member of an object. Null if there is none.
Json memberOf(const Json &object, const char *name)
{
    return object.is_object() ? object.value(name, Json()) : Json();
}

std::string textIn(const Json &object, const char *name)
{
    const Json member = memberOf(object, name);
    return member.is_string() ? member.get<std::string>() : std::string();
}

/// Asks the Python worker a question. The answer is a JSON object.
Result<Json> askPython(const std::string &interpreter, const std::vector<std::string> &question,
    const StillWanted &wanted, const std::string &folder = {})
{
    const auto said = askProgram("the Python interpreter '" + interpreter + "'", interpreter,
        pythonArguments(question), wanted, folder);
    if (!said)
        return failure(About::Interpreter, said.error().message);
    // Other text that is printed when the interpreter starts is before the answer.
    constexpr bool throws = false;
    Json answer = Json::parse(lastLineOf(said->output), nullptr, throws);
    if (!answer.is_object())
        return failure(About::Interpreter,
            "'" + interpreter + "' does not run as a Python interpreter"
                + reasonIn(QString::fromStdString(said->error)).toStdString());
    if (answer.contains("error"))
        return failure(textIn(answer, "error"));
    return answer;
}

PythonFunction functionFrom(const Json &object)
{
    const Json parameters = memberOf(object, "parameters");
    const Json required = memberOf(parameters, "required");
    const Json most = memberOf(parameters, "max");
    PythonFunction function;
    function.name = textIn(object, "name");
    function.doc = textIn(object, "doc");
    function.takesOneArgument =
        (!required.is_number() || required <= 1) && (!most.is_number() || most >= 1);
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
    return askPython(interpreter, {"--functions", place}, wanted).map([](const Json &answer) {
        std::vector<PythonFunction> functions;
        for (const Json &function : memberOf(answer, "functions"))
            functions.push_back(functionFrom(function));
        return functions;
    });
}

std::string pythonPlace(const PythonTask &task)
{
    return task.target.substr(0, task.target.rfind(':'));
}

bool isPythonFile(const std::string &place)
{
    return place.ends_with(".py") || place.find('/') != std::string::npos;
}

Result<std::string> pythonSource(
    const PythonTask &task, const std::string &folder, const StillWanted &wanted)
{
    const std::string place = pythonPlace(task);
    if (isPythonFile(place))
        return place;
    return askPython(task.interpreter, {"--source", place}, wanted, folder)
        .map([](const Json &answer) { return textIn(answer, "path"); });
}

Result<std::vector<std::string>> pythonImports(const std::string &interpreter,
    const std::vector<std::string> &places, const std::string &folder, const StillWanted &wanted)
{
    std::vector<std::string> question{"--imports"};
    question.insert(question.end(), places.begin(), places.end());
    return askPython(interpreter, question, wanted, folder).map([](const Json &answer) {
        std::vector<std::string> files;
        for (const Json &file : memberOf(answer, "imports")) {
            if (file.is_string())
                files.push_back(file.get<std::string>());
        }
        return files;
    });
}

Result<void> checkPython(const PythonTask &task, const StillWanted &wanted)
{
    std::vector<std::string> question{"--check", task.target};
    if (!task.initialiser.empty())
        question.push_back(task.initialiser);
    return askPython(task.interpreter, question, wanted).map([](const Json &) {});
}

} // namespace poolscope
