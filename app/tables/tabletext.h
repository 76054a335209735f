// SPDX-License-Identifier: GPL-3.0-or-later
// How texts of any length and content are shown in tables.
#pragma once

#include <QString>
#include <cstdint>
#include <string_view>

namespace poolscope {

/// Grouped as the person's language does.
QString numberText(std::uint64_t number);

/// The first `most` characters; what is left out shows as an ellipsis.
QString startOf(std::string_view text, qsizetype most);

/// On one line: line breaks show as ⏎.
QString onOneLine(QString text);

/// What a table's cell shows of a text.
QString cellText(std::string_view text);

/// What its tool tip shows: more of it, just as it is, and never taken for HTML.
QString toolTipText(std::string_view text);

} // namespace poolscope
