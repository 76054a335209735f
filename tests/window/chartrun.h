// SPDX-License-Identifier: GPL-3.0-or-later
// A made-up run for the tests of charts, which keeps what it recorded as plain lists, and a chart
// on a screen.
#pragma once

#include "charts/chart.h"
#include "record/recorder.h"

#include <QImage>
#include <QtTest>
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

namespace poolscope {

constexpr std::uint64_t us = 1'000;
constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t oneSecond = 1'000'000'000;

struct ChartRun {
    struct Failed {
        std::uint64_t index;
        WorkerId worker;
        std::uint64_t time;
        bool quarantined;
    };

    explicit ChartRun(std::uint64_t count)
    {
        const RangeInput range{0, static_cast<std::int64_t>(count), 1};
        specOf(record.origin)->task = BuiltinTask{"sqrt", ""};
        specOf(record.origin)->input = range;
        record.inputCount = count;
        record.inputs = std::move(*openInput(range));
        record.outcomes = std::move(*OutcomeStore::make(count, OutcomeStore::Keep::All));
        recorder.emplace(record.timeline, *record.outcomes, record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) {});
    }

    void span(WorkerId worker, const Span &span)
    {
        recorder->take(event::SpanDone{worker, span});
        spans.resize(std::max<std::size_t>(spans.size(), numberOf(worker)));
        spans[laneOf(worker)].push_back(span);
    }
    void settle(IndexRange indices, std::uint64_t time)
    {
        recorder->take(event::NumbersDone{indices, OutcomeKind::Integer, time});
    }
    void fail(const Failed &failed)
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::Failure;
        outcome.failure.kind = failed.quarantined ? failureQuarantined : failureException;
        recorder->take(event::OutcomeDone{failed.index, outcome, failed.worker, failed.time,
            failed.quarantined ? event::Attempt::Lost : event::Attempt::Ended});
        failures.push_back(failed);
    }

    RunRecord record;
    std::optional<Recorder> recorder;
    std::vector<std::vector<Span>> spans; ///< by worker
    std::vector<Failed> failures;
};

inline std::uint64_t endOf(const Span &span)
{
    return span.begin + span.duration;
}

/// Shows the chart and reads the whole record as of the moment.
inline void takeAll(Chart &chart, const Moment &moment)
{
    chart.replot(); // lays it out
    while (!chart.refresh(moment, std::chrono::seconds(1))) { }
    chart.replot();
}

inline bool showOnScreen(Chart &chart, const QSize &size)
{
    chart.setTheme(Theme::of(Theme::Kind::Light));
    chart.resize(size);
    chart.show();
    return QTest::qWaitForWindowExposed(&chart);
}

/// The chart as it is drawn at its size, in so many device pixels for each of its own.
inline QImage pictureOf(Chart &chart, int pixelRatio = 1)
{
    return chart.toPixmap(chart.width(), chart.height(), pixelRatio)
        .toImage()
        .convertToFormat(QImage::Format_RGB32);
}

inline int distance(const QColor &a, const QColor &b)
{
    return std::max({std::abs(a.red() - b.red()), std::abs(a.green() - b.green()),
        std::abs(a.blue() - b.blue())});
}

/// `over` with this opacity on top of `under`.
inline QColor blended(const QColor &over, double opacity, const QColor &under)
{
    const auto mix = [&](int above, int below) {
        return static_cast<int>(std::lround(above * opacity + below * (1 - opacity)));
    };
    return {mix(over.red(), under.red()), mix(over.green(), under.green()),
        mix(over.blue(), under.blue())};
}

} // namespace poolscope
