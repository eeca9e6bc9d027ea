#include "tests/crash/small_forest.h"

#include "engine/base/hresult_table.h"
#include "stores/private_key_openssl.h"
#include "tests/crash/crash_points.h"
#include "tests/support/builders.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace ae::test {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kRootName = "Corp Root CA";
constexpr Hresult kDenied = hresult(0x80094012);     // CERTSRV_E_TEMPLATE_DENIED
constexpr Hresult kPending = hresult(0x80094F00);    // not a code: the disposition says it
constexpr Hresult kNoRequest = hresult(0x80094004);  // CERTSRV_E_PROPERTY_EMPTY
constexpr Hresult kBadProof = hresult(0x80090006);   // NTE_BAD_SIGNATURE

template <class T>
T need(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().sentence());
    }
    return std::move(*result);
}

Bytes copy_of(ByteView octets) { return {octets.begin(), octets.end()}; }

std::unique_ptr<engine::PrivateKey> rsa_key() {
    return need(stores::make_private_key(need(stores::generate_key({})), "the authority's"));
}

// The certificate that the portable builder makes, signed for real.
Bytes sign(CertificateSpec spec, engine::PrivateKey& issuer_key) {
    const Bytes unsigned_one = make_certificate(spec);
    der::Reader outer(unsigned_one);
    der::Reader parts = need(outer.enter(der::Tag::sequence));
    const der::Element body = need(parts.any());
    const der::Element algorithm = need(parts.any());
    const Bytes signature = need(issuer_key.sign(engine::HashAlgorithm::sha256, body.whole));
    return der::sequence({body.whole, algorithm.whole, der::bit_string(signature)});
}

CertificateSpec authority_spec(std::string_view subject, const engine::PrivateKey& key) {
    return {.subject = std::string(subject),
            .issuer = std::string(kRootName),
            .subject_key = copy_of(key.public_key_info()),
            .not_before = kNow - 4000 * kDay,
            .not_after = kNow + 4000 * kDay,
            .is_ca = true};
}

Hierarchy make_hierarchy() {
    Hierarchy made;
    made.root_key = rsa_key();
    made.issuer_key = rsa_key();
    made.root = sign(authority_spec(kRootName, *made.root_key), *made.root_key);
    made.issuer = sign(authority_spec(kIssuerName, *made.issuer_key), *made.root_key);
    CertificateSpec old = authority_spec("Old Root CA", *made.root_key);
    old.issuer = old.subject;
    made.old_root = sign(old, *made.root_key);
    return made;
}

std::string hex_or_dash(const Bytes& octets) { return octets.empty() ? "-" : to_hex(octets); }
Bytes bytes_of(const std::string& text) { return text == "-" ? Bytes{} : from_hex(text).value(); }

void write_record(const fs::path& ca, const CaRecord& record) {
    fs::create_directories(ca);
    const fs::path place = ca / std::to_string(record.id);
    const fs::path fresh = ca / ("new-" + std::to_string(record.id));
    std::ofstream(fresh) << static_cast<int>(record.answer) << '\n'
                         << record.template_name << '\n'
                         << hex_or_dash(record.public_key_info) << '\n'
                         << hex_or_dash(record.certificate) << '\n';
    fs::rename(fresh, place);
}

CaRecord read_record(const fs::path& file) {
    std::ifstream in(file);
    CaRecord record;
    int answer = 0;
    std::string key;
    std::string certificate;
    in >> answer >> record.template_name >> key >> certificate;
    record.id = static_cast<std::uint32_t>(std::stoul(file.filename().string()));
    record.answer = static_cast<Answer>(answer);
    record.public_key_info = bytes_of(key);
    record.certificate = bytes_of(certificate);
    return record;
}

engine::CaReply reply_to(const CaRecord& record) {
    engine::CaReply reply;
    reply.request_id = record.id;
    switch (record.answer) {
        case Answer::issue:
            reply.disposition = engine::Disposition::issued;
            reply.certificate = record.certificate;
            reply.chain = {hierarchy().issuer, hierarchy().root};
            break;
        case Answer::hold:
            reply.disposition = engine::Disposition::pending;
            reply.code = kPending;
            break;
        case Answer::deny:
            reply.disposition = engine::Disposition::denied;
            reply.code = kDenied;
            break;
    }
    return reply;
}

class SmallCa final : public engine::CaClient {
  public:
    SmallCa(fs::path ca, const ForestSettings& forest, engine::Crypto& crypto)
        : ca_(std::move(ca)), forest_(forest), crypto_(crypto) {}

    Result<engine::EncodedRequest> build(const engine::RequestParts& parts) override {
        const Bytes body = der::sequence(
            {der::utf8_string(parts.wanted.name), der::octet_string(parts.key.public_key_info())});
        auto proof = parts.key.sign(engine::HashAlgorithm::sha256, body);
        if (!proof) {
            return pass(proof, "sign the request");
        }
        Bytes renewal = der::null();
        if (parts.predecessor != nullptr) {
            auto signature = parts.predecessor->key->sign(engine::HashAlgorithm::sha256, body);
            if (!signature) {
                return pass(signature, "sign the renewal");
            }
            renewal = der::sequence(
                {der::octet_string(parts.predecessor->certificate), der::octet_string(*signature)});
        }
        engine::EncodedRequest request;
        request.octets = der::sequence({body, der::octet_string(*proof), renewal});
        return request;
    }

    Result<engine::CaReply> submit(const engine::CaRef& /*ca*/,
                                   const engine::EncodedRequest& request) override {
        pass_crash_point();
        CaRecord record = read(request.octets);
        if (record.public_key_info.empty()) {
            return fail(kBadProof, "the request does not prove its key");
        }
        record.id = static_cast<std::uint32_t>(records_of(ca_).size() + 1);
        const auto wish = forest_.answers.find(record.template_name);
        record.answer = wish == forest_.answers.end() ? Answer::issue : wish->second;
        if (record.answer == Answer::issue) {
            record.certificate = issue(forest_, record);
        }
        write_record(ca_, record);
        pass_crash_point();
        return reply_to(record);
    }

    Result<engine::CaReply> retrieve(const engine::CaRef& /*ca*/, std::uint32_t id) override {
        for (const CaRecord& record : records_of(ca_)) {
            if (record.id == id) {
                return reply_to(record);
            }
        }
        return fail(kNoRequest, "there is no such request");
    }

    Result<std::vector<Bytes>> signing_certificates(const engine::CaRef& /*ca*/) override {
        return std::vector<Bytes>{hierarchy().issuer};
    }
    Result<engine::ExchangeCertificate> exchange_certificate(const engine::CaRef& ca) override {
        return fail(kNotSupported, ca.config() + " archives no keys");
    }
    void disconnect() override {}

  private:
    // Empty: one of its proofs is wrong.
    CaRecord read(ByteView octets) {
        der::Reader whole(octets);
        der::Reader parts = need(whole.enter(der::Tag::sequence));
        const der::Element body = need(parts.expect(der::Tag::sequence));
        const der::Element proof = need(parts.expect(der::Tag::octet_string));
        der::Reader inner(body.content);
        CaRecord record;
        record.template_name = need(der::read_string(need(inner.any())));
        const der::Element key = need(inner.expect(der::Tag::octet_string));
        if (!holds(key.content, body.whole, proof.content)) {
            return {};
        }
        if (parts.next_is(der::Tag::sequence)) {
            der::Reader renewal = need(parts.enter(der::Tag::sequence));
            const der::Element old = need(renewal.expect(der::Tag::octet_string));
            const der::Element signature = need(renewal.expect(der::Tag::octet_string));
            const auto facts = need(engine::parse_certificate(old.content));
            if (!holds(facts.public_key_info, body.whole, signature.content)) {
                return {};
            }
        }
        record.public_key_info = copy_of(key.content);
        return record;
    }
    bool holds(ByteView key, ByteView message, ByteView signature) {
        return crypto_.verify(key, engine::HashAlgorithm::sha256, message, signature)
            .value_or(false);
    }

    fs::path ca_;
    const ForestSettings& forest_;
    engine::Crypto& crypto_;
};

}  // namespace

const Hierarchy& hierarchy() {
    static const Hierarchy kMade = make_hierarchy();
    return kMade;
}

Bytes issue(const ForestSettings& forest, const CaRecord& record) {
    const auto wanted =
        std::ranges::find(forest.templates, record.template_name, &engine::Template::name);
    return sign({.subject = "ws1.corp.example.test",
                 .issuer = kIssuerName,
                 .subject_key = record.public_key_info,
                 .not_before = forest.now - std::chrono::minutes(5),
                 .not_after = forest.now + forest.lifetime,
                 .template_oid = wanted->oid,
                 .template_major = wanted->major_version,
                 .key_usage = wanted->key_usage,
                 .serial = record.id},
                *hierarchy().issuer_key);
}

engine::Template small_template(std::string name) {
    engine::Template made = autoenrolled(std::move(name));
    made.schema_version = 3;
    made.asymmetric_algorithm = "ECDSA_P256";
    made.hash_algorithm = "SHA256";
    made.minimal_key_size = 256;
    made.providers = {{1, "Microsoft Software Key Storage Provider"}};
    return made;
}

std::vector<CaRecord> records_of(const fs::path& ca) {
    std::vector<CaRecord> found;
    if (fs::exists(ca)) {
        for (const auto& item : fs::directory_iterator(ca)) {
            if (!item.path().filename().string().starts_with("new-")) {
                found.push_back(read_record(item.path()));
            }
        }
    }
    std::ranges::sort(found, {}, &CaRecord::id);
    return found;
}

void decide(const fs::path& ca, const ForestSettings& forest, std::uint32_t id, Answer answer) {
    CaRecord record = read_record(ca / std::to_string(id));
    record.answer = answer;
    if (answer == Answer::issue) {
        record.certificate = issue(forest, record);
    }
    write_record(ca, record);
}

engine::Account account_of(const fs::path& ca, const ForestSettings& forest) {
    engine::Account account = machine_account();
    if (forest.publishes) {
        for (const CaRecord& record : records_of(ca)) {
            if (!record.certificate.empty()) {
                account.user_certificates.push_back(record.certificate);
            }
        }
    }
    return account;
}

engine::Replica replica_of(const ForestSettings& forest) {
    engine::Replica replica;
    replica.server.dns_name = "dc1.corp.example.test";
    replica.roots.certificates = {hierarchy().root};
    if (forest.lists_old_root) {
        replica.roots.certificates.push_back(hierarchy().old_root);
    }
    replica.intermediates.certificates = {hierarchy().issuer};
    replica.nt_auth.certificates = {hierarchy().issuer};
    for (engine::TrustSet* set : {&replica.roots, &replica.intermediates, &replica.nt_auth}) {
        set->complete = true;
    }
    std::vector<std::string> names;
    for (const engine::Template& one : forest.templates) {
        names.push_back(one.name);
    }
    replica.services = {service(1, std::move(names))};
    replica.services.front().certificates = {hierarchy().issuer};
    replica.templates = forest.templates;
    return replica;
}

std::unique_ptr<engine::CaClient> make_small_ca(const fs::path& ca, const ForestSettings& forest,
                                                engine::Crypto& crypto) {
    return std::make_unique<SmallCa>(ca, forest, crypto);
}

}  // namespace ae::test
