// SPDX-License-Identifier: GPL-3.0-or-later
// ChartCard: a frame around a chart, with title, figure, legend and menu.
#pragma once

#include "charts/chart.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace poolscope {

/// A label that shows a shorter text, or ends in an ellipsis, if its text does not fit.
class ElidedLabel : public QLabel {
    Q_OBJECT

public:
    using QLabel::QLabel;
    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }
    void setShortText(const QString &text) { m_shortText = text; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_shortText;
};

class ChartCard : public QFrame {
    Q_OBJECT

public:
    /// `view` is the time view of a chart of time, or null for other charts.
    ChartCard(Chart *chart, TimeView *view, QWidget *parent = nullptr);

    Chart *chart() const { return m_chart; }
    /// Adds a control of the chart to the header.
    void addControl(QWidget *control);
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
