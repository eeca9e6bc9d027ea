"""Q7, foreign certificates and certificates that belong to somebody else's template."""
from .library import scenario
from .world import DAY, HOUR, SAN_DNS, SECOND, SUBJECT_DNS_AS_CN

REASON = "Q7 ws1.corp.example.test"


def renamed(world):
    """The host was renamed: its certificate still has the old name."""
    template = world.template("CorpMachine", names=SAN_DNS | SUBJECT_DNS_AS_CN)
    held = world.held(template, subject="CN=oldname.corp.example.test",
                      dns=("oldname.corp.example.test",))
    return template, held


@scenario("renamed-host", "The host was renamed", "Q7", """
    The directory calls the host ws1.corp.example.test; its valid certificate says oldname. The
    template puts the DNS name in (name flags 0x8000000, 0x10000000), so the CA builds it from the
    directory and a new certificate would be right: one is requested at once. The old one, valid all
    the same, is archived when its successor is installed.""")
def renamed_host(s):
    template, held = renamed(s)
    s.says(template, "enroll", "Q7", fact="ws1.corp.example.test")
    s.does("enroll", template, reason=REASON, afterwards=[("archive", held)])
    s.says(held, "held", "Q7")


@scenario("renamed-host-second-try-too-soon", "The new certificate has the old name again",
          "Q7", """
    The host was renamed, one certificate was issued for that reason an hour ago, and it still says
    oldname: the CA asked a controller that had not heard of the new name yet. Repeating it at every
    pulse would not help, so the second try waits 8 hours after the first. Event 35 says how many
    hours are left [E]; the number 8 is the project's own (UNVERIFIED in Windows).""")
def renamed_host_second_try_too_soon(s):
    template, held = renamed(s)
    s.remember("issued", template=template.name, reason=REASON, when=HOUR, lifetime=365 * DAY)
    s.says(template, "waiting", "Q7")
    s.says(held, "held", "Q7")


@scenario("renamed-host-second-try", "Eight hours later the second try is made", "Q7", """
    The same host, exactly 8 hours after the certificate with the wrong name was issued: replication
    has had its time and the second try is made. The memory of the last pulses keeps the reason,
    which is the rule together with the name that is wanted; another name would be another reason
    and would be tried at once.""")
def renamed_host_second_try(s):
    template, held = renamed(s)
    s.remember("issued", template=template.name, reason=REASON, when=8 * HOUR, lifetime=365 * DAY)
    s.remember("issued", template=template.name, reason="Q7 oldname.corp.example.test",
               when=HOUR, lifetime=365 * DAY)
    s.says(template, "enroll", "Q7")
    s.does("enroll", template, reason=REASON, afterwards=[("archive", held)])
    s.says(held, "held", "Q7")


@scenario("renamed-host-one-second-early", "Eight hours less a second", "Q7", """
    The other half of the pair: one second is missing to the 8 hours since the last certificate with
    the wrong name, so the second try still waits and the decision says until when.""")
def renamed_host_one_second_early(s):
    s.story += """ The clock of the pulse is the one of the capture, so the same folder gives the
    same answer on every host and in every year."""
    template, held = renamed(s)
    s.remember("issued", template=template.name, reason=REASON, when=8 * HOUR - SECOND,
               lifetime=365 * DAY)
    s.says(template, "waiting", "Q7", fact="2026-11-21T12:00:01Z")
    s.says(held, "held", "Q7")


@scenario("renamed-host-given-up", "Three certificates with the wrong name are enough", "Q7", """
    The CA has issued three certificates for this reason and every one of them has the old name: the
    template or the CA builds it from somewhere else. The client stops until the certificate is
    revoked or has expired, and says so with event 36 and the count [E]. The valid certificate with
    the wrong name stays, because it is better than none.""")
def renamed_host_given_up(s):
    template, held = renamed(s)
    for days in (3, 2, 1):
        s.remember("issued", template=template.name, reason=REASON, when=days * DAY + HOUR,
                   lifetime=365 * DAY)
    s.says(template, "braked", "Q7", fact="3")
    s.says(held, "held", "Q7")


@scenario("renamed-host-given-up-and-forced", "The administrator wants a fourth try", "Q7", """
    The same host after the administrator corrected dNSHostName at the CA's controller and ran "pulse
    --force": neither the count of three nor the wait of eight hours holds against that. The fourth
    certificate is requested at once.""")
def renamed_host_given_up_and_forced(s):
    s.force = True
    template, held = renamed(s)
    for hours in (50, 26, 1):
        s.remember("issued", template=template.name, reason=REASON, when=hours * HOUR,
                   lifetime=365 * DAY)
    s.says(template, "enroll", "Q7")
    s.does("enroll", template, reason=REASON, afterwards=[("archive", held)])
    s.says(held, "held", "Q7")


@scenario("service-account-with-a-dns-name", "Q7 is for machines only", "Q7 D1", """
    A managed service account runs user pulses and has a dNSHostName of its own, as such accounts do.
    Its certificate does not contain that name although the template has the flag for it. Q7 speaks of
    machines: in a user pulse nothing is compared, and the valid certificate is held.""")
def service_account_with_a_dns_name(s):
    s.user()
    s.account_is("svc-web$", 1402, 513, control=0x1000, dns="web.corp.example.test",
                 dn="CN=svc-web,CN=Managed Service Accounts")
    template = s.template("CorpService", names=SAN_DNS)
    held = s.held(template, subject="CN=svc-web", dns=("other.corp.example.test",))
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")


@scenario("dns-name-is-not-in-the-template", "No DNS name in the template, nothing to compare",
          "Q7 D1", """
    The template's subject is the directory path and it has no alternative DNS name, so no
    certificate of it could ever match the host name. Q7 compares only where the template puts the
    name in; else the CA would issue the same "mismatch" for ever. The certificate of the
    second template has the host's name in its common name only, in capitals, which is enough.""")
def dns_name_is_not_in_the_template(s):
    plain = s.template("CorpMachine")
    named = s.template("CorpNamed", names=SUBJECT_DNS_AS_CN)
    first = s.held(plain, subject="CN=something else", dns=())
    second = s.held(named, subject="CN=WS1.CORP.EXAMPLE.TEST", dns=())
    s.says(plain, "held", "D1")
    s.says(first, "held", "D1")
    s.says(named, "held", "D1")
    s.says(second, "held", "D1")


@scenario("foreign-certificates", "Certificates that no template of this forest knows",
          "Q1 X3", """
    The store holds a public TLS certificate without any template extension, one with a template
    identifier of another forest, and one whose template was deleted from the directory. None of
    them is managed: there is no decision about them and nothing touches them [H][W], although one
    has expired and another was revoked. Expiry warnings cover foreign certificates too (X3).""")
def foreign_certificates(s):
    template = s.template("CorpMachine")
    public = s.held(None, "public", age=398 * DAY, life=397 * DAY)
    s.held(None, "other forest", by_oid="1.3.6.1.4.1.311.21.8.1.2.3.4.5.6", chain="revoked",
           detail="revoked on 2026-11-20")
    s.held(None, "deleted", by_name="DeletedTemplate")
    s.enrolls(template)
    s.does("warn", public)


@scenario("template-by-name", "A certificate that names its template instead of numbering it",
          "Q1 D1", """
    Certificates of version 1 templates carry the name (20.2), those of later versions the identifier
    (21.7). A name maps to the cn of a template without regard to case, an identifier to
    msPKI-Cert-Template-OID. The certificate that says "corpmachine" belongs to CorpMachine; the one
    that carries CorpOther's display name as if it were its name belongs to nobody.""")
def template_by_name(s):
    template = s.template("CorpMachine")
    other = s.template("CorpOther")
    held = s.held(template, by_name="corpmachine")
    s.held(None, by_name="Corp Other")
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")
    s.enrolls(other)


@scenario("extensions-that-disagree", "A certificate whose two template extensions disagree",
          "Q1 D1", """
    A certificate carries both extensions: 21.7 numbers CorpMachine, 20.2 names CorpOther. The
    identifier goes before the name, because a name can be used again and an identifier cannot. So
    CorpMachine is held and CorpOther is missing; the certificate is counted once, and nothing
    crashes over the contradiction.""")
def extensions_that_disagree(s):
    template = s.template("CorpMachine")
    other = s.template("CorpOther")
    held = s.held(template, by_oid=template.oid, by_name="CorpOther")
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")
    s.enrolls(other)
