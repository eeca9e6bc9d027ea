#!/usr/bin/env python3
"""What Samba's own autoenrollment extension does with the directory before it hands over to its
helpers: find the DC, bind, read the enrollment services and each offered template.  Prints seconds.
Run inside the lab with KRB5CCNAME set; used only by bench.py."""
import os
import sys
import time

from samba.auth import system_session
from samba.credentials import MUST_USE_KERBEROS, SPECIFIED, Credentials
from samba.gp.gp_cert_auto_enroll_ext import fetch_certification_authorities, fetch_template_attrs
from samba.gp.gpclass import get_dc_hostname
from samba.param import LoadParm
from samba.samdb import SamDB as Ldb


def main():
    templates = sys.argv[1:]
    lp = LoadParm()
    lp.load_default()
    lp.set("realm", "CORP.EXAMPLE.TEST")
    lp.set("workgroup", "CORP")
    credentials = Credentials()
    credentials.guess(lp)
    credentials.set_named_ccache(os.environ["KRB5CCNAME"], SPECIFIED, lp)
    credentials.set_kerberos_state(MUST_USE_KERBEROS)
    start = time.perf_counter()
    url = "ldap://%s" % get_dc_hostname(credentials, lp)
    ldb = Ldb(url=url, session_info=system_session(), lp=lp, credentials=credentials)
    authorities = fetch_certification_authorities(ldb)
    for name in templates:
        fetch_template_attrs(ldb, name)
    seconds = time.perf_counter() - start
    if not authorities:
        sys.exit("no enrollment service was found")
    print(seconds)


main()
