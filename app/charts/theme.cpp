// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/theme.h"

#include <array>

namespace poolscope {

namespace {

// M. Okabe and K. Ito, Color Universal Design, 2008
constexpr QRgb orange = 0xffe69f00;
constexpr QRgb skyBlue = 0xff56b4e9;
constexpr QRgb bluishGreen = 0xff009e73;
constexpr QRgb yellow = 0xfff0e442;
constexpr QRgb blue = 0xff0072b2;
constexpr QRgb reddishPurple = 0xffcc79a7;

} // namespace

Theme Theme::of(Kind kind)
{
    Theme theme;
    theme.kind = kind;
    if (kind == Kind::Light) {
        theme.window = 0xffeef1f4;
        theme.surface = 0xffffffff;
        theme.raised = 0xfff6f8fa;
        theme.border = 0xffd5dbe1;
        theme.text = 0xff18222c;
        theme.muted = 0xff5b6875;
        theme.grid = 0xffe6eaee;
        theme.accent = blue;
        theme.onAccent = 0xffffffff;
        theme.track = 0xffebeef1;
        theme.starting = 0xffc9d1d9;
        theme.failure = 0xffb00020;
        theme.quarantined = 0xff18222c;
        theme.warning = 0xff9a6700;
    } else {
        theme.window = 0xff10161c;
        theme.surface = 0xff171f27;
        theme.raised = 0xff1c252e;
        theme.border = 0xff303c47;
        theme.text = 0xffe6ecf1;
        theme.muted = 0xff9aa8b5;
        theme.grid = 0xff26313a;
        theme.accent = skyBlue;
        theme.onAccent = 0xff0d1319;
        theme.track = 0xff242e38;
        theme.starting = 0xff44515e;
        theme.failure = 0xffff4438;
        theme.quarantined = 0xffffffff;
        theme.warning = orange;
    }
    return theme;
}

QColor Theme::worker(WorkerId id) const
{
    static constexpr std::array light{blue, orange, bluishGreen, reddishPurple, skyBlue};
    static constexpr std::array dark{skyBlue, yellow, bluishGreen, reddishPurple, blue};
    const auto &colours = kind == Kind::Light ? light : dark;
    return QColor(colours[(numberOf(id) + colours.size() - 1) % colours.size()]);
}

} // namespace poolscope
