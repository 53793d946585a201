// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rows.h"

#include "core/base/kernels.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <functional>

namespace headscope {
namespace {

/// Fewer numbers are worked through before a second thread is awake.
constexpr Index worthSharing = 1 << 16;
constexpr Index rowsAtOnce = 16;

void forRows(Index first, const Matrix& shape, const std::function<void(Index)>& body) {
    const Index rows = shape.rows() - first;
    const bool share = rows * shape.cols() > worthSharing;
    const Index step = share ? rowsAtOnce : std::max<Index>(rows, 1);
    parallelFor((rows + step - 1) / step, [&](Index block) {
        const Index begin = first + block * step;
        for (Index r = begin; r < std::min(begin + step, shape.rows()); ++r) body(r);
    });
}

void addRow(const RowStep& s, Index r, Scalar* sum) {
    const Index width = s.a->cols();
    const Scalar* a = s.a->row(r).data();
    const Scalar* b = s.b->row(r).data();
    if (s.c) {
        const Scalar* c = s.c->row(r).data();
        for (Index j = 0; j < width; ++j) sum[j] = a[j] + b[j] + c[j];
    } else {
        for (Index j = 0; j < width; ++j) sum[j] = a[j] + b[j];
    }
}

} // namespace

void run(const RowStep& s, const ModelConfig& config) {
    assert(s.b ? s.sum || s.out : s.norm != nullptr);
    forRows(s.firstRow, *s.a, [&](Index r) {
        const Scalar* x = s.a->row(r).data();
        if (s.b) {
            Scalar* sum = (s.sum ? s.sum : s.out)->row(r).data();
            addRow(s, r, sum);
            x = sum;
        }
        if (!s.norm) return;
        const Scalar* bias = s.norm->bias.empty() ? nullptr : s.norm->bias.data();
        kernels().normalize({x, s.a->cols(), config.normEps, config.norm == NormKind::Rms, s.norm->weight.data(), bias,
                             s.out->row(r).data()});
    });
}

void multiplyCells(Matrix& x, const Matrix& y, Index firstRow) {
    forRows(firstRow, x, [&](Index r) {
        Scalar* to = x.row(r).data();
        const Scalar* by = y.row(r).data();
        for (Index j = 0; j < x.cols(); ++j) to[j] *= by[j];
    });
}

void copyFirstRows(const Matrix& from, Matrix& to, Index rows) {
    assert(from.cols() == to.cols() && rows <= from.rows() && rows <= to.rows());
    std::copy_n(from.data(), rows * from.cols(), to.data());
}

} // namespace headscope
