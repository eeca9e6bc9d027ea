// A hierarchy of three levels whose certificates name lists and responders, and those who answer
// for them: what is asked for and was not set up, is not there.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/revocation.h"
#include "stores/chain_checker.h"
#include "stores/crypto.h"
#include "tests/contract/store_under_test.h"
#include "tests/stores/scratch_key.h"
#include "tests/support/revocation_messages.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ae::test {

class FakeUrls final : public engine::UrlSource {
  public:
    Result<Bytes> get(const std::string& url) override {
        asked.push_back(url);
        now += takes;
        const auto at = files.find(url);
        return at == files.end() ? fail(kFileNotFound, "it is not there")
                                 : Result<Bytes>(at->second);
    }
    Result<Bytes> post(const std::string& url, const std::string& media_type,
                       ByteView content) override {
        asked.push_back(url);
        now += takes;
        REQUIRE(media_type == "application/ocsp-request");
        const auto at = responders.find(url);
        return at == responders.end() ? fail(kServerUnavailable, "nobody answers")
                                      : at->second(read_ocsp_question(content));
    }

    std::map<std::string, Bytes> files{};
    std::map<std::string, std::function<Result<Bytes>(const engine::OcspQuestion&)>> responders{};
    std::vector<std::string> asked{};
    std::chrono::steady_clock::time_point now{};
    std::chrono::milliseconds takes{0};  // every question
};

class FakeCrlCache final : public stores::CrlCache {
  public:
    std::optional<Bytes> find(const std::string& url) override {
        const auto at = kept.find(url);
        return at == kept.end() ? std::nullopt : std::optional(at->second.list);
    }
    void keep(const std::string& url, ByteView list, Time until) override {
        kept[url] = {copy(list), until};
    }

    struct Kept {
        Bytes list{};
        Time until{};
    };
    std::map<std::string, Kept> kept{};
};

inline const std::string kRootList = "http://pki.corp.example.test/root.crl";
inline const std::string kIssuingList = "ldap:///CN=Corp%20Issuing%20CA,CN=CDP";
inline const std::string kSecondList = "http://pki.corp.example.test/issuing.crl";
inline const std::string kDeltaList = "http://pki.corp.example.test/issuing+.crl";
inline const std::string kResponder = "http://ocsp.corp.example.test/";
inline constexpr std::int64_t kIssuingSerial = 4711;
inline constexpr std::int64_t kMachineSerial = 77;

struct RevocationWorld {
    RevocationWorld() {
        root = make("Corp Root CA", *root_key, "Corp Root CA", *root_key, Role::authority, 1, {});
        issuing = make("Corp Issuing CA", *issuing_key, "Corp Root CA", *root_key, Role::authority,
                       kIssuingSerial, {crl_points({kRootList})});
        machine = leaf({crl_points({kIssuingList, kSecondList})});
        urls.files[kRootList] = by_root({});
        urls.files[kIssuingList] = by_issuing({});
        start();
    }

    static Bytes make(const std::string& subject, const engine::PrivateKey& key,
                      const std::string& issuer, engine::PrivateKey& issuer_key, Role role,
                      std::int64_t serial, const std::vector<Bytes>& extensions) {
        return make_certificate({.subject = subject,
                                 .issuer = issuer,
                                 .public_key_info = copy(key.public_key_info()),
                                 .serial = serial,
                                 .not_before = kStoreNow - std::chrono::hours(100),
                                 .not_after = kStoreNow + std::chrono::hours(1000),
                                 .role = role,
                                 .extensions = extensions},
                                issuer_key);
    }
    Bytes leaf(const std::vector<Bytes>& extensions, std::int64_t serial = kMachineSerial) const {
        return make("ws1", *machine_key, "Corp Issuing CA", *issuing_key, Role::end_entity, serial,
                    extensions);
    }

    // Made an hour ago, good for a day.
    static CrlSpec list_of(const std::string& issuer, const std::vector<std::int64_t>& revoked,
                           const std::vector<Bytes>& extensions = {}) {
        CrlSpec spec{.issuer = issuer,
                     .this_update = kStoreNow - std::chrono::hours(1),
                     .next_update = kStoreNow + std::chrono::hours(23),
                     .extensions = extensions};
        for (const std::int64_t serial : revoked) {
            spec.entries.push_back(
                {.serial = serial, .revoked = kStoreNow - std::chrono::hours(2), .reason = 1});
        }
        return spec;
    }
    Bytes by_root(const std::vector<std::int64_t>& revoked) const {
        return make_crl(list_of("Corp Root CA", revoked), *root_key);
    }
    Bytes by_issuing(const std::vector<std::int64_t>& revoked,
                     const std::vector<Bytes>& extensions = {}) const {
        return make_crl(list_of("Corp Issuing CA", revoked, extensions), *issuing_key);
    }

    // A responder with the issuing authority's own key.
    void answer(engine::OcspState state) {
        urls.responders[kResponder] = [this, state](const engine::OcspQuestion& question) {
            return make_ocsp_answer({.id = question.id,
                                     .state = state,
                                     .revoked = kStoreNow - std::chrono::hours(2),
                                     .this_update = kStoreNow,
                                     .responder_name = "Corp Issuing CA"},
                                    *issuing_key);
        };
    }

    // A new run of the program: only the cache is left of the last one.
    void start() {
        urls.asked.clear();
        notes.clear();
        checker = stores::make_chain_checker(
            own_roots, {.urls = &urls,
                        .cache = &cache,
                        .refresh = refresh,
                        .note = [this](std::string_view text) { notes.emplace_back(text); },
                        .budget = budget,
                        .clock = [this] { return urls.now; }});
    }
    // One on a machine that knows nothing yet.
    void start_afresh() {
        cache.kept.clear();
        start();
    }
    engine::ChainStatus check(const Bytes& certificate, Time now = kStoreNow) {
        return checker->check(certificate, {}, anchors(), now);
    }
    [[nodiscard]] engine::Anchors anchors() const { return {{root}, {issuing}}; }
    [[nodiscard]] std::ptrdiff_t times_asked(const std::string& url) const {
        return std::ranges::count(urls.asked, url);
    }

    std::unique_ptr<engine::PrivateKey> root_key = make_scratch_key();
    std::unique_ptr<engine::PrivateKey> issuing_key = make_scratch_key();
    std::unique_ptr<engine::PrivateKey> machine_key = make_scratch_key();
    Bytes root, issuing, machine;
    FakeUrls urls;
    FakeCrlCache cache;
    std::vector<std::string> notes{};
    std::vector<Bytes> own_roots{};
    stores::Refresh refresh = stores::Refresh::when_due;
    std::chrono::milliseconds budget{30'000};
    std::unique_ptr<engine::ChainChecker> checker{};
};

inline bool is_valid(const engine::ChainStatus& status) {
    return status.state == engine::ChainState::valid && !status.revocation_problem;
}
// Valid, and why it cannot be told whether it is revoked.
inline bool has_problem(const engine::ChainStatus& status, Hresult problem) {
    return status.state == engine::ChainState::valid && status.revocation_problem == problem;
}

}  // namespace ae::test
