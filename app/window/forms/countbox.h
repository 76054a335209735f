// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes for a number of inputs, chunks or attempts, of which 0 stands for none or automatic.
#pragma once

#include <QSpinBox>
#include <cstdint>
#include <optional>

namespace poolscope {

/// From 0 to `most`. 0 is shown as "auto".
QSpinBox *automaticBox(const QString &name, const QString &toolTip, std::uint64_t most);

/// The count in a box. Nothing if it is 0, which stands for none or automatic.
std::optional<std::uint64_t> countIn(const QSpinBox *box);
void setCount(QSpinBox *box, std::optional<std::uint64_t> count);

} // namespace poolscope
