#include "tests/lab/ca/directory_static.h"

#include "tests/lab/ca/access_check.h"
#include "tests/lab/ca/hierarchy.h"
#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/sid.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ae::labca {
namespace {

using Json = nlohmann::json;

constexpr std::uint16_t kSelfRelativeWithDacl = 0x8004;  // [MS-DTYP] 2.4.6
constexpr std::uint32_t kDescriptorSize = 20;
constexpr std::uint8_t kAclRevisionDs = 4;
constexpr std::uint8_t kAllowObject = 0x05;
constexpr std::uint32_t kControlAccess = 0x100;
constexpr std::uint32_t kObjectTypePresent = 1;

struct StaticAccount {
    std::string principal{};
    std::vector<std::string> sids{};
    Account account{};
};

struct Content {
    std::vector<std::string> offered{};
    std::vector<Template> templates{};
    std::vector<StaticAccount> accounts{};
};

Template template_of(const Json& json) {
    Template t;
    t.name = json.at("name").get<std::string>();
    t.oid = json.at("oid").get<std::string>();
    t.schema_version = 2;
    t.major = json.value("major", 100U);
    t.minor = json.value("minor", 0U);
    t.flags = json.value("flags", template_flag::kMachineType);
    t.name_flags = json.value("name_flags", 0U);
    t.minimal_key_size = json.value("minimal_key_size", 2048U);
    t.key_usage = from_hex(json.value("key_usage", "a000"));
    t.application_policies = json.value("application_policies", std::vector<std::string>{});
    t.critical_extensions = {"2.5.29.15"};
    t.validity = std::chrono::hours(24) * json.value("validity_days", 365);
    t.overlap = std::chrono::hours(24) * json.value("overlap_days", 42);
    t.security_descriptor =
        descriptor_granting_enroll(json.at("enroll").get<std::vector<std::string>>());
    return t;
}

StaticAccount account_of(const Json& json) {
    StaticAccount one;
    one.principal = json.at("principal").get<std::string>();
    one.sids = json.at("sids").get<std::vector<std::string>>();
    if (one.sids.empty()) {
        throw std::runtime_error("the account " + one.principal + " has no SID");
    }
    one.account.sid = one.sids.front();
    one.account.sam_name = json.value("sam_name", "");
    one.account.dns_host_name = json.value("dns_host_name", "");
    one.account.domain_dns = json.value("domain_dns", "");
    one.account.domain_netbios = json.value("domain_netbios", "");
    one.account.is_computer = json.value("computer", true);
    return one;
}

class JsonDirectory : public Directory {
  public:
    explicit JsonDirectory(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

    std::optional<Template> template_named(const std::string& name) override {
        return find([&](const Template& t) { return equal_ignoring_case(t.name, name); });
    }
    std::optional<Template> template_with_oid(const std::string& oid) override {
        return find([&](const Template& t) { return t.oid == oid; });
    }
    std::optional<Account> account(const std::string& sid) override {
        for (const StaticAccount& one : content_->accounts) {
            if (one.account.sid == sid) {
                return one.account;
            }
        }
        return std::nullopt;
    }
    std::vector<std::string> offered_templates() override { return content_->offered; }

  private:
    template <class Condition>
    std::optional<Template> find(Condition condition) const {
        for (const Template& one : content_->templates) {
            if (condition(one)) {
                return one;
            }
        }
        return std::nullopt;
    }

    std::shared_ptr<const Content> content_;
};

}  // namespace

Bytes descriptor_granting_enroll(const std::vector<std::string>& sids) {
    NdrWriter entries;
    for (const std::string& sid : sids) {
        const Bytes bytes = sid_bytes(sid);
        entries.u8(kAllowObject);
        entries.u8(0);
        entries.u16(static_cast<std::uint16_t>(28 + bytes.size()));
        entries.u32(kControlAccess);
        entries.u32(kObjectTypePresent);
        entries.guid(kEnrollRight);
        entries.raw(bytes);
    }
    NdrWriter out;
    out.u8(1);
    out.u8(0);
    out.u16(kSelfRelativeWithDacl);
    for (const std::uint32_t offset : {0U, 0U, 0U, kDescriptorSize}) {
        out.u32(offset);  // owner, group, SACL, DACL
    }
    out.u8(kAclRevisionDs);
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(8 + entries.size()));
    out.u16(static_cast<std::uint16_t>(sids.size()));
    out.u16(0);
    out.raw(entries.bytes());
    return out.release();
}

StaticDirectory static_directory(const std::filesystem::path& file) {
    const auto content = std::make_shared<Content>();
    try {
        const Bytes text = read_file(file);
        const Json json = Json::parse(text.begin(), text.end());
        content->offered = json.at("offered").get<std::vector<std::string>>();
        for (const Json& one : json.at("templates")) {
            content->templates.push_back(template_of(one));
        }
        for (const Json& one : json.at("accounts")) {
            content->accounts.push_back(account_of(one));
        }
    } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("the directory {}: {}", file.string(), error.what()));
    }
    return {[content] { return std::make_unique<JsonDirectory>(content); },
            [content](const std::string& principal) {
                for (const StaticAccount& one : content->accounts) {
                    if (one.principal == principal) {
                        return one.sids;
                    }
                }
                return std::vector<std::string>{};
            }};
}

}  // namespace ae::labca
