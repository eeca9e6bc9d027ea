// A directory and a certification authority around a pulse whose machine may be killed: they are
// other machines, so what the authority has done survives in files of its own, and a crash of the
// client's disk does not touch them.
//
// The authority believes nobody: a request must prove that its key is there, and a renewal that the
// predecessor's is.  What it issues is signed for real.  One authority, one root.
// One thread.  Linux.
#pragma once

#include "engine/ports.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ae::test {

inline constexpr const char* kIssuerName = "Corp Issuing CA 1";

// A v3 template with P-256 keys: making an RSA key would be most of what a test does.
engine::Template small_template(std::string name);

// What the authority does with a request.
enum class Answer { issue, hold, deny };

// Keys and certificates of root and issuer; made once per process.
struct Hierarchy {
    std::unique_ptr<engine::PrivateKey> root_key;
    std::unique_ptr<engine::PrivateKey> issuer_key;
    Bytes root;
    Bytes old_root;  // of another forest, for a trust store that changes
    Bytes issuer;
};
const Hierarchy& hierarchy();

struct ForestSettings {
    std::vector<engine::Template> templates{};
    std::map<std::string, Answer> answers{};  // by template; missing: issue
    bool publishes = false;                   // what it issues stands in userCertificate
    bool lists_old_root = false;
    std::chrono::days lifetime{365};  // of what it issues
    Time now{};
};

// One request as the authority remembers it.
struct CaRecord {
    std::uint32_t id = 0;
    Answer answer = Answer::hold;
    std::string template_name{};
    Bytes public_key_info{};
    Bytes certificate{};  // issued
};
// The certificate for a request, without the authority remembering it.
Bytes issue(const ForestSettings& forest, const CaRecord& record);
std::vector<CaRecord> records_of(const std::filesystem::path& ca);
void decide(const std::filesystem::path& ca, const ForestSettings& forest, std::uint32_t id,
            Answer answer);  // what a manager does with a request that waits

engine::Account account_of(const std::filesystem::path& ca, const ForestSettings& forest);
engine::Replica replica_of(const ForestSettings& forest);

// Two crash points for each request: before the authority has it, and when its answer is under way.
std::unique_ptr<engine::CaClient> make_small_ca(const std::filesystem::path& ca,
                                                const ForestSettings& forest,
                                                engine::Crypto& crypto);

}  // namespace ae::test
