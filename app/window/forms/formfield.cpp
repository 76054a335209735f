// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/formfield.h"

#include "window/look.h"
#include "window/sentence.h"

#include <QHBoxLayout>
#include <QStyle>
#include <QVBoxLayout>

namespace poolscope {

FormField::FormField(const QString &label, QWidget *control, QWidget *parent)
    : QWidget(parent)
    , m_control(control)
    , m_message(new WrappingLabel)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit / 2);
    auto *name = new QLabel(label);
    name->setObjectName(QStringLiteral("muted"));
    name->setBuddy(control);
    m_message->setObjectName(QStringLiteral("muted"));
    m_message->hide();
    for (QWidget *named : {control, control->focusProxy()}) {
        if (named && named->accessibleName().isEmpty())
            named->setAccessibleName(label);
    }
    layout->addWidget(name);
    layout->addWidget(control);
    layout->addWidget(m_message);
}

void FormField::setProblem(const QString &problem, const QWidget *wrong)
{
    const QString text = asSentence(problem);
    if (text == m_text && wrong == m_wrong)
        return;
    m_text = text;
    m_wrong = wrong;
    showMessage();
}

void FormField::setNote(const QString &note)
{
    if (note == m_note)
        return;
    m_note = note;
    if (m_text.isEmpty())
        showText(); // frequent during a run, and the style of controls does not change
}

void FormField::showText()
{
    m_message->setText(m_text.isEmpty() ? m_note : m_text);
    m_message->setVisible(!m_message->text().isEmpty());
    m_control->setAccessibleDescription(m_message->text());
}

void FormField::showMessage()
{
    const bool wrong = !m_text.isEmpty();
    showText();
    m_message->setObjectName(wrong ? QStringLiteral("problem") : QStringLiteral("muted"));
    QWidgetList controls{m_control};
    if (m_control->focusProxy()) // a row
        controls += m_control->findChildren<QWidget *>(Qt::FindDirectChildrenOnly);
    for (QWidget *control : controls) {
        const bool isMeant = !m_wrong || control == m_wrong;
        control->setProperty("wrong", wrong && isMeant);
        control->setAccessibleDescription(isMeant ? m_message->text() : QString());
    }
    for (QWidget *widget : QWidgetList{m_message} + controls) {
        widget->style()->unpolish(widget);
        widget->style()->polish(widget);
    }
}

QWidget *rowOf(const QWidgetList &widgets)
{
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    for (QWidget *widget : widgets)
        layout->addWidget(widget);
    row->setFocusProxy(widgets.front());
    return row;
}

} // namespace poolscope
