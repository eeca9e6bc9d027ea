// The form of [MS-WCCE] 2.2.2.9.1, apart from any key; what the stores make of it is in
// tests/contract/key_uses_contract.h.
#include "stores/archival_blob.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::test {
namespace {

using stores::archival_blob_from;
using stores::archival_blob_size;
using stores::empty_archival_blob;

TEST_CASE("a BLOB is as long as its numbers, halves rounded up", "[stores][WCCE:2.2.2.9.1]") {
    CHECK(archival_blob_size(2048) == 20 + 2 * 256 + 5 * 128);
    CHECK(archival_blob_size(2049) == 20 + 2 * 257 + 5 * 129);
    CHECK(archival_blob_size(2056) == 20 + 2 * 257 + 5 * 129);
    CHECK(archival_blob_size(2057) == 20 + 2 * 258 + 5 * 129);
    const Bytes blob = empty_archival_blob(2048, 65537);
    CHECK(blob.size() == archival_blob_size(2048));
    CHECK(to_hex(ByteView(blob).first(stores::kArchivalHeader)) ==
          "0702000000a400005253413200080000"
          "01000100");
    CHECK(to_hex(ByteView(empty_archival_blob(4096, 0xFEDCBA98)).subspan(12, 8)) ==
          "0010000098badcfe");
}

TEST_CASE("a signature key's BLOB says key exchange, as archives want it, and is else as it was",
          "[stores][WCCE:2.2.2.9.1]") {
    Bytes exported = empty_archival_blob(2048, 65537);
    exported[5] = 0x24;  // CALG_RSA_SIGN
    exported[2] = 0x01;  // Reserved: zero, whatever was there
    exported.back() = 0x5A;
    const auto blob = archival_blob_from(exported);
    REQUIRE(blob.has_value());
    exported[5] = 0xA4;
    exported[2] = 0;
    CHECK(equal(blob->view(), exported));
}

TEST_CASE("what is no RSA private key of its own length is refused", "[stores][WCCE:2.2.2.9.1]") {
    const Bytes right = empty_archival_blob(512, 65537);
    REQUIRE(archival_blob_from(right).has_value());
    const auto code = [](const Bytes& octets) {
        const auto blob = archival_blob_from(octets);
        return blob ? Hresult{} : blob.error().code;
    };
    for (std::size_t size = 0; size < right.size(); ++size) {
        CHECK(code(Bytes(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(size))) ==
              kInvalidData);
    }
    Bytes longer = right;
    longer.push_back(0);
    CHECK(code(longer) == kInvalidData);
    for (const std::size_t at : {0U, 1U, 8U, 9U, 10U, 11U}) {  // type, version, magic
        Bytes other = right;
        other[at] ^= 1U;
        CHECK(code(other) == kInvalidData);
    }
    Bytes endless = right;
    std::fill(endless.begin() + 12, endless.begin() + 16, std::uint8_t{0xFF});
    CHECK(code(endless) == kInvalidData);
}

}  // namespace
}  // namespace ae::test
