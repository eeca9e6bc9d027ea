#include "service/start_up.h"

namespace ae::service {

std::vector<std::string> start_up(int argc, const char* const* argv) { return {argv, argv + argc}; }

}  // namespace ae::service
