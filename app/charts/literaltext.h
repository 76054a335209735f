// SPDX-License-Identifier: GPL-3.0-or-later
// Text of files, tasks and paths for widgets that would interpret HTML or '&' in it.
#pragma once

#include <QString>

namespace poolscope {

/// Returns the text for a tool tip that wraps it.
QString wrappedToolTip(const QString &text);
/// Returns the text for a tool tip, wrapped only if the tool tip would interpret it as HTML.
QString literalToolTip(const QString &text);
/// Returns the text for an action or a button, which would interpret '&' as the mark of a shortcut.
QString withoutShortcut(QString text);

} // namespace poolscope
