// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/token.h"

#include <QFont>
#include <QHash>
#include <QStringList>
#include <string>
#include <vector>

namespace headscope {

/// Whether words that stand several times in a text are told apart by a small number: in running text their places do.
enum class Repeated { Alike, Numbered };

/// The tokens of one sentence as they are shown, with their widths. Measuring text is slow: what was measured is kept
/// while the person types on.
class TokenNames {
public:
    /// The first letters that were typed decide on which side reading starts.
    void set(const std::vector<Token>& tokens, const QFont& font, Repeated repeated = Repeated::Alike);

    int count() const { return static_cast<int>(m_names.size()); }
    const QString& name(int index) const { return m_names[index]; }
    const std::vector<double>& widths() const { return m_widths; } ///< logical pixels in the font given
    bool rightToLeft() const { return m_rightToLeft; }

private:
    struct Measured {
        QString name;
        double width = 0;
    };
    QFont m_font;
    QHash<QByteArray, Measured> m_measured; ///< by the token's UTF-8
    QStringList m_names;
    std::vector<double> m_widths;
    bool m_rightToLeft = false;
};

} // namespace headscope
