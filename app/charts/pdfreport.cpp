// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/pdfreport.h"

#include "charts/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgRenderer>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextObjectInterface>
#include <QTextTable>

namespace poolscope {

namespace {

constexpr int pictureObject = QTextFormat::UserObject + 1;
constexpr int pictureProperty = QTextFormat::UserProperty + 1;
constexpr double titleSize = 15; // points
constexpr double headingSize = 11;
constexpr double textSize = 8.5;
constexpr double smallSize = 7;

QString textOf(const std::string &text)
{
    return QString::fromStdString(text);
}

/// Draws an SVG document in a line of text, as wide as the page.
class PictureObject : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)

public:
    QSizeF intrinsicSize(QTextDocument *document, int, const QTextFormat &format) override
    {
        const QSizeF size = QSvgRenderer(documentOf(format)).defaultSize();
        return size.isEmpty() ? QSizeF() : size * (document->textWidth() / size.width());
    }
    void drawObject(QPainter *painter, const QRectF &place, QTextDocument *, int,
        const QTextFormat &format) override
    {
        QSvgRenderer(documentOf(format)).render(painter, place);
    }

private:
    static QByteArray documentOf(const QTextFormat &format)
    {
        return format.property(pictureProperty).toByteArray();
    }
};

/// Writes a part of a report into a text document, which is laid out once it is whole.
class DocumentWriter {
public:
    explicit DocumentWriter(QTextDocument &document)
        : m_cursor(&document)
        , m_theme(Theme::of(Theme::Kind::Light))
    {
        m_cursor.beginEditBlock();
    }
    ~DocumentWriter() { m_cursor.endEditBlock(); }
    DocumentWriter(const DocumentWriter &) = delete;
    DocumentWriter &operator=(const DocumentWriter &) = delete;

    void writeTitle(const ReportData &report)
    {
        writeBlock(textOf(report.title), format(titleSize, QFont::DemiBold, m_theme.text), 0);
        writeBlock(textOf(report.subtitle), format(textSize, QFont::Normal, m_theme.muted), 4);
    }

    void writeSection(const ReportSection &section)
    {
        writeBlock(
            textOf(section.heading), format(headingSize, QFont::DemiBold, m_theme.accent), 0);
        for (const std::string &paragraph : section.paragraphs)
            writeBlock(textOf(paragraph), muted(), 2);
        writeFacts(section);
        writePicture(section.picture);
        writeTable(section.table);
        for (const std::string &line : section.lines)
            writeBlock(textOf(line), format(smallSize, QFont::Normal, m_theme.text), 0);
    }

private:
    static QTextCharFormat format(double size, QFont::Weight weight, const QColor &colour)
    {
        QTextCharFormat format;
        format.setFontPointSize(size);
        format.setFontWeight(weight);
        format.setForeground(colour);
        return format;
    }
    QTextCharFormat text() const { return format(textSize, QFont::Normal, m_theme.text); }
    QTextCharFormat muted() const { return format(textSize, QFont::Normal, m_theme.muted); }

    /// A paragraph; the first one takes the block that a new document has.
    void writeBlock(const QString &text, const QTextCharFormat &format, double above)
    {
        QTextBlockFormat block;
        block.setTopMargin(above);
        beginBlock(block);
        m_cursor.insertText(text, format);
    }

    void beginBlock(const QTextBlockFormat &block)
    {
        if (m_isEmpty)
            m_cursor.setBlockFormat(block);
        else
            m_cursor.insertBlock(block, QTextCharFormat());
        m_isEmpty = false;
    }

    void writeFacts(const ReportSection &section)
    {
        if (section.facts.empty())
            return;
        QTextTable *table = insertTable(static_cast<int>(section.facts.size()), 2, 0);
        int row = 0;
        for (const auto &[name, figure] : section.facts) {
            table->cellAt(row, 0).firstCursorPosition().insertText(textOf(name), muted());
            table->cellAt(row, 1).firstCursorPosition().insertText(textOf(figure), text());
            ++row;
        }
        leaveTable();
    }

    void writePicture(const ReportPicture &picture)
    {
        if (picture.light.empty())
            return;
        beginBlock(QTextBlockFormat());
        QTextCharFormat object;
        object.setObjectType(pictureObject);
        object.setProperty(pictureProperty, QByteArray::fromStdString(picture.light));
        m_cursor.insertText(QString(QChar::ObjectReplacementCharacter), object);
    }

    void writeTable(const ReportTable &given)
    {
        if (given.rows.empty())
            return;
        const auto columns = static_cast<int>(given.columns.size());
        QTextTable *table = insertTable(static_cast<int>(given.rows.size()) + 1, columns, 1);
        for (int column = 0; column < columns; ++column) {
            const ReportTable::Column &of = given.columns[static_cast<std::size_t>(column)];
            writeCell(*table, 0, column, of, of.title, muted());
            for (std::size_t row = 0; row < given.rows.size(); ++row) {
                const std::string &cell = given.rows[row][static_cast<std::size_t>(column)];
                writeCell(*table, static_cast<int>(row) + 1, column, of, cell, text());
            }
        }
        leaveTable();
    }

    static void writeCell(QTextTable &table, int row, int column, const ReportTable::Column &of,
        const std::string &text, const QTextCharFormat &format)
    {
        QTextCursor cell = table.cellAt(row, column).firstCursorPosition();
        QTextBlockFormat block;
        const bool right = of.align == ReportTable::Align::Right;
        block.setAlignment(right ? Qt::AlignRight : Qt::AlignLeft);
        cell.setBlockFormat(block);
        cell.insertText(textOf(text), format);
    }

    QTextTable *insertTable(int rows, int columns, int headerRows)
    {
        QTextTableFormat format;
        format.setBorder(0);
        format.setCellSpacing(0);
        format.setCellPadding(3);
        format.setHeaderRowCount(headerRows);
        if (headerRows > 0)
            format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
        return m_cursor.insertTable(rows, columns, format);
    }

    void leaveTable()
    {
        m_cursor.movePosition(QTextCursor::End);
        m_isEmpty = true; // a table has an empty block behind it
    }

    QTextCursor m_cursor;
    const Theme m_theme;
    bool m_isEmpty = true;
};

/// Puts documents on pages, one below the other; one that fits a page is not torn.
class PageWriter {
public:
    explicit PageWriter(QPdfWriter &device)
        : m_device(device)
        , m_painter(&device)
        , m_lineHeight(m_painter.fontMetrics().height())
    {
        writeNumber();
    }

    void add(QTextDocument &document)
    {
        document.setDocumentMargin(0);
        document.documentLayout()->setPaintDevice(&m_device);
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
    double m_used = 0; ///< of the page
    int m_page = 1;
};

} // namespace

QByteArray pdfReport(const ReportData &report)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(textOf(report.title));
    writer.setCreator(QStringLiteral("Poolscope"));
    writer.setPageSize(QPageSize(QPageSize::A4));
    writer.setPageMargins(QMarginsF(18, 16, 18, 14), QPageLayout::Millimeter);
    {
        PictureObject pictures;
        PageWriter pages(writer);
        QTextDocument title;
        DocumentWriter(title).writeTitle(report);
        pages.add(title);
        for (const ReportSection &section : report.sections) {
            QTextDocument document;
            document.documentLayout()->registerHandler(pictureObject, &pictures);
            DocumentWriter(document).writeSection(section);
            pages.add(document);
        }
    }
    return buffer.data();
}

} // namespace poolscope

#include "pdfreport.moc"
