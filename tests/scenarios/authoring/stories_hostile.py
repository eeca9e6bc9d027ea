"""Bad input: a decision that says so, never a crash and never a silent skip."""
from . import security as sd
from .library import scenario
from .world import DAY, TEMPLATE_ARC


def sound(world):
    """Beside every broken template: it must be decided as if nothing were wrong."""
    return world.template("CorpSound")


@scenario("template-without-identifier", "A version 4 template without an object identifier",
          "F1 E1", """
    A script wrote the template object and forgot msPKI-Cert-Template-OID. The certificate of such a
    template could never be recognised, so it is not requested; it is named as not understood
    together with the attribute, and nothing else is held up by it.""")
def template_without_identifier(s):
    s.story += """ A version 1 template without the attribute is legitimate, and is refused for being
    version 1."""
    broken = s.template("CorpBroken", oid="")
    first = s.template("CorpVersion1", oid="", schema=1, private_key=0)
    s.says(broken, "not_understood", "F1", fact="msPKI-Cert-Template-OID")
    s.says(first, "not_autoenrollable", "E1")
    s.enrolls(sound(s))


@scenario("periods-that-are-none", "Validity and overlap of the wrong sign and size", "F1", """
    Periods are negative counts of 100 nanoseconds in eight octets [CRTD 2.9]. The first template has
    a positive overlap, the second a validity of four octets, the third the most negative number
    there is, which is 29,000 years and no error. The first two are not understood and say which
    attribute; the third one's certificate still follows its own dates.""")
def periods_that_are_none(s):
    positive = s.template("CorpA Positive", overlap=(42 * 864_000_000_000).to_bytes(8, "little"))
    short = s.template("CorpB Short", validity=b"\x00\x40\x39\x87")
    longest = s.template("CorpC Longest", validity=b"\0" * 7 + b"\x80", overlap=b"\0" * 7 + b"\x80")
    held = s.held(longest, age=291 * DAY)
    s.says(positive, "not_understood", "F1", fact="pKIOverlapPeriod")
    s.says(short, "not_understood", "F1", fact="pKIExpirationPeriod")
    s.says(longest, "held", "D1")
    s.says(held, "held", "D1")
    s.enrolls(sound(s))


@scenario("unknown-schema-version", "A template of a schema version that does not exist yet",
          "F1 E1", """
    The template says schema version 5. [WCCE note 42] knows 1 to 4 and tells a client to skip any
    other; skipping without a word would leave the administrator guessing, so the decision names the
    attribute and the value. Version 0 is no version either. Neither is
    guessed to be like the newest version that is known.""")
def unknown_schema_version(s):
    five = s.template("CorpVersion5", schema=5)
    zero = s.template("CorpVersion0", schema=0)
    s.says(five, "not_understood", "F1", fact=("msPKI-Template-Schema-Version", "5"))
    s.says(zero, "not_understood", "F1", fact="msPKI-Template-Schema-Version")
    s.enrolls(sound(s))


@scenario("identifier-with-large-arcs", "Object identifiers beyond 32 bits", "Q1 D1 F1", """
    The enterprise made its template identifiers from UUIDs, under 2.25: one arc has 128 bits. That
    is a valid object identifier, and the certificate that carries it in 21.7 must still be matched
    to the template digit by digit. The second template's "identifier" has an empty arc and is
    none: it is not understood.""")
def identifier_with_large_arcs(s):
    large = s.template("CorpLarge", oid="2.25.329800735698586629295641978511506172918")
    high = s.template("CorpHigh", oid=f"{TEMPLATE_ARC}.4294967296.18446744073709551616")
    wrong = s.template("CorpWrong", oid="1.3.6..1.4")
    first = s.held(large)
    second = s.held(high)
    s.says(large, "held", "D1")
    s.says(first, "held", "D1")
    s.says(high, "held", "D1")
    s.says(second, "held", "D1")
    s.says(wrong, "not_understood", "F1", fact="msPKI-Cert-Template-OID")
    s.enrolls(sound(s))


def filling(world, octets):
    """Entries for strangers that fill a list up to `octets`."""
    entry = sd.allow_object(world.group(900000), sd.ENROLL)
    count = octets // len(entry)
    return [sd.allow_object(world.group(900000 + number), sd.ENROLL) for number in range(count)]


@scenario("descriptor-of-64-kib", "A list of entries filled to the limit of 64 KiB",
          "S2 S4 E3 Q1", """
    An access list has 16 bits for its size, so 64 KiB is all there can be. Somebody filled the
    template's list with more than a thousand grants to single accounts; the host's own grant is the
    very last entry and decides. On the second template a deny for the host's group stands behind
    the same crowd and in front of its grant. Both are read to the end.""")
def descriptor_of_64_kib(s):
    rights = [sd.allow_object(s.group_a, sd.ENROLL), sd.allow_object(s.group_a, sd.AUTOENROLL)]
    room = 0xFFFC - 8 - len(sd.read()) - sum(map(len, rights))
    crowd = filling(s, room)
    granted = s.template("CorpCrowded", acl=s.acl(sd.read(), *crowd, *rights))
    denied = s.template("CorpCrowdedDenied", acl=s.acl(
        sd.read(), *crowd[1:], sd.deny_object(s.group_b, sd.ENROLL), *rights))
    s.enrolls(granted)
    s.says(denied, "no_enroll_right", "E3", fact=("deny", s.group_b))


@scenario("descriptor-that-lies", "Descriptors that promise more than they hold", "S1", """
    One list says that it has 5,000 entries and holds three; one descriptor ends in the middle of an
    entry; one is four octets of rubbish; one entry names a SID with 200 parts. None of them can be
    believed, so none of these templates is requested, although the entries that can be read would
    grant everything. Each decision says what is wrong with the descriptor.""")
def descriptor_that_lies(s):
    aces = [sd.read(), sd.allow_object(s.group_a, sd.ENROLL),
            sd.allow_object(s.group_a, sd.AUTOENROLL)]
    broken_sid = bytearray(sd.allow(s.group_a, sd.CONTROL_ACCESS))
    broken_sid[9] = 200
    rows = (("CorpA Count", sd.descriptor(sd.acl(*aces, claimed=5000))),
            ("CorpB Cut", s.acl(*aces)[:-10]),
            ("CorpC Rubbish", b"\xde\xad\xbe\xef"),
            ("CorpD Sid", s.acl(*aces, bytes(broken_sid))))
    for name, octets in rows:
        s.says(s.template(name, acl=octets), "not_readable", "S1")
    s.enrolls(sound(s))


@scenario("attribute-twice", "Single-valued attributes that stand there twice", "F1", """
    The capture's LDIF names msPKI-Cert-Template-OID, revision and the enrollment flags twice with
    different values. A directory never returns that for single-valued attributes, so somebody edited
    the file, or the server is broken. To take the first value would be a guess: the template is not
    understood, and the decision names an attribute.""")
def attribute_twice(s):
    twice = s.template("CorpTwice", more=(("msPKI-Cert-Template-OID", TEMPLATE_ARC + ".77"),
                                          ("revision", 101), ("msPKI-Enrollment-Flag", 0)))
    s.says(twice, "not_understood", "F1")
    s.enrolls(sound(s))


@scenario("numbers-that-are-none", "Text where a number belongs", "F1", """
    Four templates hold values that no schema allows: a revision of 2^40, a flag word that is a word,
    a provider without a rank, key properties that are not triplets. Each is not understood and names
    its attribute; none is requested with a guessed value, and the sound one is.""")
def numbers_that_are_none(s):
    def broken(name, attribute, value):
        template = s.template(name)
        template.attributes[:] = [
            (key, value if key == attribute else old) for key, old in template.attributes]
        s.says(template, "not_understood", "F1", fact=attribute)
    broken("CorpA Revision", "revision", 1 << 40)
    broken("CorpB Flag", "msPKI-Private-Key-Flag", "exportable")
    broken("CorpC Provider", "pKIDefaultCSPs", SOFTWARE_WITHOUT_RANK)
    broken("CorpD Properties", "msPKI-RA-Application-Policies", "msPKI-Hash-Algorithm`PZPWSTR")
    s.enrolls(sound(s))


SOFTWARE_WITHOUT_RANK = "Microsoft Software Key Storage Provider"


@scenario("faulty-and-refused-anyway", "A template that is faulty and would be refused anyhow",
          "F1 E2 E3", """
    Two templates have an overlap of the wrong sign. One lacks the autoenroll flag, one grants the
    host nothing. The first reason in the order of the rules is the decision, and the fault is named
    beside it, because it may matter more than what could be read.""")
def faulty_and_refused_anyway(s):
    positive = (42 * 864_000_000_000).to_bytes(8, "little")
    first = s.template("CorpByHand", enrollment=0, overlap=positive)
    second = s.template("CorpStrange", overlap=positive, acl=s.acl(sd.read()))
    s.says(first, "not_autoenrollable", "E2", fact="pKIOverlapPeriod")
    s.says(second, "no_enroll_right", "E3", fact="pKIOverlapPeriod")


@scenario("two-templates-with-one-identifier", "A copied template with the original's identifier",
          "F1 D1", """
    Somebody exported a template, changed its name and imported it again with the same
    msPKI-Cert-Template-OID. A certificate that carries the identifier belongs to one of the two
    only: to the first by name, whatever order the directory answers in. The other one could never
    find its own certificate and would be requested for ever: it is not understood, and the decision
    names the first (F1 [P]).""")
def two_templates_with_one_identifier(s):
    copy = s.template("CorpZ Copy", oid=TEMPLATE_ARC + ".500")
    original = s.template("CorpA Original", oid=TEMPLATE_ARC + ".500")
    held = s.held(original)
    s.says(original, "held", "D1")
    s.says(held, "held", "D1")
    s.says(copy, "not_understood", "F1")
