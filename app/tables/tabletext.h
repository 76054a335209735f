// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of any length and content as tables show them.
#pragma once

#include <QString>
#include <string_view>

namespace poolscope {

/// Returns the first `most` characters, with an ellipsis if the text is longer.
QString startOf(std::string_view text, qsizetype most);

/// Returns the text on one line, with ⏎ for line breaks.
QString onOneLine(QString text);

/// Returns the text for the cell of a table.
QString cellText(std::string_view text);

/// Returns the text for a tool tip, which is longer, and never interpreted as HTML.
QString toolTipText(std::string_view text);

} // namespace poolscope
