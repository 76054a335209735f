// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/runfileload.h"

#include "record/recordrestorer.h"
#include "record/runfile.h"
#include "record/runfilereader.h"

#include "input/integerrange.h"

namespace poolscope {

namespace {

/// The inputs of a run whose input was not opened.
class UnreadInputs : public InputSource {
public:
    explicit UnreadInputs(std::uint64_t size)
        : m_size(size)
    {
    }
    std::uint64_t size() const override { return m_size; }
    std::uint64_t meanEncodedSize() const override { return 0; }
    std::uint64_t maxEncodedSize() const override { return 0; }
    Result<void> encode(std::uint64_t, std::uint64_t, std::string &) override { return unread(); }
    Result<std::string> text(std::uint64_t) override { return unread(); }
    InputContent content() const override { return {}; }
    Result<std::unique_ptr<InputSource>> duplicate() const override
    {
        return std::make_unique<UnreadInputs>(m_size);
    }

private:
    static tl::unexpected<Error> unread() { return failure("(the input was not read again)"); }

    std::uint64_t m_size;
};

/// A range is known without being read.
std::unique_ptr<InputSource> inputsOf(const RunDescription &description)
{
    const auto *range = std::get_if<RangeInput>(&description.spec.input);
    if (range && size(*range) == description.inputCount) {
        if (auto source = openInput(description.spec.input))
            return std::move(*source);
    }
    return std::make_unique<UnreadInputs>(description.inputCount);
}

} // namespace

Result<LoadedRun> loadRunFile(const std::string &path)
{
    auto reader = RunFileReader::open(path);
    if (!reader)
        return tl::unexpected(reader.error());
    LoadedRun loaded;
    loaded.info = reader->info();
    loaded.record = std::make_unique<RunRecord>();
    RunRecord &record = *loaded.record;
    record.spec = loaded.info.description.spec;
    record.machine = loaded.info.description.machine;
    record.startedAt = loaded.info.description.startedAt;
    record.inputCount = loaded.info.description.inputCount;
    record.inputs = inputsOf(loaded.info.description);
    auto outcomes = OutcomeStore::make(record.inputCount, OutcomeStore::Keep::All);
    if (!outcomes)
        return failure(path + ": " + outcomes.error().message);
    record.outcomes = std::move(*outcomes);
    RecordRestorer restorer(record);
    const auto take = [&](const Piece &piece) {
        return restorer.take(piece);
    };
    if (const auto taken = reader->forEachPiece(take); !taken)
        return tl::unexpected(taken.error());
    if (const auto finished = restorer.finish(loaded.info.progress); !finished)
        return failure(path + " is damaged: " + finished.error().message);
    loaded.written = restorer.positions();
    const RunProgress &progress = loaded.info.progress;
    if (progress.state != RunState::Running || !isAlive(progress.holder))
        restorer.closeWorkers();
    return loaded;
}

} // namespace poolscope
