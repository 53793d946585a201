// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <QString>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QSlider;
class QSpinBox;

namespace headscope {

class Document;

/// The words of one dial.
struct DialWords {
    QString name;   ///< in plain words
    QString letter; ///< the paper's symbol, its index between <sub> and </sub>, or empty
    QString tip;    ///< one sentence of meaning; range and symbol are added
};

/// A column of dials over the document's session: each acts while it moves, as one step of undo per drag, and follows
/// the session when something else changes it.
class BoundForm : public QWidget {
    Q_OBJECT
public:
    explicit BoundForm(Document& document, QWidget* parent = nullptr);

protected:
    struct Whole {
        int least = 0;
        int most = 0;
        std::function<int(const Session&)> get;
        std::function<void(Session&, int)> set;
    };
    struct Optional {
        int least = 1;
        int most = 0;
        std::function<std::optional<int>(const Session&)> get;
        std::function<void(Session&, std::optional<int>)> set;
        std::function<int(const AttentionConfig&)> resolved; ///< what “auto” comes to
        std::function<bool(const AttentionConfig&, int)> possible; ///< steps skip what cannot be; empty: all can
    };
    struct Real {
        double least = 0;
        double most = 1;
        int decimals = 2;
        bool logarithmic = false;
        std::function<double(const Session&)> get;
        std::function<void(Session&, double)> set;
    };
    struct Choice {
        QStringList names;
        std::function<int(const Session&)> get;
        std::function<void(Session&, int)> set;
    };
    struct Switch {
        std::function<bool(const Session&)> get;
        std::function<void(Session&, bool)> set;
    };

    QSpinBox* addWhole(const DialWords& words, const Whole& dial);
    /// A whole number whose lowest setting is “auto”.
    QSpinBox* addOptional(const DialWords& words, const Optional& dial);
    /// A spin box with a slider below it; returns the slider.
    QSlider* addReal(const DialWords& words, const Real& dial);
    QComboBox* addChoice(const DialWords& words, const Choice& dial);
    QCheckBox* addSwitch(const DialWords& words, const Switch& dial);
    void addWide(QWidget* widget);
    /// A line for what is wrong with the control above it: with the session's error when it is `mine`, or with `words` in
    /// its place; else not there.
    void addError(const QString& name, std::function<bool(const Session&, const Error&)> mine, const QString& words = {});
    void addRow(const DialWords& words, QWidget* widget);

    /// Runs whenever session or analysis changed, and once now.
    void onSync(std::function<void()> sync);
    void sync();
    /// A dial with its words: there or not.
    void setRowVisible(QWidget* dial, bool visible);
    /// Off, with the reason in the tooltip, or on with the meaning; a slider together with its spin box.
    static void setUsable(QWidget* widget, bool usable, const QString& reason);

    Document& document() const { return m_document; }

private:
    QString tipOf(const DialWords& words, const QString& range) const;

    Document& m_document;
    QGridLayout* m_grid;
    std::vector<std::function<void()>> m_syncs;
};

/// One width for every spin box and choice, so that they stand under each other; room for "auto: 1024".
int dialWidth(const QWidget& dial);

/// The wheel over a dial that is not being used scrolls the panel.
void calmWheel(QWidget* dial);

/// Undo and redo are the window's: a field that is being typed in does not keep a history of its own.
void leaveUndoToWindow(QWidget* field);

} // namespace headscope
