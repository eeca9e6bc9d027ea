#include "service/ca_config.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::service {

Result<engine::CaRef> parse_ca_config(const std::string& text) {
    const std::size_t border = text.find('\\');
    if (border == 0 || border == std::string::npos || border + 1 == text.size()) {
        return fail(kInvalidArgument, "\"" + printable(text) + "\" names no CA",
                    "Write host and name: 'ca1.corp.example.test\\Corp Issuing CA 1'");
    }
    return engine::CaRef{text.substr(0, border), text.substr(border + 1)};
}

}  // namespace ae::service
