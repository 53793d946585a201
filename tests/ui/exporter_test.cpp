// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safe_file.h"
#include "tests/ui/fixture.h"
#include "ui/exporter.h"
#include "ui/views/view.h"

#include <QDir>
#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <stop_token>

using namespace headscope;
using headscope::test::analysisOf;

namespace {

struct Pictures : testing::Test {
    QTemporaryDir folder;
    Selection selection;
    std::unique_ptr<View> view;
    Theme theme = Theme::light();

    void show(ViewKind kind, const Session& session) {
        const AnalysisPtr analysis = analysisOf(session);
        selection.setExtent(analysis->heads(), static_cast<int>(analysis->queries.size()),
                            static_cast<int>(analysis->keys.size()));
        view.reset(makeView(kind, selection));
        view->setAnalysis(analysis);
    }
    void show(ViewKind kind, const std::string& text = "the cat sat on the mat") {
        Session session;
        session.text = text;
        session.sandbox.mask.causal = true;
        show(kind, session);
    }
    std::string path(const char* name) const { return folder.filePath(QString::fromLatin1(name)).toStdString(); }
    /// The bytes of the picture.
    QByteArray written(const PictureOptions& options, const char* name = "picture") {
        const Status status = exportPicture(*view, theme, options, path(name));
        EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message());
        const Result<std::string> bytes = readFile(path(name));
        return bytes.ok() ? QByteArray::fromStdString(*bytes) : QByteArray();
    }
};

PictureOptions options(PictureFormat format, QSizeF size = {640, 480}) {
    PictureOptions o;
    o.format = format;
    o.size = size;
    return o;
}

constexpr ViewKind kinds[] = {ViewKind::Heads, ViewKind::Head, ViewKind::Links};

} // namespace

TEST_F(Pictures, FinerPixelsAreNoLargerPicture) {
    show(ViewKind::Links);
    PictureOptions fine = options(PictureFormat::Png, {320, 240});
    const QImage plain = pictureImage(*view, theme, fine);
    fine.scale = 2;
    const QImage twice = pictureImage(*view, theme, fine);
    ASSERT_EQ(twice.size(), plain.size() * 2);
    // The same layout: what is dark in one is dark in the other.
    const QImage back = twice.scaled(plain.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    double apart = 0;
    for (int y = 0; y < plain.height(); ++y)
        for (int x = 0; x < plain.width(); ++x) apart += std::abs(qGray(plain.pixel(x, y)) - qGray(back.pixel(x, y)));
    fine.scale = 1;
    fine.size = {640, 480};
    const QImage wide = pictureImage(*view, theme, fine).scaled(plain.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    double wrong = 0;
    for (int y = 0; y < plain.height(); ++y)
        for (int x = 0; x < plain.width(); ++x) wrong += std::abs(qGray(plain.pixel(x, y)) - qGray(wide.pixel(x, y)));
    EXPECT_LT(apart, wrong / 2);
}

TEST_F(Pictures, PngIsWhatRenderDraws) {
    for (const ViewKind kind : kinds) {
        show(kind);
        selection.pinQuery(2, false);
        QImage expected(640, 480, QImage::Format_ARGB32_Premultiplied);
        expected.fill(theme.paper);
        QPainter painter(&expected);
        painter.setRenderHint(QPainter::TextAntialiasing);
        view->render(painter, QRectF(0, 0, 640, 480), theme);
        painter.end();
        const QImage found = QImage::fromData(written(options(PictureFormat::Png)));
        EXPECT_EQ(found.convertToFormat(QImage::Format_RGB32), expected.convertToFormat(QImage::Format_RGB32));
    }
}

TEST_F(Pictures, MillimetresAndDotsPerInchMakeThePixels) {
    show(ViewKind::Head);
    PictureOptions o = options(PictureFormat::Png, {120, 80});
    o.millimetres = true;
    o.dpi = 300;
    const QImage image = QImage::fromData(written(o));
    EXPECT_EQ(image.size(), QSize(1417, 945));
    EXPECT_NEAR(image.dotsPerMeterX(), 11811, 1);
    o.dpi = 96;
    EXPECT_EQ(QImage::fromData(written(o)).size(), QSize(454, 302));
}

TEST_F(Pictures, TransparentPaperIsTransparent) {
    show(ViewKind::Heads);
    PictureOptions o = options(PictureFormat::Png);
    EXPECT_EQ(QImage::fromData(written(o)).pixelColor(1, 1), theme.paper);
    o.transparent = true;
    EXPECT_EQ(QImage::fromData(written(o)).pixelColor(1, 1).alpha(), 0);
}

TEST_F(Pictures, SvgKeepsWordsAndSize) {
    for (const ViewKind kind : kinds) {
        show(kind, "animal street");
        const QByteArray bytes = written(options(PictureFormat::Svg));
        EXPECT_TRUE(QSvgRenderer(bytes).isValid());
        EXPECT_TRUE(bytes.contains("viewBox=\"0 0 640 480\""));
        const char* word = kind == ViewKind::Heads ? ">first</text>" : ">animal</text>";
        EXPECT_TRUE(bytes.contains(word)) << static_cast<int>(kind);
        EXPECT_FALSE(bytes.contains("<image")) << "a small picture has shapes only";
    }
    PictureOptions o = options(PictureFormat::Svg, {121.3, 83.7});
    o.millimetres = true;
    show(ViewKind::Head);
    const QByteArray bytes = written(o);
    EXPECT_TRUE(bytes.contains("width=\"121.3mm\" height=\"83.7mm\""));
    const QRectF box = QSvgRenderer(bytes).viewBoxF();
    EXPECT_NEAR(box.width(), 121.3 / 25.4 * 96, 0.01);
    EXPECT_NEAR(box.height(), 83.7 / 25.4 * 96, 0.01);
}

TEST_F(Pictures, SvgIsWellFormedForEveryLegalText) {
    for (const ViewKind kind : kinds) {
        show(kind, "foo \xEF\xBF\xBE bar \xEF\xBF\xBF \x01\x1B <b>&amp;</b>");
        QXmlStreamReader reader(written(options(PictureFormat::Svg, {1200, 800})));
        while (!reader.atEnd()) reader.readNext();
        EXPECT_FALSE(reader.hasError()) << reader.errorString().toStdString();
    }
}

TEST_F(Pictures, AllHeadsSayWhichSideIsTheQueryAndNameTheRows) {
    show(ViewKind::Heads);
    const QByteArray upright = written(options(PictureFormat::Svg, {1200, 800}));
    EXPECT_TRUE(upright.contains("rows: queries read") && upright.contains(">mat<"));
    selection.edit({}, [](ViewState& s) { s.transposed = true; });
    EXPECT_TRUE(written(options(PictureFormat::Svg, {1200, 800})).contains("rows: keys are read"));
}

TEST_F(Pictures, SvgOfALongTextIsOneExactImage) {
    std::string text;
    for (int i = 0; i < 120; ++i) text += "w" + std::to_string(i) + " ";
    show(ViewKind::Head, text);
    const QByteArray bytes = written(options(PictureFormat::Svg));
    EXPECT_TRUE(bytes.contains("<image"));
    EXPECT_LT(bytes.size(), 1'000'000);
}

TEST_F(Pictures, FilesOfOrdinaryPicturesAreSmall) {
    Session session;
    session.sandbox.heads = 8;
    for (int i = 0; i < 32; ++i) session.text += "w" + std::to_string(i) + " ";
    for (const ViewKind kind : kinds) {
        show(kind, session);
        EXPECT_LT(written(options(PictureFormat::Svg, {1200, 800})).size(), 1'000'000) << static_cast<int>(kind);
        EXPECT_LT(written(options(PictureFormat::Pdf, {1200, 800})).size(), 1'000'000) << static_cast<int>(kind);
    }
}

TEST_F(Pictures, PdfHasThePageTheFontsAndNoHour) {
    for (const ViewKind kind : kinds) {
        show(kind);
        PictureOptions o = options(PictureFormat::Pdf, {121.3, 83.7});
        o.millimetres = true;
        const QByteArray bytes = written(o);
        EXPECT_TRUE(bytes.startsWith("%PDF-"));
        EXPECT_EQ(bytes.count("/Type /Page\n"), 1);
        const QRegularExpressionMatch box =
            QRegularExpression(QStringLiteral("/MediaBox \\[(\\S+) (\\S+) (\\S+) (\\S+)\\]"))
                .match(QString::fromLatin1(bytes));
        ASSERT_TRUE(box.hasMatch());
        EXPECT_NEAR(box.captured(3).toDouble() - box.captured(1).toDouble(), 121.3 / 25.4 * 72, 0.001);
        EXPECT_NEAR(box.captured(4).toDouble() - box.captured(2).toDouble(), 83.7 / 25.4 * 72, 0.001);
        EXPECT_TRUE(bytes.contains("/FontFile2")) << "embedded";
        EXPECT_TRUE(bytes.contains("/ToUnicode")) << "words can be searched";
        EXPECT_FALSE(bytes.contains("/CreationDate"));
        EXPECT_EQ(bytes, written(o)) << "the same picture is the same file";
    }
}

TEST_F(Pictures, SizesThatCannotBeAreWrongUse) {
    show(ViewKind::Heads);
    constexpr double inf = std::numeric_limits<double>::infinity();
    for (const QSizeF size : {QSizeF(0, 10), QSizeF(10, -1), QSizeF(std::nan(""), 5), QSizeF(inf, 5),
                              QSizeF(100'001, 5), QSizeF(90'000, 90'000)}) {
        for (const PictureFormat format : {PictureFormat::Png, PictureFormat::Svg, PictureFormat::Pdf}) {
            if (format != PictureFormat::Png && size.width() == 90'000) continue; // a vector has no pixels to hold
            const Status status = exportPicture(*view, theme, options(format, size), path("no"));
            ASSERT_FALSE(status.ok()) << size.width() << " × " << size.height();
            EXPECT_EQ(status.error().code, ErrorCode::Usage);
            EXPECT_EQ(status.error().place, "--size");
        }
    }
    PictureOptions o = options(PictureFormat::Png, {10, 10});
    o.millimetres = true;
    for (const double dpi : {0.0, -5.0, std::nan(""), 1e9}) {
        o.dpi = dpi;
        const Status status = exportPicture(*view, theme, o, path("no"));
        ASSERT_FALSE(status.ok());
        EXPECT_EQ(status.error().place, "--dpi");
    }
    EXPECT_TRUE(QDir(folder.path()).isEmpty()) << "nothing is left behind";
}

TEST_F(Pictures, AFolderThatIsNotThereIsTold) {
    show(ViewKind::Heads);
    const Status status = exportPicture(*view, theme, options(PictureFormat::Svg), path("missing/picture.svg"));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::Io);
    EXPECT_NE(status.error().message().find("missing/picture.svg"), std::string::npos);
}

TEST_F(Pictures, WritingStopsWhenAsked) {
    show(ViewKind::Heads);
    std::stop_source source;
    source.request_stop();
    for (const PictureFormat format : {PictureFormat::Png, PictureFormat::Svg, PictureFormat::Pdf}) {
        const Result<DrawnPicture> drawn = drawPicture(*view, theme, options(format));
        ASSERT_TRUE(drawn.ok());
        const Status status = writePicture(*drawn, path("stopped"), source.get_token());
        ASSERT_FALSE(status.ok());
        EXPECT_EQ(status.error().code, ErrorCode::Cancelled);
        EXPECT_TRUE(QDir(folder.path()).isEmpty(QDir::Files | QDir::Hidden | QDir::NoDotAndDotDot)) << "nothing half-written stays";
    }
}

// Readers of SVG draw letters in their own way, so coarse means are compared; another head's picture is further away.
TEST_F(Pictures, SvgLooksLikeThePng) {
    const auto coarse = [](const QImage& image) {
        return image.scaled(64, 48, Qt::IgnoreAspectRatio, Qt::SmoothTransformation).convertToFormat(QImage::Format_RGB32);
    };
    const auto apart = [](const QImage& a, const QImage& b) {
        double sum = 0;
        int most = 0;
        for (int y = 0; y < a.height(); ++y)
            for (int x = 0; x < a.width(); ++x) {
                const QColor p = a.pixelColor(x, y), q = b.pixelColor(x, y);
                const int one = std::max({std::abs(p.red() - q.red()), std::abs(p.green() - q.green()), std::abs(p.blue() - q.blue())});
                sum += one;
                most = std::max(most, one);
            }
        return std::pair(sum / a.width() / a.height(), most);
    };
    for (const ViewKind kind : kinds) {
        show(kind, "the animal did not cross the street");
        selection.pinQuery(2, false);
        const QImage png = coarse(QImage::fromData(written(options(PictureFormat::Png))));
        QSvgRenderer reader(written(options(PictureFormat::Svg)));
        ASSERT_TRUE(reader.isValid());
        QImage drawn(640, 480, QImage::Format_ARGB32_Premultiplied);
        drawn.fill(Qt::white);
        QPainter painter(&drawn);
        reader.render(&painter, QRectF(0, 0, 640, 480));
        painter.end();
        const auto [mean, most] = apart(coarse(drawn), png);
        EXPECT_LT(mean, 2) << static_cast<int>(kind);
        EXPECT_LT(most, 60) << static_cast<int>(kind);
        selection.pinQuery(5, false);
        const QImage other = coarse(QImage::fromData(written(options(PictureFormat::Png))));
        EXPECT_GT(apart(other, png).first, 2 * mean) << static_cast<int>(kind);
    }
}
