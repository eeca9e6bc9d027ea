// Keys of the trial: in each provider that templates may name here.  Internal to the selftest.
#pragma once

#include "service/selftest/notebook.h"
#include "service/selftest/trial.h"

namespace ae::service {

void check_keys(Trial& trial, engine::Crypto& crypto, Notebook& notes);

// A signature of the key verifies with its public half, and a changed one does not.
Done signs(engine::PrivateKey& key, engine::HashAlgorithm hash, engine::Crypto& crypto);

// "Microsoft Software Key Storage Provider" is "software-key-storage": the middle of a finding's
// id.
std::string short_name_of(const std::string& provider);

}  // namespace ae::service
