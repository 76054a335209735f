// SPDX-License-Identifier: GPL-3.0-or-later
// FilterRunner: a long-lived process that answers each line with one line.
//
// A line is written when the answer to the one before is there, so that an answer belongs to its
// input whatever the filter does. One that answers with more than a line, not at all, or ends,
// fails the input that it was on, and is started anew for the next.
//
// A filter has said all of its answer when it waits for its next line, and an answer counts then.
// Of some that cannot be told (see LineWait): their first answer is given milliseconds for a second
// line, later ones a part of the time that they took. Their values are in doubt until the filter
// waits visibly or has come to its end with no line left over. Where there is one, they are wrong.
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
    /// Starts the filter, if none runs. Its reason where that fails.
    std::optional<Failure> start();

    std::uint64_t largestBatch() const override { return 1; }
    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override;
    void end() override;
    wire::Standing standing() const override;

private:
    /// One line on its way through the filter.
    struct Exchange {
        std::uint64_t index = 0;
        std::string line;
        std::size_t written = 0;
        std::uint64_t begun = 0;
        Patience patience;
        std::uint64_t silentSince = 0;
        int looks = 0; ///< at a filter that says nothing

        bool isWritten() const { return written == line.size(); }
    };

    std::optional<Failure> runOne(std::uint64_t index, std::string_view input);
    std::optional<Failure> exchange(Exchange &exchange);
    void write(Exchange &exchange);
    std::optional<Failure> saidBefore();
    Readiness await(const Exchange &exchange);
    void take(Exchange &exchange, const Readiness &ready);
    bool hasLine();
    bool isAnswered(const Exchange &exchange);
    std::optional<Failure> beyondLimits(Exchange &exchange);
    Failure tooLong() const;
    std::optional<Failure> whySilent(Exchange &exchange);
    bool readsOn(const Exchange &exchange);
    void awaitSurplus(const Exchange &exchange);
    bool hasTaken(const Exchange &exchange);
    bool hasSurplus() const;
    std::uint64_t graceFor(std::uint64_t duration);
    std::string answeredTooMuch(std::string_view how);
    Failure endedEarly(const Exchange &exchange);
    Failure failed(std::string_view kind, std::string message) const;
    void leave(std::uint64_t index);
    void comeToEnd();

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
    bool m_answeredBefore = false; ///< this process has
    bool m_showsItsWait = true; ///< as far as is known
    /// The first of its answers since it last was known to have said all.
    std::optional<std::uint64_t> m_inDoubtFrom;
    std::string m_wrong; ///< why answers that were in doubt are other inputs'
    std::string m_answer;
    std::size_t m_searched = 0; ///< bytes of it that have no newline
    std::string m_values;
};

/// Starts the filter of the Setup. Fails where that is not possible.
Result<std::unique_ptr<TaskRunner>> makeFilterRunner(
    const wire::Setup &setup, ErrorOutput errorOutput);

} // namespace poolscope::worker
