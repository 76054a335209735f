// SPDX-License-Identifier: GPL-3.0-or-later
// OptionField: a field for one option of the pool, made from the table of options.
//
// The control is a box for a number, a list of words, or a line for a size. A box shows "auto" or
// "none" at 0.
#pragma once

#include "spec/options.h"
#include "window/forms/formfield.h"

namespace poolscope {

class OptionField : public FormField {
    Q_OBJECT

public:
    /// The option is one of the table, and sets a member of PoolSpec.
    explicit OptionField(const Option &option);

    /// Sets the option's member, to the default if the value is not valid.
    void fill(PoolSpec &spec) const;
    void setSpec(const PoolSpec &spec);
    /// Whether the control shows the option's default.
    bool isDefault() const { return text() == m_option.fallback; }

signals:
    void changed();

private:
    OptionField(const Option &option, QWidget *control);
    std::string text() const;
    void setText(const std::string &text);
    void check();

    const Option &m_option; ///< of the table
    QWidget *m_control;
};

} // namespace poolscope
