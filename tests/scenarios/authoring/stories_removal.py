"""D: what takes a requirement off the list although MY has no certificate of the template."""
from .library import scenario
from .world import (AUTO_ENROLLMENT, CHECK_USER_DS_CERTIFICATE, DAY, HOUR)

CHECKED = AUTO_ENROLLMENT | CHECK_USER_DS_CERTIFICATE


@scenario("published-without-key", "Jane's certificate is in the directory, its key elsewhere",
          "D4", """
    Jane signs in on a second computer. Her store is empty there, but her userCertificate in the
    directory holds a valid certificate of the template, enrolled on the first one. The template asks
    to look there first (flag 0x10), so nothing is requested even though no key is here [H]. Without
    that flag, as in the second template, a certificate in the directory counts for nothing.""")
def published_without_key(s):
    s.user()
    checked = s.template("CorpUser", enrollment=CHECKED)
    unchecked = s.template("CorpUserAnywhere")
    s.publish(checked, subject="CN=Jane Doe")
    s.publish(unchecked, subject="CN=Jane Doe")
    s.says(checked, "published", "D4")
    s.enrolls(unchecked)


@scenario("published-unreadable", "userCertificate cannot be read", "D4", """
    The template asks to look into userCertificate first, and the directory answered an error to that
    search. Requesting now could make a duplicate, so the requirement waits for the next pulse (D4
    [P]) and the decision says what failed. A template without the flag is not held up.""")
def published_unreadable(s):
    s.user()
    s.published_problem = "the directory answered insufficientAccessRights"
    checked = s.template("CorpUser", enrollment=CHECKED)
    unchecked = s.template("CorpUserAnywhere")
    s.says(checked, "waiting", "D4", fact="insufficientAccessRights")
    s.enrolls(unchecked)


@scenario("published-and-expired", "What stands in the directory has run out", "D4 X2 Q1", """
    userCertificate holds an expired certificate of the template and a valid one of another. Only a
    valid one of the same template removes the requirement, so a new certificate is requested. Once
    it is installed the expired value is taken out of userCertificate, because a new valid one was
    issued in the same run [H]; the value of the other template stays.""")
def published_and_expired(s):
    s.user()
    checked = s.template("CorpUser", enrollment=CHECKED)
    other = s.template("CorpUserOther", enrollment=CHECKED)
    old = s.publish(checked, age=400 * DAY, subject="CN=Jane Doe")
    s.publish(other, subject="CN=Jane Doe")
    s.enrolls(checked, afterwards=[("unpublish", old)])
    s.says(other, "published", "D4")


@scenario("published-and-due-here", "D4 does not hold a renewal back", "D4 Q3", """
    The certificate in the store is due for renewal and its copy stands in userCertificate, valid as
    it is. Looking into the directory is for what is missing; it is not applied to renewals (D4 [P]),
    or no certificate that the CA publishes would ever be renewed in time.""")
def published_and_due_here(s):
    s.user()
    template = s.template("CorpUser", enrollment=CHECKED)
    held = s.held(template, age=325 * DAY, subject="CN=Jane Doe")
    s.publish(template, value=held)
    s.says(template, "renew", "Q3")
    s.says(held, "renew")
    s.does("renew", held, afterwards=[("archive", held)])


@scenario("another-computer-enrolls", "Jane's other computer is enrolling right now", "D5", """
    Jane's profile roams, and another computer of hers holds the enrollment lock at this moment. To
    enroll here as well would make two certificates for one profile: what would be requested is
    skipped with event 41 [E] and waits for a later pulse. What she holds already is not touched.""")
def another_computer_enrolls(s):
    s.user()
    s.elsewhere = "WS9"
    missing = s.template("CorpMissing")
    owned = s.template("CorpOwned")
    held = s.held(owned, subject="CN=Jane Doe")
    s.says(missing, "waiting", "D5", fact="WS9")
    s.says(owned, "held", "D1")
    s.says(held, "held", "D1")


@scenario("waiting-request-holds-its-template", "No second request while the first one waits",
          "D3", """
    A manager has to approve certificates of this template, and the request of yesterday has not been
    looked at. Its template is written in other letters than the directory's, and counts all the
    same. The requirement is off the list as long as the entry is in REQUEST (D3); the CA is asked
    about it in this pulse, because 0x4 is set.""")
def waiting_request_holds_its_template(s):
    template = s.template("CorpApproved")
    other = s.template("CorpOther")
    request = s.request("CORPAPPROVED", age=26 * HOUR)
    s.says(template, "pending", "D3", fact="12")
    s.says(request, "retrieve", "N1")
    s.does("retrieve", request)
    s.enrolls(other)


@scenario("renewal-waits-for-approval", "A renewal that waits is not requested again", "D3 Q3 N9", """
    The certificate is due and its renewal has been at the CA for three days, waiting for a manager.
    A waiting request holds its template also when the need is a renewal: nothing is sent twice.
    AEPolicy is 0x3 here, so nobody asks the CA about it (N9).""")
def renewal_waits_for_approval(s):
    s.bits = 0x3
    template = s.template("CorpApproved")
    held = s.held(template, age=325 * DAY)
    request = s.request(template, age=3 * DAY)
    s.says(template, "pending", "D3")
    s.says(held, "left_alone", "D3")
    s.says(request, "pending", "N9")
