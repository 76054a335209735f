// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chartexport.h"

#include "system/atomicfile.h"

#include <QBuffer>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <cmath>

namespace poolscope {

namespace {

constexpr int margin = 16;
constexpr double dotsPerInch = 96;
constexpr std::size_t mostLegendEntries = 11; // three of the chart, and eight workers

QFont textFont(const Chart &chart, double size, QFont::Weight weight)
{
    QFont font = chart.font();
    font.setPixelSize(static_cast<int>(std::lround(size)));
    font.setWeight(weight);
    return font;
}

/// Draws a line of text. Returns its height.
int drawLine(QCPPainter &painter, const QFont &font, const QColor &colour, const QRect &place,
    const QString &text)
{
    painter.setFont(font);
    painter.setPen(colour);
    const QFontMetrics metrics(font);
    painter.drawText(place.left(), place.top() + metrics.ascent(),
        metrics.elidedText(text, Qt::ElideMiddle, place.width()));
    return metrics.height() + 2;
}

/// Draws the legend, with a marker and a name for each series. Returns its height.
int drawLegend(QCPPainter &painter, const Chart &chart, const QFont &font, const QRect &place)
{
    const QFontMetrics metrics(font);
    int x = place.left();
    std::size_t shown = 0;
    painter.setFont(font);
    for (const Series &series : chart.series()) {
        if (!series.visible)
            continue;
        const bool more = ++shown > mostLegendEntries;
        const QString name = more ? QStringLiteral("\u2026") : series.name;
        if (!more)
            drawMarker(painter,
                QRectF(
                    x, place.top() + (metrics.height() - markerSize) / 2, markerSize, markerSize),
                series.marker, series.colour, chart.theme().border);
        painter.setPen(chart.theme().muted);
        painter.drawText(x + markerSize + 5, place.top() + metrics.ascent(), name);
        x += markerSize + 5 + metrics.horizontalAdvance(name) + 16;
        if (more)
            break;
    }
    return metrics.height() + 4;
}

/// Draws everything above the chart. Returns its height.
int drawCaption(
    QCPPainter &painter, const Chart &chart, const Moment &moment, const PictureForm &form)
{
    const QFont title = textFont(chart, 17, QFont::DemiBold);
    const QFont text = textFont(chart, 12, QFont::Normal);
    QRect place(margin, margin, form.size.width() - 2 * margin, 0);
    const QString figure = chart.figure();
    const bool isFull = form.caption == PictureForm::Caption::Full;
    if (isFull)
        place.translate(0, drawLine(painter, title, chart.theme().text, place, chart.title()));
    if (isFull && chart.hasData())
        place.translate(
            0, drawLine(painter, text, chart.theme().muted, place, chart.subject(moment)));
    if (!figure.isEmpty())
        place.translate(0, drawLine(painter, text, chart.theme().muted, place, figure));
    place.translate(0, 4);
    place.translate(0, drawLegend(painter, chart, text, place));
    return place.top();
}

void takeEverything(Chart &chart, const Moment &moment)
{
    while (!chart.refresh(moment, std::chrono::milliseconds(100))) { }
}

/// Sets another theme of a chart while this object exists.
class OtherTheme {
public:
    OtherTheme(Chart &chart, Theme::Kind kind)
        : m_chart(chart)
        , m_before(chart.theme())
    {
        if (kind != m_before.kind)
            chart.setTheme(Theme::of(kind));
    }
    ~OtherTheme()
    {
        if (m_chart.theme().kind != m_before.kind)
            m_chart.setTheme(m_before);
    }
    OtherTheme(const OtherTheme &) = delete;
    OtherTheme &operator=(const OtherTheme &) = delete;

private:
    Chart &m_chart;
    const Theme m_before;
};

/// Hides the user's selection in a chart while this object exists.
class NoSelection {
public:
    explicit NoSelection(Chart &chart)
        : m_chart(chart)
    {
        chart.setSelectionVisible(false);
    }
    ~NoSelection() { m_chart.setSelectionVisible(true); }
    NoSelection(const NoSelection &) = delete;
    NoSelection &operator=(const NoSelection &) = delete;

private:
    Chart &m_chart;
};

/// Draws onto a device whose unit is 1/96 inch.
void drawAll(QCPPainter &painter, Chart &chart, const Moment &moment, const PictureForm &form)
{
    takeEverything(chart, moment); // for the caption
    const OtherTheme theme(chart, form.theme);
    const NoSelection noSelection(chart);
    const QSize size = form.size;
    painter.fillRect(QRect(QPoint(), size), chart.theme().surface);
    const int top = drawCaption(painter, chart, moment, form);
    painter.translate(0, top);
    const QSize rest(size.width(), std::max(80, size.height() - top));
    chart.layOut(rest);
    takeEverything(chart, moment); // at the resolution of this size
    chart.paintTo(&painter, rest);
}

QByteArray pngOf(Chart &chart, const Moment &moment, const PictureForm &form)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    const QImage image = chartImage(chart, moment, form);
    if (image.isNull() || !image.save(&buffer, "PNG"))
        return {};
    return buffer.data();
}

QByteArray pdfOf(Chart &chart, const Moment &moment, const PictureForm &form)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(chart.title());
    writer.setCreator(QStringLiteral("Poolscope"));
    writer.setResolution(static_cast<int>(dotsPerInch));
    writer.setPageMargins(QMarginsF());
    writer.setPageSize(QPageSize(
        QSizeF(form.size) / dotsPerInch, QPageSize::Inch, QString(), QPageSize::ExactMatch));
    QCPPainter painter;
    painter.begin(&writer);
    painter.setMode(QCPPainter::pmVectorized);
    drawAll(painter, chart, moment, form);
    painter.end();
    return buffer.data();
}

} // namespace

const QStringList &pictureEndings()
{
    static const QStringList endings{
        QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf")};
    return endings;
}

QImage chartImage(Chart &chart, const Moment &moment, const PictureForm &form)
{
    QImage image(QSizeF(form.size * form.scale).toSize(), QImage::Format_RGB32);
    if (image.isNull())
        return image;
    QCPPainter painter;
    painter.begin(&image);
    painter.scale(form.scale, form.scale);
    drawAll(painter, chart, moment, form);
    painter.end();
    // Set after drawing, since fonts follow the resolution, and would be scaled twice.
    image.setDotsPerMeterX(static_cast<int>(std::lround(dotsPerInch * form.scale / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    return image;
}

QByteArray chartSvg(Chart &chart, const Moment &moment, const PictureForm &form)
{
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(form.size);
    generator.setViewBox(QRect(QPoint(), form.size));
    generator.setResolution(static_cast<int>(dotsPerInch));
    generator.setTitle(chart.title());
    generator.setDescription(chart.explanation());
    QCPPainter painter;
    painter.begin(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    drawAll(painter, chart, moment, form);
    painter.end();
    return buffer.data();
}

Result<void> writeChartPicture(
    Chart &chart, const Moment &moment, const std::filesystem::path &path, const PictureForm &form)
{
    const QString ending = QString::fromStdString(path.extension().string()).mid(1).toLower();
    if (!pictureEndings().contains(ending))
        return failure("cannot write " + path.string() + ": its ending must be .png, .svg or .pdf");
    auto file = AtomicFile::open(path);
    if (!file)
        return tl::unexpected(file.error());
    const QByteArray bytes = ending == QLatin1String("png") ? pngOf(chart, moment, form)
        : ending == QLatin1String("svg")                    ? chartSvg(chart, moment, form)
                                                            : pdfOf(chart, moment, form);
    if (bytes.isEmpty())
        return failure("cannot write " + path.string()
            + ": there is no memory for a picture of this size; choose a smaller one");
    if (const auto written =
            (*file)->append({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        !written)
        return written;
    return (*file)->commit();
}

} // namespace poolscope
