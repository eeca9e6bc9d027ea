// One key pair on a token: made, found, signed with, deleted.  Internal to the token's backend.
// A pair is known by its CKA_ID; ours have the label "aeclient <id>" as well, for people.
// Errors: kNotSupported when the token offers no such key or scheme; kFileNotFound when the token
// has no such key; kInvalidData when what the token says of a key makes no sense.
#pragma once

#include "engine/ports.h"
#include "stores/token_session_p11kit.h"

#include <string>

namespace ae::stores {

struct TokenKeyName {
    Bytes id{};
    std::string label{};  // empty: any
};

Done make_token_key(const TokenSession& session, const engine::KeyRequest& request,
                    const TokenKeyName& name);
Result<CK_OBJECT_HANDLE> find_token_key(const TokenSession& session, const TokenKeyName& name);
// SubjectPublicKeyInfo, of the public key beside it or out of the private key itself.
Result<Bytes> token_public_key(const TokenSession& session, const TokenKeyName& name);
Result<Bytes> sign_by_token(const TokenSession& session, CK_OBJECT_HANDLE key,
                            engine::KeyAlgorithm algorithm, const engine::SignatureScheme& scheme,
                            ByteView message);
// Both halves; missing: success.
Done delete_token_key(const TokenSession& session, const TokenKeyName& name);

}  // namespace ae::stores
