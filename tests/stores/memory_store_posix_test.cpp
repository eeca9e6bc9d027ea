#include "tests/stores/file_store.h"
#include "tests/stores/remembering.h"

#include <sys/stat.h>

namespace ae::test {

TEST_CASE("the memory is a file that only its owner may read, whatever the umask",
          "[stores][memory]") {
    const mode_t old_mask = ::umask(0);
    const Remembering world;
    ::umask(old_mask);
    CHECK(mode_of(world.file()) == 0600U);
}

}  // namespace ae::test
