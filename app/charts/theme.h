// SPDX-License-Identifier: GPL-3.0-or-later
// Theme: the colours of the window and its charts, light or dark.
#pragma once

#include "spec/indexrange.h"

#include <QColor>

namespace poolscope {

struct Theme {
    enum class Kind { Light, Dark };

    Kind kind = Kind::Light;
    QColor window; ///< behind everything
    QColor surface; ///< cards, fields, charts
    QColor raised; ///< buttons, headers
    QColor border;
    QColor text;
    QColor muted; ///< text that is not the first thing to read
    QColor grid;
    QColor accent; ///< what can be pressed, what is selected
    QColor onAccent;
    QColor track; ///< a lane whose worker waits
    QColor starting; ///< a lane whose worker starts
    QColor failure;
    QColor quarantined;
    QColor warning;

    static Theme of(Kind kind);

    /// Of Okabe and Ito's palette, safe for colour-blind eyes, without what such eyes could take
    /// for the colour of failures. The colours come round again after five workers.
    QColor worker(WorkerId id) const;
};

} // namespace poolscope
