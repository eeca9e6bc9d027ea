"""What the last pulses left behind: the brake and the back-off."""
from .library import scenario
from .world import DAY, HOUR, SECOND

DENIED = "0x80094012"


def issued(world, template, reason, *ages, lifetime=365 * DAY):
    for age in ages:
        world.remember("issued", template=template.name, reason=reason, when=age,
                       lifetime=lifetime)


@scenario("brake", "A CA that keeps issuing what the rules do not accept", "B1 Q14", """
    The CA issues certificates under a root that this host does not trust. Twice within a day one was
    requested, issued and found invalid; the reason still stands. A third one would be no better, and
    a fleet of such hosts fills the CA's database: the template is braked until the reason changes or
    an administrator forces it. It is a decision of its own, and a failure in "doctor".""")
def brake(s):
    template = s.template("CorpMachine")
    held = s.held(template, age=2 * HOUR, chain="untrusted", detail="its root is not trusted")
    issued(s, template, "Q14", 10 * HOUR, 2 * HOUR)
    s.says(template, "braked", "B1")
    s.says(held, "left_alone")


@scenario("brake-forced", "The administrator forces the third request", "B1 Q14", """
    The same host, after the administrator put the CA's root into the directory and ran "pulse
    --force". The brake does not hold against an administrator's own act: one more certificate is
    requested, although two were issued for the same reason today.""")
def brake_forced(s):
    s.force = True
    template = s.template("CorpMachine")
    held = s.held(template, age=2 * HOUR, chain="untrusted", detail="its root is not trusted")
    issued(s, template, "Q14", 10 * HOUR, 2 * HOUR)
    s.enrolls(template, "Q14", afterwards=[("archive", held)])
    s.says(held, "left_alone")


@scenario("brake-two-within-a-day", "Twenty-four hours between two certificates", "B1 Q1", """
    Two certificates were issued for the reason "missing" and somebody deleted them again. For the
    first template they lie exactly 24 hours apart, which is no haste: a new one is requested. For
    the second template they lie a second less apart: braked, and it stays so until the reason
    changes or an administrator forces it, however long ago they were issued.""")
def brake_two_within_a_day(s):
    free = s.template("CorpFree")
    stopped = s.template("CorpStopped")
    issued(s, free, "Q1", 50 * DAY, 49 * DAY)
    issued(s, stopped, "Q1", 50 * DAY - SECOND, 49 * DAY)
    s.enrolls(free)
    s.says(stopped, "braked", "B1")


@scenario("brake-other-reason", "Another reason is another matter", "B1 Q5 Q6", """
    Two certificates were issued today because the key was gone, and now the certificate is revoked
    instead; and of the second template two were issued for major version 101, and the administrator
    raised it to 102 since. The brake compares reasons: neither template is held back.""")
def brake_other_reason(s):
    first = s.template("CorpRevoked")
    second = s.template("CorpVersioned", revision=102)
    revoked = s.held(first, age=HOUR, chain="revoked", detail="revoked on 2026-11-21")
    behind = s.held(second, age=HOUR, major=101)
    issued(s, first, "Q5", 5 * HOUR, HOUR)
    issued(s, second, "Q6 101", 5 * HOUR, HOUR)
    s.enrolls(first, "Q4")
    s.says(revoked, "archive", "Q4")
    s.says(second, "renew", "Q6")
    s.says(behind, "renew")
    s.does("renew", behind, reason="Q6 102", afterwards=[("archive", behind)])
    s.does("archive", revoked)


@scenario("brake-short-lived-certificates", "Certificates that live for hours are renewed for hours",
          "B1 Q3 Q12", """
    The template issues certificates for four hours, so renewing every three hours is what it is for.
    Two renewals within a day are no fault here: a certificate that lives shorter than a day shortens
    the day. The last one was issued 195 minutes ago and is due since three minutes.""")
def brake_short_lived(s):
    template = s.template("CorpShort", validity=4 * HOUR, overlap=HOUR)
    held = s.held(template, age=3.25 * HOUR, life=4 * HOUR)
    issued(s, template, "Q3", 9.75 * HOUR, 6.5 * HOUR, 3.25 * HOUR, lifetime=4 * HOUR)
    s.says(template, "renew", "Q3")
    s.says(held, "renew")
    s.does("renew", held, reason="Q3", afterwards=[("archive", held)])


@scenario("back-off-after-denials", "How long a CA that said no is left in peace", "back-off", """
    The CA denied four templates. After one denial there is no wait; after the second 8 hours; after
    each later one 24 (project's own numbers [P]). CorpOnce is asked for again at once, CorpTwice
    waits although four hours have passed, CorpTwiceLong is free after exactly 8 hours, CorpThrice
    waits after twenty. The decisions say until when.""")
def back_off_after_denials(s):
    authority = s.authority()
    rows = (("CorpOnce", 1, SECOND, True), ("CorpThrice", 3, 20 * HOUR, False),
            ("CorpTwice", 2, 4 * HOUR, False), ("CorpTwiceLong", 2, 8 * HOUR, True))
    for name, count, ago, asked in rows:
        template = s.template(name)
        s.remember("refusals", template=name, version="100.0", ca=authority, code=DENIED,
                   count=count, last=ago)
        if asked:
            s.enrolls(template)
        else:
            s.says(template, "waiting", "back-off", fact="2026-11-21T")


@scenario("back-off-of-one-ca", "One of two CAs is left in peace", "back-off", """
    CA 1 denied the template three times, the last time two hours ago; CA 2 never did. The back-off
    is per template and CA, so CA 2 is asked and CA 1 is left out of the list. For another template
    both are asked, because a denial says nothing about other templates.""")
def back_off_of_one_ca(s):
    denied = s.template("CorpDenied")
    other = s.template("CorpOther")
    first, second = s.authority(1), s.authority(2)
    s.remember("refusals", template=denied.name, version="100.0", ca=first, code=DENIED, count=3,
               last=2 * HOUR)
    s.enrolls(denied, cas=[second])
    s.enrolls(other, cas={first, second})


@scenario("back-off-ends-with-an-edit", "The template was edited since the denials", "back-off", """
    The CA denied the template five times, the last time ten minutes ago, because its permissions
    were wrong. The administrator edited the template, which raised its minor version from 0 to 1:
    the reason of the denials may be gone, so the back-off is cleared and the CA is asked [P].""")
def back_off_ends_with_an_edit(s):
    template = s.template("CorpMachine", minor=1)
    authority = s.authority()
    s.remember("refusals", template=template.name, version="100.0", ca=authority, code=DENIED,
               count=5, last=HOUR / 6)
    s.enrolls(template, cas=[authority])


@scenario("back-off-forced", "The administrator does not want to wait", "back-off", """
    The CA denied the template five times, the last time ten minutes ago. The administrator corrected
    the CA's permissions, which no client can see, and ran "pulse --force": the back-off is lifted
    and the CA is asked at once.""")
def back_off_forced(s):
    s.force = True
    template = s.template("CorpMachine")
    authority = s.authority()
    s.remember("refusals", template=template.name, version="100.0", ca=authority, code=DENIED,
               count=5, last=HOUR / 6)
    s.enrolls(template, cas=[authority])


@scenario("back-off-of-a-renewal", "A denied renewal waits like a denied request", "back-off Q3", """
    The certificate is due and the CA denied its renewal twice, an hour ago. The renewal waits until
    8 hours have passed; the certificate is still good and stays. A denial is a denial, whether it
    was for a first certificate or for a successor.""")
def back_off_of_a_renewal(s):
    template = s.template("CorpMachine")
    authority = s.authority()
    held = s.held(template, age=325 * DAY)
    s.remember("refusals", template=template.name, version="100.0", ca=authority, code=DENIED,
               count=2, last=HOUR)
    s.says(template, "waiting", "back-off", fact="2026-11-21T19:00:00Z")
    s.says(held, "left_alone", "back-off")
