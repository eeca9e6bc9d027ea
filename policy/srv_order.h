// The order in which servers of one SRV record set are tried (RFC 2782): lowest priority first, and
// within one priority at random by weight.  Pure, portable; the caller brings the randomness.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace ae::policy {

struct SrvRecord {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string target{};  // host name without the final dot
};

std::vector<SrvRecord> in_order_of_trial(std::vector<SrvRecord> records, std::mt19937_64& random);

}  // namespace ae::policy
