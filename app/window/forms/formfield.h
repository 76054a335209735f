// SPDX-License-Identifier: GPL-3.0-or-later
// FormField: a control under its label, and below it the problem with its value, in one line.
#pragma once

#include "window/wrappinglabel.h"

#include <QWidget>

namespace poolscope {

class FormField : public QWidget {
    Q_OBJECT

public:
    FormField(const QString &label, QWidget *control, QWidget *parent = nullptr);

    /// Shows a problem, or none if empty. In a row `wrong` alone is marked, or all of it if null.
    void setProblem(const QString &problem, const QWidget *wrong = nullptr);
    const QString &problem() const { return m_text; }
    /// Something to know that is not wrong; shown where there is no problem.
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

/// Widgets side by side, for a field of several; the first takes the focus.
QWidget *rowOf(const QWidgetList &widgets);

} // namespace poolscope
