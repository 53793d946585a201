// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/overview.h"

#include "core/session/analyze_model.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace headscope {
namespace {

Index factorOf(const Matrix& pixels) {
    return std::max<Index>(1, (std::max(pixels.rows(), pixels.cols()) + thumbSide - 1) / thumbSide);
}

/// The greatest of each square, so that a thin line stays visible; forbiddenCell where none of it may be read. `weight`
/// of a pixel of the picture, or hiddenPixel.
template <class Weight> Matrix shrunk(const HeadPicture& picture, const Weight& weight) {
    const Matrix& pixels = picture.pixels;
    const Index factor = factorOf(pixels);
    Matrix small((pixels.rows() + factor - 1) / factor, (pixels.cols() + factor - 1) / factor, hiddenPixel);
    for (Index i = 0; i < pixels.rows(); ++i)
        for (Index j = 0; j < pixels.cols(); ++j) {
            const bool allowed = picture.allowed.empty() || picture.allowed(i, j);
            Scalar& cell = small(i / factor, j / factor);
            cell = std::max(cell, allowed ? weight(i, j) : forbiddenCell);
        }
    return small;
}

/// What hiding the keys [n_k] leaves; `left` is of the same keys.
ThumbRemainder shrunkWithout(const HeadPicture& picture, const HeadRemainder& left,
                             const std::vector<std::uint8_t>& hidden) {
    if (hidden.empty()) return {};
    const auto keys = static_cast<Index>(hidden.size());
    // Per column of the picture: its place in `left`, or −1 where none of its keys is hidden, −2 where all are.
    std::vector<Index> places;
    Index known = 0;
    for (Index j = 0; j < picture.pixels.cols(); ++j) {
        const auto first = hidden.begin() + j * picture.factor;
        const auto last = hidden.begin() + std::min((j + 1) * picture.factor, keys);
        const bool some = std::find(first, last, 1) != last;
        const bool all = std::find(first, last, 0) == last;
        places.push_back(all ? -2 : some ? known : -1);
        known += some;
    }
    ThumbRemainder small;
    small.pixels = shrunk(picture, [&](Index i, Index j) {
        const Index place = places[static_cast<std::size_t>(j)];
        return place == -2 ? hiddenPixel : place == -1 ? picture.pixels(i, j) : left.pixels(i, place);
    });
    const Index together = factorOf(picture.pixels) * picture.factor;
    const Index queries = std::ssize(left.kept);
    for (Index first = 0; first < queries; first += together) {
        const Index last = std::min(first + together, queries);
        const Scalar sum = std::accumulate(left.kept.begin() + first, left.kept.begin() + last, Scalar(0));
        small.kept.push_back(sum / static_cast<Scalar>(last - first));
    }
    return small;
}

void addThumbs(Overview& overview, const Analysis& layer) {
    const std::array hidden = {hiddenKeys(layer.keys, HiddenTokens::Special),
                               hiddenKeys(layer.keys, HiddenTokens::SpecialAndFirst)};
    for (std::size_t h = 0; h < layer.pictures.size(); ++h) {
        const HeadPicture& picture = layer.pictures[h];
        HeadThumb& thumb = overview.thumbs.emplace_back();
        thumb.pixels = shrunk(picture, [&](Index i, Index j) { return picture.pixels(i, j); });
        for (std::size_t which = 0; which < hidden.size(); ++which)
            thumb.without[which] = shrunkWithout(picture, picture.without[which], hidden[which]);
        thumb.greatest = picture.greatest;
        thumb.measures = layer.measures[h];
    }
}

/// Whether the two show the same cells and differ in the layer at most.
bool sameButForLayer(const Analysis& a, const Analysis& b) {
    if (!a.run || a.run != b.run || a.site != b.site || !a.groups != !b.groups) return false;
    return !a.groups || (a.groups->queries == b.groups->queries && a.groups->keys == b.groups->keys);
}

} // namespace

Result<OverviewPtr> overviewOf(const AnalysisPtr& analysis, std::stop_token stop, const OverviewPtr& before) {
    if (before && sameButForLayer(*analysis, *before->of)) {
        auto again = std::make_shared<Overview>(*before);
        again->of = analysis;
        return OverviewPtr(std::move(again));
    }
    auto overview = std::make_shared<Overview>();
    overview->of = analysis;
    overview->site = analysis->site;
    if (analysis->empty()) return OverviewPtr(std::move(overview));
    overview->heads = analysis->heads();
    overview->layers = 1;
    if (analysis->run) {
        const SiteTrace& site = *analysis->run->trace->site(analysis->site);
        overview->layers = static_cast<int>(site.layers.size());
        for (int l = 0; l < overview->layers; ++l) {
            if (l == analysis->layer) {
                addThumbs(*overview, *analysis);
                continue;
            }
            Analysis layer;
            layer.queries = analysis->queries;
            layer.keys = analysis->keys;
            layer.groups = analysis->groups;
            layer.trace = site.layers[static_cast<std::size_t>(l)];
            layer.config = layer.trace->config;
            layer.allowed = layer.groups ? groupedMask(*layer.trace, *layer.groups) : layer.trace->mask;
            if (Status status = collectLayer(layer, stop); !status) return status.error();
            addThumbs(*overview, layer);
        }
    } else {
        addThumbs(*overview, *analysis);
    }
    return OverviewPtr(std::move(overview));
}

} // namespace headscope
