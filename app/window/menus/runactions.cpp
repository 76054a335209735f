// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/runactions.h"

#include "charts/literaltext.h"
#include "window/look.h"
#include "window/menus/command.h"

namespace poolscope {

RunActions::RunActions(QWidget &window)
    : QObject(&window)
    , m_start(addCommand(window, tr("&Start"), {Qt::CTRL | Qt::Key_R, Qt::Key_F5}))
    , m_pause(addCommand(window, tr("&Pause"), {Qt::CTRL | Qt::Key_P}))
    , m_stop(addCommand(window, tr("S&top"), {Qt::CTRL | Qt::Key_Period},
          tr("End the run; finished outcomes are kept")))
    , m_sweep(addCommand(window, tr("S&weep"), {Qt::CTRL | Qt::Key_8},
          tr("Measure which number of workers and which chunk size are the fastest")))
    , m_watch(addCommand(window, tr("&Watch a program\u2026"), {Qt::CTRL | Qt::SHIFT | Qt::Key_W},
          tr("Run a command unchanged, and show the Python pools in it")))
    , m_open(addCommand(window, tr("&Open\u2026"), {QKeySequence::Open},
          tr("Open a run file, a Chrome trace or a job log of GNU parallel; executes nothing")))
    , m_save(addCommand(window, tr("&Save as\u2026"), {QKeySequence::Save},
          tr("Save a copy of the run file that is shown")))
{
}

void RunActions::setTheme(const Theme &theme)
{
    m_theme = theme;
    m_start->setIcon(icon(QStringLiteral("start"), theme.onAccent));
    m_stop->setIcon(icon(QStringLiteral("stop"), theme.text));
    m_sweep->setIcon(icon(QStringLiteral("sweep"), theme.text));
    m_watch->setIcon(icon(QStringLiteral("command"), theme.text));
    m_open->setIcon(icon(QStringLiteral("folder"), theme.text));
    m_save->setIcon(icon(QStringLiteral("save"), theme.text));
}

void RunActions::setSituation(const RunSituation &situation)
{
    showStart(situation);
    showPause(situation);
    m_stop->setEnabled(situation.isBusy()
        && (situation.state != RunController::State::Stopping || situation.waitsForFile));
    m_stop->setToolTip(situation.isWatching
            ? tr("Interrupt the command, as Ctrl+C does in a terminal (Ctrl+.)")
            : tr("End the run; finished outcomes are kept (Ctrl+.)"));
    m_watch->setEnabled(!situation.isBusy());
    m_open->setEnabled(!situation.isBusy());
    m_save->setEnabled(!situation.isActive() && situation.hasFile);
}

void RunActions::showPause(const RunSituation &situation)
{
    using State = RunController::State;
    const State state = situation.state;
    const bool paused = state == State::Paused;
    m_pause->setText(pauseTexts().at(paused ? 1 : 0));
    m_pause->setIcon(
        icon(paused ? QStringLiteral("start") : QStringLiteral("pause"), m_theme.text));
    m_pause->setEnabled(state == State::Running || paused);
    m_pause->setToolTip(situation.isWatching ? tr("A watched command cannot be paused")
            : paused                         ? tr("Send chunks to workers again (Ctrl+P)")
                     : tr("Send no more chunks to workers until the run is resumed (Ctrl+P)"));
}

void RunActions::showStart(const RunSituation &situation)
{
    const QString &problem = situation.problem;
    m_start->setEnabled(problem.isEmpty() && !situation.isBusy());
    m_start->setToolTip(!problem.isEmpty() ? literalToolTip(problem)
            : situation.isWatching         ? tr("A command is being watched")
            : situation.isActive()         ? tr("A run is in progress")
            : situation.isMeasuring        ? tr("A measurement is in progress")
                                           : tr("Start the run (Ctrl+R)"));
}

} // namespace poolscope
