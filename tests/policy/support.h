// Shared by the tests of policy/: objects as attribute maps.
#pragma once

#include "policy/attribute_map.h"
#include "tests/support/ldif.h"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace ae::test {

inline const std::map<std::string, std::string> kForest = {
    {"ConfigNC", "CN=Configuration,DC=corp,DC=example,DC=test"}};

inline Bytes bytes(std::string_view text) {
    const auto octets = as_bytes(text);
    return {octets.begin(), octets.end()};
}

inline policy::AttributeMap to_map(const ae::test::LdifEntry& entry) {
    policy::AttributeMap object;
    for (const auto& [name, value] : entry.attributes) {
        object[name].push_back(value);
    }
    return object;
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
