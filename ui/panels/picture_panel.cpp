// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/picture_panel.h"

#include "ui/document.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSlider>
#include <QStandardItemModel>
#include <algorithm>
#include <initializer_list>

namespace headscope {

PicturePanel::PicturePanel(Document& document, QWidget* parent) : BoundForm(document, parent) {
    addColours();
    addLinks();
    addHiding();
}

void PicturePanel::addColours() {
    addChoice({tr("Colours"), QString(), tr("from no attention to the most; all four read in the right order when printed grey")},
              {{tr("viridis"), tr("cividis"), tr("magma"), tr("grey")}, [](const Session& s) { return static_cast<int>(s.view.colours); },
               [](Session& s, int index) { s.view.colours = static_cast<ColourMapName>(index); }})
        ->setObjectName(QStringLiteral("colours"));
    addChoice({tr("Brightest is"), QString(), tr("what the colours' upper end stands for: the greatest weight of each row, of the head, or of all heads")},
              {{tr("each row's"), tr("the head's"), tr("all heads'")}, [](const Session& s) { return static_cast<int>(s.view.range); },
               [](Session& s, int index) { s.view.range = static_cast<ColourRange>(index); }})
        ->setObjectName(QStringLiteral("range"));
    addChoice({tr("Follow"), QString(), tr("what a chosen token reads from, or who reads it")},
              {{tr("reads from"), tr("is read by")}, [](const Session& s) { return static_cast<int>(s.view.direction); },
               [this](Session& s, int index) { turnTo(s.view, static_cast<Direction>(index), document().analysis()->cross); }})
        ->setObjectName(QStringLiteral("direction"));
    addSwitch({tr("Transposed"), QStringLiteral("(T)"), tr("queries across and keys down, as some books draw it")},
              {[](const Session& s) { return s.view.transposed; }, [](Session& s, bool on) { s.view.transposed = on; }})
        ->setObjectName(QStringLiteral("transposed"));
}

void PicturePanel::addLinks() {
    QSlider* mass = addReal({tr("Mass shown"), QStringLiteral("%"), tr("the strongest links of each row are drawn until they hold this share of it")},
            {1, 100, 0, false, [](const Session& s) { return s.view.mass * 100; }, [](Session& s, double v) { s.view.mass = v / 100; }});
    mass->setObjectName(QStringLiteral("mass"));
    QSlider* gamma = addReal({tr("Contrast"), QStringLiteral("γ"), tr("a link's opacity is (weight ÷ greatest)^γ: small shows weak links too")},
            {0.1, 3, 2, false, [](const Session& s) { return s.view.gamma; }, [](Session& s, double v) { s.view.gamma = v; }});
    gamma->setObjectName(QStringLiteral("gamma"));
    QSlider* width = addReal({tr("Link width"), QStringLiteral("px"), tr("of the strongest link")},
            {0.5, 12, 1, false, [](const Session& s) { return s.view.width; }, [](Session& s, double v) { s.view.width = v; }});
    width->setObjectName(QStringLiteral("width"));
    QCheckBox* horizontal = addSwitch({tr("Links in rows"), QString(), tr("the two lists of tokens lie one above the other, for short texts and for writing without spaces")},
              {[](const Session& s) { return s.view.horizontalLinks; }, [](Session& s, bool on) { s.view.horizontalLinks = on; }});
    horizontal->setObjectName(QStringLiteral("horizontal"));
    onSync([this, mass, gamma, width, horizontal] {
        for (QWidget* dial : std::initializer_list<QWidget*>{mass, gamma, width, horizontal})
            setUsable(dial, m_linksShown, tr("the links are closed (F5)"));
    });
}

void PicturePanel::setLinksShown(bool shown) {
    m_linksShown = shown;
    sync();
}

void PicturePanel::addHiding() {
    QComboBox* hidden = addChoice({tr("Leave out"), QString(), tr("tokens that draw much attention and drown the rest")},
              {{tr("nothing"), tr("special"), tr("special, 1st")}, [](const Session& s) { return static_cast<int>(s.view.hidden); },
               [](Session& s, int index) { s.view.hidden = static_cast<HiddenTokens>(index); }});
    hidden->setObjectName(QStringLiteral("hidden"));
    onSync([this, hidden] {
        const std::vector<Token>& keys = document().analysis()->keys;
        const bool any = std::any_of(keys.begin(), keys.end(), [](const Token& token) { return token.special; });
        auto* special = qobject_cast<QStandardItemModel*>(hidden->model())->item(static_cast<int>(HiddenTokens::Special));
        special->setEnabled(any);
        special->setToolTip(any ? QString() : tr("Off now: there are no special tokens here"));
    });
    QCheckBox* again = addSwitch({tr("Rows sum to 1 again"), QString(), tr("what is left of each row is scaled up to 1")},
                                 {[](const Session& s) { return s.view.renormalise; }, [](Session& s, bool on) { s.view.renormalise = on; }});
    again->setObjectName(QStringLiteral("renormalise"));
    onSync([this, again] {
        setUsable(again, document().session().view.hidden != HiddenTokens::Nothing, tr("nothing is left out"));
    });
}

} // namespace headscope
