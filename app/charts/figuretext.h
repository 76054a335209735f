// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of figures for widgets: durations, rates and counts with their units (text/figures.h), as a
// QString with no-break spaces.
#pragma once

#include "text/figures.h"

#include <QString>

namespace poolscope {

/// Converts a text, and replaces each space by a no-break space.
inline QString unbroken(const std::string &text)
{
    return QString::fromStdString(text).replace(QLatin1Char(' '), QChar(QChar::Nbsp));
}

/// The text of a figure. The arguments are those of textOf().
template <typename... Figure> QString figureText(const Figure &...figure)
{
    return unbroken(textOf(figure...));
}

} // namespace poolscope
