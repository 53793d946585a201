// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/help_overlay.h"

#include "ui/key_map.h"

#include <QPainter>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace headscope {

namespace {

QString keysTable() {
    const QVector<KeyHelp> keys = keyHelp();
    const qsizetype half = (keys.size() + 1) / 2;
    QString rows;
    const auto cell = [&](qsizetype i) {
        if (i >= keys.size()) return QStringLiteral("<td></td><td></td>");
        return QStringLiteral("<td style='padding:2px 12px 2px 0'><b>%1</b></td><td style='padding:2px 32px 2px 0'>%2</td>")
            .arg(keys[i].keys.toHtmlEscaped(), keys[i].does.toHtmlEscaped());
    };
    for (qsizetype i = 0; i < half; ++i) rows += QStringLiteral("<tr>") + cell(i) + cell(i + half) + QStringLiteral("</tr>");
    return QStringLiteral("<table>") + rows + QStringLiteral("</table>");
}

} // namespace

HelpOverlay::HelpOverlay(QWidget* window) : QWidget(window), m_text(new QTextBrowser(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(48, 40, 48, 40);
    column->addWidget(m_text);
    m_text->setOpenExternalLinks(false);
    m_text->setOpenLinks(false);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->document()->setDocumentMargin(24);
    m_text->setAccessibleName(tr("Help"));
    setAccessibleName(tr("Help"));
    m_text->setHtml(
        tr("<h2>Keys</h2>") + keysTable() +
        tr("<p>Click a head to switch it, double-click it to see it alone. Click a token to keep it, Ctrl or Shift and click to add another, "
           "double-click a word in the sandbox's running text to forbid reading it. A model's predictions stand under its words: click one to "
           "write it into the sentence, or choose a word to see what else could stand there (encoders) or what could follow (decoders).</p>"
           "<h2>How to read the pictures</h2>"
           "<p>Every token asks with a <b>query</b> q and is found by its <b>key</b> k. How well they fit, the score, goes through the softmax: "
           "the weights of one row are at least 0 and sum to 1. The row of a token says how much it takes of each token's <b>value</b> v. "
           "Rows are queries and are read to the right; columns are keys. Hatched cells are forbidden by the mask.</p>"
           "<h2>Training</h2>"
           "<p>Under Training a small model begins with random weights and learns a task from endless examples while you look at it; every "
           "picture is of the model as it is at that step, on the sentence above. Loss is the mean of −ln of what the model gave the right "
           "token, accuracy how often that token was its first choice. The slider goes back to every step. A head that is left out still "
           "reads, but nothing of it goes on: a model without it may do worse, or not at all, when another head can do its work.</p>"
           "<h2>What attention does not tell you</h2>"
           "<ul><li>A large weight is not a reason. Other weights can give the same output (Jain and Wallace 2019; but see Wiegreffe and "
           "Pinter 2019).</li>"
           "<li>The weight says how much of a value is taken, not how large that value is: a token with a short value vector moves little, "
           "however brightly it is drawn.</li>"
           "<li>Every row must sum to 1, so a head with nothing to find still looks somewhere, often at the first token. Such a sink "
           "is no message; leave it out under Picture.</li>"
           "<li>Above the first layer a position no longer holds only its own word.</li>"
           "<li>Folded into words, a row is the mean of its sub-tokens' rows and a column the sum of theirs: a reading aid, not a number "
           "that the model computes with.</li>"
           "<li>The sandbox's designed heads are built to show their pattern. Trained heads are seldom that clean.</li></ul>") +
        tr("<h2>About</h2><p>Headscope %1, an instrument for multi-head attention. Free software under the GNU General Public License, "
           "version 3 or later, without any warranty. Built with Qt %2, QCustomPlot, Eigen, ICU and nlohmann/json.</p>")
            .arg(QStringLiteral(HEADSCOPE_VERSION), QString::fromLatin1(qVersion())));
    hide();
}

void HelpOverlay::open() {
    setGeometry(parentWidget()->rect());
    show();
    raise();
    m_text->setFocus();
}

void HelpOverlay::close() {
    hide();
    emit closed();
}

void HelpOverlay::paintEvent(QPaintEvent*) {
    QColor veil = palette().color(QPalette::Window);
    veil.setAlphaF(0.85F);
    QPainter(this).fillRect(rect(), veil);
}

void HelpOverlay::mousePressEvent(QMouseEvent*) { close(); }

} // namespace headscope
