// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/libraryrunner.h"
#include "wire/outcomecodec.h"

#include "poolscope_task.h"
#include "task/numbertext.h"
#include "worker/library.h"
#include "worker/numberstore.h"
#include "worker/outcomes.h"
#include "worker/textinputs.h"

#include <bit>
#include <cxxabi.h>
#include <exception>
#include <optional>
#include <string>
#include <typeinfo>

namespace poolscope::worker {

namespace {

/// The reply of a task: its value or its failure.
class Reply : public poolscope_reply {
public:
    Reply()
        : poolscope_reply{0, resizeValue, keepFailure}
    {
    }

    void begin()
    {
        size = 0;
        m_failure.reset();
    }
    const std::optional<Failure> &failure() const { return m_failure; }
    std::string_view value() const { return {m_value.data(), size}; }

    /// Calls the task. An exception that it throws is its failure.
    template <typename Call> void take(const Call &call)
    {
        begin();
        try {
            call();
        } catch (const abi::__forced_unwind &) {
            throw;
        } catch (const std::exception &error) {
            m_failure = failed(nameOf(typeid(error)), error.what());
        } catch (...) {
            m_failure = failed(nameOf(*abi::__cxa_current_exception_type()), "an exception");
        }
    }

private:
    static Failure failed(std::string type, std::string message)
    {
        return {std::string(failureException), std::move(type), std::move(message), ""};
    }
    static std::string nameOf(const std::type_info &type)
    {
        int status = 0;
        char *name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
        const std::string text = name ? name : type.name();
        std::free(name);
        return text;
    }
    static char *resizeValue(poolscope_reply *reply, std::size_t size)
    {
        auto *self = static_cast<Reply *>(reply);
        try {
            if (size > self->m_value.size())
                self->m_value.resize(std::max(size, 2 * self->m_value.size()));
        } catch (const std::exception &) {
            return nullptr;
        }
        self->size = size;
        return self->m_value.data();
    }
    static void keepFailure(poolscope_reply *reply, const char *message)
    {
        static_cast<Reply *>(reply)->m_failure = failed("", message ? message : "");
    }

    std::string m_value; ///< whose first `size` bytes count
    std::optional<Failure> m_failure;
};

class NumberRunner : public TaskRunner {
public:
    NumberRunner(const wire::Setup &setup, poolscope_number_function *function)
        : m_setup(setup)
        , m_inputs(setup)
        , m_function(function)
        , m_store(setup, OutcomeKind::Real)
    {
    }

    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override
    {
        std::uint64_t *cells = m_store.begin(batch);
        std::uint64_t i = 0;
        for (; i < batch.count && gate.mayBegin(i + 1); ++i) {
            const auto input = next(batch.first + i, items);
            if (!input) {
                cells[i] = 0;
                m_store.fail(i, wrongInput(input.error().message));
                gate.failed();
                continue;
            }
            m_reply.take(
                [&] { cells[i] = std::bit_cast<std::uint64_t>(m_function(*input, &m_reply)); });
            if (const auto &failed = m_reply.failure()) {
                m_store.fail(i, {failed->kind, failed->type, failed->message, failed->detail});
                gate.failed();
            }
        }
        return m_store.finish(i);
    }

private:
    Result<double> next(std::uint64_t index, wire::FieldReader &items)
    {
        if (m_setup.input == wire::InputKind::Range)
            return static_cast<double>(rangeValue(m_setup, index));
        return parseReal(m_inputs.takeOne(index, items));
    }

    wire::Setup m_setup;
    TextInputs m_inputs;
    poolscope_number_function *m_function;
    NumberStore m_store;
    Reply m_reply;
};

class BytesRunner : public TaskRunner {
public:
    BytesRunner(const wire::Setup &setup, poolscope_bytes_function *function)
        : m_inputs(setup)
        , m_function(function)
    {
    }

    wire::Done run(Batch batch, wire::FieldReader &items, const IterationGate &gate) override
    {
        m_values.clear();
        std::uint64_t i = 0;
        for (; i < batch.count && gate.mayBegin(i + 1); ++i) {
            m_input = m_inputs.take(batch.first + i, items).whole; // followed by a NUL byte
            m_reply.take([&] { m_function(m_input.c_str(), m_input.size(), &m_reply); });
            const auto &failed = m_reply.failure();
            wire::encodeOutcome(
                m_values, failed ? failureOutcome(*failed) : textOutcome(m_reply.value()));
            if (failed)
                gate.failed();
        }
        return inlineDone({batch.first, i}, m_values);
    }

private:
    TextInputs m_inputs;
    poolscope_bytes_function *m_function;
    Reply m_reply;
    std::string m_input;
    std::string m_values;
};

} // namespace

Result<std::unique_ptr<TaskRunner>> makeLibraryRunner(const wire::Setup &setup)
{
    using Runner = std::unique_ptr<TaskRunner>;
    return Library::open(setup.target)
        .and_then([&](const Library &library) { return library.task(setup.arguments); })
        .map([&](const poolscope_task *task) -> Runner {
            if (task->number)
                return std::make_unique<NumberRunner>(setup, task->number);
            return std::make_unique<BytesRunner>(setup, task->bytes);
        });
}

} // namespace poolscope::worker
