// The throw-away entries of one trial: whatever was made through it is removed when it dies.
// Internal to the selftest.
#pragma once

#include "stores/context_stores.h"

#include <memory>
#include <string>
#include <vector>

namespace ae::service {

// The template that a trial's entries name.
inline constexpr const char* kTrialTemplate = "aeclient selftest";

class Trial {
  public:
    // Removes first what a trial left that could not end.
    explicit Trial(std::unique_ptr<stores::ContextStores> stores);
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;
    Trial(Trial&&) = delete;
    Trial& operator=(Trial&&) = delete;
    ~Trial();

    Result<std::unique_ptr<engine::PrivateKey>> make_key(const engine::KeyRequest& request);
    Result<engine::InstalledCertificate> install(const engine::NewCertificate& entry);
    // All of it, now.  The first problem; what could not be removed is tried again at the end.
    Done clean();

    [[nodiscard]] engine::KeyStore& keys() { return stores_->keys(); }
    [[nodiscard]] engine::CertStore& certificates() { return stores_->certificates(); }
    [[nodiscard]] stores::ContextStores& stores() { return *stores_; }

  private:
    void adopt_leftovers();

    std::unique_ptr<stores::ContextStores> stores_;
    std::vector<std::string> keys_{};          // references
    std::vector<std::string> certificates_{};  // thumbprints
};

}  // namespace ae::service
