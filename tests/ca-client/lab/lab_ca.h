// The lab's first CA as its tests steer it: control commands of labca (tests/lab/ca/README.md).
// AE_LABCA names the program.
#pragma once

#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>

namespace ae::ca::test {

inline void run(const std::string& command) {
    CAPTURE(command);
    // NOLINTNEXTLINE(cert-env33-c): fixed commands in a test
    REQUIRE(std::system((command + " >/dev/null").c_str()) == 0);
}

inline void control(const std::string& words) {
    run("\"$AE_LABCA\" " + words + " --dir /run/ae-lab/ca1");
}

// Switches faults of the CA on, these alone, and all off at the end.
class Misbehaviour {
  public:
    explicit Misbehaviour(const std::string& settings) { control("set off " + settings); }
    Misbehaviour(const Misbehaviour&) = delete;
    Misbehaviour& operator=(const Misbehaviour&) = delete;
    Misbehaviour(Misbehaviour&&) = delete;
    Misbehaviour& operator=(Misbehaviour&&) = delete;
    ~Misbehaviour() {
        // NOLINTNEXTLINE(cert-env33-c): a fixed command in a test
        static_cast<void>(std::system("\"$AE_LABCA\" set off --dir /run/ae-lab/ca1 >/dev/null"));
    }
};

}  // namespace ae::ca::test
