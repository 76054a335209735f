// SPDX-License-Identifier: GPL-3.0-or-later
// Paths of the window, converted for the core.
#pragma once

#include <QFile>
#include <filesystem>

namespace poolscope {

inline std::filesystem::path toPath(const QString &path)
{
    return QFile::encodeName(path).toStdString();
}

} // namespace poolscope
