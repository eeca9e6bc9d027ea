#include "service/selftest/key_trial.h"

#include "engine/base/text.h"

#include <array>

namespace ae::service {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;

struct KeyKind {
    const char* id;
    const char* name;
    KeyAlgorithm algorithm;
    HashAlgorithm hash;
};
constexpr std::array<KeyKind, 4> kKinds{{
    {"rsa", "RSA 2048", KeyAlgorithm::rsa, HashAlgorithm::sha256},
    {"p256", "ECDSA P-256", KeyAlgorithm::ecdsa_p256, HashAlgorithm::sha256},
    {"p384", "ECDSA P-384", KeyAlgorithm::ecdsa_p384, HashAlgorithm::sha384},
    {"p521", "ECDSA P-521", KeyAlgorithm::ecdsa_p521, HashAlgorithm::sha512},
}};

bool has_word(const std::string& provider, std::string_view word) {
    return to_lower(provider).find(word) != std::string::npos;
}

// The providers of cryptography API: next generation; the older ones know no elliptic curves.
bool is_key_storage(const std::string& provider) {
    return has_word(provider, "key storage provider") || has_word(provider, "platform crypto");
}
// A card has its own key generation, and asks a person for its PIN.
bool needs_card(const std::string& provider) { return has_word(provider, "smart card"); }
// A chip: RSA and P-256 are what every version 2.0 of it has.
bool needs_chip(const std::string& provider) { return has_word(provider, "platform crypto"); }

bool offers(const std::string& provider, const KeyKind& kind) {
    if (kind.algorithm == KeyAlgorithm::rsa) {
        return true;
    }
    return is_key_storage(provider) &&
           (!needs_chip(provider) || kind.algorithm == KeyAlgorithm::ecdsa_p256);
}

// A host without a chip, or with one that nobody has set up, lists its provider all the same.
bool lacks_chip(Hresult code) {
    constexpr std::uint32_t kOfTpm = 0x80280000;  // FACILITY_TPM_SERVICES
    return code == hresult(0x80090030) /* NTE_DEVICE_NOT_READY */ ||
           code == hresult(0x80090035) /* NTE_DEVICE_NOT_FOUND */ ||
           (value_of(code) & 0xFFFF0000U) == kOfTpm;
}

Done try_key(Trial& trial, const engine::KeyRequest& request, HashAlgorithm hash,
             engine::Crypto& crypto) {
    auto key = trial.make_key(request);
    if (!key) {
        return pass(key);
    }
    if (Done signed_well = signs(**key, hash, crypto); !signed_well) {
        return signed_well;
    }
    const std::string reference = (*key)->reference();
    auto again = trial.keys().open_pending(reference);
    if (!again) {
        return pass(again, "open it again");
    }
    if (!equal((*again)->public_key_info(), (*key)->public_key_info())) {
        return fail(not_as_expected("it opens as another key"));
    }
    key->reset();
    again->reset();
    if (Done erased = trial.keys().erase(reference); !erased) {
        return pass(erased, "delete it");
    }
    return expect(!trial.keys().open_pending(reference), "it is there after it was deleted");
}

}  // namespace

std::string short_name_of(const std::string& provider) {
    std::vector<std::string> words;
    std::string letters;
    for (const char c : to_lower(provider) + ' ') {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            letters += c;
            continue;
        }
        // What every one of them has says nothing.
        if (!letters.empty() && letters != "microsoft" && letters != "cryptographic" &&
            letters != "provider") {
            words.push_back(letters);
        }
        letters.clear();
    }
    return join(words, "-");
}

Done signs(engine::PrivateKey& key, HashAlgorithm hash, engine::Crypto& crypto) {
    const ByteView message = as_bytes("to be signed");
    auto signature = key.sign(hash, message);
    if (!signature) {
        return pass(signature, "sign");
    }
    const auto good = crypto.verify(key.public_key_info(), hash, message, *signature);
    if (!good) {
        return fail(Error(good.error()).within("verify"));
    }
    signature->back() ^= 1U;
    const auto bad = crypto.verify(key.public_key_info(), hash, message, *signature);
    return expect(*good && !bad.value_or(false),
                  "a right signature is refused, or a wrong one accepted");
}

void check_keys(Trial& trial, engine::Crypto& crypto, Notebook& notes) {
    const auto providers = trial.keys().providers();
    if (providers.empty()) {
        notes.failure("keys", not_as_expected("no key provider is here"));
    }
    for (const std::string& provider : providers) {
        const std::string id = "keys." + short_name_of(provider) + '.';
        if (needs_card(provider)) {
            notes.skip(id + "rsa", provider + ": it would ask for a card and its PIN");
            continue;
        }
        for (const KeyKind& kind : kKinds) {
            if (!offers(provider, kind)) {
                continue;
            }
            const std::string what = provider + ", " + kind.name;
            Done tried = try_key(trial,
                                 {.algorithm = kind.algorithm,
                                  .template_name = kTrialTemplate,
                                  .providers = {provider},
                                  .spec = is_key_storage(provider) ? engine::KeySpec::none
                                                                   : engine::KeySpec::exchange},
                                 kind.hash, crypto);
            if (!tried && needs_chip(provider) && lacks_chip(tried.error().code)) {
                notes.note(id + kind.id, what + ": this host has no TPM that is ready for use",
                           "Templates that name this provider cannot be enrolled for here; "
                           "tpm.msc says how the TPM stands");
                continue;
            }
            notes.result(id + kind.id, tried ? tried : pass(tried, what),
                         what + ": made, signed with, opened again, deleted");
        }
    }
}

}  // namespace ae::service
