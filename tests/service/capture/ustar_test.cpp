#include "service/capture/ustar.h"

#include "engine/base/hresult_table.h"

#include <array>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;

constexpr std::array<std::string_view, 2> kWanted{"a", "b"};
constexpr std::size_t kBlock = 512;
const Time kTime = *time_from_string("2026-11-21T12:00:00Z");

std::string archive_of(std::string_view a, std::string_view b = "B") {
    const std::array files{ArchivedFile{"a", a}, ArchivedFile{"b", b}};
    return write_ustar(files, kTime);
}
std::string problem(const std::string& archive) {
    const auto files = read_ustar(archive, kWanted);
    REQUIRE_FALSE(files);
    CHECK(files.error().code == kInvalidData);
    return files.error().context;
}
// With the checksum of the first header made right again.
std::string changed(std::size_t at, std::string_view octets) {
    auto archive = archive_of("A");
    archive.replace(at, octets.size(), octets);
    archive.replace(148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        sum += static_cast<unsigned char>(archive[i]);
    }
    for (std::size_t i = 6; i-- > 0; sum /= 8) {
        archive[148 + i] = static_cast<char>('0' + sum % 8);
    }
    archive[154] = '\0';
    return archive;
}

}  // namespace

TEST_CASE("an archive is what the standard describes, with nothing that varies", "[ustar]") {
    const auto archive = archive_of("hello\n");
    REQUIRE(archive.size() == 6 * kBlock);
    CHECK(archive.substr(0, 2) == std::string("a\0", 2));
    CHECK(archive.substr(100, 48) == std::string("0000600\0"
                                                 "0000000\0"
                                                 "0000000\0"
                                                 "00000000006\0"
                                                 "15300303700\0",
                                                 48));
    CHECK(archive.substr(148, 8).find_first_not_of("01234567") == 6);
    CHECK(archive[156] == '0');
    CHECK(archive.substr(257, 8) == std::string("ustar\0"
                                                "00",
                                                8));
    CHECK(archive.substr(kBlock, 7) == std::string("hello\n\0", 7));
    CHECK(archive.substr(4 * kBlock) == std::string(2 * kBlock, '\0'));
    CHECK(archive == archive_of("hello\n"));
}

TEST_CASE("what was written is read, at every size around a block", "[ustar]") {
    for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 1024U, 100000U}) {
        const std::string content(size, 'x');
        const auto files = read_ustar(archive_of(content), kWanted);
        REQUIRE(files);
        CHECK(files->at("a") == content);
        CHECK(files->at("b") == "B");
    }
}

TEST_CASE("members that are not wanted are passed over, and missing ones are missing", "[ustar]") {
    const std::array files{ArchivedFile{"story.md", "..."}, ArchivedFile{"b", "B"}};
    const auto read = read_ustar(write_ustar(files, kTime), kWanted);
    REQUIRE(read);
    CHECK(read->size() == 1);
    CHECK(read->at("b") == "B");
    CHECK(read_ustar(changed(0, std::string("./a\0", 4)), kWanted)->contains("a"));
    CHECK_FALSE(read_ustar(changed(0, std::string("../a\0", 5)), kWanted)->contains("a"));
    CHECK_FALSE(read_ustar(changed(0, std::string("/a\0", 3)), kWanted)->contains("a"));
    CHECK_FALSE(read_ustar(changed(345, "folder"), kWanted)->contains("a"));  // folder/a
}

TEST_CASE("an archive that is cut off anywhere before its end mark is refused", "[ustar]") {
    const auto archive = archive_of("hello\n");
    for (std::size_t size = 0; size < archive.size() - kBlock; ++size) {
        INFO("first " << size << " octets");
        CHECK_FALSE(read_ustar(archive.substr(0, size), kWanted));
    }
    CHECK(read_ustar(archive.substr(0, archive.size() - kBlock), kWanted));
    CHECK(problem(archive.substr(0, kBlock + 3)) == "the archive is cut off in the middle of a");
    CHECK(problem(archive.substr(0, 2 * kBlock)) ==
          "the archive is cut off: its end mark is missing");
}

TEST_CASE("any wrong octet of a header is found", "[ustar]") {
    const auto archive = archive_of("hello\n");
    for (std::size_t at = 0; at < kBlock; ++at) {
        auto damaged = archive;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        INFO("octet " << at);
        if (at == 155) {  // the blank behind the checksum says nothing
            continue;
        }
        CHECK_FALSE(read_ustar(damaged, kWanted));
    }
    auto second = archive;
    second[2 * kBlock] = 'c';
    CHECK(problem(second) == "the archive is damaged: the checksum of a header is wrong");
}

TEST_CASE("sizes that cannot be are refused", "[ustar]") {
    CHECK(problem(changed(124, std::string("77777777777\0", 12))) ==
          "the archive is cut off in the middle of a");
    for (const auto* size : {"-0000000001", "0000000000x", "           ", "00000000008"}) {
        CHECK(problem(changed(124, std::string(size) + '\0')) ==
              "the archive is damaged: a size is no octal number");
    }
    CHECK(problem(changed(124, "777777777777")) ==  // no NUL behind, twelve digits
          "the archive is damaged: a size is no octal number");
    CHECK(problem(changed(124, std::string("\x80\0\0\0\0\0\0\0\0\0\0\1", 12))) ==  // base 256
          "the archive is damaged: a size is no octal number");
}

TEST_CASE("a wanted member must be one plain file", "[ustar]") {
    for (const auto* type : {"1", "2", "5", "6"}) {
        CHECK(problem(changed(156, type)) == "member a of the archive is no plain file");
    }
    CHECK(read_ustar(changed(156, std::string(1, '\0')), kWanted));  // as old programs write it
    const std::array twice{ArchivedFile{"a", "1"}, ArchivedFile{"a", "2"}};
    CHECK(problem(write_ustar(twice, kTime)) == "the archive holds a twice");
}

TEST_CASE("what is no archive is called so", "[ustar]") {
    CHECK(problem("") == "it is no ustar archive");
    CHECK(problem(std::string(10 * kBlock, '\0')) == "it is no ustar archive");
    CHECK(problem("dn:\n" + std::string(kBlock, ' ')) == "it is no ustar archive");
}

TEST_CASE("times outside of the format's range are brought to its ends", "[ustar]") {
    const std::array files{ArchivedFile{"a", ""}};
    CHECK(write_ustar(files, Time(Seconds(-1))).substr(136, 11) == "00000000000");
    CHECK(write_ustar(files, Time(Seconds(1LL << 40))).substr(136, 11) == "77777777777");
}
