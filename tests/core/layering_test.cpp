// SPDX-License-Identifier: GPL-3.0-or-later
// Who may include whom, and what every file must look like. The rules are functions of a file's path and text, so that
// each of them is also shown to fail on a file that breaks it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct File {
    std::string path; ///< from the root, with /
    std::string text;
    bool inFolder(const std::string& folder) const { return path.starts_with(folder + "/"); }
    bool isHeader() const { return path.ends_with(".h"); }
};

std::vector<File> sourceFiles() {
    const fs::path root = HEADSCOPE_SOURCE_DIR;
    std::vector<File> files;
    for (const char* top : {"app", "core", "ui", "tests"}) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
            if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
            std::ifstream in(entry.path(), std::ios::binary);
            std::ostringstream text;
            text << in.rdbuf();
            files.push_back({fs::relative(entry.path(), root).generic_string(), text.str()});
        }
    }
    return files;
}

std::vector<std::string> includes(const File& file) {
    static const std::regex pattern(R"(^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"])", std::regex::multiline);
    std::vector<std::string> names;
    for (std::sregex_iterator it(file.text.begin(), file.text.end(), pattern), end; it != end; ++it)
        names.push_back((*it)[1]);
    return names;
}

std::string folderOf(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}
std::string stemOf(const std::string& path) {
    return fs::path(path).stem().string();
}

/// The floor of a folder of core; a floor may use those with smaller numbers only.
int floorOf(const std::string& path) {
    static const std::map<std::string, int> floors = {{"core/base", 0},  {"core/text", 1},     {"core/attention", 1},
                                                      {"core/io", 2},    {"core/model", 2},    {"core/sources", 3},
                                                      {"core/train", 4}, {"core/analysis", 3}, {"core/session", 4}};
    const auto it = floors.find(folderOf(path));
    return it == floors.end() ? -1 : it->second;
}

bool isQt(const std::string& include) {
    return (include.size() > 1 && include[0] == 'Q' && std::isupper(static_cast<unsigned char>(include[1]))) ||
           include.starts_with("Qt") || include == "qcustomplot.h";
}

/// One line for every include that the house's plan forbids.
std::vector<std::string> forbiddenIncludes(const File& file) {
    std::vector<std::string> found;
    const auto forbid = [&](const std::string& include, const char* why) {
        found.push_back(file.path + " includes " + include + ": " + why);
    };
    for (const std::string& include : includes(file)) {
        const bool inCore = file.inFolder("core"), inUi = file.inFolder("ui");
        if (inCore && isQt(include)) forbid(include, "core has no Qt");
        if (inCore && (include.starts_with("ui/") || include.starts_with("app/")))
            forbid(include, "nothing points back");
        if (inUi && include.starts_with("app/")) forbid(include, "nothing points back");
        if (inCore && include.starts_with("core/")) {
            if (floorOf(include) < 0 || floorOf(file.path) < 0)
                forbid(include, "a folder without a floor");
            else if (folderOf(include) != folderOf(file.path) && floorOf(include) >= floorOf(file.path))
                forbid(include, "a floor uses only those below it");
        }
        if (include.starts_with("Eigen/") && file.path != "core/base/eigen.h") forbid(include, "use core/base/eigen.h");
        if (file.isHeader() && include == "core/base/eigen.h") forbid(include, "Eigen stays in .cpp files");
        if (file.isHeader() && !file.inFolder("tests") && include.starts_with("nlohmann/"))
            forbid(include, "json stays in .cpp files");
        if (file.isHeader() && include.starts_with("unicode/")) forbid(include, "ICU stays in one .cpp file");
        if (include == "qcustomplot.h" && (file.isHeader() || !inUi))
            forbid(include, "only .cpp files that draw a plot");
        const bool dumb = file.inFolder("ui/views") || file.inFolder("ui/models") || file.inFolder("ui/style");
        if (dumb &&
            (include.starts_with("ui/document") || include == "ui/main_window.h" || include == "ui/latest_job.h"))
            forbid(include, "views know no document");
        if ((file.inFolder("ui/models") || file.inFolder("ui/style")) && include.starts_with("ui/views/"))
            forbid(include, "models and styles know no view");
    }
    return found;
}

/// Views know nothing of one another. A view's header is one that derives from View; only the place that makes them
/// (makeView) may see several.
std::vector<std::string> viewsThatKnowViews(const std::vector<File>& files) {
    std::set<std::string> headers;
    for (const File& file : files)
        if (file.inFolder("ui/views") && file.isHeader() && file.text.find(": public View ") != std::string::npos)
            headers.insert(file.path);
    std::vector<std::string> found;
    for (const File& file : files) {
        if (!file.inFolder("ui/views") || file.text.find("View* makeView(") != std::string::npos) continue;
        for (const std::string& include : includes(file))
            if (headers.contains(include) && !stemOf(file.path).starts_with(stemOf(include)))
                found.push_back(file.path + " includes the view " + include);
    }
    return found;
}

/// Inside ui only the document computes.
std::vector<std::string> callsOfAnalyze(const File& file) {
    static const std::regex call(R"(\banalyze\()");
    if (!file.inFolder("ui") || stemOf(file.path).starts_with("document")) return {};
    if (!std::regex_search(file.text, call)) return {};
    return {file.path + " calls analyze"};
}

/// What every file must look like.
std::vector<std::string> badForm(const File& file) {
    std::vector<std::string> found;
    const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
    if (lines > 500) found.push_back(file.path + " has " + std::to_string(lines) + " lines; 500 is the ceiling");
    if (!file.text.starts_with("// SPDX-License-Identifier: GPL-3.0-or-later\n"))
        found.push_back(file.path + " does not begin with its licence");
    if (file.isHeader() && file.text.find("\n#pragma once\n") == std::string::npos)
        found.push_back(file.path + " has no #pragma once");
    static const std::regex name("[a-z0-9_]+\\.(h|cpp)");
    if (!std::regex_match(fs::path(file.path).filename().string(), name))
        found.push_back(file.path + " is not named in snake_case");
    return found;
}

void expectNone(const std::vector<std::string>& found) {
    for (const std::string& line : found) ADD_FAILURE() << line;
}

TEST(Layering, IncludesFollowThePlan) {
    const std::vector<File> files = sourceFiles();
    ASSERT_GT(files.size(), 20u) << "the sources were not found below " << HEADSCOPE_SOURCE_DIR;
    for (const File& file : files) expectNone(forbiddenIncludes(file));
}

TEST(Layering, EveryFolderOfCoreHasAFloor) {
    for (const File& file : sourceFiles()) EXPECT_TRUE(!file.inFolder("core") || floorOf(file.path) >= 0) << file.path;
}

TEST(Layering, ViewsKnowNothingOfOneAnother) {
    expectNone(viewsThatKnowViews(sourceFiles()));
}

TEST(Layering, OnlyTheDocumentComputes) {
    for (const File& file : sourceFiles()) expectNone(callsOfAnalyze(file));
}

TEST(Layering, IcuIsInOneFile) {
    std::set<std::string> users;
    for (const File& file : sourceFiles())
        for (const std::string& include : includes(file))
            if (include.starts_with("unicode/")) users.insert(file.path);
    EXPECT_LE(users.size(), 1u) << testing::PrintToString(users);
}

TEST(Layering, QuotedIncludesAreFromTheRoot) {
    const fs::path root = HEADSCOPE_SOURCE_DIR;
    static const std::regex quoted(R"re(^#include "([^"]+)")re", std::regex::multiline);
    for (const File& file : sourceFiles()) {
        for (std::sregex_iterator it(file.text.begin(), file.text.end(), quoted), end; it != end; ++it) {
            const std::string include = (*it)[1];
            if (include.ends_with(".moc")) continue;
            EXPECT_TRUE(fs::exists(root / include)) << file.path << " includes \"" << include << "\"";
        }
    }
}

TEST(Layering, FilesHaveTheHouseForm) {
    for (const File& file : sourceFiles()) expectNone(badForm(file));
}

TEST(Layering, TheRulesCatchWhatBreaksThem) {
    const std::vector<File> bad = {
        {"core/text/a.cpp", "#include <QString>\n"},
        {"core/text/a.cpp", "  #  include <QtCore/qglobal.h>\n"},
        {"core/text/a.cpp", "#include \"core/attention/mask.h\"\n"},
        {"core/base/a.cpp", "#include \"core/text/token.h\"\n"},
        {"core/analysis/a.cpp", "#include \"core/session/session.h\"\n"},
        {"core/session/a.cpp", "#include \"ui/selection.h\"\n"},
        {"core/session/a.cpp", "#include \"core/extra/b.h\"\n"},
        {"core/io/a.cpp", "#include <Eigen/Core>\n"},
        {"core/io/a.h", "#include \"core/base/eigen.h\"\n"},
        {"core/io/a.h", "#include <nlohmann/json.hpp>\n"},
        {"core/text/a.h", "#include <unicode/brkiter.h>\n"},
        {"ui/a.h", "#include <qcustomplot.h>\n"},
        {"ui/views/a.cpp", "#include \"ui/document.h\"\n"},
        {"ui/models/a.cpp", "#include \"ui/views/view.h\"\n"},
        {"ui/a.cpp", "#include \"app/cli.h\"\n"},
    };
    for (const File& file : bad) EXPECT_EQ(forbiddenIncludes(file).size(), 1u) << file.path << ": " << file.text;
    EXPECT_TRUE(
        forbiddenIncludes({"core/session/a.cpp", "#include \"core/io/array.h\"\n#include <nlohmann/json.hpp>\n"})
            .empty());
    EXPECT_EQ(callsOfAnalyze({"ui/main_window.cpp", "auto a = analyze(session);"}).size(), 1u);
    EXPECT_TRUE(callsOfAnalyze({"ui/document.cpp", "auto a = analyze(session);"}).empty());
    const File grid{"ui/views/grid_view.h", "class GridView : public View {};"};
    EXPECT_EQ(viewsThatKnowViews({grid, {"ui/views/links_view.cpp", "#include \"ui/views/grid_view.h\"\n"}}).size(),
              1u);
    EXPECT_TRUE(viewsThatKnowViews({grid, {"ui/views/grid_view.cpp", "#include \"ui/views/grid_view.h\"\n"}}).empty());
    EXPECT_EQ(badForm({"ui/a.cpp", "int x;\n"}).size(), 1u);
    EXPECT_EQ(badForm({"ui/BigName.cpp", "// SPDX-License-Identifier: GPL-3.0-or-later\n"}).size(), 1u);
    EXPECT_EQ(badForm({"ui/a.cpp", "// SPDX-License-Identifier: GPL-3.0-or-later\n" + std::string(500, '\n')}).size(),
              1u);
    EXPECT_EQ(badForm({"ui/a.h", "// SPDX-License-Identifier: GPL-3.0-or-later\n"}).size(), 1u);
}

} // namespace
