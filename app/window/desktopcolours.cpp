// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/desktopcolours.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QPalette>

namespace poolscope {

namespace {

const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString name = QStringLiteral("org.freedesktop.appearance");
const QString key = QStringLiteral("color-scheme");
constexpr uint prefersDark = 1;
constexpr uint prefersLight = 2;

Theme::Kind kindOfPalette()
{
    const bool dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    return dark ? Theme::Kind::Dark : Theme::Kind::Light;
}

} // namespace

DesktopColours::DesktopColours(QObject *parent)
    : QObject(parent)
    , m_kind(kindOfPalette())
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
        SLOT(settingChanged(QString, QString, QDBusVariant)));
    QDBusMessage question =
        QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    question << name << key;
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (reply.isValid())
            take(reply.value().variant());
        watcher->deleteLater();
    });
}

void DesktopColours::settingChanged(
    const QString &changedName, const QString &changedKey, const QDBusVariant &value)
{
    if (changedName == name && changedKey == key)
        take(value.variant());
}

void DesktopColours::take(QVariant value)
{
    while (value.canConvert<QDBusVariant>()) // portals wrap a value once or twice
        value = value.value<QDBusVariant>().variant();
    const uint preference = value.toUInt();
    if (preference != prefersDark && preference != prefersLight)
        return;
    const Theme::Kind kind = preference == prefersDark ? Theme::Kind::Dark : Theme::Kind::Light;
    if (kind == m_kind)
        return;
    m_kind = kind;
    emit changed();
}

} // namespace poolscope
