// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes for a number of inputs, chunks or attempts, where 0 stands for none or automatic.
#pragma once

#include <QSpinBox>
#include <cstdint>
#include <optional>

namespace poolscope {

/// Makes a box from 0, shown as "auto", to `most`.
QSpinBox *automaticBox(const QString &name, const QString &toolTip, std::uint64_t most);

/// Makes a box begin at 0, shown as "auto", or at 1.
enum class LeastCount { Automatic, One };
void setLeast(QSpinBox *box, LeastCount least);

/// The count in a box. Nothing if it is 0, which stands for none or automatic.
std::optional<std::uint64_t> countIn(const QSpinBox *box);
void setCount(QSpinBox *box, std::optional<std::uint64_t> count);

} // namespace poolscope
