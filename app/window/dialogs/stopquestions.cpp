// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/stopquestions.h"

#include "window/runcontroller.h"

#include <QMessageBox>
#include <QPushButton>

namespace poolscope {

namespace {

/// Closes the question when the run or command has ended.
void closeAtEnd(
    QDialog &question, RunController &controller, bool (RunController::*isUnderWay)() const)
{
    QObject::connect(
        &controller, &RunController::stateChanged, &question, [&controller, &question, isUnderWay] {
            if (!(controller.*isUnderWay)())
                question.reject();
        });
}

} // namespace

bool confirmStop(RunController &controller, QWidget *window)
{
    QMessageBox box(QMessageBox::NoIcon, QObject::tr("A run is in progress"),
        QObject::tr("Stop the run and close Poolscope?"), QMessageBox::NoButton, window);
    box.setInformativeText(controller.path().isEmpty()
            ? QObject::tr("The finished outcomes are not saved.")
            : QObject::tr("The finished outcomes are saved: the run can be resumed from History."));
    QPushButton *stop = box.addButton(QObject::tr("Stop and close"), QMessageBox::AcceptRole);
    box.setDefaultButton(box.addButton(QObject::tr("Keep running"), QMessageBox::RejectRole));
    closeAtEnd(box, controller, &RunController::isActive);
    box.exec();
    return box.clickedButton() == stop;
}

CommandAnswer askWhetherToEnd(RunController &controller, QWidget *window)
{
    QMessageBox box(QMessageBox::NoIcon, QObject::tr("Still running"),
        QObject::tr("The command is still running. End it?"), QMessageBox::NoButton, window);
    box.setInformativeText(QObject::tr("If it is left running, nothing of it is saved."));
    QPushButton *end = box.addButton(QObject::tr("End it"), QMessageBox::DestructiveRole);
    QPushButton *leave = box.addButton(QObject::tr("Let it run"), QMessageBox::AcceptRole);
    box.setDefaultButton(box.addButton(QObject::tr("Cancel"), QMessageBox::RejectRole));
    closeAtEnd(box, controller, &RunController::isWatching);
    box.exec();
    if (box.clickedButton() == end)
        return CommandAnswer::End;
    return box.clickedButton() == leave ? CommandAnswer::Leave : CommandAnswer::Cancel;
}

QDialog *offerKill(RunController &controller, QWidget *window)
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, QObject::tr("The command is still running"),
        QObject::tr("The command was interrupted 5 s ago and has not ended. Kill it?"),
        QMessageBox::NoButton, window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(QObject::tr("All processes of its process group are killed at once."));
    QPushButton *kill = box->addButton(QObject::tr("Kill it"), QMessageBox::DestructiveRole);
    box->setDefaultButton(box->addButton(QObject::tr("Wait"), QMessageBox::RejectRole));
    QObject::connect(kill, &QPushButton::clicked, &controller, &RunController::killWatched);
    closeAtEnd(*box, controller, &RunController::isWatching);
    box->open();
    return box;
}

} // namespace poolscope
