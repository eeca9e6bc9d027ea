"""Q: what the certificates that are held say about their template."""
from datetime import timedelta

from . import security as sd
from .library import scenario
from .world import (AUTO_ENROLLMENT, BASE_CSP, DAY, HOUR, OLD_CERT_SUPPLIES, SAN_DNS, SECOND,
                    SKIP_AUTO_RENEWAL, SUPPLIES_SUBJECT)

MINUTE = timedelta(minutes=1)


@scenario("nothing-to-do", "A valid certificate, far from its end", "D1 Q14", """
    The host enrolled a hundred days ago for a year. The certificate is valid, has a usable key and
    chains to a trusted root; the template's major version is the certificate's; renewal begins 42
    days before the end. The requirement is off the list [H] and the pulse does nothing, which is
    what nearly every pulse does.""")
def nothing_to_do(s):
    template = s.template("CorpMachine")
    held = s.held(template)
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")


@scenario("expired", "The certificate ran out while the host was off", "Q2 X1 X3", """
    The notebook lay in a drawer for a month and its certificate ran out. It cannot sign a renewal
    any more, so a new certificate with a new key is requested [P on Q2]. The old one is archived
    when the new one is installed (X1); until then it is warned about, because it is past the
    percentage that the policy watches (X3).""")
def expired(s):
    template = s.template("CorpMachine")
    held = s.held(template, age=395 * DAY)
    s.enrolls(template, "Q2", afterwards=[("archive", held)])
    s.says(held, "left_alone", "X1")
    s.does("warn", held)


@scenario("expires-this-second", "The last second of a certificate still counts", "Q2 Q3 X3", """
    The pulse runs in the very second in which the certificate ends. Q2 says "now is later than
    notAfter", so this second still belongs to it: it is renewed, signed by itself, and not replaced
    by a new request. One second later the other template's certificate has expired and a new one is
    requested. Both are warned about.""")
def expires_this_second(s):
    last = s.template("CorpLastSecond")
    gone = s.template("CorpOneSecondLater")
    valid = s.held(last, age=365 * DAY)
    over = s.held(gone, age=365 * DAY + SECOND)
    s.says(last, "renew", "Q3")
    s.says(valid, "renew")
    s.does("renew", valid, afterwards=[("archive", valid)])
    s.enrolls(gone, "Q2", afterwards=[("archive", over)])
    s.says(over, "left_alone", "X1")
    s.does("warn", valid)
    s.does("warn", over)


# Rule Q12: lifetime, overlap, and when renewal begins.
VECTORS = (("Corp1Year", 365 * DAY, 42 * DAY, 323 * DAY),
           ("Corp2Days", 2 * DAY, 42 * DAY, 1.6 * DAY),
           ("Corp56Days", 56 * DAY, 42 * DAY, 44.8 * DAY),
           ("CorpOneDay", DAY, 4 * HOUR, 20 * HOUR))


@scenario("renewal-begins", "Renewal begins with the smaller of overlap and last fifth",
          "Q12 Q3 X3", """
    Five certificates stand exactly at the second in which their renewal begins: the overlap period
    or the last fifth of the certificate's own life, whichever is smaller [W]. 365 days with 42 of
    overlap begin on day 323; 56 days with 42 at 44.8 days; a day with 4 hours after 20 hours; two
    days with 42 days after 38.4 hours; overlap 0 with the last second. All of them are renewed.""")
def renewal_begins(s):
    for name, life, overlap, begins in VECTORS:
        template = s.template(name, validity=life, overlap=overlap)
        held = s.held(template, age=begins, life=life)
        s.says(template, "renew", "Q3")
        s.says(held, "renew")
        s.does("renew", held, afterwards=[("archive", held)])
    never = s.template("CorpZeroOverlap", overlap=0 * DAY)
    last = s.held(never, age=365 * DAY)
    s.says(never, "renew", "Q3")
    s.says(last, "renew")
    s.does("renew", last, afterwards=[("archive", last)])
    s.does("warn", last)


@scenario("renewal-not-yet", "One second before renewal begins", "Q12 D1 X3", """
    The same five certificates as in "renewal-begins", each one second younger. Nothing is due: the
    requirement is off the list because a valid certificate is held outside its renewal window (D1).
    The certificate without overlap has one second left, and is warned about, which is no reason to
    renew it.""")
def renewal_not_yet(s):
    for name, life, overlap, begins in VECTORS:
        template = s.template(name, validity=life, overlap=overlap)
        held = s.held(template, age=begins - SECOND, life=life)
        s.says(template, "held", "D1")
        s.says(held, "held", "D1")
    never = s.template("CorpZeroOverlap", overlap=0 * DAY)
    last = s.held(never, age=365 * DAY - SECOND)
    s.says(never, "held", "D1")
    s.says(last, "held", "D1")
    s.does("warn", last)


@scenario("certificate-shortened-by-the-ca", "The certificate's own dates count, not the template's",
          "Q12 Q3", """
    The template says two years with an overlap of 42 days, but the CA's own certificate was near its
    end and the host got 30 days. The last fifth of these is 6 days, so renewal begins on day 24. On
    the template's dates it would begin long after the certificate has gone; on the overlap alone it
    would have begun before the certificate was issued and every pulse would renew it.""")
def certificate_shortened_by_the_ca(s):
    due = s.template("CorpDue", validity=730 * DAY)
    fresh = s.template("CorpFresh", validity=730 * DAY)
    first = s.held(due, age=24 * DAY, life=30 * DAY)
    second = s.held(fresh, age=23 * DAY, life=30 * DAY)
    s.says(due, "renew", "Q3")
    s.says(first, "renew")
    s.says(fresh, "held", "D1")
    s.says(second, "held", "D1")
    s.does("renew", first, afterwards=[("archive", first)])


@scenario("revoked", "The certificate was revoked", "Q4 X1", """
    The help desk revoked the certificate after an incident, and the chain check reports it. The
    requirement is back on the list and a new certificate with a new key is requested (0x1); the
    revoked one is archived at once (0x2), whether or not the request succeeds, because it is of no
    use any more. It is not archived a second time by the request.""")
def revoked(s):
    template = s.template("CorpMachine")
    held = s.held(template, chain="revoked", detail="revoked on 2026-11-20: key compromise")
    s.enrolls(template, "Q4")
    s.says(held, "archive", "Q4", fact="revoked")
    s.does("archive", held)


@scenario("revocation-offline", "Nobody can say whether it was revoked", "Q14 D1", """
    The host is on the road and no CRL can be fetched: the chain check answers "revocation offline"
    (0x80092013) for one certificate and "no CRL is named" (0x80092012) for another. Offline or
    missing revocation data keeps a certificate valid, only a known revocation does not (Q14,
    mirrors [H]). Treating "unknown" as "revoked" would re-enroll every notebook on every train.""")
def revocation_offline(s):
    first = s.template("CorpOffline")
    second = s.template("CorpNoCrl")
    one = s.held(first, revocation="0x80092013")
    two = s.held(second, revocation="0x80092012")
    s.says(first, "held", "D1")
    s.says(second, "held", "D1")
    s.says(one, "held", "D1")
    s.says(two, "held", "D1")


@scenario("untrusted-certificate", "The certificate chains to nothing that is trusted", "Q14", """
    The old CA was taken out of service and its root removed from the directory, so the certificate
    no longer chains to a trusted root. It is not valid (Q14), it is not known to be revoked either,
    and its template is wanted again. What is not revoked, not expired and not superseded is left
    where it is until its successor is installed, which then archives it (X1).""")
def untrusted_certificate(s):
    template = s.template("CorpMachine")
    held = s.held(template, chain="untrusted", detail="the root CN=Old Root CA is not trusted")
    s.enrolls(template, "Q14", afterwards=[("archive", held)])
    s.says(held, "left_alone")


@scenario("key-gone", "The certificate is here and its key is not", "Q5", """
    A disk image was restored without the key store: the provider answers 0x80090016, key set does
    not exist. The certificate is dead; a new one is requested (Q5) and archives the old one when it
    is installed. The decision says what the provider said.""")
def key_gone(s):
    template = s.template("CorpMachine")
    held = s.held(template, key="gone", key_detail="the provider says 0x80090016")
    s.says(template, "enroll", "Q5", fact="0x80090016")
    s.does("enroll", template, afterwards=[("archive", held)])
    s.says(held, "left_alone")


@scenario("key-unknown", "The key cannot be tested right now", "Q5 D1", """
    The smart card is not in the reader, so a silent probe of the key answers 0x80090022. That is not
    "gone": it counts as having the key and is logged. If it counted as gone, every pulse without
    the card would enroll again and fill the card with keys (Q5 [P]).""")
def key_unknown(s):
    template = s.template("CorpMachine")
    held = s.held(template, key="unknown", key_detail="0x80090022: the card is not in the reader")
    s.says(template, "held", "Q5", fact="0x80090022")
    s.says(held, "held", "Q5", fact="0x80090022")


@scenario("major-version-behind", "Reenroll all certificate holders", "Q6 Q13", """
    The administrator chose "Reenroll all certificate holders": the template's major version went
    from 100 to 101 while certificates carry 100 [W]. Each valid certificate is renewed at once
    although its window is far away, signed by itself. A certificate that names its template without
    a version (20.2) cannot be behind, and one of a template without automatic renewal is left.""")
def major_version_behind(s):
    template = s.template("CorpMachine", revision=101)
    by_name = s.template("CorpByName", revision=101)
    skipped = s.template("CorpNoRenewal", revision=101,
                         enrollment=AUTO_ENROLLMENT | SKIP_AUTO_RENEWAL)
    held = s.held(template, major=100)
    named = s.held(by_name, by_name="CorpByName")
    kept = s.held(skipped, major=100)
    s.says(template, "renew", "Q6", fact=("100", "101"))
    s.says(held, "renew")
    s.does("renew", held, reason="Q6 101", afterwards=[("archive", held)])
    s.says(by_name, "held", "D1")
    s.says(named, "held", "D1")
    s.says(skipped, "held", "Q13")
    s.says(kept, "held", "Q13")


@scenario("major-version-behind-under-enroll-only", "Q6 asks for the bit 0x1, not 0x2", "Q6 gates", """
    The major version of the template was raised, and AEPolicy is 0x1: only the first box is ticked.
    Q6 belongs to that box, "update certificates that use certificate templates", although it is
    carried out as a renewal: the certificate is renewed. Under 0x2 alone it would not be.""")
def major_version_behind_enroll_only(s):
    s.bits = 0x1
    template = s.template("CorpMachine", revision=101)
    held = s.held(template, major=100)
    s.says(template, "renew", "Q6")
    s.says(held, "renew")
    s.does("renew", held, reason="Q6 101", afterwards=[("archive", held)])


@scenario("major-version-behind-under-manage-only", "Q6 is not for the second box", "Q6 gates", """
    The mirror of the case before: the major version was raised and AEPolicy is 0x2. The certificate
    is valid and far from its window, so the second box has nothing to renew, and Q6 needs 0x1. The
    decision says which bit would let it happen.""")
def major_version_behind_manage_only(s):
    s.bits = 0x2
    template = s.template("CorpMachine", revision=101)
    held = s.held(template, major=100)
    s.says(template, "policy_off", "Q6", fact="0x1")
    s.says(held, "policy_off", "Q6")


@scenario("minor-version-bump", "Every edit raises the minor version and means nothing", "Q9 D1", """
    The administrator corrected the description of the template, and the console raised its minor
    version from 3 to 4, as it does on every edit [WCCE note 4]. The certificate of minor version 3
    is as good as before. Re-enrolling on it would make every edit a flood.""")
def minor_version_bump(s):
    template = s.template("CorpMachine", minor=4)
    held = s.held(template, minor=3)
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")


@scenario("weaker-key-than-wanted", "The template now wants longer keys of another provider",
          "Q8 D1", """
    The minimal key size went from 1024 to 4096 and the provider list was changed, but nobody chose
    "Reenroll all certificate holders". The certificate with its 1024-bit key stays until it is due:
    that Windows acts on this by itself is unverified, and the reference says no action unless Q6
    also holds. Its successor will have the longer key.""")
def weaker_key_than_wanted(s):
    template = s.template("CorpMachine", key_size=4096, providers=(BASE_CSP,), schema=2,
                          private_key=0x01010000)
    held = s.held(template, key_bits=1024)
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")


@scenario("not-valid-yet", "The CA's clock is ahead", "Q10 D1 Q1", """
    Two certificates begin in the future, because the CA's clock is ahead of this host's. Ten minutes
    are a skew that counts as valid; ten minutes and a second count as missing, so a new certificate
    is requested (Q10 [P]). The reference gives the limit; the pair of cases holds it to the
    second. The one that is not valid yet stays where it is: its time will come.""")
def not_valid_yet(s):
    near = s.template("CorpNear")
    far = s.template("CorpFar")
    first = s.held(near, begins=s.now + 10 * MINUTE)
    second = s.held(far, begins=s.now + 10 * MINUTE + SECOND)
    s.says(near, "held", "D1")
    s.says(first, "held", "D1")
    s.enrolls(far, "Q10")
    s.says(second, "left_alone")


@scenario("enroll-right-lost", "The right is gone, and the certificate still needs a successor",
          "Q11 D1 Q3", """
    Group 1601 lost Enroll on the template after the host had enrolled, and the certificate is due.
    It enters the review all the same (Q11 [H]) and the renewal fails with event 25, which is how an
    administrator learns of it; it is not silently dropped. The second template lost Autoenroll
    only: a renewal needs Read and Enroll, so that one is renewed (A3).""")
def enroll_right_lost(s):
    lost = s.template("CorpLost", acl=s.acl(
        sd.read(), sd.allow_object(s.group(1999), sd.ENROLL)))
    half = s.template("CorpHalf", acl=s.acl(
        sd.read(), sd.allow_object(s.group_a, sd.ENROLL)))
    first = s.held(lost, age=325 * DAY)
    second = s.held(half, age=325 * DAY)
    s.says(lost, "no_enroll_right", "Q11")
    s.says(first, "left_alone", "Q11")
    s.says(half, "renew", "A3")
    s.says(second, "renew")
    s.does("renew", second, afterwards=[("archive", second)])


@scenario("enroll-right-lost-and-nothing-due", "A lost right matters when something is due",
          "Q11 E3 D1", """
    The same loss of rights, and the certificate has most of its year before it. Nothing is due, so
    nothing fails yet; the certificate is held, its template's decision shows that the right is
    missing. A later pulse, in the renewal window, will say so with event 25.""")
def enroll_right_lost_and_nothing_due(s):
    lost = s.template("CorpLost", acl=s.acl(
        sd.read(), sd.allow_object(s.group(1999), sd.ENROLL)))
    held = s.held(lost)
    s.says(lost, "no_enroll_right", "E3")
    s.says(held, "held", "D1")


@scenario("no-automatic-renewal", "The template excludes automatic renewal", "Q13 Q2 X1 X3", """
    SKIP_AUTO_RENEWAL (0x40000) is set on both templates. The first certificate is deep in what would
    be its renewal window and is left there. The second has expired: the flag takes Q3 and Q6 away,
    not Q1 and Q2 (Q13 [P]), so a new one is requested. Both are warned about, being near or past
    their end.""")
def no_automatic_renewal(s):
    kept = s.template("CorpKept", enrollment=AUTO_ENROLLMENT | SKIP_AUTO_RENEWAL)
    over = s.template("CorpOver", enrollment=AUTO_ENROLLMENT | SKIP_AUTO_RENEWAL)
    first = s.held(kept, age=360 * DAY)
    second = s.held(over, age=366 * DAY)
    s.says(kept, "held", "Q13")
    s.says(first, "held", "Q13")
    s.enrolls(over, "Q2", afterwards=[("archive", second)])
    s.says(second, "left_alone", "X1")
    s.does("warn", first)
    s.does("warn", second)


@scenario("newest-decides", "Several valid certificates of one template", "Q15 D1", """
    Somebody enrolled by hand twice and autoenrollment once: three valid certificates of one
    template, whose names the CA builds. The newest decides; the older two are left alone, although
    the oldest is in its renewal window. That Windows archives siblings after one renewal is a known
    complaint [T]: the web server may still be using one of them.""")
def newest_decides(s):
    template = s.template("CorpMachine")
    oldest = s.held(template, "oldest", age=325 * DAY)
    middle = s.held(template, "middle", age=200 * DAY)
    newest = s.held(template, "newest", age=100 * DAY)
    s.says(template, "held", "D1")
    s.says(newest, "held", "D1")
    s.says(middle, "left_alone", "Q15")
    s.says(oldest, "left_alone", "Q15")


@scenario("lineages", "Certificates of different names are renewed one by one", "Q15 A3 Q3", """
    Three web sites share a host. Their certificates come from one template that takes the names from
    the request and, on renewal, from the old certificate (0x8). Each name is a lineage of its own:
    the two that are due are renewed, each by itself, and the third is left. Windows would look at
    the newest only, archive the rest and lose two sites (Q15 [P], [T]).""")
def lineages(s):
    template = s.template("CorpWeb", names=SUPPLIES_SUBJECT | OLD_CERT_SUPPLIES, enrollment=0)

    def site(name, age):
        return s.held(template, name, age=age, subject=f"CN={name}.corp.example.test",
                      dns=(f"{name}.corp.example.test",))
    due = [site("shop", 325 * DAY), site("mail", 324 * DAY)]
    fresh = site("wiki", 100 * DAY)
    s.says(template, "renew", "Q15", fact="2 of 3")
    for one in due:
        s.says(one, "renew")
    s.says(fresh, "held", "D1")
    for one in reversed(due):  # lineages in the order of their names: mail, shop
        s.does("renew", one, afterwards=[("archive", one)])


@scenario("lineages-with-predecessors", "Two certificates of one name are one lineage", "Q15 X1", """
    The shop's certificate was renewed by hand last month and the old one is still there; the wiki's
    is due. Within the lineage of one subject and alternative name the newest decides: the shop needs
    nothing and its older sibling is left alone, and only the wiki is renewed. The shop's fresh
    certificate does not count for the wiki.""")
def lineages_with_predecessors(s):
    template = s.template("CorpWeb", names=SUPPLIES_SUBJECT | OLD_CERT_SUPPLIES, enrollment=0)

    def site(name, age, label=""):
        return s.held(template, name + label, age=age, subject=f"CN={name}.corp.example.test",
                      dns=(f"{name}.corp.example.test",))
    old_shop = site("shop", 325 * DAY, " old")
    new_shop = site("shop", 30 * DAY, " new")
    wiki = site("wiki", 325 * DAY)
    s.says(template, "renew", "Q15", fact="1 of 2")
    s.says(old_shop, "left_alone", "Q15")
    s.says(new_shop, "held", "D1")
    s.says(wiki, "renew")
    s.does("renew", wiki, afterwards=[("archive", wiki)])


@scenario("renewal-is-not-possible-here", "A client that cannot sign renewals asks anew", "Q3 Q6", """
    The capture comes from a build that cannot sign a request with the certificate that is to be
    replaced (its abilities say so). A certificate in its window is then to be replaced as
    ever, but by a new request instead of a signed one, and the old one is archived afterwards like
    any predecessor.""")
def renewal_is_not_possible_here(s):
    s.abilities = dict(s.abilities, renewal=False)
    template = s.template("CorpMachine", names=SAN_DNS)
    behind = s.template("CorpBehind", revision=101)
    held = s.held(template, age=325 * DAY)
    old = s.held(behind, major=100)
    s.says(behind, "renew", "Q6")
    s.does("enroll", behind, reason="Q6 101", afterwards=[("archive", old)])
    s.says(template, "renew", "Q3")
    s.does("enroll", template, afterwards=[("archive", held)])
    s.says(held, "renew")
    s.says(old, "renew")
