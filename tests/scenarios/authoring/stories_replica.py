"""K: what a pulse does to the trust stores before anything else."""
from . import der
from .library import scenario
from .world import DAY, HOUR


def other_root(world, name):
    return world.ca_certificate(f"CN={name},DC=corp,DC=example,DC=test")


def quiet(world):
    """The replica is the story; the requirements are met."""
    template = world.template("CorpMachine")
    held = world.held(template)
    world.says(template, "held", "D1")
    world.says(held, "held", "D1")


@scenario("trust-becomes-the-directory", "The trust stores become what the directory lists",
          "K2 K5 K8", """
    The forest got a second root and lost an old one; the store still holds the old one and lacks the
    new one. The replica makes the store equal to the directory: one certificate is added, one is
    removed. A certificate that two AIA objects list is stored once (K5), and both members of a
    cross-certificate pair go to the intermediates.""")
def trust_becomes_the_directory(s):
    quiet(s)
    s.authority()
    current = other_root(s, "Corp Root CA")
    new, old = other_root(s, "Corp Root CA 2"), other_root(s, "Corp Old Root CA")
    s.roots = [current, new]
    s.stored_trust = {"root": [current, old], "intermediate": []}
    forward, reverse = other_root(s, "Corp Cross A"), other_root(s, "Corp Cross B")
    pair = der.sequence(der.tlv(0xA0, forward), der.tlv(0xA1, reverse))
    s.finish()
    s.more_aia = [("Corp Cross", [("crossCertificatePair", pair)]),
                  ("Corp Issuing again", [("cACertificate", s.intermediates[0])])]
    s.trusts("root", added=1, removed=1)
    s.trusts("intermediate", added=3, removed=0)
    s.trusts("nt_auth", added=0, removed=0)


@scenario("trust-search-failed", "A search of the directory was cut off", "K3", """
    The search below AIA was cut by the server's size limit, and what came of it lacks most of the
    certificates. Never remove anything when a search failed, was cut or returned a referral: that
    store stays as it is, event 1 names the search and the problem. The other stores were read whole
    and are brought up to date.""")
def trust_search_failed(s):
    quiet(s)
    s.authority()
    old = other_root(s, "Corp Old Root CA")
    s.finish()
    s.stored_trust = {"root": [*s.roots, old], "intermediate": [*s.intermediates, old]}
    s.failed_searches = [{"base": s.below("AIA"),
                          "problem": "the size limit cut the answer"}]
    s.trusts("intermediate", added=0, removed=0, problem="size limit")
    s.trusts("root", added=0, removed=1)


def emptied(world, **options):
    """Every root has gone from the directory; the container itself was read."""
    quiet(world)
    world.authority()
    world.finish()
    stored = world.roots
    world.roots = []
    world.stored_trust = {"root": stored}
    if options:
        world.remember("empty_reads", store="root", first=options["first"])


@scenario("trust-emptied-container", "All roots are gone at once", "K3", """
    CN=Certification Authorities answers, and it is empty; the store of this host holds a root.
    Objects that the account may not see are left out of a successful answer [ADTS 5.1.3.3.6], so a
    careless change of permissions looks like this. The pass that would empty a filled store waits
    until a second full read, at least 8 hours later, agrees [P].""")
def trust_emptied_container(s):
    emptied(s)
    s.trusts("root", added=0, removed=0)


@scenario("trust-emptied-container-too-soon", "The second read came too early", "K3", """
    The same host eight hours less a second after it first saw the empty container. The two readings
    agree, but a wrong permission may well stand for a working day: nothing is removed until the full
    eight hours have passed, and the plan says when that will be.""")
def trust_emptied_container_too_soon(s):
    from .world import SECOND
    emptied(s, first=8 * HOUR - SECOND)
    s.trusts("root", added=0, removed=0)


@scenario("trust-emptied-container-confirmed", "The second read, eight hours later, agrees", "K3", """
    The same host exactly eight hours after it first saw the empty container, and it is empty still.
    Two full readings agree: the roots were taken out on purpose, and the store follows. From now on
    no certificate of these CAs is trusted here.""")
def trust_emptied_container_confirmed(s):
    emptied(s, first=8 * HOUR)
    s.trusts("root", added=0, removed=1)


@scenario("trust-emptied-container-forced", "An administrator's own act needs no second read", "K3", """
    The roots were taken out of the directory on purpose, and the administrator does not want to wait
    for eight hours: "pulse --force" applies the empty set at once. The option is an administrator's
    act, as the rule puts it, and no timer ever sets it.""")
def trust_emptied_container_forced(s):
    s.force = True
    emptied(s)
    s.trusts("root", added=0, removed=1)


@scenario("trust-container-not-readable", "The container of the roots is not there", "K3", """
    This account may not even read CN=Certification Authorities any more, so the search succeeds and
    returns nothing, not the container itself either. An empty set counts only when the container was
    read (K3): the roots stay, whatever the clock says and whoever forces it.""")
def trust_container_not_readable(s):
    s.force = True
    emptied(s)
    s.hidden_containers = ["Certification Authorities"]
    s.trusts("root", added=0, removed=0, problem="Certification Authorities")


@scenario("trust-values-that-are-no-certificates", "Values that are no certificates", "K4", """
    Windows writes a single zero octet into cACertificate when an object must have the attribute and
    there is nothing to put in: skipped without a word. Somebody imported a text file as a root: it is
    skipped and named. The sound certificate beside them is taken.""")
def trust_values_that_are_no_certificates(s):
    quiet(s)
    s.authority()
    s.finish()
    sound = s.roots
    s.roots = [*sound, b"\0", b"-----BEGIN CERTIFICATE-----"]
    s.stored_trust = {"root": []}
    s.trusts("root", added=1, removed=0)
    s.check("the text file is named",
            lambda plan: "no certificate" in str(plan["trust"]) + str(plan["notes"]))


@scenario("trust-of-a-user-pulse", "A user pulse reads the trust and never writes it", "K1", """
    Jane's pulse sees that the directory lists a root that this computer's store lacks. Users inherit
    the machine's trust [W]; the user pulse changes no trust store, whatever it sees. The machine's
    own pulse will.""")
def trust_of_a_user_pulse(s):
    s.user()
    template = s.template("CorpUser")
    held = s.held(template)
    s.authority()
    s.stored_trust = {"root": []}
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")
    s.check("no trust store changes", lambda plan: not any(
        one.get("added") or one.get("removed") for one in plan["trust"]))


@scenario("trust-under-disabled", "Disabled keeps its hands off the trust too", "K8 A1", """
    AEPolicy is 0x8000 and the store lacks the forest's root. The replica runs before any other step
    and even without a policy (K8), but not when autoenrollment is disabled [G]: the root stays
    missing until somebody adds it by other means.""")
def trust_under_disabled(s):
    s.bits = 0x8000
    s.authority()
    template = s.template("CorpMachine")
    s.stored_trust = {"root": []}
    s.says(template, "policy_off", "A1")
    s.check("no trust store changes", lambda plan: not any(
        one.get("added") or one.get("removed") for one in plan["trust"]))


@scenario("trust-without-a-policy", "No policy, and the trust is refreshed all the same", "K8 gates", """
    AEPolicy was never set, and the store lacks the forest's root. The replica runs when AEPolicy is 0
    or absent (K8): the root is added, and nothing else happens.""")
def trust_without_a_policy(s):
    s.story += """ Trust in the forest's CAs is what every member gets, with autoenrollment or
    without, and the certificates of servers are checked against it."""
    s.bits = None
    s.authority()
    template = s.template("CorpMachine")
    s.stored_trust = {"root": []}
    s.says(template, "policy_off", "Q1")
    s.trusts("root", added=1, removed=0)


@scenario("no-nt-auth-object", "A forest that never had NTAuthCertificates", "K3 K2", """
    The forest has certificates in Certification Authorities and AIA, but CN=NTAuthCertificates was
    never created. That is an answer, and an empty one; the store is empty as well, so there is
    nothing to wait for and nothing to say.""")
def no_nt_auth_object(s):
    quiet(s)
    s.authority()
    s.nt_auth = []
    s.nt_auth_exists = False
    s.trusts("nt_auth", added=0, removed=0)
