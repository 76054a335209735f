// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeDetails: the whole outcome of one input, as text that can be selected and copied.
#pragma once

#include "tables/outcomesmodel.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace poolscope {

class OutcomeDetails : public QWidget {
    Q_OBJECT

public:
    explicit OutcomeDetails(QWidget *parent = nullptr);

    void setOutcome(std::uint64_t index, const OutcomesModel::Whole &whole);

private:
    void copyAll() const;

    QLabel *m_title;
    QToolButton *m_copy;
    QPlainTextEdit *m_text;
};

} // namespace poolscope
