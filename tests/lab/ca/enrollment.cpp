#include "tests/lab/ca/enrollment.h"

#include "tests/lab/ca/misissue.h"
#include "tests/lab/ca/pkcs10.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ae::labca {
namespace {

constexpr std::uint32_t kInvalidArgument = 0x80070057;
constexpr std::uint32_t kAccessDenied = 0x80070005;
constexpr std::uint32_t kNoSuchRow = 0x80094004;  // CERTSRV_E_PROPERTY_EMPTY
constexpr std::uint32_t kAdminDenied = 0x80094014;
constexpr std::uint32_t kFullResponse = 0x00040000;
constexpr std::uint32_t kIncludeCrls = 0x00080000;
constexpr std::time_t kSkew = 10 * 60;

std::string denial_text(std::uint32_t code, const std::string& why) {
    return fmt::format("Denied by Policy Module  0x{:08x}, {}.", code, why);
}

// An even count of hex digits, at most one leading zero ([MS-WCCE] 3.2.1.4.2.1.3).
std::string checked_serial(const std::string& serial) {
    const bool hex = !serial.empty() && serial.size() % 2 == 0 &&
                     serial.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!hex || serial.starts_with("00")) {
        refuse(kInvalidArgument, "not a serial number");
    }
    return lower_ascii(serial);
}

}  // namespace

Enrollment::Enrollment(CaIdentity ca, DirectoryFactory directory, const FaultSwitch& faults)
    : ca_(std::move(ca)),
      directory_(std::move(directory)),
      faults_(faults),
      db_(ca_.dir / "db"),
      stranger_(std::make_unique<StrangeCa>(make_strange_ca(ca_.certificate.get()))) {
    publish();
}

Enrollment::~Enrollment() = default;

Outcome Enrollment::submit(const Submission& submission, const Caller& caller, CallRecord& record) {
    record.flags = submission.flags;
    record.attributes = submission.attributes;
    if (submission.request_id != 0) {
        record.request_id = submission.request_id;
    }
    Outcome outcome;
    try {
        outcome = enroll(submission, caller, record);
    } catch (const HresultError& error) {
        outcome.hresult = error.code;
        outcome.request_id = record.request_id.value_or(0);
        outcome.message = error.what();
    } catch (const ParseError& error) {
        outcome.hresult = 0x8007000D;
        outcome.request_id = record.request_id.value_or(0);
        outcome.message = error.what();
    }
    record.disposition = outcome.hresult != 0 ? outcome.hresult : outcome.disposition;
    if (outcome.request_id != 0) {
        record.request_id = outcome.request_id;
    }
    return outcome;
}

Outcome Enrollment::enroll(const Submission& submission, const Caller& caller, CallRecord& record) {
    const bool old_method = submission.method == Submission::Method::request;
    if (old_method && (submission.flags & kFullResponse) != 0) {
        refuse(kInvalidArgument, "a full response needs Request2");
    }
    const Faults faults = faults_.now();
    std::this_thread::sleep_for(faults.delay);
    if (submission.request.empty()) {
        return retrieve(submission, record);
    }
    if (submission.request_id != 0 || submission.serial) {
        refuse(kInvalidArgument, "a new request carries neither a request id nor a serial number");
    }
    const CertificateRequest request = parse_request(submission.request, submission.flags);
    record.request_format = format_name(request.format);
    record.archived_key = request.archived_key.has_value();
    if (request.archived_key && (submission.flags & kFullResponse) == 0) {
        refuse(kInvalidArgument, "key archival needs a full response");
    }
    RequestRow row;
    row.requester = caller.principal.value_or("");
    row.requester_sid = caller.sids.empty() ? "" : caller.sids.front();
    row.request_format = format_name(request.format);
    row.submitted = std::time(nullptr);
    row.request = submission.request;
    row.body_part = request.body_part;
    row.archived_hash = request.archived_key_hash.value_or(Bytes{});
    row.id = db_.add(row);
    record.request_id = row.id;
    try {
        process(row, request, submission, caller, faults);
    } catch (const HresultError& error) {
        row.status = RowStatus::failed;
        row.code = error.code;
        row.message = denial_text(error.code, error.what());
    }
    row.resolved = row.status == RowStatus::pending ? 0 : std::time(nullptr);
    db_.update(row);
    if (!row.template_name.empty()) {
        record.template_name = row.template_name;
    }
    if (faults.deny_hresult) {
        Outcome failed;
        failed.hresult = *faults.deny_hresult;
        failed.request_id = row.id;
        failed.disposition = disposition::kDenied;
        failed.message = row.message;
        return failed;
    }
    return outcome_of(row, submission, faults);
}

void Enrollment::process(RequestRow& row, const CertificateRequest& request,
                         const Submission& submission, const Caller& caller, const Faults& faults) {
    if (caller.sids.empty()) {
        refuse(kAccessDenied, "the caller's ticket has no PAC, so he has no rights");
    }
    const std::unique_ptr<Directory> directory = directory_();
    Template chosen = choose_template(
        request, parse_attribute_lines(submission.attributes.value_or("")), *directory);
    row.template_name = chosen.name;
    if (faults.stale_template && chosen.major > 0) {
        --chosen.major;
    }
    if (faults.deny || faults.deny_hresult) {
        refuse(faults.deny ? *faults.deny : *faults.deny_hresult, "refused by the test");
    }
    const auto account = directory->account(row.requester_sid);
    if (!account) {
        refuse(0x80070525, "the caller's account is not in the directory");  // NO_SUCH_USER
    }
    const std::vector<std::string> offered =
        forced_offer_ ? *forced_offer_ : directory->offered_templates();
    PolicyInput input{request, chosen, *account, ca_, caller, offered, {}, std::time(nullptr)};
    if (request.renewal_certificate) {
        const UniqueX509 old = parse_certificate(*request.renewal_certificate);
        if (const auto known = db_.find_serial(serial_hex(old.get()))) {
            input.old_requester_sid = known->requester_sid;
            if (known->status == RowStatus::revoked) {
                refuse(0x80092010, "the certificate to renew is revoked");
            }
        }
    }
    const PolicyResult result = decide(input);
    const CertificatePlan plan = spoiled(result.plan, faults, ca_);
    const UniqueX509 made = faults.untrusted_chain
                                ? issued_by_stranger(plan, *stranger_)
                                : build_certificate(plan, ca_.certificate.get(), ca_.key.get());
    row.certificate = encode_certificate(made.get());
    if (result.verdict == Verdict::pend || faults.pend) {
        row.status = RowStatus::pending;
        row.message = "Taken Under Submission";
    } else {
        row.status = RowStatus::issued;
        row.serial = serial_hex(made.get());
        row.message = "Issued";
        if ((chosen.enrollment_flags & enrollment_flag::kPublish) != 0) {
            directory->publish(account->dn, row.certificate);
        }
    }
}

Outcome Enrollment::retrieve(const Submission& submission, CallRecord& record) const {
    const bool by_id = submission.request_id != 0;
    if (by_id == submission.serial.has_value()) {
        refuse(kInvalidArgument, "a retrieval names a request id or a serial number, not both");
    }
    const auto row = by_id ? db_.find(submission.request_id)
                           : db_.find_serial(checked_serial(*submission.serial));
    if (!row) {
        refuse(kNoSuchRow, "no such request");
    }
    if (!row->template_name.empty()) {
        record.template_name = row->template_name;
    }
    return outcome_of(*row, submission, faults_.now());
}

Outcome Enrollment::outcome_of(const RequestRow& row, const Submission& submission,
                               const Faults& faults) const {
    Outcome outcome;
    outcome.request_id = row.id;
    outcome.message = faults.message.value_or(row.message);
    CmcResponse cmc;
    cmc.body_part = row.body_part;
    cmc.request_id = row.id;
    cmc.now = std::time(nullptr);
    cmc.text = outcome.message;
    std::vector<Bytes> bag{encode_certificate(ca_.certificate.get()),
                           encode_certificate(ca_.root.get())};
    if (faults.untrusted_chain) {
        bag.push_back(encode_certificate(stranger_->certificate.get()));
        bag.push_back(encode_certificate(stranger_->root.get()));
    }
    std::vector<Bytes> crls;
    switch (row.status) {
        case RowStatus::issued: {
            outcome.disposition = disposition::kIssued;
            outcome.certificate = row.certificate;
            bag.insert(bag.begin(), row.certificate);
            Bytes hash = digest(EVP_sha1(), row.certificate);
            hash[0] = static_cast<std::uint8_t>(hash[0] ^ (faults.wrong_hash ? 0xFFU : 0U));
            cmc.leaf_hash = hash;
            if (!row.archived_hash.empty() && faults.archived_hash != ArchivedHash::missing) {
                cmc.archived_hash = row.archived_hash;
                if (faults.archived_hash == ArchivedHash::wrong) {
                    cmc.archived_hash->front() ^= 0xFFU;
                }
            }
            break;
        }
        case RowStatus::pending:
        case RowStatus::processing:
            outcome.disposition = disposition::kUnderSubmission;
            cmc.status = CmcStatus::pending;
            break;
        case RowStatus::denied:
            outcome.hresult = kAdminDenied;
            outcome.disposition = disposition::kDenied;
            cmc.status = CmcStatus::failed;
            break;
        case RowStatus::revoked:
            outcome.disposition = disposition::kRevoked;
            break;
        case RowStatus::failed:
            outcome.disposition = row.code;
            cmc.status = CmcStatus::failed;
            break;
    }
    if (faults.extra_root) {
        bag.push_back(encode_certificate(unknown_root().get()));
    }
    if (faults.status_mismatch) {
        cmc.status = cmc.status == CmcStatus::success ? CmcStatus::failed : CmcStatus::success;
    }
    if (faults.bad_status) {
        cmc.status = static_cast<CmcStatus>(*faults.bad_status);
    }
    if ((submission.flags & kFullResponse) != 0) {
        // The signer is named as the CA, whoever signs.
        const UniqueKey other = faults.wrong_signer ? make_key(KeyKind::ec256) : nullptr;
        outcome.response =
            full_response(cmc, bag, ca_.certificate.get(), other ? other.get() : ca_.key.get());
    } else if (row.status == RowStatus::issued) {
        if ((submission.flags & kIncludeCrls) != 0) {
            crls.push_back(crl());
        }
        outcome.response = degenerate_signed_data(bag, crls);
    }
    spoil(outcome, faults);
    return outcome;
}

RequestRow Enrollment::row_in(std::uint32_t id, RowStatus wanted) const {
    const auto row = db_.find(id);
    if (!row) {
        throw std::invalid_argument(fmt::format("there is no request {}", id));
    }
    if (row->status != wanted) {
        throw std::invalid_argument(fmt::format("request {} is {}, not {}", id,
                                                status_name(row->status), status_name(wanted)));
    }
    return *row;
}

std::string Enrollment::approve(std::uint32_t id) {
    RequestRow row = row_in(id, RowStatus::pending);
    const UniqueX509 draft = parse_certificate(row.certificate);
    const std::time_t now = std::time(nullptr);
    const UniqueX509 made = reissue(draft.get(), now - kSkew, ca_.key.get());
    row.certificate = encode_certificate(made.get());
    row.serial = serial_hex(made.get());
    row.status = RowStatus::issued;
    row.message = "Issued";
    row.resolved = now;
    db_.update(row);
    return fmt::format("request {} is issued", id);
}

std::string Enrollment::deny(std::uint32_t id) {
    RequestRow row = row_in(id, RowStatus::pending);
    row.status = RowStatus::denied;
    row.code = kAdminDenied;
    row.message = "Denied by the administrator";
    row.certificate.clear();
    row.resolved = std::time(nullptr);
    db_.update(row);
    return fmt::format("request {} is denied", id);
}

std::string Enrollment::revoke(std::uint32_t id) {
    RequestRow row = row_in(id, RowStatus::issued);
    row.status = RowStatus::revoked;
    row.message = "Revoked";
    row.resolved = std::time(nullptr);
    db_.update(row);
    publish();
    return fmt::format("the certificate of request {} is revoked", id);
}

std::string Enrollment::list() const {
    std::string out;
    for (const RequestRow& row : db_.all()) {
        const nlohmann::ordered_json line{{"id", row.id},
                                          {"status", status_name(row.status)},
                                          {"requester", row.requester},
                                          {"template", row.template_name},
                                          {"request_format", row.request_format},
                                          {"serial", row.serial},
                                          {"message", row.message}};
        out += line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    return out;
}

Bytes Enrollment::crl() const { return read_file(ca_.dir / "ca.crl"); }

void Enrollment::publish() {
    std::vector<RevokedSerial> revoked;
    for (const RequestRow& row : db_.all()) {
        if (row.status == RowStatus::revoked) {
            revoked.push_back({row.serial, row.resolved});
        }
    }
    publish_crl(ca_, revoked);
}

std::vector<Template> Enrollment::offered() const {
    const std::unique_ptr<Directory> directory = directory_();
    std::vector<Template> out;
    for (const std::string& name :
         forced_offer_ ? *forced_offer_ : directory->offered_templates()) {
        if (auto found = directory->template_named(name)) {
            out.push_back(std::move(*found));
        }
    }
    return out;
}

}  // namespace ae::labca
