// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/emptytext.h"

#include <QEvent>

namespace poolscope {

EmptyText::EmptyText(const QString &text, QAbstractScrollArea *table)
    : QLabel(text, table->viewport())
{
    setTextFormat(Qt::PlainText);
    setAlignment(Qt::AlignCenter);
    setWordWrap(true);
    setForegroundRole(QPalette::PlaceholderText);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setGeometry(table->viewport()->rect());
    table->viewport()->installEventFilter(this);
}

bool EmptyText::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize)
        setGeometry(parentWidget()->rect());
    return QLabel::eventFilter(watched, event);
}

} // namespace poolscope
