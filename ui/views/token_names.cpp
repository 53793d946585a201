// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/token_names.h"

#include "ui/views/describe.h"
#include "ui/views/geometry.h"

#include <QFontMetricsF>

namespace headscope {

namespace {

/// As Unicode's bidirectional algorithm judges a paragraph, rules P2 and P3: by its first letter.
bool startsRightToLeft(const std::vector<Token>& tokens) {
    for (const Token& token : tokens) {
        if (token.special) continue;
        for (const char32_t c : QString::fromStdString(token.text).toUcs4()) {
            const QChar::Direction direction = QChar::direction(c);
            if (direction == QChar::DirL) return false;
            if (direction == QChar::DirR || direction == QChar::DirAL) return true;
        }
    }
    return false;
}

} // namespace

void TokenNames::set(const std::vector<Token>& tokens, const QFont& font, Repeated repeated) {
    if (m_font != font || m_measured.size() > 20000) m_measured.clear();
    m_font = font;
    m_rightToLeft = startsRightToLeft(tokens);
    m_names.clear();
    m_widths.clear();
    const QFontMetricsF metrics(font);
    for (const Token& token : tokens) {
        const QByteArray key = QByteArray::fromStdString(token.text);
        auto found = m_measured.constFind(key);
        if (found == m_measured.constEnd()) {
            const QString name = tokenLabel(token);
            found = m_measured.insert(key, {name, metrics.horizontalAdvance(name)});
        }
        m_names.push_back(found->name);
        m_widths.push_back(found->width);
    }
    if (repeated == Repeated::Alike) return;
    const std::vector<int> numbers = occurrences(m_names);
    for (int i = 0; i < count(); ++i) {
        if (numbers[static_cast<std::size_t>(i)] == 0) continue;
        const QString number = subscript(numbers[static_cast<std::size_t>(i)]);
        m_names[i] += number;
        m_widths[static_cast<std::size_t>(i)] += metrics.horizontalAdvance(number);
    }
}

} // namespace headscope
