// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/filedrop.h"

#include <QDropEvent>
#include <QMimeData>
#include <QUrl>
#include <utility>

namespace poolscope {

namespace {

/// If a drop is reported as a move, the source deletes the file.
void acceptAsCopy(QDropEvent &event)
{
    event.setDropAction(Qt::CopyAction);
    event.accept();
}

} // namespace

FileDrop::FileDrop(QWidget &window, std::function<bool()> takesFiles)
    : QObject(&window)
    , m_takesFiles(std::move(takesFiles))
{
    window.setAcceptDrops(true);
    window.installEventFilter(this);
}

bool FileDrop::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::DragEnter)
        return enter(static_cast<QDropEvent &>(*event));
    if (event->type() != QEvent::Drop)
        return QObject::eventFilter(watched, event);
    auto &drop = static_cast<QDropEvent &>(*event);
    emit dropped(drop.mimeData()->urls().front().toLocalFile());
    acceptAsCopy(drop);
    return true;
}

bool FileDrop::enter(QDropEvent &event) const
{
    const QList<QUrl> urls = event.mimeData()->urls();
    const bool isTaken = urls.size() == 1 && urls.front().isLocalFile() && m_takesFiles();
    if (isTaken)
        acceptAsCopy(event);
    return isTaken;
}

} // namespace poolscope
