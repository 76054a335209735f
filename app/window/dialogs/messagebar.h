// SPDX-License-Identifier: GPL-3.0-or-later
// MessageBar: one line above the charts with a note or a problem. A note disappears after some
// seconds. A problem stays until it is closed.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QTimer>
#include <QToolButton>

namespace poolscope {

struct Theme;

class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Note, Problem };

    explicit MessageBar(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    /// Shows `text`, and a button that shows `detail` unless that is empty.
    void say(Kind kind, const QString &text, const QString &detail = {});
    void showProblem(const QString &why, const QString &detail = {})
    {
        say(Kind::Problem, why, detail);
    }
    QString text() const { return m_text->text(); }

private:
    void showDetail();

    QLabel *m_text;
    QToolButton *m_more;
    QToolButton *m_close;
    QString m_detail;
    QTimer m_noteTimer;
};

} // namespace poolscope
