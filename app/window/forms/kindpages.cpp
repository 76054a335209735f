// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/kindpages.h"

#include "window/forms/choicebox.h"
#include "window/look.h"

#include <QVBoxLayout>

namespace poolscope {

KindPages::KindPages(const QString &name, const QString &accessibleName, const QString &toolTip)
    : m_choice(choiceBox(name, toolTip))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_choice);
    m_choice->setAccessibleName(accessibleName);
    setFocusProxy(m_choice);
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this] {
        showPage();
        emit kindChanged();
    });
}

void KindPages::addKind(const QString &text, QWidget *page)
{
    layout()->addWidget(page);
    m_pages.push_back(page);
    m_choice->addItem(text);
    showPage();
}

void KindPages::showPage()
{
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        m_pages[i]->setVisible(static_cast<int>(i) == kind());
}

} // namespace poolscope
