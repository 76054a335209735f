// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sweeper.h"

#include "analysis/figuretext.h"
#include "charts/sweepfigures.h"
#include "pool/taskcheck.h"
#include "window/topath.h"

#include <QDir>
#include <QFile>
#include <cmath>
#include <utility>

namespace poolscope {

/// What another thread makes of a wish.
struct Sweeper::Opening {
    Result<void> result;
    std::unique_ptr<InputSource> inputs;
    QString path;
    std::optional<SweepFile> file;
};

Sweeper::Sweeper(QString folder, QObject *parent)
    : QObject(parent)
    , m_folder(std::move(folder))
{
    connect(&m_timer, &QTimer::timeout, this, &Sweeper::progressed);
}

Sweeper::~Sweeper() = default;

Result<void> Sweeper::open(
    const Wish &wish, const QString &folder, Opening &opening, const StillWanted &wanted)
{
    if (const auto checked = checkTask(wish.spec.task, wanted); !checked)
        return checked;
    auto inputs = openInput(wish.spec.input);
    if (!inputs)
        return tl::unexpected(inputs.error());
    opening.inputs = std::move(*inputs);
    const auto subject =
        sweepSubject(wish.spec, *opening.inputs, "poolscope " POOLSCOPE_VERSION, wanted);
    if (!subject)
        return tl::unexpected(subject.error());
    opening.path = wish.file;
    if (opening.path.isEmpty()) {
        if (!QDir().mkpath(folder))
            return failure("cannot make the folder " + folder.toStdString());
        opening.path = QDir(folder).filePath(
            QString::fromStdString(hashOf(*subject)) + QStringLiteral(".jsonl"));
    }
    if (wish.before == Wish::Before::Discard)
        QFile::remove(opening.path);
    return SweepFile::open(toPath(opening.path), *subject).map([&](SweepFile file) {
        opening.file.emplace(std::move(file));
    });
}

void Sweeper::start(const Wish &wish)
{
    if (isActive())
        return;
    m_wish = wish;
    m_keeps = true;
    m_opening = std::make_shared<Opening>();
    inBackground(
        this,
        [opening = m_opening, wish, folder = m_folder, wanted = m_latest.begin()] {
            opening->result = open(wish, folder, *opening, wanted);
        },
        [this, opening = m_opening] { openingEnded(opening); });
    m_timer.start(progressInterval);
    emit activityChanged();
}

void Sweeper::stop()
{
    if (m_runner) {
        m_runner->cancel();
    } else if (std::exchange(m_opening, nullptr)) {
        m_latest.cancel();
        m_timer.stop();
        emit activityChanged();
    }
}

void Sweeper::openingEnded(const std::shared_ptr<Opening> &opening)
{
    if (opening != m_opening)
        return; // it was stopped meanwhile
    m_opening.reset();
    if (!opening->result) {
        m_timer.stop();
        emit activityChanged();
        emit failed(QString::fromStdString(opening->result.error().message), {});
        return;
    }
    m_file.emplace(std::move(*opening->file));
    m_runner = std::make_unique<SweepRunner>(
        std::move(opening->inputs), m_wish.spec, m_wish.plan, m_file->measurements());
    connect(m_runner.get(), &SweepRunner::measured, this, &Sweeper::keep);
    // It comes from within the runner, which goes then.
    connect(m_runner.get(), &SweepRunner::ended, this, &Sweeper::ended, Qt::QueuedConnection);
    emit opened(opening->path, m_file->measurements());
    m_runner->start();
}

void Sweeper::keep(const SweepMeasurement &measurement)
{
    const auto kept = m_keeps ? m_file->append(measurement) : Result<void>();
    if (!kept) {
        m_keeps = false;
        emit failed(tr("%1; the sweep goes on without it")
                        .arg(QString::fromStdString(kept.error().message)),
            {});
    }
    emit measured(measurement);
}

void Sweeper::ended()
{
    const std::unique_ptr<SweepRunner> runner = std::move(m_runner);
    m_file.reset();
    m_timer.stop();
    emit activityChanged();
    if (runner->end() == SweepRunner::End::Failed)
        emit failed(
            QString::fromStdString(runner->error()), QString::fromStdString(runner->errorDetail()));
}

QString Sweeper::progress() const
{
    if (m_opening)
        return tr("Opening the input\u2026");
    if (!m_runner)
        return {};
    const auto setting = m_runner->settingNow();
    if (!setting)
        return tr("Stopping\u2026");
    const QString now = settingText(*setting);
    if (m_runner->isWarmingUp())
        return tr("Warming up: %1").arg(now);
    QString text =
        tr("Run %1 of %2: %3").arg(m_runner->stepsDone() + 1).arg(m_runner->stepCount()).arg(now);
    if (const auto left = m_runner->secondsLeft())
        text += tr("; about %1 left")
                    .arg(QString::fromStdString(sentence::durationText(std::ceil(*left))));
    return text;
}

} // namespace poolscope
