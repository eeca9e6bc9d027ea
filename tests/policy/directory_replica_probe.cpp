// Reads account and replica with the directory adapter over Wldap32 and prints what came, so that a
// lab test can lay it beside what Linux' adapter and the directory's own tools say.
//
// Standard input is JSON, so that no password stands in a list of processes:
//   {"dc": "dc1.corp.example.test", "address": "127.0.0.2", "domain": "corp.example.test",
//    "account": "WS1$", "user": "alice", "user_domain": "CORP", "password": "...",
//    "explicit_member": true, "ranged": [{"base": "CN=...", "attribute": "member"}],
//    "unpublish": ["base64"]}
// Standard output is JSON: "directory" holds all entries as LDIF; "ranged" what came when the
// server was asked for the first value only; "error" and "code" instead when it failed (exit status
// 1).
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/ldap_directory.h"
#include "policy/ldif.h"

#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using Json = nlohmann::ordered_json;

LdapCredentials credentials_of(const Json& asked) {
    const auto octets = as_bytes(asked.at("password").get_ref<const std::string&>());
    return {.user = asked.at("user"),
            .domain = asked.at("user_domain"),
            .password = std::make_shared<const Secret>(Bytes(octets.begin(), octets.end())),
            .explicit_member = asked.at("explicit_member")};
}

std::string all_entries(const DirectoryAnswers& answers) {
    std::vector<LdapEntry> entries{answers.account};
    if (answers.forest_root) {
        entries.push_back(*answers.forest_root);
    }
    for (const auto* answer : {&answers.templates, &answers.services, &answers.roots,
                               &answers.intermediates, &answers.nt_auth}) {
        entries.insert(entries.end(), answer->entries.begin(), answer->entries.end());
    }
    return write_ldif(entries);
}

Result<Json> read_ranges(const Json& asked, LdapConnection& connection) {
    Json found = Json::array();
    for (const auto& one : asked.at("ranged")) {
        const std::string attribute = one.at("attribute");
        auto answer = connection.search(
            {.base = one.at("base").get<std::string>(), .attributes = {attribute + ";range=0-0"}});
        if (!answer) {
            return pass(answer);
        }
        Json values = Json::array();
        for (const auto& value : values_of(answer->entries.at(0).attributes, attribute)) {
            values.push_back(to_base64(value));
        }
        found.push_back(std::move(values));
    }
    return found;
}

std::vector<Bytes> octets_of(const Json& list) {
    std::vector<Bytes> all;
    for (const auto& one : list) {
        all.push_back(from_base64(one.get<std::string>()).value_or(Bytes{}));
    }
    return all;
}

Result<Json> probe(const Json& asked) {
    const DomainController controller{.dns_name = asked.at("dc"), .address = asked.at("address")};
    const std::string domain = asked.at("domain");
    DirectoryAnswers answers;
    auto directory =
        create_ldap_directory({.domain_dns = domain,
                               .account_name = asked.at("account"),
                               .credentials = credentials_of(asked),
                               .recorder = [&](const DirectoryAnswers& seen) { answers = seen; }},
                              create_fixed_dc_locator(controller));
    auto account = directory->read_account(engine::Scope::machine);
    if (!account) {
        return pass(account);
    }
    auto replica = directory->read_replica();
    if (!replica) {
        return pass(replica);
    }
    if (auto removed = directory->unpublish(octets_of(asked.at("unpublish"))); !removed) {
        return pass(removed);
    }
    auto connection = LdapConnection::open(
        {controller.dns_name, domain, controller.address, controller.port}, credentials_of(asked));
    if (!connection) {
        return pass(connection);
    }
    auto ranged = read_ranges(asked, *connection);
    if (!ranged) {
        return pass(ranged);
    }
    Json found;
    found["account"] = account->distinguished_name;
    found["sealing"] = connection->sealing() == Sealing::assured ? "assured" : "not_shown";
    for (const auto& one : replica->templates) {
        found["templates"].push_back(one.name);
    }
    found["services"] = replica->services.size();
    found["directory"] = all_entries(answers);
    found["ranged"] = std::move(*ranged);
    return found;
}

}  // namespace

int main() {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    auto found = probe(Json::parse(text));
    if (!found) {
        std::cout << Json{{"error", found.error().sentence()}, {"code", to_hex(found.error().code)}}
                  << std::endl;
        return 1;
    }
    std::cout << *found << std::endl;
    return 0;
}
