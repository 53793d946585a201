// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <QLinearGradient>
#include <QRgb>
#include <array>

namespace headscope {

/// 256 colours from 0 to 1. Grey runs from the paper to the text colour's side, so it prints.
const std::array<QRgb, 256>& colourTable(ColourMapName name, bool dark);
/// value in 0 … 1, clamped; NaN gives a colour of its own that no map contains.
QRgb colourAt(ColourMapName name, bool dark, double value);
/// The map from its colour of 0 at `from` to that of 1 at `to`.
QLinearGradient colourGradient(ColourMapName name, bool dark, const QPointF& from, const QPointF& to);

} // namespace headscope
