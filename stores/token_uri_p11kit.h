// A "pkcs11:" URI (RFC 7512): which token, and in a key.uri which key on it.
// Internal to token_*_p11kit.cpp.  Values, no device is asked.  Errors: kInvalidData.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/unique_handle.h"

#include <string>
#include <string_view>

#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

namespace ae::stores {

struct UriTraits {
    using value_type = P11KitUri*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type uri) noexcept { p11_kit_uri_free(uri); }
};
using UniqueUri = UniqueHandle<UriTraits>;

class TokenUri {
  public:
    // A PIN in it is refused: whoever may read the setting or the entry would have it.
    static Result<TokenUri> parse(std::string_view text);
    // This token alone, with the module and the PIN's file of `from`.
    static Result<TokenUri> of_token(const TokenUri& from, const CK_TOKEN_INFO& token);

    // Of one key, or of a whole token.
    void set_key(ByteView id, const std::string& label);
    [[nodiscard]] Result<std::string> text() const;

    [[nodiscard]] bool matches(const CK_TOKEN_INFO& token) const;
    // Whether both may mean the same token.
    [[nodiscard]] bool agrees_with(const TokenUri& other) const;
    // Whether both may mean the same key, as far as each says: what only one of them names (or how
    // to come to the token) makes no difference.  A URI of no key in particular may mean any.
    [[nodiscard]] bool may_name_key_of(const TokenUri& other) const;
    [[nodiscard]] Bytes key_id() const;           // empty: none
    [[nodiscard]] std::string key_label() const;  // empty: none
    [[nodiscard]] std::string module_path() const;
    [[nodiscard]] std::string pin_source() const;
    void take_access_of(const TokenUri& other);  // its module and its PIN's file, if it names them

  private:
    explicit TokenUri(UniqueUri uri) : uri_(std::move(uri)) {}
    [[nodiscard]] Bytes attribute(CK_ATTRIBUTE_TYPE type) const;

    UniqueUri uri_;
};

}  // namespace ae::stores
