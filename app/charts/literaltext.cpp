// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/literaltext.h"

#include <QTextDocument>

namespace poolscope {

QString wrappedToolTip(const QString &text)
{
    return QStringLiteral("<p style=\"white-space: pre-wrap\">%1</p>").arg(text.toHtmlEscaped());
}

QString literalToolTip(const QString &text)
{
    return Qt::mightBeRichText(text) ? wrappedToolTip(text) : text;
}

QString withoutShortcut(QString text)
{
    return text.replace(u'&', QLatin1String("&&"));
}

} // namespace poolscope
