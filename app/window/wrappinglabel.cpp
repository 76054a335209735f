// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/wrappinglabel.h"

#include <QPainter>
#include <QTextLayout>
#include <cmath>

namespace poolscope {

namespace {

QTextOption wrapping()
{
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    return option;
}

} // namespace

WrappingLabel::WrappingLabel(const QString &text)
    : QLabel(text)
{
    setTextFormat(Qt::PlainText);
    setWordWrap(true); // makes its height follow from its width
}

QSize WrappingLabel::sizeHint() const
{
    return minimumSizeHint();
}

QSize WrappingLabel::minimumSizeHint() const
{
    return {0, fontMetrics().lineSpacing()};
}

int WrappingLabel::heightForWidth(int width) const
{
    double height = 0;
    const QStringList paragraphs = text().split(QLatin1Char('\n'));
    for (const QString &paragraph : paragraphs) {
        QTextLayout layout(paragraph, font(), this);
        layout.setTextOption(wrapping());
        layout.beginLayout();
        for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
            line.setLineWidth(std::max(width, 1));
            height += line.height();
        }
        layout.endLayout();
    }
    return static_cast<int>(std::ceil(height));
}

void WrappingLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(QRectF(rect()), text(), wrapping());
}

} // namespace poolscope
