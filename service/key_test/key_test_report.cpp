#include "engine/base/text.h"
#include "service/key_test/key_test.h"
#include "service/report_parts.h"

namespace ae::service {
namespace {

using std::chrono::microseconds;

std::string milliseconds(microseconds span) {
    const auto tenths = (span.count() + 50) / 100;
    return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " ms";
}

std::string_view state_of(const KeyTrial& trial) {
    if (!trial.error) {
        return "works";
    }
    return trial.refused() ? "not offered" : "FAILED";
}

std::string title_of(const stores::KnownProvider& provider) {
    return printable(provider.name) +
           (provider.place.empty() ? "" : " (" + printable(provider.place) + ")");
}

std::string verdict_on(const KeyTest& test) {
    if (test.stopped) {
        return "The test was stopped: whether the provider works is not known.";
    }
    return passed(test) ? "The provider works." : "The provider does not work.";
}

Json with_answer(const stores::KnownProvider& provider) {
    Json json{{"provider", provider.name}, {"place", provider.place}};
    json["answers"] = provider.answers.has_value();
    if (!provider.answers) {
        json["code"] = to_hex(provider.answers.error().code);
        json["why"] = provider.answers.error().sentence();
    }
    return json;
}

Json trial_json(const KeyTrial& trial) {
    Json json{{"key", trial.kind}, {"state", to_lower(state_of(trial))}};
    if (trial.error) {
        json["code"] = to_hex(trial.error->code);
        json["why"] = trial.error->sentence();
        return json;
    }
    json["signatures"] = trial.signatures;
    json["make_us"] = trial.make.count();
    json["sign_us"] = trial.sign.count();
    json["open_us"] = trial.open.count();
    json["erase_us"] = trial.erase.count();
    return json;
}

}  // namespace

std::string key_test_as_text(const KeyTest& test) {
    std::string text = title_of(test.provider) + '\n';
    if (!test.provider.answers) {
        return text + "does not answer: " + printable(test.provider.answers.error().sentence()) +
               '\n';
    }
    std::vector<std::vector<std::string>> rows{
        {"KEY", "STATE", "MADE", "SIGNED", "OPENED", "DELETED", "SIGNATURES"}};
    std::string reasons;
    for (const KeyTrial& trial : test.trials) {
        std::vector<std::string> row{trial.kind, std::string(state_of(trial))};
        if (trial.error) {
            row.insert(row.end(), {"-", "-", "-", "-", "-"});
            reasons += trial.kind + ": " + printable(trial.error->sentence()) + '\n';
        } else {
            row.insert(row.end(), {milliseconds(trial.make), milliseconds(trial.sign),
                                   milliseconds(trial.open), milliseconds(trial.erase),
                                   join(trial.signatures, ", ")});
        }
        rows.push_back(std::move(row));
    }
    text += table(rows) + (reasons.empty() ? "" : '\n' + reasons);
    return text + '\n' + verdict_on(test) + '\n';
}

std::string key_test_as_json(const KeyTest& test) {
    Json json = with_answer(test.provider);
    json["works"] = passed(test);
    json["stopped"] = test.stopped;
    json["keys"] = json_list(test.trials, trial_json);
    return json_text(json);
}

std::string providers_as_text(const std::vector<stores::KnownProvider>& providers) {
    std::vector<std::vector<std::string>> rows{{"PROVIDER", "PLACE", "ANSWERS"}};
    for (const stores::KnownProvider& one : providers) {
        rows.push_back({printable(one.name), one.place.empty() ? "-" : printable(one.place),
                        one.answers ? "yes" : "no: " + printable(one.answers.error().sentence())});
    }
    return table(rows);
}

std::string providers_as_json(const std::vector<stores::KnownProvider>& providers) {
    return json_text(Json{{"providers", json_list(providers, with_answer)}});
}

}  // namespace ae::service
