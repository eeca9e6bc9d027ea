#include "service/console.h"

#include "engine/base/text.h"

#include <iostream>

namespace ae::service {

int print(const std::string& text, int code) {
    std::cout << text << std::flush;
    if (!std::cout) {
        std::cerr << "aeclient: the report could not be written to standard output\n";
        return kFailed;
    }
    return code;
}

int complain(const Error& error) {
    mention(error.sentence());
    return kFailed;
}

void mention(const std::string& sentence) {
    std::cerr << "aeclient: " << printable(sentence) << '\n';
}

}  // namespace ae::service
