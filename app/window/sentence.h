// SPDX-License-Identifier: GPL-3.0-or-later
// Makes sentences of messages of the core, which begin with a small letter.
#pragma once

#include <QString>

namespace poolscope {

/// Returns the text with a capital letter, unless it begins with a name, a path or the user's text.
QString asSentence(QString text);

} // namespace poolscope
