// Byte buffers, GUIDs, text forms and the three exceptions of the lab CA.
//
// For: every file of tests/lab/ca.  Not for: anything outside it; the client has its own
// (engine/base). Errors: inside labca failures are exceptions, caught at the thread root of each
// connection and at each call; nothing leaves the program by exception.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ae::labca {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

// Bytes from outside that break the format they claim to have.
struct ParseError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A failure that has an HRESULT ([MS-ERREF] 2.1) and is answered to the caller of the method.
struct HresultError : std::runtime_error {
    HresultError(std::uint32_t hresult, const std::string& text)
        : std::runtime_error(text), code(hresult) {}
    std::uint32_t code;
};

// A failure that is answered by a fault PDU ([C706] 12.6.4.7) and not by a method result.
enum class Executed { no, maybe };
struct RpcFault : std::runtime_error {
    RpcFault(std::uint32_t fault_status, const std::string& text, Executed ran = Executed::maybe)
        : std::runtime_error(text), status(fault_status), executed(ran) {}
    std::uint32_t status;
    Executed executed;
};

// A GUID in its wire form: Data1..3 little-endian, then 8 bytes in order ([MS-DTYP] 2.3.4.2).
struct Guid {
    std::array<std::uint8_t, 16> wire{};
    auto operator<=>(const Guid&) const = default;

    static Guid parse(std::string_view text);  // "d99e6e70-fc88-11d0-b498-00a0c90312f3"
    static Guid random();                      // version 4
    std::string text() const;
    bool is_null() const { return *this == Guid{}; }
};

std::string to_hex(View bytes);
Bytes from_hex(std::string_view text);  // blanks are skipped; ParseError on anything else
std::string to_base64(View bytes);
Bytes from_base64(std::string_view text);

std::u16string to_utf16(std::string_view utf8);   // ParseError on malformed UTF-8
std::string to_utf8(std::u16string_view utf16);   // an unpaired surrogate becomes U+FFFD
Bytes utf16le(std::string_view utf8);             // without terminator
Bytes utf16le_terminated(std::string_view utf8);  // [MS-WCCE] 2.2.2.2.1
std::string lower_ascii(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

inline View view_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline void append(Bytes& to, View more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace ae::labca
