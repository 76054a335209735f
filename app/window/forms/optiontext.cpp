// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/optiontext.h"

namespace poolscope {

QString wordText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString optionLabel(const Option &option)
{
    const QString label = wordText(option.label);
    return option.unit.empty() ? label : QObject::tr("%1 (%2)").arg(label, wordText(option.unit));
}

QString optionToolTip(const Option &option)
{
    QString text = wordText(option.help);
    text.front() = text.front().toUpper();
    const std::string range = rangeText(option);
    return range.empty() ? text : QObject::tr("%1. Range: %2.").arg(text, wordText(range));
}

QString optionObjectName(const Option &option)
{
    QString name = wordText(option.name).remove(0, 2);
    for (qsizetype dash = name.indexOf(u'-'); dash >= 0; dash = name.indexOf(u'-')) {
        name.remove(dash, 1);
        name[dash] = name[dash].toUpper();
    }
    return name;
}

} // namespace poolscope
