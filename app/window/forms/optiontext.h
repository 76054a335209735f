// SPDX-License-Identifier: GPL-3.0-or-later
// The texts of an option in the window, from the table of options.
#pragma once

#include "spec/options.h"

#include <QString>

namespace poolscope {

/// Converts a text of the table, which is UTF-8.
QString wordText(std::string_view text);

/// "Chunk (inputs)"
QString optionLabel(const Option &option);

/// The help of the option as a sentence, with its range.
QString optionToolTip(const Option &option);

/// The name of the option's control: "memoryLimit" of "--memory-limit".
QString optionObjectName(const Option &option);

} // namespace poolscope
