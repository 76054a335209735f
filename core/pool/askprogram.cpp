// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/askprogram.h"

#include <QProcess>

namespace poolscope {

Result<ProgramAnswer> askProgram(
    const std::string &what, const std::string &program, const std::vector<std::string> &arguments)
{
    constexpr int patience = 30'000; // milliseconds
    QProcess process;
    process.setStandardInputFile(QProcess::nullDevice());
    QStringList list;
    for (const std::string &argument : arguments)
        list << QString::fromStdString(argument);
    process.start(QString::fromStdString(program), list);
    if (!process.waitForStarted(patience))
        return failure("cannot start " + what + ": " + process.errorString().toStdString());
    if (!process.waitForFinished(patience)) {
        process.kill();
        process.waitForFinished();
        return failure(what + " gave no answer in 30 s");
    }
    ProgramAnswer answer;
    answer.output = process.readAllStandardOutput().toStdString();
    answer.error = process.readAllStandardError().toStdString();
    const bool ended = process.exitStatus() == QProcess::NormalExit;
    (ended ? answer.status : answer.signal) = process.exitCode();
    return answer;
}

} // namespace poolscope
