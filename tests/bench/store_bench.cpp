// What a store costs that has grown: opening, listing, installing one more, tidying up, with 1,000
// and with 10,000 certificates in MY, and the memory that listing takes.
// `store_bench FOLDER`: an empty folder on the disk that is to be measured.  Exit status 1 when
// ten times as many certificates cost much more than ten times as much.
#include "stores/context_stores.h"
#include "stores/crypto.h"
#include "tests/crash/small_forest.h"
#include "tests/support/builders.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <malloc.h>

namespace {

using namespace ae;

constexpr int kFew = 1000;
constexpr int kMany = 10000;
constexpr double kSlack = 1.5;  // what is not in proportion, caches for one

struct Cost {
    double open_ms = 0;
    double list_ms = 0;
    double install_ms = 0;  // of one
    double tidy_ms = 0;
    double list_kib = 0;  // heap that the list takes
};

template <class T>
T need(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().sentence().c_str());
        std::exit(2);
    }
    return std::move(*result);
}

template <class Act>
double milliseconds(Act act) {
    const auto begin = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
        .count();
}

std::unique_ptr<stores::ContextStores> open(const std::string& root, engine::Crypto& crypto) {
    return need(stores::open_stores({.root = root, .machine_root = root}, stores::StoreUse::change,
                                    crypto));
}

void install(stores::ContextStores& stores, const test::ForestSettings& forest, int number) {
    const auto key = need(stores.keys().create({.algorithm = engine::KeyAlgorithm::ecdsa_p256}));
    const ByteView octets = key->public_key_info();
    const std::string& name = forest.templates.front().name;
    const Bytes leaf = test::issue(forest, {.id = static_cast<std::uint32_t>(number),
                                            .template_name = name,
                                            .public_key_info = {octets.begin(), octets.end()}});
    need(stores.certificates().install({.template_name = name,
                                        .request_id = static_cast<std::uint32_t>(number),
                                        .certificate = leaf,
                                        .chain = {test::hierarchy().issuer},
                                        .key_reference = key->reference(),
                                        .installed = forest.now}));
}

Cost measure(const std::string& root, const test::ForestSettings& forest, int& number, int wanted) {
    const auto crypto = stores::make_crypto();
    Cost cost;
    auto stores = open(root, *crypto);
    while (number < wanted) {
        install(*stores, forest, ++number);
    }
    cost.install_ms = milliseconds([&] { install(*stores, forest, ++number); });
    stores.reset();
    cost.open_ms = milliseconds([&] { stores = open(root, *crypto); });
    const auto before = ::mallinfo2().uordblks;
    std::vector<engine::HeldCertificate> held;
    cost.list_ms = milliseconds([&] { held = need(stores->certificates().held()); });
    cost.list_kib = static_cast<double>(::mallinfo2().uordblks - before) / 1024;
    cost.tidy_ms = milliseconds([&] { need(stores->tidy({.keep_archived = 3})); });
    return cost;
}

void print(int certificates, const Cost& cost) {
    std::printf(
        "%6d certificates: open %.0f ms, list %.0f ms (%.0f KiB), install one %.1f ms, "
        "tidy %.0f ms\n",
        certificates, cost.open_ms, cost.list_ms, cost.list_kib, cost.install_ms, cost.tidy_ms);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: store_bench FOLDER\n");
        return 2;
    }
    test::ForestSettings forest;
    forest.now = test::kNow;
    forest.templates = {test::small_template("CorpMachine")};
    const std::string root = std::string(arguments[1]) + "/store";
    int number = 0;
    const Cost few = measure(root, forest, number, kFew);
    print(kFew, few);
    const Cost many = measure(root, forest, number, kMany);
    print(kMany, many);
    constexpr double kMost = kSlack * kMany / kFew;
    const bool linear = many.open_ms < few.open_ms * kMost && many.list_ms < few.list_ms * kMost &&
                        many.tidy_ms < few.tidy_ms * kMost && many.list_kib < few.list_kib * kMost;
    std::printf("%s\n", linear ? "in proportion" : "NOT in proportion");
    return linear ? 0 : 1;
}
