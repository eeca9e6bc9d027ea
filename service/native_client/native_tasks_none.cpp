#include "engine/base/hresult_table.h"
#include "service/native_client/native_record.h"
#include "service/native_client/native_tasks.h"

namespace ae::service {
namespace {

class NoRecord final : public NativeRecord {
  public:
    Result<std::vector<std::string>> load() override { return std::vector<std::string>{}; }
    Done save(const std::vector<std::string>&) override {
        return fail(kNotSupported, "there is nothing to remember on this system");
    }
};

}  // namespace

Result<std::unique_ptr<NativeTasks>> make_native_tasks(const std::string&) {
    return fail(kNotSupported, "this system brings no autoenrollment client of its own along",
                "Nothing has to be turned off here; the command is for Windows");
}

std::unique_ptr<NativeRecord> make_native_record() { return std::make_unique<NoRecord>(); }

}  // namespace ae::service
