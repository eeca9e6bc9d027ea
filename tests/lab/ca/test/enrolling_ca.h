// A CA in a folder of its own, with a directory in memory and one requester.
#pragma once

#include "tests/lab/ca/enrollment.h"
#include "tests/lab/ca/test/support.h"

namespace ae::labca::test {

inline constexpr std::string_view kTemplateOid = "1.3.6.1.4.1.311.21.8.1.2.3";
inline const std::string kSid = "S-1-5-21-1-2-3-1112";

// A directory with one version 2 machine template that everybody may enroll for.
struct FakeDirectory : Directory {
    explicit FakeDirectory(Template t) : known(std::move(t)) {}
    Template known;

    std::optional<Template> template_named(const std::string& name) override {
        return equal_ignoring_case(name, known.name) ? std::optional(known) : std::nullopt;
    }
    std::optional<Template> template_with_oid(const std::string& oid) override {
        return oid == known.oid ? std::optional(known) : std::nullopt;
    }
    std::optional<Account> account(const std::string& sid) override {
        Account account;
        account.sid = sid;
        account.sam_name = "WS1$";
        account.dns_host_name = "ws1.corp.example.test";
        account.domain_dns = "corp.example.test";
        account.is_computer = true;
        return account;
    }
    std::vector<std::string> offered_templates() override { return {known.name}; }
};

inline Template machine_template() {
    Template t;
    t.name = "CorpMachine";
    t.oid = kTemplateOid;
    t.schema_version = 2;
    t.major = 100;
    t.minor = 1;
    t.minimal_key_size = 2048;
    t.name_flags = name_flag::kDnsAsCn | name_flag::kSanDns;
    t.key_usage = from_hex("a000");
    t.application_policies = {"1.3.6.1.5.5.7.3.2"};
    t.critical_extensions = {"2.5.29.15"};
    t.validity = std::chrono::hours(24 * 365);
    t.overlap = std::chrono::hours(24 * 42);
    t.security_descriptor = from_hex("0100 0080 00000000 00000000 00000000 00000000");  // no DACL
    return t;
}

struct Ca {
    TemporaryFolder folder{};
    FaultSwitch faults{};
    Template offered = machine_template();
    UniqueKey key = make_key(KeyKind::rsa2048);
    Caller caller{};
    std::unique_ptr<Enrollment> enrollment{};

    Ca() {
        create_hierarchy({folder.path() / "ca", folder.path() / "root", "Corp Issuing CA 1",
                          "ca1.corp.example.test", KeyKind::ec256});
        caller.principal = "WS1$@CORP.EXAMPLE.TEST";
        caller.sids = {kSid};
        restart();
    }
    void restart() {
        enrollment = std::make_unique<Enrollment>(
            load_identity(folder.path() / "ca"),
            [this] { return std::make_unique<FakeDirectory>(offered); }, faults);
    }
    Outcome send(Bytes request, std::uint32_t flags, std::uint32_t id = 0) {
        Submission submission;
        submission.flags = flags;
        submission.request = std::move(request);
        submission.request_id = id;
        record = {};
        return enrollment->submit(submission, caller, record);
    }
    Outcome enroll() { return send(request(), 0x100); }
    Bytes request(std::uint32_t major = 100, std::uint32_t minor = 1) const {
        return make_pkcs10(key.get(), {template_extension(kTemplateOid, major, minor)});
    }
    Bytes renewal_of(const Bytes& old, EVP_PKEY* new_key) const {
        const Bytes pkcs10 = make_pkcs10(new_key, {template_extension(kTemplateOid, 100, 1)},
                                         {make_attribute("1.3.6.1.4.1.311.13.1", {old})});
        const UniqueX509 certificate = parse_certificate(old);
        return make_signed(kOidPkiData, make_pki_data(pkcs10),
                           {{new_key, nullptr}, {key.get(), certificate.get()}});
    }
    CallRecord record{};
};

}  // namespace ae::labca::test
