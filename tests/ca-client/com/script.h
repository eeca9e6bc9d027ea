// What the stand-in CA is told to do, and what it tells of what it was asked: two files in one
// folder, since the two processes share nothing else.  Used by both.
#pragma once

#include "engine/base/bytes.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ae::test {

enum class WhenActivated { answers, hangs };
enum class Offers { second_interface, first_interface_only };
enum class WhenCalled { answers, hangs, crashes };

struct Script {
    WhenActivated activation = WhenActivated::answers;
    Offers offers = Offers::second_interface;
    WhenCalled call = WhenCalled::answers;

    // Of Request and Request2; Ping and Ping2 give the result alone, the property methods the
    // result, the value and how many properties it lists.
    std::uint32_t result = 0;
    std::uint32_t disposition = 0;
    std::uint32_t request_id = 0;
    Bytes full_response{};
    Bytes certificate{};
    std::string message{};  // UTF-8; travels as terminated UTF-16LE
    Bytes value{};
    std::uint32_t padding = 0;  // as many zeros after it
    std::uint32_t count = 0;
};

void save(const Script& script, const std::filesystem::path& folder);
Script load(const std::filesystem::path& folder);

void tell(const nlohmann::json& what, const std::filesystem::path& folder);  // a line; any thread
std::vector<nlohmann::json> told(const std::filesystem::path& folder);       // in their order

// Names of events: something was told; whatever hangs goes on; the server ends.
std::wstring told_event(const std::filesystem::path& folder);
std::wstring release_event(const std::filesystem::path& folder);
std::wstring stop_event(const std::filesystem::path& folder);

}  // namespace ae::test
