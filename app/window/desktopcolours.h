// SPDX-License-Identifier: GPL-3.0-or-later
// DesktopColours: whether the desktop is light or dark, now and when it changes.
//
// Asks the desktop's settings portal (org.freedesktop.portal.Settings, color-scheme in
// org.freedesktop.appearance); where there is none, the palette that Qt starts with tells.
#pragma once

#include "charts/theme.h"

#include <QDBusVariant>
#include <QObject>

namespace poolscope {

class DesktopColours : public QObject {
    Q_OBJECT

public:
    explicit DesktopColours(QObject *parent = nullptr);

    Theme::Kind kind() const { return m_kind; }

signals:
    void changed();

private slots:
    void settingChanged(const QString &name, const QString &key, const QDBusVariant &value);

private:
    void take(QVariant value);

    Theme::Kind m_kind;
};

} // namespace poolscope
