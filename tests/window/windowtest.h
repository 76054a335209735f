// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of the whole window share.
#pragma once

#include "window/mainwindow.h"

#include <QApplication>
#include <QDeadlineTimer>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QImage>
#include <QLineEdit>
#include <QMimeData>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>
#include <chrono>
#include <memory>
#include <thread>

namespace poolscope {

/// How long what must come is waited for: long enough for a machine that does much besides.
inline constexpr int patienceInMs = 100'000;

/// Waits until the condition holds; false where it never does. Looks at it after each round of
/// events: a window that is drawn slowly always has more of them.
template <typename Condition> bool comes(const Condition &condition)
{
    const QDeadlineTimer deadline(patienceInMs);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

/// The widget of this name, which the window must have.
template <typename Widget> Widget &childOf(const QWidget &window, const char *name)
{
    auto *widget = window.findChild<Widget *>(QLatin1String(name));
    if (!widget)
        qFatal("the window has no %s", name);
    return *widget;
}

/// Replaces what is in a field, as a person does.
inline void typeInto(QLineEdit &edit, const QString &text)
{
    edit.setFocus();
    edit.selectAll();
    QTest::keyClick(&edit, Qt::Key_Delete);
    QTest::keyClicks(&edit, text);
}

inline void typeInto(QSpinBox &box, const QString &number)
{
    box.setFocus();
    box.selectAll();
    QTest::keyClicks(&box, number);
    QTest::keyClick(&box, Qt::Key_Return);
}

/// Drops URLs on a window, as a file manager does. False where it does not take them.
inline bool dropOn(QWidget &window, const QList<QUrl> &urls)
{
    QMimeData data;
    data.setUrls(urls);
    const QPoint middle = window.rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    if (!enter.isAccepted())
        return false;
    QDropEvent drop(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &drop);
    return drop.isAccepted();
}

inline void pressIn(QWidget &window, Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QTest::keyClick(&window, key, modifiers);
}

/// The chart as it is drawn once it has taken in all of a run that has ended and the view shows it.
inline QImage finalPicture(MainWindow &window, ChartKind kind)
{
    const RunController &controller = window.controller();
    const bool isDrawn = comes([&] {
        const auto last = static_cast<double>(controller.record()->timeline.lastOutcome());
        return controller.moment().run == TimeView::Run::Ended
            && (!window.timeView().isFollowing()
                || qFuzzyCompare(window.timeView().range().end, last * 1.01));
    });
    if (!isDrawn)
        qFatal("the view never shows the end of the run");
    Chart &chart = window.charts()[kind];
    while (!chart.refresh(controller.moment(), std::chrono::seconds(1))) { }
    chart.replot();
    return chart.toPixmap().toImage();
}

/// Has windows made after it show the form of a task, unless one before was left otherwise.
struct TasksFirst {
    TasksFirst()
    {
        const QString kind = QStringLiteral("run/kind");
        if (QSettings settings; !settings.contains(kind))
            settings.setValue(kind, QStringLiteral("task"));
    }
};

/// A window on the screen that remembers nothing of those before.
inline std::unique_ptr<MainWindow> freshWindow()
{
    QSettings().clear();
    const TasksFirst first;
    auto window = std::make_unique<MainWindow>();
    window->resize(1400, 1000);
    window->show();
    return window;
}

/// A job log of GNU parallel, a job at a time.
class JobLog {
public:
    void add(int job, double begin, double runtime, const QString &command)
    {
        m_text += QStringLiteral("%1\t:\t%2\t%3\t0\t0\t0\t0\t%4\n")
                      .arg(job)
                      .arg(begin, 0, 'f', 3)
                      .arg(runtime, 0, 'f', 3)
                      .arg(command)
                      .toUtf8();
    }
    /// Has the window open it, and waits until its run is shown.
    void openIn(MainWindow &window) const
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("jobs.joblog")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(m_text);
        file.close();
        window.openFile(file.fileName());
        QVERIFY(comes([&] {
            return window.controller().state() == RunController::State::Ended
                && window.controller().record();
        }));
    }

private:
    QByteArray m_text =
        "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";
};

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
