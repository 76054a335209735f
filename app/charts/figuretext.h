// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of core/text for widgets, as QString with no-break spaces.
#pragma once

#include "text/figures.h"

#include <QString>

namespace poolscope {

inline QString unbroken(const std::string &figure)
{
    return QString::fromStdString(figure).replace(QLatin1Char(' '), QChar(QChar::Nbsp));
}

/// The text of any figure.
template <typename... Figure> QString figureText(const Figure &...figure)
{
    return unbroken(textOf(figure...));
}

} // namespace poolscope
