// SPDX-License-Identifier: GPL-3.0-or-later
// HistoryModel: the run files of a folder as a table, the newest first. Name and note can be
// edited. Files that cannot be read, such as those of another version, are grey and have the reason
// in place of a note.
//
// Reading many files may take long, so it happens on another thread, while the model shows the
// previous state.
#pragma once

#include "run/background.h"
#include "runfile/runfileformat.h"

#include <QAbstractTableModel>
#include <vector>

namespace poolscope {

class HistoryModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, When, State, Task, Input, Done, Failed, Makespan, Rate, Size, Note };
    static constexpr int sortRole = Qt::UserRole;

    /// Lists the run files of this folder, which need not exist yet.
    explicit HistoryModel(QString folder, QObject *parent = nullptr);

    const QString &folder() const { return m_folder; }
    /// Reads the folder again.
    void refresh();

    QString path(int row) const;
    const RunFileInfo &info(int row) const;
    bool canOpen(int row) const;
    bool canResume(int row) const;
    /// Why runs of this kind cannot be resumed. Empty if they can.
    QString neverResumed(int row) const;
    int rowOf(const QString &path) const; ///< -1 if the file is not listed
    /// Deletes the file.
    Result<void> remove(int row);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

signals:
    void refreshed();
    void failed(const QString &why);

private:
    struct Entry {
        QString path;
        std::uint64_t size = 0;
        RunFileInfo info;
        std::string problem = {}; ///< why the file cannot be read. Empty if it can
    };
    using Entries = std::vector<Entry>;

    static Entries readFolder(const QString &folder);
    void take(Entries entries);
    void takeNews(Entries entries);
    QString text(const Entry &entry, int column) const;
    QString textOfUnreadable(const Entry &entry, int column) const;
    QString toolTip(const Entry &entry, int column) const;
    QVariant sortKey(const Entry &entry, int column) const;

    QString m_folder;
    Entries m_entries;
    LatestJob m_reading;
};

} // namespace poolscope
