// SPDX-License-Identifier: GPL-3.0-or-later
// FilterRunner: a long-lived process that answers each line with one line.
//
// A line is written when the answer to the line before has been read. A filter has finished an
// answer when it waits for its next line; run() then returns one line for each input of the batch.
// A filter for which LineWait cannot detect that receives whole chunks as batches, and run()
// returns when each input has one line and the filter has been silent for 5 ms.
//
// If a filter answers with no line, answers with more than one, or ends, the inputs of the batch
// fail, and the filter is started again for the next batch. If another line appears after 5 ms of
// silence, values that run() has returned may belong to other inputs. wrongValues() reports that.
#pragma once

#include "worker/linewait.h"
#include "worker/patience.h"
#include "worker/pipeio.h"
#include "worker/taskrunner.h"
#include "worker/textinputs.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::worker {

class FilterRunner : public TaskRunner {
public:
    /// `path` is the program to start, `words` its argv.
    FilterRunner(const wire::Setup &setup, std::string path, std::vector<std::string> words,
        ErrorOutput errorOutput);
    /// Starts the filter if none runs. Returns the reason if that fails.
    std::optional<Failure> start();

    std::uint64_t batchSize(std::uint64_t suggested) const override;
    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override;
    void end() override;
    std::optional<std::string> wrongValues() const override { return m_wrongValues; }

private:
    /// A line that is sent to the filter, and the wait for the answer.
    struct Exchange {
        std::uint64_t index = 0;
        std::string line;
        std::size_t written = 0;
        std::uint64_t begun = 0; ///< clock time
        Patience patience;
        std::uint64_t silentSince = 0; ///< clock time
        int looks = 0; ///< seconds for which the filter was silent

        bool isWritten() const { return written == line.size(); }
    };

    std::optional<Failure> runOne(std::uint64_t index, std::string_view input);
    std::optional<Failure> exchange(Exchange &exchange);
    void write(Exchange &exchange);
    std::optional<Failure> printedBefore(std::uint64_t index);
    Readiness await(const Exchange &exchange);
    void take(Exchange &exchange, const Readiness &ready);
    bool hasLine();
    bool isAnswered(const Exchange &exchange);
    std::optional<Failure> beyondLimits(Exchange &exchange);
    Failure tooLong() const;
    std::optional<Failure> whySilent(Exchange &exchange);
    bool waitsForNextLine(const Exchange &exchange);
    std::optional<Failure> awaitEndOfAnswers(std::uint64_t index);
    bool hasTakenAll();
    bool hasSurplus() const;
    Failure surplus(std::uint64_t index);
    std::string lineTooMany(std::string_view line);
    Failure endedEarly(const Exchange &exchange);
    Failure failed(std::string_view kind, std::string message) const;
    void encodeFailures(Batch batch, const Failure &ofEarlier, const Failure &ofLast);
    void kill();
    void awaitExit();

    wire::Setup m_setup;
    std::string m_path;
    std::vector<std::string> m_words;
    TextInputs m_inputs;
    OutputLimit m_outputLimit;
    ErrorOutput m_errorOutput;
    ErrorTail m_errors;
    OomWatch m_outOfMemory;
    std::optional<ChildProcess> m_filter;
    std::optional<LineWait> m_lineWait; ///< of m_filter
    bool m_answeredBefore = false; ///< whether this process has answered a line
    bool m_showsItsWait = true; ///< false once LineWait could not detect the wait
    std::uint64_t m_firstOfBatch = 0; ///< inputs before it were answered by earlier calls of run()
    /// The first input after LineWait last detected that the filter waits for its next line.
    std::optional<std::uint64_t> m_unconfirmedFrom;
    std::optional<std::string> m_wrongValues;
    std::string m_answer;
    std::size_t m_searched = 0; ///< bytes of m_answer that have no newline
    std::string m_values;
};

/// Starts the filter of the Setup. Fails if that is not possible.
Result<std::unique_ptr<TaskRunner>> makeFilterRunner(
    const wire::Setup &setup, ErrorOutput errorOutput);

} // namespace poolscope::worker
