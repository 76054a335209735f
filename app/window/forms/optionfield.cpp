// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/optionfield.h"

#include "spec/optionnumbers.h"
#include "window/forms/choicebox.h"
#include "window/forms/optiontext.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSpinBox>
#include <algorithm>
#include <limits>

namespace poolscope {

namespace {

constexpr int fieldWidth = 96; // two fields share the width of the panel
constexpr int alternativeValue = 0;

/// Sets the properties that boxes for whole and for fractional numbers share.
template <typename Box> Box *numberBox(const Option &option, Box *box)
{
    using Value = decltype(box->value());
    const double most = std::numeric_limits<int>::max();
    box->setRange(option.alternative.empty() ? static_cast<Value>(option.range.least)
                                             : static_cast<Value>(alternativeValue),
        static_cast<Value>(std::min(option.range.most, most)));
    box->setGroupSeparatorShown(true);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setSpecialValueText(wordText(option.alternative));
    return box;
}

QWidget *controlFor(const Option &option)
{
    if (option.type == OptionType::Count)
        return numberBox(option, new QSpinBox);
    if (option.type == OptionType::Seconds) {
        auto *box = new QDoubleSpinBox;
        box->setDecimals(3);
        box->setSuffix(QLatin1Char(' ') + wordText(option.unit));
        return numberBox(option, box);
    }
    if (option.type == OptionType::Choice) {
        QComboBox *box = choiceBox({}, {});
        for (const Choice &choice : option.choices)
            box->addItem(wordText(choice.label), wordText(choice.word));
        return box;
    }
    auto *line = new QLineEdit;
    line->setPlaceholderText(wordText(option.fallback));
    return line;
}

} // namespace

OptionField::OptionField(const Option &option)
    : OptionField(option, controlFor(option))
{
}

OptionField::OptionField(const Option &option, QWidget *control)
    : FormField(optionLabel(option), control)
    , m_option(option)
    , m_control(control)
{
    control->setObjectName(optionObjectName(option));
    control->setToolTip(optionToolTip(option));
    control->setMinimumWidth(fieldWidth);
    setText(std::string(option.fallback));
    if (auto *count = qobject_cast<QSpinBox *>(control))
        connect(count, &QSpinBox::valueChanged, this, &OptionField::changed);
    else if (auto *seconds = qobject_cast<QDoubleSpinBox *>(control))
        connect(seconds, &QDoubleSpinBox::valueChanged, this, &OptionField::changed);
    else if (auto *words = qobject_cast<QComboBox *>(control))
        connect(words, &QComboBox::currentIndexChanged, this, &OptionField::changed);
    else
        connect(
            qobject_cast<QLineEdit *>(control), &QLineEdit::textChanged, this, &OptionField::check);
}

void OptionField::fill(PoolSpec &spec) const
{
    if (!readPoolOption(m_option, text(), spec))
        static_cast<void>(readPoolOption(m_option, std::string(m_option.fallback), spec));
}

void OptionField::setSpec(const PoolSpec &spec)
{
    setText(poolOptionText(m_option, spec));
}

/// The value as it is typed on the command line.
std::string OptionField::text() const
{
    const std::string alternative(m_option.alternative);
    if (const auto *count = qobject_cast<const QSpinBox *>(m_control))
        return count->value() == alternativeValue && !alternative.empty()
            ? alternative
            : std::to_string(count->value());
    if (const auto *seconds = qobject_cast<const QDoubleSpinBox *>(m_control))
        return seconds->value() > alternativeValue
            ? QString::number(seconds->value(), 'f', seconds->decimals()).toStdString()
            : alternative;
    if (const auto *words = qobject_cast<const QComboBox *>(m_control))
        return words->currentData().toString().toStdString();
    const QString line = qobject_cast<const QLineEdit *>(m_control)->text().trimmed();
    return line.isEmpty() ? std::string(m_option.fallback) : line.toStdString();
}

void OptionField::setText(const std::string &text)
{
    const QString value = QString::fromStdString(text);
    const double most = std::numeric_limits<int>::max();
    if (auto *count = qobject_cast<QSpinBox *>(m_control))
        count->setValue(static_cast<int>(std::min(value.toDouble(), most))); // 0 if it is a word
    else if (auto *seconds = qobject_cast<QDoubleSpinBox *>(m_control))
        seconds->setValue(value.toDouble());
    else if (auto *words = qobject_cast<QComboBox *>(m_control))
        words->setCurrentIndex(words->findData(value));
    else
        qobject_cast<QLineEdit *>(m_control)->setText(
            text == m_option.fallback ? QString() : value);
}

void OptionField::check()
{
    PoolSpec ignored;
    const bool isRight = readPoolOption(m_option, text(), ignored).has_value();
    setProblem(
        isRight ? QString() : tr("A size such as 500M, %1").arg(wordText(rangeText(m_option))));
    emit changed();
}

} // namespace poolscope
