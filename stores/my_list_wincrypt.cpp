#include "stores/my_list_wincrypt.h"

#include "engine/base/hresult_table.h"
#include "stores/my_store_wincrypt.h"
#include "stores/store_entry_wincrypt.h"

#include <utility>

namespace ae::stores {
namespace {

// Rule Q5: read and compared, never used.
void probe_key(const StoreContext& context, PCCERT_CONTEXT certificate, ByteView public_key_info,
               engine::HeldCertificate& held) {
    const auto where = key_location_of(certificate);
    if (!where) {
        held.key = engine::KeyState::gone;
        held.key_detail = "no private key belongs to it";
        return;
    }
    const auto key = context.providers().open(*where, Prompt::never);
    if (!key) {
        // Only "there is none" is certain: a card may not be in its reader.
        held.key =
            key.error().code == kFileNotFound ? engine::KeyState::gone : engine::KeyState::unknown;
        held.key_detail = key.error().context;
        return;
    }
    if (!equal((*key)->public_key_info(), public_key_info)) {
        held.key = engine::KeyState::gone;
        held.key_detail = "the key container " + where->container + " holds another key";
        return;
    }
    held.key = engine::KeyState::usable;
}

Result<engine::HeldCertificate> held_entry(const StoreContext& context,
                                           PCCERT_CONTEXT certificate) {
    auto facts = engine::parse_certificate(der_of(certificate));
    if (!facts) {
        return pass(facts);
    }
    engine::HeldCertificate held;
    held.thumbprint = thumbprint_of(certificate);
    held.path = path_in_my(context.scope(), held.thumbprint);
    probe_key(context, certificate, facts->public_key_info, held);
    if (const auto successor = property_of(certificate, CERT_RENEWAL_PROP_ID)) {
        held.successor = to_hex(*successor);
    }
    held.facts = std::move(*facts);
    return held;
}

}  // namespace

Result<std::vector<engine::HeldCertificate>> list_my(const StoreContext& context, Listed which) {
    auto my = context.my();
    if (!my) {
        return pass(my, "list MY");
    }
    std::vector<engine::HeldCertificate> found;
    UniqueCertContext each;
    while (next_certificate(*my, each)) {
        if (is_archived(each.get()) != (which == Listed::archived)) {
            continue;
        }
        auto one = held_entry(context, each.get());
        if (one) {
            found.push_back(std::move(*one));
        } else {
            context.warn(
                std::move(one.error())
                    .within("certificate " + thumbprint_of(each.get()) + " of MY was left out")
                    .sentence());
        }
    }
    return found;
}

}  // namespace ae::stores
