// A stand-in CA in a process of its own, and a client that finds it through COM.
#pragma once

#include "ca-client/com/com_options.h"
#include "tests/ca-client/com/registration.h"
#include "tests/ca-client/com/script.h"

#include <string>
#include <vector>

namespace ae::test {

// Whoever starts the server: COM does it on demand, which costs a second under Wine.
enum class Starts { test, com };

class ComWorld {
  public:
    explicit ComWorld(Starts starts = Starts::test);
    ~ComWorld();  // ends every server that came up
    ComWorld(const ComWorld&) = delete;
    ComWorld& operator=(const ComWorld&) = delete;

    void play(const Script& script) { save(script, folder_); }
    // What it told under this name so far.
    [[nodiscard]] std::vector<nlohmann::json> heard(const std::string& what) const;
    [[nodiscard]] bool waits_for(const std::string& what, std::size_t count) const;
    void release();  // whatever hangs goes on, now and later

    // Options under which Wine can play: a local server, and blankets where there are some.
    static ca::ComOptions local();
    std::unique_ptr<ca::CertRequestTransport> transport(ca::ComOptions com = local());

    engine::CaRef ca{"ca1.corp.example.test", "Corp Issuing CA 1"};
    std::vector<std::string> log{};
    ca::CaClientOptions options{.log = [this](std::string_view line) { log.emplace_back(line); }};

  private:
    std::filesystem::path folder_;
    UniqueWinHandle told_;
    UniqueWinHandle release_;
    UniqueWinHandle stop_;

  public:
    Registration registration;  // before any server runs, until none does
};

Bytes octets_of(std::size_t count);  // no two neighbours alike

}  // namespace ae::test
