// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/groupguard.h"

#include "pool/workerprogram.h"

#include <unistd.h>

namespace poolscope {

GroupGuard::GroupGuard()
{
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(QProcess::nullDevice());
    m_process.setChildProcessModifier([] { setpgid(0, 0); });
    m_process.start(QString::fromStdString(builtinWorkerPath()), {QStringLiteral("--guard")});
}

GroupGuard::~GroupGuard()
{
    m_process.kill();
    m_process.waitForFinished();
}

void GroupGuard::add(qint64 group)
{
    m_process.write('+' + QByteArray::number(group) + '\n');
}

void GroupGuard::remove(qint64 group)
{
    m_process.write('-' + QByteArray::number(group) + '\n');
}

} // namespace poolscope
