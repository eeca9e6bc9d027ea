#include "policy/policy_source.h"

#include "policy/autoenroll_policy.h"
#include "policy/reg_files.h"

#include <utility>

namespace ae::policy {
namespace {

class FoundPolicy final : public engine::PolicySource {
  public:
    explicit FoundPolicy(std::filesystem::path directory) : directory_(std::move(directory)) {}

    Result<engine::AutoenrollPolicy> read(engine::Scope scope) override {
        auto files = load_reg_files(directory_.string());
        if (!files) {
            return pass(files, "policy");
        }
        return autoenroll_policy(scope, *files);
    }

  private:
    std::filesystem::path directory_;
};

}  // namespace

std::unique_ptr<engine::PolicySource> create_policy_source(std::filesystem::path directory) {
    return std::make_unique<FoundPolicy>(std::move(directory));
}

}  // namespace ae::policy
