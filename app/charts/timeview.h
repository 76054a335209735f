// SPDX-License-Identifier: GPL-3.0-or-later
// TimeView: the range of time that all time charts show, and the cross-hair, in nanoseconds since
// the start of the run.
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

    /// Moves the view for the user. The view stays there until follow() or fit() is called.
    void show(Range range);
    /// Follows the end of the run with the present width.
    void follow();
    /// Shows the whole run, and follows it.
    void fit();
    void zoom(double factor); ///< around the middle; closer if below 1
    void pan(double widths); ///< in widths of the view
    void setCursor(std::optional<double> time);

    enum class Run { Running, Ended };
    /// Sets the present time of the run.
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
    Run m_run = Run::Running;
    bool m_following = true;
    bool m_whole = true; ///< whether following shows the whole run, not only its end
    std::optional<double> m_cursor;
};

} // namespace poolscope
