// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/menus/viewmenu.h"

#include "tables/outcomesview.h"
#include "window/menus/command.h"
#include "window/pages/latencypage.h"
#include "window/runview.h"
#include "window/themeswitch.h"

#include <QActionGroup>

namespace poolscope {

namespace {

constexpr double panStep = 0.25;
constexpr double zoomStep = 0.7;

} // namespace

ViewMenu::ViewMenu(QWidget &window, RunView &view, ThemeSwitch &themes, QAction *sweep)
    : QMenu(tr("&View"), &window)
{
    addTimeCommands(window, view);
    addSeparator();
    addTabCommands(window, view, sweep);
    addSeparator();
    addThemeCommands(window, themes);
    addCommand(
        window, *this, tr("Close the &message, select nothing"), {Qt::Key_Escape}, [this, &view] {
            emit messageClosed();
            view.tabs().latencyPage().clearSelection();
        });
}

void ViewMenu::addTimeCommands(QWidget &window, RunView &view)
{
    TimeView &time = view.timeView();
    addCommand(window, *this, tr("&Follow the run"), {Qt::Key_F}, [&time] { time.follow(); });
    addCommand(window, *this, tr("Show &all of it"), {Qt::CTRL | Qt::Key_0}, [&view] {
        for (Chart *chart : view.charts())
            chart->fit();
    });
    addCommand(window, *this, tr("Zoom &in"), {QKeySequence::ZoomIn, Qt::CTRL | Qt::Key_Equal},
        [&time] { time.zoom(zoomStep); });
    addCommand(window, *this, tr("Zoom &out"), {QKeySequence::ZoomOut},
        [&time] { time.zoom(1 / zoomStep); });
    addCommand(
        window, *this, tr("&Earlier"), {Qt::ALT | Qt::Key_Left}, [&time] { time.pan(-panStep); });
    addCommand(
        window, *this, tr("&Later"), {Qt::ALT | Qt::Key_Right}, [&time] { time.pan(panStep); });
}

void ViewMenu::addTabCommands(QWidget &window, RunView &view, QAction *sweep)
{
    RunTabs &tabs = view.tabs();
    const auto add = [&](const QString &text, Qt::Key key, RunTabs::Tab tab) {
        addCommand(
            window, *this, text, {Qt::CTRL | key}, [&tabs, tab] { tabs.setCurrentIndex(tab); });
    };
    add(tr("&Workers"), Qt::Key_1, RunTabs::Workers);
    add(tr("O&utcomes"), Qt::Key_2, RunTabs::Outcomes);
    add(tr("Failu&res"), Qt::Key_3, RunTabs::Failures);
    add(tr("Lo&g"), Qt::Key_4, RunTabs::Log);
    add(tr("&History"), Qt::Key_5, RunTabs::History);
    add(tr("Where the &time went"), Qt::Key_6, RunTabs::Time);
    add(tr("Latenc&y"), Qt::Key_7, RunTabs::Latency);
    add(tr("What i&f"), Qt::Key_9, RunTabs::WhatIf);
    addAction(sweep);
    addCommand(window, *this, tr("Go to inde&x\u2026"), {Qt::CTRL | Qt::Key_G}, [&tabs] {
        tabs.setCurrentIndex(RunTabs::Outcomes);
        tabs.outcomes().askForIndex();
    });
}

void ViewMenu::addThemeCommands(QWidget &window, ThemeSwitch &themes)
{
    using Choice = ThemeSwitch::Choice;
    QMenu *menu = addMenu(tr("&Theme"));
    auto *group = new QActionGroup(this);
    const auto add = [&](const QString &text, Choice choice) {
        QAction *action =
            addCommand(window, *menu, text, {}, [&themes, choice] { themes.choose(choice); });
        action->setCheckable(true);
        action->setData(static_cast<int>(choice));
        group->addAction(action);
    };
    add(tr("As the &desktop"), Choice::Desktop);
    add(tr("&Light"), Choice::Light);
    add(tr("Da&rk"), Choice::Dark);
    connect(menu, &QMenu::aboutToShow, group, [&themes, group] {
        for (QAction *action : group->actions())
            action->setChecked(action->data().toInt() == static_cast<int>(themes.choice()));
    });
    addCommand(window, *this, tr("&Switch light and dark"), {Qt::CTRL | Qt::Key_D},
        [&themes] { themes.toggle(); });
}

} // namespace poolscope
