// What is taken for an OCSP answer is made of its own octets, reading it twice gives the same, and
// unless somebody with the issuer's key signed it, it says nothing.
#include "engine/base/hresult_table.h"
#include "engine/revocation.h"
#include "tests/fuzz/property.h"

namespace {

using ae::Bytes;
using ae::ByteView;
using ae::engine::OcspAnswer;
using ae::engine::RevocationState;
using ae::fuzz::must_hold;

bool is_inside(ByteView part, ByteView whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// Nobody's signature is good.
class Doubting final : public ae::engine::Crypto {
  public:
    Bytes digest(ae::engine::HashAlgorithm, ByteView) override { return Bytes(20, 1); }
    ae::Result<Bytes> random(std::size_t count) override { return Bytes(count, 1); }
    ae::Result<Bytes> encrypt_key(ByteView, ByteView) override { return Bytes(); }
    ae::Result<Bytes> encrypt_content(ae::engine::ContentCipher, ByteView, ByteView,
                                      ByteView) override {
        return Bytes();
    }
    ae::Result<bool> verify(ByteView, const ae::engine::SignatureScheme&, ByteView,
                            ByteView) override {
        return false;
    }
};

void check_verdict(const OcspAnswer& answer) {
    Doubting crypto;
    ae::engine::OcspQuestion question;
    ae::engine::CertificateFacts certificate;
    ae::engine::CertificateFacts issuer;
    issuer.subject_der = answer.responder_name;
    for (const auto& single : answer.singles) {
        question.id = single.id;
        const auto verdict =
            verdict_by_answer(certificate, issuer, question, answer, single.this_update, crypto);
        must_hold(verdict.state == RevocationState::unknown && !verdict.detail.empty() &&
                      verdict.problem == ae::kRevocationOffline,
                  "without a signature it says nothing");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto answer = ae::engine::parse_ocsp_answer(Bytes(data, data + size));
    if (!answer) {
        must_hold((answer.error().code == ae::kInvalidData ||
                   answer.error().code == ae::kServerUnavailable) &&
                      !answer.error().context.empty(),
                  "a refusal says why");
        return 0;
    }
    must_hold(ae::equal(answer->der, ByteView(data, size)), "the whole input is the answer");
    must_hold(
        is_inside(answer->signed_part, answer->der) && is_inside(answer->signature, answer->der),
        "what is signed is a part of it");
    must_hold(answer->responder_name.empty() || answer->responder_key_hash.empty(),
              "the responder has a name or a key");
    for (const ByteView certificate : answer->certificates) {
        must_hold(is_inside(certificate, answer->der), "a certificate that came along");
    }
    check_verdict(*answer);
    const auto again = ae::engine::parse_ocsp_answer(answer->der);
    must_hold(again && again->singles.size() == answer->singles.size() &&
                  again->produced == answer->produced,
              "the same octets give the same answer");
    return 0;
}
