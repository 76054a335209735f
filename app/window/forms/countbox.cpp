// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/countbox.h"

#include <algorithm>
#include <limits>

namespace poolscope {

namespace {

constexpr int automatic = 0;

} // namespace

QSpinBox *automaticBox(const QString &name, const QString &toolTip, std::uint64_t most)
{
    auto *box = new QSpinBox;
    box->setObjectName(name);
    box->setToolTip(toolTip);
    box->setMaximum(static_cast<int>(most));
    box->setGroupSeparatorShown(true);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    setLeast(box, LeastCount::Automatic);
    return box;
}

void setLeast(QSpinBox *box, LeastCount least)
{
    const bool isAutomatic = least == LeastCount::Automatic;
    box->setMinimum(isAutomatic ? automatic : automatic + 1);
    box->setSpecialValueText(isAutomatic ? QSpinBox::tr("auto") : QString());
}

std::optional<std::uint64_t> countIn(const QSpinBox *box)
{
    if (box->value() == automatic)
        return std::nullopt;
    return static_cast<std::uint64_t>(box->value());
}

void setCount(QSpinBox *box, std::optional<std::uint64_t> count)
{
    box->setValue(static_cast<int>(
        std::min<std::uint64_t>(count.value_or(automatic), std::numeric_limits<int>::max())));
}

} // namespace poolscope
