// An attempt (probed_ca.h) as a line of evidence.  Pure, any thread.
#pragma once

#include "service/probed_ca.h"

#include <chrono>
#include <string>

namespace ae::service {

// "0.4 s", "12 ms"
std::string duration_text(std::chrono::milliseconds time);

// "TCP 135 at ca1.corp.example.test: 127.0.0.3, in 2 ms", or with what it failed with; printable.
std::string evidence_of(const Attempt& attempt);

// Nobody sent as much as a refusal: a firewall that drops, or a host that is down.  A refusal of
// any kind comes back within the time of a round trip ([T] of the guide: fast and slow 0x800706BA).
bool was_silent(const Attempt& attempt);

// The error without the remedy: what a finding says in its sentence.
std::string cause_of(const Error& error);

}  // namespace ae::service
