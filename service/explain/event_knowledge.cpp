#include "service/explain/knowledge.h"

#include <array>

namespace ae::service {
namespace {

constexpr std::array<std::string_view, 5> kOrigins = {  // in the order of EventOrigin
    "AutoEnrollment", "CertificateServicesClient", "CertEnroll", "CertificationAuthority",
    "GroupPolicy"};

constexpr auto kAe = EventOrigin::autoenrollment;
constexpr auto kCsc = EventOrigin::certificate_services_client;
constexpr auto kCe = EventOrigin::cert_enroll;
constexpr auto kOthers = WrittenBy::others;

constexpr std::string_view kNothing = "Nothing";
constexpr std::string_view kSeeCode = "Explain the code that it names: aeclient explain 0x...";
constexpr std::string_view kWebCauses = "enrollment policy web servers are configured";
constexpr std::string_view kWebRemedy =
    "This client enrolls from the directory: add the Active Directory enrollment policy";
constexpr std::string_view kProviderCauses =
    "the template names a provider or an algorithm that this computer does not have, or it failed";
constexpr std::string_view kProviderRemedy =
    "Try the provider: aeclient key-test; change the template's cryptography tab";

constexpr std::array kEvents = {
    // AutoEnrollment
    EventKnowledge{kAe, 1, "a trust store keeps its content, its replica is not complete",
                   "a container of the directory could not be read whole",
                   "Look at the domain controller; the next run reads again", "CAS4"},
    EventKnowledge{kAe, 2, "a run began", "a trigger: start, logon, timer, policy, by hand",
                   kNothing, ""},
    EventKnowledge{kAe, 3, "a run ended", "it did all that it could", kNothing, ""},
    EventKnowledge{kAe, 4, "enrollment is called", "AEPolicy allows something", kNothing, ""},
    EventKnowledge{kAe, 5, "enrollment returned", "the run did its part", kNothing, ""},
    EventKnowledge{kAe, 6, "a run failed at once",
                   "the host is no member of a domain, or its directory, policy or stores cannot "
                   "be used",
                   "Do what the sentence of the event says", "ENV1 ENV2 TRG5"},
    EventKnowledge{kAe, 15, "a run did nothing: no domain controller answers",
                   "no network yet, DNS, a firewall; VPN comes later than the logon",
                   "Nothing, if the network comes later: the run is made up for", "ENV2 TRG3 TRG5"},
    EventKnowledge{kAe, 64, "a certificate ends soon",
                   "it is not renewed: policy, template, rights, or nobody manages it",
                   "Explain it: aeclient explain THUMBPRINT", "INS3"},
    // CertificateServicesClient
    EventKnowledge{kCsc, 1, "the client of the context began", "a run enrolls", kNothing, ""},
    EventKnowledge{kCsc, 2, "the client of the context ended", "the run ended", kNothing, ""},
    EventKnowledge{kCsc, 3, "a domain controller was found", "the network is there", kNothing, ""},
    // CertEnroll
    EventKnowledge{kCe, 4, "a template is not understood",
                   "an attribute of it has a value that this client does not know",
                   "Correct that attribute of the template", "ENV2 RGT1"},
    EventKnowledge{kCe, 5, "the list of templates could not be read",
                   "the directory did not answer", "Look at the domain controller", "ENV2 RGT1",
                   kOthers},
    EventKnowledge{kCe, 6, "a template was not found",
                   "the name is not its cn, or the domain controller does not have it yet",
                   "List them: aeclient templates --all", "RGT1 RGT4", kOthers},
    EventKnowledge{kCe, 9, "a CA denied a pending request", "a certificate manager decided so",
                   "Ask the managers of the CA; the template is asked for again", "REF9"},
    EventKnowledge{kCe, 10, "old certificates were archived or deleted",
                   "a newer one of the template replaced them",
                   "Nothing; aeclient certs --archived lists those that are kept", "INS4"},
    EventKnowledge{kCe, 11, "the forest has no CA", "no enrollment service stands in the directory",
                   "Install an enterprise CA, or publish its enrollment service", "CAS1"},
    EventKnowledge{kCe, 13, "no certificate of a template could be had",
                   "each CA failed or refused; the sentence has the last code", kSeeCode,
                   "NET1 NET2 REF1 REF11"},
    EventKnowledge{kCe, 14, "a pending certificate was received", "the request was approved",
                   kNothing, ""},
    EventKnowledge{kCe, 15, "the enrollment policy could not be read",
                   "the directory did not answer", "Look at the domain controller", "ENV2 RGT1",
                   kOthers},
    EventKnowledge{kCe, 16, "a certificate could not be renewed",
                   "each CA failed or refused; the key or the old certificate is not accepted",
                   kSeeCode, "INS2 NET1 REF11"},
    EventKnowledge{kCe, 17, "a template failed at one CA", "that CA is down, or refuses", kSeeCode,
                   "NET1 NET2 REF1 REF11"},
    EventKnowledge{kCe, 18, "a renewal failed at one CA", "that CA is down, or refuses", kSeeCode,
                   "INS2 NET1 REF11"},
    EventKnowledge{kCe, 19, "a certificate was received", "it was missing", kNothing, ""},
    EventKnowledge{kCe, 20, "a certificate was renewed", "it was due", kNothing, ""},
    EventKnowledge{kCe, 21, "a request waits for approval", "the template asks for a manager",
                   "Approve it at the CA, then run: aeclient pulse", "PND1"},
    EventKnowledge{kCe, 22, "a renewal waits for approval", "the template asks for a manager",
                   "Approve it at the CA, then run: aeclient pulse", "PND1"},
    EventKnowledge{kCe, 23, "no CA is left to renew a template",
                   "those that offer it are not trusted", "Explain it: aeclient explain TEMPLATE",
                   "CAS1 CAS2"},
    EventKnowledge{kCe, 24, "no CA is left for a template", "those that offer it are not trusted",
                   "Explain it: aeclient explain TEMPLATE", "CAS1 CAS2"},
    EventKnowledge{kCe, 25, "a held certificate is not updated",
                   "the account lost a right on its template, or the template is gone",
                   "Grant Read, Enroll and Autoenroll on the template", "RGT1 RGT4"},
    EventKnowledge{kCe, 26, "the user was asked", "a template needs the user's part", kNothing,
                   "KEY4", kOthers},
    EventKnowledge{kCe, 27, "the user put it off", "the notice was closed",
                   "Run: aeclient enroll --interactive", "KEY4"},
    EventKnowledge{kCe, 30, "the user put one template off", "its question was declined",
                   "Run: aeclient enroll --interactive", "KEY4"},
    EventKnowledge{kCe, 32, "a request is still pending", "nobody has approved or denied it",
                   "Approve it at the CA; it is dropped after 60 days", "PND1"},
    EventKnowledge{kCe, 33, "old values were taken out of userCertificate",
                   "their certificates ended or were replaced", kNothing, "INS5"},
    EventKnowledge{kCe, 35, "a certificate has another DNS name than the directory",
                   "the host was renamed, or dNSHostName is wrong",
                   "Correct dNSHostName, or wait: a new one is requested", "INS7"},
    EventKnowledge{kCe, 36, "a CA issued another DNS name three times, it is not asked again",
                   "dNSHostName of the account, or the template's subject name, is wrong",
                   "Correct it, then run: aeclient pulse --force", "INS7"},
    EventKnowledge{kCe, 38, "a machine template asks for a person",
                   "the prompt is ticked on the template's request handling tab",
                   "Clear it on the template", "KEY4"},
    EventKnowledge{kCe, 41, "another computer enrolls for this user",
                   "the user's lock in the directory is held there",
                   "Nothing; the next run looks again", "HAV5"},
    EventKnowledge{kCe, 42, "a template is for machines only",
                   "a user has rights on a machine template",
                   "Take the rights from users, or make a user template", "RGT3"},
    EventKnowledge{kCe, 43, "a smart card is needed, and no reader is there",
                   "the template names a provider of smart cards", "Connect a reader", "KEY3 KEY4",
                   kOthers},
    EventKnowledge{kCe, 44, "a smart card is needed",
                   "the template names a provider of smart cards", "Insert the card", "KEY3 KEY4",
                   kOthers},
    EventKnowledge{kCe, 45, "a request could not be built", "the key could not be made or read",
                   kProviderRemedy, "KEY1 KEY2"},
    EventKnowledge{kCe, 46, "the account may autoenroll, and not enroll",
                   "Enroll is missing on the template, or denied",
                   "Grant Enroll on the template's security tab", "RGT4"},
    EventKnowledge{kCe, 47, "no CA issues a template",
                   "it is not published, or the CAs that list it are of no use",
                   "Publish the template on a CA", "CAS1"},
    EventKnowledge{kCe, 48, "the signature requirement of a template is not met",
                   "it demands signatures of an enrollment agent or of another certificate",
                   "Lower them on the template's issuance tab", "RGT2"},
    EventKnowledge{kCe, 50, "an issued certificate was not installed",
                   "a check of the answer failed; the sentence names it",
                   "The entry is kept, and the next run fetches it again", "INS1"},
    EventKnowledge{kCe, 51, "a template is for users only",
                   "a machine has rights on a user template",
                   "Take the rights from computers, or make a machine template", "RGT3"},
    EventKnowledge{kCe, 52, "the certificate of a CA is not trusted",
                   "its root or an intermediate is not in the directory, or the replica is old",
                   "Publish it in the directory; then run: aeclient pulse", "CAS2"},
    EventKnowledge{kCe, 53, "a pending request could not be fetched, it is given up",
                   "the CA has no such request", kNothing, "PND4", kOthers},
    EventKnowledge{kCe, 54, "a pending request could not be fetched, it is tried again",
                   "the CA is down, or refuses", kSeeCode, "PND4 NET1"},
    EventKnowledge{kCe, 55, "a template needs a provider that is not here", kProviderCauses,
                   kProviderRemedy, "KEY1 KEY2"},
    EventKnowledge{kCe, 56, "a template is superseded", "another one on the list names it",
                   "Nothing, or edit the list of superseded templates", "HAV4"},
    EventKnowledge{kCe, 57, "a provider could not be loaded", kProviderCauses, kProviderRemedy,
                   "KEY1 KEY2", kOthers},
    EventKnowledge{kCe, 58, "a template needs an algorithm that is not here", kProviderCauses,
                   kProviderRemedy, "KEY1 KEY2"},
    EventKnowledge{kCe, 59, "a provider or a key could not be used", kProviderCauses,
                   kProviderRemedy, "KEY1 KEY2", kOthers},
    EventKnowledge{kCe, 60, "a provider or a key could not be used", kProviderCauses,
                   kProviderRemedy, "KEY1 KEY2", kOthers},
    EventKnowledge{kCe, 61, "a provider or a key could not be used", kProviderCauses,
                   kProviderRemedy, "KEY1 KEY2", kOthers},
    EventKnowledge{kCe, 62, "a provider or a key could not be used", kProviderCauses,
                   kProviderRemedy, "KEY1 KEY2", kOthers},
    EventKnowledge{kCe, 63, "an enrollment policy server failed", kWebCauses, kWebRemedy, "POL8",
                   kOthers},
    EventKnowledge{kCe, 64, "the enrollment policy was loaded",
                   "a success, whatever severity Windows gives it", kNothing, ""},
    EventKnowledge{kCe, 65, "the client proved who it is",
                   "a success, whatever severity Windows gives it", kNothing, ""},
    EventKnowledge{kCe, 85, "the statement of the TPM could not be had",
                   "the TPM is off, or its endorsement certificate is missing", kProviderRemedy,
                   "KEY2", kOthers},
    // Others
    EventKnowledge{EventOrigin::certification_authority, 53, "the CA refused a request",
                   "its policy module denied it; the event has request id, reason and account",
                   "Read the reason there, on the CA", "REF1 REF11", kOthers},
    EventKnowledge{EventOrigin::group_policy, 1503, "group policy brought a change", "a refresh",
                   "Nothing; it triggers a run", "TRG2", kOthers},
};

// Windows' own, which web enrollment writes: one explanation for all of them.
constexpr EventKnowledge web(std::uint32_t number) {
    return {kCe,
            number,
            "an enrollment policy or enrollment web server was asked, or failed",
            kWebCauses,
            kWebRemedy,
            "POL8",
            kOthers};
}
constexpr EventKnowledge scep(std::uint32_t number) {
    return {kCe,
            number,
            "a device was enrolled through SCEP, or was not",
            "the network device enrollment service",
            "Nothing here: this client does not speak SCEP",
            "",
            kOthers};
}

constexpr std::array kRanges = {web(66), web(67), web(68), web(70), web(71),  web(72),  web(73),
                                web(74), web(75), web(76), web(77), web(78),  web(79),  web(80),
                                web(81), web(82), web(83), web(84), scep(86), scep(87), scep(88)};

constexpr auto all_events() {
    std::array<EventKnowledge, kEvents.size() + kRanges.size()> all{};
    std::size_t at = 0;
    for (const EventKnowledge& one : kEvents) {
        all[at++] = one;
    }
    for (const EventKnowledge& one : kRanges) {
        all[at++] = one;
    }
    return all;
}
constexpr auto kAll = all_events();

}  // namespace

std::span<const EventKnowledge> event_knowledge() { return kAll; }

std::string_view to_string(EventOrigin origin) {
    return kOrigins.at(static_cast<std::size_t>(origin));
}

EventOrigin origin_of(engine::EventSource source) {
    switch (source) {
        case engine::EventSource::autoenrollment:
            return EventOrigin::autoenrollment;
        case engine::EventSource::certificate_services_client:
            return EventOrigin::certificate_services_client;
        case engine::EventSource::cert_enroll:
            break;
    }
    return EventOrigin::cert_enroll;
}

}  // namespace ae::service
