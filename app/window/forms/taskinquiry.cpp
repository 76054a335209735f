// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/taskinquiry.h"

#include "window/look.h"
#include "window/wrappinglabel.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace poolscope {

namespace {

constexpr int delay = 250; // milliseconds after the last key

} // namespace

TaskInquiry::TaskInquiry(const QString &checkTip)
{
    auto *text = new WrappingLabel(
        tr("This task comes from a file. None of its code runs until you check or start it."));
    text->setObjectName(QStringLiteral("muted"));
    auto *check = new QPushButton(tr("Check"));
    check->setObjectName(QStringLiteral("checkTask"));
    check->setToolTip(checkTip);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(text, 1);
    layout->addWidget(check);
    hide();
    m_timer.setSingleShot(true);
    m_timer.setInterval(delay);
    connect(&m_timer, &QTimer::timeout, this, &TaskInquiry::due);
    connect(check, &QPushButton::clicked, this, [this] {
        unlock();
        emit checkWanted();
    });
}

void TaskInquiry::lock()
{
    drop();
    m_isLocked = true;
    show();
}

void TaskInquiry::unlock()
{
    m_isLocked = false;
    hide();
}

void TaskInquiry::askSoon()
{
    drop();
    if (!m_isLocked)
        m_timer.start();
}

void TaskInquiry::ask(const Question &question)
{
    m_latest.start(this, question, [](const Answer &answer) { answer(); });
}

void TaskInquiry::drop()
{
    m_timer.stop();
    m_latest.cancel();
}

} // namespace poolscope
