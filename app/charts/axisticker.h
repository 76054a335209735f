// SPDX-License-Identifier: GPL-3.0-or-later
// Axis tickers for durations in nanoseconds and for counts. Steps are round, and each label has its
// unit.
#pragma once

#include <qcustomplot.h>

namespace poolscope {

/// The ratio from which small values are legible only on a logarithmic axis.
inline constexpr double muchApart = 30;

class TimeTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override;
    double getTickStep(const QCPRange &range) override;

private:
    double m_step = 1;
};

/// The ticker of a logarithmic axis of durations. Ticks are powers of ten in a wide range, and
/// finer in a narrow one.
class LogTimeTicker : public TimeTicker {
protected:
    QString getTickLabel(double tick, const QLocale &locale, QChar format, int precision) override;
    QVector<double> createTickVector(double step, const QCPRange &range) override;

private:
    bool m_isLogarithmic = false; ///< false if ticks are equally far apart
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
