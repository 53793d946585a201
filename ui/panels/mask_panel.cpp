// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/mask_panel.h"

#include "ui/document.h"
#include "ui/selection.h"
#include "ui/views/describe.h"
#include "ui/views/shown.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>

namespace headscope {

namespace {

constexpr int mostTokens = 100000;

/// Buttons side by side share the panel's width and do not widen it.
void narrow(std::initializer_list<QPushButton*> buttons) {
    for (QPushButton* button : buttons) {
        button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        button->setMinimumWidth(60);
    }
}

std::size_t cellOf(const MaskGrid& grid, Index head, Index query, Index key) {
    return static_cast<std::size_t>((head * grid.rows + query) * grid.cols + key);
}

/// What lies beyond a painted matrix is allowed.
bool allows(const MaskGrid* grid, Index query, Index key) {
    return !grid || query >= grid->rows || key >= grid->cols || grid->cells[cellOf(*grid, 0, query, key)] != 0;
}

} // namespace

std::shared_ptr<const MaskGrid> withCells(const MaskSpec& mask, Index queries, Index keys,
                                          const std::vector<std::pair<int, int>>& cells, bool allowed) {
    MaskGrid grid;
    grid.heads = mask.grid ? mask.grid->heads : 1;
    grid.rows = std::max(queries, mask.grid ? mask.grid->rows : 0);
    grid.cols = std::max(keys, mask.grid ? mask.grid->cols : 0);
    grid.cells.assign(static_cast<std::size_t>(grid.heads * grid.rows * grid.cols), 1);
    if (mask.grid)
        for (Index h = 0; h < grid.heads; ++h)
            for (Index i = 0; i < mask.grid->rows; ++i)
                std::copy_n(mask.grid->cells.begin() + static_cast<Index>(cellOf(*mask.grid, h, i, 0)), mask.grid->cols,
                            grid.cells.begin() + static_cast<Index>(cellOf(grid, h, i, 0)));
    for (const auto& [query, key] : cells)
        for (Index h = 0; h < grid.heads; ++h) grid.cells[cellOf(grid, h, query, key)] = allowed;
    if (std::all_of(grid.cells.begin(), grid.cells.end(), [](std::uint8_t cell) { return cell != 0; })) return nullptr;
    return std::make_shared<const MaskGrid>(std::move(grid));
}

MaskPanel::MaskPanel(Document& document, Selection& selection, QWidget* parent)
    : BoundForm(document, parent), m_selection(selection) {
    addSwitch({tr("Causal"), QStringLiteral("(M)"), tr("a token reads itself and what stands before it, as in a language model")},
              {[](const Session& s) { return s.sandbox.mask.causal; }, [](Session& s, bool on) { s.sandbox.mask.causal = on; }})
        ->setObjectName(QStringLiteral("causal"));
    addOptionalSize({tr("Window"), QString(), tr("a token reads only keys at most this many places away")}, &MaskSpec::window, 0);
    addOptionalSize({tr("Prefix"), QString(), tr("causal, but the first so many tokens all see each other")}, &MaskSpec::prefix, 0);
    addPadding();
    addFree();
    connect(&selection, &Selection::strokeBegun, this, &MaskPanel::beginStroke);
    connect(&selection, &Selection::strokePassed, this, &MaskPanel::paint);
    connect(&selection, &Selection::strokeEnded, this, &MaskPanel::endStroke);
}

void MaskPanel::addOptionalSize(const DialWords& words, std::optional<int> MaskSpec::*size, int least) {
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    auto* box = new QCheckBox(words.name, line);
    auto* spin = new QSpinBox(line);
    spin->setRange(least, mostTokens);
    spin->setValue(2);
    spin->setFixedWidth(dialWidth(*spin));
    spin->setAccessibleName(tr("%1 size").arg(words.name));
    box->setObjectName(words.name + QStringLiteral("Box"));
    spin->setObjectName(words.name + QStringLiteral("Size"));
    box->setToolTip(tr("%1: %2").arg(words.name, words.tip));
    spin->setToolTip(tr("%1: %2\nRange: %L3 … %L4").arg(words.name, words.tip).arg(least).arg(mostTokens));
    spin->setProperty("meaning", spin->toolTip());
    leaveUndoToWindow(spin->findChild<QLineEdit*>());
    row->addWidget(box, 1);
    row->addWidget(spin);
    addWide(line);
    connect(box, &QCheckBox::toggled, this, [this, words, size, spin](bool on) {
        document().edit(tr("mask: %1").arg(words.name),
                        [&](Session& s) { s.sandbox.mask.*size = on ? std::optional(spin->value()) : std::nullopt; });
    });
    connect(spin, &QSpinBox::valueChanged, this, [this, words, size](int value) {
        document().edit(tr("mask: %1").arg(words.name), [&](Session& s) { s.sandbox.mask.*size = value; }, Document::Merge::SameName);
    });
    onSync([this, box, spin, size] {
        const QSignalBlocker blockBox(box);
        const QSignalBlocker blockSpin(spin);
        const std::optional<int> value = document().session().sandbox.mask.*size;
        box->setChecked(value.has_value());
        setUsable(spin, value.has_value(), tr("this mask is not switched on"));
        if (value && spin->value() != *value) spin->setValue(*value);
    });
}

void MaskPanel::addPadding() {
    m_padding = new QLabel(this);
    m_padding->setWordWrap(true);
    m_padding->setTextFormat(Qt::PlainText);
    m_padding->setAccessibleName(tr("Padding tokens"));
    addWide(m_padding);
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    m_pad = new QPushButton(tr("Pad chosen"), line);
    m_pad->setProperty("meaning", tr("Nobody may read the chosen tokens, as if they were padding. Double-clicking a word does the same."));
    m_unpad = new QPushButton(tr("No padding"), line);
    m_unpad->setProperty("meaning", tr("All tokens can be read again."));
    row->addWidget(m_pad);
    row->addWidget(m_unpad);
    row->setSpacing(4);
    narrow({m_pad, m_unpad});
    addWide(line);
    connect(m_pad, &QPushButton::clicked, this, [this] {
        const ViewState& view = document().session().view;
        std::vector<int> keys = view.pinnedKeys.empty() && !document().session().text2 ? view.pinnedQueries : view.pinnedKeys;
        document().edit(tr("padding"), [&](Session& s) {
            std::vector<int>& padding = s.sandbox.mask.padding;
            padding.insert(padding.end(), keys.begin(), keys.end());
            std::sort(padding.begin(), padding.end());
            padding.erase(std::unique(padding.begin(), padding.end()), padding.end());
        });
    });
    connect(m_unpad, &QPushButton::clicked, this,
            [this] { document().edit(tr("no padding"), [](Session& s) { s.sandbox.mask.padding.clear(); }); });
    onSync([this] { syncPadding(); });
}

void MaskPanel::syncPadding() {
    const Session& session = document().session();
    const std::vector<Token>& keys = document().analysis()->keys;
    QStringList names;
    for (const int p : session.sandbox.mask.padding)
        if (p >= 0 && p < static_cast<int>(keys.size()) && names.size() < 12) names << tokenLabel(keys[static_cast<std::size_t>(p)]);
    const int more = static_cast<int>(session.sandbox.mask.padding.size()) - static_cast<int>(names.size());
    if (more > 0) names << tr("%L1 more").arg(more);
    m_padding->setText(names.isEmpty() ? tr("Padding: none") : tr("Padding: %1").arg(names.join(QStringLiteral(" · "))));
    const bool chosen = !session.view.pinnedKeys.empty() || (!session.text2 && !session.view.pinnedQueries.empty());
    setUsable(m_pad, chosen, tr("no token is pinned"));
    setUsable(m_unpad, !names.isEmpty(), tr("there is no padding"));
}

void MaskPanel::addFree() {
    m_paint = new QPushButton(tr("Paint on the large head"), this);
    m_paint->setCheckable(true);
    m_paint->setProperty("meaning", tr("While on, a click on a cell of the large head forbids or allows it, and a drag does the same to all it passes (P). Space does it to the chosen cell."));
    addWide(m_paint);
    m_grid = new QLabel(this);
    m_grid->setWordWrap(true);
    addWide(m_grid);
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    auto* load = new QPushButton(tr("Load .npy…"), line);
    load->setToolTip(tr("A matrix of 0 and 1, [queries, keys] or [heads, queries, keys]; 1 = may read."));
    m_clear = new QPushButton(tr("Clear"), line);
    m_clear->setProperty("meaning", tr("Takes away the painted or loaded mask."));
    row->addWidget(load);
    row->addWidget(m_clear);
    row->setSpacing(4);
    narrow({load, m_clear});
    addWide(line);
    addError(QStringLiteral("maskError"), [](const Session&, const Error& error) {
        return error.place == "mask" || error.place.starts_with("--mask");
    });
    connect(m_paint, &QPushButton::toggled, this, &MaskPanel::setPainting);
    connect(load, &QPushButton::clicked, this, &MaskPanel::maskFileWanted);
    connect(m_clear, &QPushButton::clicked, this,
            [this] { document().edit(tr("clear the free mask"), [](Session& s) { s.sandbox.mask.grid.reset(); }); });
    onSync([this] {
        const MaskSpec& mask = document().session().sandbox.mask;
        m_grid->setVisible(mask.grid != nullptr);
        if (mask.grid)
            m_grid->setText(mask.gridFollowsText ? tr("Painted: %L1 forbidden").arg(std::count(mask.grid->cells.begin(), mask.grid->cells.end(), 0))
                            : mask.grid->heads > 1 ? tr("Loaded: %L1 heads, %L2 × %L3").arg(mask.grid->heads).arg(mask.grid->rows).arg(mask.grid->cols)
                                                   : tr("Loaded: %L1 × %L2").arg(mask.grid->rows).arg(mask.grid->cols));
        setUsable(m_paint, !document().analysis()->empty(), tr("there are no tokens"));
        setUsable(m_clear, mask.grid != nullptr, tr("there is no free mask"));
    });
}

void MaskPanel::setPainting(bool on) {
    if (on && !m_paint->isEnabled()) return emit said(tr("There are no tokens yet whose mask could be painted."));
    m_selection.setPainting(on);
    const QSignalBlocker blocker(m_paint);
    m_paint->setChecked(on);
    if (on) emit paintingBegun();
    m_paint->setText(on ? tr("Painting: click or drag cells") : tr("Paint on the large head"));
}

void MaskPanel::beginStroke(int query, int key) {
    const MaskSpec& mask = document().session().sandbox.mask;
    const bool allowed = allows(mask.grid.get(), query, key);
    m_stroke = Stroke{mask.grid, mask.gridFollowsText, !allowed};
    document().endMerging();
    if (allowed && !mayRead(*document().analysis(), m_selection.shownHead(), query, key))
        emit said(tr("Another mask forbids this cell already; painting shows once that one is off."));
    paint({{query, key}});
}

void MaskPanel::paint(const std::vector<std::pair<int, int>>& cells) {
    const Analysis& analysis = *document().analysis();
    const auto queries = static_cast<Index>(analysis.queries.size());
    const auto keys = static_cast<Index>(analysis.keys.size());
    const auto outside = [&](const auto& cell) { return cell.first < 0 || cell.first >= queries || cell.second < 0 || cell.second >= keys; };
    if (!m_stroke || std::any_of(cells.begin(), cells.end(), outside)) return;
    document().edit(tr("paint the mask"), [&](Session& s) {
        s.sandbox.mask.grid = withCells(s.sandbox.mask, queries, keys, cells, m_stroke->allow);
        s.sandbox.mask.gridFollowsText = true;
    }, Document::Merge::Gesture);
}

void MaskPanel::endStroke(bool cancelled) {
    if (cancelled && m_stroke)
        document().edit(tr("paint the mask"), [this](Session& s) {
            s.sandbox.mask.grid = m_stroke->grid;
            s.sandbox.mask.gridFollowsText = m_stroke->followsText;
        }, Document::Merge::Gesture);
    m_stroke.reset();
    document().endMerging();
}

void MaskPanel::cycle() {
    document().edit(tr("mask"), [](Session& s) {
        MaskSpec& mask = s.sandbox.mask;
        const bool wasCausal = mask.causal;
        const bool wasWindow = mask.window.has_value();
        const bool wasPrefix = mask.prefix.has_value();
        mask.causal = !wasCausal && !wasWindow && !wasPrefix;
        mask.window = wasCausal ? std::optional(2) : std::nullopt;
        mask.prefix = wasWindow && !wasCausal ? std::optional(2) : std::nullopt;
    });
}

void MaskPanel::togglePadding(int key) {
    document().edit(tr("padding"), [key](Session& s) {
        std::vector<int>& padding = s.sandbox.mask.padding;
        const auto at = std::lower_bound(padding.begin(), padding.end(), key);
        if (at != padding.end() && *at == key) padding.erase(at);
        else padding.insert(at, key);
    });
}

} // namespace headscope
