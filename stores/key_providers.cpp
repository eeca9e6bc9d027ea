#include "stores/key_providers.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/public_key_info.h"

#include <algorithm>
#include <bit>

namespace ae::stores {
namespace {

constexpr unsigned kSmallestRsa = 2048;  // bits; below is broken or refused by any authority
constexpr unsigned kLargestRsa = 16384;  // what the system's providers make
constexpr unsigned kRsaStep = 64;        // what they accept

constexpr std::string_view kLegacyProvider =
    "Microsoft Enhanced RSA and AES Cryptographic Provider";
constexpr std::string_view kCngProvider = "Microsoft Software Key Storage Provider";

constexpr std::uint32_t kExchange = 1;  // AT_KEYEXCHANGE
constexpr std::uint32_t kSignature = 2;

const ProviderName* find_name(const std::vector<ProviderName>& names, std::string_view wanted) {
    const auto at = std::ranges::find_if(
        names, [&](const ProviderName& one) { return equal_ignoring_case(one.name, wanted); });
    return at == names.end() ? nullptr : &*at;
}

std::size_t bits_of(const RsaPublicKey& key) {
    return key.modulus.empty() ? 0
                               : (key.modulus.size() - 1) * 8 +
                                     static_cast<std::size_t>(std::bit_width(key.modulus.front()));
}

}  // namespace

std::vector<std::string> KeyProviders::names() {
    std::vector<std::string> found;
    for (KeyProvider* const provider : {csp_.get(), cng_.get()}) {
        for (ProviderName& one : provider->names()) {
            found.push_back(std::move(one.name));
        }
    }
    return found;
}

Result<KeyLocation> KeyProviders::place_for(const engine::KeyRequest& request, engine::Scope scope,
                                            std::string container) {
    const bool rsa = request.algorithm == engine::KeyAlgorithm::rsa;
    if (rsa && (request.bits < kSmallestRsa || request.bits > kLargestRsa ||
                request.bits % kRsaStep != 0)) {
        return fail(kNotSupported, "no RSA key of " + std::to_string(request.bits) +
                                       " bits is made here: 2048 to 16384 in steps of 64 are");
    }
    std::string_view wanted = request.provider;
    if (wanted.empty()) {
        wanted = rsa && request.spec != engine::KeySpec::none ? kLegacyProvider : kCngProvider;
    }
    KeyLocation where{.container = std::move(container), .scope = scope};
    const auto storage = cng_->names();
    if (const ProviderName* const found = find_name(storage, wanted)) {
        where.provider = found->name;
        return where;
    }
    const auto legacy = csp_->names();
    const ProviderName* const found = find_name(legacy, wanted);
    if (found == nullptr) {
        return fail(kNotSupported, "this host has no key provider " + printable(wanted));
    }
    where.provider = found->name;
    where.provider_type = found->type;
    where.spec = request.spec == engine::KeySpec::signature ? kSignature : kExchange;
    return where;
}

Result<std::unique_ptr<ProviderKey>> KeyProviders::create(const KeyLocation& where,
                                                          const engine::KeyRequest& request,
                                                          Prompt prompt) {
    auto made = of(where).create(where, request, prompt);
    if (!made) {
        static_cast<void>(erase(where));  // the name is new: nobody else's is under it
        return made;
    }
    // Some providers store a key when its handle is closed, and some never do.
    made->reset();
    auto kept = open(where, prompt);
    if (!kept) {
        static_cast<void>(erase(where));
        return pass(kept, where.provider + " did not keep the key that it made");
    }
    return kept;
}

std::optional<engine::KeyAlgorithm> algorithm_of(ByteView public_key_info) {
    const auto key = parse_public_key_info(public_key_info);
    if (!key) {
        return std::nullopt;
    }
    const auto* const ec = std::get_if<EcPublicKey>(&*key);
    return ec == nullptr ? engine::KeyAlgorithm::rsa : ec->curve;
}

bool satisfies(ByteView public_key_info, const engine::KeyRequest& request) {
    const auto key = parse_public_key_info(public_key_info);
    if (!key) {
        return false;
    }
    if (const auto* const rsa = std::get_if<RsaPublicKey>(&*key)) {
        return request.algorithm == engine::KeyAlgorithm::rsa && bits_of(*rsa) >= request.bits;
    }
    return std::get<EcPublicKey>(*key).curve == request.algorithm;
}

}  // namespace ae::stores
