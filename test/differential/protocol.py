#!/usr/bin/env python3
"""Requests of every kind that are not about one field: wrong methods and media types, selectors, paging, tables, discovery, OpenAPI.

    protocol.py --token-file F [--oracle-token T] [--only REGEX]
"""
import re

import compare
import objects
import schemas as schema_reader
import servers

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
PARTIAL = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
PARTIAL_LIST = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
SELECTORS = ["metadata.name=a", "metadata.namespace=a", "spec.nodeName=a", "status.phase=a", "type=a", "spec.unschedulable=true",
             "involvedObject.name=a", "reason=a", "status.successful=1", "spec.signerName=a", "metadata.labels=a", "a", "a=b,c!=d", "=", "a==b",
             "metadata.name!=a", "spec.restartPolicy=Never", "status.replicas=1", "spec.schedulerName=a", "status.podIP=1.1.1.1", "spec.pool.name=a",
             "spec.driver=a", "spec.clusterIP=a", "spec.type=a", "source=a", "reportingComponent=a", "secret.type=a", "name=a",
             "involvedObject.kind=a", "spec.group=a", "spec.hostNetwork=true", "spec.serviceAccountName=a", "status.nominatedNodeName=a"]
LABELS = ["a", "!a", "a=b", "a in (b,c)", "a notin (b)", "a in b", "a>1", "a>x", "a b", "a=b c", "a==b,c", ",", "a,,b", "(a)", "A_/b=c"]
PAGES = ["limit=1", "limit=-1", "limit=x", "continue=x", "limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0", "resourceVersion=x",
         "resourceVersion=0&resourceVersionMatch=Exact", "resourceVersionMatch=Exact", "resourceVersion=0&resourceVersionMatch=NotOlderThan",
         "resourceVersion=1&resourceVersionMatch=x", "resourceVersion=0&limit=1", "resourceVersion=99999999999", "resourceVersion=-1",
         "timeoutSeconds=x", "watch=x&timeoutSeconds=1", "watch=1&timeoutSeconds=x", "sendInitialEvents=true", "watch=1&sendInitialEvents=true", "watch=1&resourceVersionMatch=Exact&resourceVersion=1",
         "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1&allowWatchBookmarks=x", "pretty=x", "unknown=1",
         "allowWatchBookmarks=true", "watch=1&resourceVersion=x", "watch=1&resourceVersionMatch=NotOlderThan"]


def arguments():
    parser = servers.parser(__doc__)
    parser.add_argument("--only", default=".")
    return parser.parse_args()


class Protocol:
    def __init__(self, options):
        with open(options.token_file) as file:
            token = file.read().strip()
        self.servers = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
        self.only, self.same, self.all = options.only, 0, 0

    def check(self, name, method, path, body=None, headers=None, content_type="application/json", keep=None, with_headers=()):
        if not re.search(self.only, name):
            return
        answers = []
        for server in self.servers:
            status, got, warnings, sent = server.request(method, path, body, content_type=content_type, headers=headers)
            if keep and isinstance(got, dict) and status < 300:
                got = keep(got)
            shown = {h: sent.get(h) for h in with_headers} if sent else {}
            answers.append((status, got if not with_headers else [got, shown], warnings))
        self.all += 1
        found = compare.difference(*answers)
        if found:
            print("%s: %s %s :: %s" % (name, method, path, found[:700]), flush=True)
        else:
            self.same += 1

    def errors(self, url, item):
        for method in ("PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "BOGUS"):
            self.check("methods", method, url, "{}" if method in ("PUT", "PATCH") else None, content_type="application/merge-patch+json", with_headers=("Allow",))
        self.check("methods", "POST", item, "{}", with_headers=("Allow",))
        for sub in ("status", "scale", "nothing", "finalize", "approval", "log", "exec", "eviction", "binding", "token", "resize", "ephemeralcontainers"):
            for method in ("GET", "POST", "DELETE"):
                self.check("subresources", method, item + "/" + sub, "{}" if method == "POST" else None)
        for method in ("GET", "DELETE"):
            self.check("absent", method, item)
        self.check("absent", "PUT", item, {"metadata": {"name": "absent"}})
        for media in ("application/merge-patch+json", "application/json-patch+json", "application/strategic-merge-patch+json", "application/json", "text/plain", ""):
            for patch in ("{}", "[]", "x", "", "null", '"a"'):
                self.check("patch media", "PATCH", item, patch, content_type=media)
        for media in ("text/plain", "application/x", "application/vnd.kubernetes.protobuf", "application/yaml", "application/cbor", ""):
            self.check("post media", "POST", url + "?dryRun=All", "{", content_type=media)
        for accept in ("text/html", "application/xml", "*/*", "application/*", "application/json;as=Table;v=v2;g=meta.k8s.io", "application/json;as=X;v=v1;g=meta.k8s.io",
                       "application/json;q=0.5, text/html", ""):
            self.check("accept", "GET", item, headers={"Accept": accept}, with_headers=("Content-Type",))
        for query in ("dryRun=x", "fieldManager=" + "x" * 200, "fieldManager=%00", "fieldValidation=x", "dryRun=All&dryRun=All", "propagationPolicy=x", "gracePeriodSeconds=x",
                      "gracePeriodSeconds=-1", "orphanDependents=x", "propagationPolicy=Orphan&orphanDependents=true", "force=true"):
            self.check("parameters", "POST", url + "?" + query, {"metadata": {"name": "UPPER"}})
            self.check("parameters", "PATCH", item + "?" + query, "{}", content_type="application/apply-patch+yaml")
            self.check("parameters", "DELETE", item + "?" + query)
        for body in ({"kind": "DeleteOptions"}, {"propagationPolicy": "x"}, {"gracePeriodSeconds": -1}, {"preconditions": {"uid": "x"}}, {"apiVersion": "v2"}, "x", "[]",
                     {"dryRun": ["x"]}, {"orphanDependents": True, "propagationPolicy": "Orphan"}, {"unknown": 1}, {"apiVersion": "v1", "kind": "Pod"}):
            self.check("delete options", "DELETE", item, body)

    def lists(self, url, kind):
        empty = lambda got: {k: v for k, v in got.items() if k != "metadata"} if "items" in got else got
        for selector in SELECTORS:
            self.check("field selectors", "GET", url + "?fieldSelector=" + selector.replace("=", "%3D").replace("!", "%21"), keep=lambda got: "list")
        for selector in LABELS:
            self.check("label selectors", "GET", url + "?labelSelector=" + "".join("%%%02X" % ord(c) for c in selector), keep=lambda got: "list")
        for page in PAGES:
            if page.startswith("watch=1") and "timeoutSeconds" not in page:
                page += "&timeoutSeconds=1"
            self.check("pages", "GET", url + "?" + page, keep=lambda got: "list")
        self.check("table columns", "GET", url + "?labelSelector=none", headers=TABLE,
                   keep=lambda got: [{k: v for k, v in c.items() if k != "description"} for c in got.get("columnDefinitions", [])])
        self.check("partial list", "GET", url + "?labelSelector=none", headers=PARTIAL_LIST, keep=empty)

    def cells(self, url, base):
        """the row of an object that exists, and its metadata alone"""
        name = base["metadata"]["name"]
        for server in self.servers:
            server.request("DELETE", url + "/" + name + "?gracePeriodSeconds=0")
            server.request("POST", url, base)
        rows = lambda got: [[c if not isinstance(c, str) or not re.match(r"^\d+s$|^<invalid>$", c) else "age" for c in row["cells"]] for row in got.get("rows", [])]
        self.check("table cells", "GET", url + "/" + name, headers=TABLE, keep=rows)
        self.check("partial", "GET", url + "/" + name, headers=PARTIAL)
        for grace in ("", "?propagationPolicy=Foreground", "?propagationPolicy=Orphan"):
            self.check("deletes", "DELETE", url + "/" + name + grace + ("&" if grace else "?") + "dryRun=All")
        for server in self.servers:
            server.request("DELETE", url + "/" + name + "?gracePeriodSeconds=0")

    def documents(self):
        group_of = lambda got: {k: sorted(v, key=str) if isinstance(v, list) else v for k, v in got.items()}
        for path in ("/api", "/apis", "/version", "/", "/healthz", "/livez", "/readyz", "/healthz/ping", "/livez/etcd", "/nothing", "/apis/nothing", "/apis/apps/v9", "/api/v2",
                     "/api/v1/nothing", "/api/v1/namespaces/fuzzing/nothing", "/openapi/v3/nothing", "/logs", "/metrics/nothing", "/.well-known/openid-configuration"):
            self.check("documents", "GET", path, keep=lambda got: "object" if path in ("/api", "/version", "/") else group_of(got))
            self.check("documents", "POST", path, "{}")
        groups = self.servers[0].request("GET", "/apis")[1]["groups"]
        for path in ["/api/v1"] + ["/apis/" + v["groupVersion"] for g in groups for v in g["versions"]]:
            self.check("resources", "GET", path, keep=lambda got: {r["name"]: dict(r, storageVersionHash="") for r in got["resources"]})

    def openapi(self):
        readers = [schema_reader.Schemas(server) for server in self.servers]
        for name, schema in readers[0].schemas.items():
            self.all += 1
            other = readers[1].schemas.get(name)
            found = "absent" if other is None else compare.first_difference(plain(schema), plain(other))
            if found:
                print("openapi: %s :: %s" % (name, found[:400]))
            else:
                self.same += 1
        for name in readers[1].schemas:
            if name not in readers[0].schemas:
                print("openapi: %s :: extra" % name)


def plain(node):
    """without descriptions"""
    if isinstance(node, dict):
        return {k: plain(v) for k, v in node.items() if k != "description" or not isinstance(v, str)}
    return [plain(x) for x in node] if isinstance(node, list) else node


def main():
    run = Protocol(arguments())
    run.documents()
    if re.search(run.only, "openapi"):
        run.openapi()
    for server in run.servers:
        server.request("POST", "/api/v1/namespaces", {"metadata": {"name": "fuzzing"}})
        server.request("POST", "/api/v1/namespaces/fuzzing/serviceaccounts", {"metadata": {"name": "default"}})
    for url, base in objects.all_objects():
        if base["kind"] in ("Pod", "Deployment", "ConfigMap", "Node", "CustomResourceDefinition"):
            run.errors(url, url + "/absent")
        run.lists(url, base["kind"])
        run.cells(url, base)
    print("%d of %d answers agree" % (run.same, run.all))


if __name__ == "__main__":
    main()
