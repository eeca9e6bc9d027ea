// Keeps a directory store for consumers_test.py, which lets other programs use it.  Dates are
// today's, for those programs look at the clock.
//
// usage: live_keeper ROOT          orders on standard input, one answer each:
//   root                          the path of the root certificate
//   renew TEMPLATE HOST           installs a certificate and archives the one before: its
//   thumbprint churn TEMPLATE HOST COUNT     the same COUNT times; every second predecessor is
//   deleted instead
#include "stores/cert_store.h"
#include "stores/crypto.h"
#include "stores/key_store.h"
#include "stores/store_context.h"
#include "tests/contract/test_certificates.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace ae;
using namespace std::chrono_literals;

template <class T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().sentence());
    }
    return std::move(*result);
}

class Keeper {
  public:
    explicit Keeper(const std::string& root)
        : context_(must(stores::StoreContext::open(root, engine::Scope::machine, warn))),
          crypto_(stores::make_crypto()),
          keys_(stores::make_key_store(*context_)),
          certificates_(stores::make_cert_store(*context_, *crypto_)),
          issuer_(must(keys_->create(p256()))) {
        root_certificate_ =
            test::make_certificate({.subject = "Corp Root CA",
                                    .public_key_info = test::copy(issuer_->public_key_info()),
                                    .not_before = now() - 1h,
                                    .not_after = now() + 1h,
                                    .role = test::Role::authority},
                                   *issuer_);
        root_path_ = root + "/root.pem";
        test::write_text(root_path_, to_pem("CERTIFICATE", root_certificate_));
    }

    [[nodiscard]] const std::string& root_path() const { return root_path_; }

    enum class Predecessor { archive, remove };
    std::string renew(const std::string& template_name, const std::string& host,
                      Predecessor predecessor) {
        const auto key = must(keys_->create(p256()));
        const Bytes certificate =
            test::make_certificate({.subject = host,
                                    .public_key_info = test::copy(key->public_key_info()),
                                    .serial = ++serial_,
                                    .not_before = now() - 1h,
                                    .not_after = now() + 1h},
                                   *issuer_);
        const auto installed =
            must(certificates_->install({.template_name = template_name,
                                         .ca = {"ca1.corp.example.test", "Corp Issuing CA 1"},
                                         .request_id = static_cast<std::uint32_t>(serial_),
                                         .certificate = certificate,
                                         .chain = {root_certificate_},
                                         .key_reference = key->reference(),
                                         .installed = now()}));
        std::string& current = current_[template_name];
        if (!current.empty()) {
            must(predecessor == Predecessor::archive ? certificates_->archive(current)
                                                     : certificates_->remove(current));
        }
        current = installed.thumbprint;
        return current;
    }

  private:
    static engine::KeyRequest p256() { return {.algorithm = engine::KeyAlgorithm::ecdsa_p256}; }
    static Time now() {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
    static void warn(std::string_view sentence) { throw std::runtime_error(std::string(sentence)); }

    std::unique_ptr<stores::StoreContext> context_;
    std::unique_ptr<engine::Crypto> crypto_;
    std::unique_ptr<engine::KeyStore> keys_;
    std::unique_ptr<engine::CertStore> certificates_;
    std::unique_ptr<engine::PrivateKey> issuer_;
    Bytes root_certificate_;
    std::string root_path_;
    std::int64_t serial_ = 1;
    std::map<std::string, std::string> current_;
};

std::string answer(Keeper& keeper, const std::string& line) {
    std::istringstream words(line);
    std::string order;
    std::string template_name;
    std::string host;
    int count = 1;
    words >> order >> template_name >> host >> count;
    if (order == "root") {
        return keeper.root_path();
    }
    std::string thumbprint;
    for (int at = 0; at < count; ++at) {
        thumbprint = keeper.renew(template_name, host,
                                  order == "churn" && at % 2 == 1 ? Keeper::Predecessor::remove
                                                                  : Keeper::Predecessor::archive);
    }
    return thumbprint;
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) {
        return 2;
    }
    Keeper keeper(arguments[1]);
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << answer(keeper, line) << std::endl;
    }
    return 0;
} catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
