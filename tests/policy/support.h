// Shared by the tests of policy/: objects as attribute maps, out of files or written in place.
#pragma once

#include "engine/base/text.h"
#include "policy/ldif.h"

#include <fstream>
#include <initializer_list>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace ae::test {

inline const std::string kConfigurationNc = "CN=Configuration,DC=corp,DC=example,DC=test";

inline Bytes bytes(std::string_view text) {
    const auto octets = as_bytes(text);
    return {octets.begin(), octets.end()};
}

// The entries of an LDIF file of public data, for the forest corp.example.test.
inline std::vector<policy::LdapEntry> read_ldif(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    INFO(path);
    REQUIRE(file.good());
    std::ostringstream stream;
    stream << file.rdbuf();
    std::string text = stream.str();
    const std::string mark = "{ConfigNC}";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), kConfigurationNc);
    }
    const auto records = policy::parse_ldif(text);
    INFO((records ? std::string{} : records.error().context));
    REQUIRE(records);
    std::vector<policy::LdapEntry> entries;
    for (const auto& record : *records) {
        entries.push_back(record.entry);
    }
    return entries;
}

using Texts = std::initializer_list<std::pair<const char*, std::vector<std::string>>>;
inline policy::AttributeMap object_of(Texts attributes) {
    policy::AttributeMap object;
    for (const auto& [name, values] : attributes) {
        for (const auto& value : values) {
            object[name].push_back(bytes(value));
        }
    }
    return object;
}

}  // namespace ae::test
