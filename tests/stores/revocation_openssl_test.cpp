// Lists and answers that OpenSSL makes, judged by OpenSSL and by us.
#include "engine/base/text.h"
#include "tests/stores/revocation_world.h"
#include "tests/support/temporary_folder.h"

#include <cstdlib>

namespace ae::test {
namespace {

using engine::ChainState;

const std::string kList = "http://pki.corp.example.test/ca.crl";

class OpensslAuthority {
  public:
    explicit OpensslAuthority(const std::string& kind) {
        const std::string data = AE_TEST_DATA "/revocation";
        REQUIRE(run("sh '" + data + "/make_authority.sh' '" + data + "' " + kind));
    }
    // In the authority's folder.
    [[nodiscard]] bool run(const std::string& command) const {
        const std::string whole =
            "cd '" + folder_.path().string() + "' && { " + command + "; } > output 2>&1";
        return std::system(whole.c_str()) == 0;
    }
    [[nodiscard]] std::string output() const { return read_text(folder_.path() / "output"); }
    [[nodiscard]] Bytes octets(const std::string& file) const {
        return copy(as_bytes(read_text(folder_.path() / file)));
    }
    [[nodiscard]] Bytes pem(const char* label, const std::string& file) const {
        auto der = from_pem(label, read_text(folder_.path() / file));
        REQUIRE(der);
        return *std::move(der);
    }
    void write(const std::string& file, const Bytes& content) const {
        write_text(folder_.path() / file, std::string(as_text(content)));
    }

  private:
    TemporaryFolder folder_;
};

enum class Word { valid, revoked, unknown };

// What OpenSSL says of a certificate, `seconds` from now.
Word by_openssl(const OpensslAuthority& authority, const std::string& name, const std::string& list,
                Time when) {
    if (authority.run("openssl verify -crl_check -CAfile ca.pem -CRLfile " + list + " -attime " +
                      std::to_string(when.time_since_epoch().count()) + " " + name)) {
        return Word::valid;
    }
    REQUIRE(authority.output().find("error ") != std::string::npos);
    return authority.output().find("error 23 ") != std::string::npos ? Word::revoked
                                                                     : Word::unknown;
}

Word word_of(const engine::ChainStatus& status) {
    return status.state == ChainState::revoked ? Word::revoked
           : status.revocation_problem         ? Word::unknown
                                               : Word::valid;
}

Word by_us(const OpensslAuthority& authority, const std::string& name, FakeUrls& urls, Time when) {
    const auto checker = stores::make_chain_checker({}, {.urls = &urls});
    const auto status = checker->check(authority.pem("CERTIFICATE", name), {},
                                       {{authority.pem("CERTIFICATE", "ca.pem")}, {}}, when);
    CAPTURE(status.detail);
    REQUIRE((status.state == ChainState::valid || status.state == ChainState::revoked));
    return word_of(status);
}

Time now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

// As `openssl ocsp` answers out of the authority's index.
void answer_with(const OpensslAuthority& authority, FakeUrls& urls, const std::string& signer,
                 const std::string& options) {
    urls.responders[kResponder] = [&authority, signer,
                                   options](const engine::OcspQuestion& question) {
        authority.write("question.der", question.der);
        REQUIRE(authority.run("openssl ocsp -index index.txt -CA ca.pem -rsigner " + signer +
                              ".pem -rkey " + signer +
                              ".key -reqin question.der -respout answer.der " + options));
        return Result<Bytes>(authority.octets("answer.der"));
    };
}

}  // namespace

TEST_CASE("OpenSSL and we say the same of certificates by OpenSSL's lists",
          "[revocation][openssl]") {
    for (const char* kind : {"ec", "rsa"}) {
        const OpensslAuthority authority(kind);
        const Time when = now();
        std::size_t valid = 0;
        std::size_t revoked = 0;
        for (const char* list :
             {"plain", "strange", "users", "authorities", "indirect", "stranger"}) {
            for (const char* name : {"good.pem", "bad.pem", "held.pem"}) {
                CAPTURE(kind, list, name);
                FakeUrls urls;
                const std::string file = std::string(list) + ".crl";
                urls.files[kList] = authority.pem("X509 CRL", file);
                const Word ours = by_us(authority, name, urls, when);
                CHECK(ours == by_openssl(authority, name, file, when));
                valid += ours == Word::valid ? 1 : 0;
                revoked += ours == Word::revoked ? 1 : 0;
            }
        }
        CHECK(valid == 2);  // by two of the lists: good
        CHECK(revoked == 4);
        FakeUrls urls;
        urls.files[kList] = authority.pem("X509 CRL", "plain.crl");
        const Time late = when + std::chrono::hours(24 * 8);  // the list holds for seven days
        CHECK(by_us(authority, "good.pem", urls, late) == Word::unknown);
        CHECK(by_openssl(authority, "good.pem", "plain.crl", late) == Word::unknown);
    }
}

TEST_CASE("OpenSSL's answers are understood, whoever signs them", "[revocation][ocsp][openssl]") {
    struct Row {
        const char* signer;
        const char* options;
        bool counts;
    };
    for (const char* kind : {"ec", "rsa"}) {
        const OpensslAuthority authority(kind);
        for (const Row& row :
             {Row{"responder", "-nmin 60", true}, Row{"ca", "-nmin 60", true},
              Row{"responder", "-nmin 60 -resp_key_id", true},
              Row{"responder", "", true},  // without nextUpdate
              Row{"responder", "-nmin 60 -resp_no_certs", false},
              Row{"stranger", "-nmin 60", false}, Row{"good", "-nmin 60", false}}) {
            CAPTURE(kind, row.signer, row.options);
            FakeUrls urls;
            answer_with(authority, urls, row.signer, row.options);
            CHECK(by_us(authority, "good.pem", urls, now()) ==
                  (row.counts ? Word::valid : Word::unknown));
            CHECK(by_us(authority, "bad.pem", urls, now()) ==
                  (row.counts ? Word::revoked : Word::unknown));
        }
    }
}

TEST_CASE("OpenSSL understands our question", "[ocsp][openssl]") {
    const OpensslAuthority authority("ec");
    const auto crypto = stores::make_crypto();
    const auto certificate =
        must(engine::parse_certificate(authority.pem("CERTIFICATE", "bad.pem")));
    const auto issuer = must(engine::parse_certificate(authority.pem("CERTIFICATE", "ca.pem")));
    const auto question = make_ocsp_question(certificate, issuer, *crypto);
    authority.write("question.der", question.der);
    REQUIRE(authority.run("openssl ocsp -reqin question.der -req_text"));
    CHECK(authority.output().find("Serial Number: 1001") != std::string::npos);
    CHECK(authority.output().find("Nonce") == std::string::npos);
    REQUIRE(authority.run("openssl ocsp -issuer ca.pem -cert bad.pem -no_nonce -req_text"));
    const std::string theirs = authority.output();
    const auto hash = [&](const char* title) {
        const auto at = theirs.find(title);
        REQUIRE(at != std::string::npos);
        return to_lower(theirs.substr(at + std::string_view(title).size(), 40));
    };
    CHECK(to_hex(question.id.issuer_name_hash) == hash("Issuer Name Hash: "));
    CHECK(to_hex(question.id.issuer_key_hash) == hash("Issuer Key Hash: "));
}

}  // namespace ae::test
