// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/outcomedetails.h"

#include "charts/figuretext.h"
#include "tables/tablelook.h"
#include "tables/tabletext.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope {

namespace {

QString titleOf(std::uint64_t index, OutcomesModel::State state)
{
    const QString number = figureText(Count{index});
    switch (state) {
    case OutcomesModel::State::Pending:
        return OutcomeDetails::tr("Index %1 is not done yet").arg(number);
    case OutcomesModel::State::Failed:
        return OutcomeDetails::tr("Index %1 failed").arg(number);
    case OutcomesModel::State::Value:
        return OutcomeDetails::tr("Value of index %1").arg(number);
    }
    return {};
}

} // namespace

OutcomeDetails::OutcomeDetails(QWidget *parent)
    : QWidget(parent)
    , m_title(new QLabel)
    , m_copy(new QToolButton)
    , m_text(new QPlainTextEdit)
{
    m_title->setObjectName(QStringLiteral("section"));
    m_title->setTextFormat(Qt::PlainText);
    m_copy->setObjectName(QStringLiteral("copy"));
    m_copy->setText(tr("Copy"));
    m_copy->setToolTip(tr("Copy the whole text to the clipboard"));
    m_copy->setAccessibleName(tr("Copy the whole text"));
    m_text->setObjectName(QStringLiteral("outcomeText"));
    m_text->setReadOnly(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_text->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setAccessibleName(tr("The whole outcome"));
    m_text->setToolTip(tr("The whole value or failure of the current row; Ctrl+C copies what is "
                          "selected"));
    auto *head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_copy);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(tableMargin, 0, tableMargin, tableMargin);
    layout->setSpacing(tableMargin / 2);
    layout->addLayout(head);
    layout->addWidget(m_text, 1);
    connect(m_copy, &QToolButton::clicked, this, &OutcomeDetails::copyAll);
}

void OutcomeDetails::setOutcome(std::uint64_t index, const OutcomesModel::Whole &whole)
{
    m_title->setText(titleOf(index, whole.state));
    m_copy->setEnabled(whole.state != OutcomesModel::State::Pending);
    if (m_text->toPlainText() != whole.text) // new text would clear the user's selection
        m_text->setPlainText(whole.text);
}

void OutcomeDetails::copyAll() const
{
    QApplication::clipboard()->setText(m_text->toPlainText());
}

} // namespace poolscope
