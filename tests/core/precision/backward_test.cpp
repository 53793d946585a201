// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients against differences of losses: exact in the double build, as good as rounding allows in float.
#include "core/attention/attention_backward.h"
#include "core/base/kernels.h"
#include "core/base/product.h"
#include "core/model/layer_backward.h"

#include "tests/core/precision/attention_cases.h"
#include "tests/core/precision/training_cases.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace headscope::testing {
namespace {

constexpr bool isDouble = sizeof(Scalar) == 8;
constexpr double allowed = isDouble ? 1e-8 : 2e-2;

/// ∂f/∂x by central differences of fourth order, of error ~ h⁴.
double slope(Scalar& x, const std::function<double()>& f) {
    const Scalar h = isDouble ? Scalar(1e-3) : Scalar(0.03);
    const Scalar before = x;
    const auto at = [&](int steps) {
        x = before + static_cast<Scalar>(steps) * h;
        const double y = f();
        x = before;
        return y;
    };
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * static_cast<double>(h));
}

/// Some cells of a matrix and its gradient.
void expectGradient(const std::string& name, Matrix& x, const Matrix& gradient, const std::function<double()>& f) {
    ASSERT_EQ(x.size(), gradient.size()) << name;
    const Index step = std::max<Index>(1, x.size() / 7);
    for (Index i = 0; i < x.size(); i += step) {
        const double expected = slope(x.data()[i], f);
        ASSERT_NEAR(static_cast<double>(gradient.data()[i]), expected, allowed * std::max(1.0, std::abs(expected)))
            << name << ", number " << i;
    }
}

/// Σ y ⊙ weights: a number whose gradient with respect to y is `weights`.
double weighted(const Matrix& y, const Matrix& weights) {
    double sum = 0;
    for (Index i = 0; i < y.size(); ++i)
        sum += static_cast<double>(y.data()[i]) * static_cast<double>(weights.data()[i]);
    return sum;
}

struct MaskCase {
    const char* name;
    MaskSpec spec;
};

TEST(AttentionBackward, IsTheSlopeOfTheHeads) {
    MaskCase masks[] = {{"none", {}}, {"causal", {}}, {"window", {}}, {"padding", {}}, {"nothing for some", {}}};
    masks[1].spec.causal = masks[4].spec.causal = true;
    masks[2].spec.window = 2;
    masks[3].spec.padding = {0, 3};
    masks[4].spec.padding = {0, 1};
    for (const MaskCase& mask : masks) {
        for (const auto& [heads, kvHeads] : {std::pair{3, 3}, {4, 2}}) {
            for (const Index n : {5, 53}) { // one block of rows, and two
                if (n > 48 && heads == 4) continue;
                AttentionConfig c = smallConfig(heads, 5, 4);
                c.kvHeads = kvHeads;
                Rng rng(7);
                AttentionInput in = drawLayer(rng, {.config = c, .queries = n, .keys = n});
                in.mask = Mask::make(mask.spec, n, n, heads).value();
                LayerTrace t = *attend(in).value();
                const Matrix dContext = drawMatrix(rng, n, heads * 4);
                Matrix dQ(n, heads * 5), dK(n, kvHeads * 5), dV(n, kvHeads * 4);
                run(HeadsBackward{&t, &dContext, &dQ, &dK, &dV});
                const auto f = [&] {
                    attendHeads(t, 0, {}, {});
                    return weighted(t.context, dContext);
                };
                expectGradient(std::string(mask.name) + " q", t.q, dQ, f);
                expectGradient(std::string(mask.name) + " k", t.k, dK, f);
                expectGradient(std::string(mask.name) + " v", t.v, dV, f);
            }
        }
    }
}

TEST(AttentionBackward, IsOnlyForWhatItCanDo) {
    Rng rng(1);
    AttentionInput in = drawLayer(rng, {.config = smallConfig(), .queries = 3, .keys = 3});
    LayerTrace t = *attend(in).value();
    EXPECT_TRUE(hasBackward(t));
    t.config.score = ScoreKind::Cosine;
    EXPECT_FALSE(hasBackward(t));
    t.config.score = ScoreKind::Dot;
    EXPECT_TRUE(hasBackward(t));
    t.config.dropout = 0.5;
    EXPECT_FALSE(hasBackward(t));
}

class BackwardKernels : public ::testing::TestWithParam<const Kernels*> {};
INSTANTIATE_TEST_SUITE_P(Sets, BackwardKernels, ::testing::ValuesIn(usableKernels()),
                         [](const auto& set) { return std::string(set.param->name); });

TEST_P(BackwardKernels, SlopesOfActivations) {
    const Kernels& k = *GetParam();
    for (const Activation a : {Activation::Gelu, Activation::GeluTanh, Activation::QuickGelu, Activation::Silu,
                               Activation::Relu, Activation::Tanh, Activation::Sigmoid}) {
        for (const Index n : {1, 7, 64, 301}) {
            Matrix x(1, n + 1, 77), slopes(1, n + 1, 77);
            for (Index i = 0; i < n; ++i)
                x(0, i) = static_cast<Scalar>((static_cast<double>(i) - static_cast<double>(n) / 2 + 0.3) * 12 /
                                              static_cast<double>(n));
            Matrix y = x;
            k.activateWithSlope(a, y.data(), slopes.data(), n);
            EXPECT_EQ(y(0, n), 77);
            EXPECT_EQ(slopes(0, n), 77);
            for (Index i = 0; i < n; ++i) {
                if (a == Activation::Relu && std::abs(x(0, i)) < Scalar(0.1)) continue; // it has a kink there
                Scalar same = x(0, i);
                k.activate(a, &same, 1);
                ASSERT_NEAR(static_cast<double>(y(0, i)), static_cast<double>(same), isDouble ? 1e-15 : 1e-6);
                const double expected = slope(x(0, i), [&] {
                    Scalar bent = x(0, i);
                    k.activate(a, &bent, 1);
                    return static_cast<double>(bent);
                });
                ASSERT_NEAR(static_cast<double>(slopes(0, i)), expected, isDouble ? 1e-9 : 3e-3)
                    << static_cast<int>(a) << " of " << x(0, i);
            }
        }
    }
}

TEST_P(BackwardKernels, NormsHandBackTheirSlope) {
    const Kernels& k = *GetParam();
    Rng rng(3);
    for (const Index n : {2, 16, 33, 100}) {
        for (const bool rms : {false, true}) {
            Matrix x = drawMatrix(rng, 1, n), weight = drawMatrix(rng, 1, n), bias = drawMatrix(rng, 1, n);
            const Matrix dy = drawMatrix(rng, 1, n);
            Matrix dx(1, n), dWeight(1, n), dBias(1, n);
            k.normalizeBackward({x.data(), n, 1e-2, rms, weight.data(), dy.data(), dx.data(), dWeight.data(),
                                 rms ? nullptr : dBias.data()});
            const auto f = [&] {
                Matrix y(1, n);
                k.normalize({x.data(), n, 1e-2, rms, weight.data(), rms ? nullptr : bias.data(), y.data()});
                return weighted(y, dy);
            };
            expectGradient("x", x, dx, f);
            expectGradient("weight", weight, dWeight, f);
            if (!rms) expectGradient("bias", bias, dBias, f);
        }
    }
}

TEST_P(BackwardKernels, SoftmaxHandsBackItsSlope) {
    const Kernels& k = *GetParam();
    Rng rng(4);
    for (const Index n : {1, 5, 32, 75}) {
        Matrix x = drawMatrix(rng, 1, n);
        const Matrix dw = drawMatrix(rng, 1, n);
        const auto softmax = [&] {
            Matrix w(1, n);
            for (Index j = 0; j < n; ++j) w(0, j) = x(0, j) * Scalar(0.5);
            k.multiply(w.data(), n, 1 / k.exponentials(w.data(), n, k.maximum(w.data(), n)));
            return w;
        };
        Matrix ds = dw;
        k.softmaxBackward(softmax().data(), ds.data(), n, Scalar(0.5));
        expectGradient("scores", x, ds, [&] { return weighted(softmax(), dw); });
    }
}

TEST_P(BackwardKernels, PlainLoops) {
    const Kernels& k = *GetParam();
    Rng rng(5);
    for (const Index n : {1, 16, 77}) {
        const Matrix a = drawMatrix(rng, 1, n), b = drawMatrix(rng, 1, n);
        Matrix sum = a, product = a;
        k.add(sum.data(), b.data(), n);
        k.multiplyBy(product.data(), b.data(), n);
        double squares = 0;
        for (Index j = 0; j < n; ++j) {
            EXPECT_EQ(sum(0, j), a(0, j) + b(0, j));
            EXPECT_EQ(product(0, j), a(0, j) * b(0, j));
            squares += static_cast<double>(a(0, j)) * static_cast<double>(a(0, j));
        }
        EXPECT_NEAR(k.squares(a.data(), n), squares, 1e-6 * squares);
        const Matrix rows = drawMatrix(rng, 3, n + 2); // the last two columns are not asked for
        Matrix total = a;
        k.addRows(total.data(), rows.data(), 3, n + 2, n);
        for (Index j = 0; j < n; ++j) EXPECT_EQ(total(0, j), a(0, j) + rows(0, j) + rows(1, j) + rows(2, j));
    }
}

TEST_P(BackwardKernels, AdamFollowsItsFormula) {
    Rng rng(6);
    for (const Index n : {1, 16, 77}) {
        const Matrix g = drawMatrix(rng, 1, n), w0 = drawMatrix(rng, 1, n), m0 = drawMatrix(rng, 1, n);
        Matrix v0 = drawMatrix(rng, 1, n);
        for (Scalar& v : v0.row(0)) v *= v;
        Matrix w = w0, m = m0, v = v0;
        const AdamStep s{Scalar(0.5), Scalar(0.9), Scalar(0.99), Scalar(0.999), Scalar(0.01), Scalar(3), Scalar(1e-8)};
        GetParam()->adam(s, {g.data(), w.data(), m.data(), v.data(), n});
        for (Index j = 0; j < n; ++j) {
            const double gradient = 0.5 * static_cast<double>(g(0, j));
            const double mean = 0.9 * static_cast<double>(m0(0, j)) + 0.1 * gradient;
            const double square = 0.99 * static_cast<double>(v0(0, j)) + 0.01 * gradient * gradient;
            const double weight = 0.999 * static_cast<double>(w0(0, j)) - 0.01 * mean / (3 * std::sqrt(square) + 1e-8);
            EXPECT_NEAR(static_cast<double>(m(0, j)), mean, isDouble ? 1e-15 : 1e-6);
            EXPECT_NEAR(static_cast<double>(v(0, j)), square, isDouble ? 1e-15 : 1e-6);
            EXPECT_NEAR(static_cast<double>(w(0, j)), weight, isDouble ? 1e-14 : 1e-5);
        }
    }
}

TEST(OuterProducts, AddUpWhatTheirFormulaSays) {
    Rng rng(8);
    for (const auto& [n, rows, columns] : {std::tuple<Index, Index, Index>{1, 1, 1}, {5, 12, 33}, {48, 64, 70}}) {
        const Matrix x = drawMatrix(rng, n, rows), y = drawMatrix(rng, n, columns);
        const Matrix before = drawMatrix(rng, rows, columns);
        Matrix sum = before;
        addOuterProduct(x, y, sum);
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < columns; ++j) {
                double expected = static_cast<double>(before(i, j));
                for (Index r = 0; r < n; ++r) expected += static_cast<double>(x(r, i)) * static_cast<double>(y(r, j));
                ASSERT_NEAR(static_cast<double>(sum(i, j)), expected, isDouble ? 1e-13 : 1e-5);
            }
    }
}

TEST(PackedProducts, TurnAround) {
    Rng rng(9);
    for (const auto& [rows, columns] : {std::pair<Index, Index>{1, 1}, {64, 64}, {33, 100}, {100, 33}}) {
        const Matrix m = drawMatrix(rng, rows, columns);
        const PackedMatrix turned = PackedMatrix::of(m).transposed();
        ASSERT_EQ(turned.rows(), columns);
        EXPECT_EQ(turned.unpacked(), PackedMatrix::ofTransposed(m).unpacked());
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < columns; ++j) ASSERT_EQ(turned.unpacked()(j, i), m(i, j));
    }
}

class WholeModels : public ::testing::TestWithParam<ModelKind> {};
std::string kindName(const ::testing::TestParamInfo<ModelKind>& kind) {
    return kind.param == ModelKind::Encoder ? "Bert" : kind.param == ModelKind::Decoder ? "Gpt2" : "Bart";
}
INSTANTIATE_TEST_SUITE_P(Kinds, WholeModels,
                         ::testing::Values(ModelKind::Encoder, ModelKind::Decoder, ModelKind::EncoderDecoder),
                         kindName);

TEST_P(WholeModels, GradientsAreSlopesOfTheLoss) {
    const ModelConfig config = trainedConfig(GetParam());
    Parameters weights = largeWeights(config, 1);
    const std::vector<TaskExample> examples = someExamples(config, 3, 2);
    Gradients found;
    const auto result = gradients(pack(config, weights), examples, found);
    ASSERT_TRUE(result) << result.error().message();
    const auto f = [&] { return loss(pack(config, weights), examples).value().loss; };
    EXPECT_NEAR(result->loss, f(), isDouble ? 1e-14 : 1e-6);
    const auto gradients = list(found.sum);
    const auto matrices = list(weights);
    for (std::size_t i = 0; i < matrices.size(); ++i)
        expectGradient(matrices[i].name, *matrices[i].values, *gradients[i].values, f);
}

TEST_P(WholeModels, PackAndUnpackAreInverse) {
    const ModelConfig config = trainedConfig(GetParam());
    const Parameters weights = largeWeights(config, 1);
    const ModelPtr model = pack(config, weights);
    const Parameters again = unpack(*model);
    const auto a = list(weights), b = list(again);
    ASSERT_EQ(a.size(), b.size());
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].name, b[i].name);
        EXPECT_EQ(*a[i].values, *b[i].values) << a[i].name;
        count += static_cast<std::uint64_t>(a[i].values->size());
    }
    EXPECT_EQ(model->parameters, count);
}

} // namespace
} // namespace headscope::testing
