"""A: what each value of AEPolicy allows."""
from .library import scenario
from .world import DAY, OLD_CERT_SUPPLIES, SUPPLIES_SUBJECT


class Everything:
    """One host in which every gate has something to let through or to keep out."""

    def __init__(self, world, bits):
        world.bits = bits
        self.missing = world.template("CorpMachine")
        self.due_template = world.template("CorpVpn")
        self.pending = world.template("CorpWeb")
        self.revoked_template = world.template("CorpRadius")
        # 40 of 365 days left: inside the overlap of 42, and not yet inside the last 10 percent.
        self.due = world.held(self.due_template, age=325 * DAY)
        self.revoked = world.held(self.revoked_template, chain="revoked",
                                  detail="revoked on 2026-11-20: superseded")
        self.request = world.request(self.pending, age=3 * DAY)


def closed(world, bits):
    all_of = Everything(world, bits)
    world.says(all_of.missing, "policy_off", "Q1", fact="AEPolicy")
    world.says(all_of.due_template, "policy_off", "A2", fact="0x2")
    world.says(all_of.pending, "pending", "D3")
    world.says(all_of.revoked_template, "policy_off", "Q4")
    world.says(all_of.due, "policy_off", "A2")
    world.says(all_of.revoked, "policy_off", "Q4")
    world.says(all_of.request, "pending", "N9")


@scenario("policy-absent", "AEPolicy was never set: the trust is refreshed and nothing else",
          "gates K8 Q1 Q3 Q4 D3 N9", """
    No group policy ever configured autoenrollment for this host. A certificate is missing, one is
    due for renewal, one was revoked and a request waits at the CA. Windows' troubleshooting guide
    [G] lets an unconfigured client copy the forest's trusted certificates and do nothing else, so
    every decision names the missing policy and no action follows. The waiting request stays where
    it is (N9) and still stands for its template (D3).""")
def policy_absent(s):
    closed(s, None)


@scenario("policy-zero", "AEPolicy 0: enabled with no box ticked is as good as absent",
          "gates K8 Q1 Q3 Q4 D3 N9", """
    The administrator set the policy to "Enabled" and ticked neither box; the console then writes 0
    [G, Samba fixtures]. A certificate is missing, one is due, one was revoked, a request waits.
    The table of AEPolicy values gives 0 the same row as "absent": the trust is refreshed, nothing
    is requested, renewed, fetched or archived, and each decision says which bit would be needed.""")
def policy_zero(s):
    closed(s, 0)


@scenario("policy-enroll-only", "AEPolicy 0x1: new certificates, and nothing is renewed in advance",
          "gates A2 Q1 Q4 D3 N9", """
    Only "Update certificates that use certificate templates" is ticked. The missing certificate is
    requested, and so is a successor of the revoked one, because both are new requests. The one
    that is due is left until it has expired (A2, [P]: reconciles [G] with a blog that says
    otherwise). Without 0x4 nobody asks the CA about the waiting request, and without 0x2 the
    revoked certificate is not archived by itself.""")
def policy_enroll_only(s):
    all_of = Everything(s, 0x1)
    s.enrolls(all_of.missing)
    s.enrolls(all_of.revoked_template, "Q4", afterwards=[("archive", all_of.revoked)])
    s.says(all_of.due_template, "policy_off", "A2", fact="0x2")
    s.says(all_of.pending, "pending", "D3")
    s.says(all_of.due, "policy_off", "A2")
    s.says(all_of.revoked, "policy_off", "Q4")
    s.says(all_of.request, "pending", "N9")


@scenario("policy-manage-only", "AEPolicy 0x2: renews and archives, and asks for nothing new",
          "gates Q1 Q3 Q4 D3 N9", """
    Somebody wrote AEPolicy 0x2 by hand; the console never writes it alone. By the meaning of the
    bits the certificate that is due is renewed and the revoked one is archived, but neither the
    missing certificate nor a successor of the revoked one is requested, and the waiting request is
    not asked about (0x4). The decisions on what is missing name the bit 0x1.""")
def policy_manage_only(s):
    all_of = Everything(s, 0x2)
    s.says(all_of.missing, "policy_off", "Q1", fact="0x1")
    s.says(all_of.due_template, "renew", "Q3")
    s.says(all_of.pending, "pending", "D3")
    s.says(all_of.revoked_template, "policy_off", "Q4", fact="0x1")
    s.says(all_of.due, "renew")
    s.says(all_of.revoked, "archive")
    s.says(all_of.request, "pending", "N9")
    s.does("renew", all_of.due, reason="Q3", afterwards=[("archive", all_of.due)])
    s.does("archive", all_of.revoked)


@scenario("policy-pending-only", "AEPolicy 0x4: only the waiting request is asked about",
          "gates Q1 Q3 Q4 D3 N1", """
    AEPolicy holds 0x4 alone, which the console never writes. The CA is asked what became of the
    waiting request; nothing is requested, renewed or archived, whatever the state of the
    certificates. The template of the request stays off the list as long as the CA has not answered
    (D3).""")
def policy_pending_only(s):
    all_of = Everything(s, 0x4)
    s.says(all_of.missing, "policy_off", "Q1")
    s.says(all_of.due_template, "policy_off", "A2", fact="0x2")
    s.says(all_of.pending, "pending", "D3")
    s.says(all_of.revoked_template, "policy_off", "Q4")
    s.says(all_of.due, "policy_off", "A2")
    s.says(all_of.revoked, "policy_off", "Q4")
    s.says(all_of.request, "retrieve", "N1")
    s.does("retrieve", all_of.request)


@scenario("policy-manage-and-pending", "AEPolicy 0x6: the second box alone", "gates Q1 Q3 Q4 D3 N1", """
    Only "Renew expired certificates, update pending certificates, and remove revoked certificates"
    is ticked, which writes 0x2 and 0x4 together [G]. The due certificate is renewed, the revoked
    one archived, the waiting request asked about. What is missing stays missing, and the revoked
    certificate gets no successor, because both would be new requests (0x1).""")
def policy_manage_and_pending(s):
    all_of = Everything(s, 0x6)
    s.says(all_of.missing, "policy_off", "Q1")
    s.says(all_of.due_template, "renew", "Q3")
    s.says(all_of.pending, "pending", "D3")
    s.says(all_of.revoked_template, "policy_off", "Q4")
    s.says(all_of.due, "renew")
    s.says(all_of.revoked, "archive")
    s.says(all_of.request, "retrieve", "N1")
    s.does("retrieve", all_of.request)
    s.does("renew", all_of.due, reason="Q3", afterwards=[("archive", all_of.due)])
    s.does("archive", all_of.revoked)


def everything_runs(world, bits):
    all_of = Everything(world, bits)
    world.says(all_of.due_template, "renew", "Q3")
    world.says(all_of.pending, "pending", "D3")
    world.says(all_of.due, "renew")
    world.says(all_of.revoked, "archive")
    world.says(all_of.request, "retrieve", "N1")
    world.does("retrieve", all_of.request)
    world.enrolls(all_of.missing)
    world.enrolls(all_of.revoked_template, "Q4")
    world.does("renew", all_of.due, reason="Q3", afterwards=[("archive", all_of.due)])
    world.does("archive", all_of.revoked)


@scenario("policy-all", "AEPolicy 7: everything", "gates Q1 Q3 Q4 D3 N1", """
    Both boxes are ticked, as every guide recommends. In one pulse the waiting request is asked
    about, the missing certificate is requested, the due one renewed, the revoked one archived and
    replaced. REQUEST comes first and archiving last (section 7); the renewed certificate is
    archived only after its successor was installed (X1).""")
def policy_all(s):
    everything_runs(s, 0x7)


@scenario("policy-unknown-bits", "Bits of AEPolicy that nobody knows change nothing",
          "gates Q1 Q3 Q4 D3 N1", """
    A tool wrote AEPolicy 0x10017. Bits 0x10 and 0x10000 have no meaning in [CAESO 4.4.5.1] or any
    other source; they are ignored [P], and the low bits 7 decide as if they stood alone: request,
    renew, fetch and archive.""")
def policy_unknown_bits(s):
    everything_runs(s, 0x10017)


def disabled(world, bits):
    all_of = Everything(world, bits)
    for template in (all_of.missing, all_of.due_template, all_of.pending, all_of.revoked_template):
        world.says(template, "policy_off", "A1", fact="0x8")
    world.says(all_of.due, "left_alone", "A1")
    world.says(all_of.revoked, "left_alone", "A1")
    world.says(all_of.request, "left_alone", "A1")


@scenario("policy-disabled", "AEPolicy 0x8000: switched off", "gates A1", """
    The administrator set the configuration model to "Disabled". Nothing is requested, renewed,
    fetched or archived, and even the trust is not refreshed [G]. Every template, certificate and
    request still gets its decision, and each of them names the bit 0x8000 so that nobody has to
    guess why the client is silent.""")
def policy_disabled(s):
    disabled(s, 0x8000)


@scenario("policy-disabled-wins", "AEPolicy 0x8007: disabled wins over every other bit", "gates A1", """
    A second policy left the bits of "Enabled" standing and added 0x8000. Rule A1: the bit 0x8000
    wins over every other bit, so the host behaves exactly as with 0x8000 alone, although 0x7 would
    request, renew, fetch and archive.""")
def policy_disabled_wins(s):
    disabled(s, 0x8007)


@scenario("policy-enroll-only-expired", "AEPolicy 0x1 and an expired certificate: a new request",
          "A2 Q2 X1 X3", """
    Under 0x1 nothing is renewed in advance. The certificate ran out yesterday, so its requirement
    is simply unmet and a new enrollment with a new key follows (A2 [P], Q2: an expired signer is
    useless). The old certificate is archived once the new one is installed, and until then it is
    warned about, because it is in a watched store and over its percentage (X3).""")
def policy_enroll_only_expired(s):
    s.bits = 0x1
    template = s.template("CorpMachine")
    old = s.held(template, age=366 * DAY)
    s.enrolls(template, "Q2", afterwards=[("archive", old)])
    s.says(old, "left_alone", "X1")
    s.does("warn", old)


@scenario("policy-manage-only-expired", "AEPolicy 0x2 and an expired certificate: a new request too",
          "Q2 gates X1 X3", """
    The box "Renew expired certificates" promises exactly this: a certificate that ran out yesterday
    is replaced although 0x1 is clear. Q2 has the gate 0x1 or 0x2. The request is a new one, because
    an expired certificate cannot sign for its successor [P]; the old one is archived afterwards.""")
def policy_manage_only_expired(s):
    s.bits = 0x2
    template = s.template("CorpMachine")
    old = s.held(template, age=366 * DAY)
    s.enrolls(template, "Q2", afterwards=[("archive", old)])
    s.says(old, "left_alone", "X1")
    s.does("warn", old)


@scenario("manage-renews-what-is-not-autoenrollable",
          "A certificate that was requested by hand is renewed by itself", "A3 E7 Q3 Q15", """
    An administrator requested a web server certificate with names of his own; the template asks for
    the subject in the request, so nobody autoenrolls for it (E7). But its flag 0x8 lets a renewal
    take the names over from the old certificate, and MANAGE renews what can be built without asking
    anybody (A3 [T]). The same template without 0x8 beside it cannot be renewed: it stays refused,
    and its certificate runs out unless somebody acts.""")
def manage_renews_what_is_not_autoenrollable(s):
    renewable = s.template("CorpWebByHand", names=SUPPLIES_SUBJECT | OLD_CERT_SUPPLIES,
                           enrollment=0)
    stuck = s.template("CorpWebOnce", names=SUPPLIES_SUBJECT, enrollment=0)
    first = s.held(renewable, age=325 * DAY, subject="CN=www.corp.example.test",
                   dns=("www.corp.example.test",))
    second = s.held(stuck, age=325 * DAY, subject="CN=old.corp.example.test",
                    dns=("old.corp.example.test",))
    s.says(renewable, "renew", "Q15")
    s.says(stuck, "not_autoenrollable", "E7")
    s.says(first, "renew")
    s.says(second, "left_alone")
    s.does("renew", first, afterwards=[("archive", first)])
