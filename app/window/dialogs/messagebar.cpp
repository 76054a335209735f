// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/messagebar.h"

#include "tables/tabletext.h"
#include "window/look.h"
#include "window/sentence.h"

#include <QHBoxLayout>
#include <QMessageBox>
#include <QStyle>

namespace poolscope {

namespace {

constexpr int noteTime = 8000; // milliseconds

} // namespace

MessageBar::MessageBar(QWidget *parent)
    : QFrame(parent)
    , m_text(new QLabel)
    , m_more(new QToolButton)
    , m_close(new QToolButton)
{
    setObjectName(QStringLiteral("message"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(gridUnit * 3 / 2, gridUnit / 2, gridUnit, gridUnit / 2);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setObjectName(QStringLiteral("messageText"));
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a path can be long
    m_more->setText(tr("More\u2026"));
    m_more->setToolTip(tr("Output of the worker"));
    m_close->setToolTip(tr("Close this message (Esc)"));
    m_close->setAccessibleName(tr("Close this message"));
    layout->addWidget(m_text, 1);
    layout->addWidget(m_more);
    layout->addWidget(m_close);
    connect(m_more, &QToolButton::clicked, this, &MessageBar::showDetail);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(noteTime);
    connect(&m_noteTimer, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void MessageBar::setTheme(const Theme &theme)
{
    m_close->setIcon(icon(QStringLiteral("close"), theme.muted));
}

void MessageBar::say(Kind kind, const QString &text, const QString &detail)
{
    m_text->setText(asSentence(text));
    setWrappedToolTip(m_text, text, tr("Message"));
    m_detail = detail;
    m_more->setVisible(!detail.isEmpty());
    setProperty("kind", kind == Kind::Problem ? QStringLiteral("problem") : QStringLiteral("note"));
    setAccessibleName(m_text->text());
    if (kind == Kind::Note)
        m_noteTimer.start();
    else
        m_noteTimer.stop();
    style()->unpolish(this);
    style()->polish(this);
    show();
}

void MessageBar::showDetail()
{
    QMessageBox box(
        QMessageBox::NoIcon, tr("Output of the worker"), m_text->text(), QMessageBox::Ok, window());
    box.setTextFormat(Qt::PlainText);
    box.setDetailedText(m_detail);
    box.exec();
}

} // namespace poolscope
