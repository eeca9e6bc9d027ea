// Who agrees to templates that need it (port engine::User; rules R-UI1, R-UI4).
#pragma once

#include "engine/ports.h"

#include <iosfwd>

namespace ae::service {

// Answered the notice: that is the agreement to all of them.
class NotifiedUser final : public engine::User {
  public:
    engine::Consent ask_to_begin(const std::vector<std::string>&) override {
        return engine::Consent::given;
    }
    engine::Consent ask_for(const std::string&) override { return engine::Consent::given; }
};

// Sits at a terminal: y agrees, q cancels, anything else declines, and so does the end of input.
class TerminalUser final : public engine::User {
  public:
    TerminalUser(std::istream& in, std::ostream& out) : in_(in), out_(out) {}

    engine::Consent ask_to_begin(const std::vector<std::string>& templates) override;
    engine::Consent ask_for(const std::string& template_name) override;

  private:
    engine::Consent ask(const std::string& question);

    std::istream& in_;
    std::ostream& out_;
};

}  // namespace ae::service
