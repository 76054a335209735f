// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/tabletext.h"

#include "charts/literaltext.h"

namespace poolscope {

QString startOf(std::string_view text, qsizetype most)
{
    constexpr std::size_t longestSequence = 4; // bytes of UTF-8 for one character
    const auto enough = longestSequence * static_cast<std::size_t>(most + 1);
    const std::string_view bytes = text.substr(0, enough);
    QString start = QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
    if (start.size() <= most)
        return start;
    start.truncate(start[most].isLowSurrogate() ? most - 1 : most);
    return start + u'…';
}

QString onOneLine(QString text)
{
    constexpr QChar sign = u'⏎';
    text.replace(QLatin1String("\r\n"), QString(sign));
    for (const QChar lineBreak :
        {QChar(u'\n'), QChar(u'\r'), QChar(QChar::LineSeparator), QChar(QChar::ParagraphSeparator)})
        text.replace(lineBreak, sign);
    return text;
}

QString cellText(std::string_view text)
{
    return onOneLine(startOf(text, 500));
}

QString toolTipText(std::string_view text)
{
    return text.empty() ? QString() : wrappedToolTip(startOf(text, 4000));
}

} // namespace poolscope
