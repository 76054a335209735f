// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/verifier.h"

#include "analysis/figuretext.h"
#include "charts/units.h"
#include "input/firstinputs.h"
#include "pool/taskcheck.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope {

namespace {

constexpr std::uint32_t repeats = 3;
constexpr double longestRun = 10; // seconds, with the present setting

std::size_t positionOf(Tried tried)
{
    return static_cast<std::size_t>(tried);
}

Result<std::unique_ptr<InputSource>> openAll(const RunSpec &spec, const StillWanted &wanted)
{
    return checkTask(spec.task, wanted).and_then([&] { return openInput(spec.input); });
}

} // namespace

/// What another thread makes of a wish.
struct Verifier::Opening {
    Result<std::unique_ptr<InputSource>> inputs = failure(std::string());
};

Verifier::Verifier(QObject *parent)
    : QObject(parent)
{
    connect(&m_timer, &QTimer::timeout, this, &Verifier::progressed);
}

Verifier::~Verifier() = default;

void Verifier::start(const Wish &wish)
{
    if (isActive())
        return;
    m_wish = wish;
    m_done = 0;
    m_seconds = {};
    m_verification = {};
    m_verification.predicted = wish.predicted;
    m_verification.countsStartUp = wish.countsStartUp;
    m_opening = std::make_shared<Opening>();
    inBackground(
        this,
        [opening = m_opening, spec = wish.present, wanted = m_latest.begin()] {
            opening->inputs = openAll(spec, wanted);
        },
        [this, opening = m_opening] { openingEnded(opening); });
    m_timer.start(progressInterval);
    emit activityChanged();
}

void Verifier::stop()
{
    if (m_series) {
        m_series->cancel();
    } else if (std::exchange(m_opening, nullptr)) {
        m_latest.cancel();
        m_timer.stop();
        emit activityChanged();
    }
}

void Verifier::openingEnded(const std::shared_ptr<Opening> &opening)
{
    if (opening != m_opening)
        return; // it was stopped meanwhile
    m_opening.reset();
    if (opening->inputs) {
        runAll(std::move(*opening->inputs));
        return;
    }
    m_timer.stop();
    emit activityChanged();
    emit failed(QString::fromStdString(opening->inputs.error().message), {});
}

void Verifier::runAll(std::unique_ptr<InputSource> inputs)
{
    m_allInputs = inputs->size();
    const double seconds = m_wish.rate > 0 ? static_cast<double>(m_allInputs) / m_wish.rate : 0;
    m_inputs = inputsWithin(m_allInputs, seconds, longestRun);
    if (m_wish.countsStartUp && m_inputs < m_allInputs)
        m_verification.predicted.reset(); // which was of all inputs
    const PlannedRun advised{m_wish.advised, "the advised setting"};
    const PlannedRun present{m_wish.present, "the present setting"};
    m_order = verificationOrder(repeats);
    std::vector<PlannedRun> runs;
    for (const Tried tried : m_order)
        runs.push_back(tried == Tried::Present ? present : advised);
    m_series = std::make_unique<RunSeries>(
        firstInputs(std::move(inputs), m_inputs), advised, std::move(runs));
    connect(m_series.get(), &RunSeries::measured, this, &Verifier::keep);
    // It comes from within the series, which goes then.
    connect(m_series.get(), &RunSeries::ended, this, &Verifier::ended, Qt::QueuedConnection);
    m_series->start();
}

void Verifier::keep(std::size_t run, const RunMeasurement &measurement)
{
    const Tried tried = m_order[run];
    auto &throughputs = tried == Tried::Present ? m_verification.present : m_verification.advised;
    throughputs.push_back(m_wish.countsStartUp
            ? static_cast<double>(m_inputs) / std::max(measurement.elapsed, 1e-9)
            : measurement.throughput);
    m_verification.failed += measurement.failed;
    m_seconds[positionOf(tried)] = measurement.elapsed;
    m_done = run + 1;
    emit progressed();
}

void Verifier::ended()
{
    const std::unique_ptr<RunSeries> series = std::move(m_series);
    m_timer.stop();
    emit activityChanged();
    if (series->end() == RunSeries::End::Failed)
        emit failed(
            QString::fromStdString(series->error()), QString::fromStdString(series->errorDetail()));
    else if (series->end() == RunSeries::End::Completed)
        emit verified(m_verification, note());
}

/// Each run is taken to need as long as the last one of its setting.
std::optional<double> Verifier::secondsLeft() const
{
    double seconds = -m_series->secondsOfRun();
    for (std::size_t run = m_done; run < m_order.size(); ++run) {
        const auto &ofRun = m_seconds[positionOf(m_order[run])];
        if (!ofRun)
            return std::nullopt;
        seconds += *ofRun;
    }
    return std::max(seconds, 0.0);
}

QString Verifier::progress() const
{
    if (m_opening)
        return tr("Opening the input\u2026");
    if (!m_series)
        return {};
    const auto run = m_series->runNow();
    if (!run)
        return m_series->isWarmingUp() ? tr("Warming up\u2026") : tr("Stopping\u2026");
    QString text = tr("Verifying: run %1 of %2, with the %3 setting")
                       .arg(*run + 1)
                       .arg(m_order.size())
                       .arg(m_order[*run] == Tried::Present ? tr("present") : tr("advised"));
    if (const auto left = secondsLeft())
        text += tr(", about %1 left")
                    .arg(QString::fromStdString(sentence::durationText(std::ceil(*left))));
    return text;
}

QString Verifier::note() const
{
    if (m_inputs == m_allInputs)
        return {};
    return tr("Each run had the first %1 of %2 inputs, to take no longer than %3 s.")
        .arg(countText(m_inputs), countText(m_allInputs))
        .arg(longestRun);
}

} // namespace poolscope
