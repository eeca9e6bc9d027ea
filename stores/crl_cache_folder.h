// The cache of crl_cache.h in one folder of the context's, whose files are plain lists:
//
//   <SHA-1 of the URL, hex>.<until, seconds since 1970>.crl
//
// At most 64 lists and 64 MiB; what ends first makes room.  What a crash left half-written
// (is_temporary) goes; files of other names are left alone.
// Whoever only looks at the stores makes, changes and deletes nothing.
// Owner: service.  Blocks on the disk; one thread.  No errors: what cannot be written is said once
// through `warn`, because then every run fetches anew.
#pragma once

#include "engine/ports.h"
#include "stores/context_stores.h"
#include "stores/crl_cache.h"
#include "stores/warn.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::stores {

inline constexpr std::size_t kMostLists = 64;
inline constexpr std::size_t kLargestList = std::size_t{10} * 1024 * 1024;
inline constexpr std::size_t kLargestCache = std::size_t{64} * 1024 * 1024;

// Below the context's folder (store_layout.h).  `crypto` must outlive the cache.
std::unique_ptr<CrlCache> open_crl_cache(const StoreOptions& options, StoreUse use,
                                         engine::Crypto& crypto);

// What a platform keeps the files in.  `name`: one path component.
class CacheFolder {
  public:
    virtual ~CacheFolder() = default;
    virtual Result<std::vector<std::string>> names() = 0;  // none while there is no such folder
    virtual Result<std::optional<std::size_t>> size_of(std::string_view name) = 0;
    virtual Result<std::optional<Bytes>> read(std::string_view name, std::size_t largest) = 0;
    virtual Done publish(std::string_view name, ByteView content) = 0;  // atomic; makes the folder
    virtual Done remove(std::string_view name) = 0;
};

std::unique_ptr<CrlCache> make_crl_cache(std::unique_ptr<CacheFolder> folder, StoreUse use,
                                         engine::Crypto& crypto, Warn warn);

}  // namespace ae::stores
