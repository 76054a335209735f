// SPDX-License-Identifier: GPL-3.0-or-later
// FormField: a label, a control below it, and a line for the problem with its value.
#pragma once

#include "window/wrappinglabel.h"

#include <QWidget>

namespace poolscope {

class FormField : public QWidget {
    Q_OBJECT

public:
    FormField(const QString &label, QWidget *control, QWidget *parent = nullptr);

    /// Shows a problem, or none if empty. In a row only `wrong` is marked, or all if it is null.
    void setProblem(const QString &problem, const QWidget *wrong = nullptr);
    const QString &problem() const { return m_text; }
    /// Sets a note, which is shown while there is no problem.
    void setNote(const QString &note);

private:
    void showMessage();
    void showText();

    QWidget *m_control;
    WrappingLabel *m_message;
    const QWidget *m_wrong = nullptr;
    QString m_text;
    QString m_note;
};

/// Returns widgets in a row, for a field of several. The first has the focus.
QWidget *rowOf(const QWidgetList &widgets);

} // namespace poolscope
