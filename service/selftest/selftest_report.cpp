#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/report_parts.h"
#include "service/selftest/selftest.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr unsigned kSchema = 1;  // a member that is renamed or goes away makes it 2

std::string count_of(const std::vector<SelftestFinding>& findings, Verdict verdict) {
    return std::to_string(std::ranges::count(findings, verdict, &SelftestFinding::verdict)) + ' ' +
           std::string(to_string(verdict));
}

}  // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return "OK";
        case Verdict::fail:
            return "FAIL";
        case Verdict::skip:
            return "SKIP";
        case Verdict::note:
            break;
    }
    return "NOTE";
}

bool passed(const std::vector<SelftestFinding>& findings) {
    return std::ranges::none_of(
        findings, [](const SelftestFinding& one) { return one.verdict == Verdict::fail; });
}

std::string selftest_as_text(const std::vector<SelftestFinding>& findings) {
    std::vector<std::vector<std::string>> rows{{"CHECK", "VERDICT", "WHAT WAS SEEN"}};
    for (const SelftestFinding& one : findings) {
        rows.push_back({one.id, std::string(to_string(one.verdict)), printable(one.sentence)});
        if (!one.remedy.empty()) {
            rows.push_back({"", "", "-> " + printable(one.remedy)});
        }
    }
    return "aeclient " AE_VERSION " selftest\n\n" + table(rows) + '\n' +
           count_of(findings, Verdict::ok) + ", " + count_of(findings, Verdict::fail) + ", " +
           count_of(findings, Verdict::skip) + ", " + count_of(findings, Verdict::note) + '\n';
}

std::string selftest_as_json(const std::vector<SelftestFinding>& findings) {
    Json json;
    json["schema"] = kSchema;
    json["version"] = AE_VERSION;
    json["ok"] = passed(findings);
    json["checks"] = json_list(findings, [](const SelftestFinding& one) {
        return Json{{"id", one.id},
                    {"verdict", to_string(one.verdict)},
                    {"sentence", one.sentence},
                    {"code", one.code ? Json(to_hex(*one.code)) : Json(nullptr)},
                    {"remedy", one.remedy}};
    });
    return json_text(json);
}

}  // namespace ae::service
