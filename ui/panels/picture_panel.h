// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/bound_form.h"

namespace headscope {

/// How the weights are drawn: colours, the links' strength, what is left out.
class PicturePanel : public BoundForm {
    Q_OBJECT
public:
    explicit PicturePanel(Document& document, QWidget* parent = nullptr);

    /// The links' dials are off while nobody sees them.
    void setLinksShown(bool shown);

private:
    void addColours();
    void addLinks();
    void addHiding();

    bool m_linksShown = true;
};

} // namespace headscope
