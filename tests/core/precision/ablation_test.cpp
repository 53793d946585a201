// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ablation.h"

#include "core/model/forward.h"
#include "core/model/parameters.h"
#include "tests/core/precision/training_cases.h"

#include <gtest/gtest.h>

using namespace headscope;
using namespace headscope::testing;

namespace {

struct Place {
    ModelKind kind;
    HeadPlace head;
};

const Place places[] = {{ModelKind::Encoder, {Site::Self, 1, 2}},
                        {ModelKind::Decoder, {Site::Self, 0, 0}},
                        {ModelKind::EncoderDecoder, {Site::Encoder, 1, 1}},
                        {ModelKind::EncoderDecoder, {Site::Decoder, 0, 2}},
                        {ModelKind::EncoderDecoder, {Site::Cross, 1, 0}}};

/// W_O of the head's layer.
const Matrix& outputMatrix(const Parameters& weights, const Place& p) {
    const bool encoder = p.kind == ModelKind::Encoder || p.head.site == Site::Encoder;
    const BlockParameters& block =
        (encoder ? weights.encoder : weights.decoder).blocks[static_cast<std::size_t>(p.head.layer)];
    return (p.head.site == Site::Cross ? block.cross : block.self).o.w;
}

} // namespace

TEST(Ablation, takesAwayWhatTheHeadAddsAndNothingElse) {
    for (const Place& p : places) {
        const ModelConfig config = trainedConfig(p.kind);
        const Parameters weights = largeWeights(config, 5);
        const ModelPtr model = pack(config, weights);
        const auto without = withoutHead(model, p.head);
        ASSERT_TRUE(without.ok()) << without.error().message();
        const TaskExample e = someExamples(config, 1, 3).front();
        const ModelInput input{e.ids, {}, e.decoderIds};
        const auto before = forward(model, input), after = forward(*without, input);
        ASSERT_TRUE(before.ok() && after.ok());
        const auto layer = static_cast<std::size_t>(p.head.layer);
        const LayerTrace& a = *(*before)->site(p.head.site)->layers[layer];
        const LayerTrace& b = *(*after)->site(p.head.site)->layers[layer];
        EXPECT_EQ(a.weights(p.head.head), b.weights(p.head.head)); // it attends as before
        const Matrix& o = outputMatrix(weights, p);
        const Index dV = config.stack().attention.dV;
        for (Index i = 0; i < a.output.rows(); ++i)
            for (Index j = 0; j < a.output.cols(); ++j) {
                double said = 0; // by the head
                for (Index d = p.head.head * dV; d < (p.head.head + 1) * dV; ++d)
                    said += static_cast<double>(a.context(i, d)) * static_cast<double>(o(d, j));
                EXPECT_NEAR(static_cast<double>(a.output(i, j)) - said, static_cast<double>(b.output(i, j)), 1e-5);
            }
        EXPECT_NE((*before)->last(), (*after)->last());
    }
}

TEST(Ablation, refusesHeadsThatAreNotThere) {
    const ModelPtr model = pack(trainedConfig(ModelKind::Decoder), largeWeights(trainedConfig(ModelKind::Decoder), 1));
    for (const HeadPlace& place : {HeadPlace{Site::Self, 2, 0}, HeadPlace{Site::Self, 0, 3}, HeadPlace{Site::Self, -1, 0},
                                   HeadPlace{Site::Cross, 0, 0}, HeadPlace{Site::Encoder, 0, 0}}) {
        const auto without = withoutHead(model, place);
        ASSERT_FALSE(without.ok());
        EXPECT_EQ(without.error().code, ErrorCode::Usage);
    }
}
