// SPDX-License-Identifier: GPL-3.0-or-later
// Text of files, tasks and paths that widgets are to show as it is, although it may look like HTML
// or have a '&'.
#pragma once

#include <QString>

namespace poolscope {

/// The text for a tool tip, which wraps it.
QString wrappedToolTip(const QString &text);
/// The text for a tool tip, wrapped only if a tool tip would take it for HTML.
QString literalToolTip(const QString &text);
/// The text for an action or a button, which would take '&' for the mark of a shortcut.
QString withoutShortcut(QString text);

} // namespace poolscope
