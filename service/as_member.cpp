#include "service/as_member.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

// What the parser keeps of the password goes with it.
void wipe(std::string& text) {
    volatile char* at = text.data();
    for (std::size_t i = 0; i < text.size(); ++i) {
        at[i] = 0;
    }
}

class Members {
  public:
    explicit Members(std::string_view text)
        : json_(nlohmann::json::parse(text.begin(), text.end(), nullptr, false)) {}
    Members(const Members&) = delete;
    Members& operator=(const Members&) = delete;
    ~Members() {
        if (auto* const password = find("ldap_password")) {
            wipe(*password);
        }
    }

    [[nodiscard]] bool are_there() const { return json_.is_object(); }

    // Nullptr: missing, empty or no text.
    std::string* find(const char* name) {
        const auto found = json_.is_object() ? json_.find(name) : json_.end();
        auto* const text =
            found == json_.end() ? nullptr : found->get_ptr<nlohmann::json::string_t*>();
        return text == nullptr || text->empty() ? nullptr : text;
    }

  private:
    nlohmann::json json_;
};

}  // namespace

Result<AsMember> as_member_from_json(std::string_view text) {
    constexpr std::string_view kRemedy =
        "Write it as {\"account\": \"WS1$\", \"domain\": \"corp.example.test\", \"forest\": "
        "\"corp.example.test\", \"dc\": \"dc1.corp.example.test\", \"ldap_user\": \"WS1$\", "
        "\"ldap_password\": \"...\"}";
    Members members(text);
    if (!members.are_there()) {
        return fail(kInvalidData, "the file of --as-member is no JSON object",
                    std::string(kRemedy));
    }
    AsMember said;
    const std::pair<const char*, std::string*> texts[] = {{"account", &said.account},
                                                          {"domain", &said.domain},
                                                          {"forest", &said.forest},
                                                          {"dc", &said.dc},
                                                          {"ldap_user", &said.ldap_user}};
    for (const auto& [name, value] : texts) {
        const std::string* const found = members.find(name);
        if (found == nullptr || printable(*found) != *found) {
            return fail(kInvalidData,
                        "the file of --as-member has no usable text \"" + std::string(name) + "\"",
                        std::string(kRemedy));
        }
        *value = *found;
    }
    const std::string* const password = members.find("ldap_password");
    if (password == nullptr) {
        return fail(kInvalidData, "the file of --as-member has no usable text \"ldap_password\"",
                    std::string(kRemedy));
    }
    const ByteView octets = as_bytes(*password);
    said.ldap_password = Secret(Bytes(octets.begin(), octets.end()));
    return said;
}

}  // namespace ae::service
