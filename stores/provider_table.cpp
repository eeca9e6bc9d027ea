#include "stores/provider_table.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/software_providers.h"

#include <algorithm>
#include <utility>

namespace ae::stores {
namespace {

constexpr std::string_view kSoftware = "software";
constexpr std::string_view kTpm = "tpm";
constexpr std::string_view kTpmBy = "tpm:";
constexpr std::string_view kToken = "pkcs11:";
constexpr std::string_view kForms =
    R"(Write "software", "tpm", "tpm:" and a TCTI configuration, or a "pkcs11:" URI)";

constexpr std::string_view kPinValue = "pin-value";

bool is_one_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::vector<ProviderRow> known_rows() {
    std::vector<ProviderRow> rows;
    for (std::string& name : software_providers()) {
        rows.push_back({.name = std::move(name), .place = {KeyHome::software, {}}});
    }
    rows.push_back({.name = std::string(kPlatformProvider), .place = {KeyHome::tpm, {}}});
    return rows;
}

std::vector<ProviderRow>::iterator row_of(std::vector<ProviderRow>& rows, std::string_view name) {
    return std::ranges::find_if(
        rows, [&](const ProviderRow& row) { return equal_ignoring_case(row.name, name); });
}

}  // namespace

Result<KeyPlace> parse_key_place(std::string_view text) {
    // Before anything may repeat it.
    if (to_lower(text).find(kPinValue) != std::string::npos) {
        return fail(kInvalidData, "the PKCS #11 URI has a PIN in it",
                    "Write the PIN into a file of root's own (0600) and name it as pin-source");
    }
    if (text == kSoftware) {
        return KeyPlace{KeyHome::software, {}};
    }
    if (text == kTpm) {
        return KeyPlace{KeyHome::tpm, {}};
    }
    if (text.starts_with(kTpmBy) && is_one_word(text.substr(kTpmBy.size()))) {
        return KeyPlace{KeyHome::tpm, std::string(text.substr(kTpmBy.size()))};
    }
    if (text.starts_with(kToken) && is_one_word(text.substr(kToken.size()))) {
        return KeyPlace{KeyHome::token, std::string(text)};
    }
    return fail(kInvalidData, '"' + printable(text) + "\" is no place of keys",
                std::string(kForms));
}

std::string to_text(const KeyPlace& place) {
    switch (place.home) {
        case KeyHome::software:
            break;
        case KeyHome::tpm:
            return place.where.empty() ? std::string(kTpm) : std::string(kTpmBy) + place.where;
        case KeyHome::token:
            return place.where;
    }
    return std::string(kSoftware);
}

ProviderTable provider_table(const KeySettings& settings) {
    ProviderTable table{known_rows(), {}};
    const std::string* tcti = nullptr;
    for (const auto& [name, text] : settings.providers) {
        const auto row = row_of(table.rows, name);
        Result<KeyPlace> place = parse_key_place(text);
        if (place && place->home == KeyHome::tpm && !place->where.empty()) {
            // The key files of a TPM do not say which TPM.
            if (tcti != nullptr && *tcti != text) {
                place = fail(kInvalidData, "another provider's setting names another TPM",
                             "A machine has one TPM: name the same one in both");
            } else {
                tcti = &text;
            }
        }
        if (!place) {
            table.problems.push_back(
                std::move(place.error())
                    .within("the setting KeyProviders for " + printable(name) + " does not count")
                    .sentence());
            if (row != table.rows.end()) {
                table.rows.erase(row);
            }
            continue;
        }
        if (row != table.rows.end()) {
            row->place = std::move(*place);
            row->origin = ProviderRow::Origin::configured;
        } else {
            table.rows.push_back({name, std::move(*place), ProviderRow::Origin::configured});
        }
    }
    return table;
}

std::vector<KeyPlace> places_of(const ProviderTable& table,
                                const std::vector<std::string>& providers) {
    if (providers.empty()) {
        return {KeyPlace{}};
    }
    std::vector<KeyPlace> places;
    for (const std::string& name : providers) {
        const auto row = std::ranges::find_if(table.rows, [&](const ProviderRow& one) {
            return equal_ignoring_case(one.name, name);
        });
        if (row != table.rows.end() && std::ranges::count(places, row->place) == 0) {
            places.push_back(row->place);
        }
    }
    return places;
}

}  // namespace ae::stores
