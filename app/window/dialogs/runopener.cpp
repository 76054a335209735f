// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/runopener.h"

#include "window/dialogs/messagebar.h"
#include "window/runfiles.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>
#include <utility>

namespace poolscope {

RunOpener::RunOpener(
    RunController &controller, std::function<bool()> isBusy, MessageBar *message, QWidget *window)
    : QObject(window)
    , m_controller(controller)
    , m_isBusy(std::move(isBusy))
    , m_message(message)
    , m_window(window)
{
    connect(
        &controller, &RunController::taskChanged, this, &RunOpener::askWhetherTaskMayHaveChanged);
}

void RunOpener::askForFile()
{
    const QString path =
        QFileDialog::getOpenFileName(m_window, tr("Open a run"), runFolder(), openedFilter());
    if (path.isEmpty())
        return;
    rememberRunFolder(path);
    open(path);
}

void RunOpener::open(const QString &path)
{
    if (m_isBusy())
        return;
    m_message->hide();
    m_controller.open(QFileInfo(path).absoluteFilePath());
}

void RunOpener::resume(const QString &path)
{
    if (m_isBusy())
        return;
    m_message->hide();
    m_controller.resumeFile(path);
}

void RunOpener::askWhetherTaskMayHaveChanged(const QString &file)
{
    QMessageBox box(QMessageBox::NoIcon, tr("The task has changed"),
        tr("%1 has changed since the run began. Resume anyway?").arg(file), QMessageBox::NoButton,
        m_window);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(tr("New values may be inconsistent with the old ones."));
    QPushButton *resume = box.addButton(tr("Resume anyway"), QMessageBox::AcceptRole);
    box.setDefaultButton(box.addButton(tr("Cancel"), QMessageBox::RejectRole));
    box.exec();
    if (box.clickedButton() == resume && !m_isBusy())
        m_controller.resumeWithChangedTask();
}

} // namespace poolscope
