"""Names of objects of every kind: which are refused, and with which words."""
import lifecycles
import objects
from words import *

NAMES = ("A_b", "a/b", "a.b", "a:b", "1a", "a" * 64, "a" * 254, "-a", "a%b", "..", "a.", "é")
# A service with a name that nothing can be called stops kube-apiserver's allocation of addresses for a while.
LEFT_OUT = ("Service", "CertificateSigningRequest")


def stories():
    for url, body in objects.all_objects():
        if body["kind"] in LEFT_OUT:
            continue
        collection, _, body = lifecycles.told(url, body)
        kind = "%s-%s" % (body["apiVersion"].replace("/", "-"), body["kind"].lower())
        yield kind, [post(collection + "?dryRun=All", dict(body, metadata={"name": name})) for name in NAMES]
