// SPDX-License-Identifier: GPL-3.0-or-later
// Every family beside the real transformers: hidden states, all attentions and logits.
#include "tests/core/precision/model_cases.h"

#include <cmath>
#include <numeric>

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr double attentionError = sizeof(Scalar) == 8 ? 1e-10 : 1e-5;
constexpr double logitError = sizeof(Scalar) == 8 ? 1e-10 : 1e-4;

std::string place(Site site, const char* what, std::size_t layer) {
    return std::string(siteName(site)) + "." + what + "." + std::to_string(layer);
}

/// The greatest difference, each number's measured against max(1, |expected|).
double difference(const Scalar* found, const Array& expected, Index offset, Index count) {
    double most = 0;
    for (Index i = 0; i < count; ++i) {
        const double e = static_cast<double>(expected.values[static_cast<std::size_t>(offset + i)]);
        const double off = std::abs(static_cast<double>(found[i]) - e) / std::max(1.0, std::abs(e));
        most = off <= most ? most : off; // a NaN stays
    }
    return most;
}

class ModelGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(ModelGolden, HiddenStates) {
    const ModelCase c = openCase(GetParam());
    ASSERT_TRUE(c.model);
    const auto trace = forward(c.model, c.input);
    ASSERT_TRUE(trace) << trace.error().message();
    std::size_t compared = 0;
    for (const SiteTrace& site : (*trace)->sites) {
        for (std::size_t i = 0; i < site.hidden.size(); ++i, ++compared) {
            const Array& expected = c.expected.at(place(site.site, "hidden", i));
            ASSERT_EQ(expected.shape, (std::vector<Index>{site.hidden[i]->rows(), site.hidden[i]->cols()}));
            EXPECT_LE(difference(site.hidden[i]->data(), expected, 0, site.hidden[i]->size()), logitError)
                << place(site.site, "hidden", i);
        }
    }
    for (const auto& [name, array] : c.expected) compared -= name.find(".hidden.") != std::string::npos;
    EXPECT_EQ(compared, 0u) << "the library gives another number of hidden states";
}

TEST_P(ModelGolden, AllAttentions) {
    const ModelCase c = openCase(GetParam());
    ASSERT_TRUE(c.model);
    const auto trace = forward(c.model, c.input);
    ASSERT_TRUE(trace) << trace.error().message();
    std::size_t compared = 0;
    for (const SiteTrace& site : (*trace)->sites) {
        for (std::size_t i = 0; i < site.layers.size(); ++i, ++compared) {
            const LayerTrace& t = *site.layers[i];
            const Array& expected = c.expected.at(place(site.site, "attention", i));
            ASSERT_EQ(expected.shape, (std::vector<Index>{t.config.heads, t.queries(), t.keys()}));
            for (int h = 0; h < t.config.heads; ++h) {
                const Matrix weights = t.weights(h);
                EXPECT_LE(difference(weights.data(), expected, h * weights.size(), weights.size()), attentionError)
                    << place(site.site, "attention", i) << " head " << h;
            }
        }
    }
    for (const auto& [name, array] : c.expected) compared -= name.find(".attention.") != std::string::npos;
    EXPECT_EQ(compared, 0u) << "the library gives another number of attentions";
}

TEST_P(ModelGolden, Logits) {
    const ModelCase c = openCase(GetParam());
    ASSERT_TRUE(c.model);
    const auto trace = forward(c.model, c.input);
    ASSERT_TRUE(trace) << trace.error().message();
    const auto at = c.expected.find("logits");
    EXPECT_TRUE(at == c.expected.end() || c.model->hasHead());
    if (at == c.expected.end()) return;
    std::vector<Index> rows(static_cast<std::size_t>((*trace)->last().rows()));
    std::iota(rows.begin(), rows.end(), 0);
    const auto all = logits(**trace, rows);
    ASSERT_TRUE(all) << all.error().message();
    ASSERT_EQ(at->second.shape, (std::vector<Index>{all->rows(), all->cols()}));
    EXPECT_LE(difference(all->data(), at->second, 0, all->size()), logitError);
    const Index some[] = {std::ssize(rows) - 1};
    const auto last = logits(**trace, some);
    EXPECT_TRUE(std::equal(last->row(0).begin(), last->row(0).end(), all->row(all->rows() - 1).begin()));
}

INSTANTIATE_TEST_SUITE_P(Families, ModelGolden, ::testing::ValuesIn(modelNames()), [](const auto& family) {
    std::string name = family.param;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return name;
});

} // namespace
