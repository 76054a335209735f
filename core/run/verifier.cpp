// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/verifier.h"

#include "input/firstinputs.h"

#include <utility>

namespace poolscope {

namespace {

constexpr std::uint32_t repeatsOfEach = 3;

} // namespace

Verifier::Verifier(QObject *parent)
    : QObject(parent)
{
    connect(&m_experiment, &Experiment::measured, this,
        [this](std::size_t run, const RunMeasurement &measurement) {
            m_verification->add(m_experiment.plan().order[run], measurement);
        });
    connect(&m_experiment, &Experiment::ended, this, [this](const ExperimentEnd &end) {
        if (end.how == ExperimentEnd::How::Completed)
            emit verified(*m_verification);
    });
}

Verifier::~Verifier() = default;

void Verifier::start(const Request &request)
{
    if (m_experiment.isActive())
        return;
    m_verification = std::make_shared<Verification>();
    m_experiment.start([request, verification = m_verification](const StillWanted &wanted) {
        return prepare(request, *verification, wanted);
    });
}

Result<Experiment::Prepared> Verifier::prepare(
    const Request &request, Verification &verification, const StillWanted &wanted)
{
    auto inputs = openForExperiment(request.present, wanted);
    if (!inputs)
        return tl::unexpected(inputs.error());
    const std::uint64_t all = (*inputs)->size();
    const double seconds = request.rate > 0 ? static_cast<double>(all) / request.rate : 0;
    verification.allInputs = all;
    verification.inputs = inputsWithin(Count{all}, Seconds(seconds), Seconds(longestRun));
    verification.countsStartUp = request.countsStartUp;
    // A prediction that includes the start-up is about all inputs.
    if (!request.countsStartUp || verification.inputs == all)
        verification.predicted = request.predicted;
    return Experiment::Prepared{firstInputs(std::move(*inputs), verification.inputs),
        verificationPlan(request.present, request.advised, repeatsOfEach)};
}

} // namespace poolscope
