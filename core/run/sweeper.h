// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeper: runs the Experiment of a sweep, and appends its measurements to a file, so that a sweep
// that was stopped can be continued.
//
// If the file cannot be written any more, the sweep continues without it.
#pragma once

#include "analysis/sweep.h"
#include "run/experiment.h"
#include "run/sweepfile.h"

#include <QObject>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace poolscope {

class Sweeper : public QObject {
    Q_OBJECT

public:
    struct Request {
        RunSpec spec; ///< workers and chunk are ignored
        SweepPlan plan;
        std::filesystem::path file; ///< empty for one in `folder`, named by hashOf()
        std::filesystem::path folder; ///< no file is used if this is empty, too
        enum class Earlier { Keep, Discard };
        Earlier earlier = Earlier::Keep; ///< measurements in the file
    };

    explicit Sweeper(QObject *parent = nullptr);
    ~Sweeper() override;

    /// Starts the sweep. Does nothing while the experiment is active.
    void start(const Request &request);
    Experiment &experiment() { return m_experiment; }
    const Experiment &experiment() const { return m_experiment; }

    /// All measurements of this sweep, with those that were in the file before.
    const std::vector<SweepMeasurement> &measurements() const { return m_measurements; }
    enum class File { None, HasAll, Failed };
    /// Whether a file has all measurements of the last start.
    File file() const { return m_file; }

signals:
    /// The first run starts, and measurements() has those of earlier sweeps. `file` is empty if
    /// there is none.
    void opened(const std::string &file);
    void measured(const poolscope::SweepMeasurement &measurement);
    /// The file cannot be written any more.
    void fileFailed(const std::string &why);

private:
    /// The results of preparation, besides the experiment.
    struct Opened {
        std::filesystem::path path;
        std::unique_ptr<SweepFile> file;
        std::vector<SweepStep> steps; ///< of the experiment's runs
    };

    static Result<Experiment::Prepared> prepare(
        const Request &request, Opened &opened, const StillWanted &wanted);
    static Result<void> openFile(const Request &request, const InputSource &inputs, Opened &opened,
        const StillWanted &wanted);
    void begin();
    void add(std::size_t run, const RunMeasurement &measurement);

    Experiment m_experiment;
    std::shared_ptr<Opened> m_opened;
    std::vector<SweepMeasurement> m_measurements;
    File m_file = File::None;
};

} // namespace poolscope
