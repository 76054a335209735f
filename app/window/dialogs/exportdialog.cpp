// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/dialogs/exportdialog.h"

#include "charts/literaltext.h"
#include "window/forms/formfield.h"
#include "window/look.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QVBoxLayout>

namespace poolscope {

namespace {

struct Format {
    const char *ending;
    const char *name;
};
constexpr std::array formats{Format{"png", QT_TR_NOOP("Picture (PNG)")},
    Format{"svg", QT_TR_NOOP("Vector drawing (SVG)")}, Format{"pdf", QT_TR_NOOP("Document (PDF)")},
    Format{"csv", QT_TR_NOOP("Data (CSV)")}};

QSpinBox *pixelBox(const QString &name, int value)
{
    auto *box = new QSpinBox;
    box->setRange(200, 10'000);
    box->setValue(value);
    box->setSuffix(QStringLiteral(" px"));
    box->setAccessibleName(name);
    return box;
}

} // namespace

ExportDialog::ExportDialog(const QString &title, const QString &path, QWidget *parent)
    : QDialog(parent)
    , m_path(new QLineEdit(path))
    , m_format(new QComboBox)
    , m_width(pixelBox(tr("Width"), PictureForm().size.width()))
    , m_height(pixelBox(tr("Height"), PictureForm().size.height()))
    , m_scale(new QDoubleSpinBox)
    , m_theme(new QComboBox)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("Export %1").arg(title));
    setMinimumWidth(480);
    m_path->setObjectName(QStringLiteral("exportPath"));
    m_format->setObjectName(QStringLiteral("exportFormat"));
    m_scale->setObjectName(QStringLiteral("exportScale"));
    m_width->setObjectName(QStringLiteral("exportWidth"));
    m_height->setObjectName(QStringLiteral("exportHeight"));
    for (const Format &format : formats)
        m_format->addItem(tr(format.name), QString::fromLatin1(format.ending));
    m_scale->setRange(0.5, 8);
    m_scale->setSingleStep(0.5);
    m_scale->setValue(2);
    m_scale->setToolTip(
        tr("Pixels of the picture for each pixel of its size: 2 for a sharp screen"));

    auto *browseButton = new QPushButton(tr("Choose\u2026"));
    m_pathField = new FormField(tr("File"), rowOf({m_path, browseButton}));
    m_sizeField = new FormField(tr("Width and height"), rowOf({m_width, m_height}));
    m_scaleField = new FormField(tr("Scale"), m_scale);
    m_theme->setObjectName(QStringLiteral("exportTheme"));
    m_theme->addItem(tr("Light, as on paper"), static_cast<int>(Theme::Kind::Light));
    m_theme->addItem(tr("Dark"), static_cast<int>(Theme::Kind::Dark));
    m_theme->setToolTip(tr("Colours of the picture; those of the window do not change"));
    m_themeField = new FormField(tr("Theme"), m_theme);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(gridUnit * 2, gridUnit * 2, gridUnit * 2, gridUnit * 2);
    layout->setSpacing(gridUnit * 3 / 2);
    layout->addWidget(new FormField(tr("Format"), m_format));
    layout->addWidget(m_pathField);
    layout->addWidget(m_sizeField);
    layout->addWidget(m_scaleField);
    layout->addWidget(m_themeField);
    layout->addStretch(1);
    layout->addWidget(m_buttons);

    connect(browseButton, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::takeFormat);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
    m_path->setFocus();
    m_path->selectAll();
}

QString ExportDialog::path() const
{
    return m_path->text();
}

bool ExportDialog::wantsData() const
{
    return m_format->currentData().toString() == QLatin1String("csv");
}

PictureForm ExportDialog::form() const
{
    return {QSize(m_width->value(), m_height->value()), m_scale->value(),
        static_cast<Theme::Kind>(m_theme->currentData().toInt())};
}

void ExportDialog::browse()
{
    const QString path = QFileDialog::getSaveFileName(this, windowTitle(), m_path->text());
    if (!path.isEmpty())
        m_path->setText(path);
}

/// Sets the file's ending to that of the format. check() sets the format to a typed ending.
void ExportDialog::takeFormat()
{
    const QFileInfo file(m_path->text());
    const QString ending = m_format->currentData().toString();
    if (!file.fileName().isEmpty() && file.suffix().toLower() != ending)
        m_path->setText(
            file.path() + QLatin1Char('/') + file.completeBaseName() + QLatin1Char('.') + ending);
    check();
}

void ExportDialog::check()
{
    const QFileInfo file(m_path->text());
    const int format = m_format->findData(file.suffix().toLower());
    QString problem;
    if (file.fileName().isEmpty())
        problem = tr("Name a file");
    else if (format < 0)
        problem = tr("Its ending must be .png, .svg, .pdf or .csv");
    else if (!file.absoluteDir().exists())
        problem = tr("There is no folder %1").arg(file.absolutePath());
    else if (!QFileInfo(file.absolutePath()).isWritable())
        problem = tr("The folder %1 cannot be written to").arg(file.absolutePath());
    if (format >= 0)
        m_format->setCurrentIndex(format);
    m_pathField->setProblem(problem);
    m_pathField->setNote(file.exists() ? tr("The file exists and will be replaced") : QString());
    m_sizeField->setVisible(!wantsData());
    m_themeField->setVisible(!wantsData());
    m_scaleField->setVisible(m_format->currentIndex() == 0);
    QPushButton *save = m_buttons->button(QDialogButtonBox::Save);
    save->setEnabled(problem.isEmpty());
    save->setToolTip(literalToolTip(problem));
}

} // namespace poolscope
