// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/sweepfile.h"

#include "input/contenthash.h"
#include "pool/taskcontent.h"
#include "run/programversion.h"
#include "runfile/runfile.h"
#include "spec/runarguments.h"
#include "spec/specfolder.h"
#include "spec/writtentext.h"
#include "system/newfile.h"
#include "system/usablecores.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

using Json = nlohmann::json;

constexpr const char *versionKey = "poolscope_sweep";
constexpr int version = 2;
constexpr const char *automatic = "auto";

Json subjectJson(const SweepSubject &subject)
{
    return {
        {versionKey, version},
        {"arguments", writtenArguments(subject.spec)},
        {"task_files", subject.taskFiles},
        {"input", subject.inputHash},
        {"folder", writtenText(subject.folder)},
        {"host", writtenText(subject.host)},
        {"usable_cores", subject.cores},
        {"program", subject.program},
    };
}

Json measurementJson(const SweepMeasurement &measurement)
{
    const SweepSetting &setting = measurement.step.setting;
    return {
        {"workers", setting.workers},
        {"chunk", setting.chunk ? Json(*setting.chunk) : Json(automatic)},
        {"repeat", measurement.step.repeat},
        {"rate", measurement.run.throughput},
        {"makespan_s", measurement.run.makespan},
        {"elapsed_s", measurement.run.elapsed},
        {"failed", measurement.run.failed},
    };
}

template <typename Number>
std::optional<Number> numberIn(const Json &json, const char *key, Number least, Number most)
{
    const auto found = json.find(key);
    const bool isNumber = found != json.end()
        && (std::is_floating_point_v<Number> ? found->is_number() : found->is_number_unsigned());
    if (!isNumber || found->get<double>() > static_cast<double>(most))
        return std::nullopt;
    const auto value = found->get<Number>();
    return value >= least && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<SweepMeasurement> measurementFrom(const Json &json)
{
    constexpr double most = 1e300;
    if (!json.is_object() || !json.contains("chunk"))
        return std::nullopt;
    const auto workers = numberIn<std::uint32_t>(json, "workers", 1, maxWorkers);
    const auto chunk = numberIn<std::uint64_t>(json, "chunk", 1, maxChunk);
    const auto repeat = numberIn<std::uint32_t>(json, "repeat", 1, UINT32_MAX);
    const auto rate = numberIn<double>(json, "rate", 0, most);
    const auto makespan = numberIn<double>(json, "makespan_s", 0, most);
    const auto elapsed = numberIn<double>(json, "elapsed_s", 0, most);
    const auto failed = numberIn<std::uint64_t>(json, "failed", 0, UINT64_MAX / 2);
    if (!workers || !(chunk || json["chunk"] == automatic) || !repeat || !rate || !makespan
        || !elapsed || !failed)
        return std::nullopt;
    return SweepMeasurement{{{*workers, chunk}, *repeat}, {*rate, *makespan, *elapsed, *failed}};
}

Json parseLine(std::string_view line)
{
    return Json::parse(line, nullptr, false);
}

/// The first difference between the conditions of the file and of this process, in a few words.
/// Empty if there is none.
std::string differenceOf(const Json &then, const Json &now)
{
    constexpr std::array names{
        std::pair{"arguments", "another task, input or setting"},
        std::pair{"task_files", "a task that has changed since"},
        std::pair{"input", "an input that has changed since"},
        std::pair{"folder", "another folder"},
        std::pair{"host", "another machine"},
        std::pair{"usable_cores", "another number of usable cores"},
        std::pair{"program", "another version of Poolscope"},
    };
    for (const auto &[key, name] : names) {
        if (!then.contains(key) || then[key] != now[key])
            return name;
    }
    return {};
}

std::string reason()
{
    return std::strerror(errno);
}

std::string dumped(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> textIn(int descriptor, const std::filesystem::path &path)
{
    std::string text;
    std::array<char, 65536> piece{};
    ssize_t got = 0;
    while ((got = ::read(descriptor, piece.data(), piece.size())) > 0)
        text.append(piece.data(), static_cast<std::size_t>(got));
    if (got < 0)
        return failure("cannot read " + path.string() + ": " + reason());
    return text;
}

/// The contents of a file, and the size of its whole lines.
struct Contents {
    Json subject;
    std::vector<SweepMeasurement> measurements;
    std::size_t whole = 0;
};

Result<Contents> contentsOf(const std::string &text, const std::filesystem::path &path)
{
    std::size_t end = text.find('\n');
    Contents contents;
    contents.subject = parseLine(std::string_view(text).substr(0, end));
    const Json &subject = contents.subject;
    const bool isOurs =
        end != std::string::npos && subject.is_object() && subject.contains(versionKey);
    if (!isOurs || subject[versionKey] != version)
        return failure(path.string()
            + (isOurs ? " is of another version of Poolscope" : " is not a file of a sweep")
            + ": choose another name for --save");
    std::size_t &whole = contents.whole;
    for (whole = end + 1; (end = text.find('\n', whole)) != std::string::npos; whole = end + 1) {
        const auto measurement =
            measurementFrom(parseLine(std::string_view(text).substr(whole, end - whole)));
        if (!measurement)
            return failure(path.string() + " is damaged: line "
                + std::to_string(2 + contents.measurements.size()) + " is not a measurement");
        contents.measurements.push_back(*measurement);
    }
    return contents;
}

} // namespace

Result<SweepSubject> sweepSubject(
    const RunSpec &spec, const InputSource &inputs, const StillWanted &wanted)
{
    SweepSubject subject;
    subject.spec = spec;
    subject.spec.pool.workers.reset();
    subject.spec.pool.chunk.reset();
    const auto files = taskFiles(spec.task, wanted);
    if (!files)
        return tl::unexpected(files.error());
    for (const TaskFile &file : *files)
        subject.taskFiles.push_back(file.hash);
    subject.inputHash = inputs.content().hash;
    subject.folder = currentFolder();
    subject.host = thisProcess().host;
    subject.cores = usableCores();
    subject.program = programVersion();
    return subject;
}

std::string hashOf(const SweepSubject &subject)
{
    ContentHasher hasher;
    hasher.add(dumped(subjectJson(subject)));
    return hasher.digest();
}

Result<std::vector<SweepMeasurement>> readSweepFile(const std::filesystem::path &path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return failure("cannot read " + path.string() + ": " + reason());
    const auto text = textIn(descriptor, path);
    ::close(descriptor);
    return text.and_then([&](const std::string &read) { return contentsOf(read, path); })
        .map([](Contents contents) { return std::move(contents.measurements); });
}

SweepFile::SweepFile(std::filesystem::path path, std::filesystem::path place, int descriptor)
    : m_path(std::move(path))
    , m_place(std::move(place))
    , m_descriptor(descriptor)
{
}

SweepFile::SweepFile(SweepFile &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_place(std::move(other.m_place))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_size(other.m_size)
    , m_measurements(std::move(other.m_measurements))
{
}

SweepFile::~SweepFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<SweepFile> SweepFile::open(const std::filesystem::path &path, const SweepSubject &subject)
{
    const auto place = followOwnLinks(path);
    if (!place)
        return tl::unexpected(place.error());
    constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int descriptor = ::open(place->c_str(), flags | O_CREAT | O_EXCL, 0666);
    if (descriptor < 0 && errno == EEXIST)
        descriptor = ::open(place->c_str(), flags);
    if (descriptor < 0)
        return failure("cannot write " + path.string() + ": " + reason());
    SweepFile file(path, *place, descriptor);
    std::error_code error;
    if (!std::filesystem::is_regular_file(*place, error) || mayBePlanted(*place))
        return failure("cannot write " + path.string()
            + ": it is not a regular file, or another user made it");
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return failure("another sweep is writing to " + path.string());
    if (const auto taken = file.take(subject); !taken)
        return tl::unexpected(taken.error());
    return file;
}

Result<void> SweepFile::take(const SweepSubject &subject)
{
    const auto text = textIn(m_descriptor, m_path);
    if (!text)
        return tl::unexpected(text.error());
    const std::string first = dumped(subjectJson(subject));
    if (text->empty())
        return write(first);
    auto contents = contentsOf(*text, m_path);
    if (!contents)
        return tl::unexpected(contents.error());
    if (const std::string difference = differenceOf(contents->subject, parseLine(first));
        !difference.empty())
        return failure(m_path.string() + " has measurements of " + difference
            + ", which cannot be compared with these: choose another name for --save");
    m_measurements = std::move(contents->measurements);
    const bool isCutOff = contents->whole < text->size();
    if (isCutOff && ::ftruncate(m_descriptor, static_cast<off_t>(contents->whole)) != 0)
        return failure("cannot write " + m_path.string() + ": " + reason());
    if (::lseek(m_descriptor, 0, SEEK_END) < 0)
        return failure("cannot write " + m_path.string() + ": " + reason());
    m_size = contents->whole;
    return {};
}

Result<void> SweepFile::append(const SweepMeasurement &measurement)
{
    return write(measurementJson(measurement).dump());
}

Result<void> SweepFile::write(const std::string &line)
{
    const auto size = sizeIfStillAt(m_place, m_descriptor);
    if (!size)
        return failure(m_path.string() + " " + size.error().message);
    if (*size < m_size)
        return failure(m_path.string() + " was cut short");
    std::string_view rest;
    const std::string ended = line + "\n";
    for (rest = ended; !rest.empty();) {
        const ssize_t written = ::write(m_descriptor, rest.data(), rest.size());
        if (written > 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
        else if (written < 0 && errno != EINTR)
            return failure("cannot write " + m_path.string() + ": " + reason());
    }
    m_size += ended.size();
    if (::fdatasync(m_descriptor) != 0 && errno != EINVAL)
        return failure("cannot write " + m_path.string() + ": " + reason());
    return {};
}

} // namespace poolscope
