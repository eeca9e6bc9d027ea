#include "service/asked_user.h"

#include "engine/base/text.h"

#include <istream>
#include <ostream>

namespace ae::service {

using engine::Consent;

Consent TerminalUser::ask_to_begin(const std::vector<std::string>& templates) {
    return ask("Enroll for " + join(templates, ", ") + "?");
}

Consent TerminalUser::ask_for(const std::string& template_name) {
    return ask("Request a certificate of template " + template_name + " now?");
}

Consent TerminalUser::ask(const std::string& question) {
    out_ << printable(question) << " [y]es, [n]o, [q]uit: " << std::flush;
    std::string answer;
    std::getline(in_, answer);
    if (answer == "y" || answer == "yes") {
        return Consent::given;
    }
    return answer == "q" || answer == "quit" ? Consent::cancelled : Consent::declined;
}

}  // namespace ae::service
