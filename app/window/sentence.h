// SPDX-License-Identifier: GPL-3.0-or-later
// How a message of the core, which begins small, is written where it stands alone.
#pragma once

#include <QString>

namespace poolscope {

/// With a capital, unless it begins with a name, a path or what was typed.
QString asSentence(QString text);

} // namespace poolscope
