// SPDX-License-Identifier: GPL-3.0-or-later
// Combo boxes of a form, no wider than their room, however long the texts in them are.
#pragma once

#include <QComboBox>

namespace poolscope {

QComboBox *choiceBox(const QString &name, const QString &toolTip);

} // namespace poolscope
