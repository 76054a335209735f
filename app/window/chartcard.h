// SPDX-License-Identifier: GPL-3.0-or-later
// ChartCard: a chart in its frame: title, figure, legend that switches series, and menu.
#pragma once

#include "charts/chart.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace poolscope {

/// A label that ends in an ellipsis where there is no room.
class ElidedLabel : public QLabel {
    Q_OBJECT

public:
    using QLabel::QLabel;
    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent *event) override;
};

class ChartCard : public QFrame {
    Q_OBJECT

public:
    /// The time view of a chart of time, null for others.
    ChartCard(Chart *chart, TimeView *view, QWidget *parent = nullptr);

    Chart *chart() const { return m_chart; }
    void setTheme(const Theme &theme);

signals:
    void exportWanted();
    void copyWanted();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildHeader(TimeView *view);
    void buildMenu(TimeView *view);

    Chart *m_chart;
    QHBoxLayout *m_header;
    ElidedLabel *m_figure;
    QToolButton *m_menuButton;
    QMenu *m_menu;
};

} // namespace poolscope
