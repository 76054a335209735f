// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/groupguard.h"

#include "pool/workerprogram.h"

#include <unistd.h>

namespace poolscope {

namespace {

constexpr int patience = 2000; // milliseconds

} // namespace

GroupGuard::GroupGuard()
{
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(QProcess::nullDevice());
    m_process.setChildProcessModifier([] { setpgid(0, 0); });
    m_process.start(QString::fromStdString(builtinWorkerPath()), {QStringLiteral("--guard")});
}

GroupGuard::~GroupGuard()
{
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(patience)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

void GroupGuard::add(qint64 worker)
{
    m_process.write('+' + QByteArray::number(worker) + '\n');
}

void GroupGuard::remove(qint64 worker)
{
    m_process.write('-' + QByteArray::number(worker) + '\n');
}

} // namespace poolscope
