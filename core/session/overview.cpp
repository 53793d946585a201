// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/overview.h"

#include "core/session/analyze_model.h"

#include <algorithm>
#include <utility>

namespace headscope {
namespace {

/// The greatest of each square, so that a thin line stays visible; forbiddenCell where none of it may be read.
Matrix shrunk(const HeadPicture& picture) {
    const Matrix& pixels = picture.pixels;
    const Index longer = std::max(pixels.rows(), pixels.cols());
    const Index factor = std::max<Index>(1, (longer + thumbSide - 1) / thumbSide);
    Matrix small((pixels.rows() + factor - 1) / factor, (pixels.cols() + factor - 1) / factor, forbiddenCell);
    for (Index i = 0; i < pixels.rows(); ++i)
        for (Index j = 0; j < pixels.cols(); ++j) {
            if (!picture.allowed.empty() && !picture.allowed(i, j)) continue;
            Scalar& cell = small(i / factor, j / factor);
            cell = std::max(cell, pixels(i, j));
        }
    return small;
}

void addThumbs(Overview& overview, const Analysis& layer) {
    for (std::size_t h = 0; h < layer.pictures.size(); ++h)
        overview.thumbs.push_back(
            {shrunk(layer.pictures[h]), layer.pictures[h].greatest, layer.measures[h]});
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
