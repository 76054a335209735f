// SPDX-License-Identifier: GPL-3.0-or-later
// ProcessControl: the number of worker processes, set by a slider or by typing.
#pragma once

#include <QSlider>
#include <QSpinBox>
#include <QWidget>

namespace poolscope {

/// A slider from 1 to four times the usable cores, which are marked on it.
class CoreSlider : public QSlider {
    Q_OBJECT

public:
    explicit CoreSlider(int cores, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;

private:
    double positionOf(int value) const;
    int valueAt(double x) const;

    int m_cores;
};

class ProcessControl : public QWidget {
    Q_OBJECT

public:
    explicit ProcessControl(int cores, QWidget *parent = nullptr);

    int count() const { return m_spin->value(); }
    void setCount(int count);
    /// Changes the number, unless it is locked.
    void step(int by);
    /// Prevents the user from changing the number, for this reason. Allows changes if it is empty.
    void setLocked(const QString &reason);
    /// Uses a number that was typed and not yet entered.
    void takeTyped() { m_spin->interpretText(); }

signals:
    void countChanged(int count);

private:
    CoreSlider *m_slider;
    QSpinBox *m_spin;
    QString m_tip;
};

} // namespace poolscope
