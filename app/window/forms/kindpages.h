// SPDX-License-Identifier: GPL-3.0-or-later
// KindPages: a choice between kinds, and the page of the chosen kind below it.
#pragma once

#include <QComboBox>
#include <QWidget>
#include <vector>

namespace poolscope {

class KindPages : public QWidget {
    Q_OBJECT

public:
    KindPages(const QString &name, const QString &accessibleName, const QString &toolTip);

    void addKind(const QString &text, QWidget *page);
    int kind() const { return m_choice->currentIndex(); }
    void setKind(int kind) { m_choice->setCurrentIndex(kind); }

signals:
    void kindChanged();

private:
    void showPage();

    QComboBox *m_choice;
    std::vector<QWidget *> m_pages;
};

} // namespace poolscope
