// SPDX-License-Identifier: GPL-3.0-or-later
// Chart: the base of all charts, with the record, axes, theme, zoom and pan, cross-hair, hover
// text, and the interface for exports.
//
// The owner calls refresh() for each frame. The chart then reads what is new in the record, and
// draws only if something has changed.
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

/// The number of marks of a run that a chart reads before other charts continue.
inline constexpr std::size_t marksAtOnce = 20'000;

/// The moment for which a record is read.
struct Moment {
    std::uint64_t now = 0; ///< nanoseconds since the run's start
    TimeView::Run run = TimeView::Run::Running;

    /// The time up to which spans have usually been reported.
    std::uint64_t settledUntil() const
    {
        constexpr std::uint64_t settling = 100'000'000;
        return now > settling ? now - settling : 0;
    }
};

/// An entry of a legend.
struct Series {
    enum class Use { Switch, Key }; ///< Key explains a colour, and cannot be switched
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
    /// Creates a chart of something other than a run, which is called `name` in files.
    Chart(const QString &name, const QString &title, const QString &explanation, QWidget *parent);

    /// The kind of a chart of a run. Not to be called for other charts, which have none.
    ChartKind kind() const { return *m_kind; }
    /// The name of the chart in files.
    const QString &name() const { return m_name; }
    const QString &title() const { return m_title; }
    /// Three sentences on what the chart shows and how to read it.
    const QString &explanation() const { return m_explanation; }

    const Theme &theme() const { return m_theme; }
    virtual void setTheme(const Theme &theme);
    /// Sets the record, which outlives this or the next call. Null if there is no run.
    void setRecord(const RunRecord *record);
    const RunRecord *record() const { return m_record; }

    /// Reads what is new in the record, for about `budget` at most, and draws it. Returns false if
    /// there is more.
    bool refresh(const Moment &moment, std::chrono::nanoseconds budget);

    /// Whether the chart is so expensive that it is computed only while visible or exported.
    virtual bool isOnlyForWhoLooks() const { return false; }

    /// Whether there is anything to show.
    virtual bool hasData() const { return m_record != nullptr; }
    /// One line on what the chart shows, such as the settings and the outcome of the run.
    virtual QString subject(const Moment &moment) const;
    /// Writes the data of the chart, completely or not at all. May be called on any thread while
    /// the record exists, if there is one.
    using DataWriter =
        std::function<Result<void>(const std::filesystem::path &, const ShouldContinue &)>;
    virtual DataWriter dataWriter() const;

    /// The main figure in one line. Empty while there is none.
    virtual QString figure() const = 0;
    /// The main figure in fewer words, for narrow places.
    virtual QString shortFigure() const { return figure(); }
    virtual std::vector<Series> series() const = 0;
    /// Shows or hides a series that is a switch.
    virtual void setSeriesVisible(std::size_t, bool) { }
    /// Shows all data.
    virtual void fit() = 0;
    /// Marks an index, or removes the mark. Some charts ignore this.
    virtual void showIndex(std::optional<std::uint64_t>) { }
    /// Shows or hides the user's selection from the next drawing on.
    virtual void setSelectionVisible(bool) { }

    /// Lays out the chart for this size, so that refresh() reads what a picture needs.
    void layOut(const QSize &size);
    /// Draws the chart at this size without cross-hair, for an export.
    void paintTo(QCPPainter *painter, const QSize &size);

signals:
    void figureChanged();
    /// The chart needs refresh() again, even if the run has ended.
    void framesWanted();
    void seriesChanged();
    /// The user wants to see the outcome of this index.
    void indexPicked(quint64 index);

protected:
    enum class Changed { Nothing, Picture };
    struct Taken {
        Changed changed = Changed::Nothing;
        bool all = true;
    };
    /// A chart of a run overrides both.
    virtual void recordChanged() { }
    virtual Taken takeNew(const Moment &, std::chrono::steady_clock::time_point) { return {}; }
    /// Returns a text, with units, on the data at this point. Empty if there is none.
    virtual QString textAt(const QPointF &position) const = 0;
    virtual std::optional<std::uint64_t> indexAt(const QPointF &) const { return std::nullopt; }
    /// Whether a click at this point has an effect.
    virtual bool canBeClicked(const QPointF &position) const
    {
        return indexAt(position).has_value();
    }
    /// Handles a click that does not select an index.
    virtual void clicked(const QPointF &) { }
    virtual void hovered(std::optional<QPointF>) { }

    /// Applies the theme.
    void styleAxis(QCPAxis *axis) const;
    /// Whether this point is over the plot, where the chart shows a hover text.
    virtual bool isOverPlot(const QPoint &position) const
    {
        return axisRect()->rect().contains(position);
    }
    void setCrossHair(std::optional<double> key);
    /// Redraws after a change other than one of the record.
    void replotSoon();
    /// Updates the chart after its data was replaced or removed.
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
    std::optional<quint64> m_clicked; ///< the index to pick unless a double click follows
    QTimer m_clickTimer;
};

/// A chart whose key axis is the time that a TimeView shows.
class TimeChart : public Chart {
    Q_OBJECT

public:
    /// `view` outlives this.
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
