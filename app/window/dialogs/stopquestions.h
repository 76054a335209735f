// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the user before a run or a watched command is stopped. Each closes itself when the
// run or the command ends.
#pragma once

class QDialog;
class QWidget;

namespace poolscope {

class RunController;

/// Returns whether the run may be stopped and the window closed.
bool confirmStop(RunController &controller, QWidget *window);

/// The choice of the user for the watched command when the window closes.
enum class CommandAnswer { End, Leave, Cancel };
CommandAnswer askWhetherToEnd(RunController &controller, QWidget *window);

/// Offers to kill a command that was interrupted and has not ended. Returns the open dialog, which
/// deletes itself.
QDialog *offerKill(RunController &controller, QWidget *window);

} // namespace poolscope
