// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/token_names.h"

#include "ui/views/describe.h"

#include <QFontMetricsF>

namespace headscope {

void TokenNames::set(const std::vector<Token>& tokens, const std::string& sentence, const QFont& font) {
    if (m_font != font || m_measured.size() > 20000) m_measured.clear();
    m_font = font;
    m_rightToLeft = QString::fromStdString(sentence).isRightToLeft();
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
}

} // namespace headscope
