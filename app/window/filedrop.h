// SPDX-License-Identifier: GPL-3.0-or-later
// FileDrop: lets the user drop a file on a window.
#pragma once

#include <QObject>
#include <QWidget>
#include <functional>

namespace poolscope {

class FileDrop : public QObject {
    Q_OBJECT

public:
    /// The window becomes the parent. It takes a file while `takesFiles` is true.
    FileDrop(QWidget &window, std::function<bool()> takesFiles);

signals:
    void dropped(const QString &path);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool enter(QDropEvent &event) const;

    std::function<bool()> m_takesFiles;
};

} // namespace poolscope
