#include "tests/crash/pulse_stories.h"

#include "tests/support/builders.h"

#include <algorithm>
#include <stdexcept>

namespace ae::test {
namespace {

// RFC 5280 4.2.1.3, first octet.
constexpr std::uint8_t kDigitalSignature = 0x80;
constexpr std::uint8_t kKeyAgreement = 0x08;

void must_work(const Scene& scene) {
    const Ran ran = pulse(scene);
    if (!ran.troubles.empty()) {
        throw std::runtime_error(ran.troubles.front());
    }
}

// One template, whose certificate an earlier pulse enrolled, if it says so.
void wants(Scene& scene, engine::Template one) { scene.forest.templates.push_back(std::move(one)); }

void later(Scene& scene, std::chrono::days days) { scene.forest.now += days; }

engine::Template with_usage(std::string name, std::uint8_t usage) {
    engine::Template one = small_template(std::move(name));
    one.key_usage = {usage};
    return one;
}

constexpr std::chrono::days kUntilRenewal{330};  // of 365, with 42 days of overlap: rule Q12

void hold_until_renewal(Scene& scene, engine::Template one) {
    wants(scene, std::move(one));
    must_work(scene);
    later(scene, kUntilRenewal);
}

void keep_waiting(Scene& scene) {
    wants(scene, small_template("CorpMachine"));
    scene.forest.answers["CorpMachine"] = Answer::hold;
    must_work(scene);
    later(scene, kDay);
}

std::vector<Story> enrollments() {
    return {
        {"two first certificates",
         [](Scene& s) {
             wants(s, small_template("CorpMachine"));
             wants(s, small_template("CorpServer"));
         },
         {"my CorpMachine new", "my CorpServer new"}},
        {"a first request that is put under submission",
         [](Scene& s) {
             wants(s, small_template("CorpMachine"));
             s.forest.answers["CorpMachine"] = Answer::hold;
         },
         {"request CorpMachine waits"}},
        {"a first request that is denied",
         [](Scene& s) {
             wants(s, small_template("CorpMachine"));
             s.forest.answers["CorpMachine"] = Answer::deny;
         },
         {},
         0,
         true},
        {"a first certificate that the authority publishes",
         [](Scene& s) {
             wants(s, small_template("CorpMachine"));
             s.forest.publishes = true;
         },
         {"my CorpMachine new"}},
        {"a certificate that supersedes another",
         [](Scene& s) {
             hold_until_renewal(s, small_template("CorpMachine"));
             wants(s, changed(small_template("CorpMachine2"),
                              [](engine::Template& one) { one.supersedes = {"CorpMachine"}; }));
         },
         {"my CorpMachine archived #1", "my CorpMachine2 new"}},
    };
}

std::vector<Story> renewals() {
    return {
        {"a renewal with a new key",
         [](Scene& s) { hold_until_renewal(s, with_usage("CorpMachine", kKeyAgreement)); },
         {"my CorpMachine archived #1", "my CorpMachine new"}},
        {"a renewal with the same key",
         [](Scene& s) {
             hold_until_renewal(s, changed(small_template("CorpMachine"), [](auto& one) {
                                    one.private_key_flags =
                                        engine::private_key_flag::kSameKeyRenewal;
                                }));
         },
         {"my CorpMachine archived #1", "my CorpMachine new"}},
        {"a renewal that deletes its predecessor",
         [](Scene& s) {
             hold_until_renewal(
                 s, changed(with_usage("CorpMachine", kDigitalSignature), [](auto& one) {
                     one.enrollment_flags |= engine::enrollment_flag::kRemoveInvalidCertificate;
                 }));
         },
         {"my CorpMachine new"},
         1},
        {"a renewal that is put under submission",
         [](Scene& s) {
             hold_until_renewal(s, small_template("CorpMachine"));
             s.forest.answers["CorpMachine"] = Answer::hold;
         },
         {"my CorpMachine #1", "request CorpMachine waits"}},
        {"the first renewal of many, with a cap on what is archived",
         [](Scene& s) {
             hold_until_renewal(s, with_usage("CorpMachine", kDigitalSignature));
             must_work(s);
             later(s, kUntilRenewal);
             s.tidy.keep_archived = 1;
         },
         {"my CorpMachine archived #2", "my CorpMachine new"},
         1},
    };
}

std::vector<Story> answers() {
    return {
        {"a request that was issued meanwhile",
         [](Scene& s) {
             keep_waiting(s);
             decide(s.ca(), s.forest, 1, Answer::issue);
         },
         {"my CorpMachine new"}},
        {"a renewal that was issued meanwhile",
         [](Scene& s) {
             hold_until_renewal(s, small_template("CorpMachine"));
             s.forest.answers["CorpMachine"] = Answer::hold;
             must_work(s);
             later(s, kDay);
             decide(s.ca(), s.forest, 2, Answer::issue);
         },
         {"my CorpMachine archived #1", "my CorpMachine new"}},
        {"a request that was denied meanwhile",
         [](Scene& s) {
             keep_waiting(s);
             decide(s.ca(), s.forest, 1, Answer::deny);
             s.forest.answers.clear();
         },
         {"my CorpMachine new"},
         0,
         true},
        {"a request that nobody decided for 61 days",
         [](Scene& s) {
             keep_waiting(s);
             later(s, std::chrono::days(60));
             s.forest.answers.clear();
         },
         {"my CorpMachine new"}},
        {"another set of trusted roots",
         [](Scene& s) {
             wants(s, small_template("CorpMachine"));
             s.forest.lists_old_root = true;
             must_work(s);
             s.forest.lists_old_root = false;
             later(s, kDay);
         },
         {"my CorpMachine #1"}},
    };
}

}  // namespace

std::vector<Story> stories() {
    std::vector<Story> all;
    for (const auto& some : {enrollments(), renewals(), answers()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

std::vector<std::string> entries_of(const Scene& scene) {
    std::vector<std::string> lines = picture(scene);
    std::erase_if(lines, [](const std::string& line) {
        return !line.starts_with("my ") && !line.starts_with("request ");
    });
    return lines;
}

}  // namespace ae::test
