// SPDX-License-Identifier: GPL-3.0-or-later
// Messages of the core, which begin with a small letter, as sentences of their own.
#pragma once

#include <QString>

namespace poolscope {

/// With a capital, unless it begins with a name, a path or what was typed.
QString asSentence(QString text);

} // namespace poolscope
