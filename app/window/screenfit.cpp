// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/screenfit.h"

#include <QGuiApplication>
#include <QScreen>
#include <algorithm>

namespace poolscope {

void fitScreen(QWidget &window)
{
    constexpr QMargins frame(8, 40, 8, 8); // a guess, since it is unknown before show()
    const QScreen *screen = QGuiApplication::screenAt(window.geometry().center());
    if (!screen)
        screen = QGuiApplication::primaryScreen();
    const QRect room = screen->availableGeometry().marginsRemoved(frame);
    window.resize(window.size().boundedTo(room.size()));
    if (!window.testAttribute(Qt::WA_Moved))
        return; // the window manager chooses the position
    QRect shown = window.geometry();
    shown.moveRight(std::min(shown.right(), room.right()));
    shown.moveBottom(std::min(shown.bottom(), room.bottom()));
    shown.moveLeft(std::max(shown.left(), room.left()));
    shown.moveTop(std::max(shown.top(), room.top()));
    window.setGeometry(shown);
}

} // namespace poolscope
