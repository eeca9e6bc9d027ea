#include "tests/ca-client/com/script.h"

#include <fstream>
#include <mutex>

namespace ae::test {

NLOHMANN_JSON_SERIALIZE_ENUM(WhenActivated,
                             {{WhenActivated::answers, "answers"}, {WhenActivated::hangs, "hangs"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Offers, {{Offers::second_interface, "ICertRequestD2"},
                                      {Offers::first_interface_only, "ICertRequestD"}})
NLOHMANN_JSON_SERIALIZE_ENUM(WhenCalled, {{WhenCalled::answers, "answers"},
                                          {WhenCalled::hangs, "hangs"},
                                          {WhenCalled::crashes, "crashes"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Script, activation, offers, call, result, disposition,
                                   request_id, full_response, certificate, message, value, padding,
                                   count)

namespace {

std::filesystem::path script_in(const std::filesystem::path& folder) {
    return folder / "script.json";
}
std::filesystem::path calls_in(const std::filesystem::path& folder) {
    return folder / "calls.jsonl";
}

}  // namespace

void save(const Script& script, const std::filesystem::path& folder) {
    std::ofstream(script_in(folder)) << nlohmann::json(script);
}

Script load(const std::filesystem::path& folder) {
    std::ifstream in(script_in(folder));
    return nlohmann::json::parse(in).get<Script>();
}

void tell(const nlohmann::json& what, const std::filesystem::path& folder) {
    static std::mutex one_line;
    const std::lock_guard lock(one_line);
    std::ofstream(calls_in(folder), std::ios::app) << what.dump() + '\n';
}

std::vector<nlohmann::json> told(const std::filesystem::path& folder) {
    std::vector<nlohmann::json> calls;
    std::ifstream in(calls_in(folder));
    // A line without its end is still being written.
    for (std::string line; std::getline(in, line) && !in.eof();) {
        calls.push_back(nlohmann::json::parse(line));
    }
    return calls;
}

std::wstring told_event(const std::filesystem::path& folder) {
    return L"Local\\" + folder.filename().wstring() + L"-told";
}
std::wstring release_event(const std::filesystem::path& folder) {
    return L"Local\\" + folder.filename().wstring() + L"-release";
}
std::wstring stop_event(const std::filesystem::path& folder) {
    return L"Local\\" + folder.filename().wstring() + L"-stop";
}

}  // namespace ae::test
