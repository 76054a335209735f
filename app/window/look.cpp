// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/look.h"

#include "tables/tabletext.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

/// Q_INIT_RESOURCE must be used outside of any namespace.
static void initResources()
{
    Q_INIT_RESOURCE(icons);
    Q_INIT_RESOURCE(themes);
}

namespace poolscope {

namespace {

/// Renders an SVG with a colour for "currentColor", at the resolution of the screen.
class SvgIcon : public QIconEngine {
public:
    SvgIcon(QString svg, const QColor &colour)
        : m_svg(std::move(svg))
        , m_colour(colour)
    {
    }
    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const bool isMuted = mode == QIcon::Disabled;
        const QColor colour =
            isMuted ? QGuiApplication::palette().color(QPalette::PlaceholderText) : m_colour;
        QString svg = m_svg;
        svg.replace(QStringLiteral("currentColor"), colour.name());
        QSvgRenderer renderer(svg.toUtf8());
        renderer.render(painter, rect);
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }
    QIconEngine *clone() const override { return new SvgIcon(m_svg, m_colour); }

private:
    QString m_svg;
    QColor m_colour;
};

QString fileContent(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace

void loadResources()
{
    initResources();
}

QPalette paletteOf(const Theme &theme)
{
    QPalette palette;
    palette.setColor(QPalette::Window, theme.window);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.surface);
    palette.setColor(QPalette::AlternateBase, theme.raised);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.muted);
    palette.setColor(QPalette::Button, theme.raised);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::BrightText, theme.onAccent);
    palette.setColor(QPalette::Highlight, theme.accent);
    palette.setColor(QPalette::HighlightedText, theme.onAccent);
    palette.setColor(QPalette::Link, theme.accent);
    palette.setColor(QPalette::LinkVisited, theme.accent);
    palette.setColor(QPalette::ToolTipBase, theme.raised);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Light, theme.raised);
    palette.setColor(QPalette::Midlight, theme.border);
    palette.setColor(QPalette::Mid, theme.border);
    palette.setColor(QPalette::Dark, theme.border);
    palette.setColor(QPalette::Shadow, theme.border);
    QColor faded = theme.muted;
    faded.setAlpha(140);
    for (const QPalette::ColorRole role :
        {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faded);
    return palette;
}

QString styleSheetOf(const Theme &theme)
{
    QString sheet = fileContent(QStringLiteral(":/poolscope/themes/poolscope.qss"));
    const std::initializer_list<std::pair<const char *, QColor>> colours{
        {"@window", theme.window},
        {"@surface", theme.surface},
        {"@raised", theme.raised},
        {"@border", theme.border},
        {"@text", theme.text},
        {"@muted", theme.muted},
        {"@accent", theme.accent},
        {"@onAccent", theme.onAccent},
        {"@failure", theme.failure},
        {"@track", theme.track},
    };
    for (const auto &[name, colour] : colours)
        sheet.replace(QLatin1String(name) + QLatin1Char(';'), colour.name() + QLatin1Char(';'));
    const QLatin1String kind(theme.kind == Theme::Kind::Dark ? "dark" : "light");
    for (const char *image : {"arrow-up", "arrow-down", "check"})
        sheet.replace(QStringLiteral("@%1)").arg(QLatin1String(image)),
            QStringLiteral(":/poolscope/themes/%1-%2.svg)").arg(QLatin1String(image), kind));
    return sheet;
}

QIcon icon(const QString &name, const QColor &colour)
{
    return QIcon(
        new SvgIcon(fileContent(QStringLiteral(":/poolscope/icons/%1.svg").arg(name)), colour));
}

QPixmap markerPixmap(
    LegendMarker marker, const QColor &colour, const QColor &outline, double pixelRatio)
{
    QPixmap pixmap(QSize(markerSize, markerSize) * pixelRatio);
    pixmap.setDevicePixelRatio(pixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    drawMarker(painter, QRectF(0, 0, markerSize, markerSize), marker, colour, outline);
    return pixmap;
}

void setWrappedToolTip(QWidget *widget, const QString &text)
{
    setWrappedToolTip(widget, text, text);
}

void setWrappedToolTip(QWidget *widget, const QString &text, const QString &description)
{
    widget->setToolTip(toolTipText(text.toStdString()));
    widget->setAccessibleDescription(description);
}

} // namespace poolscope
