// SPDX-License-Identifier: GPL-3.0-or-later
// WatchVerifier: runs a watched command once unchanged and once with the changes that a verdict
// advises, and compares a call of the two. Further pairs with the same request are added.
//
// The output of the command is dropped, and nothing is stored. The runs end with this object.
#pragma once

#include "analysis/watchverification.h"
#include "events/origin.h"
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
        std::vector<CallChange> changes; ///< that are advised
        WatchedCall call; ///< that is compared, as it was recorded
        std::size_t number = 0; ///< of the call among those from its line, from 0
        std::optional<ExpectedRate> expected;
        double recorded = 0; ///< inputs per second of the call that the advice is on
    };

    using QObject::QObject;

    /// Starts a pair of runs, unless one is under way. The pair is added to those before if they
    /// compared the same.
    void start(const Request &request);
    /// Kills the command and drops the pair.
    void stop();
    bool isActive() const { return m_running != nullptr; }
    /// "Verifying: run 1 of 2, unchanged". Empty if there is none.
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

    Request m_request; ///< the last
    WatchVerification m_verification; ///< the pairs that are complete
    std::optional<double> m_unchanged; ///< of the pair under way
    std::unique_ptr<WatchController> m_running;
};

} // namespace poolscope
