// SPDX-License-Identifier: GPL-3.0-or-later
// ThemeSwitch: the theme of the window, chosen by the user or by the desktop. The settings store
// the user's choice.
#pragma once

#include "window/desktopcolours.h"

#include <QObject>

namespace poolscope {

class ThemeSwitch : public QObject {
    Q_OBJECT

public:
    enum class Choice { Desktop, Light, Dark };

    explicit ThemeSwitch(QObject *parent = nullptr);

    Choice choice() const { return m_choice; }
    void choose(Choice choice);
    /// Chooses light if the theme is dark, and dark if it is light.
    void toggle();
    Theme theme() const { return Theme::of(kind()); }

signals:
    void changed();

private:
    Theme::Kind kind() const;

    DesktopColours m_desktop;
    Choice m_choice;
};

} // namespace poolscope
