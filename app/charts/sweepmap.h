// SPDX-License-Identifier: GPL-3.0-or-later
// SweepMap: a map of the throughput of every setting of a sweep, workers by chunk size.
#pragma once

#include "charts/sweepchart.h"

namespace poolscope {

class SweepMap : public SweepChart {
    Q_OBJECT

public:
    explicit SweepMap(QWidget *parent = nullptr);

    std::vector<Series> series() const override;
    void fit() override;

protected:
    void rebuild() override;
    QString textAt(const QPointF &position) const override;

private:
    struct Field {
        QCPItemRect *area;
        QCPItemText *text;
    };

    void nameAxes();
    void addField(const SweepCell &cell);
    QColor colourOf(const SweepCell &cell) const;
    QPointF placeOf(const SweepSetting &setting) const;
    void hideWhatDoesNotFit();

    QSharedPointer<QCPAxisTickerText> m_workers;
    QSharedPointer<QCPAxisTickerText> m_chunks;
    std::vector<Field> m_fields;
};

} // namespace poolscope
