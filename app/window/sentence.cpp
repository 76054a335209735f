// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sentence.h"

#include <algorithm>
#include <array>

namespace poolscope {

QString asSentence(QString text)
{
    static constexpr std::array beginnings{"a", "all", "an", "another", "cannot", "index", "input",
        "no", "not", "only", "the", "there", "worker"};
    const QString first = text.section(QLatin1Char(' '), 0, 0);
    const bool isPlain = std::any_of(beginnings.begin(), beginnings.end(),
        [&](const char *beginning) { return first == QLatin1String(beginning); });
    if (isPlain)
        text[0] = text[0].toUpper();
    return text;
}

} // namespace poolscope
