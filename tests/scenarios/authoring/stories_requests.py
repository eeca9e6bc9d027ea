"""N: the entries of REQUEST."""
from . import security as sd
from .library import scenario
from .world import DAY, FOR_WINDOWS_10, HOUR, OLD_CERT_SUPPLIES, SECOND, SUPPLIES_SUBJECT


@scenario("request-without-rights", "An approved request is fetched whatever the template says now",
          "N1 N7 N8 E3", """
    The request was made by hand three days ago. Since then the template lost its Autoenroll entry
    and the CA stopped offering it. Fetching needs no Autoenroll right and covers what other programs
    asked for (N7 [H]); it goes to the very CA that took the request, not to the one that offers the
    template today (N8 [WCCE 3.1.1.4.3.7]). The template itself is refused.""")
def request_without_rights(s):
    template = s.template("CorpByHand", acl=s.acl(
        sd.read(), sd.allow_object(s.group_a, sd.ENROLL)))
    first = s.authority(1, offers=[])
    s.authority(2)
    request = s.request(template, age=3 * DAY, authority=first)
    s.says(template, "no_autoenroll_right", "E3")
    s.says(request, "retrieve", "N1")
    s.does("retrieve", request, cas=[first])


@scenario("request-60-days", "Sixty days to the second are not too old", "N5 N1 D3", """
    A request was submitted exactly 60 days ago and nobody approved it. "Older than 60 days" means
    later than that second (N5 [H]): the entry stays, the CA is asked once more, and its template is
    off the list.""")
def request_60_days(s):
    s.story += """ Windows keeps the time of submission with the request; the capture carries it as a
    plain time, so the boundary is exact."""
    template = s.template("CorpApproved")
    request = s.request(template, age=60 * DAY)
    s.says(template, "pending", "D3")
    s.says(request, "retrieve", "N1")
    s.does("retrieve", request)


@scenario("request-60-days-and-a-second", "Sixty days and one second", "N5 N10 Q1", """
    One second later the entry is deleted, and its key with it, because the key was made for exactly
    this request and no certificate has it (X4). The expiry is tested before the retrieval (N10), so
    the CA is not asked. The list of requirements is unchanged by this, hence the same pulse asks
    for a new certificate [H].""")
def request_60_days_and_a_second(s):
    template = s.template("CorpApproved")
    request = s.request(template, age=60 * DAY + SECOND)
    s.says(request, "forget", "N5")
    s.does("forget", request)
    s.enrolls(template)


@scenario("request-60-days-without-the-gate", "Expiry does not wait for the bit 0x4", "N9 N5", """
    AEPolicy is 0x1: nobody asks the CA about pending requests. Two of them wait. The younger one
    stays and keeps its template off the list; the one of 61 days is deleted all the same, because
    N5 is housekeeping of the client's own store and not a question to the CA (N9 [P]).""")
def request_60_days_without_the_gate(s):
    s.bits = 0x1
    young = s.template("CorpYoung")
    old = s.template("CorpOld")
    first = s.request(young, age=2 * DAY, reference="r1", request_id=41)
    second = s.request(old, age=61 * DAY, reference="r2", request_id=17)
    s.says(young, "pending", "D3")
    s.says(first, "pending", "N9")
    s.says(second, "forget", "N5")
    s.does("forget", second)
    s.enrolls(old)


@scenario("offline-request", "A request on paper is nobody's business", "N6 Q1", """
    An administrator made a request file 90 days ago and sent it to a CA by mail; the entry has no
    request id, because it was never submitted from here. It is never fetched, never expired, and its
    key is never touched: the answer may still come (N6 [H]). It does not stand for its template
    either, so autoenrollment requests a certificate of its own.""")
def offline_request(s):
    template = s.template("CorpMachine")
    request = s.request(template, age=90 * DAY, request_id=None)
    s.requests[-1]["ca"] = {"host": "", "name": ""}  # nobody was asked from here
    s.says(request, "left_alone", "N6")
    s.enrolls(template)


@scenario("request-without-template", "A request that names no template", "N6 Q1", """
    Another program left a request of 70 days in REQUEST, with a request id and a CA but without
    template information. Windows never retrieves such an entry [H]; this client does not expire it
    either, because it cannot know whose it is. It stays, key and all, and stands for nothing.""")
def request_without_template(s):
    template = s.template("CorpMachine")
    request = s.request("", age=70 * DAY)
    s.says(request, "left_alone", "N6")
    s.enrolls(template)


@scenario("request-for-a-deleted-template", "The template of a waiting request was deleted",
          "N1 N7", """
    A request waits for a template that the directory no longer lists. It has a request id, a CA and
    a template name, so it was submitted: it is asked about like any other, because the CA may still
    issue it and nothing in the directory has to allow that (N7 [H]). There is no template left that
    it could hold back.""")
def request_for_a_deleted_template(s):
    machine = s.template("CorpMachine")
    young = s.request("CorpDeleted", age=3 * DAY, reference="r1", request_id=41)
    s.says(young, "retrieve", "N1")
    s.does("retrieve", young)
    s.enrolls(machine)


@scenario("several-requests", "Requests are settled before anything new is asked for",
          "N1 N5 N8 D3", """
    Four entries wait: two for CA 1, one for CA 2, one too old. Each is asked about at the CA that
    took it, the old one is dropped, and only then is the list of requirements made (section 7 of
    the rules). Three templates are held back by their entries, the fourth and a new one are
    requested.""")
def several_requests(s):
    names = ("CorpA", "CorpB", "CorpC", "CorpD", "CorpE")
    templates = [s.template(name) for name in names]
    first, second = s.authority(1), s.authority(2)
    places = ((templates[0], first, 1 * DAY), (templates[1], second, 2 * DAY),
              (templates[2], first, 60 * DAY), (templates[3], first, 75 * DAY))
    requests = [s.request(template, age=age, reference=f"r{number}", request_id=100 + number,
                          authority=authority)
                for number, (template, authority, age) in enumerate(places, 1)]
    for template in templates[:3]:
        s.says(template, "pending", "D3")
    for number, (_, authority, _) in enumerate(places[:3]):
        s.says(requests[number], "retrieve", "N1")
        s.does("retrieve", requests[number], cas=[authority])
    s.says(requests[3], "forget", "N5")
    s.does("forget", requests[3])
    s.enrolls(templates[3])
    s.enrolls(templates[4])


@scenario("lost-answer", "The request went out and no answer came", "W7 Q1", """
    An hour ago the connection broke after the request had been sent. The CA may have issued a
    certificate whose request id nobody knows here, so that pulse asked no other CA. The entry has a
    template and no request id: no CA can be asked about it, and the directory publishes nothing that
    it could be; its key is used for the next attempt, which is now (W7).""")
def lost_answer(s):
    template = s.template("CorpMachine")
    request = s.request(template, age=HOUR, request_id=None)
    s.says(request, "left_alone", "W7", fact="answer unknown")
    s.enrolls(template)


@scenario("lost-answer-published", "The answer was lost, and the directory has the certificate",
          "W10 D4", """
    The template publishes what is issued and asks that userCertificate is looked into first (D4). The
    CA issued, published, and its answer was lost: the certificate stands in the directory, its key in
    REQUEST, and D4 keeps the template off the list for a year. What is published is compared with the
    keys of unanswered requests before anything else (W10); no CA is asked for that.""")
def lost_answer_published(s):
    template = s.template("CorpMachine", enrollment=0x20 | 0x8 | 0x10)
    request = s.request(template, age=8 * HOUR, request_id=None)
    s.publish(template, age=8 * HOUR)
    s.says(request, "retrieve", "W10", fact="answer unknown")
    s.does("retrieve", request, cas=[])
    s.says(template, "published", "D4")


@scenario("lost-answer-too-old", "Nobody ever answered, and nothing came of it", "N11 Q1", """
    The answer to a request was lost 61 days ago, and no pulse since then had a reason to ask again:
    AEPolicy was switched off. Nothing of the template is published, so no certificate can be for that
    key: entry and key go (N11), and the request of this pulse has a key of its own.""")
def lost_answer_too_old(s):
    template = s.template("CorpMachine")
    request = s.request(template, age=61 * DAY, request_id=None)
    s.says(request, "forget", "N11")
    s.does("forget", request)
    s.enrolls(template)


@scenario("expired-pending-renewal-with-the-same-key", "A renewal that waited 61 days shares its key",
          "N5 Q3", """
    The template renews with the same key (0x80), and a renewal has waited for a manager for 61 days;
    the certificate that it was to replace is due. The entry is dropped, but its key is the
    certificate's own: dropping an entry deletes a key only if it was made for exactly that entry and
    no certificate has it (X4). In the same pulse the renewal is asked for again.""")
def expired_pending_renewal_with_the_same_key(s):
    template = s.template("CorpSameKey", private_key=FOR_WINDOWS_10 | 0x80)
    held = s.held(template, age=330 * DAY)
    s.request(template, age=61 * DAY)
    s.requests[0]["predecessor"] = held.thumbprint
    s.says("r1", "forget", "N5")
    s.does("forget", "r1")
    s.says(template, "renew", "Q3")
    s.says(held, "renew")
    s.does("renew", held, reason="Q3", afterwards=[("archive", held)])
    s.does("warn", held)


@scenario("one-lineage-waits", "The renewal of one site waits, the other site is renewed", "D3 Q15 N9",
          """
    Two sites share a host and a template that carries the names over. The shop's renewal has been
    at the CA for three days; the wiki's certificate became due today. A waiting renewal holds back
    its own lineage and no other one, or the second site would run out while a manager is on holiday.
    AEPolicy is 0x3, so nobody asks the CA.""")
def one_lineage_waits(s):
    s.bits = 0x3
    template = s.template("CorpWeb", names=SUPPLIES_SUBJECT | OLD_CERT_SUPPLIES, enrollment=0)

    def site(name):
        return s.held(template, name, age=325 * DAY, subject=f"CN={name}.corp.example.test",
                      dns=(f"{name}.corp.example.test",))
    shop, wiki = site("shop"), site("wiki")
    s.request(template, age=3 * DAY)
    s.requests[0]["predecessor"] = shop.thumbprint
    s.says("r1", "pending", "N9")
    s.says(template, "renew", "Q15", fact="1 of 2")
    s.says(shop, "left_alone")
    s.says(wiki, "renew")
    s.does("renew", wiki, afterwards=[("archive", wiki)])
