// What the control channel's errors call things on this platform.  Portable; constants.
#pragma once

#include <string_view>

namespace ae::service {

struct ControlWords {
    std::string_view administrators;    // who may ask for everything
    std::string_view account;           // what stands before an AccountId
    std::string_view as_administrator;  // a remedy
    std::string_view against_impostor;  // the same
    std::string_view start_machine;     // the same
    std::string_view start_user;        // the same
};
extern const ControlWords kControlWords;

}  // namespace ae::service
