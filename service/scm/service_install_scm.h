// The service in the service control manager's database: made and taken away again.
// Both may be called when they have nothing to do, and do what is missing.
// Windows only; blocks; any thread.  Errors: kAccessDenied without an administrator's rights.
// Sources: [CreateService], [ChangeServiceConfig2].
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace ae::service {

inline constexpr const char* kServiceName = "AeClient";
// The host's own time to stop (host.h) and then some.
inline constexpr std::chrono::seconds kPreshutdownTime{15};
inline constexpr std::chrono::seconds kLongestStop{30};

struct ServiceSetup {
    std::string name = kServiceName;
    std::string display_name{};
    std::string description{};
    std::vector<std::string> command{};  // full path of the program and its arguments
};

// The service of this program: LocalSystem, started automatically.
ServiceSetup own_service(const std::string& program);

// What an older or emulated system refuses to know is passed over, and told here.
using PassedOver = std::function<void(const std::string& sentence)>;

// One that exists gets these settings.  It is not started.
Done install_service(const ServiceSetup& setup, const PassedOver& remark);

// Stops it, and waits until it has stopped.  kTimeout: it does not within kLongestStop; it stays.
Done uninstall_service(const std::string& name);

}  // namespace ae::service
