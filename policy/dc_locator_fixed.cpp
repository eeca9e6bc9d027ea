#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/dc_locator.h"

#include <utility>

namespace ae::policy {
namespace {

class FixedDcLocator final : public DcLocator {
  public:
    explicit FixedDcLocator(DomainController controller) : controller_(std::move(controller)) {}

    Result<DomainController> find(const std::string& domain,
                                  const std::set<std::string>& avoid) override {
        if (avoid.contains(to_lower(controller_.dns_name))) {
            return fail(kNoSuchDomain, controller_.dns_name + " is the only domain controller of " +
                                           domain + " that this run was told");
        }
        return controller_;
    }

  private:
    DomainController controller_;
};

}  // namespace

std::unique_ptr<DcLocator> create_fixed_dc_locator(DomainController controller) {
    return std::make_unique<FixedDcLocator>(std::move(controller));
}

}  // namespace ae::policy
