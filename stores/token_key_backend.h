// Keys on a PKCS #11 token (key_backend.h): a card, an HSM.  The entry has a key.uri (RFC 7512)
// that names token, key and the PIN's file; the PIN itself is never in it.
//
// The key.uri stands in REQUEST before the key is made, so whatever is ours on a token is named by
// an entry, and nothing is ever searched for: a token may serve several machines, and an old backup
// may have been restored here, so a key that no entry names is not known to be nobody's.
// CKA_EXTRACTABLE is false unless the template lets the key be exported.  For the CA's archives a
// key is never given out (kNotSupported).
// PINs: token_session_p11kit.h says when one is not tried.
#pragma once

#include "stores/key_backend.h"
#include "stores/key_settings.h"

#include <memory>
#include <string>
#include <vector>

namespace ae::stores {

// `configured`: the tokens that the settings name.  `pin_memory`: RefusedPins.
std::unique_ptr<KeyBackend> make_token_backend(const std::vector<std::string>& configured,
                                               PinUse pins, std::string pin_memory);

// Whether it is a key.uri that names a key; false: the half of one, or no RFC 7512.
bool names_token_key(const KeyFile& file);
// By what both say of token and key, not octet by octet: people edit them.  In doubt: yes.
bool may_name_same_key(const KeyFile& left, const KeyFile& right);

}  // namespace ae::stores
