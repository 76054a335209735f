// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/causecolours.h"

namespace poolscope {

QColor causeColour(const Theme &theme, Cause cause)
{
    // M. Okabe and K. Ito, Color Universal Design, 2008
    static const QColor green(0x009e73);
    static const QColor skyBlue(0x56b4e9);
    static const QColor orange(0xe69f00);
    static const QColor vermilion(0xd55e00);
    static const QColor purple(0xcc79a7);
    static const QColor yellow(0xf0e442);
    constexpr int stronger = 130;
    constexpr int weaker = 118;
    constexpr int weakest = 150;
    switch (cause) {
    case Cause::OnCpu:
        return green;
    case Cause::Running:
        return green.lighter(weakest);
    case Cause::Waiting:
        return skyBlue;
    case Cause::Preempted:
        return orange;
    case Cause::Throttled:
        return vermilion;
    case Cause::Coordinator:
        return purple.darker(stronger);
    case Cause::UnderWay:
        return purple;
    case Cause::TransferIn:
        return purple.lighter(weaker);
    case Cause::TransferOut:
        return purple.lighter(weakest);
    case Cause::Order:
        return yellow;
    case Cause::Consumer:
        return yellow.darker(weaker);
    case Cause::Disk:
        return yellow.darker(stronger);
    case Cause::Input:
        return yellow.darker(stronger + weaker - 100);
    case Cause::Tail:
        return theme.muted;
    case Cause::Idle:
        return theme.muted.lighter(weaker);
    case Cause::Starting:
        return theme.starting;
    case Cause::Lost:
        return theme.failure;
    case Cause::Paused:
        return theme.border;
    case Cause::Absent:
        return theme.surface;
    case Cause::Unknown:
        return theme.track;
    }
    return theme.track;
}

QColor activityColour(const Theme &theme, ParentActivity activity)
{
    switch (activity) {
    case ParentActivity::Sending:
        return causeColour(theme, Cause::Coordinator);
    case ParentActivity::Receiving:
        return causeColour(theme, Cause::TransferIn);
    case ParentActivity::Looping:
        return causeColour(theme, Cause::Consumer);
    }
    return theme.track;
}

} // namespace poolscope
