// SPDX-License-Identifier: GPL-3.0-or-later
// Theme: the colours of the window and its charts, light or dark.
#pragma once

#include "wire/workerid.h"

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
    QColor muted; ///< secondary text
    QColor grid;
    QColor accent; ///< controls and selection
    QColor onAccent;
    QColor track; ///< a lane whose worker waits
    QColor starting; ///< a lane whose worker starts
    QColor failure;
    QColor quarantined;
    QColor warning;

    static Theme of(Kind kind);

    /// The colour of a worker. The five colours are those of Okabe and Ito, safe for colour-blind
    /// people, that do not resemble the colour of failures. They repeat after five workers.
    QColor worker(WorkerId id) const;
};

} // namespace poolscope
