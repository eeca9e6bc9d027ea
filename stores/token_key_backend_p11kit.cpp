#include "engine/base/hresult_table.h"
#include "stores/device_signature.h"
#include "stores/key_probe.h"
#include "stores/private_key_openssl.h"
#include "stores/public_key_info.h"
#include "stores/token_key_backend.h"
#include "stores/token_key_p11kit.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace ae::stores {
namespace {

constexpr std::string_view kOurs = "aeclient ";

Result<TokenUri> uri_of(const KeyFile& file) {
    std::string_view text = as_text(file.content.view());
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return TokenUri::parse(text);
}

TokenKeyName name_of(const TokenUri& uri) { return {uri.key_id(), uri.key_label()}; }

// Opens its token for each signature (token_session_p11kit.h).
class TokenKey final : public engine::PrivateKey {
  public:
    struct Facts {
        engine::KeyAlgorithm algorithm{};
        Bytes public_key_info{};
    };
    TokenKey(std::shared_ptr<TokenAccess> access, TokenUri uri, std::string reference, Facts facts)
        : access_(std::move(access)),
          uri_(std::move(uri)),
          reference_(std::move(reference)),
          facts_(std::move(facts)) {}

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return facts_.public_key_info; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return facts_.algorithm; }

    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        const Result<TokenSession> session = access_->open(uri_);
        if (!session) {
            return tl::unexpected<Error>(session.error());
        }
        const Result<CK_OBJECT_HANDLE> key = find_token_key(*session, name_of(uri_));
        if (!key) {
            return tl::unexpected<Error>(key.error());
        }
        return checked_signature(sign_by_token(*session, *key, facts_.algorithm, scheme, message),
                                 {facts_.public_key_info, scheme, message, reference_});
    }

  private:
    std::shared_ptr<TokenAccess> access_;
    TokenUri uri_;
    std::string reference_;
    Facts facts_;
};

class TokenBackend final : public KeyBackend {
  public:
    TokenBackend(const std::vector<std::string>& configured, PinUse pins, std::string pin_memory)
        : access_(std::make_shared<TokenAccess>(configured, pins,
                                                RefusedPins(std::move(pin_memory)))) {}

    [[nodiscard]] bool reads(const KeyFile& file) const override {
        return file.name == layout::kKeyUri;
    }
    [[nodiscard]] bool lies_in(const KeyFile& file, const std::string& where) const override {
        const Result<TokenUri> key = uri_of(file);
        const Result<TokenUri> place = TokenUri::parse(where);
        return key && place && place->agrees_with(*key);
    }
    Done answers(const std::string& where) override {
        return open_place(where).map([](const auto&) { return std::monostate{}; });
    }

    Result<KeyFile> begin(const engine::KeyRequest& request, const std::string& id,
                          const std::string& where) override {
        if (Done checked = check(request); !checked) {
            return pass(checked);
        }
        const Result<TokenUri> place = TokenUri::parse(where);
        if (!place) {
            return tl::unexpected<Error>(place.error());
        }
        const Result<TokenSession> session = access_->open(*place);
        if (!session) {
            return tl::unexpected<Error>(session.error());
        }
        Result<TokenUri> key = TokenUri::of_token(*place, session->token());
        if (!key) {
            return pass(key);
        }
        key->set_key(from_hex(id).value_or(Bytes{}), std::string(kOurs) + id);
        Result<std::string> text = key->text();
        if (!text) {
            return pass(text);
        }
        const ByteView octets = as_bytes(*text);
        return KeyFile{layout::kKeyUri, Secret(Bytes(octets.begin(), octets.end()))};
    }

    Done finish(const engine::KeyRequest& request, const KeyFile& file) override {
        return with_key(file).and_then([&](const Opened& key) {
            return make_token_key(key.session, request, name_of(key.uri));
        });
    }

    Result<std::unique_ptr<engine::PrivateKey>> open(const KeyFile& file, std::string reference,
                                                     KeyRelease /*release*/) override {
        Result<Opened> key = with_key(file);
        if (!key) {
            return pass(key);
        }
        Result<Bytes> public_half = token_public_key(key->session, name_of(key->uri));
        if (!public_half) {
            return pass(public_half);
        }
        const std::optional<engine::KeyAlgorithm> algorithm = algorithm_of(*public_half);
        if (!algorithm) {
            return fail(kNotSupported, "the key is neither RSA nor of a NIST curve");
        }
        return std::make_unique<TokenKey>(access_, std::move(key->uri), std::move(reference),
                                          TokenKey::Facts{*algorithm, std::move(*public_half)});
    }

    KeyProbe probe(const KeyFile& file, ByteView public_key_info) override {
        return probe_by_signing(*this, file, public_key_info, proven_);
    }

    Done destroy(const KeyFile& file) override {
        return with_key(file).and_then([&](const Opened& key) {
            // Only what was made here: an entry may have been given the key of a card by hand.
            const TokenKeyName name = name_of(key.uri);
            return name.label.starts_with(kOurs) ? delete_token_key(key.session, name) : done();
        });
    }

  private:
    static Done check(const engine::KeyRequest& request) {
        if (Done checked = check_key_request(request); !checked) {
            return checked;
        }
        if (request.archival == engine::KeyArchival::once) {
            return fail(kNotSupported,
                        "no key leaves its token for the archives, and the template wants that",
                        "Clear the template's archival of the key, or name another provider");
        }
        return done();
    }

    Result<TokenSession> open_place(const std::string& where) {
        const Result<TokenUri> place = TokenUri::parse(where);
        if (!place) {
            return tl::unexpected<Error>(place.error());
        }
        return access_->open(*place);
    }

    struct Opened {
        TokenUri uri;
        TokenSession session;
    };
    Result<Opened> with_key(const KeyFile& file) {
        Result<TokenUri> uri = uri_of(file);
        if (!uri) {
            return pass(uri);
        }
        Result<TokenSession> session = access_->open(*uri);
        if (!session) {
            return pass(session);
        }
        return Opened{std::move(*uri), std::move(*session)};
    }

    std::shared_ptr<TokenAccess> access_;  // shared with the keys that outlive this
    ProvenKeys proven_{};
};

}  // namespace

bool names_token_key(const KeyFile& file) {
    if (file.name != layout::kKeyUri) {
        return false;
    }
    const Result<TokenUri> uri = uri_of(file);
    return uri && !(uri->key_id().empty() && uri->key_label().empty());
}

bool may_name_same_key(const KeyFile& left, const KeyFile& right) {
    const Result<TokenUri> one = uri_of(left);
    const Result<TokenUri> other = uri_of(right);
    return !one || !other || one->may_name_key_of(*other);
}

std::unique_ptr<KeyBackend> make_token_backend(const std::vector<std::string>& configured,
                                               PinUse pins, std::string pin_memory) {
    return std::make_unique<TokenBackend>(configured, pins, std::move(pin_memory));
}

}  // namespace ae::stores
