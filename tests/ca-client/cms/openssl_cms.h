// What OpenSSL's CMS makes of what we write.
#pragma once

#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <optional>
#include <vector>

namespace ae::ca {

struct Judged {
    bool good = false;  // every signer's signature
    Bytes content{};    // what was signed
    std::vector<Bytes> signers{};
};

// `others`: certificates that the message does not hold, for signers that it names by the
// identifier of their key.  The chain is not OpenSSL's to judge, the signatures are.
Judged judge_by_openssl(const Bytes& signed_data, const std::vector<X509*>& others = {});

// What the holder of the certificate reads in EnvelopedData; nothing when he cannot.
std::optional<Bytes> decrypt_by_openssl(const Bytes& enveloped_data, X509* certificate,
                                        EVP_PKEY* key);

}  // namespace ae::ca
