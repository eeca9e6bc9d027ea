#include "service/as_member.h"
#include "stores/files_win32.h"

namespace ae::service {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} * 1024;

}  // namespace

Result<AsMember> read_as_member(const std::string& path) {
    auto content = stores::read_private_file(path, kLargestFile);
    if (!content) {
        return pass(content, "--as-member");
    }
    const Secret text(std::move(*content));
    auto said = as_member_from_json(as_text(text.view()));
    return said ? std::move(said) : pass(said, path);
}

}  // namespace ae::service
