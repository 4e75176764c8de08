"""A webhook server on loopback that both servers call: admission reviews and conversions. What it answers is in the path of the request.

    url("admit", {...})     {"allowed", "status", "warnings", "auditAnnotations", "patch": [operations]} is the response; "raw": the whole
                            answer, "code": the status of HTTP, "media": its type, "see": [paths]: parts of the review are shown as a warning
    url("convert", {...})   "rename": {from: to} in spec, "message": a failure, "raw": the whole answer, "drop": objects left out
"""
import base64
import functools
import http.server
import json
import os
import ssl
import subprocess
import tempfile
import threading

PORT = 18443


@functools.lru_cache(None)
def bundle():
    """starts the server; base64 of the certificate that clients of it trust"""
    folder = tempfile.mkdtemp()
    key, cert = os.path.join(folder, "key"), os.path.join(folder, "cert")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-subj", "/CN=hook", "-days", "2",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Hook)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(cert, "rb") as file:
        return base64.b64encode(file.read()).decode()


def url(kind, behaviour):
    return "https://127.0.0.1:%d/%s/%s" % (PORT, kind, base64.urlsafe_b64encode(json.dumps(behaviour).encode()).decode().rstrip("="))


def client(kind="admit", **behaviour):
    return {"url": url(kind, behaviour), "caBundle": bundle()}


def found_at(node, path):
    for part in path.split("."):
        if isinstance(node, list) and part.isdigit():
            node = node[int(part)] if int(part) < len(node) else None
        else:
            node = node.get(part) if isinstance(node, dict) else None
    return node


def masked(node, key=""):
    if isinstance(node, dict):
        return {k: "*" if k in ("uid", "resourceVersion", "creationTimestamp", "time", "deletionTimestamp") and v else masked(v, k) for k, v in node.items()}
    if isinstance(node, list):
        return [masked(x) for x in node]
    return node


def admitted(behaviour, review):
    request = review.get("request") or {}
    answer = {"uid": request.get("uid"), "allowed": behaviour.get("allowed", True)}
    for field in ("status", "warnings", "auditAnnotations"):
        if field in behaviour:
            answer[field] = behaviour[field]
    if "patch" in behaviour:
        answer["patch"] = base64.b64encode(json.dumps(behaviour["patch"]).encode()).decode()
        answer["patchType"] = behaviour.get("patchType", "JSONPatch")
    for path in behaviour.get("see", []):
        text = json.dumps(masked(found_at(request, path)), sort_keys=True)
        answer.setdefault("warnings", []).append("%s is %s" % (path, text))
    answer.update(behaviour.get("more", {}))
    return {"apiVersion": review.get("apiVersion"), "kind": "AdmissionReview", "response": answer}


def converted(behaviour, review):
    request = review.get("request") or {}
    objects = []
    for item in request.get("objects", []):
        item = dict(item, apiVersion=behaviour.get("version", request.get("desiredAPIVersion")))
        if isinstance(item.get("spec"), dict):
            names = dict(behaviour.get("rename", {}))
            if not request.get("desiredAPIVersion", "").endswith("/v2"):
                names = {v: k for k, v in names.items()}
            item["spec"] = {names.get(k, k): v for k, v in item["spec"].items()}
        if "metadata" in behaviour and isinstance(item.get("metadata"), dict):
            item["metadata"] = dict(item["metadata"], **behaviour["metadata"])
        item.update(behaviour.get("set", {}))
        objects.append(item)
    answer = {"uid": request.get("uid"), "result": {"status": "Success"}, "convertedObjects": objects[behaviour.get("drop", 0):]}
    if "message" in behaviour:
        answer = {"uid": request.get("uid"), "result": {"status": "Failure", "message": behaviour["message"]}}
    answer.update(behaviour.get("more", {}))
    return {"apiVersion": review.get("apiVersion"), "kind": "ConversionReview", "response": answer}


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = self.path.split("?")[0].strip("/").split("/")
        behaviour = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        if "raw" in behaviour:
            out = behaviour["raw"] if isinstance(behaviour["raw"], str) else json.dumps(behaviour["raw"])
        else:
            out = json.dumps((admitted if parts[0] == "admit" else converted)(behaviour, json.loads(body)))
        out = out.encode()
        self.send_response(behaviour.get("code", 200))
        self.send_header("Content-Type", behaviour.get("media", "application/json"))
        self.send_header("Content-Length", str(len(out)))
        if "location" in behaviour:
            self.send_header("Location", behaviour["location"])
        self.end_headers()
        self.wfile.write(out)
