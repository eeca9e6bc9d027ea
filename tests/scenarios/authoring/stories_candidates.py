"""E: which templates are candidates for a new certificate."""
from . import security as sd
from .library import scenario
from .world import (AUTO_ENROLLMENT, CLIENT_AUTH, DAY, ENHANCED_CSP, ENROLLMENT_AGENT,
                    FOR_WINDOWS_10, IS_CA, IS_CROSS_CA, MACHINE_TYPE, OLD_CERT_SUPPLIES,
                    PREVIOUS_APPROVAL, SCHANNEL_CSP, SOFTWARE_KSP, SUPPLIES_ALT_NAME,
                    SUPPLIES_SUBJECT, USER_INTERACTION)


@scenario("first-enrollment", "A host that has nothing and may have one certificate",
          "Q1 E3 E10", """
    The plain case: AEPolicy 7, one template for machines that grants Enroll and Autoenroll to
    Domain Computers, one CA that offers it, an empty store. One new certificate is requested at that
    CA, and the decision names the entry of the template's list and the CA that let the host in.""")
def first_enrollment(s):
    template = s.template("CorpMachine")
    authority = s.authority()
    s.says(template, "enroll", "Q1", fact=("515", "ca1.corp.example.test"))
    s.does("enroll", template, cas=[authority], reason="Q1")


@scenario("schema-version-1", "A version 1 template has the autoenroll bit and still does not count",
          "E1", """
    Machine is a default template of schema version 1 and is published on the CA. Its
    msPKI-Enrollment-Flag is 32: the bit AUTO_ENROLLMENT is set, as in many version 1 templates
    [CRTD note 41], but such a template cannot carry the Autoenroll right [H]. The bit proves
    nothing; the remedy is a duplicate as version 2 or later.""")
def schema_version_1(s):
    template = s.template("Machine", schema=1, private_key=0, providers=(SCHANNEL_CSP,), revision=5)
    s.says(template, "not_autoenrollable", "E1")


@scenario("autoenroll-flag-missing", "Without AUTO_ENROLLMENT the template is for requests by hand",
          "E2", """
    The template grants Autoenroll to Domain Computers, but its msPKI-Enrollment-Flag is 0: the
    directory's own switch 0x20 is off. Windows checks both, so the template is no candidate
    [CRTD 2.26]. A second template has many other bits and not that one.""")
def autoenroll_flag_missing(s):
    first = s.template("CorpByHand", enrollment=0)
    second = s.template("CorpByHandToo", enrollment=0xFFFFF & ~AUTO_ENROLLMENT)
    s.says(first, "not_autoenrollable", "E2", fact="0x20")
    s.says(second, "not_autoenrollable", "E2", fact="0x20")


@scenario("wrong-context-machine", "A user template in a machine pulse", "E4", """
    CorpUser lacks MACHINE_TYPE (0x40), and Authenticated Users may autoenroll for it, so computers
    hold the rights too. A machine pulse leaves it to users and says so with event 51
    [WCCE 3.1.2.4.2.2.1.1][E]. CorpSalesUser is a user template that the host has no right on: there
    the missing right is the answer, or every pulse would warn about every foreign template [P].""")
def wrong_context_machine(s):
    everybody = s.acl(sd.read(), sd.allow_object(sd.AUTHENTICATED_USERS, sd.ENROLL),
                      sd.allow_object(sd.AUTHENTICATED_USERS, sd.AUTOENROLL))
    user = s.template("CorpUser", flags=0x20000, acl=everybody)
    sales = s.template("CorpSalesUser", flags=0x20000, acl=s.acl(
        sd.read(), sd.allow_object(s.group(1999), sd.ENROLL)))
    machine = s.template("CorpMachine", flags=0x20000 | MACHINE_TYPE, acl=everybody)
    s.enrolls(machine)
    s.says(user, "wrong_context", "E4", fact="user template")
    s.says(sales, "no_enroll_right", "E3")


@scenario("wrong-context-user", "A machine template in a user pulse", "E4", """
    Jane signs in. CorpMachine has MACHINE_TYPE (0x40) and is open to Authenticated Users, so she
    holds every right on it; a user pulse leaves it to computers and says so with event 42
    [WCCE 3.1.2.4.2.2.1.1][E]. CorpUser is hers and is wanted.""")
def wrong_context_user(s):
    s.user()
    everybody = s.acl(sd.read(), sd.allow_object(sd.AUTHENTICATED_USERS, sd.ENROLL),
                      sd.allow_object(sd.AUTHENTICATED_USERS, sd.AUTOENROLL))
    machine = s.template("CorpMachine", flags=0x20000 | MACHINE_TYPE, acl=everybody)
    user = s.template("CorpUser", flags=0x20000, acl=everybody)
    s.says(machine, "wrong_context", "E4", fact="machine template")
    s.enrolls(user)


@scenario("templates-for-authorities", "Templates that make certification authorities", "E5", """
    Somebody gave Domain Computers Enroll and Autoenroll on copies of SubCA (flag IS_CA 0x80) and of
    CrossCA (IS_CROSS_CA 0x800). No host may make itself a certification authority by autoenrolling,
    whatever the rights say (E5): both are refused although everything else would let them in.""")
def templates_for_authorities(s):
    first = s.template("CorpSubCA", flags=MACHINE_TYPE | IS_CA)
    second = s.template("CorpCrossCA", flags=MACHINE_TYPE | IS_CROSS_CA)
    s.says(first, "not_autoenrollable", "E5")
    s.says(second, "not_autoenrollable", "E5")


@scenario("authorized-signatures", "One signature that the host cannot give, and two at once",
          "E6", """
    Both templates want requests that are signed by an enrollment agent. One signature can be given
    by a suitable own certificate ("self RA" [H][W]); this host holds a client certificate without
    that purpose, so it cannot sign. Two signatures can never be given by one requester. Both are
    refused with event 48, and the certificate that is here stays as it is.""")
def authorized_signatures(s):
    s.abilities = dict(s.abilities, signing=True)
    one = s.template("CorpOneSignature", signatures=1, ra_policies=(ENROLLMENT_AGENT,))
    two = s.template("CorpTwoSignatures", signatures=2, ra_policies=(ENROLLMENT_AGENT,))
    client = s.template("CorpClient")
    held = s.held(client)
    s.says(one, "not_autoenrollable", "E6")
    s.says(two, "not_autoenrollable", "E6", fact="2")
    s.says(client, "held", "D1")
    s.says(held, "held", "D1")


@scenario("authorized-signature-of-an-own-certificate", "An own agent certificate signs the request",
          "E6 Q1", """
    The template wants one signature by an enrollment agent, and this host holds a valid agent
    certificate with a usable key whose purposes include the one that the template names. So it can
    sign for itself ("self RA" [H][W]) and the template is a candidate like any other. The agent
    certificate is managed and valid; nothing happens to it.""")
def authorized_signature_of_an_own_certificate(s):
    s.abilities = dict(s.abilities, signing=True)
    agent = s.template("CorpAgent", purposes=(ENROLLMENT_AGENT,))
    signed = s.template("CorpOneSignature", signatures=1, ra_policies=(ENROLLMENT_AGENT,))
    held = s.held(agent, purposes=(ENROLLMENT_AGENT,))
    s.says(agent, "held", "D1")
    s.says(held, "held", "D1")
    s.enrolls(signed)
    s.check("the agent certificate signs",
            lambda plan: plan["actions"][0]["signer"] == held.thumbprint)


@scenario("previously-approved-renewal", "Two signatures are waived for a renewal, by flag 0x40",
          "E6 A3 Q3", """
    Both templates want two agents' signatures, so nobody autoenrolls for them (E6). Certificates
    were once issued by hand and are due now. With PREVIOUS_APPROVAL (0x40) the CA waives the
    signatures for a renewal that the old key signs [CRTD 2.26], so the first is renewed (A3);
    the second one needs the agents again, stays refused and runs out.""")
def previously_approved_renewal(s):
    approved = s.template("CorpApproved", signatures=2, ra_policies=(ENROLLMENT_AGENT,),
                          enrollment=AUTO_ENROLLMENT | PREVIOUS_APPROVAL)
    again = s.template("CorpAgain", signatures=2, ra_policies=(ENROLLMENT_AGENT,))
    first = s.held(approved, age=325 * DAY)
    second = s.held(again, age=325 * DAY)
    s.says(approved, "renew", "A3")
    s.says(again, "not_autoenrollable", "E6")
    s.says(first, "renew")
    s.says(second, "left_alone", "E6")
    s.does("renew", first, afterwards=[("archive", first)])


@scenario("subject-supplied-in-the-request", "Nobody can be asked for a name", "E7", """
    Three templates take the subject or the alternative name from the request. There is nobody to
    type it in, so none of them is requested [H]. The third one also has the flag 0x8, which lets a
    renewal take the names over; but nothing is held here, so there is nothing to take them from
    [WCCE 3.1.2.4.2.2.2.10].""")
def subject_supplied_in_the_request(s):
    subject = s.template("CorpSubject", names=SUPPLIES_SUBJECT)
    alternative = s.template("CorpAltName", names=SUPPLIES_ALT_NAME)
    renewable = s.template("CorpRenewable", names=SUPPLIES_SUBJECT | OLD_CERT_SUPPLIES)
    for template in (subject, alternative, renewable):
        s.says(template, "not_autoenrollable", "E7")


@scenario("client-version", "Made for Windows 8.1, for Windows 10 and for something newer", "E8", """
    The template console writes the oldest client that a template is for into bits 24-27 of
    msPKI-Private-Key-Flag. [MS-WCCE] stops at 4, Windows 8; with that number every template made
    for 8.1 (0x05050000) or 10 (0x06060000) would be skipped without a word, so this client calls
    itself version 6 [P]. 0x07060000 asks for more: it is skipped aloud, with both numbers.""")
def client_version(s):
    five = s.template("CorpFor81", private_key=0x05050000)
    six = s.template("CorpFor10", private_key=0x06060000)
    seven = s.template("CorpForFuture", private_key=0x07060000)
    s.says(seven, "not_supported", "E8", fact=("7", "6"))
    s.enrolls(six)
    s.enrolls(five)


@scenario("keys-that-cannot-be-made", "What this client cannot do is said, one by one", "E8", """
    Each template asks for one thing that is not there: a Windows Hello key, private-key archival,
    key attestation, the alternate signature format, a smart-card provider, a DSA key, a hash that
    nobody makes. None is requested and each decision names what is missing (events 55, 57, 58). An
    elliptic-curve key and an RSA key from the second provider of the list are no obstacle.""")
def keys_that_cannot_be_made(s):
    refused = [
        s.template("CorpHello", private_key=FOR_WINDOWS_10 | 0x200000),
        s.template("CorpArchived", private_key=FOR_WINDOWS_10 | 0x1),
        s.template("CorpAttested", private_key=FOR_WINDOWS_10 | 0x2000),
        s.template("CorpAlternate", private_key=FOR_WINDOWS_10 | 0x40),
        s.template("CorpSmartCard", providers=("Microsoft Smart Card Key Storage Provider",)),
        s.template("CorpDsa", algorithm="DSA"),
        s.template("CorpMd5", digest="MD5"),
        s.template("CorpLegacyDsa", schema=2, private_key=0x01010000,
                   providers=("Microsoft Base DSS Cryptographic Provider",)),
    ]
    for template in refused:
        s.says(template, "not_supported", "E8")
    s.enrolls(s.template("CorpEcc", algorithm="ECDSA_P256", key_size=256))
    s.enrolls(s.template("CorpSecondProvider", schema=2, private_key=0x01010000,
                         providers=("Contoso Card Provider", ENHANCED_CSP)))


@scenario("negative-flags", "Flag words are signed decimals in LDAP", "E8 E7 Q1", """
    The bit words of a template come as signed decimals: the name flags of the first template read
    -1509949440, which is 0xA6000000: e-mail, UPN and directory path, all of them the CA's work, and
    none of the bits that ask for a name in the request. The second one's are -2147483647, which is
    0x80000001 and does ask for a name. A client that compared signed numbers would mix them up.""")
def negative_flags(s):
    by_authority = s.template("CorpMachine", names=0xA6000000)
    by_requester = s.template("CorpRequester", names=0x80000001)
    s.enrolls(by_authority)
    s.says(by_requester, "not_autoenrollable", "E7")


@scenario("interaction-machine", "A machine has nobody to ask", "E9 R-UI2", """
    The template says USER_INTERACTION_REQUIRED (0x100), "prompt the user during enrollment", and is
    for machines. A machine pulse never waits for anybody: the template is refused with event 38
    [H], and the remedy is the check box on the template's request handling tab.""")
def interaction_machine(s):
    template = s.template("CorpPrompted", enrollment=AUTO_ENROLLMENT | USER_INTERACTION)
    s.abilities = dict(s.abilities, interaction=True)
    s.says(template, "not_autoenrollable", "E9")


@scenario("interaction-user", "Jane is asked once, after everything that needs no answer",
          "R-UI1 Q1", """
    Two templates are missing. One may be done silently, the other wants Jane's part (0x100). The
    silent one comes first, whatever the names are; the other one is marked, so that a single
    notification collects all of its kind [H]. Somebody is there to be asked.""")
def interaction_user(s):
    s.user()
    s.abilities = dict(s.abilities, interaction=True)
    prompted = s.template("CorpA Prompted", enrollment=AUTO_ENROLLMENT | USER_INTERACTION)
    silent = s.template("CorpZ Silent")
    s.enrolls(silent)
    s.says(prompted, "enroll", "Q1")
    s.does("enroll", prompted, interactive=True)


@scenario("interaction-user-headless", "A user pulse without a desktop", "R-UI5 R-UI1 Q1", """
    The pulse runs for Jane on a host without a desktop, so nobody can be asked. What can be done
    silently is done; the template with 0x100 is treated as declined and waits for a command that
    she starts herself [P]. It is no error, and it is never skipped without a word.""")
def interaction_user_headless(s):
    s.user()
    silent = s.template("CorpUser")
    prompted = s.template("CorpPrompted", enrollment=AUTO_ENROLLMENT | USER_INTERACTION)
    s.enrolls(silent)
    s.says(prompted, "needs_user", "R-UI5")


@scenario("no-authority-offers-it", "The template exists and no CA issues it", "E10 Q1", """
    Administrators often create a template and forget to publish it. CorpForgotten is listed by no
    CA and so cannot be had (event 47). CorpMachine is listed as "CORPMACHINE": names compare
    without case (E10). CorpNowhere is listed only by a CA whose object has no dNSHostName, and
    CorpNoCertificate only by one without a certificate: neither could be asked.""")
def no_authority_offers_it(s):
    forgotten = s.template("CorpForgotten", offered=False)
    machine = s.template("CorpMachine")
    nowhere = s.template("CorpNowhere")
    bare = s.template("CorpNoCertificate")
    first = s.authority(1, offers=["CORPMACHINE"])
    s.authority(2, offers=["CorpNowhere"], host="")
    s.authority(3, offers=["CorpNoCertificate"], certificates=[])
    s.says(forgotten, "not_offered", "E10")
    s.enrolls(machine, cas=[first])
    s.says(nowhere, "not_offered", "E10", fact="Corp Issuing CA 2")
    s.says(bare, "not_offered", "E10", fact="Corp Issuing CA 3")


@scenario("no-authority-in-the-forest", "Templates and no CA at all", "E10", """
    The forest has the templates, as every forest has, but no certification authority was ever
    installed: CN=Enrollment Services is empty. What would be needed is not offered by anybody; a
    certificate that was brought along from elsewhere is left as it is.""")
def no_authority_in_the_forest(s):
    s.no_authority()
    template = s.template("CorpMachine")
    s.says(template, "not_offered", "E10")


@scenario("purposes-and-versions", "Versions 2, 3 and 4 are candidates alike", "E1 Q1", """
    Three templates of schema version 2, 3 and 4 describe their keys in three different ways: by the
    old provider list, by the property list of version 3, and by version 4 with the flag for legacy
    providers (0x100), where the list is again the one that counts [CRTD 2.23]. All three may be
    autoenrolled, and all three are requested.""")
def purposes_and_versions(s):
    for template in (
            s.template("CorpVersion2", schema=2, private_key=0x01010000,
                       providers=(SCHANNEL_CSP,), purposes=(CLIENT_AUTH,)),
            s.template("CorpVersion3", schema=3, private_key=0x02020000,
                       providers=(SOFTWARE_KSP,)),
            s.template("CorpVersion4", schema=4, private_key=0x06060100,
                       providers=(ENHANCED_CSP,))):
        s.enrolls(template)


@scenario("abilities-of-another-client", "A capture of a client that can do more", "E8 Q1", """
    The capture was written by a client on Windows that archives keys, attests them and has a
    smart-card provider; its abilities stand in the file. Replayed anywhere it decides as that client
    did: the templates that ask for these things are wanted. A Windows Hello key is for no
    autoenrollment, whoever the client is (E8 [P]).""")
def abilities_of_another_client(s):
    card = "Microsoft Smart Card Key Storage Provider"
    s.abilities = dict(s.abilities, archival=True, attestation=True, alternate_signature=True,
                       providers=[*s.abilities["providers"], card])
    for template in (s.template("CorpAlternate", private_key=FOR_WINDOWS_10 | 0x40),
                     s.template("CorpArchived", private_key=FOR_WINDOWS_10 | 0x1),
                     s.template("CorpAttested", private_key=FOR_WINDOWS_10 | 0x2000),
                     s.template("CorpSmartCard", providers=(card,))):
        s.enrolls(template)
    hello = s.template("CorpHello", private_key=FOR_WINDOWS_10 | 0x200000)
    s.says(hello, "not_supported", "E8")
