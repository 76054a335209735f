// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/experiment.h"

#include <QEvent>
#include <QEventLoop>
#include <QTimer>
#include <gtest/gtest.h>
#include <string>
#include <vector>

using namespace poolscope;

namespace {

ExperimentPlan::Setting settingOf(std::optional<std::uint64_t> chunk, std::vector<double> seconds)
{
    ExperimentPlan::Setting setting{"", {}, std::move(seconds)};
    setting.spec.pool.chunk = chunk;
    return setting;
}

RunSpec roots()
{
    RunSpec spec;
    spec.task = BuiltinTask{"sqrt", {}};
    spec.input = RangeInput{0, 50, 1};
    spec.pool.workers = 1;
    return spec;
}

/// An experiment, and what it reports until it ends.
struct Watched {
    Watched()
    {
        QObject::connect(&experiment, &Experiment::measured,
            [this](std::size_t run, const RunMeasurement &) { runs.push_back(run); });
        QObject::connect(&experiment, &Experiment::ended, [this] { loop.quit(); });
    }
    void run(const ExperimentPlan &plan)
    {
        QTimer::singleShot(0, &experiment, [this, plan] {
            experiment.start([plan](const StillWanted &wanted) {
                return openForExperiment(roots(), wanted)
                    .map([&](std::unique_ptr<InputSource> inputs) {
                        return Experiment::Prepared{std::move(inputs), plan};
                    });
            });
        });
        loop.exec();
    }

    QEventLoop loop;
    Experiment experiment;
    std::vector<std::size_t> runs;
};

/// Stops an experiment when the end of its warm-up has been posted to it but not delivered.
class StopAtEndOfWarmUp : public QObject {
public:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        auto *experiment = static_cast<Experiment *>(watched);
        if (event->type() == QEvent::MetaCall
            && experiment->progress().phase == ExperimentProgress::Phase::WarmingUp) {
            hasStopped = true;
            experiment->stop();
        }
        return false;
    }

    bool hasStopped = false;
};

} // namespace

TEST(ExperimentPlan, ExpectsARunToTakeAsLongAsThoseLikeIt)
{
    const ExperimentPlan plan{{settingOf(1, {10}), settingOf(1, {}), settingOf(1, {4}),
                                  settingOf(16, {}), settingOf(8, {1})},
        0, {0, 1, 3}};
    // Its own setting took 10 s; others of its chunk size 7 s in the middle; all 4 s.
    EXPECT_EQ(secondsLeft(plan, 0), 10 + 7 + 4);
    EXPECT_EQ(secondsLeft(plan, 1), 7 + 4);
    EXPECT_EQ(secondsLeft(plan, 3), 0);
    EXPECT_EQ(runsMade(plan), 3U);
}

TEST(ExperimentPlan, ExpectsNothingBeforeTheFirstRun)
{
    EXPECT_FALSE(secondsLeft({{settingOf(1, {})}, 0, {0}}, 0));
}

TEST(Experiment, MeasuresEachRunInTheOrderOfThePlan)
{
    Watched watched;
    watched.run({{{"one", roots(), {}}, {"other", roots(), {0.5}}}, 1, {0, 1, 0}});
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Completed);
    EXPECT_EQ(watched.runs, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(watched.experiment.progress().done, 4U);
    EXPECT_EQ(watched.experiment.progress().total, 4U);
    EXPECT_FALSE(watched.experiment.isActive());
}

TEST(Experiment, CompletesAtOnceWithoutRuns)
{
    Watched watched;
    watched.run({{{"one", roots(), {}}}, 0, {}});
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Completed);
    EXPECT_TRUE(watched.runs.empty());
}

TEST(Experiment, NamesTheSettingWhoseRunFails)
{
    RunSpec wrong = roots();
    wrong.task = PythonTask{};
    Watched watched;
    watched.run({{{"one", roots(), {}}, {"the wrong one", wrong, {}}}, 0, {0, 1}});
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Failed);
    EXPECT_NE(watched.experiment.end().error.find("with the wrong one: "), std::string::npos)
        << watched.experiment.end().error;
    EXPECT_EQ(watched.runs, std::vector<std::size_t>{0});
}

TEST(Experiment, IsRefusedIfItCannotBePrepared)
{
    Watched watched;
    QTimer::singleShot(0, &watched.experiment, [&] {
        watched.experiment.start([](const StillWanted &) -> Result<Experiment::Prepared> {
            return failure("no such input");
        });
    });
    watched.loop.exec();
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Refused);
    EXPECT_EQ(watched.experiment.end().error, "no such input");
}

TEST(Experiment, StopsAfterARunAndCanBeStartedAgain)
{
    Watched watched;
    const ExperimentPlan plan{{{"one", roots(), {}}}, 0, {0, 0, 0}};
    const auto stop = QObject::connect(
        &watched.experiment, &Experiment::measured, &watched.experiment, &Experiment::stop);
    watched.run(plan);
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Stopped);
    EXPECT_EQ(watched.runs, std::vector<std::size_t>{0});
    QObject::disconnect(stop);
    watched.run(plan);
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Completed);
    EXPECT_EQ(watched.experiment.progress().done, 3U);
}

TEST(Experiment, DoesNotMeasureAWarmUpThatEndsAsItIsStopped)
{
    Watched watched;
    StopAtEndOfWarmUp filter;
    watched.experiment.installEventFilter(&filter);
    watched.run({{{"one", roots(), {}}}, 0, {0, 0}});
    EXPECT_TRUE(filter.hasStopped);
    EXPECT_EQ(watched.experiment.end().how, ExperimentEnd::How::Stopped);
    EXPECT_TRUE(watched.runs.empty());
    EXPECT_TRUE(watched.experiment.plan().settings.front().seconds.empty());
}
