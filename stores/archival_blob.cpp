#include "stores/archival_blob.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ae::stores {
namespace {

// [MS-WCCE] 2.2.2.9.1
constexpr std::array<std::uint8_t, 4> kStart{0x07, 0x02, 0x00, 0x00};      // type, version
constexpr std::array<std::uint8_t, 4> kAlgorithm{0x00, 0xA4, 0x00, 0x00};  // RSA_KEYX
constexpr std::array<std::uint8_t, 4> kMagic{'R', 'S', 'A', '2'};
constexpr std::ptrdiff_t kAlgorithmAt = 4;
constexpr std::ptrdiff_t kMagicAt = 8;
constexpr std::ptrdiff_t kBitsAt = 12;
constexpr std::ptrdiff_t kExponentAt = 16;

void put_number(Bytes& blob, std::ptrdiff_t at, std::uint32_t number) {
    for (std::ptrdiff_t octet = 0; octet < 4; ++octet, number >>= 8U) {
        blob[static_cast<std::size_t>(at + octet)] = static_cast<std::uint8_t>(number);
    }
}

}  // namespace

std::size_t archival_blob_size(std::uint32_t bits) {
    // In 64 bits: a length that somebody made up does not overflow.
    const std::uint64_t whole = (std::uint64_t{bits} + 7) / 8;
    const std::uint64_t half = (std::uint64_t{bits} + 15) / 16;
    return kArchivalHeader + 2 * whole + 5 * half;
}

Bytes empty_archival_blob(std::uint32_t bits, std::uint32_t public_exponent) {
    Bytes blob(archival_blob_size(bits));
    std::ranges::copy(kStart, blob.begin());
    std::ranges::copy(kAlgorithm, blob.begin() + kAlgorithmAt);
    std::ranges::copy(kMagic, blob.begin() + kMagicAt);
    put_number(blob, kBitsAt, bits);
    put_number(blob, kExponentAt, public_exponent);
    return blob;
}

Result<Secret> archival_blob_from(Bytes exported) {
    Secret held(std::move(exported));  // whatever comes now
    const ByteView octets = held.view();
    if (octets.size() < kArchivalHeader || octets[0] != kStart[0] || octets[1] != kStart[1] ||
        !equal(octets.subspan(kMagicAt, kMagic.size()), kMagic) ||
        octets.size() != archival_blob_size(LittleEndianReader(octets.subspan(kBitsAt)).u32())) {
        return fail(kInvalidData, "the key's provider did not export it as an RSA private key");
    }
    Bytes blob(octets.begin(), octets.end());
    std::ranges::copy(kStart, blob.begin());
    std::ranges::copy(kAlgorithm, blob.begin() + kAlgorithmAt);
    return Secret(std::move(blob));
}

Error as_refusal(Error of_provider) {
    return {kNotSupported, std::move(of_provider.context) + " (" + to_hex(of_provider.code) + ")"};
}

}  // namespace ae::stores
