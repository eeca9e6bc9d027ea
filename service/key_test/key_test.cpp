#include "service/key_test/key_test.h"

#include "engine/base/text.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;
using engine::RsaPadding;
using engine::SignatureScheme;
using std::chrono::duration_cast;
using std::chrono::microseconds;

struct Kind {
    const char* name;
    KeyAlgorithm algorithm;
    unsigned bits;
};
constexpr std::array<Kind, 6> kKinds{{{"RSA 2048", KeyAlgorithm::rsa, 2048},
                                      {"RSA 3072", KeyAlgorithm::rsa, 3072},
                                      {"RSA 4096", KeyAlgorithm::rsa, 4096},
                                      {"ECDSA P-256", KeyAlgorithm::ecdsa_p256, 0},
                                      {"ECDSA P-384", KeyAlgorithm::ecdsa_p384, 0},
                                      {"ECDSA P-521", KeyAlgorithm::ecdsa_p521, 0}}};

struct Scheme {
    const char* name;
    HashAlgorithm hash;
    RsaPadding padding;
};
constexpr std::array<Scheme, 7> kSchemes{{{"SHA256", HashAlgorithm::sha256, RsaPadding::pkcs1},
                                          {"SHA384", HashAlgorithm::sha384, RsaPadding::pkcs1},
                                          {"SHA512", HashAlgorithm::sha512, RsaPadding::pkcs1},
                                          {"SHA1", HashAlgorithm::sha1, RsaPadding::pkcs1},
                                          {"PSS SHA256", HashAlgorithm::sha256, RsaPadding::pss},
                                          {"PSS SHA384", HashAlgorithm::sha384, RsaPadding::pss},
                                          {"PSS SHA512", HashAlgorithm::sha512, RsaPadding::pss}}};

// Windows: a provider of CryptoAPI, the older kind, wants to know what its key is for.
engine::KeySpec spec_for(const std::string& provider) {
    const std::string name = to_lower(provider);
    return name.starts_with("microsoft ") && name.find("cryptographic provider") != name.npos
               ? engine::KeySpec::exchange
               : engine::KeySpec::none;
}

Error wrong(std::string sentence) { return {kUnexpected, std::move(sentence)}; }

class OneKind {
  public:
    OneKind(const KeyTestParts& parts, const Kind& kind, const std::string& provider)
        : parts_(parts), kind_(kind) {
        result_.kind = kind.name;
        const Done tried = run(provider);
        if (!tried) {
            result_.error = tried.error();
        }
    }
    KeyTrial take() { return std::move(result_); }

  private:
    template <class Work>
    auto timed(microseconds& span, Work work) {
        const Ticks begin = parts_.clock();
        auto result = work();
        span = duration_cast<microseconds>(parts_.clock() - begin);
        return result;
    }

    Done run(const std::string& provider) {
        auto key = timed(result_.make, [&] {
            return parts_.trial.make_key({.algorithm = kind_.algorithm,
                                          .bits = kind_.bits,
                                          .template_name = kTrialTemplate,
                                          .providers = {provider},
                                          .spec = spec_for(provider)});
        });
        if (!key) {
            return pass(key);
        }
        result_.made = true;
        if (Done signs = try_schemes(**key); !signs) {
            return signs;
        }
        const std::string reference = (*key)->reference();
        auto again =
            timed(result_.open, [&] { return parts_.trial.keys().open_pending(reference); });
        if (!again) {
            return pass(again, "open the key again");
        }
        if (!equal((*again)->public_key_info(), (*key)->public_key_info())) {
            return fail(wrong("it opens as another key"));
        }
        if (Done signs = try_schemes(**again); !signs) {
            return pass(signs, "after it was opened again");
        }
        key->reset();
        again->reset();
        if (Done erased =
                timed(result_.erase, [&] { return parts_.trial.keys().erase(reference); });
            !erased) {
            return pass(erased, "delete the key");
        }
        if (parts_.trial.keys().open_pending(reference)) {
            return fail(wrong("the key is there after it was deleted"));
        }
        return done();
    }

    // A scheme that the provider does not know is left out; one at least there must be.
    Done try_schemes(engine::PrivateKey& key) {
        result_.signatures.clear();
        std::optional<Error> refusal;
        for (const Scheme& scheme : kSchemes) {
            if (scheme.padding == RsaPadding::pss && kind_.algorithm != KeyAlgorithm::rsa) {
                continue;
            }
            const auto good = try_scheme(key, scheme);
            if (good) {
                result_.signatures.emplace_back(scheme.name);
            } else if (good.error().code != kNotSupported) {
                return fail(Error(good.error()).within(std::string("sign with ") + scheme.name));
            } else if (!refusal) {
                refusal = good.error();
            }
        }
        return result_.signatures.empty() && refusal ? fail(std::move(*refusal)) : done();
    }

    Done try_scheme(engine::PrivateKey& key, const Scheme& asked) {
        const SignatureScheme scheme(asked.hash, asked.padding);
        const ByteView message = as_bytes("to be signed");
        auto signature = timed(result_.sign, [&] { return key.sign(scheme, message); });
        if (!signature) {
            return pass(signature);
        }
        const auto verify = [&] {
            return parts_.crypto.verify(key.public_key_info(), scheme, message, *signature);
        };
        const auto good = verify();
        if (!good) {
            return fail(Error(good.error()).within("verify"));
        }
        signature->back() ^= 1U;
        if (!*good || verify().value_or(false)) {
            return fail(wrong("a right signature is refused, or a wrong one accepted"));
        }
        return done();
    }

    const KeyTestParts& parts_;
    const Kind& kind_;
    KeyTrial result_{};
};

}  // namespace

KeyTest run_key_test(const KeyTestParts& parts, const stores::KnownProvider& provider) {
    KeyTest test{.provider = provider};
    if (!provider.answers) {
        return test;
    }
    for (const Kind& kind : kKinds) {
        if (parts.stop.stop_requested()) {
            test.stopped = true;
            break;
        }
        test.trials.push_back(OneKind(parts, kind, provider.name).take());
    }
    return test;
}

bool passed(const KeyTest& test) {
    const auto works = [](const KeyTrial& one) { return !one.error; };
    return test.provider.answers && !test.stopped && std::ranges::any_of(test.trials, works) &&
           std::ranges::all_of(test.trials,
                               [&](const KeyTrial& one) { return works(one) || one.refused(); });
}

}  // namespace ae::service
