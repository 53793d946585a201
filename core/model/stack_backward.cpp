// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backward.h"

#include "core/base/kernels.h"
#include "core/base/product.h"
#include "core/model/embed.h"
#include "core/model/rows.h"

#include <utility>

namespace headscope {
namespace {

/// sum ← sum + what the MLP gave.
void addOutput(const BlockWeights& w, const MlpTrace& mlp, Matrix& sum) {
    const Product down{.x = &mlp.wide, .bias = &w.down.bias, .y = &sum, .packed = &w.down.w, .onTop = true};
    multiply({&down, 1});
}

/// What the MLP hands back.
struct MlpBackward {
    const MlpTrace* mlp = nullptr;
    const TurnedBlock* turned = nullptr;
    BlockParameters* gradient = nullptr; ///< added to
    const Matrix* dy = nullptr;          ///< [n, d_model]
    Matrix* dx = nullptr;                ///< [n, d_model]
    bool onTop = false;                  ///< added to what is in dx
};
void handBack(const MlpBackward& s) {
    Matrix dWide = Matrix::uncleared(s.mlp->wide.rows(), s.mlp->wide.cols());
    run(LinearBackward{&s.mlp->wide, s.dy, &s.gradient->down, &s.turned->down, &dWide, false});
    kernels().multiplyBy(dWide.data(), s.mlp->slope.data(), dWide.size());
    run(LinearBackward{&s.mlp->input, &dWide, &s.gradient->up, &s.turned->up, s.dx, s.onTop});
}

/// a + b
Matrix sum(const Matrix& a, const Matrix& b) {
    Matrix out = a;
    kernels().add(out.data(), b.data(), out.size());
    return out;
}

class BackwardRunner {
public:
    explicit BackwardRunner(const StackBackward& pass) : m_pass(pass), m_config(pass.model->config) {}

    void run(Matrix& dx, Matrix* dEncoded) {
        m_dEncoded = dEncoded;
        for (int layer = m_pass.config->layers - 1; layer >= 0; --layer) {
            m_layer = static_cast<std::size_t>(layer);
            if (m_config.normPlace == NormPlace::After) {
                blockAfter(dx);
            } else {
                blockBefore(dx);
            }
        }
    }

private:
    const BlockWeights& weights() const { return *m_pass.weights->blocks[m_layer]; }
    const TurnedBlock& turned() const { return (*m_pass.turned)[m_layer]; }
    BlockParameters& gradient() const { return m_pass.gradient->blocks[m_layer]; }
    const LayerTrace& self() const { return *m_pass.self->layers[m_layer]; }
    const MlpTrace& mlp() const { return *m_pass.self->mlps[m_layer]; }
    const LayerTrace* cross() const { return m_pass.cross ? m_pass.cross->layers[m_layer].get() : nullptr; }

    Matrix normed(const Matrix& x, const NormWeights& norm) const {
        Matrix out(x.rows(), x.cols());
        headscope::run({.a = &x, .norm = &norm, .out = &out}, m_config);
        return out;
    }
    /// dx of out = norm(x).
    Matrix normBackward(const Matrix& x, const NormWeights& norm, NormWeights& gradient, const Matrix& dOut) const {
        Matrix dx(x.rows(), x.cols());
        headscope::run(NormBackward{&x, &norm, &gradient, &dOut, &dx}, m_config);
        return dx;
    }
    /// Of out = norm(x) and the sum that the stack's last block made, when that is where the stack ends.
    void finalNorm(const Matrix& x, Matrix& dx) const {
        const bool last = m_layer + 1 == m_pass.weights->blocks.size();
        if (last && m_config.finalNorm) dx = normBackward(x, m_pass.weights->finalNorm, m_pass.gradient->finalNorm, dx);
    }
    void selfBackward(const Matrix& dOutput, Matrix& dx) const {
        headscope::run(AttentionBackward{&self(), &turned().self, &gradient().self, &dOutput, &dx, &dx});
    }
    void crossBackward(const Matrix& dOutput, Matrix& dx) const {
        headscope::run(AttentionBackward{cross(), &turned().cross, &gradient().cross, &dOutput, &dx, m_dEncoded});
    }
    void blockBefore(Matrix& dx) const;
    void blockAfter(Matrix& dx) const;

    const StackBackward& m_pass;
    const ModelConfig& m_config;
    Matrix* m_dEncoded = nullptr;
    std::size_t m_layer = 0;
};

/// s₁ = x + self(norm(x)), s₂ = s₁ + cross(norm(s₁)), out = s₂ + mlp(norm(s₂)).
void BackwardRunner::blockBefore(Matrix& dx) const {
    const BlockWeights& w = weights();
    const Matrix& x = *m_pass.self->hidden[m_layer];
    const Matrix s1 = sum(x, self().output);
    const Matrix crossed = cross() ? sum(s1, cross()->output) : Matrix();
    const Matrix& s2 = cross() ? crossed : s1;
    if (m_config.finalNorm && m_layer + 1 == m_pass.weights->blocks.size()) {
        Matrix out = s2;
        addOutput(w, mlp(), out);
        finalNorm(out, dx);
    }
    Matrix dInput = Matrix::uncleared(dx.rows(), dx.cols());
    handBack(MlpBackward{&mlp(), &turned(), &gradient(), &dx, &dInput, false});
    headscope::run(NormBackward{&s2, &w.mlpNorm, &gradient().mlpNorm, &dInput, &dx}, m_config);
    if (cross()) {
        Matrix dQueries(dx.rows(), dx.cols());
        crossBackward(dx, dQueries);
        headscope::run(NormBackward{&s1, &w.crossNorm, &gradient().crossNorm, &dQueries, &dx}, m_config);
    }
    Matrix dQueries(dx.rows(), dx.cols());
    selfBackward(dx, dQueries);
    headscope::run(NormBackward{&x, &w.selfNorm, &gradient().selfNorm, &dQueries, &dx}, m_config);
}

/// s₁ = norm(x + self(x)), s₂ = norm(s₁ + cross(s₁)), out = norm(s₂ + mlp(s₂)).
void BackwardRunner::blockAfter(Matrix& dx) const {
    const BlockWeights& w = weights();
    const Matrix selfSum = sum(*m_pass.self->hidden[m_layer], self().output);
    const Matrix crossSum = cross() ? sum(*cross()->input, cross()->output) : Matrix();
    Matrix mlpSum = mlp().input;
    addOutput(w, mlp(), mlpSum);
    if (m_config.finalNorm) finalNorm(normed(mlpSum, w.mlpNorm), dx);

    const Matrix dMlpSum = normBackward(mlpSum, w.mlpNorm, gradient().mlpNorm, dx);
    dx = dMlpSum;
    handBack(MlpBackward{&mlp(), &turned(), &gradient(), &dMlpSum, &dx, true});
    if (cross()) {
        const Matrix dCrossSum = normBackward(crossSum, w.crossNorm, gradient().crossNorm, dx);
        dx = dCrossSum;
        crossBackward(dCrossSum, dx);
    }
    const Matrix dSelfSum = normBackward(selfSum, w.selfNorm, gradient().selfNorm, dx);
    dx = dSelfSum;
    selfBackward(dSelfSum, dx);
}

/// What embed() hands back. dx is [n, d_model].
void embedBackward(const Embedding& e, const Matrix& dx, StackParameters& stack, Parameters& gradients) {
    const ModelConfig& config = e.model->config;
    Matrix normless;
    if (!e.stack->embeddingNorm.empty()) {
        normless = Matrix(dx.rows(), dx.cols());
        const Matrix x = embeddingSum(e);
        run(NormBackward{&x, &e.stack->embeddingNorm, &stack.embeddingNorm, &dx, &normless}, config);
    }
    const Matrix& d = e.stack->embeddingNorm.empty() ? dx : normless;
    const std::vector<Index> positions = positionRows(config, e.ids);
    std::vector<Scalar> scaled(static_cast<std::size_t>(d.cols()));
    for (Index r = 0; r < d.rows(); ++r) {
        const auto at = static_cast<std::size_t>(r);
        const Scalar* row = d.row(r).data();
        for (std::size_t j = 0; j < scaled.size(); ++j) scaled[j] = row[j] * static_cast<Scalar>(config.embeddingScale);
        kernels().add(gradients.tokens.row(e.ids[at]).data(), scaled.data(), d.cols());
        if (!gradients.tokenTypes.empty())
            kernels().add(gradients.tokenTypes.row(e.tokenTypes.empty() ? 0 : e.tokenTypes[at]).data(), row, d.cols());
        if (!stack.positions.empty()) kernels().add(stack.positions.row(positions[at]).data(), row, d.cols());
    }
}

} // namespace

void run(const StackBackward& pass, Matrix& dx, Matrix* dEncoded) {
    BackwardRunner(pass).run(dx, dEncoded);
}

void backward(const ModelTrace& trace, const TurnedModel& turned, Matrix dLast, Parameters& gradients) {
    const Model& model = *trace.model;
    const ModelInput& in = trace.input;
    const SiteTrace* encoder = trace.site(Site::Encoder);
    const bool both = encoder != nullptr;
    const bool decoder = model.config.kind == ModelKind::Decoder || both;
    StackBackward top{.model = &model,
                      .config = decoder ? &model.config.decoder : &model.config.encoder,
                      .weights = decoder ? &model.weights.decoder : &model.weights.encoder,
                      .turned = decoder ? &turned.decoder : &turned.encoder,
                      .self = trace.site(both ? Site::Decoder : Site::Self),
                      .cross = trace.site(Site::Cross),
                      .gradient = decoder ? &gradients.decoder : &gradients.encoder};
    Matrix dEncoded(both ? std::ssize(in.ids) : 0, model.config.dModel);
    run(top, dLast, both ? &dEncoded : nullptr);
    const Embedding embedding{.model = &model,
                              .stack = top.weights,
                              .ids = both ? in.decoderIds : in.ids,
                              .tokenTypes = both ? std::span<const int>() : in.tokenTypes};
    embedBackward(embedding, dLast, *top.gradient, gradients);
    if (!both) return;
    const StackBackward below{.model = &model,
                              .config = &model.config.encoder,
                              .weights = &model.weights.encoder,
                              .turned = &turned.encoder,
                              .self = encoder,
                              .gradient = &gradients.encoder};
    run(below, dEncoded, nullptr);
    embedBackward({.model = &model, .stack = below.weights, .ids = in.ids, .tokenTypes = in.tokenTypes}, dEncoded,
                  gradients.encoder, gradients);
}

} // namespace headscope
