// SPDX-License-Identifier: GPL-3.0-or-later
// WrappingLabel: a label for plain text of several lines, without a least width. A word that is
// wider than the label, such as a long path, is broken.
#pragma once

#include <QLabel>

namespace poolscope {

class WrappingLabel : public QLabel {
    Q_OBJECT

public:
    explicit WrappingLabel(const QString &text = {});

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace poolscope
