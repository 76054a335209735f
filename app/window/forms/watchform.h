// SPDX-License-Identifier: GPL-3.0-or-later
// WatchForm: the command to watch, the folder in which it starts, and what is changed in its calls.
#pragma once

#include "window/forms/keptcommands.h"
#include "window/watchcontroller.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QWidget>

namespace poolscope {

class FormField;

class WatchForm : public QWidget {
    Q_OBJECT

public:
    explicit WatchForm(QWidget *parent = nullptr);

    /// The command and its changes. A part that cannot be read is empty; see problem().
    const WatchRequest &request() const { return m_request; }
    KeptCommand command() const { return {m_line->currentText(), m_folder->text()}; }
    /// Returns the command line of poolscope that watches the command.
    QString commandText() const;
    void setRequest(const WatchRequest &request);
    /// Uses a Python script as the command.
    void setScript(const QString &path);
    /// Reads the commands that were watched last from the settings.
    void readRecent();
    /// The reason why the command cannot be started, in one line. Empty if it can.
    const QString &problem() const { return m_problem; }
    void focusCommand();

signals:
    void changed();

private:
    void layOut();
    void browse();
    void showFolder(int recent);
    void check();

    std::vector<KeptCommand> m_recent;
    int m_chosen = -1; ///< of these, last. The user may have changed it since
    QComboBox *m_line;
    QLineEdit *m_folder;
    QLineEdit *m_changes;
    QCheckBox *m_recordsInputs;
    FormField *m_lineField = nullptr;
    FormField *m_folderField = nullptr;
    FormField *m_changesField = nullptr;
    WatchRequest m_request;
    QString m_problem;
};

} // namespace poolscope
