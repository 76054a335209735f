// SPDX-License-Identifier: GPL-3.0-or-later
// Chart: what all charts share: the record they read, axes, theme, zoom and pan, the cross-hair,
// hover text, and what an export needs.
//
// A chart pulls: takeNew() is called for each frame, and a replot follows only where something has
// changed.
#pragma once

#include "charts/legendmarker.h"
#include "charts/theme.h"
#include "charts/timeview.h"
#include "record/runrecord.h"
#include "report/chartdata.h"

#include <QLabel>
#include <QString>
#include <QTimer>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <qcustomplot.h>
#include <vector>

namespace poolscope {

/// The marks of a run that a chart reads before other charts have their turn.
inline constexpr std::size_t marksAtOnce = 20'000;

/// What the record is read as of.
struct Moment {
    std::uint64_t now = 0; ///< nanoseconds since the run's start
    TimeView::Run run = TimeView::Run::GoesOn;

    /// The time up to which spans have been reported, as a rule.
    std::uint64_t settledUntil() const
    {
        constexpr std::uint64_t settling = 100'000'000;
        return now > settling ? now - settling : 0;
    }
};

/// What a legend has an entry for.
struct Series {
    enum class Use { Switch, Key }; ///< Key: it only says what a colour means
    QString name;
    QColor colour;
    bool visible = true;
    Use use = Use::Switch;
    LegendMarker marker = LegendMarker::Area;
};

class Chart : public QCustomPlot {
    Q_OBJECT

public:
    Chart(ChartKind kind, const QString &title, const QString &explanation, QWidget *parent);
    /// Of something else than a run, which files call `name`.
    Chart(const QString &name, const QString &title, const QString &explanation, QWidget *parent);

    /// Of a chart of a run.
    ChartKind kind() const { return *m_kind; }
    /// What files call it.
    const QString &name() const { return m_name; }
    const QString &title() const { return m_title; }
    /// What it shows and how to read it, in three sentences.
    const QString &explanation() const { return m_explanation; }

    const Theme &theme() const { return m_theme; }
    virtual void setTheme(const Theme &theme);
    /// Null: there is no run yet.
    void setRecord(const RunRecord *record);
    const RunRecord *record() const { return m_record; }

    /// Takes in what the record has grown by, for about `budget` at most, and has it drawn. False
    /// where more is waiting.
    bool refresh(const Moment &moment, std::chrono::nanoseconds budget);

    /// Whether it costs so much that it is worked out only for who looks at it or exports it.
    virtual bool isOnlyForWhoLooks() const { return false; }

    /// Whether there is anything to show.
    virtual bool hasData() const { return m_record != nullptr; }
    /// What it is of, and what that came to, in one line.
    virtual QString subject(const Moment &moment) const;
    /// Writes the data behind it, whole or not at all. It may be called on any thread as long as
    /// the record, if there is one, is there.
    using DataWriter = std::function<Result<void>(const std::filesystem::path &, const GoOn &)>;
    virtual DataWriter dataWriter() const;

    /// What it comes to, in one line; empty while there is nothing to say.
    virtual QString figure() const = 0;
    /// The same in fewer words, for where there is no room.
    virtual QString shortFigure() const { return figure(); }
    virtual std::vector<Series> series() const = 0;
    /// Of series that are switches.
    virtual void setSeriesVisible(std::size_t, bool) { }
    /// Shows all of it.
    virtual void fit() = 0;
    /// Where an index is, if the chart marks one.
    virtual void showIndex(std::optional<std::uint64_t>) { }
    /// Of that mark, at the next drawing.
    virtual void setSelectionVisible(bool) { }

    /// Lays it out for this size, so that refresh() takes in what a picture of it needs.
    void layOut(const QSize &size);
    /// Draws it without cross-hair at this size, as an export has it.
    void paintTo(QCPPainter *painter, const QSize &size);

signals:
    void figureChanged();
    /// The picture may need refresh() again, also of a run that has ended.
    void framesWanted();
    void seriesChanged();
    /// The person wants to see what this index came to.
    void indexPicked(quint64 index);

protected:
    enum class Changed { Nothing, Picture };
    struct Taken {
        Changed changed = Changed::Nothing;
        bool all = true;
    };
    /// Of a chart of a run, both.
    virtual void recordChanged() { }
    virtual Taken takeNew(const Moment &, std::chrono::steady_clock::time_point) { return {}; }
    /// What is at this point, with units; empty for nothing.
    virtual QString textAt(const QPointF &position) const = 0;
    virtual std::optional<std::uint64_t> indexAt(const QPointF &) const { return std::nullopt; }
    /// Whether a click here does something.
    virtual bool canBeClicked(const QPointF &position) const
    {
        return indexAt(position).has_value();
    }
    /// A click that leads to no index.
    virtual void clicked(const QPointF &) { }
    virtual void hovered(std::optional<QPointF>) { }

    /// As the theme has it.
    void styleAxis(QCPAxis *axis) const;
    /// Where the pointer is over what is drawn.
    virtual bool isOverPlot(const QPoint &position) const
    {
        return axisRect()->rect().contains(position);
    }
    void setCrossHair(std::optional<double> key);
    /// Something other than the record has changed.
    void replotSoon();
    /// What is shown has come or gone.
    void dataChanged();

    void mouseMoveEvent(QMouseEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    Chart(const QString &name, const QString &title, const QString &explanation, QWidget *parent,
        std::optional<ChartKind> kind);
    void showEmptyText(bool show);

    const std::optional<ChartKind> m_kind;
    const QString m_name;
    const QString m_title;
    const QString m_explanation;
    Theme m_theme;
    const RunRecord *m_record = nullptr;
    QLabel *m_emptyText;
    QCPItemStraightLine *m_crossHair;
    QPoint m_pressedAt;
    std::optional<quint64> m_clicked; ///< picked unless the click turns out to be a double one
    QTimer m_clickTimer;
};

/// A chart whose key axis is the time that a TimeView shows.
class TimeChart : public Chart {
    Q_OBJECT

public:
    TimeChart(ChartKind kind, const QString &title, const QString &explanation, TimeView &view,
        QWidget *parent);
    void fit() override;

protected:
    TimeView &view() { return m_view; }
    const TimeView &view() const { return m_view; }
    void hovered(std::optional<QPointF> position) override;

private:
    void followView();

    TimeView &m_view;
    bool m_isFollowingView = false;
};

} // namespace poolscope
