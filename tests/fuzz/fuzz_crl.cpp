// What is taken for a list of revoked certificates is made of its own octets: every entry stands in
// it and is found, what is signed is a part of it, and reading it twice gives the same.
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/revocation.h"
#include "tests/fuzz/property.h"

#include <algorithm>

namespace {

using ae::Bytes;
using ae::ByteView;
using ae::engine::Crl;
using ae::engine::RevocationState;
using ae::fuzz::must_hold;

bool is_inside(ByteView part, ByteView whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_entries(const Crl& crl) {
    for (const auto& entry : crl.entries) {
        must_hold(is_inside(entry.serial, crl.der), "an entry of the list");
        const auto* found = crl.find(entry.serial);
        must_hold(found != nullptr && ae::equal(found->serial, entry.serial), "it is found");
        must_hold(!to_string(entry.reason).empty(), "its reason has a name");
    }
}

// Whoever signed it: what is not understood or out of date makes nothing valid.
void check_verdicts(const Crl& crl) {
    ae::engine::CertificateFacts certificate;
    certificate.serial_octets = crl.entries.empty() ? Bytes{1}
                                                    : Bytes(crl.entries.front().serial.begin(),
                                                            crl.entries.front().serial.end());
    for (const ae::Seconds age : {ae::Seconds(-601), ae::Seconds(0), ae::Seconds(86'400'000)}) {
        const auto verdict = verdict_by_list(certificate, crl, &crl, crl.this_update + age);
        const bool usable = crl.not_understood.empty() && !crl.base_number && age >= ae::Seconds(0);
        must_hold(usable || verdict.state == RevocationState::unknown, "it says nothing");
        must_hold(verdict.state != RevocationState::valid || crl.next_update, "it says how long");
        must_hold(verdict.state == RevocationState::valid || !verdict.detail.empty(), "why");
        must_hold((verdict.state == RevocationState::unknown) == ae::failed(verdict.problem),
                  "a code when it cannot be told");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto crl = ae::engine::parse_crl(Bytes(data, data + size));
    if (!crl) {
        must_hold(crl.error().code == ae::kInvalidData && !crl.error().context.empty(),
                  "a refusal says why");
        return 0;
    }
    must_hold(ae::equal(crl->der, ByteView(data, size)), "the whole input is the list");
    must_hold(is_inside(crl->signed_part, crl->der) && is_inside(crl->signature, crl->der),
              "what is signed is a part of it");
    must_hold(ae::is_utf8(crl->issuer) && !crl->issuer_der.empty(), "the issuer has a name");
    check_entries(*crl);
    check_verdicts(*crl);
    const auto again = ae::engine::parse_crl(crl->der);
    must_hold(again && again->entries.size() == crl->entries.size() &&
                  again->this_update == crl->this_update && again->number == crl->number &&
                  again->not_understood == crl->not_understood,
              "the same octets give the same list");
    return 0;
}
