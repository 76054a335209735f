// SPDX-License-Identifier: GPL-3.0-or-later
// TimeView: which time all time charts show, and where the cross-hair is. Nanoseconds since the
// run's start.
#pragma once

#include <QObject>
#include <optional>

namespace poolscope {

class TimeView : public QObject {
    Q_OBJECT

public:
    struct Range {
        double begin = 0;
        double end = 1e9;
        double width() const { return end - begin; }
        friend bool operator==(const Range &, const Range &) = default;
    };

    explicit TimeView(QObject *parent = nullptr);

    const Range &range() const { return m_range; }
    bool isFollowing() const { return m_following; }
    std::optional<double> cursor() const { return m_cursor; }

    /// The person moved: the view stays there until it is told to follow.
    void show(Range range);
    /// Keeps the newest in view, as wide as the view is now.
    void follow();
    /// Shows the whole run, and follows.
    void fit();
    void zoom(double factor); ///< about the middle; below 1: closer
    void pan(double widths); ///< by so many widths of the view
    void setCursor(std::optional<double> time);

    enum class Run { GoesOn, Ended };
    /// How far the run has come.
    void setNow(double now, Run run);

signals:
    void rangeChanged();
    void cursorChanged();
    void followingChanged(bool following);
    /// follow() or fit() was called, whether or not that changed the view.
    void followed();

private:
    void setRange(Range range);
    void setFollowing(bool following);
    Range whole() const;
    Range followedRange() const;

    Range m_range;
    double m_now = 0;
    Run m_run = Run::GoesOn;
    bool m_following = true;
    bool m_whole = true; ///< when following: the whole run rather than its end
    std::optional<double> m_cursor;
};

} // namespace poolscope
