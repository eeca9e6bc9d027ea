// The stand-in CA and its proxies in the registry, for as long as this lives.  Refuses where a real
// certification authority is registered; leaves a real proxy, as Windows has one, alone.
#pragma once

#include "engine/base/win32.h"

#include <filesystem>

namespace ae::test {

struct LoadedLibraryTraits {
    using value_type = HMODULE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type library) noexcept { ::FreeLibrary(library); }
};

class Registration {
  public:
    // `server` is started with `folder` as its argument.
    Registration(const std::filesystem::path& server, const std::filesystem::path& folder,
                 const std::filesystem::path& proxies);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    void remove_class();  // as on a host that is no certification authority

  private:
    UniqueHandle<LoadedLibraryTraits> proxies_{};  // empty: the system has its own
};

}  // namespace ae::test
