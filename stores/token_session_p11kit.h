// Tokens behind PKCS #11 modules, which p11-kit loads: those that are registered on this machine,
// or the one that a setting names.  Internal to token_*_p11kit.cpp.
//
// A module is code that runs with all rights of the agent, so an entry never chooses it: the
// module-path of its URI only says which of several settings for the same token is meant.
//
// TokenAccess loads modules when they are first asked for and lets them go when it dies; it is
// shared by the backend and the keys that it opened, whichever lives longest.
// A TokenSession is one login, for one operation.
//
// PINs: tokens lock themselves for good after a few wrong ones, and an agent runs every few hours.
// So a PIN that was refused is not tried again in the life of the access, nor later as long as its
// file stays as it is (RefusedPins), and not at all while the token says that somebody typed a
// wrong one since it was last opened, or that this is the last try.  PinUse::asked tries then too:
// somebody wants to know.  A PIN's file of the settings is for the module of the same setting only.
// One thread.  Errors: kNotSupported when no such token answers; kAccessDenied for everything about
// PINs; those of token_pin_files.h.
#pragma once

#include "stores/token_key_backend.h"
#include "stores/token_pin_files.h"
#include "stores/token_uri_p11kit.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace ae::stores {

// "sign" -> an Error with the module's own words for `answer`.
Error token_error(CK_RV answer, const std::string& what);

class ModuleSet;  // modules that were loaded together

class TokenSession {
  public:
    TokenSession(std::shared_ptr<ModuleSet> modules, CK_FUNCTION_LIST* module,
                 CK_SESSION_HANDLE session, const CK_TOKEN_INFO& token);
    TokenSession(TokenSession&& other) noexcept;
    TokenSession& operator=(TokenSession&&) = delete;
    TokenSession(const TokenSession&) = delete;
    TokenSession& operator=(const TokenSession&) = delete;
    ~TokenSession();

    [[nodiscard]] CK_FUNCTION_LIST* module() const { return module_; }
    [[nodiscard]] CK_SESSION_HANDLE handle() const { return session_; }
    [[nodiscard]] const CK_TOKEN_INFO& token() const { return token_; }

  private:
    std::shared_ptr<ModuleSet> modules_;
    CK_FUNCTION_LIST* module_;
    CK_SESSION_HANDLE session_;
    CK_TOKEN_INFO token_;
};

class TokenAccess {
  public:
    // `configured`: URIs of the settings; the PIN's file that one of them names for a token comes
    // before the one that an entry's URI has.
    TokenAccess(const std::vector<std::string>& configured, PinUse pins, RefusedPins memory);

    Result<TokenSession> open(const TokenUri& uri);

  private:
    struct Slot {
        CK_FUNCTION_LIST* module = nullptr;
        CK_SLOT_ID id = 0;
        CK_TOKEN_INFO token{};
    };
    // Where the token's module lies; empty: it is one of the registered ones.
    [[nodiscard]] std::string module_for(const TokenUri& uri) const;
    Result<std::shared_ptr<ModuleSet>> modules_of(const std::string& path);
    static Result<Slot> find(const ModuleSet& modules, const TokenUri& uri);
    Done log_in(const TokenSession& session, const std::string& pin_source);
    [[nodiscard]] std::string pin_source_for(const TokenUri& uri, const std::string& module,
                                             const CK_TOKEN_INFO& token) const;

    std::vector<TokenUri> configured_;
    PinUse pins_;
    RefusedPins memory_;
    std::map<std::string, std::shared_ptr<ModuleSet>> loaded_;  // by path; "": the registered ones
    std::set<std::string> refused_;                             // serial numbers
};

}  // namespace ae::stores
