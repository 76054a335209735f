// SPDX-License-Identifier: GPL-3.0-or-later
// Legend: the colours of a chart with their names, as buttons that show and hide series. Entries
// that do not fit are in a menu at the end.
#pragma once

#include "charts/chart.h"

#include <QToolButton>
#include <QWidget>
#include <vector>

namespace poolscope {

class Legend : public QWidget {
    Q_OBJECT

public:
    explicit Legend(Chart *chart, QWidget *parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void followSeries();
    QToolButton *makeButton(const Series &series, std::size_t number);
    void showState(QToolButton *button, const Series &series) const;
    QIcon iconOf(const Series &series) const;
    void arrange();
    void fillRest();

    Chart *m_chart;
    std::vector<Series> m_series;
    std::vector<QToolButton *> m_buttons;
    QToolButton *m_rest;
    std::size_t m_shown = 0; ///< buttons that fit
};

} // namespace poolscope
