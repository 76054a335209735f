// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/themeswitch.h"

#include <QSettings>

namespace poolscope {

namespace {

const QString themeKey = QStringLiteral("window/theme");

} // namespace

ThemeSwitch::ThemeSwitch(QObject *parent)
    : QObject(parent)
    , m_choice(static_cast<Choice>(QSettings().value(themeKey, 0).toInt()))
{
    connect(&m_desktop, &DesktopColours::changed, this, &ThemeSwitch::changed);
}

void ThemeSwitch::choose(Choice choice)
{
    m_choice = choice;
    QSettings().setValue(themeKey, static_cast<int>(choice));
    emit changed();
}

void ThemeSwitch::toggle()
{
    choose(kind() == Theme::Kind::Dark ? Choice::Light : Choice::Dark);
}

Theme::Kind ThemeSwitch::kind() const
{
    switch (m_choice) {
    case Choice::Light:
        return Theme::Kind::Light;
    case Choice::Dark:
        return Theme::Kind::Dark;
    case Choice::Desktop:
        break;
    }
    return m_desktop.kind();
}

} // namespace poolscope
