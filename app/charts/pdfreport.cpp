// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/pdfreport.h"

#include "report/htmlreport.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgRenderer>
#include <QTextDocument>
#include <QTextObjectInterface>

namespace poolscope {

namespace {

/// The style sheet, in the part of CSS that QTextDocument supports. Lengths in px are scaled, sizes
/// of fonts are not.
constexpr const char *style = R"(
body, td, th, p { font-size: 9pt; color: #18222c; }
h1 { font-size: 15pt; font-weight: 600; margin: 0; }
h2 { font-size: 11pt; font-weight: 600; margin: 0 0 2px 0; color: #0072b2; }
p { margin: 0 0 3px 0; }
p.subtitle { margin: 2px 0 6px 0; }
p.subtitle, th { color: #5b6875; }
th, td { vertical-align: top; padding: 2px 8px 2px 0; white-space: pre-wrap; }
th { font-weight: 400; text-align: left; white-space: nowrap; }
.right { text-align: right; }
pre { font-size: 7.5pt; white-space: pre-wrap; }
)";

QString asQString(const std::string &text)
{
    return QString::fromStdString(text);
}

/// Draws an SVG document in place of an image in HTML, as wide as the page.
class PictureObject : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)

public:
    explicit PictureObject(const std::string &svg)
        : m_picture(QByteArray::fromStdString(svg))
    {
    }

    QSizeF intrinsicSize(QTextDocument *document, int, const QTextFormat &) override
    {
        const QSizeF size = m_picture.defaultSize();
        return size.isEmpty() ? QSizeF() : size * (document->textWidth() / size.width());
    }
    void drawObject(
        QPainter *painter, const QRectF &place, QTextDocument *, int, const QTextFormat &) override
    {
        m_picture.render(painter, place);
    }

private:
    QSvgRenderer m_picture;
};

/// Draws documents on pages, one below the other. A document that fits on one page is not split.
class PageWriter {
public:
    explicit PageWriter(QPdfWriter &device)
        : m_device(device)
        , m_painter(&device)
        , m_lineHeight(m_painter.fontMetrics().height())
    {
        writeNumber();
    }

    /// Adds a document. `svg` is drawn in place of the image in the HTML.
    void add(const std::string &html, const std::string &svg)
    {
        QTextDocument document;
        PictureObject picture(svg);
        document.setDocumentMargin(0);
        document.setDefaultStyleSheet(QLatin1String(style));
        document.documentLayout()->setPaintDevice(&m_device);
        document.documentLayout()->registerHandler(QTextFormat::ImageObject, &picture);
        document.setHtml(asQString(html));
        document.setTextWidth(m_device.width());
        const double height = document.size().height();
        if (m_used > 0 && m_used + height > pageHeight())
            beginPage();
        if (height > pageHeight()) {
            addLong(document);
            return;
        }
        draw(document, {0, 0, static_cast<double>(m_device.width()), height}, m_used);
        m_used += height + m_lineHeight;
    }

private:
    double pageHeight() const { return m_device.height() - 2 * m_lineHeight; }

    void addLong(QTextDocument &document)
    {
        const QSizeF size(m_device.width(), pageHeight());
        document.setPageSize(size);
        for (int page = 0; page < document.pageCount(); ++page) {
            if (page > 0)
                beginPage();
            draw(document, QRectF(QPointF(0, page * size.height()), size), 0);
        }
        m_used = pageHeight();
    }

    void draw(QTextDocument &document, const QRectF &part, double top)
    {
        m_painter.save();
        m_painter.translate(0, top - part.top());
        document.drawContents(&m_painter, part);
        m_painter.restore();
    }

    void beginPage()
    {
        m_device.newPage();
        m_used = 0;
        ++m_page;
        writeNumber();
    }

    void writeNumber()
    {
        const QRectF foot(0, m_device.height() - m_lineHeight, m_device.width(), m_lineHeight);
        m_painter.drawText(foot, Qt::AlignRight, QString::number(m_page));
    }

    QPdfWriter &m_device;
    QPainter m_painter;
    const double m_lineHeight;
    double m_used = 0; ///< height of the page
    int m_page = 1;
};

} // namespace

QByteArray pdfReport(const ReportData &report)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(asQString(report.title));
    writer.setCreator(QStringLiteral("Poolscope"));
    writer.setPageSize(QPageSize(QPageSize::A4));
    writer.setPageMargins(QMarginsF(18, 16, 18, 14), QPageLayout::Millimeter);
    {
        PageWriter pages(writer);
        pages.add(htmlTitle(report), {});
        for (const ReportSection &section : report.sections) {
            const std::string picture = section.picture.light.empty() ? "" : "<p><img/></p>";
            pages.add(htmlSection(section, picture), section.picture.light);
        }
    }
    return buffer.data();
}

} // namespace poolscope

#include "pdfreport.moc"
