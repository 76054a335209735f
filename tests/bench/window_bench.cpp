// SPDX-License-Identifier: GPL-3.0-or-later
// window_bench: measures the window, from inside, and prints what it found as lines of JSON.
//
//   window_bench live ARGUMENTS         a run as `poolscope run` has it, in an open window
//   window_bench repaint LANES SPANS    the charts of a record that has come to so many spans
//   window_bench start PROGRAM          from a program's start to its painted window
#include "charts/chart.h"
#include "report/summary.h"
#include "spec/runarguments.h"
#include "window/mainwindow.h"
#include "window/pages/latencypage.h"

#include <QApplication>
#include <QLocale>
#include <QProcess>
#include <QScreen>
#include <QWindow>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace poolscope;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr QSize windowSize{1600, 900};

void print(const nlohmann::json &line)
{
    std::puts(line.dump().c_str());
}

int complain(const std::string &why)
{
    std::fprintf(stderr, "window_bench: %s\n", why.c_str());
    return 1;
}

double toMilliseconds(Clock::duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

/// CPU time of this thread: unlike the clock's, it does not go on while others have the core.
Clock::duration cpuTime()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// A figure of /proc/self/status, in bytes.
std::uint64_t memory(const std::string &name)
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        std::uint64_t kilobytes = 0;
        if (word == name + ":" && status >> kilobytes)
            return kilobytes * 1024;
    }
    return 0;
}

void handleEventsFor(Clock::duration time)
{
    QEventLoop loop;
    QTimer::singleShot(
        std::chrono::duration_cast<std::chrono::milliseconds>(time), &loop, &QEventLoop::quit);
    loop.exec();
}

/// Shows it at the size that the figures are for, and lets it settle.
void show(MainWindow &window)
{
    window.resize(windowSize);
    window.show();
    while (!window.windowHandle()->isExposed())
        handleEventsFor(10ms);
    handleEventsFor(500ms);
}

// --- live
// -------------------------------------------------------------------------------------------

/// Beats in the event loop, and knows the longest time for which it did not.
class Heartbeat {
public:
    Heartbeat()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { beat(); });
        m_timer.start(period);
    }

    /// From beat to beat, so that it is the period where nothing blocks.
    Clock::duration longest() const { return m_longest; }
    /// The most CPU time that this thread had from a beat to the next.
    Clock::duration longestCpu() const { return m_longestCpu; }

private:
    static constexpr std::chrono::milliseconds period{2};

    void beat()
    {
        const auto now = Clock::now();
        const auto cpu = cpuTime();
        m_longest = std::max(m_longest, now - m_last);
        m_longestCpu = std::max(m_longestCpu, cpu - m_lastCpu);
        m_last = now;
        m_lastCpu = cpu;
    }

    QTimer m_timer;
    Clock::time_point m_last = Clock::now();
    Clock::duration m_lastCpu = cpuTime();
    Clock::duration m_longest{};
    Clock::duration m_longestCpu{};
};

int live(const std::vector<std::string> &arguments)
{
    const auto spec = parseRunArguments(arguments);
    if (!spec)
        return complain(spec.error().message);
    MainWindow window;
    show(window);
    window.setSpec(*spec);

    RunController &controller = window.controller();
    std::string problem;
    QTimer stillness; // it is over when the charts have come to rest
    stillness.setSingleShot(true);
    stillness.setInterval(500ms);
    QObject::connect(&stillness, &QTimer::timeout, qApp, &QCoreApplication::quit);
    QObject::connect(&controller, &RunController::failed, qApp, [&](const QString &why) {
        problem = why.toStdString();
        QCoreApplication::exit(1);
    });
    QObject::connect(&controller, &RunController::stateChanged, &stillness, [&] {
        if (controller.state() == RunController::State::Ended)
            stillness.start();
    });
    std::uint64_t frames = 0;
    for (Chart *chart : window.charts()) {
        QObject::connect(chart, &QCustomPlot::afterReplot, &stillness, [&, chart] {
            frames += chart->kind() == ChartKind::Workers ? 1 : 0;
            if (stillness.isActive())
                stillness.start();
        });
    }
    const Heartbeat heartbeat;
    controller.start(*spec);
    if (QApplication::exec() != 0)
        return complain(problem);

    const Timeline &timeline = controller.run()->timeline();
    std::uint64_t spans = 0;
    for (std::size_t i = 0; i < timeline.workerCount(); ++i)
        spans += timeline.worker(i).lane().size();
    print({{"succeeded", timeline.succeeded()}, {"rate", rateOf(timeline)}, {"spans", spans},
        {"frames", frames}, {"blocked_ms", toMilliseconds(heartbeat.longest())},
        {"blocked_cpu_ms", toMilliseconds(heartbeat.longestCpu())}, {"peak", memory("VmHWM")},
        {"anonymous", memory("RssAnon")}, {"shared", memory("RssShmem")},
        {"files", memory("RssFile")}});
    return 0;
}

// --- repaint
// ----------------------------------------------------------------------------------------

/// A pool that only writes down: chunks of iterations of some 100 us each, one in 10,000 of which
/// fails.
class FakePool {
public:
    FakePool(std::size_t lanes, std::uint64_t inputs)
        : m_free(lanes, 0)
    {
        const RangeInput range{0, static_cast<std::int64_t>(inputs), 1};
        specOf(m_record.origin)->input = range;
        m_record.inputCount = inputs;
        m_record.inputs = std::move(*openInput(range));
        m_record.outcomes = std::move(*OutcomeStore::make(inputs, OutcomeStore::Keep::All));
        m_recorder.emplace(m_record.timeline, *m_record.outcomes, m_record.log, nullptr,
            Recorder::Retention::Everything, [](const std::string &) {});
        m_recorder->take(event::PoolResized{static_cast<std::uint32_t>(lanes), 0});
        for (WorkerId worker{1}; numberOf(worker) <= lanes; ++worker) {
            m_recorder->take(event::WorkerChanged{worker, WorkerState::Starting, 0});
            m_recorder->take(event::WorkerChanged{worker, WorkerState::Ready, start});
            m_free[laneOf(worker)] = start + numberOf(worker) * 1'000;
        }
        m_recorder->take(event::FirstDispatched{start});
    }

    const RunRecord &record() const { return m_record; }
    /// When the first of the workers is free.
    std::uint64_t now() const { return *std::min_element(m_free.begin(), m_free.end()); }

    void grow(std::uint64_t spans)
    {
        for (const std::uint64_t end = m_next + spans; m_next < end;) {
            const auto first = std::min_element(m_free.begin(), m_free.end());
            const WorkerId worker = workerOf(static_cast<std::size_t>(first - m_free.begin()));
            const std::uint64_t chunkEnd = std::min(m_next + chunk, end);
            *first = runChunk(worker, *first, {m_next, chunkEnd - m_next});
            m_next = chunkEnd;
        }
    }

private:
    static constexpr std::uint64_t start = 20'000'000;
    static constexpr std::uint64_t chunk = 64;
    static constexpr std::uint64_t failing = 10'000;

    std::uint64_t runChunk(WorkerId worker, std::uint64_t time, const IndexRange &indices)
    {
        ChunkTimes chunkTimes{time, time + 10'000, time + 12'000, 0, 0, 0, indices.count};
        std::uint64_t end = chunkTimes.begun;
        std::uint64_t settled = indices.first;
        for (std::uint64_t index = indices.first; index < indices.end(); ++index) {
            const std::uint64_t begin = end + m_gap(m_random);
            end = begin + static_cast<std::uint64_t>(m_duration(m_random));
            m_recorder->take(event::SpanDone{worker, {begin, end - begin, index, 1}});
            if (index % failing != failing - 1)
                continue;
            settle({settled, index - settled}, end);
            OutcomeView outcome;
            outcome.kind = OutcomeKind::Failure;
            outcome.failure = {failureException, "ValueError", "no value", ""};
            m_recorder->take(event::OutcomeDone{index, outcome, worker, end});
            settled = index + 1;
        }
        settle({settled, indices.end() - settled}, end);
        chunkTimes.ended = end;
        chunkTimes.answered = end + 5'000;
        chunkTimes.decoded = end + 20'000;
        m_recorder->take(event::ChunkDone{worker, chunkTimes});
        return chunkTimes.decoded;
    }

    void settle(const IndexRange &indices, std::uint64_t time)
    {
        if (indices.count > 0)
            m_recorder->take(event::NumbersDone{indices, OutcomeKind::Real, time});
    }

    RunRecord m_record;
    std::optional<Recorder> m_recorder;
    std::vector<std::uint64_t> m_free; ///< when each worker is free
    std::uint64_t m_next = 0; ///< index
    std::mt19937_64 m_random{1};
    std::uniform_int_distribution<std::uint64_t> m_gap{500, 3'000};
    std::gamma_distribution<double> m_duration{8, 12'000};
};

class RepaintBench {
public:
    RepaintBench(std::size_t lanes, std::uint64_t spans)
        : m_pool(lanes, spans)
    {
        show(m_window);
        m_pool.grow(spans - phases * framesOfPhase * spansOfFrame);
        m_charts.assign(m_window.charts().begin(), m_window.charts().end());
        for (Chart *chart : m_charts)
            chart->setRecord(&m_pool.record());
        m_window.findChild<LatencyPage *>()->setRecord(&m_pool.record());
        m_window.timeView().fit();
        m_window.timeView().setNow(static_cast<double>(m_pool.now()), TimeView::Run::Running);
        for (Chart *chart : m_charts) {
            while (!chart->refresh({m_pool.now()}, 1s)) { }
        }
        handleEventsFor(500ms);
    }

    void run()
    {
        TimeView &view = m_window.timeView();
        const QCPRange wholeOrder = order().xAxis->range();
        phase("follow all", [](int) {});
        phase("zoom", [&](int frame) { zoom(frame < framesOfPhase / 2 ? 0.8 : 1 / 0.8); });
        const auto now = static_cast<double>(m_pool.now());
        view.show({now - 5.0 * second, now});
        view.follow();
        phase("follow the last 5 s", [](int) {});
        view.show({now * 0.4, now * 0.5});
        order().xAxis->setRange(wholeOrder.center(), wholeOrder.center() + wholeOrder.size() / 10);
        phase("pan", [&](int frame) {
            const int direction = frame / 25 % 2 == 0 ? 1 : -1;
            view.pan(0.1 * direction);
            order().xAxis->moveRange(order().xAxis->range().size() * 0.1 * direction);
        });
    }

private:
    static constexpr int phases = 4;
    static constexpr int framesOfPhase = 100;
    static constexpr std::uint64_t spansOfFrame = 10'000;
    static constexpr std::chrono::milliseconds budget{4}; // as the window's

    QCustomPlot &order() { return m_window.charts()[ChartKind::Completion]; }

    void zoom(double factor)
    {
        m_window.timeView().zoom(factor);
        for (QCPAxis *axis : {order().xAxis, order().yAxis})
            axis->scaleRange(factor);
    }

    void phase(const char *name, const std::function<void(int)> &move)
    {
        struct Taken {
            std::vector<double> wall;
            std::vector<double> cpu;
        };
        std::vector<Taken> taken(m_charts.size());
        for (int frame = 0; frame < framesOfPhase; ++frame) {
            m_pool.grow(spansOfFrame);
            const Moment moment{m_pool.now()};
            // What charts do as soon as the view changes is part of the frame, for all of them.
            const auto wallOfMove = Clock::now();
            const auto cpuOfMove = cpuTime();
            m_window.timeView().setNow(static_cast<double>(moment.now), moment.run);
            move(frame);
            const auto moved = Clock::now() - wallOfMove;
            const auto movedCpu = cpuTime() - cpuOfMove;
            for (std::size_t i = 0; i < m_charts.size(); ++i) {
                const auto wall = Clock::now();
                const auto cpu = cpuTime();
                m_charts[i]->refresh(moment, budget);
                m_charts[i]->replot(QCustomPlot::rpImmediateRefresh);
                taken[i].wall.push_back(toMilliseconds(moved + (Clock::now() - wall)));
                taken[i].cpu.push_back(toMilliseconds(movedCpu + (cpuTime() - cpu)));
            }
            QCoreApplication::processEvents();
        }
        for (std::size_t i = 0; i < m_charts.size(); ++i) {
            print({{"phase", name}, {"chart", chartName(m_charts[i]->kind())},
                {"median_ms", median(taken[i].wall)},
                {"worst_ms", *std::max_element(taken[i].wall.begin(), taken[i].wall.end())},
                {"median_cpu_ms", median(taken[i].cpu)},
                {"worst_cpu_ms", *std::max_element(taken[i].cpu.begin(), taken[i].cpu.end())}});
        }
    }

    static double median(std::vector<double> values)
    {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        return *middle;
    }

    FakePool m_pool; // outlives the charts that read its record
    MainWindow m_window;
    std::vector<Chart *> m_charts;
};

int repaint(std::size_t lanes, std::uint64_t spans)
{
    if (lanes < 1 || spans < 5'000'000)
        return complain("repaint takes 1 lane or more and 5000000 spans or more");
    RepaintBench(lanes, spans).run();
    return 0;
}

// --- start
// ------------------------------------------------------------------------------------------

/// Whether the middle of the screen shows letters, whose edges have many shades. Of a window that
/// is mapped and not yet painted, and of the bare screen, all pixels are the same.
bool isScreenPainted()
{
    QRect middle(0, 0, 600, 300);
    QScreen *screen = QGuiApplication::primaryScreen();
    middle.moveCenter(screen->geometry().center());
    const QImage image =
        screen->grabWindow(0, middle.x(), middle.y(), middle.width(), middle.height())
            .toImage()
            .convertToFormat(QImage::Format_RGB32);
    constexpr std::size_t shades = 16;
    std::set<QRgb> colours;
    for (int y = 0; y < image.height(); ++y) {
        const auto *line = reinterpret_cast<const QRgb *>(image.constScanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            if ((x == 0 || line[x] != line[x - 1]) && colours.insert(line[x]).second
                && colours.size() >= shades)
                return true;
        }
    }
    return false;
}

int start(const QString &program)
{
    if (isScreenPainted())
        return complain("there is something on the screen already");
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    const auto begin = Clock::now();
    process.start(program, {});
    bool painted = false;
    while (!painted && Clock::now() - begin < 30s && process.state() != QProcess::NotRunning) {
        process.waitForFinished(2);
        painted = isScreenPainted();
    }
    const auto taken = Clock::now() - begin;
    process.kill();
    process.waitForFinished();
    if (!painted)
        return complain("no painted window came");
    print({{"seconds", toMilliseconds(taken) / 1000}});
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("poolscope"));
    QApplication::setApplicationName(QStringLiteral("window_bench"));
    QLocale::setDefault(QLocale(QLocale::English));
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() > 1 && arguments[0] == "live")
        return live({arguments.begin() + 1, arguments.end()});
    if (arguments.size() == 3 && arguments[0] == "repaint")
        return repaint(std::stoul(arguments[1]), std::stoul(arguments[2]));
    if (arguments.size() == 2 && arguments[0] == "start")
        return start(QString::fromStdString(arguments[1]));
    return complain("it is run by tests/bench/run");
}
