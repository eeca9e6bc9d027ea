// The one way in which this project reports failure, on both platforms.
//
// The code is a Windows HRESULT ([MS-ERREF] 2.1), because certification authorities answer with
// them, events print them and exit codes carry them.  errno, LDAP, GSSAPI and OpenSSL codes become
// an HRESULT where they arise; their own text goes into the context.
// Nothing throws across a module border.  Values: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <tl/expected.hpp>

namespace ae {

enum class Hresult : std::int32_t {};

constexpr Hresult hresult(std::uint32_t value) {
    return static_cast<Hresult>(static_cast<std::int32_t>(value));
}
constexpr std::uint32_t value_of(Hresult code) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(code));
}
constexpr bool failed(Hresult code) { return static_cast<std::int32_t>(code) < 0; }

struct Error {
    Hresult code{};
    std::string context{};  // outermost first: "enroll WebServer: submit to CA01\Lab-CA: refused"
    std::string
        remedy{};  // what the administrator should do; empty when the code's own row says it

    // Adds one outer layer to the context.
    [[nodiscard]] Error within(std::string_view outer) &&;
    [[nodiscard]] Error with_remedy(std::string_view text) &&;

    // One sentence: "context: SYMBOL (0x800706BA): meaning. Remedy."
    [[nodiscard]] std::string sentence() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Done = Result<std::monostate>;

inline Done done() { return std::monostate{}; }

inline tl::unexpected<Error> fail(Hresult code, std::string context, std::string remedy = {}) {
    return tl::unexpected<Error>(Error{code, std::move(context), std::move(remedy)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

// For `if (!result) return pass(result, "while doing this");`
template <class T>
tl::unexpected<Error> pass(Result<T>& result, std::string_view outer) {
    return tl::unexpected<Error>(std::move(result.error()).within(outer));
}
template <class T>
tl::unexpected<Error> pass(Result<T>& result) {
    return tl::unexpected<Error>(std::move(result.error()));
}

}  // namespace ae
