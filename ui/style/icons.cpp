// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/icons.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

namespace headscope {

namespace {

QPixmap drawn(QByteArray svg, const QColor& colour, int pixels) {
    svg.replace("#000000", colour.name().toLatin1());
    QSvgRenderer renderer(svg);
    QPixmap picture(pixels, pixels);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    renderer.render(&painter);
    return picture;
}

} // namespace

QIcon themeIcon(const QString& name, const Theme& theme) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray svg = file.readAll();
    QIcon icon;
    for (const int pixels : {20, 40, 60}) {
        icon.addPixmap(drawn(svg, theme.text, pixels), QIcon::Normal);
        icon.addPixmap(drawn(svg, theme.hairline, pixels), QIcon::Disabled);
    }
    return icon;
}

} // namespace headscope
