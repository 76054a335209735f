// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/workersmodel.h"

#include "charts/caption.h"
#include "charts/figuretext.h"
#include "tables/tabletext.h"

#include <QPixmap>
#include <algorithm>
#include <array>
#include <utility>

namespace poolscope {

namespace {

constexpr std::uint64_t refreshInterval = 500'000'000; // nanoseconds

struct Heading {
    const char *title;
    const char *toolTip;
    Qt::AlignmentFlag alignment;
};

constexpr std::array<Heading, 11> headings{{
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Worker"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel",
            "Number and colour of the worker. A replaced worker keeps its number"),
        Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "PID"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Process ID on its host"), Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Host"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Computer that the worker runs on"),
        Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "State"),
        QT_TRANSLATE_NOOP(
            "poolscope::WorkersModel", "State of the worker. “waiting”: it waits for inputs"),
        Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "On input"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel",
            "Index of the input that the worker is on; the first of several if they are short"),
        Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "For"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel",
            "Time that the worker has been on that input, or was when the run ended"),
        Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Iterations"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel",
            "Number of iterations that ended, with failed ones and those of replaced processes"),
        Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "it/s"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel",
            "Iterations per second, over about the last second; the mean of the run if the worker "
            "is gone"),
        Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "CPU"),
        QT_TRANSLATE_NOOP("poolscope::WorkersModel",
            "CPU time per time, over about the last second: 100% is one core. All its CPU time if "
            "the worker is gone"),
        Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Memory"),
        QT_TRANSLATE_NOOP(
            "poolscope::WorkersModel", "Largest memory so far (maximum resident size)"),
        Qt::AlignRight},
    {QT_TRANSLATE_NOOP("poolscope::WorkersModel", "Restarts"),
        QT_TRANSLATE_NOOP(
            "poolscope::WorkersModel", "How often its process has died and was replaced"),
        Qt::AlignRight},
}};

bool isAlive(WorkerState state)
{
    return state != WorkerState::Dead && state != WorkerState::Gone;
}

QString unknown()
{
    return QStringLiteral("?");
}

/// Returns the text of a measured rate, which may be 0.
QString rateCell(double perSecond)
{
    return perSecond > 0 ? unbroken(withoutUnit(Rate{perSecond})) : QStringLiteral("0");
}

QVariant rawIfKnown(const std::optional<double> &figure)
{
    return figure ? QVariant(*figure) : QVariant();
}

} // namespace

WorkersModel::WorkersModel(ColourOf colourOf, QObject *parent)
    : QAbstractTableModel(parent)
    , m_colourOf(std::move(colourOf))
{
}

void WorkersModel::setRecord(const RunRecord *record)
{
    beginResetModel();
    m_record = record;
    m_rows.clear();
    m_lastUpdate = 0;
    m_lastRefresh = 0;
    endResetModel();
}

void WorkersModel::update(std::uint64_t now)
{
    if (!m_record)
        return;
    if (isTimeToRefresh(now))
        refresh(now);
    appendNewWorkers(now);
    m_lastUpdate = now;
}

bool WorkersModel::isTimeToRefresh(std::uint64_t now) const
{
    const bool standsStill = now == m_lastUpdate && now != m_lastRefresh;
    return standsStill || now - m_lastRefresh >= refreshInterval;
}

void WorkersModel::appendNewWorkers(std::uint64_t now)
{
    const std::size_t count = m_record->timeline.workerCount();
    if (count <= m_rows.size())
        return;
    beginInsertRows({}, rowCount(), static_cast<int>(count) - 1);
    while (m_rows.size() < count) {
        const WorkerRecord &worker = m_record->timeline.worker(m_rows.size());
        Row &row = m_rows.emplace_back();
        row.figures = measure(row, worker, now);
    }
    endInsertRows();
}

void WorkersModel::refresh(std::uint64_t now)
{
    m_lastRefresh = now;
    int changedFrom = 0;
    for (int i = 0; i < rowCount(); ++i) {
        Row &row = m_rows[static_cast<std::size_t>(i)];
        Figures figures = measure(row, m_record->timeline.worker(static_cast<std::size_t>(i)), now);
        if (figures != row.figures) {
            row.figures = std::move(figures);
            continue;
        }
        emitChanged(changedFrom, i);
        changedFrom = i + 1;
    }
    emitChanged(changedFrom, rowCount());
}

void WorkersModel::emitChanged(int first, int end)
{
    if (first < end)
        emit dataChanged(index(first, 0), index(end - 1, columnCount() - 1));
}

/// The rate over the makespan without pauses, so that the rates of workers add up to the pool's.
std::optional<double> WorkersModel::meanRate(std::uint64_t iterations) const
{
    const Timeline &timeline = m_record->timeline;
    const std::uint64_t running = timeline.makespan() - timeline.pausedOfMakespan();
    if (running == 0)
        return std::nullopt;
    return static_cast<double>(iterations) * 1e9 / static_cast<double>(running);
}

bool WorkersModel::isOnOneHost() const
{
    return std::all_of(m_rows.begin(), m_rows.end(),
        [this](const Row &row) { return row.figures.host == m_rows.front().figures.host; });
}

WorkersModel::Figures WorkersModel::measure(
    Row &row, const WorkerRecord &worker, std::uint64_t now) const
{
    const WorkerIdentity identity = worker.identity();
    Figures figures;
    figures.pid = identity.pid;
    figures.host = QString::fromStdString(identity.host);
    figures.state = worker.state();
    figures.iterations = worker.iterations();
    figures.works = figures.iterations > row.figures.iterations;
    figures.open = worker.openSpan();
    figures.works |= figures.open.count > 0;
    figures.maxRss = worker.maxRss();
    figures.restarts = worker.restarts();
    if (!isAlive(figures.state)) {
        row.iterations.clear();
        row.cpu.clear();
        if (figures.state == WorkerState::Gone) {
            figures.rate = meanRate(figures.iterations);
            figures.wholeCpu = worker.cpu();
        }
        return figures;
    }
    row.iterations.add(now, figures.iterations);
    figures.rate = row.iterations.perSecond();
    if (const std::uint64_t cpu = worker.cpu(); cpu > 0)
        row.cpu.addIfMoved(now, cpu);
    if (const auto cpu = row.cpu.perSecondAt(now))
        figures.cpu = *cpu / 1e9 * 100;
    return figures;
}

int WorkersModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int WorkersModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(headings.size());
}

QVariant WorkersModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto column = static_cast<std::size_t>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case sortRole:
        return raw(index.row(), index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | headings[column].alignment);
    case Qt::DecorationRole:
        return index.column() == Worker ? swatch(index.row()) : QVariant();
    case Qt::AccessibleTextRole: {
        const QString shown = text(index.row(), index.column());
        const QString spoken = shown == unknown() ? tr("unknown") : shown;
        return tr("%1: %2").arg(tr(headings[column].title), spoken);
    }
    default:
        return {};
    }
}

QVariant WorkersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const Heading &heading = headings[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole:
        return tr(heading.title);
    case Qt::ToolTipRole:
        return tr(heading.toolTip);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | heading.alignment);
    default:
        return {};
    }
}

QString WorkersModel::text(int row, int column) const
{
    const Figures &figures = m_rows[static_cast<std::size_t>(row)].figures;
    const bool alive = isAlive(figures.state);
    switch (column) {
    case Worker:
        return workerCell(*m_record, workerOf(static_cast<std::size_t>(row)));
    case Process:
        return figures.pid > 0 ? QString::number(figures.pid) : unknown();
    case Host:
        return figures.host.isEmpty() ? unknown() : figures.host;
    case State:
        return stateText(figures);
    case OnInput:
        return inputText(figures.open);
    case For:
        return figures.open.count > 0 ? figureText(Duration(figures.open.duration())) : QString();
    case Iterations:
        return figureText(Count{figures.iterations});
    case Rate:
        return figures.rate ? rateCell(*figures.rate) : alive ? unknown() : QString();
    case Cpu:
        if (figures.wholeCpu > 0)
            return figureText(Duration(figures.wholeCpu));
        return figures.cpu ? figureText(Share{*figures.cpu / percent})
            : alive        ? unknown()
                           : QString();
    case Memory:
        return figures.maxRss > 0 ? figureText(Bytes{figures.maxRss}) : unknown();
    case Restarts:
        return figureText(Count{figures.restarts});
    }
    return {};
}

QString WorkersModel::stateText(const Figures &figures)
{
    switch (figures.state) {
    case WorkerState::Starting:
        return tr("starting");
    case WorkerState::Ready:
        return figures.works ? tr("busy") : tr("waiting");
    case WorkerState::Leaving:
        return tr("leaving after its chunk");
    case WorkerState::Dead:
        return tr("died, restarting");
    case WorkerState::Gone:
        return tr("gone");
    }
    return {};
}

QString WorkersModel::inputText(const OpenSpan &open)
{
    if (open.count == 0)
        return {};
    const QString first = figureText(Count{open.first});
    return open.count == 1 ? first : tr("%1 or later").arg(first);
}

QVariant WorkersModel::raw(int row, int column) const
{
    const Figures &figures = m_rows[static_cast<std::size_t>(row)].figures;
    switch (column) {
    case Worker:
        return row + 1;
    case Process:
        return figures.pid > 0 ? QVariant(figures.pid) : QVariant();
    case Host:
        return figures.host;
    case State:
        return static_cast<int>(figures.state);
    case OnInput:
        return figures.open.count > 0 ? QVariant(qulonglong{figures.open.first}) : QVariant();
    case For:
        return figures.open.count > 0 ? QVariant(qulonglong{figures.open.duration()}) : QVariant();
    case Iterations:
        return qulonglong{figures.iterations};
    case Rate:
        return rawIfKnown(figures.rate);
    case Cpu:
        return figures.wholeCpu > 0 ? QVariant(qulonglong{figures.wholeCpu})
                                    : rawIfKnown(figures.cpu);
    case Memory:
        return figures.maxRss > 0 ? QVariant(qulonglong{figures.maxRss}) : QVariant();
    case Restarts:
        return figures.restarts;
    }
    return {};
}

QVariant WorkersModel::swatch(int row) const
{
    if (!m_colourOf)
        return {};
    QPixmap pixmap(10, 10);
    pixmap.fill(m_colourOf(workerOf(static_cast<std::size_t>(row))));
    return pixmap;
}

} // namespace poolscope
