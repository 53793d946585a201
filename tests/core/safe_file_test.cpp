// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safe_file.h"
#include "tests/core/io_fixture.h"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using namespace headscope;
using namespace headscope::test;
namespace fs = std::filesystem;
using testing::HasSubstr;

namespace {

Status save(const std::string& path, const std::string& text) {
    auto file = SafeFile::create(path);
    if (!file) return file.error();
    file->write(text);
    return file->commit();
}

mode_t modeOf(const std::string& path) {
    struct stat state {};
    EXPECT_EQ(::stat(path.c_str(), &state), 0);
    return state.st_mode & 0777;
}

} // namespace

TEST(SafeFile, WritesAndReplacesAndLeavesNothingElse) {
    const TempFolder folder;
    ASSERT_TRUE(save(folder / "a", "first"));
    ASSERT_TRUE(save(folder / "a", "second"));
    EXPECT_EQ(readBytes(folder / "a"), "second");
    EXPECT_EQ(folder.entries(), 1U);
}

TEST(SafeFile, WithoutCommitTheOldFileStays) {
    const TempFolder folder;
    writeBytes(folder / "a", "old");
    {
        auto file = SafeFile::create(folder / "a");
        ASSERT_TRUE(file);
        file->write(std::string(1'000'000, 'x'));
        EXPECT_EQ(readBytes(folder / "a"), "old");
    }
    EXPECT_EQ(readBytes(folder / "a"), "old");
    EXPECT_EQ(folder.entries(), 1U);
}

TEST(SafeFile, LargePiecesSmallPiecesAndPlacesWrittenAgain) {
    const TempFolder folder;
    std::string expected;
    auto file = SafeFile::create(folder / "a");
    ASSERT_TRUE(file);
    for (const std::size_t size : {1U, 7U, 300'000U, 3U, 262'144U, 0U, 262'143U, 5U}) {
        const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
        file->write(piece);
        expected += piece;
        EXPECT_EQ(file->size(), expected.size());
    }
    file->writeAt(3, "###", 3);
    expected.replace(3, 3, "###");
    file->write("end");
    ASSERT_TRUE(file->commit());
    EXPECT_EQ(readBytes(folder / "a"), expected + "end");
}

TEST(SafeFile, FollowsTheUmaskAndKeepsPermissions) {
    const TempFolder folder;
    const mode_t before = ::umask(027);
    ASSERT_TRUE(save(folder / "new", "x"));
    ::umask(before);
    EXPECT_EQ(modeOf(folder / "new"), 0640U);
    ::chmod((folder / "new").c_str(), 0604);
    ASSERT_TRUE(save(folder / "new", "y"));
    EXPECT_EQ(modeOf(folder / "new"), 0604U);
}

TEST(SafeFile, ALinkStaysALink) {
    const TempFolder folder;
    fs::create_directory(folder.path() / "real");
    writeBytes(folder / "real/a", "old");
    fs::create_symlink("real/a", folder.path() / "link");
    fs::create_symlink("real/new", folder.path() / "dangling");
    ASSERT_TRUE(save(folder / "link", "new"));
    ASSERT_TRUE(save(folder / "dangling", "made"));
    EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
    EXPECT_EQ(readBytes(folder / "real/a"), "new");
    EXPECT_EQ(readBytes(folder / "real/new"), "made");
    EXPECT_EQ(folder.entries(), 3U);
}

TEST(SafeFile, SaysWhereItCannotWrite) {
    const TempFolder folder;
    writeBytes(folder / "file", "x");
    fs::create_symlink("loop", folder.path() / "loop");
    const std::pair<std::string, std::string> cases[] = {
        {folder / "missing/a", "there is no folder \"" + (folder / "missing") + "\""},
        {folder.path().string(), "a folder, not a file"},
        {folder / "file/a", "a file, not a folder"},
        {folder / "loop", "lead in a circle"},
        {folder / std::string(300, 'n'), "name is too long"},
        {"", "no such file"},
        {folder / std::string("nul\0byte", 8), "cannot be a file's"},
        {folder / "new/", ""},
    };
    for (const auto& [path, words] : cases) {
        const auto file = SafeFile::create(path);
        ASSERT_FALSE(file) << path;
        EXPECT_EQ(file.error().code, ErrorCode::Io);
        EXPECT_THAT(file.error().message(), HasSubstr(words));
    }
    EXPECT_EQ(folder.entries(), 2U);
}

TEST(SafeFile, ReadOnlyFolderIsRefused) {
    const TempFolder folder;
    ::chmod(folder.path().c_str(), 0555);
    const uid_t user = ::geteuid();
    EXPECT_EQ(user == 0 ? ::seteuid(65534) : 0, 0); // root may write everywhere, nobody may not
    const Status status = save(folder / "a", "x");
    EXPECT_EQ(user == 0 ? ::seteuid(user) : 0, 0);
    ::chmod(folder.path().c_str(), 0700);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::Io);
    EXPECT_THAT(status.error().message(), HasSubstr("permission"));
    EXPECT_EQ(folder.entries(), 0U);
}

TEST(SafeFile, AFullDeviceIsAnError) {
    const Status status = save("/dev/full", std::string(1'000'000, 'x'));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message(), "/dev/full: there is no space left on the disk");
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
    EXPECT_TRUE(save("/dev/null", "x"));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(SafeFile, SaysBeforeTheWorkThatTheDiskIsTooSmall) {
    const TempFolder folder;
    const Result<SafeFile> file = SafeFile::create(folder / "a");
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->checkRoom(1));
    const Status status = file->checkRoom(1e21);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::Io);
    EXPECT_THAT(status.error().message(), testing::StartsWith((folder / "a") + ": this is at least 1000000000000.0 GB, but only "));
}

TEST(SafeFile, AFullDiskLeavesTheOldFile) {
    const TempFolder folder;
    writeBytes(folder / "a", "old");
    // A limit on the size of files is met as a full disk is: in the middle of writing.
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{1000, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const Status status = save(folder / "a", std::string(1'000'000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), HasSubstr("larger than the disk allows"));
    EXPECT_EQ(readBytes(folder / "a"), "old");
    EXPECT_EQ(folder.entries(), 1U);
}

TEST(SafeFile, APipeIsWrittenToOnlyWhenAllIsGood) {
    const TempFolder folder;
    const std::string pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::string received;
    std::thread reader([&] { received = readBytes(pipe); });
    {
        auto abandoned = SafeFile::create(pipe);
        ASSERT_TRUE(abandoned);
        abandoned->write("half of it");
    }
    ASSERT_TRUE(save(pipe, std::string(500'000, 'p')));
    reader.join();
    EXPECT_EQ(received, std::string(500'000, 'p'));
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(SafeFile, MovingKeepsTheFile) {
    const TempFolder folder;
    auto a = SafeFile::create(folder / "a");
    auto b = SafeFile::create(folder / "b");
    ASSERT_TRUE(a && b);
    a->write("a");
    b->write("b");
    *a = std::move(*b); // the first is given up
    ASSERT_TRUE(a->commit());
    EXPECT_EQ(readBytes(folder / "b"), "b");
    EXPECT_FALSE(fs::exists(folder / "a"));
    EXPECT_EQ(folder.entries(), 1U);
}

TEST(ReadFile, BytesAsTheyAre) {
    const TempFolder folder;
    std::string bytes;
    for (int i = 0; i < 700'000; ++i) bytes += static_cast<char>(i * 7 % 256);
    writeBytes(folder / "a", bytes);
    EXPECT_EQ(*readFile(folder / "a"), bytes);
    EXPECT_EQ(*readFile(folder / "a", 700'000), bytes);
    const auto limited = readFile(folder / "a", 699'999);
    ASSERT_FALSE(limited);
    EXPECT_EQ(limited.error().code, ErrorCode::Input);
    writeBytes(folder / "empty", "");
    EXPECT_EQ(*readFile(folder / "empty"), "");
}

TEST(ReadFile, FoldersPipesAndEndlessDevices) {
    const TempFolder folder;
    EXPECT_THAT(readFile(folder.path().string()).error().message(), HasSubstr("a folder, not a file"));
    EXPECT_THAT(readFile(folder / "none").error().message(), HasSubstr("no such file"));
    EXPECT_EQ(readFile("/dev/zero", 1000).error().code, ErrorCode::Input);
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(*readFile(folder / "pipe"), ""); // nobody writes: does not wait for ever
}
