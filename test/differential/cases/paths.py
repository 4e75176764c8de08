"""Discovery and the paths that are no resources: groups and versions, health, OpenAPI, what is not there, definitions on their way."""
from words import *

CRDS = cluster("apiextensions.k8s.io/v1", "customresourcedefinitions")
AGG = lambda v: {"Accept": "application/json;g=apidiscovery.k8s.io;v=%s;as=APIGroupDiscoveryList" % v}


def plain(body):
    return body


def group_named(name):
    def keep(body):
        items = [g for g in body.get("items", []) if g["metadata"]["name"] == name]
        for group in items:
            group["metadata"].pop("creationTimestamp", None)
        return items
    return keep


def unhashed(body):
    if "resources" not in body:
        return body
    return dict(body, resources=[{k: v for k, v in r.items() if k != "storageVersionHash"} for r in body["resources"]])


def crd(*versions, scope="Namespaced", names=None, **spec):
    return thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.io", spec=dict({"group": "{id}.io", "scope": scope, "names": dict({"plural": "things", "kind": "Thing"}, **(names or {})), "versions": list(versions)}, **spec))


def version(name="v1", storage=True, served=True, **more):
    return dict({"name": name, "served": served, "storage": storage, "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"a": {"type": "string"}}}}}}}, **more)


def stories():
    lost = ["/x", "/x/y", "/api/x", "/api/v1/x", "/api/v1/x/y", "/api/v1/x/y/z", "/api/v1/x/y/z/w", "/api/v2", "/api/v2/pods", "/apis/x", "/apis/x/v1", "/apis/x/v1/y", "/apis/x.io/v1/namespaces/a/b/c", "/apis/apps/x", "/apis/apps/v1/x", "/apis/apps/v1/x/y", "/apis/apps/v1beta1", "/apis/apps/v1beta1/deployments", "/apis/apps/v1/namespaces/{ns}/x", "/apis/apps/v1/namespaces/{ns}/x/y", "/apis/apps/v1/namespaces/{ns}/deployments/a/x", "/apis/apps/v1/namespaces/{ns}/deployments/a/x/y", "/apis/apps/v1/namespaces", "/apis/apps/v1/namespaces/{ns}", "/api/v1/namespaces/{ns}/nodes", "/api/v1/namespaces/{ns}/namespaces", "/api/v1/nodes/a/b", "/api/v1/pods/a", "/api/v1/namespaces/{ns}/pods/a/b", "/api/v1/namespaces/{ns}/status", "/api/v1/namespaces/{ns}/finalize", "/api/v1/watch", "/api/v1/proxy/nodes/x",
            "/version/", "/version/x", "/healthz/", "/healthz/x", "/livez/x", "/readyz/x", "/openapi", "/openapi/v2/x", "/openapi/v3/x", "/openapi/v3/apis", "/openapi/v3/apis/apps", "/openapi/v3/apis/apps/v9", "/openapi/v1", "/swagger.json", "/logs", "/debug", "/debug/pprof", "/.well-known", "/.well-known/x", "/openid", "/openid/v1", "/index.html", "/favicon.ico", "/metrics/", "/metrics/x", "/API", "/apis/", "/api/", "/api/v1/", "/apis/apps/", "/apis/apps/v1/", "//apis", "/apis//v1", "/apis/apps//deployments", "/./api", "/api/../version", "/api/v1/namespaces/", "/api/v1/namespaces//pods", "/api/v1/namespaces/{ns}//pods", "/api/v1/namespaces/{ns}/pods/", "/api?x=y", "/api/v1/watch/namespaces", "/api/v1/watch/x", "/apis/apps/v1/watch", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/api/v1/bindings", "/api/v1/namespaces/{ns}/bindings", "/api/v1/componentstatuses/none", "/apis/events.k8s.io", "/apis/batch", "/apis/batch/v1beta1"]
    slow = {"/api/v1/watch/namespaces"}
    for i, path in enumerate(lost):
        q = "?timeoutSeconds=1" if path in slow else ""
        short = lambda b: b.get("kind") or sorted(b) if isinstance(b, dict) else b if not isinstance(b, list) else 0
        steps = [(m, path + q, {} if m in ("POST", "PUT", "PATCH") else None, {"keep": short}) for m in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")]
        yield "path-%d" % i, steps + [get(path + q, keep=short, headers={"Impersonate-User": "{id}"}), get(path + q, keep=short, headers={"Accept": "text/html"})]
    health = ["", "?verbose", "?verbose=1", "?verbose=false", "?exclude=etcd", "?exclude=none", "?exclude=etcd&exclude=ping", "?exclude=etcd&verbose", "?exclude=none&verbose", "?odd=1"]
    bare = lambda b: sorted(set(l for l in b.split("\n") if "poststarthook" not in l and "informer-sync" not in l and "shutdown" not in l and "autoregister" not in l)) if isinstance(b, str) else b
    for root in ("/healthz", "/livez", "/readyz"):
        yield "health" + root.replace("/", "-"), [get(root + q, keep=bare, compare_headers=["X-Content-Type-Options", "Cache-Control"]) for q in health] + [get(root + "/ping" + q) for q in ("", "?verbose", "?exclude=ping")] + [get(root + "/etcd"), get(root + "/log"), get(root + "/none"), get(root + "/ping/x"), (("HEAD"), root, None, {}), (("POST"), root, {}, {}), (("DELETE"), root, None, {})]
    yield "groups", [get("/apis/" + g, compare_headers=["Vary", "Cache-Control"]) for g in ("apps", "batch", "autoscaling", "rbac.authorization.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "resource.k8s.io", "certificates.k8s.io", "storage.k8s.io", "policy", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "admissionregistration.k8s.io", "flowcontrol.apiserver.k8s.io", "node.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "networking.k8s.io")]
    yield "resources", [get("/apis/" + v, keep=unhashed) for v in ("apps/v1", "batch/v1", "autoscaling/v1", "autoscaling/v2", "rbac.authorization.k8s.io/v1", "apiextensions.k8s.io/v1", "apiregistration.k8s.io/v1", "resource.k8s.io/v1", "certificates.k8s.io/v1", "storage.k8s.io/v1", "policy/v1", "events.k8s.io/v1", "authentication.k8s.io/v1", "authorization.k8s.io/v1", "admissionregistration.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1", "node.k8s.io/v1", "scheduling.k8s.io/v1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "networking.k8s.io/v1")] + [get("/api/v1", keep=unhashed)]
    yield "hashes", [get("/apis/" + v) for v in ("apps/v1", "batch/v1", "autoscaling/v2", "resource.k8s.io/v1", "storage.k8s.io/v1", "policy/v1", "networking.k8s.io/v1")] + [get("/api/v1")]
    kept = ["apps", "batch", "autoscaling", "rbac.authorization.k8s.io", "resource.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io", "events.k8s.io", "policy"]
    for v in ("v2", "v2beta1"):
        yield "aggregated-" + v, [get("/apis", headers=AGG(v), keep=group_named(g), compare_headers=["Vary", "Cache-Control"]) for g in kept] + [get("/api", headers=AGG(v), keep=lambda b: [dict(g, metadata={}) for g in b["items"]])]
    yield "aggregated-headers", [get(p, headers=h, keep=lambda b: b.get("kind"), compare_headers=["Vary", "Cache-Control", "X-From-Cache"]) for p in ("/api", "/apis") for h in ({"Accept": AGG("v2")["Accept"] + "," + AGG("v2beta1")["Accept"] + ",application/json"}, {"Accept": AGG("v3")["Accept"] + ",application/json"}, AGG("v3"), {"Accept": "application/json;as=APIGroupDiscoveryList"}, {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=Odd,application/json"}, {"Accept": AGG("v2")["Accept"].replace("json", "yaml")})] + [get("/apis/apps", headers=AGG("v2")), get("/api/v1", headers=AGG("v2"), keep=lambda b: b.get("kind"))]
    yield "aggregated-tag", [get("/api", headers=AGG("v2"), keep=lambda b: b.get("kind"), capture={"x": "kind"}), get("/api", headers=dict(AGG("v2"), **{"If-None-Match": "\"x\""}), keep=lambda b: b.get("kind"))]
    two = crd(version("v1"), version("v2beta1", storage=False), version("v1alpha1", storage=False, served=False), version("v2", storage=False, deprecated=True), names={"shortNames": ["th", "tg"], "categories": ["all", "odd"], "singular": "thing", "listKind": "Things"})
    seen = quiet(get("/apis/{id}.io/v1", until=lambda a: a[0] == 200))
    wait = quiet(get(CRDS + "/none", until=lambda a: False, until_seconds=0.6))
    yield "definition", [quiet(post(CRDS, two)), seen, wait, get("/apis/{id}.io"), get("/apis/{id}.io/v1", keep=unhashed), get("/apis/{id}.io/v2", keep=unhashed), get("/apis/{id}.io/v2beta1"), get("/apis/{id}.io/v1alpha1"), get("/apis/{id}.io/v1alpha1/things"), get("/apis/{id}.io/v2/things", keep=lambda b: b["kind"]), get("/apis", headers=AGG("v2"), keep=lambda b: [dict(g, metadata={}) for g in b["items"] if g["metadata"]["name"].startswith("u") and g["metadata"]["name"].endswith(".io") and g["versions"][0]["resources"][0]["resource"] == "things" and len(g["versions"]) == 3][:0]), get("/openapi/v3/apis/{id}.io/v2beta1", keep=lambda b: [sorted(b["paths"]), sorted(b["components"]["schemas"])]), get("/openapi/v3/apis/{id}.io/v1alpha1"), get(CRDS + "/things.{id}.io", keep=lambda b: b["status"]), get(CRDS + "/things.{id}.io", headers=TABLE)]
    yield "definition-cluster", [quiet(post(CRDS, crd(version("v1", subresources={"status": {}, "scale": {"specReplicasPath": ".spec.a", "statusReplicasPath": ".status.a", "labelSelectorPath": ".status.s"}}), scope="Cluster"))), seen, wait, get("/apis/{id}.io/v1", keep=unhashed), get("/apis/{id}.io/v1/things"), get("/apis/{id}.io/v1/namespaces/{ns}/things"), get("/apis/{id}.io/v1/things/a/status"), get("/apis/{id}.io/v1/things/a/scale"), get("/apis/{id}.io/v1/things/a/none"), (("OPTIONS"), "/apis/{id}.io/v1/things", None, {}), (("HEAD"), "/apis/{id}.io/v1/things", None, {}), put("/apis/{id}.io/v1/things", {}), post("/apis/{id}.io/v1/things/a", {})]
    yield "definition-unserved", [quiet(post(CRDS, crd(version("v1", served=True), version("v2", storage=False)))), seen, wait, quiet(merge(CRDS + "/things.{id}.io", {"spec": {"versions": [version("v1", served=False), version("v2", storage=False)]}})), quiet(get("/apis/{id}.io/v1", until=lambda a: a[0] == 404)), wait, get("/apis/{id}.io"), get("/apis/{id}.io/v1"), get("/apis/{id}.io/v1/namespaces/{ns}/things"), get("/apis/{id}.io/v2", keep=unhashed), delete(CRDS + "/things.{id}.io", keep=lambda b: b["kind"]), wait, get("/apis/{id}.io"), get("/apis/{id}.io/v2"), get("/apis/{id}.io/v2/namespaces/{ns}/things")]
    other = crd(version("v1"), names={"plural": "others", "kind": "Thing"})
    other["metadata"] = {"name": "others.{id}.io"}
    third = crd(version("v1"), names={"plural": "thirds", "kind": "Third", "shortNames": ["th"], "singular": "thing"})
    third["metadata"] = {"name": "thirds.{id}.io"}
    yield "definition-conflicts", [quiet(post(CRDS, crd(version("v1"), names={"shortNames": ["th"]}))), seen, quiet(post(CRDS, other)), quiet(post(CRDS, third)), wait, get(CRDS + "/others.{id}.io", keep=lambda b: b["status"]), get(CRDS + "/thirds.{id}.io", keep=lambda b: b["status"]), get("/apis/{id}.io/v1", keep=unhashed), get("/apis/{id}.io/v1/namespaces/{ns}/others"), post("/apis/{id}.io/v1/namespaces/{ns}/others", {}), quiet(delete(CRDS + "/things.{id}.io")), wait, get(CRDS + "/others.{id}.io", keep=lambda b: b["status"]), get(CRDS + "/thirds.{id}.io", keep=lambda b: b["status"])]
    yield "definition-approval", [post(CRDS, dict(crd(version("v1"), group="x.k8s.io"), metadata={"name": "things.x.k8s.io"})), post(CRDS, dict(crd(version("v1"), group="{id}.k8s.io"), metadata={"name": "things.{id}.k8s.io", "annotations": {"api-approved.kubernetes.io": "unapproved, test"}}), keep=lambda b: b["kind"]), wait, get(CRDS + "/things.{id}.k8s.io", keep=lambda b: b["status"] if "status" in b else b), post(CRDS, dict(crd(version("v1"), group="{id}2.k8s.io"), metadata={"name": "things.{id}2.k8s.io", "annotations": {"api-approved.kubernetes.io": "https://x.y/z"}}), keep=lambda b: b["kind"]), wait, get(CRDS + "/things.{id}2.k8s.io", keep=lambda b: b["status"] if "status" in b else b), post(CRDS, dict(crd(version("v1"), group="{id}3.k8s.io"), metadata={"name": "things.{id}3.k8s.io", "annotations": {"api-approved.kubernetes.io": "odd"}}))]
    index = lambda b: sorted(k for k in b["paths"] if "metrics.k8s.io" not in k and not k.startswith("apis/u"))
    yield "openapi", [get("/openapi/v3", keep=lambda b: sorted(b)), get("/openapi/v3", headers={"Accept": "application/yaml"}, keep=lambda b: 1), get("/openapi/v3/api/v1", keep=lambda b: sorted(b["components"]["schemas"])), get("/openapi/v3/api", keep=plain), get("/openapi/v3/version", keep=plain), get("/openapi/v3/apis/apps/v1?hash=odd", keep=lambda b: 1, compare_headers=["Cache-Control", "Vary"]), get("/openapi/v3/.well-known/openid-configuration"), get("/openapi/v3/openid/v1/jwks"), get("/openapi/v2", keep=lambda b: sorted(b), compare_headers=["Vary"]), get("/openapi/v3/apis", keep=plain), get("/openapi/v3/apis/apps", keep=plain), get("/openapi/v3/logs")]
    yield "openid", [get("/.well-known/openid-configuration", keep=lambda b: sorted(b), compare_headers=["Cache-Control"]), get("/openid/v1/jwks", keep=lambda b: [sorted(k) for k in b["keys"]], compare_headers=["Cache-Control"]), (("POST"), "/openid/v1/jwks", {}, {}), get("/openid/v1/jwks", headers={"Accept": "text/html"}), get("/openid/v1/jwks", headers={"Accept": "application/yaml"}), (("POST"), "/.well-known/openid-configuration", {}, {})]
    yield "version", [get("/version", keep=lambda b: sorted(b), headers=h, compare_headers=["Cache-Control"]) for h in ({}, {"Accept": "application/yaml"}, {"Accept": "text/html"}, {"Accept": "*/*"})] + [(m, "/version", {}, {}) for m in ("POST", "DELETE", "HEAD")]
