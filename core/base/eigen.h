// SPDX-License-Identifier: GPL-3.0-or-later
// The only header that includes Eigen. Include it from .cpp files alone: Eigen is slow to compile.
#pragma once

#include "core/base/matrix.h"

#include <Eigen/Core>

namespace headscope {

using EigenMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using EigenRow = Eigen::Matrix<Scalar, 1, Eigen::Dynamic>;

/// The same memory seen as an Eigen matrix [rows, cols].
inline Eigen::Map<EigenMatrix> view(Matrix& m) { return {m.data(), m.rows(), m.cols()}; }
inline Eigen::Map<const EigenMatrix> view(const Matrix& m) { return {m.data(), m.rows(), m.cols()}; }

} // namespace headscope
