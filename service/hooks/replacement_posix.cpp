#include "service/hooks/replacement.h"

namespace ae::service {

std::vector<Remark> tell_system(const std::vector<HookDocument>& /*news*/,
                                std::stop_token /*stop*/) {
    return {};
}

}  // namespace ae::service
