// Collects the findings of one selftest.  Internal to it.
#pragma once

#include "service/selftest/selftest.h"

namespace ae::service {

class Notebook {
  public:
    explicit Notebook(const std::vector<Gap>& gaps) : gaps_(gaps) {}

    void ok(std::string id, std::string sentence);
    void note(std::string id, std::string sentence, std::string remedy = {});
    void skip(std::string id, std::string sentence);
    void failure(std::string id, const Error& error);
    // Ok with this sentence, or what went wrong.
    void result(std::string id, const Done& done, std::string sentence);
    // Each needs `missing`, which did not succeed.
    void skip_all(std::initializer_list<const char*> ids, std::string_view missing);

    [[nodiscard]] std::vector<SelftestFinding> take() { return std::move(findings_); }

  private:
    void add(SelftestFinding finding) { findings_.push_back(std::move(finding)); }
    [[nodiscard]] const Gap* gap_of(std::string_view id) const;

    const std::vector<Gap>& gaps_;
    std::vector<SelftestFinding> findings_{};
};

// What a check finds wrong by itself, without an error of somebody else's.
Error not_as_expected(std::string sentence);
Done expect(bool holds, const char* otherwise);

}  // namespace ae::service
