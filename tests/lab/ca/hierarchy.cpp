#include "tests/lab/ca/hierarchy.h"

#include "tests/lab/ca/ca_names.h"
#include "tests/lab/ca/certificate_builder.h"

#include <fstream>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace ae::labca {
namespace {

constexpr std::time_t kDay = 24 * 60 * 60;
constexpr std::time_t kSkew = 10 * 60;  // Windows CAs start certificates ten minutes early
constexpr std::string_view kOidCommonName = "2.5.4.3";
constexpr std::string_view kOidDomainComponent = "0.9.2342.19200300.100.1.25";
constexpr std::array<std::uint8_t, 1> kCaUsage{0x86};  // digitalSignature, keyCertSign, cRLSign

using UniqueBio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

Bytes bio_content(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, data + size};
}

void save_key(const std::filesystem::path& path, EVP_PKEY* key) {
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    write_atomically(path, bio_content(bio.get()), true);
}

void save_certificate(const std::filesystem::path& stem, X509* certificate) {
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    write_atomically(stem.string() + ".pem", bio_content(bio.get()));
    write_atomically(stem.string() + ".der", encode_certificate(certificate));
}

UniqueKey load_key(const std::filesystem::path& path) {
    const Bytes pem = read_file(path);
    const UniqueBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    UniqueKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!key) {
        throw std::runtime_error("no private key in " + path.string());
    }
    return key;
}

std::vector<std::string> domain_labels(const std::string& host) {
    std::vector<std::string> labels;
    std::string label;
    for (const char c : host + ".") {
        if (c == '.') {
            labels.push_back(std::exchange(label, {}));
        } else {
            label.push_back(c);
        }
    }
    labels.erase(labels.begin());  // the host itself
    return labels;
}

Bytes ca_name(const std::string& host, const std::string& common_name) {
    std::vector<std::pair<std::string, std::string>> rdns;
    const auto labels = domain_labels(host);
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        rdns.emplace_back(kOidDomainComponent, *label);
    }
    rdns.emplace_back(kOidCommonName, common_name);
    return make_name(rdns);
}

std::string url(const std::string& host, const std::string& file) {
    std::string escaped;
    for (const char c : file) {
        escaped += c == ' ' ? "%20" : std::string(1, c);
    }
    return "http://" + host + "/CertEnroll/" + escaped;
}

std::string ldap_url(const std::string& host, const std::string& cn, const std::string& container,
                     const std::string& query) {
    std::string out = "ldap:///CN=" + cn + "," + container +
                      ",CN=Public Key Services,CN=Services,CN=Configuration";
    for (const std::string& label : domain_labels(host)) {
        out += ",DC=" + label;
    }
    std::string escaped;
    for (const char c : out) {
        escaped += c == ' ' ? "%20" : std::string(1, c);
    }
    return escaped + query;
}

CertificatePlan ca_plan(const Bytes& subject, EVP_PKEY* key, std::time_t days,
                        std::optional<std::uint32_t> path_length) {
    CertificatePlan plan;
    plan.subject = subject;
    plan.spki = spki_of(key);
    plan.not_before = std::time(nullptr) - kSkew;
    plan.not_after = plan.not_before + days * kDay;
    plan.extensions = {key_usage(kCaUsage),
                       basic_constraints(true, path_length),
                       subject_key_id(plan.spki),
                       {std::string(oid::kCaVersion), false, der::integer(0)}};
    plan.extensions[0].critical = true;
    return plan;
}

Bytes make_crl(X509* issuer, EVP_PKEY* key, const std::vector<RevokedSerial>& revoked,
               std::time_t days) {
    const UniqueCrl crl(X509_CRL_new());
    const std::time_t now = std::time(nullptr) - kSkew;
    const std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>> time(ASN1_TIME_set(nullptr, now));
    X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer));
    X509_CRL_set1_lastUpdate(crl.get(), time.get());
    ASN1_TIME_set(time.get(), now + days * kDay);
    X509_CRL_set1_nextUpdate(crl.get(), time.get());
    for (const RevokedSerial& one : revoked) {
        BIGNUM* number = nullptr;
        BN_hex2bn(&number, one.serial_hex.c_str());
        const std::unique_ptr<ASN1_INTEGER, FreeWith<ASN1_INTEGER_free>> serial(
            BN_to_ASN1_INTEGER(number, nullptr));
        BN_free(number);
        X509_REVOKED* entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, serial.get());
        ASN1_TIME_set(time.get(), one.when);
        X509_REVOKED_set_revocationDate(entry, time.get());
        X509_CRL_add0_revoked(crl.get(), entry);
    }
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, nullptr, nullptr, crl.get(), 0);
    const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> authority(
        X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid"));
    const std::unique_ptr<ASN1_INTEGER, FreeWith<ASN1_INTEGER_free>> number(ASN1_INTEGER_new());
    ASN1_INTEGER_set_int64(number.get(), now);  // grows with each publication
    // "Next CRL Publish" is now: a client that keeps lists asks anew.
    const std::unique_ptr<ASN1_OBJECT, FreeWith<ASN1_OBJECT_free>> next_publish(
        OBJ_txt2obj("1.3.6.1.4.1.311.21.4", 1));
    ASN1_TIME_set(time.get(), now);
    Bytes due(static_cast<std::size_t>(i2d_ASN1_TIME(time.get(), nullptr)));
    unsigned char* to = due.data();
    i2d_ASN1_TIME(time.get(), &to);
    const std::unique_ptr<ASN1_OCTET_STRING, FreeWith<ASN1_OCTET_STRING_free>> due_value(
        ASN1_OCTET_STRING_new());
    ASN1_OCTET_STRING_set(due_value.get(), due.data(), static_cast<int>(due.size()));
    const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> next(
        X509_EXTENSION_create_by_OBJ(nullptr, next_publish.get(), 0, due_value.get()));
    if (!authority || X509_CRL_add_ext(crl.get(), authority.get(), -1) != 1 ||
        X509_CRL_add_ext(crl.get(), next.get(), -1) != 1 ||
        X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, number.get(), 0, 0) != 1 ||
        X509_CRL_sort(crl.get()) != 1 || X509_CRL_sign(crl.get(), key, EVP_sha256()) == 0) {
        throw std::runtime_error("OpenSSL could not make a CRL");
    }
    Bytes out(static_cast<std::size_t>(i2d_X509_CRL(crl.get(), nullptr)));
    unsigned char* at = out.data();
    i2d_X509_CRL(crl.get(), &at);
    return out;
}

void create_root(const HierarchyOptions& options) {
    const std::filesystem::path stem = options.root_dir / "root";
    if (std::filesystem::exists(stem.string() + ".pem")) {
        return;
    }
    std::filesystem::create_directories(options.root_dir);
    const UniqueKey key = make_key(options.key);
    const CertificatePlan plan =
        ca_plan(ca_name(options.host, "Lab Root CA"), key.get(), 20 * 365, std::nullopt);
    const UniqueX509 root = build_certificate(plan, nullptr, key.get());
    save_key(stem.string() + ".key", key.get());
    write_atomically(stem.string() + ".crl", make_crl(root.get(), key.get(), {}, 365));
    save_certificate(stem, root.get());
}

void create_exchange(const CaIdentity& ca) {
    const UniqueKey key = make_key(KeyKind::rsa2048);
    CertificatePlan plan;
    plan.subject = ca_name(ca.host, ca.name + "-Xchg");
    plan.spki = spki_of(key.get());
    plan.not_before = std::time(nullptr) - kSkew;
    plan.not_after = plan.not_before + 365 * kDay;
    constexpr std::array<std::uint8_t, 1> kEncipher{0x20};
    plan.extensions = {key_usage(kEncipher),
                       oid_sequence(oid::kExtendedKeyUsage, {"1.3.6.1.4.1.311.21.5"}),
                       subject_key_id(plan.spki),
                       authority_key_id(ca.certificate.get()),
                       distribution_point({ca.cdp_url}),
                       ca_issuers({ca.aia_url})};
    const UniqueX509 made = build_certificate(plan, ca.certificate.get(), ca.key.get());
    save_key(ca.dir / "exchange.key", key.get());
    save_certificate(ca.dir / "exchange", made.get());
}

}  // namespace

void create_hierarchy(const HierarchyOptions& options) {
    create_root(options);
    const UniqueX509 root = parse_certificate(read_file(options.root_dir / "root.der"));
    const UniqueKey root_key = load_key(options.root_dir / "root.key");
    std::filesystem::create_directories(options.ca_dir / "db");
    const UniqueKey key = make_key(options.key);
    CertificatePlan plan = ca_plan(ca_name(options.host, options.name), key.get(), 10 * 365, 0);
    plan.not_after = std::min(plan.not_after, time_of(X509_get0_notAfter(root.get())));
    const auto ldap = [&](const std::string& container, const std::string& query) {
        return ldap_url(options.host, "Lab Root CA", container, query);
    };
    plan.extensions.push_back(authority_key_id(root.get()));
    plan.extensions.push_back(distribution_point(
        {ldap("CN=" + options.host.substr(0, options.host.find('.')) + ",CN=CDP",
              "?certificateRevocationList?base?objectClass=cRLDistributionPoint"),
         url(options.host, "root.crl")}));
    plan.extensions.push_back(
        ca_issuers({ldap("CN=AIA", "?cACertificate?base?objectClass=certificationAuthority"),
                    url(options.host, "root.crt")}));
    const UniqueX509 made = build_certificate(plan, root.get(), root_key.get());
    save_key(options.ca_dir / "ca.key", key.get());
    save_certificate(options.ca_dir / "ca", made.get());
    write_atomically(options.ca_dir / "root.der", encode_certificate(root.get()));
    write_atomically(options.ca_dir / "root.crl", read_file(options.root_dir / "root.crl"));
    const nlohmann::ordered_json about{{"name", options.name}, {"host", options.host}};
    write_atomically(options.ca_dir / "ca.json", view_of(about.dump(2) + "\n"));
    CaIdentity ca = load_identity(options.ca_dir);
    create_exchange(ca);
    publish_crl(ca, {});
}

void set_standing(const std::filesystem::path& ca_dir, const std::filesystem::path& root_dir,
                  Standing standing) {
    const UniqueX509 root = parse_certificate(read_file(root_dir / "root.der"));
    const UniqueKey key = load_key(root_dir / "root.key");
    const UniqueX509 ca = parse_certificate(read_file(ca_dir / "ca.der"));
    std::vector<RevokedSerial> revoked;
    if (standing == Standing::revoked) {
        revoked.push_back({serial_hex(ca.get()), std::time(nullptr)});
    }
    write_atomically(ca_dir / "root.crl", make_crl(root.get(), key.get(), revoked, 365));
}

CaIdentity load_identity(const std::filesystem::path& ca_dir) {
    CaIdentity ca;
    ca.dir = ca_dir;
    const Bytes text = read_file(ca_dir / "ca.json");
    const auto about = nlohmann::json::parse(text.begin(), text.end());
    ca.name = about.at("name").get<std::string>();
    ca.host = about.at("host").get<std::string>();
    ca.certificate = parse_certificate(read_file(ca_dir / "ca.der"));
    ca.key = load_key(ca_dir / "ca.key");
    ca.root = parse_certificate(read_file(ca_dir / "root.der"));
    if (std::filesystem::exists(ca_dir / "exchange.der")) {
        ca.exchange_certificate = parse_certificate(read_file(ca_dir / "exchange.der"));
        ca.exchange_key = load_key(ca_dir / "exchange.key");
    }
    const std::string file = short_sanitized_name(ca.name);
    ca.cdp_url = url(ca.host, file + ".crl");
    ca.aia_url = url(ca.host, ca.host + "_" + file + ".crt");
    return ca;
}

Bytes publish_crl(const CaIdentity& ca, const std::vector<RevokedSerial>& revoked) {
    Bytes crl = make_crl(ca.certificate.get(), ca.key.get(), revoked, 30);
    write_atomically(ca.dir / "ca.crl", crl);
    return crl;
}

UniqueKey make_key(KeyKind kind) {
    UniqueKey key(kind == KeyKind::rsa2048 ? EVP_RSA_gen(2048U) : EVP_EC_gen("P-256"));
    if (!key) {
        throw std::runtime_error("OpenSSL could not make a key");
    }
    return key;
}

void write_atomically(const std::filesystem::path& path, View content, bool secret) {
    const std::string temporary = path.string() + ".new";
    {
        const UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                   secret ? 0600 : 0644));
        const auto written = file ? ::write(file.get(), content.data(), content.size()) : -1;
        if (written != static_cast<ssize_t>(content.size())) {
            throw std::runtime_error("cannot write " + temporary);
        }
    }
    std::filesystem::rename(temporary, path);
}

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace ae::labca
