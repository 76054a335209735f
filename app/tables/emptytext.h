// SPDX-License-Identifier: GPL-3.0-or-later
// EmptyText: a label in the middle of an empty table that describes what the table will show.
#pragma once

#include <QAbstractScrollArea>
#include <QLabel>

namespace poolscope {

class EmptyText : public QLabel {
    Q_OBJECT

public:
    EmptyText(const QString &text, QAbstractScrollArea *table);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace poolscope
