// SPDX-License-Identifier: GPL-3.0-or-later
// Axis tickers for nanoseconds, counts and the numbers of workers: round steps, and a unit at each
// label.
#pragma once

#include <qcustomplot.h>

namespace poolscope {

/// From this ratio on, small values are legible on a logarithmic axis only.
inline constexpr double muchApart = 30;

class TimeTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override;
    double getTickStep(const QCPRange &range) override;

private:
    double m_step = 1;
};

/// For a logarithmic axis of times: powers of ten where they are many, else finer steps.
class LogTimeTicker : public TimeTicker {
protected:
    QString getTickLabel(double tick, const QLocale &locale, QChar format, int precision) override;
    QVector<double> createTickVector(double step, const QCPRange &range) override;

private:
    bool m_isLogarithmic = false; ///< in these ticks; else they are equally far apart
};

class CountTicker : public QCPAxisTicker {
public:
    enum class Steps { Any, Whole };
    explicit CountTicker(Steps steps, int tickCount = 5);

protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override;
    double getTickStep(const QCPRange &range) override;
    QVector<double> createTickVector(double step, const QCPRange &range) override;

private:
    Steps m_steps;
    double m_step = 1;
    double m_largest = 1; ///< on the axis
};

} // namespace poolscope
