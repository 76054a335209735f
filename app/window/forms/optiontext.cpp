// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/optiontext.h"

namespace poolscope {

namespace {

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

QString optionLabel(const Option &option)
{
    const QString label = textOf(option.label);
    return option.unit.empty() ? label : QObject::tr("%1 (%2)").arg(label, textOf(option.unit));
}

QString optionToolTip(const Option &option)
{
    QString text = textOf(option.help);
    text.front() = text.front().toUpper();
    const std::string range = rangeText(option);
    if (range.empty() || option.type == OptionType::Words)
        return text;
    return QObject::tr("%1. Range: %2.").arg(text, textOf(range));
}

QString optionObjectName(const Option &option)
{
    QString name = textOf(option.name).remove(0, 2);
    for (qsizetype dash = name.indexOf(u'-'); dash >= 0; dash = name.indexOf(u'-')) {
        name.remove(dash, 1);
        name[dash] = name[dash].toUpper();
    }
    return name;
}

} // namespace poolscope
