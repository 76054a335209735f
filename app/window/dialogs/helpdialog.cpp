// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/helpdialog.h"

#include "window/look.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace poolscope {

namespace {

void showPage(const QString &title, const QString &html, const QSize &size, QWidget *parent)
{
    QDialog dialog(parent);
    dialog.setWindowTitle(title);
    dialog.resize(size);
    auto *layout = new QVBoxLayout(&dialog);
    layout->setContentsMargins(gridUnit * 2, gridUnit * 2, gridUnit * 2, gridUnit * 2);
    auto *text = new QTextBrowser;
    text->setOpenExternalLinks(true);
    text->setHtml(html);
    text->setAccessibleName(title);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    layout->addWidget(text);
    layout->addWidget(buttons);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    dialog.exec();
}

QString keysTable(const QList<QAction *> &actions)
{
    QString rows;
    for (const QAction *action : actions) {
        QStringList keys;
        for (const QKeySequence &key : action->shortcuts())
            keys << key.toString(QKeySequence::NativeText).toHtmlEscaped();
        if (!keys.isEmpty())
            rows += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>")
                        .arg(keys.join(QStringLiteral(", ")),
                            action->text().remove(QLatin1Char('&')).toHtmlEscaped());
    }
    return QStringLiteral("<table cellspacing='0' cellpadding='4'>%1</table>").arg(rows);
}

} // namespace

void showHelp(
    const std::vector<const Chart *> &charts, const QList<QAction *> &actions, QWidget *parent)
{
    QString html = QObject::tr(
        "<h3>First steps</h3><p>Choose a task, its inputs and a number of processes, and press "
        "Start. Move the slider while it runs: workers join, or leave after their chunk.</p>"
        "<h3>Watching a program</h3><p>File, Watch a program runs a command unchanged and shows "
        "the Python pools in it. The list of the runs of its session chooses the call that is "
        "shown. Stop interrupts the command, as Ctrl+C does in a terminal.</p>");
    for (const Chart *chart : charts)
        html += QStringLiteral("<h3>%1</h3><p>%2</p>")
                    .arg(chart->title().toHtmlEscaped(), chart->explanation().toHtmlEscaped());
    html += QObject::tr(
        "<h3>Navigation</h3><p>The wheel zooms, dragging moves, a double-click shows all. Over the "
        "numbers of the workers the wheel zooms lanes. A click on a span or a point leads to its "
        "row in Outcomes, and a row to its span.</p><p>In a chart with the keyboard focus (press "
        "Tab) arrows move, + and - zoom, and Home shows all. In Outcomes Up, Down, Page Up, Page "
        "Down, Home and End move through all rows, and Ctrl+C copies one.</p><h3>Keys</h3>");
    showPage(QObject::tr("Help"), html + keysTable(actions), {620, 640}, parent);
}

void showAbout(QWidget *parent)
{
    const QString html = QObject::tr(
        "<h2>Poolscope %1</h2>"
        "<p>A scope for parallel work: it maps a task over inputs by a pool of worker processes, "
        "and "
        "shows what every worker does, in which order the inputs finish and how many iterations a "
        "second that makes.</p>"
        "<p>Poolscope is free software under the GNU General Public License, version 3 or later; "
        "it "
        "comes with no warranty.</p>"
        "<h3>Made with</h3><ul>"
        "<li>Qt %2: GNU LGPL version 3</li>"
        "<li>QCustomPlot %3 by Emanuel Eichhammer: GNU GPL version 3 or later</li>"
        "<li>CLI11: BSD 3-Clause</li>"
        "<li>nlohmann/json: MIT</li>"
        "<li>tl::expected: CC0 1.0</li>"
        "<li>Boost: Boost Software License 1.0</li>"
        "<li>libcsv: GNU LGPL version 2.1 or later</li>"
        "<li>Nettle: GNU LGPL version 3 or later, or GNU GPL version 2 or later</li></ul>"
        "<p>Worker colours after Masataka Okabe and Kei Ito, \u201cColor Universal "
        "Design\u201d.</p>")
                             .arg(QStringLiteral(POOLSCOPE_VERSION),
                                 QString::fromLatin1(qVersion()),
                                 QString::fromLatin1(QCUSTOMPLOT_VERSION_STR));
    showPage(QObject::tr("About Poolscope"), html, {520, 480}, parent);
}

} // namespace poolscope
