// SPDX-License-Identifier: GPL-3.0-or-later
// ExportDialog: asks for the file, the format, the size and the theme of an exported chart.
#pragma once

#include "charts/chartexport.h"

#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLineEdit>
#include <QSpinBox>

namespace poolscope {

class FormField;

class ExportDialog : public QDialog {
    Q_OBJECT

public:
    ExportDialog(const QString &title, const QString &path, QWidget *parent);

    QString path() const;
    /// Whether the chart's data is wanted rather than a picture.
    bool wantsData() const;
    PictureForm form() const;

private:
    void browse();
    void takeFormat();
    void check();

    QLineEdit *m_path;
    QComboBox *m_format;
    QSpinBox *m_width;
    QSpinBox *m_height;
    QDoubleSpinBox *m_scale;
    QComboBox *m_theme;
    FormField *m_pathField;
    FormField *m_sizeField;
    FormField *m_scaleField;
    FormField *m_themeField;
    QDialogButtonBox *m_buttons;
};

} // namespace poolscope
