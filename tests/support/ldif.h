// A small LDIF reader (RFC 2849) for test data: "name: text", "name:: base64", continuation lines,
// comments; placeholders such as {ConfigNC} are filled in first.  Fails the test on anything else.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace ae::test {

struct LdifEntry {
    std::string dn{};
    std::vector<std::pair<std::string, Bytes>> attributes{};  // in the order of the file
};

inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    INFO(path);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline std::vector<LdifEntry> read_ldif(const std::string& path,
                                        const std::map<std::string, std::string>& placeholders) {
    std::string text = read_file(path);
    for (const auto& [name, value] : placeholders) {
        const auto mark = '{' + name + '}';
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
            text.replace(at, mark.size(), value);
        }
    }
    std::vector<std::string> lines;
    for (auto line : split(text, '\n')) {
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.starts_with(' ') && !lines.empty()) {
            lines.back() += line.substr(1);
        } else if (!line.starts_with('#')) {
            lines.emplace_back(line);
        }
    }
    std::vector<LdifEntry> entries;
    bool inside = false;
    for (const auto& line : lines) {
        if (line.empty()) {
            inside = false;
            continue;
        }
        INFO(path << ": " << line);
        const auto colon = line.find(':');
        REQUIRE(colon != std::string::npos);
        const auto name = line.substr(0, colon);
        Bytes value;
        if (line.compare(colon, 2, "::") == 0) {
            auto decoded = from_base64(std::string_view(line).substr(colon + 2));
            REQUIRE(decoded);
            value = std::move(*decoded);
        } else {
            const auto octets = as_bytes(trim(std::string_view(line).substr(colon + 1)));
            value.assign(octets.begin(), octets.end());
        }
        if (name == "dn") {
            entries.push_back({std::string(as_text(value)), {}});
            inside = true;
            continue;
        }
        REQUIRE(inside);
        entries.back().attributes.emplace_back(name, std::move(value));
    }
    return entries;
}

}  // namespace ae::test
