// A directory store whose keys live in one place of the test's choice.
#pragma once

#include "stores/provider_table.h"
#include "tests/stores/file_store.h"

#include <string>
#include <utility>
#include <vector>

namespace ae::test {

inline const std::string kPlaceProvider = "acme key provider";

class PlaceStore final : public FileStore {
  public:
    // `algorithms`: what the place makes, RSA last.
    PlaceStore(const std::string& root, const std::string& place,
               std::vector<engine::KeyAlgorithm> algorithms)
        : FileStore(root, {.providers = {{kPlaceProvider, place}}, .readers = {}}),
          algorithms_(std::move(algorithms)) {}

    [[nodiscard]] std::vector<engine::KeyRequest> kinds_of_keys() const override {
        std::vector<engine::KeyRequest> kinds;
        for (const engine::KeyAlgorithm algorithm : algorithms_) {
            kinds.push_back({.algorithm = algorithm,
                             .template_name = "CorpMachine",
                             .providers = {kPlaceProvider}});
        }
        return kinds;
    }
    [[nodiscard]] std::vector<unsigned> rsa_lengths() const override { return {2048}; }
    [[nodiscard]] std::filesystem::path requests() const { return path() / "request"; }

  private:
    std::vector<engine::KeyAlgorithm> algorithms_;
};

}  // namespace ae::test
