// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/sweeper.h"

#include <system_error>
#include <utility>

namespace poolscope {

Sweeper::Sweeper(QObject *parent)
    : QObject(parent)
{
    connect(&m_experiment, &Experiment::prepared, this, &Sweeper::begin);
    connect(&m_experiment, &Experiment::measured, this, &Sweeper::add);
    connect(&m_experiment, &Experiment::ended, this, [this] { m_opened.reset(); });
}

Sweeper::~Sweeper() = default;

void Sweeper::start(const Request &request)
{
    if (m_experiment.isActive())
        return;
    m_opened = std::make_shared<Opened>();
    m_measurements.clear();
    m_file = File::None;
    m_experiment.start([request, opened = m_opened](const StillWanted &wanted) {
        return prepare(request, *opened, wanted);
    });
}

Result<Experiment::Prepared> Sweeper::prepare(
    const Request &request, Opened &opened, const StillWanted &wanted)
{
    auto inputs = openForExperiment(request.spec, wanted);
    if (!inputs)
        return tl::unexpected(inputs.error());
    if (const auto ready = openFile(request, **inputs, opened, wanted); !ready)
        return tl::unexpected(ready.error());
    const auto measurements =
        opened.file ? opened.file->measurements() : std::vector<SweepMeasurement>();
    opened.steps = missingSteps(request.plan, measurements);
    return Experiment::Prepared{
        std::move(*inputs), experimentOf(request.plan, request.spec, measurements)};
}

Result<void> Sweeper::openFile(
    const Request &request, const InputSource &inputs, Opened &opened, const StillWanted &wanted)
{
    opened.path = request.file;
    if (opened.path.empty() && request.folder.empty())
        return {};
    const auto subject = sweepSubject(request.spec, inputs, wanted);
    if (!subject)
        return tl::unexpected(subject.error());
    std::error_code error;
    if (opened.path.empty()) {
        std::filesystem::create_directories(request.folder, error);
        if (error)
            return failure("cannot make the folder " + request.folder.string());
        opened.path = request.folder / (hashOf(*subject) + ".jsonl");
    }
    if (request.earlier == Request::Earlier::Discard)
        std::filesystem::remove(opened.path, error);
    return SweepFile::open(opened.path, *subject).map([&](SweepFile file) {
        opened.file = std::make_unique<SweepFile>(std::move(file));
    });
}

void Sweeper::begin()
{
    if (m_opened->file) {
        m_measurements = m_opened->file->measurements();
        m_file = File::HasAll;
    }
    emit opened(m_opened->path.string());
}

void Sweeper::add(std::size_t run, const RunMeasurement &measurement)
{
    m_measurements.push_back({m_opened->steps[run], measurement});
    const SweepMeasurement &added = m_measurements.back();
    if (m_file == File::HasAll) {
        if (const auto appended = m_opened->file->append(added); !appended) {
            m_file = File::Failed;
            emit fileFailed(appended.error().message + "; the sweep continues without it");
        }
    }
    emit measured(added);
}

} // namespace poolscope
