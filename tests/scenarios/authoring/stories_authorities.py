"""Which certification authorities are asked, and in which order."""
from .library import scenario
from .world import DAY, HOUR


@scenario("ca-untrusted", "The CA that offers it is not trusted here", "choice-2", """
    The test laboratory published its own CA in Enrollment Services; its root is not among the roots
    of the forest. A certificate of that CA could not be believed, so it is never asked (choice 2,
    event 52), and its template is not to be had. A second template is offered by the lab's CA and by
    the real one: there only the real one is asked.""")
def ca_untrusted(s):
    lab_only = s.template("CorpLab")
    both = s.template("CorpMachine")
    real = s.authority(1, offers=[both.name])
    s.authority(2, offers=[lab_only.name, both.name], chain="untrusted",
                detail="the root CN=Lab Root is not trusted")
    s.says(lab_only, "not_trusted", "choice 2", fact="Corp Issuing CA 2")
    s.enrolls(both, cas=[real])


@scenario("ca-revoked", "The CA's certificate was revoked", "choice-3", """
    The issuing CA was compromised and its certificate revoked by the root. The whole chain from the
    issuing CA upward is looked at [H]: known to be revoked means that this CA is skipped, with event
    52, and no other CA offers the template.""")
def ca_revoked(s):
    template = s.template("CorpMachine")
    s.authority(1, chain="revoked", detail="its certificate was revoked on 2026-11-01")
    s.says(template, "not_trusted", "choice 3", fact="revoked")


@scenario("ca-expired-or-malformed", "A CA whose certificate ran out, and one whose is broken",
          "choice-2", """
    The first CA was forgotten and its certificate has expired; the second one's certificate does not
    pass as a CA's. Both still stand in the directory and offer the template. Untrusted, expired and
    malformed are one case: skipped, event 52.""")
def ca_expired_or_malformed(s):
    template = s.template("CorpMachine")
    s.authority(1, chain="expired", detail="it expired on 2026-10-01")
    s.authority(2, chain="malformed", detail="it may not sign certificates")
    s.says(template, "not_trusted", "choice 2",
           fact=("Corp Issuing CA 1", "Corp Issuing CA 2"))


@scenario("ca-revocation-unknown", "Revocation of the CA cannot be told", "choice-3", """
    Four CAs offer the template and none is known to be revoked. For the first the CRL is out of
    reach (0x80092013), the second one names no CRL (0x80092012): both errors are ignored [H], and
    they are asked. The third one's check failed otherwise (0x800B010E),
    which is not ignored: it is skipped. The fourth is sound.""")
def ca_revocation_unknown(s):
    template = s.template("CorpMachine")
    offline = s.authority(1, revocation="0x80092013", detail="the CRL is out of reach")
    unnamed = s.authority(2, revocation="0x80092012", detail="no CRL is named")
    s.authority(3, revocation="0x800b010e", detail="the revocation process could not continue")
    sound = s.authority(4)
    s.enrolls(template, cas={offline, unnamed, sound})


@scenario("ca-sites", "CAs of the own site come first", "choice-4", """
    The host is in site Berlin, as the domain controller told it. Two of four CAs carry Berlin in
    msPKI-Site-Name (in other letters), one carries Munich, one nothing. The Berlin ones are asked
    first and the others after them, each group in an order of its own [T]. Sources differ on whether
    the others are tried at all; we try them last [P].""")
def ca_sites(s):
    s.site = "Berlin"
    template = s.template("CorpMachine")
    munich = s.authority(1, sites=("Munich",))
    near = s.authority(2, sites=("BERLIN", "Potsdam"))
    anywhere = s.authority(3)
    nearest = s.authority(4, sites=("berlin",))
    s.enrolls(template, cas={munich, near, anywhere, nearest})

    def berlin_first(plan):
        first = plan["actions"][0]["cas"][:2]
        return sorted(map(str, first)) == sorted(
            str(one) for one in plan["actions"][0]["cas"]
            if near.config in str(one) or nearest.config in str(one))
    s.check("the first two CAs are those of Berlin", berlin_first)


@scenario("ca-other-site", "No CA of the own site: one group", "choice-4", """
    The host is in site Bonn and no CA carries that name. Then there is one group with all of them
    [T], not an empty list: a branch without a CA of its own must still get certificates. A
    host that does not know its site is treated alike.""")
def ca_other_site(s):
    s.site = "Bonn"
    template = s.template("CorpMachine")
    everybody = {s.authority(1, sites=("Munich",)), s.authority(2, sites=("Berlin",)),
                 s.authority(3)}
    s.enrolls(template, cas=everybody)


@scenario("ca-order-differs-per-template", "The order of CAs is shuffled anew for each template",
          "choice-4", """
    Four CAs offer eight templates. For each template the order is shuffled by itself with a seed
    that is not constant [H], so that a fleet of hosts spreads its load; here the seed is fixed and
    the plan the same on every run. With 24 possible orders and eight templates a client that
    shuffled once would show one order only.""")
def ca_order_differs_per_template(s):
    s.seed = 20261121
    templates = [s.template(f"CorpShuffled{number}") for number in range(1, 9)]
    everybody = {s.authority(number) for number in range(1, 5)}
    for template in templates:
        s.enrolls(template, cas=everybody)
    s.check("not all orders are the same",
            lambda plan: len({str(one["cas"]) for one in plan["actions"]}) > 2)
    s.check("every CA is first for some template",
            lambda plan: len({str(one["cas"][0]) for one in plan["actions"]}) > 2)


@scenario("ca-did-not-answer", "A CA that did not answer lately comes last", "choice-4", """
    CA 1 and CA 2 did not answer an hour ago, CA 3 not for nine hours and CA 4 always did. Whoever
    was silent within the last 8 hours is asked after the others, so that one dead CA does not hold up
    every template of a pulse [P]; nine hours are forgiven. They are still asked in the end: they may
    be back.""")
def ca_did_not_answer(s):
    template = s.template("CorpMachine")
    dead = [s.authority(1), s.authority(2)]
    forgiven, sound = s.authority(3), s.authority(4)
    for one in dead:
        s.remember("outages", ca=one, when=HOUR)
    s.remember("outages", ca=forgiven, when=9 * HOUR)
    s.enrolls(template, cas={*dead, forgiven, sound})

    def dead_last(plan):
        last = plan["actions"][0]["cas"][2:]
        return all(any(one.config in str(asked) for one in dead) for asked in last)
    s.check("the silent CAs come last", dead_last)


@scenario("ca-renewed-its-certificate", "A CA with an old and a new certificate", "choice-2", """
    The CA renewed its own certificate; the directory lists the old one and the new one, in no order.
    The chain is built from all values, newest first. What counts is the answer of the chain check
    for the CA, and there is one CA to ask, not two.""")
def ca_renewed_its_certificate(s):
    template = s.template("CorpMachine")
    subject = "CN=Corp Issuing CA 1,DC=corp,DC=example,DC=test"
    root = "CN=Corp Root CA,DC=corp,DC=example,DC=test"
    old = s.ca_certificate(subject, root, begins=s.now - 2000 * DAY, life=2100 * DAY)
    new = s.ca_certificate(subject, root, begins=s.now - 30 * DAY)
    authority = s.authority(1, certificates=[old, new])
    s.enrolls(template, cas=[authority])


@scenario("ca-renewal-finds-nobody", "Due for renewal, and no CA offers the template any more",
          "E10 Q3", """
    The administrator took the template off the CA while hosts still hold certificates of it. The
    certificate is in its renewal window and nobody would renew it: the decision names what is
    missing, no request is made, and the certificate serves until it ends.""")
def ca_renewal_finds_nobody(s):
    template = s.template("CorpMachine", offered=False)
    held = s.held(template, age=325 * DAY)
    s.says(template, "not_offered", "E10")
    s.says(held, "left_alone", "E10")
