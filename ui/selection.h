// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <QObject>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace headscope {

/// What the pointer is over. Shows at once and leaves no trace: hovered ?? pinned.
struct Hover {
    std::optional<int> head;
    std::optional<int> query;
    std::optional<int> key;
    friend bool operator==(const Hover&, const Hover&) = default;
};

/// The one selection that all views share: which heads, which tokens, which way. Gestures change it; what outlives the
/// pointer is reported by edited(), so that the document can keep and undo it.
class Selection : public QObject {
    Q_OBJECT
public:
    explicit Selection(QObject* parent = nullptr) : QObject(parent) {}

    const ViewState& state() const { return m_state; }
    const Hover& hover() const { return m_hover; }

    /// From the document (a session opened, an undo). Not reported by edited().
    void setState(const ViewState& state);
    /// From a new analysis: positions beyond it are no longer shown (the state keeps them).
    void setExtent(int heads, int queries, int keys);
    int heads() const { return m_heads; }
    int queries() const { return m_queries; }
    int keys() const { return m_keys; }

    // The pointer.
    void hoverHead(std::optional<int> head);
    void hoverQuery(std::optional<int> query);
    void hoverKey(std::optional<int> key);
    void hoverCell(std::optional<int> head, int query, int key);
    void clearHover();

    // Heads: click toggles, double-click solo, again all; the last active one cannot be switched off.
    void toggleHead(int head);
    void soloHead(int head);
    /// A click acts at once; when it turns out to be the first half of a double click, what it did is taken back. One
    /// step of undo with it, which is none when nothing else has changed. False when something came between.
    bool takeBackClick();
    /// The same, with this head alone instead.
    void soloHeadInstead(int head);
    void showAllHeads();
    void stepHead(int by);

    // Tokens: click pins, with add = Ctrl/Shift several; click again releases.
    void pinQuery(int query, bool add);
    void pinKey(int key, bool add);
    void pinCell(int head, int query, int key);
    void stepQuery(int by);
    void stepKey(int by);
    /// Keeps what the pointer is over.
    void pinHovered();
    void release();

    /// Any other change of the state; `name` is the undo entry's text. What `merges` becomes one step of undo with
    /// the changes of the same name just before (a slider's drag).
    void edit(const QString& name, const std::function<void(ViewState&)>& change, bool merges = false);

    /// While painting, what is clicked or dragged over is a stroke of the mask's brush instead of a pin.
    void setPainting(bool on);
    bool painting() const { return m_painting; }
    void beginStroke(int query, int key);
    /// Every cell from the last one to this in a straight line: a fast pointer leaves no gaps.
    void moveStroke(int query, int key);
    void endStroke();
    /// One stroke over the chosen queries and keys, for the keyboard.
    void paintChosen();
    /// As if it had not been begun.
    void cancelStroke();
    bool stroking() const { return m_stroke.has_value(); }

    // What shows: hovered ?? pinned, within the extent.
    int shownHead() const;
    std::vector<int> shownHeads() const; ///< the hovered one alone, or the active ones; never empty when heads() > 0
    std::vector<int> shownQueries() const; ///< empty: none chosen
    std::vector<int> shownKeys() const;

signals:
    void changed();
    void edited(const headscope::ViewState& state, const QString& name, bool merges);
    void strokeBegun(int query, int key);
    /// [query, key] of each
    void strokePassed(const std::vector<std::pair<int, int>>& cells);
    void strokeEnded(bool cancelled);

private:
    /// What the last click did, while nothing else has changed.
    struct Click {
        QString name;
        ViewState before;
    };
    void setHover(const Hover& hover);
    void click(const QString& name, const std::function<void(ViewState&)>& change);

    ViewState m_state;
    std::optional<Click> m_click;
    Hover m_hover;
    int m_heads = 0;
    int m_queries = 0;
    int m_keys = 0;
    bool m_painting = false;
    std::optional<std::pair<int, int>> m_stroke; ///< the cell it has come to: query, key
};

} // namespace headscope
