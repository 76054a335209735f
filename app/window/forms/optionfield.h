// SPDX-License-Identifier: GPL-3.0-or-later
// OptionField: the control of one option of the pool under its label, made from the table of
// options.
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
    /// The option has to be one that fills a PoolSpec.
    explicit OptionField(const Option &option);

    /// Sets the option's member. A value that cannot be read counts as the default.
    void fill(PoolSpec &spec) const;
    void setSpec(const PoolSpec &spec);
    /// Whether the control shows the value that counts if none is given.
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
