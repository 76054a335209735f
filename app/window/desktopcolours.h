// SPDX-License-Identifier: GPL-3.0-or-later
// DesktopColours: reports whether the desktop is light or dark.
//
// Asks the desktop's settings portal (org.freedesktop.portal.Settings, color-scheme in
// org.freedesktop.appearance). If there is none, the initial palette of Qt decides.
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
