// SPDX-License-Identifier: GPL-3.0-or-later
// WatchDialog: asks for a command to watch, and the folder in which it starts.
#pragma once

#include "window/forms/keptcommands.h"
#include "window/watchcontroller.h"

#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLineEdit>

namespace poolscope {

class FormField;

class WatchDialog : public QDialog {
    Q_OBJECT

public:
    explicit WatchDialog(QWidget *parent = nullptr);

    /// The request that the user has accepted.
    const WatchRequest &request() const { return m_request; }
    KeptCommand command() const { return {m_line->currentText(), m_folder->text()}; }

private:
    void layOut();
    void browse();
    void showFolder(int recent);
    void check();

    std::vector<KeptCommand> m_recent;
    int m_chosen = -1; ///< last choice of m_recent. The user may have edited it
    QComboBox *m_line;
    QLineEdit *m_folder;
    FormField *m_lineField = nullptr;
    FormField *m_folderField = nullptr;
    QDialogButtonBox *m_buttons;
    WatchRequest m_request;
};

} // namespace poolscope
