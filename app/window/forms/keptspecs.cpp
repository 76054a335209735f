// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/forms/keptspecs.h"

#include "spec/runarguments.h"
#include "spec/specfolder.h"
#include "spec/writtentext.h"

#include <QSettings>

namespace poolscope {

namespace {

constexpr qsizetype mostRecent = 10;
const QString recentKey = QStringLiteral("run/recent");
const QString typedKey = QStringLiteral("run/arguments");
const QString trustedKey = QStringLiteral("run/trusted");

} // namespace

RunSpec defaultSpec()
{
    RunSpec spec;
    spec.task = BuiltinTask{"sqrt", {}};
    spec.input = RangeInput{1, 5000, 1};
    spec.pool.workers = 2;
    return spec;
}

RunSpec withPool(RunSpec spec, const PoolSpec &pool)
{
    spec.pool.workers = pool.workers;
    spec.pool.chunk = pool.chunk;
    spec.pool.window = pool.window;
    spec.pool.start = pool.start;
    return spec;
}

QStringList keptArguments(const RunSpec &spec)
{
    QStringList kept{QString::fromStdString(writtenText(currentFolder()))};
    for (const std::string &argument : writtenArguments(spec))
        kept << QString::fromStdString(argument);
    return kept;
}

Result<RunSpec> specOf(const QStringList &keptArguments)
{
    std::vector<std::string> arguments;
    for (const QString &argument : keptArguments)
        arguments.push_back(argument.toStdString());
    std::string folder; // older versions did not store it
    if (!arguments.empty() && !arguments.front().starts_with('-')) {
        folder = bytesOfWritten(arguments.front());
        arguments.erase(arguments.begin());
    }
    auto spec = parseWrittenArguments(arguments);
    if (!spec || folder.empty() || folder == currentFolder())
        return spec;
    return startingFrom(folder, std::move(*spec));
}

QString commandText(const RunSpec &spec)
{
    return QString::fromStdString(shellCommand(spec));
}

std::optional<TypedSpec> typedSpec(const QSettings &settings)
{
    const QStringList arguments = settings.value(typedKey).toStringList();
    auto spec = specOf(arguments);
    if (arguments.isEmpty() || !spec)
        return std::nullopt;
    return TypedSpec{std::move(*spec), settings.value(trustedKey, false).toBool()};
}

void saveTypedSpec(const TypedSpec &typed, QSettings &settings)
{
    settings.setValue(typedKey, keptArguments(typed.spec));
    settings.setValue(trustedKey, typed.isTrusted);
}

std::vector<RunSpec> recentSpecs()
{
    std::vector<RunSpec> specs;
    for (const QVariant &entry : QSettings().value(recentKey).toList()) {
        if (auto spec = specOf(entry.toStringList()))
            specs.push_back(std::move(*spec));
    }
    return specs;
}

void rememberSpec(const RunSpec &spec)
{
    QSettings settings;
    QVariantList recent = settings.value(recentKey).toList();
    const QStringList arguments = keptArguments(spec);
    recent.removeAll(arguments);
    recent.prepend(arguments);
    settings.setValue(recentKey, recent.mid(0, mostRecent));
}

} // namespace poolscope
