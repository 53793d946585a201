// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/names.h"

namespace headscope {

template <> std::span<const Named<TokenUnit>> allNames() {
    static constexpr Named<TokenUnit> k[] = {{TokenUnit::Words, "words"}, {TokenUnit::Characters, "characters"}};
    return k;
}

template <> std::span<const Named<ScoreKind>> allNames() {
    static constexpr Named<ScoreKind> k[] = {{ScoreKind::ScaledDot, "scaled-dot"},
                                             {ScoreKind::Dot, "dot"},
                                             {ScoreKind::Cosine, "cosine"},
                                             {ScoreKind::Euclidean, "euclidean"}};
    return k;
}

template <> std::span<const Named<Combine>> allNames() {
    static constexpr Named<Combine> k[] = {{Combine::Concat, "concat"}, {Combine::Sum, "sum"}, {Combine::Mean, "mean"}};
    return k;
}

template <> std::span<const Named<Positions>> allNames() {
    static constexpr Named<Positions> k[] = {
        {Positions::Sinusoidal, "sinusoidal"}, {Positions::None, "none"}, {Positions::Learned, "learned"}};
    return k;
}

template <> std::span<const Named<After>> allNames() {
    static constexpr Named<After> k[] = {{After::Nothing, "nothing"}, {After::Mlp, "mlp"}, {After::Rnn, "rnn"}};
    return k;
}

template <> std::span<const Named<WeightSource>> allNames() {
    static constexpr Named<WeightSource> k[] = {
        {WeightSource::Designed, "designed"}, {WeightSource::Random, "random"}, {WeightSource::File, "file"}};
    return k;
}

template <> std::span<const Named<Design>> allNames() {
    static constexpr Named<Design> k[] = {{Design::Previous, "previous"}, {Design::Next, "next"},
                                          {Design::First, "first"},       {Design::Self, "self"},
                                          {Design::Same, "same"},         {Design::Similar, "similar"}};
    return k;
}

template <> std::span<const Named<ViewKind>> allNames() {
    static constexpr Named<ViewKind> k[] = {
        {ViewKind::Heads, "heads"}, {ViewKind::Head, "head"}, {ViewKind::Links, "links"}, {ViewKind::Overview, "overview"}};
    return k;
}

template <> std::span<const Named<Direction>> allNames() {
    static constexpr Named<Direction> k[] = {{Direction::ReadsFrom, "reads-from"}, {Direction::IsReadBy, "is-read-by"}};
    return k;
}

template <> std::span<const Named<ColourMapName>> allNames() {
    static constexpr Named<ColourMapName> k[] = {{ColourMapName::Viridis, "viridis"},
                                                 {ColourMapName::Cividis, "cividis"},
                                                 {ColourMapName::Magma, "magma"},
                                                 {ColourMapName::Grey, "grey"}};
    return k;
}

template <> std::span<const Named<ColourRange>> allNames() {
    static constexpr Named<ColourRange> k[] = {
        {ColourRange::Row, "row"}, {ColourRange::Head, "head"}, {ColourRange::All, "all"}};
    return k;
}

template <> std::span<const Named<HiddenTokens>> allNames() {
    static constexpr Named<HiddenTokens> k[] = {{HiddenTokens::Nothing, "nothing"},
                                                {HiddenTokens::Special, "special"},
                                                {HiddenTokens::SpecialAndFirst, "special-and-first"}};
    return k;
}

template <> std::span<const Named<Site>> allNames() {
    static const Named<Site> k[] = {{Site::Self, siteName(Site::Self)},
                                    {Site::Encoder, siteName(Site::Encoder)},
                                    {Site::Decoder, siteName(Site::Decoder)},
                                    {Site::Cross, siteName(Site::Cross)}};
    return k;
}

template <> std::span<const Named<Pairs>> allNames() {
    static constexpr Named<Pairs> k[] = {
        {Pairs::All, "all"}, {Pairs::AA, "aa"}, {Pairs::AB, "ab"}, {Pairs::BA, "ba"}, {Pairs::BB, "bb"}};
    return k;
}

} // namespace headscope
