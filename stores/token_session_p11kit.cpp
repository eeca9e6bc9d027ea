#include "stores/token_session_p11kit.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <p11-kit/p11-kit.h>

namespace ae::stores {
namespace {

// PKCS #11 pads with blanks instead of ending with a zero.
template <std::size_t Size>
std::string field(const unsigned char (&octets)[Size]) {
    std::string text(octets, octets + Size);
    const auto end = text.find_last_not_of(" \0");
    text.resize(end == std::string::npos ? 0 : end + 1);
    return printable(text);
}

Hresult code_of(CK_RV answer) {
    switch (answer) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
        case CKR_PIN_EXPIRED:
        case CKR_PIN_LOCKED:
        case CKR_USER_NOT_LOGGED_IN:
        case CKR_TOKEN_WRITE_PROTECTED:
            return kAccessDenied;
        case CKR_MECHANISM_INVALID:
        case CKR_MECHANISM_PARAM_INVALID:
        case CKR_FUNCTION_NOT_SUPPORTED:
        case CKR_KEY_SIZE_RANGE:
        case CKR_DOMAIN_PARAMS_INVALID:
        case CKR_CURVE_NOT_SUPPORTED:
        case CKR_KEY_FUNCTION_NOT_PERMITTED:
        case CKR_ATTRIBUTE_VALUE_INVALID:
        case CKR_ATTRIBUTE_TYPE_INVALID:
        case CKR_TEMPLATE_INCONSISTENT:
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_TOKEN_NOT_RECOGNIZED:
        case CKR_DEVICE_REMOVED:
            return kNotSupported;
        default:
            return kUnexpected;
    }
}

Error pin_error(const CK_TOKEN_INFO& token, const std::string& what) {
    return {
        kAccessDenied, "the token " + field(token.label) + ' ' + what,
        "Correct the file that pin-source names, log in to the token once by hand, and see with "
        "\"aeclient key-test PROVIDER\" that it opens"};
}

}  // namespace

Error token_error(CK_RV answer, const std::string& what) {
    const char* const words = p11_kit_strerror(answer);
    return {code_of(answer), "the token cannot " + what + " (" +
                                 (words != nullptr ? printable(words) : "no reason given") + ")"};
}

class ModuleSet {
  public:
    static Result<std::shared_ptr<ModuleSet>> load(const std::string& path) {
        std::shared_ptr<ModuleSet> set(new ModuleSet(path));
        if (path.empty()) {
            set->all_ = p11_kit_modules_load_and_initialize(0);
        } else {
            set->one_[0] = p11_kit_module_load(path.c_str(), 0);
            if (set->one_[0] != nullptr && p11_kit_module_initialize(set->one_[0]) != CKR_OK) {
                p11_kit_module_release(set->one_[0]);
                set->one_[0] = nullptr;
            }
        }
        if (set->all_ == nullptr && set->one_[0] == nullptr) {
            const char* const words = p11_kit_message();
            return fail(
                kNotSupported,
                "the PKCS #11 module" + (path.empty() ? "s" : " " + printable(path)) +
                    " cannot be loaded" + (words != nullptr ? " (" + printable(words) + ")" : ""),
                "Install the token's PKCS #11 module, and see with \"p11-kit list-modules\" "
                "whether it loads");
        }
        return set;
    }
    ModuleSet(const ModuleSet&) = delete;
    ModuleSet& operator=(const ModuleSet&) = delete;
    ModuleSet(ModuleSet&&) = delete;
    ModuleSet& operator=(ModuleSet&&) = delete;
    ~ModuleSet() {
        if (all_ != nullptr) {
            p11_kit_modules_finalize_and_release(all_);
        }
        if (one_[0] != nullptr) {
            p11_kit_module_finalize(one_[0]);
            p11_kit_module_release(one_[0]);
        }
    }
    [[nodiscard]] std::vector<CK_FUNCTION_LIST*> list() const {
        std::vector<CK_FUNCTION_LIST*> found;
        for (CK_FUNCTION_LIST* const* at = all_ != nullptr ? all_ : one_.data(); *at != nullptr;
             ++at) {
            found.push_back(*at);
        }
        return found;
    }

  private:
    explicit ModuleSet(std::string path) : path_(std::move(path)) {}

    std::string path_;
    CK_FUNCTION_LIST** all_ = nullptr;
    std::array<CK_FUNCTION_LIST*, 2> one_{};
};

TokenSession::TokenSession(std::shared_ptr<ModuleSet> modules, CK_FUNCTION_LIST* module,
                           CK_SESSION_HANDLE session, const CK_TOKEN_INFO& token)
    : modules_(std::move(modules)), module_(module), session_(session), token_(token) {}

TokenSession::TokenSession(TokenSession&& other) noexcept
    : modules_(std::move(other.modules_)),
      module_(std::exchange(other.module_, nullptr)),
      session_(other.session_),
      token_(other.token_) {}

// The last session that is closed logs out.
TokenSession::~TokenSession() {
    if (module_ != nullptr) {
        module_->C_CloseSession(session_);
    }
}

TokenAccess::TokenAccess(const std::vector<std::string>& configured, PinUse pins,
                         RefusedPins memory)
    : pins_(pins), memory_(std::move(memory)) {
    for (const std::string& text : configured) {
        if (Result<TokenUri> uri = TokenUri::parse(text); uri) {
            configured_.push_back(std::move(*uri));
        }
    }
}

std::string TokenAccess::module_for(const TokenUri& uri) const {
    const TokenUri* found = nullptr;
    for (const TokenUri& one : configured_) {
        const bool same_token = one.agrees_with(uri) || uri.agrees_with(one);
        if (same_token && (found == nullptr || one.module_path() == uri.module_path())) {
            found = &one;
        }
    }
    return found != nullptr ? found->module_path() : std::string();
}

Result<std::shared_ptr<ModuleSet>> TokenAccess::modules_of(const std::string& path) {
    if (const auto found = loaded_.find(path); found != loaded_.end()) {
        return found->second;
    }
    Result<std::shared_ptr<ModuleSet>> loaded = ModuleSet::load(path);
    if (loaded) {
        loaded_.emplace(path, *loaded);
    }
    return loaded;
}

Result<TokenAccess::Slot> TokenAccess::find(const ModuleSet& modules, const TokenUri& uri) {
    std::vector<Slot> found;
    for (CK_FUNCTION_LIST* const module : modules.list()) {
        CK_ULONG count = 0;
        if (module->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK || count == 0) {
            continue;
        }
        std::vector<CK_SLOT_ID> slots(count);
        if (module->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) {
            continue;
        }
        slots.resize(std::min<std::size_t>(slots.size(), count));
        for (const CK_SLOT_ID id : slots) {
            Slot slot{module, id, {}};
            if (module->C_GetTokenInfo(id, &slot.token) == CKR_OK &&
                (slot.token.flags & CKF_TOKEN_INITIALIZED) != 0 && uri.matches(slot.token)) {
                found.push_back(slot);
            }
        }
    }
    if (found.empty()) {
        return fail(kNotSupported, "no token of that name answers",
                    "Plug the token in, and see with \"p11-kit list-modules\" how it is called");
    }
    const auto other = [&](const Slot& slot) {
        return field(slot.token.serialNumber) != field(found.front().token.serialNumber) ||
               field(slot.token.label) != field(found.front().token.label);
    };
    if (std::ranges::any_of(found, other)) {
        return fail(kNotSupported, "several tokens answer to that name",
                    "Name the one that is meant with its serial number as well: serial=...");
    }
    return found.front();
}

std::string TokenAccess::pin_source_for(const TokenUri& uri, const std::string& module,
                                        const CK_TOKEN_INFO& token) const {
    for (const TokenUri& one : configured_) {
        if (one.module_path() == module && one.matches(token) && !one.pin_source().empty()) {
            return one.pin_source();
        }
    }
    return uri.pin_source();
}

Done TokenAccess::log_in(const TokenSession& session, const std::string& pin_source) {
    const CK_TOKEN_INFO& token = session.token();
    if ((token.flags & CKF_LOGIN_REQUIRED) == 0) {
        return done();
    }
    if (pin_source.empty()) {
        return fail(pin_error(token, "wants a PIN, and no pin-source names a file with it"));
    }
    if ((token.flags & CKF_USER_PIN_LOCKED) != 0) {
        return fail(pin_error(token, "has locked its PIN"));
    }
    constexpr CK_FLAGS kWrongBefore = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
    const std::string serial = field(token.serialNumber);
    const Result<TokenPin> pin = read_pin(pin_source);
    if (!pin) {
        return tl::unexpected<Error>(pin.error());
    }
    const bool risky = (token.flags & kWrongBefore) != 0 || memory_.contains(serial, *pin);
    if (refused_.contains(serial) || (pins_ == PinUse::careful && risky)) {
        return fail(pin_error(token, "had a wrong PIN, and one more could lock it for good"));
    }
    const ByteView octets = pin->pin.view();
    Bytes copy(octets.begin(), octets.end());  // the C interface takes no const
    const CK_ULONG size = copy.size();
    const Secret owner(std::move(copy));
    const CK_RV answer = session.module()->C_Login(
        session.handle(), CKU_USER, const_cast<unsigned char*>(owner.view().data()), size);
    if (answer == CKR_OK) {
        memory_.forget(serial);
    }
    if (answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN) {
        return done();
    }
    if (answer == CKR_PIN_INCORRECT) {
        refused_.insert(serial);
        memory_.add(serial, *pin);
        return fail(pin_error(token, "refuses the PIN"));
    }
    return fail(token_error(answer, "be opened"));
}

Result<TokenSession> TokenAccess::open(const TokenUri& uri) {
    const std::string module = module_for(uri);
    const Result<std::shared_ptr<ModuleSet>> modules = modules_of(module);
    if (!modules) {
        return tl::unexpected<Error>(modules.error());
    }
    const Result<Slot> slot = find(**modules, uri);
    if (!slot) {
        return tl::unexpected<Error>(slot.error());
    }
    CK_SESSION_HANDLE handle = 0;
    if (const CK_RV answer = slot->module->C_OpenSession(
            slot->id, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle);
        answer != CKR_OK) {
        return fail(token_error(answer, "open a session"));
    }
    TokenSession session(*modules, slot->module, handle, slot->token);
    if (Done logged_in = log_in(session, pin_source_for(uri, module, slot->token)); !logged_in) {
        return pass(logged_in);
    }
    return session;
}

}  // namespace ae::stores
