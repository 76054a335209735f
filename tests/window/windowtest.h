// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of the whole window share.
#pragma once

#include <QApplication>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>

namespace poolscope {

/// Does something with each dialog of this type that comes up, and counts them.
template <typename Dialog> class Answers {
public:
    template <typename Act> explicit Answers(Act act)
    {
        m_timer.callOnTimeout([this, act] {
            if (auto *dialog = qobject_cast<Dialog *>(QApplication::activeModalWidget())) {
                ++m_count;
                act(*dialog);
            }
        });
        m_timer.start(20);
    }
    int count() const { return m_count; }

private:
    QTimer m_timer;
    int m_count = 0;
};

/// Runs a test in an application whose settings and data are in a folder of its own.
template <typename Test> int runWindowTest(int argc, char **argv)
{
    const QTemporaryDir home;
    qputenv("XDG_CONFIG_HOME", home.path().toLocal8Bit());
    qputenv("XDG_DATA_HOME", home.path().toLocal8Bit());
    QApplication application(argc, argv);
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication::setOrganizationName("poolscope");
    QApplication::setApplicationName("poolscope");
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace poolscope
