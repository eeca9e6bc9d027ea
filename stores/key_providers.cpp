#include "stores/key_providers.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>

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

Result<std::vector<KeyLocation>> KeyProviders::places_for(const engine::KeyRequest& request,
                                                          engine::Scope scope,
                                                          const std::string& container) {
    const bool rsa = request.algorithm == engine::KeyAlgorithm::rsa;
    if (rsa && (request.bits < kSmallestRsa || request.bits > kLargestRsa ||
                request.bits % kRsaStep != 0)) {
        return fail(kNotSupported, "no RSA key of " + std::to_string(request.bits) +
                                       " bits is made here: 2048 to 16384 in steps of 64 are");
    }
    std::vector<std::string> wanted = request.providers;
    if (wanted.empty()) {
        const bool older = rsa && request.spec != engine::KeySpec::none;
        wanted.emplace_back(older ? kLegacyProvider : kCngProvider);
    }
    const auto storage = cng_->names();
    const auto legacy = csp_->names();
    const std::uint32_t spec = request.spec == engine::KeySpec::signature ? kSignature : kExchange;
    std::vector<KeyLocation> places;
    for (const std::string& name : wanted) {
        if (const ProviderName* const found = find_name(storage, name)) {
            places.push_back({.provider = found->name, .container = container, .scope = scope});
        } else if (const ProviderName* const older = find_name(legacy, name)) {
            places.push_back({.provider = older->name,
                              .container = container,
                              .provider_type = older->type,
                              .spec = spec,
                              .scope = scope});
        }
    }
    if (places.empty()) {
        return fail(kNotSupported,
                    "this host has no key provider " + printable(join(wanted, ", ")));
    }
    return places;
}

Result<KeyProviders::MadeKey> KeyProviders::create(const std::vector<KeyLocation>& places,
                                                   const engine::KeyRequest& request,
                                                   Prompt prompt) {
    std::optional<Error> failure;
    for (const KeyLocation& where : places) {
        auto made = create_at(where, request, prompt);
        if (made) {
            return made;
        }
        Error& error = made.error();
        if (!failure) {
            failure = std::move(error);  // its code: the template would have it first
            continue;
        }
        failure->context += "; " + error.context + " (" + to_hex(error.code) + ")";
    }
    return fail(failure ? std::move(*failure) : Error{kNotSupported, "no key provider is here"});
}

Result<KeyProviders::MadeKey> KeyProviders::create_at(const KeyLocation& where,
                                                      const engine::KeyRequest& request,
                                                      Prompt prompt) {
    // The name is new: nobody else's key is under it.
    const auto undo = [&] { static_cast<void>(erase(where)); };
    auto made = of(where).create(where, request, prompt);
    if (!made) {
        undo();
        return pass(made);
    }
    std::optional<Secret> archival_blob;
    if (request.archival == engine::KeyArchival::once) {
        auto blob = (*made)->archival_blob();
        if (!blob) {
            made->reset();
            undo();
            return pass(blob, where.provider + " does not give its key out for archival");
        }
        archival_blob = std::move(*blob);
    }
    // Some providers store a key when its handle is closed, and some never do.
    made->reset();
    auto kept = open(where, prompt);
    if (!kept) {
        undo();
        return pass(kept, where.provider + " did not keep the key that it made");
    }
    return MadeKey{where, std::move(*kept), std::move(archival_blob)};
}

Done ProviderKey::probe_agreement() {
    return fail(kNotSupported, "this key signs; nobody agrees on keys with it");
}

}  // namespace ae::stores
