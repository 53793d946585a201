// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures as a paper prints them: small, complete, and saying what they leave out.
#include "core/io/safe_file.h"
#include "tests/ui/fixture.h"
#include "ui/exporter.h"
#include "ui/views/caption.h"
#include "ui/views/describe.h"
#include "ui/views/links_view.h"
#include "ui/views/matrix_image.h"

#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <memory>

using namespace headscope;
using headscope::test::analysisOf;

namespace {

constexpr ViewKind kinds[] = {ViewKind::Heads, ViewKind::Head, ViewKind::Links};
constexpr QSizeF paperFigure(321.26, 226.77); // 85 × 60 mm at 96 per inch
const char* const animal = "The animal didn't cross the street because it was too tired";

struct Figures : testing::Test {
    QTemporaryDir folder;
    Selection selection;
    AnalysisPtr analysis;
    std::unique_ptr<View> view;

    void show(ViewKind kind, const Session& session) {
        analysis = analysisOf(session);
        selection.setState(session.view);
        selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()),
                            static_cast<int>(analysis->keys.size()));
        view.reset(makeView(kind, selection));
        view->setAnalysis(analysis);
    }
    QString svg() const {
        PictureOptions options;
        options.format = PictureFormat::Svg;
        options.size = {85, 60};
        options.millimetres = true;
        const std::string path = folder.filePath(QStringLiteral("figure.svg")).toStdString();
        EXPECT_TRUE(exportPicture(*view, Theme::light(), options, path).ok());
        return QString::fromStdString(*readFile(path));
    }
    /// How many pixels outside the page are no longer paper.
    int beyond(const QSizeF& size) const {
        constexpr int around = 40;
        const Theme theme = Theme::light();
        const QSize page = size.toSize();
        QImage image(page.width() + 2 * around, page.height() + 2 * around, QImage::Format_RGB32);
        image.fill(theme.paper);
        QPainter painter(&image);
        painter.translate(around, around);
        view->render(painter, QRectF(QPointF(0, 0), page), theme);
        painter.end();
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (!QRect(around, around, page.width(), page.height()).contains(x, y))
                    count += image.pixel(x, y) != theme.paper.rgb();
        return count;
    }
};

Session sentence(const std::string& text = animal) {
    Session session;
    session.text = text;
    return session;
}

std::string words(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "w" + std::to_string(i) + " ";
    return text;
}

/// The image inside an SVG.
QImage imageIn(const QString& svg) {
    const auto found = QRegularExpression(QStringLiteral("data:image/png;base64,([^\"]+)")).match(svg);
    return QImage::fromData(QByteArray::fromBase64(found.captured(1).toLatin1()));
}

} // namespace

TEST_F(Figures, NothingLeavesThePage) {
    std::vector<Session> sessions{sentence("Hello"), sentence(), sentence(words(64)),
                                  sentence("القطة الصغيرة نامت على السرير لأنها كانت متعبة"),
                                  sentence("Donaudampfschifffahrtsgesellschaftskapitän und Rindfleischetikettierungsgesetz")};
    sessions[1].view.pinnedQueries = {7};
    sessions[2].sandbox.mask.causal = true;
    sessions[3].view.pinnedKeys = {2};
    sessions[3].view.horizontalLinks = true;
    sessions[4].view.transposed = true;
    sessions[4].sandbox.heads = 32;
    sessions[4].sandbox.dModel = 128;
    sessions.push_back(sentence());
    sessions.back().sandbox.mask.padding = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}; // nobody may read anything
    sessions.back().view.hidden = HiddenTokens::SpecialAndFirst;
    for (std::size_t s = 0; s < sessions.size(); ++s)
        for (const ViewKind kind : kinds)
            for (const QSizeF size : {paperFigure, QSizeF(642, 454), QSizeF(1200, 800)}) {
                show(kind, sessions[s]);
                EXPECT_EQ(beyond(size), 0) << "session " << s << ", view " << static_cast<int>(kind) << ", " << size.width();
            }
}

TEST_F(Figures, ASmallFigureNamesEveryWord) {
    Session session = sentence();
    session.view.pinnedQueries = {7};
    for (const ViewKind kind : {ViewKind::Head, ViewKind::Links}) {
        show(kind, session);
        const QString picture = svg();
        for (const char* word : {"The", "animal", "cross", "the", "street", "because", "it", "was", "too", "tired"})
            EXPECT_TRUE(picture.contains(QStringLiteral(">%1").arg(QLatin1String(word)))) << static_cast<int>(kind) << word;
    }
    EXPECT_TRUE(svg().contains(QStringLiteral("%<"))) << "the words that are read carry their shares";
}

TEST_F(Figures, EveryWordThatIsReadCarriesItsShareHoweverLongOrLittle) {
    Session session = sentence("the Rindfleischetikettierungsgesetz sat on a mat");
    session.view.pinnedQueries = {2};
    show(ViewKind::Links, session);
    const QString picture = svg();
    EXPECT_EQ(picture.count(QStringLiteral("%</text>")), std::ssize(analysis->keys)) << picture.toStdString();
}

// The words that a chosen one reads stand beside each other, and there are more than one line has room for.
TEST_F(Figures, SmallLinksInLinesNameEveryWordAndWhatIsRead) {
    Session session = sentence();
    session.view.horizontalLinks = true;
    session.view.pinnedQueries = {7};
    for (const bool transposed : {false, true}) {
        session.view.transposed = transposed;
        show(ViewKind::Links, session);
        const QString text = svg();
        for (const Token& token : analysis->queries)
            EXPECT_TRUE(text.contains(QLatin1Char('>') + QString::fromStdString(token.text) + QLatin1String("</text>"))) << token.text;
        EXPECT_GE(text.count(QStringLiteral("%</text>")), 3);
    }
}

TEST_F(Figures, SeveralWordsHaveOneShareInEveryView) {
    Session session = sentence();
    session.sandbox.heads = 1;
    session.sandbox.designs = {Design::First};
    session.view.pinnedQueries = {2, 5, 7};
    double share = 0; // what they read from the first word, which is the most
    for (const ViewKind kind : {ViewKind::Heads, ViewKind::Links}) {
        show(kind, session);
        share = 0;
        for (const int q : session.view.pinnedQueries) share += static_cast<double>(analysis->weight(0, q, 0)) / 3;
        EXPECT_TRUE(svg().contains(percent(share) + QLatin1Char('<'))) << static_cast<int>(kind) << percent(share).toStdString();
    }
    EXPECT_TRUE(svg().contains(QStringLiteral("3 words together, mean")));
    EXPECT_TRUE(describe(*analysis, selection).contains(QStringLiteral("together read on average %1 from “The”").arg(percent(share))))
        << describe(*analysis, selection).toStdString();
}

TEST_F(Figures, CoarsePicturesSayHowTheirRowsAreScaled) {
    Session session = sentence(words(2500));
    session.sandbox.heads = 1;
    session.view.hidden = HiddenTokens::SpecialAndFirst;
    for (const bool renormalised : {true, false}) {
        session.view.renormalise = renormalised;
        show(ViewKind::Heads, session);
        ASSERT_GT(analysis->pictures[0].factor, 1);
        EXPECT_EQ(svg().contains(QStringLiteral("dots scaled by what their rows keep on average")), renormalised);
    }
}

TEST_F(Figures, ASmallFigureSaysWhatItsColoursMean) {
    for (const auto& [range, words] : {std::pair(ColourRange::Row, "share of the row"), std::pair(ColourRange::Head, "weight, per head"),
                                       std::pair(ColourRange::All, "weight, all heads")})
        for (const ViewKind kind : {ViewKind::Heads, ViewKind::Head}) {
            Session session = sentence();
            session.view.range = range;
            show(kind, session);
            const QString picture = svg();
            EXPECT_TRUE(picture.contains(QLatin1String(words))) << words;
            EXPECT_TRUE(picture.contains(QStringLiteral("linearGradient"))) << words;
        }
}

TEST_F(Figures, AModelsFigureSaysWhichLayerAndModel) {
    for (const ViewKind kind : kinds) {
        show(kind, sentence());
        view->setAnalysis(test::analysisOfModel(animal, "/models/google/bert", 5));
        const QString picture = svg();
        EXPECT_TRUE(picture.contains(QStringLiteral(">Layer 6"))) << static_cast<int>(kind);
        EXPECT_TRUE(picture.contains(QStringLiteral(">google/bert<"))) << static_cast<int>(kind);
    }
}

TEST_F(Figures, APartOfTwoTextsIsNamed) {
    for (const ViewKind kind : kinds) {
        show(kind, sentence());
        auto part = std::make_shared<Analysis>(*test::analysisOfModel(animal, "/models/google/bert", 5));
        part->part = Pairs::AB;
        view->setAnalysis(part);
        const QString picture = svg();
        EXPECT_TRUE(picture.contains(QStringLiteral(">Layer 6 · A"))) << "the arrow has a font of its own" << static_cast<int>(kind);
        EXPECT_TRUE(picture.contains(QStringLiteral("the rest of each row went to A"))) << static_cast<int>(kind);
    }
}

TEST_F(Figures, ATitleIsSaidInFewerWordsBeforeItIsCut) {
    show(ViewKind::Head, sentence());
    auto deep = std::make_shared<Analysis>(*test::analysisOfModel(animal, "/models/google/bert", 5));
    deep->site = Site::Cross;
    deep->layer = 999998; // long enough for the smallest figure
    view->setAnalysis(deep);
    const QString picture = svg();
    EXPECT_TRUE(picture.contains(QStringLiteral(">Cross-attention · layer 999,999 · head 1 · previous 97"))) << picture.mid(picture.indexOf(QStringLiteral(">Cross")), 120).toStdString();
}

TEST_F(Figures, TheOverviewSaysWhatItsAxesAndColoursMean) {
    show(ViewKind::Overview, sentence());
    const Result<OverviewPtr> overview = overviewOf(analysis);
    ASSERT_TRUE(overview.ok());
    view->setOverview(*overview);
    const QString picture = svg();
    for (const char* words : {"rows: layers, columns: heads", "rows: queries read", "columns: keys are read", "weight, per head", "linearGradient"})
        EXPECT_TRUE(picture.contains(QLatin1String(words))) << words;
}

TEST_F(Figures, TurnedRoundTheSumsOfQueriesAreThoseOfColumns) {
    Session session = sentence();
    for (const bool turned : {false, true}) {
        session.view.transposed = turned;
        show(ViewKind::Head, session);
        PictureOptions options;
        options.format = PictureFormat::Svg;
        const std::string path = folder.filePath(QStringLiteral("large.svg")).toStdString();
        ASSERT_TRUE(exportPicture(*view, Theme::light(), options, path).ok());
        const QString picture = QString::fromStdString(*readFile(path));
        EXPECT_EQ(picture.contains(QStringLiteral(">row ")), !turned);
        EXPECT_EQ(picture.contains(QStringLiteral(">column ")), turned);
    }
}

TEST_F(Figures, ASmallFigureSaysWhatItLeavesOut) {
    Session session = sentence();
    session.view.hidden = HiddenTokens::SpecialAndFirst;
    for (const ViewKind kind : kinds) {
        show(kind, session);
        EXPECT_TRUE(svg().contains(QStringLiteral("first token hidden"))) << static_cast<int>(kind);
    }
    show(ViewKind::Links, sentence());
    EXPECT_TRUE(svg().contains(QStringLiteral("strongest links up to 70")));
    show(ViewKind::Heads, sentence());
    EXPECT_TRUE(svg().contains(QStringLiteral(">97 %<"))) << "how much of its promise a designed head keeps";
    show(ViewKind::Head, sentence());
    EXPECT_TRUE(svg().contains(QStringLiteral("bars: row "))) << "the sign has a font of its own";
}

// A viewer averages pixels finer than its own: a line one cell wide would fade.
TEST_F(Figures, AVectorPictureOfManyCellsIsAsBrightAsAnImage) {
    show(ViewKind::Head, sentence(words(700)));
    const QString picture = svg();
    EXPECT_TRUE(picture.contains(QStringLiteral("the greatest of several weights")));
    const QImage cells = imageIn(picture);
    ASSERT_FALSE(cells.isNull());
    int bright = 0;
    for (int y = 0; y < cells.height(); ++y)
        for (int x = 0; x < cells.width(); ++x) bright += qGreen(cells.pixel(x, y)) > 200;
    // The page has room for at most 321 × 1.5 marks a row, and the diagonal has one in each at least.
    EXPECT_GT(bright, static_cast<int>(cells.height() * (cells.width() / (321 * 1.5))));
    EXPECT_LT(bright, cells.width() * cells.height() / 10);
}

TEST(CellsShown, AsManyAsTheDeviceHasPixels) {
    QImage image(100, 50, QImage::Format_RGB32);
    QPainter painter(&image);
    painter.scale(2, 2);
    const ShownCells few = cellsShown(painter, {0, 0, 40, 20}, 10, 300);
    EXPECT_EQ(few.rows, 10);
    EXPECT_EQ(few.columns, 80);
}

TEST_F(Figures, OnlyTheScreenHasAScrollMark) {
    LinksView links(selection);
    analysis = analysisOf(sentence(words(200)));
    selection.setExtent(4, 200, 200);
    links.setAnalysis(analysis);
    links.resize(600, 450);
    links.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&links));
    ASSERT_LT(links.layoutNow().share(), 1);
    PictureOptions options;
    options.size = links.size();
    const QImage exported = pictureImage(links, links.theme(), options);
    const QImage seen = links.grab().toImage();
    const auto marked = [&](const QImage& image) {
        for (int y = 0; y < image.height(); ++y)
            if (image.pixel(image.width() - 4, y) != links.theme().paper.rgb()) return true;
        return false;
    };
    EXPECT_TRUE(marked(seen));
    EXPECT_FALSE(marked(exported));
    options.format = PictureFormat::Svg;
    const std::string path = folder.filePath(QStringLiteral("part.svg")).toStdString();
    ASSERT_TRUE(exportPicture(links, links.theme(), options, path).ok());
    EXPECT_TRUE(QString::fromStdString(*readFile(path)).contains(QRegularExpression(QStringLiteral("tokens 1–\\d+ of 200"))));
}

TEST_F(Figures, AZoomedPictureIsTheUsualOneEnlarged) {
    for (const ViewKind kind : kinds) {
        show(kind, sentence());
        PictureOptions usual;
        usual.size = {400, 300};
        usual.scale = 2;
        PictureOptions zoomed;
        zoomed.size = {800, 600};
        zoomed.zoom = 2;
        EXPECT_EQ(pictureImage(*view, Theme::light(), zoomed), pictureImage(*view, Theme::light(), usual).copy());
    }
}

// Opacity (weight ÷ greatest)^γ and the width that goes with it, from the file that a reader gets.
TEST_F(Figures, LinksAreAsWideAndAsDarkAsTheirWeights) {
    Session session = sentence();
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.temperature = 0.3;
    session.view.activeHeads = {1};
    session.view.pinnedQueries = {7};
    show(ViewKind::Links, session);
    const Matrix weights = analysis->trace->weights(1);
    double greatest = 0;
    std::vector<double> row;
    for (Index i = 0; i < weights.rows(); ++i)
        for (Index j = 0; j < weights.cols(); ++j) {
            greatest = std::max(greatest, static_cast<double>(weights(i, j)));
            if (i == 7) row.push_back(static_cast<double>(weights(i, j)));
        }
    std::sort(row.rbegin(), row.rend());
    std::vector<double> expected; // opacity
    for (double sum = 0; sum < 0.7 - 1e-6; sum += row[expected.size() - 1])
        expected.push_back(0.95 * std::pow(row[expected.size()] / greatest, 0.7));
    std::vector<std::pair<double, double>> found; // opacity, width
    auto curves = QRegularExpression(QStringLiteral("<g fill=\"none\"[^>]*stroke-opacity=\"([^\"]+)\"[^>]*stroke-width=\"([^\"]+)\"[^>]*>\\s*"
                                                    "<path[^>]*d=\"M[^\"]*C")).globalMatch(svg());
    while (curves.hasNext()) {
        const auto curve = curves.next();
        found.emplace_back(curve.captured(1).toDouble(), curve.captured(2).toDouble());
    }
    std::sort(found.rbegin(), found.rend());
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i].first, expected[i], 0.005);
        EXPECT_NEAR(found[i].second, 3 * (0.3 + 0.7 * expected[i] / 0.95), 0.02);
    }
}

TEST(Caption, BreaksBetweenPiecesAndLeavesOutWholeOnes) {
    const Theme theme = Theme::light();
    Caption caption(theme.font, 200);
    EXPECT_EQ(caption.lines(), 0);
    caption.add({}, theme.faint);
    EXPECT_EQ(caption.lines(), 0);
    caption.add(QStringLiteral("one"), theme.faint);
    caption.add(QStringLiteral("two"), theme.faint);
    EXPECT_EQ(caption.lines(), 1);
    caption.add(QStringLiteral("a piece that is much too long to stand beside others, or in a line"), theme.faint);
    EXPECT_EQ(caption.lines(), 2);
    QImage image(220, 100, QImage::Format_RGB32);
    image.fill(theme.paper);
    QPainter painter(&image);
    caption.draw(painter, QRectF(10, 10, 200, caption.lineHeight()), theme);
    const auto ink = [&](const QRect& rect) {
        int count = 0;
        for (int y = rect.top(); y <= rect.bottom(); ++y)
            for (int x = rect.left(); x <= rect.right(); ++x) count += image.pixel(x, y) != theme.paper.rgb();
        return count;
    };
    const int first = static_cast<int>(caption.lineHeight());
    EXPECT_GT(ink({10, 10, 200, first}), 20);
    EXPECT_EQ(ink({0, 10 + first, 220, 90 - first}), 0) << "no room for a second line";
    caption.draw(painter, QRectF(10, 10, 200, 2 * caption.lineHeight()), theme);
    EXPECT_GT(ink({10, 10 + first, 200, first}), 20);
    EXPECT_EQ(ink({211, 0, 9, 100}), 0) << "cut, not running over";
}
