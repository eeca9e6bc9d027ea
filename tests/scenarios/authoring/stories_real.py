"""Real templates with their real descriptors, and real certificates."""
import datetime

from . import real
from . import security as sd
from .library import scenario
from .world import (DAY, DOMAIN_CONTROLLERS, HOUR, READ_ONLY_CONTROLLERS, SECOND, SUPPLIES_SUBJECT)

# What the list of a fresh enterprise CA holds.
DEFAULT_OFFER = ["DirectoryEmailReplication", "DomainControllerAuthentication",
                 "KerberosAuthentication", "EFSRecovery", "EFS", "DomainController", "WebServer",
                 "Machine", "User", "SubCA", "Administrator"]
CONTROLLER_TEMPLATES = ("DirectoryEmailReplication", "DomainControllerAuthentication",
                        "KerberosAuthentication")
WITHOUT_FLAG = ("CAExchange", "CrossCA", "HTTPSWebServer", "OCSPResponseSigning", "UserRequest")


def lunar(world):
    """The 35 templates of a real forest, and what schema version and flags say of them."""
    world.domain_sid = real.LUNAR_SID
    world.imported(real.entries("forest-lunar.ldif"))
    world.authority(offers=DEFAULT_OFFER)
    for template in world.templates:
        if template.values["msPKI-Template-Schema-Version"] == "1":
            world.says(template, "not_autoenrollable", "E1")
        elif template.name in WITHOUT_FLAG:
            world.says(template, "not_autoenrollable", "E2")


@scenario("real-forest-member", "A workstation in a real forest of 35 templates",
          "E1 E2 E3 S2", """
    The templates and their security descriptors were read from a real Windows forest of 2022 with a
    fresh CA. A workstation gets nothing: most templates are version 1, some lack the autoenroll flag,
    those for controllers grant it no Enroll, and Workstation Authentication grants Domain Computers
    Enroll but not Autoenroll. Default templates enroll nobody but controllers, as administrators
    find out on their first day.""")
def real_forest_member(s):
    lunar(s)
    for name in (*CONTROLLER_TEMPLATES, "KeyRecoveryAgent", "RASAndIASServer"):
        s.says(s.named(name), "no_enroll_right", "E3")
    s.says(s.named("Workstation"), "no_autoenroll_right", "E3")


@scenario("real-forest-domain-controller", "A domain controller in a real forest",
          "E3 S9 U3 supersede:9 Q1", """
    The same 35 templates, and dc2 is a controller that holds the certificate of the old Domain
    Controller template (version 1, named by 20.2). Three templates grant it Enroll and Autoenroll,
    through Domain Controllers and S-1-5-9: all three are requested. Two of them supersede Domain
    Controller [CRTD note 41]; whichever is installed archives the old certificate.""")
def real_forest_domain_controller(s):
    s.account_is("DC2$", 1002, DOMAIN_CONTROLLERS, control=0x82000, dns="dc2.corp.example.test",
                 groups=())
    lunar(s)
    held = s.held(s.named("DomainController"), by_name="DomainController")
    for name in ("KeyRecoveryAgent", "RASAndIASServer", "Workstation"):
        s.says(s.named(name), "no_enroll_right", "E3")
    s.says(held, "held", "D1")
    for name in CONTROLLER_TEMPLATES:
        old = [("archive", held)] if name != "KerberosAuthentication" else []
        s.enrolls(s.named(name), afterwards=old)


@scenario("real-forest-read-only-controller", "A read-only controller in a real forest",
          "E3 S9 Q1", """
    The same 35 templates seen by a read-only controller of the forest's only domain: primary group
    521, PARTIAL_SECRETS_ACCOUNT, no SERVER_TRUST_ACCOUNT. The three controller templates let it in
    through one entry each, for the domain's SID and 498, which no tokenGroups lists for it here.""")
def real_forest_read_only_controller(s):
    s.account_is("RODC1$", 1310, READ_ONLY_CONTROLLERS, control=0x05001000,
                 dns="rodc1.corp.example.test", groups=())
    lunar(s)
    s.root_domain_sid = real.LUNAR_SID
    for name in ("KeyRecoveryAgent", "RASAndIASServer", "Workstation"):
        s.says(s.named(name), "no_enroll_right", "E3")
    for name in CONTROLLER_TEMPLATES:
        s.says(s.named(name), "enroll", "Q1", fact="-498")
        s.does("enroll", s.named(name))


OPEN_TO_ALL = ("DirectoryEmailReplication", "DomainControllerAuthentication",
               "KerberosAuthentication", "RASAndIASServer", "Workstation")


@scenario("real-default-templates-open-to-all", "All default templates, opened to everybody",
          "E1 E2 E4 Q1", """
    A laboratory granted Authenticated Users Enroll and Autoenroll on all 33 default templates, and
    offers all of them. What is left to refuse them is their own make: 26 are of version 1, three of
    the others lack the autoenroll flag, Key Recovery Agent is for users. Five can be had by a
    machine. The attribute values are those that [MS-CRTD] lists.""")
def real_default_templates_open_to_all(s):
    descriptor = s.acl(sd.read(), sd.allow_object(sd.AUTHENTICATED_USERS, sd.ENROLL),
                       sd.allow_object(sd.AUTHENTICATED_USERS, sd.AUTOENROLL))
    s.imported(real.entries("mscrtd-vista-2008-defaults.ldif.in"), descriptor=descriptor)
    for template in sorted(s.templates, key=lambda one: one.name.lower()):
        if template.values["msPKI-Template-Schema-Version"] == "1":
            s.says(template, "not_autoenrollable", "E1")
        elif template.name in WITHOUT_FLAG:
            s.says(template, "not_autoenrollable", "E2")
        elif template.name == "KeyRecoveryAgent":
            s.says(template, "wrong_context", "E4")
        else:
            s.enrolls(template)


@scenario("real-default-templates-without-descriptors", "A directory that shows no descriptor",
          "S1", """
    The same 33 default templates as a plain search returns them: without the SD-flags control a
    plain account gets no security descriptor at all [ADTS 3.1.1.3.4.1.11]. Every one of them is
    invisible for a decision, and every one is named; nothing is guessed from the flags.""")
def real_default_templates_without_descriptors(s):
    s.imported(real.entries("mscrtd-vista-2008-defaults.ldif.in"))
    for template in s.templates:
        s.says(template, "not_readable", "S1")


@scenario("real-custom-templates", "Customised templates with odd names and keys", "E2 E8 E4 Q1", """
    Ten templates out of a real laboratory: elliptic-curve keys for signing and for key agreement,
    SHA-1 as digest, one-octet key usages, validity of five and fifty years, a name full of umlauts,
    slashes and brackets. Given identifiers and opened to the host, the five for computers are requested; the others lack
    the autoenroll flag. No name and no period stops the parser.""")
def real_custom_templates(s):
    s.imported(real.entries("custom-tamemycerts-a.ldif.in"), descriptor=s.usual_acl(),
               identify=True)
    for template in sorted(s.templates, key=lambda one: one.name.lower()):
        if template.name.startswith("Computer_Online"):
            s.enrolls(template)
        else:
            s.says(template, "not_autoenrollable", "E2")


@scenario("real-custom-templates-as-exported", "The same templates straight out of an export",
          "E2 F1", """
    The same ten templates as the export has them: without msPKI-Cert-Template-OID, because the import
    is to make a new one. Somebody loaded the file with a tool that does not. A certificate of such
    a template could never be recognised again, so the five that have the autoenroll flag are not
    understood, and the other five say it beside their own reason.""")
def real_custom_templates_as_exported(s):
    s.imported(real.entries("custom-tamemycerts-a.ldif.in"), descriptor=s.usual_acl())
    for template in s.templates:
        if template.name.startswith("Computer_Online"):
            s.says(template, "not_understood", "F1", fact="msPKI-Cert-Template-OID")
        else:
            s.says(template, "not_autoenrollable", "E2", fact="msPKI-Cert-Template-OID")


@scenario("real-new-templates-member", "Version 3 and 4 templates that replace the defaults",
          "U1 U3 E1 E3 Q1", """
    An administrator duplicated the default templates with a published toolkit; the copies supersede
    the originals. The host is in the group for web servers, holds a certificate of the default
    Machine template and is due for nothing. Both new machine templates are requested; the Machine
    certificate is archived once Workstation Authentication V2 is installed.""")
def real_new_templates_member(s):
    s.domain_sid = real.TOOLKIT_SID
    s.imported(real.entries("custom-v3v4-psadcstoolkit-a.ldif"))
    s.imported(real.entries("mscrtd-vista-2008-defaults.ldif.in"),
               only=("Machine", "Workstation"), descriptor=s.usual_acl())
    held = s.held(s.named("Machine"), by_name="Machine")
    s.says(s.named("Machine"), "not_autoenrollable", "E1")
    s.says(held, "held", "D1")
    s.says(s.named("Workstation"), "superseded", "U1", fact="WorkstationAuthenticationV2")
    s.says(s.named("UserV2"), "no_enroll_right", "E3")
    s.says(s.named("YubikeyEnrollmentAgent"), "no_enroll_right", "E3")
    s.says(s.named("WebServerV2-Manual"), "not_autoenrollable", "E2")
    s.enrolls(s.named("WebServerV2"))
    s.enrolls(s.named("WorkstationAuthenticationV2"), afterwards=[("archive", held)])


@scenario("real-user-certificates", "Two real user certificates of the template User",
          "Q15 U3 U1 D1", """
    Jane's store holds the two certificates of the [MS-WSTEP] samples, issued 32 seconds apart for
    the version 1 template User in 2009. It is December 2009 and the forest has a version 4 template
    that supersedes User. The newer one is what is held of User, its sibling is left alone, and both
    are archived once the new template's certificate is installed.""")
def real_user_certificates(s):
    s.user()
    s.now = datetime.datetime(2009, 12, 1, 9, 0, 0)
    s.domain_sid = real.TOOLKIT_SID
    s.imported(real.entries("custom-v3v4-psadcstoolkit-a.ldif"), only=("UserV2",))
    s.imported(real.entries("mscrtd-vista-2008-defaults.ldif.in"), only=("User",),
               descriptor=s.usual_acl())
    user = s.named("User")
    first = s.held(user, real=real.certificate("wstep-user-abby-first.pem"))
    second = s.held(user, real=real.certificate("wstep-user-abby-renewal-old.pem"))
    s.says(user, "not_autoenrollable", "E1")
    s.says(second, "held", "D1")
    s.says(first, "left_alone", "Q15")
    s.enrolls(s.named("UserV2"), afterwards=[("archive", first), ("archive", second)])


def one_time_password(world, since_begin):
    """The two-day certificate of the [MS-OTPCE] sample, and a template with its identifier."""
    octets = real.certificate("otp-logon-2day.pem")
    identifier, major = real.template_identifier(octets)
    world.user()
    world.now = datetime.datetime(2012, 4, 10, 10, 28, 16) + since_begin
    template = world.template("OtpLogon", schema=2, private_key=0, oid=identifier, revision=major,
                              validity=2 * DAY)
    return template, world.held(template, real=octets)


@scenario("real-two-day-certificate-due", "A real certificate that lives two days, due", "Q12 Q3", """
    The one-time-password logon certificate of the [MS-OTPCE] sample was issued on 10 April 2012 for
    exactly two days; the template's overlap of 42 days is far longer than its life. Renewal begins
    when four fifths have passed, after 38 hours and 24 minutes, and that is now, to the second. Its
    subject is empty and its template identifier has ten arcs.""")
def real_two_day_certificate_due(s):
    template, held = one_time_password(s, 1.6 * DAY)
    s.says(template, "renew", "Q3")
    s.says(held, "renew")
    s.does("renew", held, afterwards=[("archive", held)])


@scenario("real-two-day-certificate-not-due", "A real certificate that lives two days, not due",
          "Q12 D1", """
    The same real certificate one second earlier: 38 hours, 23 minutes and 59 seconds after it was
    issued. It is held and nothing is planned. On the template's overlap alone it would have been due
    for renewal before it was issued, at every pulse.""")
def real_two_day_certificate_not_due(s):
    template, held = one_time_password(s, 1.6 * DAY - SECOND)
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")


@scenario("real-certificate-of-another-authority", "Template extensions that others write", "Q1 X3", """
    Jane's store holds a real certificate that a commercial CA issued behind an autoenrollment
    gateway in another forest, and, by mistake, two real CA certificates, one of which names the
    template CA in 20.2 and one of which carries a template identifier. None of these templates is in
    this forest, so all three are foreign: no decision, no touch. All expired long ago, and each is
    warned about.""")
def real_certificate_of_another_authority(s):
    s.user()
    template = s.template("CorpUser", names=SUPPLIES_SUBJECT)
    foreign = [s.held(None, real=real.certificate(name)) for name in
               ("globalsign-aeg-user.pem", "wstep-ent-root-ca.pem", "suva-issuing-ca.pem")]
    s.says(template, "not_autoenrollable", "E7")
    for one in foreign:
        s.does("warn", one)


@scenario("real-roots", "Real CA certificates go to the trust stores", "K2 K5 S10", """
    The forest lists three real CA certificates: a root of 50 years, the root and the issuing CA of the
    [MS-WSTEP] samples, which expired in 2014 and 2011. The replica copies what the directory lists
    and judges nothing: an expired root is as much a member of the set as a fresh one. The issuing CA
    of 2009 was in the store already.""")
def real_roots(s):
    s.rules = ["K2", "K5"]
    template = s.template("CorpMachine")
    held = s.held(template, age=10 * DAY + HOUR)
    s.authority()
    s.finish()
    old_issuing = real.certificate("wstep-ent-sub-ca.pem")
    s.stored_trust = {"root": list(s.roots), "intermediate": [*s.intermediates, old_issuing]}
    s.roots = [*s.roots, real.certificate("forest-a-test-ca.pem"),
               real.certificate("wstep-ent-root-ca.pem")]
    s.intermediates = [*s.intermediates, old_issuing]
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")
    s.trusts("root", added=2, removed=0)
    s.trusts("intermediate", added=0, removed=0)
