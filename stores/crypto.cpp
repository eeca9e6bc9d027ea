#include "stores/crypto.h"

namespace ae::stores {

std::string thumbprint(engine::Crypto& crypto, ByteView certificate) {
    return to_hex(crypto.digest(engine::HashAlgorithm::sha1, certificate));
}

}  // namespace ae::stores
