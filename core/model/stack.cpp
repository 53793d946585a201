// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/stack.h"

#include "core/base/kernels.h"
#include "core/base/product.h"
#include "core/model/attention_layer.h"
#include "core/model/embed.h"
#include "core/model/rows.h"

#include <utility>

namespace headscope {
namespace {

using SharedMatrix = std::shared_ptr<const Matrix>;

/// [n, d_model] the MLP of x; rows before firstRow are 0.
Matrix mlp(const BlockWeights& block, const ModelConfig& config, const Matrix& x, Index firstRow) {
    const Product up{.x = &x, .bias = &block.up.bias, .packed = &block.up.w, .firstRow = firstRow};
    Matrix wide(x.rows(), block.up.w.cols()); // [n, feed_forward]
    Product products[] = {up, up};
    products[0].y = &wide;
    if (config.gated) {
        Matrix gate(x.rows(), block.gate.w.cols()); // [n, feed_forward]
        products[1].packed = &block.gate.w;
        products[1].bias = &block.gate.bias;
        products[1].y = &gate;
        products[1].then = config.activation;
        multiply(products);
        multiplyCells(wide, gate, firstRow);
    } else {
        products[0].then = config.activation;
        multiply({products, 1});
    }
    Matrix out(x.rows(), block.down.w.cols());
    const Product down{.x = &wide, .bias = &block.down.bias, .y = &out, .packed = &block.down.w, .firstRow = firstRow};
    multiply({&down, 1});
    return out;
}

/// The same, not gated and from the first row, keeping what it made.
Matrix keptMlp(const BlockWeights& block, const ModelConfig& config, MlpTrace& kept) {
    const Index n = kept.input.rows();
    kept.wide = Matrix::uncleared(n, block.up.w.cols());
    kept.slope = Matrix::uncleared(n, block.up.w.cols());
    const Product up{.x = &kept.input, .bias = &block.up.bias, .y = &kept.wide, .packed = &block.up.w};
    multiply({&up, 1});
    kernels().activateWithSlope(config.activation, kept.wide.data(), kept.slope.data(), kept.wide.size());
    Matrix out = Matrix::uncleared(n, block.down.w.cols());
    const Product down{.x = &kept.wide, .bias = &block.down.bias, .y = &out, .packed = &block.down.w};
    multiply({&down, 1});
    return out;
}

/// The layers of one pass. x is the stream [n, d_model] that runs through them; its rows before the pass's first row
/// mean nothing and are not read.
class StackRunner {
public:
    explicit StackRunner(const StackPass& pass)
        : m_pass(pass), m_config(pass.model->config), m_n(std::ssize(pass.ids)), m_first(pass.firstRow) {}

    Status run();

private:
    bool block(int layer);
    bool attendCross(int layer, Matrix& stream);
    Matrix runMlp(const BlockWeights& block, const Matrix& x) const;
    AttentionLayer attentionLayer(int layer) const;
    Mask mask(int layer) const;
    WeightsReader reader(Site site, int layer) const {
        return m_pass.options->watcher ? m_pass.options->watcher(site, layer) : WeightsReader{};
    }
    /// norm(x) with the rows before the first from an earlier pass's `earlier`.
    SharedMatrix normed(const Matrix& x, const NormWeights& norm, const SharedMatrix& earlier) const;
    /// x, the same way.
    SharedMatrix copied(Matrix x, const SharedMatrix& earlier) const;
    void keepHidden(Matrix x);

    const StackPass& m_pass;
    const ModelConfig& m_config;
    Index m_n;
    Index m_first;
    SharedMatrix m_x; ///< what enters the next layer
    SharedMatrix m_bias;
    RotaryTable m_rotary;
};

Status StackRunner::run() {
    const Error stopped{ErrorCode::Cancelled, {}, "stopped"};
    const StackPass& p = m_pass;
    if (m_config.positions == PositionKind::Rotary) m_rotary = rotaryTable(m_config.rotary, m_n);
    if (m_config.positions == PositionKind::RelativeBias)
        m_bias = std::make_shared<const Matrix>(
            relativeBias(p.weights->relativeBias, m_config.relative, p.config->causal, m_n, m_n));
    keepHidden(embed({p.model, p.weights, p.ids, p.tokenTypes, m_first}));
    for (int layer = 0; layer < p.config->layers; ++layer) {
        if (p.options->stop.stop_requested() || !block(layer)) return stopped;
    }
    return {};
}

Mask StackRunner::mask(int layer) const {
    MaskSpec spec;
    spec.causal = m_pass.config->causal;
    const auto& windows = m_pass.config->windows;
    if (!windows.empty() && windows[static_cast<std::size_t>(layer)] > 0)
        spec.window = windows[static_cast<std::size_t>(layer)] - 1;
    return Mask::make(spec, m_n, m_n, m_pass.config->attention.heads).value();
}

AttentionLayer StackRunner::attentionLayer(int layer) const {
    AttentionLayer a;
    a.model = &m_config;
    a.config = m_pass.config->attention;
    const auto& temperatures = m_pass.config->temperatures;
    if (!temperatures.empty()) a.config.temperature = temperatures[static_cast<std::size_t>(layer)];
    a.firstQuery = m_first;
    return a;
}

SharedMatrix StackRunner::normed(const Matrix& x, const NormWeights& norm, const SharedMatrix& earlier) const {
    auto out = std::make_shared<Matrix>(x.rows(), x.cols());
    if (m_first > 0) copyFirstRows(*earlier, *out, m_first);
    headscope::run({.a = &x, .norm = &norm, .out = out.get(), .firstRow = m_first}, m_config);
    return out;
}

SharedMatrix StackRunner::copied(Matrix x, const SharedMatrix& earlier) const {
    if (m_first > 0) copyFirstRows(*earlier, x, m_first);
    return std::make_shared<const Matrix>(std::move(x));
}

void StackRunner::keepHidden(Matrix x) {
    SiteTrace& out = *m_pass.self;
    const std::size_t at = out.hidden.size();
    const bool last = std::ssize(out.hidden) == m_pass.config->layers;
    const SharedMatrix* earlier = m_first > 0 ? &m_pass.previous->hidden[at] : nullptr;
    if (last && m_config.finalNorm) {
        out.hidden.push_back(normed(x, m_pass.weights->finalNorm, earlier ? *earlier : nullptr));
        return;
    }
    m_x = copied(std::move(x), earlier ? *earlier : nullptr);
    out.hidden.push_back(m_x);
}

bool StackRunner::attendCross(int layer, Matrix& stream) {
    const auto at = static_cast<std::size_t>(layer);
    const BlockWeights& w = *m_pass.weights->blocks[at];
    const bool before = m_config.normPlace == NormPlace::Before;
    const LayerTrace* previous = m_pass.previousCross ? m_pass.previousCross->layers[at].get() : nullptr;
    AttentionLayer cross = attentionLayer(layer);
    cross.weights = &w.cross;
    cross.queries = before ? normed(stream, w.crossNorm, previous ? previous->input : nullptr)
                           : copied(stream, previous ? previous->input : nullptr);
    cross.keys = m_pass.encoded;
    cross.mask = Mask::make({}, m_n, cross.keys->rows(), cross.config.heads).value();
    cross.previous = previous;
    cross.firstKey = previous ? cross.keys->rows() : 0;
    const auto trace = attend(cross, m_pass.options->stop, reader(Site::Cross, layer));
    if (!trace) return false;
    headscope::run({.a = &stream,
                    .b = &trace->output,
                    .sum = &stream,
                    .norm = before ? nullptr : &w.crossNorm,
                    .out = &stream,
                    .firstRow = m_first},
                   m_config);
    m_pass.cross->layers.push_back(trace);
    return true;
}

Matrix StackRunner::runMlp(const BlockWeights& block, const Matrix& x) const {
    if (!m_pass.options->forTraining) return mlp(block, m_config, x, m_first);
    assert(m_first == 0 && !m_config.gated);
    auto kept = std::make_shared<MlpTrace>();
    kept->input = x;
    Matrix out = keptMlp(block, m_config, *kept);
    m_pass.self->mlps.push_back(std::move(kept));
    return out;
}

bool StackRunner::block(int layer) {
    const auto at = static_cast<std::size_t>(layer);
    const BlockWeights& w = *m_pass.weights->blocks[at];
    const bool after = m_config.normPlace == NormPlace::After;
    const LayerTrace* previous = m_first > 0 ? m_pass.previous->layers[at].get() : nullptr;
    const SharedMatrix x = m_x;
    AttentionLayer self = attentionLayer(layer);
    self.weights = &w.self;
    self.queries = after ? x : normed(*x, w.selfNorm, previous ? previous->input : nullptr);
    self.keys = self.queries;
    self.mask = mask(layer);
    self.positionBias = m_bias;
    self.rotary = m_config.positions == PositionKind::Rotary ? &m_rotary : nullptr;
    self.previous = previous;
    self.firstKey = m_first;
    const auto trace = attend(self, m_pass.options->stop, reader(m_pass.self->site, layer));
    if (!trace) return false;
    m_pass.self->layers.push_back(trace);

    Matrix stream(m_n, m_config.dModel);
    if (m_config.normPlace == NormPlace::Parallel) {
        headscope::run({.a = x.get(), .norm = &w.mlpNorm, .out = &stream, .firstRow = m_first}, m_config);
        const Matrix bent = mlp(w, m_config, stream, m_first);
        headscope::run({.a = x.get(), .b = &bent, .c = &trace->output, .sum = &stream, .firstRow = m_first}, m_config);
        keepHidden(std::move(stream));
        return true;
    }
    const NormWeights* selfNorm = after ? &w.selfNorm : nullptr;
    headscope::run(
        {.a = x.get(), .b = &trace->output, .sum = &stream, .norm = selfNorm, .out = &stream, .firstRow = m_first},
        m_config);
    if (m_pass.encoded && !attendCross(layer, stream)) return false;
    Matrix normedStream(after ? 0 : m_n, m_config.dModel);
    if (!after) headscope::run({.a = &stream, .norm = &w.mlpNorm, .out = &normedStream, .firstRow = m_first}, m_config);
    const Matrix bent = runMlp(w, after ? stream : normedStream);
    const NormWeights* mlpNorm = after ? &w.mlpNorm : nullptr;
    headscope::run({.a = &stream, .b = &bent, .sum = &stream, .norm = mlpNorm, .out = &stream, .firstRow = m_first},
                   m_config);
    keepHidden(std::move(stream));
    return true;
}

} // namespace

Status run(const StackPass& pass) {
    return StackRunner(pass).run();
}

} // namespace headscope
