"""U: the ten cases of the supersede table, and what becomes of what is superseded."""
from . import security as sd
from .library import scenario
from .world import AUTO_ENROLLMENT, DAY, REMOVE_INVALID


def not_entitled(world):
    """A list that lets the host read the template and nothing more."""
    return world.acl(sd.read(), sd.allow_object(world.group(1999), sd.ENROLL),
                     sd.allow_object(world.group(1999), sd.AUTOENROLL))


@scenario("supersede-1-both-and-nothing-held", "Entitled to both: only the new one is needed",
          "supersede:1 U1", """
    CorpNew was made to replace CorpOld, and the host may enroll for both; it holds neither. Only the
    new one is requested [H], and the old one's decision is "superseded", with event 56 and the
    superseding template's name. Case 1 of the table.""")
def supersede_1(s):
    new = s.template("CorpNew", supersedes=("CorpOld",))
    old = s.template("CorpOld")
    s.enrolls(new)
    s.says(old, "superseded", "U1", fact="CorpNew")


@scenario("supersede-2-old-one-held", "Entitled to both, the old one is held",
          "supersede:2 U1 U2 U3", """
    The host holds a valid certificate of CorpOld. It never satisfies CorpNew (U2), so the new one is
    requested, and the old certificate is archived only after the new one was installed: if every CA
    fails, the old one is still there (U3 [H]). Case 2.""")
def supersede_2(s):
    new = s.template("CorpNew", supersedes=("CorpOld",))
    old = s.template("CorpOld")
    held = s.held(old)
    s.enrolls(new, afterwards=[("archive", held)])
    s.says(old, "held", "D1")
    s.says(held, "held", "D1")


@scenario("supersede-3-only-the-old-one", "Entitled to the old one only", "supersede:3 U1", """
    CorpNew supersedes CorpOld, but this host has no right on CorpNew. A template that the account
    cannot have acts on nobody: CorpOld is requested as before [H]. Otherwise a successor that is
    rolled out group by group would take the certificate away from everybody else. Case 3.""")
def supersede_3(s):
    new = s.template("CorpNew", supersedes=("CorpOld",), acl=not_entitled(s))
    old = s.template("CorpOld")
    s.says(new, "no_enroll_right", "E3")
    s.enrolls(old)


@scenario("supersede-4-new-one-held-right-lost", "The new one is held, its right is lost",
          "supersede:4 D2 U1", """
    The host enrolled for CorpNew and then lost the right on it; its certificate is valid. A template
    whose valid certificate is held acts although it is no candidate any more, so CorpOld stays off
    the list (D2). When the certificate has run out, CorpOld comes back. Case 4.""")
def supersede_4(s):
    new = s.template("CorpNew", supersedes=("CorpOld",), acl=not_entitled(s))
    old = s.template("CorpOld")
    held = s.held(new)
    s.says(new, "no_enroll_right", "E3")
    s.says(held, "held", "D1")
    s.says(old, "superseded", fact="CorpNew")


@scenario("supersede-5-chain", "A chain of three, the oldest is held", "supersede:5 U1 U3", """
    CorpX supersedes CorpY, which supersedes CorpZ; the host may have all three and holds a valid
    CorpZ certificate. Superseding goes through the chain [P; sources show direct lists only]: only
    CorpX is requested, and the CorpZ certificate is archived after it was installed. Case 5.""")
def supersede_5(s):
    newest = s.template("CorpX", supersedes=("CorpY",))
    middle = s.template("CorpY", supersedes=("CorpZ",))
    oldest = s.template("CorpZ")
    held = s.held(oldest)
    s.enrolls(newest, afterwards=[("archive", held)])
    s.says(middle, "superseded", "U1", fact="CorpX")
    s.says(oldest, "held", "D1")
    s.says(held, "held", "D1")


@scenario("supersede-6-through-a-stranger", "The middle of the chain is out of reach",
          "supersede:6 U1", """
    The same chain, but the host has no right on CorpY in the middle. The edges come from the
    directory and not from what the account may have, so CorpX still reaches CorpZ through CorpY, and
    only CorpX is requested. CorpY's decision is the missing right. Case 6.""")
def supersede_6(s):
    newest = s.template("CorpX", supersedes=("CorpY",))
    middle = s.template("CorpY", supersedes=("CorpZ",), acl=not_entitled(s))
    oldest = s.template("CorpZ")
    s.enrolls(newest)
    s.says(middle, "no_enroll_right", "E3")
    s.says(oldest, "superseded", "U1", fact="CorpX")


@scenario("supersede-7-circle", "Two templates that supersede each other", "supersede:7 U1", """
    CorpA says that it supersedes CorpB, and CorpB says that it supersedes CorpA. Taken literally
    neither would ever be requested. Members of one cycle do not supersede each other, and a warning
    names them [P]; both are requested. Case 7.""")
def supersede_7(s):
    first = s.template("CorpA", supersedes=("CorpB",))
    second = s.template("CorpB", supersedes=("CorpA",))
    s.says(first, "enroll", "Q1", fact="CorpB")
    s.says(second, "enroll", "Q1", fact="CorpA")
    s.does("enroll", first)
    s.does("enroll", second)


@scenario("supersede-8-nobody-offers-the-new-one", "The new template is not published",
          "supersede:8 E10 U1", """
    CorpNew supersedes CorpOld and the host may have both, but no CA issues CorpNew yet. It is no
    candidate (E10) and acts on nobody, so the valid CorpOld certificate is kept and counts. Publish
    first, supersede later is how administrators work. Case 8.""")
def supersede_8(s):
    new = s.template("CorpNew", supersedes=("CorpOld",), offered=False)
    old = s.template("CorpOld")
    held = s.held(old)
    s.says(new, "not_offered", "E10")
    s.says(old, "held", "D1")
    s.says(held, "held", "D1")


@scenario("supersede-9-two-successors", "Two templates supersede the same one",
          "supersede:9 U1", """
    CorpW and CorpX both supersede CorpY, and neither supersedes the other. Both are needed and CorpY
    is not. Microsoft's own default templates do this: Domain Controller Authentication and Directory
    Email Replication both supersede Domain Controller [CRTD note 41]. Case 9.""")
def supersede_9(s):
    first = s.template("CorpW", supersedes=("CorpY",))
    second = s.template("CorpX", supersedes=("CorpY",))
    old = s.template("CorpY")
    s.enrolls(first)
    s.enrolls(second)
    s.says(old, "superseded", "U1", fact=("CorpW", "CorpX"))


@scenario("supersede-10-unknown-name", "It supersedes a template that does not exist",
          "supersede:10 U1", """
    CorpX's list names a template that was deleted years ago, one in other letters than its cn, and
    itself. The unknown name and the self-reference are dropped, the other one holds without regard
    to case. CorpX is requested, CorpY is superseded. Case 10.""")
def supersede_10(s):
    new = s.template("CorpX", supersedes=("NoSuchTemplate", "corpy", "CorpX"))
    old = s.template("CorpY")
    s.enrolls(new)
    s.says(old, "superseded", "U1", fact="CorpX")


@scenario("superseded-and-successor-here", "The successor is here, the old certificate still too",
          "U3 X1 D1", """
    CorpNew's certificate is installed and valid; the last pulse was cut off before it could tidy up.
    The CorpOld certificates are archived now, under the bit 0x2: the one of a template without 0x400
    is archived, the signature-only one of a template with 0x400 is deleted (X1). Until then
    each of them still counts as held of its own template.""")
def superseded_and_successor_here(s):
    new = s.template("CorpNew", supersedes=("CorpOld", "CorpOlder"))
    old = s.template("CorpOld")
    older = s.template("CorpOlder", enrollment=AUTO_ENROLLMENT | REMOVE_INVALID)
    current = s.held(new)
    first = s.held(old, age=200 * DAY)
    second = s.held(older, age=300 * DAY, usage=("digitalSignature",))
    s.says(new, "held", "D1")
    s.says(current, "held", "D1")
    s.says(old, "held", "D1")
    s.says(older, "held", "D1")
    s.says(first, "archive", "U3")
    s.says(second, "remove", "U3")
    s.does("archive", first)
    s.does("remove", second)


@scenario("superseded-and-expiring", "A superseded certificate is not renewed", "U4 U3 U1", """
    The CorpOld certificate is in its renewal window, and CorpNew, which supersedes it, is wanted and
    can be had. Renewing the old one would be work for a template on its way out: only CorpNew is
    requested (U4 [P]), and the old certificate is archived after that. If CorpNew cannot be had
    today, the old one stays until it ends.""")
def superseded_and_expiring(s):
    new = s.template("CorpNew", supersedes=("CorpOld",))
    old = s.template("CorpOld")
    held = s.held(old, age=325 * DAY)
    s.enrolls(new, afterwards=[("archive", held)])
    s.says(old, "superseded", fact="CorpNew")
    s.says(held, "left_alone", "U4")


@scenario("superseded-without-a-policy", "Without a policy the superseded certificate stays",
          "U3 gates", """
    The successor's certificate is here and so is the old one, and AEPolicy was never set, so neither
    box was ticked. Nothing may touch the store then: the superseded certificate stays, and its
    decision says that the policy is what keeps it.""")
def superseded_without_a_policy(s):
    s.bits = None
    new = s.template("CorpNew", supersedes=("CorpOld",))
    old = s.template("CorpOld")
    current, former = s.held(new), s.held(old)
    s.says(new, "held", "D1")
    s.says(current, "held", "D1")
    s.says(old, "held", "D1")
    s.says(former, "policy_off", "U3", fact="AEPolicy")
