// SPDX-License-Identifier: GPL-3.0-or-later
// WatchVerifier: runs a watched command once unchanged and once with the changes that a verdict
// advises, and compares a call of the two. Further pairs with the same request are added.
//
// What the command prints is dropped, and nothing is stored. The runs end with this object.
#pragma once

#include "analysis/verdict.h"
#include "analysis/watchverification.h"
#include "record/runrecord.h"
#include "window/watchcontroller.h"

#include <QObject>
#include <memory>
#include <optional>

namespace poolscope {

class WatchVerifier : public QObject {
    Q_OBJECT

public:
    struct Request {
        WatchRequest present;
        std::vector<std::string> changes; ///< that are advised: "chunksize=64@post.py:9"
        std::string file; ///< of the call that is compared
        std::uint64_t line = 0; ///< in the file
        std::string method;
        std::size_t number = 0; ///< of the call among those from this line, from 0
        std::optional<ExpectedRate> expected;
        double recorded = 0; ///< inputs per second of the call that the advice is on
        Duration elapsed{}; ///< of the command when the call was recorded
    };

    using QObject::QObject;

    /// Starts a pair of runs, unless one is under way. The pair is added to those before if they
    /// compared the same.
    void start(const Request &request);
    /// Interrupts the command and drops the pair.
    void stop();
    bool isActive() const { return m_running != nullptr; }
    /// "Run 1 of 2: unchanged". Empty if there is none.
    QString progressText() const;

signals:
    void activityChanged();
    void verified(const poolscope::WatchVerification &verification);
    void failed(const QString &why);

private:
    bool compares(const Request &request) const;
    void startRun();
    void runEnded();
    void finish(const QString &why = {});
    std::optional<double> rateOfCall() const;

    Request m_request;
    WatchVerification m_verification; ///< the pairs that are complete
    std::optional<double> m_unchanged; ///< of the pair under way
    std::unique_ptr<WatchController> m_running;
};

/// Returns the request to verify the advice on a call, without the commands' folder and words.
/// Nothing if what is advised cannot be set from outside. `number` is that of the call among those
/// from its line.
std::optional<WatchVerifier::Request> verificationOf(
    const WatchedCall &call, const evidence::OfCall &found, std::size_t number);

} // namespace poolscope
