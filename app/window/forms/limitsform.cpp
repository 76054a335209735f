// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/limitsform.h"

#include "window/forms/optionfield.h"
#include "window/look.h"

#include <QGridLayout>
#include <QVBoxLayout>
#include <algorithm>

namespace poolscope {

namespace {

constexpr int limitColumns = 2;
constexpr const char *limits[] = {
    "--timeout", "--memory-limit", "--recycle", "--halt", "--output-limit"};

} // namespace

LimitsForm::LimitsForm(QWidget *parent)
    : QWidget(parent)
    , m_title(new QToolButton)
    , m_folded(new QWidget)
{
    m_title->setObjectName(QStringLiteral("limits"));
    m_title->setToolTip(tr("Limits of time, memory, output and failures"));
    m_title->setCheckable(true);
    m_title->setAutoRaise(true);
    m_title->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);

    auto *grid = new QGridLayout(m_folded);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(gridUnit);
    for (int column = 0; column < limitColumns; ++column)
        grid->setColumnStretch(column, 1);
    for (const char *name : limits) {
        auto *field = new OptionField(runOption(name));
        const int place = static_cast<int>(m_fields.size());
        grid->addWidget(field, place / limitColumns, place % limitColumns, Qt::AlignTop);
        connect(field, &OptionField::changed, this, &LimitsForm::check);
        m_fields.push_back(field);
    }
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit);
    layout->addWidget(m_title);
    layout->addWidget(m_folded);

    connect(m_title, &QToolButton::toggled, m_folded, &QWidget::setVisible);
    connect(m_title, &QToolButton::toggled, this, &LimitsForm::showTitle);
    connect(m_title, &QToolButton::clicked, this, [this](bool isOpen) {
        if (isOpen)
            emit unfolded();
    });
    m_folded->hide();
    showTitle();
}

void LimitsForm::fill(PoolSpec &spec) const
{
    for (const OptionField *field : m_fields)
        field->fill(spec);
}

void LimitsForm::setSpec(const PoolSpec &spec)
{
    for (OptionField *field : m_fields)
        field->setSpec(spec);
    if (!std::all_of(m_fields.begin(), m_fields.end(), std::mem_fn(&OptionField::isDefault)))
        m_title->setChecked(true);
}

QString LimitsForm::problem() const
{
    for (const OptionField *field : m_fields) {
        if (!field->problem().isEmpty())
            return field->problem();
    }
    return {};
}

void LimitsForm::check()
{
    if (!problem().isEmpty())
        m_title->setChecked(true);
    showTitle();
    emit changed();
}

/// Shows the number of limits while the form is folded.
void LimitsForm::showTitle()
{
    const auto count = std::count_if(m_fields.begin(), m_fields.end(),
        [](const OptionField *field) { return field->problem().isEmpty() && !field->isDefault(); });
    const bool isOpen = m_title->isChecked();
    m_title->setArrowType(isOpen ? Qt::DownArrow : Qt::RightArrow);
    m_title->setText(count > 0 && !isOpen ? tr("Limits (%1)").arg(count) : tr("Limits"));
}

} // namespace poolscope
