// SPDX-License-Identifier: GPL-3.0-or-later
// Combo boxes of a form. Long texts do not make them wider.
#pragma once

#include <QComboBox>

namespace poolscope {

QComboBox *choiceBox(const QString &name, const QString &toolTip);

} // namespace poolscope
