// SPDX-License-Identifier: GPL-3.0-or-later
// SweepFile: the measurements of a sweep in a file, so that the sweep can be continued.
//
// The file is in JSON Lines. The first line has the conditions of the measurements. Each further
// line is one measurement, which is appended and synced when it was made:
//
//     {"poolscope_sweep": 2, "arguments": ["--builtin", "sqrt", ...], "task_files": [HASH, ...],
//      "input": HASH, "folder": ..., "host": ..., "usable_cores": 2, "program": "poolscope 0.1.0"}
//     {"workers": 2, "chunk": 16, "repeat": 1, "rate": 4553.1, "makespan_s": 1.1, "elapsed_s": 1.2,
//      "failed": 0}
//
// A chunk is a number or "auto". A last line that was cut off is dropped. A file with measurements
// of another task, input, machine or program is refused.
#pragma once

#include "analysis/sweep.h"
#include "input/inputsource.h"
#include "pool/askprogram.h"
#include "result.h"
#include "spec/runspec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace poolscope {

/// The conditions that measurements must share to be compared.
struct SweepSubject {
    RunSpec spec; ///< without workers and chunk
    std::vector<std::string> taskFiles; ///< hashes of the task's files
    std::string inputHash; ///< of all inputs
    std::string folder; ///< from which relative paths start
    std::string host;
    std::uint32_t cores = 0; ///< usable cores
    std::string program;
};

/// The conditions under which this process would measure the spec with these inputs.
Result<SweepSubject> sweepSubject(
    const RunSpec &spec, const InputSource &inputs, const StillWanted &wanted);

/// A hash of the conditions in 32 hexadecimal digits, which is the default name of the file.
std::string hashOf(const SweepSubject &subject);

/// Reads the measurements of a file, whatever its subject. Does not change the file.
Result<std::vector<SweepMeasurement>> readSweepFile(const std::filesystem::path &path);

class SweepFile {
public:
    /// Opens or creates the file, and locks it. Fails, without changes, if it has anything but
    /// measurements of this subject.
    static Result<SweepFile> open(const std::filesystem::path &path, const SweepSubject &subject);

    SweepFile(SweepFile &&other) noexcept;
    SweepFile &operator=(SweepFile &&) = delete;
    ~SweepFile();

    /// The measurements that were in the file when it was opened.
    const std::vector<SweepMeasurement> &measurements() const { return m_measurements; }
    /// Appends a measurement, which is on the disk when the call returns.
    Result<void> append(const SweepMeasurement &measurement);

private:
    SweepFile(std::filesystem::path path, std::filesystem::path place, int descriptor);
    Result<void> take(const SweepSubject &subject);
    Result<void> write(const std::string &line);

    std::filesystem::path m_path; ///< as the user wrote it
    std::filesystem::path m_place; ///< with links followed
    int m_descriptor;
    std::uint64_t m_size = 0; ///< bytes that were read or written
    std::vector<SweepMeasurement> m_measurements;
};

} // namespace poolscope
