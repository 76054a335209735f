// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/choicebox.h"

namespace poolscope {

namespace {

constexpr int leastLength = 8; // characters

} // namespace

QComboBox *choiceBox(const QString &name, const QString &toolTip)
{
    auto *box = new QComboBox;
    box->setObjectName(name);
    box->setToolTip(toolTip);
    // Any other policy measures the texts again whenever the style sheet changes.
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(leastLength);
    box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    return box;
}

} // namespace poolscope
