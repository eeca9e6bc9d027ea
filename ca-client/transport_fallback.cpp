#include "ca-client/cert_request_transport.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace ae::ca {
namespace {

// What a host says whose DCOM does not lead to a certification authority, or not this caller.
// ICertPassage has permissions and an end point of its own.
constexpr std::array kNoWayIn = {
    kNoInterface,         // neither ICertRequestD2 nor ICertRequestD
    hresult(0x80040154),  // REGDB_E_CLASSNOTREG
    kAccessDenied,        // launch or access permissions
    hresult(0x800706B5),  // RPC_S_UNKNOWN_IF: no activation on port 135
    hresult(0x800706D1),  // RPC_S_PROCNUM_OUT_OF_RANGE: the same
    hresult(0x80080005),  // CO_E_SERVER_EXEC_FAILURE
    hresult(0x8001011B),  // RPC_E_ACCESS_DENIED
    hresult(0x8001011C),  // RPC_E_REMOTE_DISABLED: DCOM is switched off there
};

using Clock = std::chrono::steady_clock;

std::string reason(const Error& error) { return error.context + ": " + describe(error.code); }

class FallbackTransport final : public CertRequestTransport {
  public:
    FallbackTransport(std::unique_ptr<CertRequestTransport> first,
                      std::unique_ptr<CertRequestTransport> second, Log log)
        : first_(std::move(first)), second_(std::move(second)), log_(std::move(log)) {}

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        if (takes_second(ca)) {
            return second_->ask(ca, std::move(call), timeout);
        }
        Asked asked = first_->ask(ca, call, timeout);
        if (asked.answer || asked.may_have_acted || !no_way_in(asked.answer.error())) {
            return asked;
        }
        tell(ca, asked.answer.error());
        Asked again = second_->ask(ca, std::move(call), timeout);
        if (again.answer || again.may_have_acted) {
            by_second_.insert_or_assign(key(ca), WayRound{asked.answer.error()});
        } else if (!again.stale) {
            again.answer = fail(both(asked.answer.error(), again.answer.error()));
        }
        return again;
    }

    Done reach(const engine::CaRef& ca) override {
        if (takes_second(ca)) {
            return second_->reach(ca);
        }
        const auto begun = Clock::now();
        Done reached = first_->reach(ca);
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
        if (reached || !no_way_in(reached.error())) {
            return reached;
        }
        tell(ca, reached.error());
        Done otherwise = second_->reach(ca);
        if (!otherwise) {
            return fail(both(reached.error(), otherwise.error()));
        }
        by_second_.insert_or_assign(key(ca), WayRound{reached.error(), took});
        return otherwise;
    }

    Done ping(const engine::CaRef& ca) override {
        if (takes_second(ca)) {
            return second_->ping(ca);
        }
        Done served = first_->ping(ca);
        if (served || !no_way_in(served.error())) {
            return served;
        }
        tell(ca, served.error());
        Done otherwise = second_->ping(ca);
        return otherwise ? otherwise : fail(both(served.error(), otherwise.error()));
    }

    // A refusal may be the CA's own word on this one property, and the second way has none at all:
    // no reason to change over.
    Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery& query) override {
        return (takes_second(ca) ? second_ : first_)->property(ca, query);
    }
    Result<PropertyInfo> property_info(const engine::CaRef& ca) override {
        return (takes_second(ca) ? second_ : first_)->property_info(ca);
    }

    [[nodiscard]] bool host_answered() const override { return first_->host_answered(); }
    [[nodiscard]] std::optional<WayRound> way_round(const engine::CaRef& ca) const override {
        const auto at = by_second_.find(key(ca));
        return at == by_second_.end() ? std::nullopt : std::optional(at->second);
    }

    void disconnect() override {
        first_->disconnect();
        second_->disconnect();
        by_second_.clear();
    }

  private:
    static std::string key(const engine::CaRef& ca) { return to_lower(ca.config()); }

    [[nodiscard]] bool takes_second(const engine::CaRef& ca) const {
        return by_second_.contains(key(ca));
    }
    // Of the first transport's latest call, which has asked nothing.
    [[nodiscard]] bool no_way_in(const Error& error) const {
        return std::ranges::find(kNoWayIn, error.code) != kNoWayIn.end() ||
               (error.code == kServerUnavailable && first_->host_answered());
    }

    static Error both(const Error& first, const Error& second) {
        Error error = first;
        error.context =
            "ICertPassage is no way in either (" + reason(second) + "); " + first.context;
        return error;
    }

    void tell(const engine::CaRef& ca, const Error& why) const {
        if (log_) {
            log_(printable(ca.config()) + ": " + reason(why) + "; asks through ICertPassage");
        }
    }

    std::unique_ptr<CertRequestTransport> first_;
    std::unique_ptr<CertRequestTransport> second_;
    Log log_;
    std::map<std::string, WayRound> by_second_{};  // certification authorities, by config string
};

}  // namespace

std::unique_ptr<CertRequestTransport> make_fallback_transport(
    std::unique_ptr<CertRequestTransport> first, std::unique_ptr<CertRequestTransport> second,
    Log log) {
    return std::make_unique<FallbackTransport>(std::move(first), std::move(second), std::move(log));
}

std::unique_ptr<CertRequestTransport> with_fallback(std::unique_ptr<CertRequestTransport> first,
                                                    const CaClientOptions& options) {
    return options.fallback == Fallback::icpr
               ? make_fallback_transport(std::move(first), make_icpr_transport(options),
                                         options.notice)
               : std::move(first);
}

}  // namespace ae::ca
