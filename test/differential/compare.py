"""What two answers have to have in common. Masks what every server chooses for itself: uids, times, revisions, addresses."""
import json
import re

MASKED = {"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "selfLink"}
TIMES = {"lastTransitionTime", "lastUpdateTime", "lastProbeTime", "time", "startTime"}
NOW = re.compile(r"^20(2[4-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d")


def scrub(node, key=""):
    if isinstance(node, dict):
        out = {}
        for k, v in node.items():
            if k in MASKED and key == "metadata":
                continue
            if k == "managedFields":
                v = [dict(entry, time="T") if isinstance(entry, dict) else entry for entry in v or []]
            if k in TIMES and isinstance(v, str) and NOW.match(v):
                v = "T"
            if k == "clusterIP" and v not in ("None", ""):
                v = "ip"
            if k == "clusterIPs" and v != ["None"]:
                v = ["ip"]
            if k in ("nodePort", "healthCheckNodePort") and isinstance(v, int) and v:
                v = 1
            out[k] = scrub(v, k)
        return out
    if isinstance(node, list):
        return [scrub(x, key) for x in node]
    if isinstance(node, str):
        node = re.sub(r"kube-api-access-[a-z0-9]{5}", "kube-api-access-X", node)
        node = re.sub(r"0xc[0-9a-f]{9}", "PTR", node)
        node = re.sub(r"selfType\d+", "selfType", node)
        node = re.sub(r'("resourceVersion\\?":\\?")\d+', r"\1N", node)
        node = re.sub(r'("(?:time|creationTimestamp|lastTransitionTime)\\?":\\?")20\d\d-[^"\\]*', r"\1T", node)
        node = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID", node)
    return node


def short(node):
    text = json.dumps(node, ensure_ascii=False)
    return text if len(text) < 400 else text[:400] + "..."


def first_difference(want, got, path=""):
    if type(want) is not type(got):
        return "%s: want %s got %s" % (path, short(want), short(got))
    if isinstance(want, dict):
        for k in want:
            if k not in got:
                return "%s.%s: missing, want %s" % (path, k, short(want[k]))
            found = first_difference(want[k], got[k], path + "." + k)
            if found:
                return found
        for k in got:
            if k not in want:
                return "%s.%s: extra %s" % (path, k, short(got[k]))
        return None
    if isinstance(want, list):
        for i, (x, y) in enumerate(zip(want, got)):
            found = first_difference(x, y, "%s[%d]" % (path, i))
            if found:
                return found
        if len(want) != len(got):
            return "%s: want %s got %s" % (path, short(want), short(got))
        return None
    return None if want == got else "%s: want %s got %s" % (path, short(want), short(got))


def causes(body):
    if not isinstance(body, dict) or body.get("kind") != "Status":
        return []
    found = (body.get("details") or {}).get("causes") or []
    # The object that a patch made is quoted: its members stand in another order there.
    found = [dict(c, message=re.sub(r'^Invalid value: ".*": ', "", c["message"])) if c.get("field") == "patch" else c for c in found]
    return sorted((c.get("field", ""), c.get("message", ""), c.get("reason", "")) for c in found)


def typed_errors(body):
    """of an apply, whose map Go walks in any order and until a field that it does not know: what skiff says has to be among all"""
    text = body.get("message", "") if isinstance(body, dict) else ""
    if not text.startswith("failed to create typed patch object"):
        return None
    return set(line.strip() for line in text.split("): ", 1)[-1].split("\n") if line != "errors:")


def difference(want, got):
    """one line of text, or None; each answer is (status, body, warnings, ...)"""
    wanted, given = scrub(want[1]), scrub(got[1])
    if want[0] != got[0]:
        said = [short(a[1].get("message")) if isinstance(a[1], dict) and a[0] >= 400 else "" for a in (want, got)]
        return "status: want %s %s got %s %s" % (want[0], said[0], got[0], said[1])
    a, b = causes(wanted), causes(given)
    if a != b:
        lost, extra = [x for x in a if x not in b], [x for x in b if x not in a]
        return "causes: want %s got %s" % (short(lost or len(a)), short(extra or len(b)))
    if len(a) > 1 or a and a[0][0] == "patch":  # their order is the server's own
        for body in (wanted, given):
            body.pop("message", None)
            body["details"].pop("causes")
    some, all_of_them = typed_errors(wanted), typed_errors(given)
    if some and all_of_them and some <= all_of_them:
        given["message"] = wanted["message"]
    found = first_difference(wanted, given)
    if found:
        return found
    if sorted(scrub(want[2])) != sorted(scrub(got[2])):
        return "warnings: want %s got %s" % (short(want[2]), short(got[2]))
    return None
