"""X: archiving and deleting, userCertificate, expiry warnings."""
from .library import scenario
from .world import AUTO_ENROLLMENT, DAY, HOUR, REMOVE_INVALID

REMOVING = AUTO_ENROLLMENT | REMOVE_INVALID
SIGNATURE = ("digitalSignature",)


@scenario("archive-or-delete", "What becomes of a revoked certificate", "X1 Q4", """
    Five templates, each with a revoked certificate. Without flag 0x400 it is archived. With 0x400 it
    is deleted when its key usage is for signatures only, and archived when it is for encipherment or
    agreement, or when it has no key usage at all: encryption certificates and keys are never deleted
    automatically [W], because somebody may still have to read old mail. All are requested anew.""")
def archive_or_delete(s):
    rows = (("CorpA Plain", AUTO_ENROLLMENT, SIGNATURE, "archive"),
            ("CorpB Signature", REMOVING, SIGNATURE, "remove"),
            ("CorpC Encipherment", REMOVING, ("digitalSignature", "keyEncipherment"), "archive"),
            ("CorpD Agreement", REMOVING, ("digitalSignature", "keyAgreement"), "archive"),
            ("CorpE No Usage", REMOVING, None, "archive"))
    done = []
    for name, flags, usage, kind in rows:
        template = s.template(name, enrollment=flags)
        held = s.held(template, usage=usage, chain="revoked", detail="revoked on 2026-11-20")
        s.enrolls(template, "Q4")
        s.says(held, kind, "Q4")
        done.append((kind, held))
    for kind, held in done:
        s.does(kind, held)


@scenario("archive-or-delete-after-renewal", "What becomes of a renewed certificate", "X1 Q3", """
    Four certificates are due. Once the successor is installed the old one is archived; with flag
    0x400 it is deleted when it was for signatures only (also for non-repudiation), and archived when
    the key could decipher data: renewal always archives its predecessor at least, and encryption
    keys are never deleted [W]. None of it happens when the renewal fails.""")
def archive_or_delete_after_renewal(s):
    rows = (("CorpA Plain", AUTO_ENROLLMENT, SIGNATURE, "archive"),
            ("CorpB Signature", REMOVING, SIGNATURE + ("nonRepudiation",), "remove"),
            ("CorpC Encipherment", REMOVING, ("keyEncipherment",), "archive"),
            ("CorpD Data", REMOVING, ("digitalSignature", "dataEncipherment"), "archive"))
    for name, flags, usage, kind in rows:
        template = s.template(name, enrollment=flags)
        held = s.held(template, age=325 * DAY, usage=usage)
        s.says(template, "renew", "Q3")
        s.says(held, "renew")
        s.does("renew", held, afterwards=[(kind, held)])


@scenario("expired-with-a-valid-successor", "An expired certificate beside its successor",
          "X1 D1", """
    The successor was enrolled by hand and the expired certificate is still there. It was replaced,
    so it is archived, or deleted where the template says 0x400 and the usage is for signatures only.
    Both wait for nothing: their successors are valid here and now. Nobody is warned about what this
    pulse puts away, because archiving comes before the warnings (section 7).""")
def expired_with_a_valid_successor(s):
    first = s.template("CorpArchived")
    second = s.template("CorpDeleted", enrollment=REMOVING)
    old = s.held(first, "old", age=400 * DAY)
    new = s.held(first, "new", age=30 * DAY)
    old_signature = s.held(second, "old", age=400 * DAY, usage=SIGNATURE)
    new_signature = s.held(second, "new", age=30 * DAY, usage=SIGNATURE)
    for template, held in ((first, new), (second, new_signature)):
        s.says(template, "held", "D1")
        s.says(held, "held", "D1")
    s.says(old, "archive", "X1")
    s.says(old_signature, "remove", "X1")
    s.does("archive", old)
    s.does("remove", old_signature)


@scenario("expired-and-nothing-replaces-it", "An expired certificate that nobody replaces", "X1 X3", """
    The template grants this host nothing any more and its certificate has expired. Nothing replaces
    it, so it is left: an administrator may need it, if only to see what it was (X1 table, last row).
    It is warned about once a day (X3).""")
def expired_and_nothing_replaces_it(s):
    template = s.template("CorpMachine", enrollment=0)
    held = s.held(template, age=400 * DAY)
    s.says(template, "not_autoenrollable", "E2")
    s.says(held, "left_alone", "X1")
    s.does("warn", held)


@scenario("archiving-needs-the-second-box", "What 0x1 archives by itself, and what it does not",
          "X1 U3 gates", """
    AEPolicy is 0x1. An expired certificate stands beside its valid successor: archiving it belongs
    to the box "remove revoked certificates", 0x2, which is clear, so it stays and its decision says
    why. A superseded one stands beside the certificate that supersedes it: it would have been
    archived when that one was installed under 0x1 (U3), and a pulse that was cut off in between must
    not change the outcome, so it is archived now.""")
def archiving_needs_the_second_box(s):
    s.bits = 0x1
    template = s.template("CorpMachine", supersedes=("CorpOld",))
    old_template = s.template("CorpOld")
    current = s.held(template, "new", age=30 * DAY)
    expired = s.held(template, "old", age=400 * DAY)
    superseded = s.held(old_template)
    s.says(template, "held", "D1")
    s.says(current, "held", "D1")
    s.says(old_template, "held", "D1")
    s.says(expired, "policy_off", "X1")
    s.says(superseded, "archive", "U3")
    s.does("archive", superseded)
    s.does("warn", expired)


@scenario("unpublish", "Cleaning up userCertificate", "X2 Q3", """
    Jane's userCertificate holds six values: a revoked and an expired one of her template, the valid
    one that is due now, a superseded one, a foreign one that has expired and one that is valid. Revoked
    and superseded values go at once; the expired one goes only when a new valid one is issued in the
    same run [H]; what is not managed is not ours. Exact values are deleted, never the attribute.""")
def unpublish(s):
    s.user()
    template = s.template("CorpUser", supersedes=("CorpOldUser",))
    old_template = s.template("CorpOldUser")
    due = s.held(template, age=325 * DAY)
    s.publish(template, value=due)
    revoked = s.publish(template, "revoked", chain="revoked", detail="revoked on 2026-11-20")
    expired = s.publish(template, "expired", age=500 * DAY)
    superseded = s.publish(old_template, "superseded")
    s.publish(None, "foreign", age=500 * DAY)
    s.publish(None, "foreign and valid")
    s.says(template, "renew", "Q3")
    s.says(due, "renew")
    s.says(old_template, "superseded", fact="CorpUser")
    s.does("renew", due, afterwards=[("archive", due), ("unpublish", expired)])
    for one in (revoked, superseded):
        s.does("unpublish", one)


@scenario("unpublish-needs-the-second-box", "userCertificate is cleaned under the bit 0x2 only",
          "X2 gates", """
    A revoked value stands in userCertificate and AEPolicy is 0x5: no bit 0x2. Whether a bit controls
    the clean-up in Windows is unverified; we require the one whose box speaks of removing revoked
    certificates [P]. So the value stays.""")
def unpublish_needs_the_second_box(s):
    s.user()
    s.bits = 0x5
    template = s.template("CorpUser")
    held = s.held(template)
    s.publish(template, "revoked", chain="revoked", detail="revoked on 2026-11-20")
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")


@scenario("expiry-warnings", "Whoever comes close to the end is named", "X3", """
    The policy says ten percent. Of 1,000 days exactly 100 are left to the first certificate, which
    is the threshold, and a second more to the second one. The third has expired and is foreign. Two
    others were warned about, one 24 hours ago and one a second less: once per day and thumbprint is
    enough. The store CA is watched as well, because the policy lists it beside MY.""")
def expiry_warnings(s):
    from .world import SECOND
    s.warn_stores = ["MY", "CA"]

    def foreign(label, left, life=1000 * DAY):
        return s.held(None, label, age=life - left, life=life)
    at_threshold = foreign("at the threshold", 100 * DAY)
    foreign("a second before", 100 * DAY + SECOND)
    expired = foreign("expired", -20 * DAY)
    yesterday = foreign("warned yesterday", 50 * DAY)
    today = foreign("warned today", 50 * DAY)
    s.remember("warned", thumbprint=yesterday.thumbprint, when=24 * HOUR)
    s.remember("warned", thumbprint=today.thumbprint, when=24 * HOUR - SECOND)
    other = s.watch("CA", "intermediate", age=950 * DAY, life=1000 * DAY)
    s.watch("CA", "fresh", age=100 * DAY, life=1000 * DAY)
    for one in (at_threshold, expired, yesterday, other):
        s.does("warn", one)


@scenario("expiry-warnings-percentage", "Twenty-five percent instead of ten", "X3 D1", """
    OfflineExpirationPercent is 25, as real policies have it. The certificate has 90 of 365 days
    left, 24.7 percent: it is warned about long before its renewal begins, with 42 days left. The
    decision about it is untouched by the warning: it is held.""")
def expiry_warnings_percentage(s):
    s.warn_percent = 25
    template = s.template("CorpMachine")
    held = s.held(template, age=275 * DAY)
    s.says(template, "held", "D1")
    s.says(held, "held", "D1")
    s.does("warn", held)
