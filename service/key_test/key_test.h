// `aeclient key-test`: what a key provider of this machine really does, tried with throw-away keys
// (the counterpart of `certutil -csptest`).
//
// Of each kind a key is made, signs in every scheme that requests may want, is opened again, signs
// once more and is deleted.  Every signature is verified, and a changed one must not.
// A kind that the provider does not make is an answer, no failure (kNotSupported); the provider
// fails when it makes none, or when one that it makes does not work.  A test that was stopped early
// is not passed, whatever it found so far.
// Blocks as long as the devices take: a TPM may need a minute for a long RSA key.  One thread.
#pragma once

#include "engine/base/hresult_table.h"
#include "service/selftest/trial.h"
#include "stores/known_providers.h"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::service {

using Ticks = std::chrono::steady_clock::time_point;

struct KeyTrial {
    std::string kind{};                     // "RSA 2048"
    std::vector<std::string> signatures{};  // those that it made and that verify: "PSS SHA256"
    std::chrono::microseconds make{};
    std::chrono::microseconds sign{};  // one of them
    std::chrono::microseconds open{};
    std::chrono::microseconds erase{};
    bool made = false;
    std::optional<Error> error{};
    // The provider said that it does not make such keys; Windows' own say NTE_NOT_SUPPORTED.
    [[nodiscard]] bool refused() const {
        return !made && error &&
               (error->code == kNotSupported || error->code == hresult(0x80090029));
    }
};

struct KeyTest {
    stores::KnownProvider provider{};
    std::vector<KeyTrial> trials{};  // empty: it does not answer
    bool stopped = false;            // before every kind was tried: what was not, is not known
};

struct KeyTestParts {
    Trial& trial;
    engine::Crypto& crypto;
    std::function<Ticks()> clock = std::chrono::steady_clock::now;
    std::stop_token stop{};  // ends after the kind that is under way
};
KeyTest run_key_test(const KeyTestParts& parts, const stores::KnownProvider& provider);
bool passed(const KeyTest& test);

std::string key_test_as_text(const KeyTest& test);
std::string key_test_as_json(const KeyTest& test);
// Without a provider's name: all of them.
std::string providers_as_text(const std::vector<stores::KnownProvider>& providers);
std::string providers_as_json(const std::vector<stores::KnownProvider>& providers);

}  // namespace ae::service
