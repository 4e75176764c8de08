"""Connections to the two servers that are compared: one keep-alive HTTPS connection a thread and server."""
import argparse
import http.client
import json
import re
import ssl
import threading

import protobuf


def parser(doc):
    """A command line with the options that all scripts have: where the two servers are."""
    out = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    out.add_argument("--oracle-port", type=int, default=16443)
    out.add_argument("--oracle-token", default="oracle")
    out.add_argument("--port", type=int, default=6443)
    out.add_argument("--token-file", required=True)
    return out


class Server:
    def __init__(self, name, port, token):
        self.name, self.port, self.token = name, port, token
        self.local = threading.local()

    def connect(self):
        context = ssl._create_unverified_context()
        self.local.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=60)
        return self.local.connection

    def request(self, method, path, body=None, content_type="application/json", headers=None):
        """(status, body as JSON or text, warnings, headers); a body that is no string is written as JSON"""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        # Both see the same user, whoever the tokens belong to.
        sent = {"Authorization": "Bearer " + self.token, "User-Agent": "differential", "Impersonate-User": "fuzz", "Impersonate-Group": "system:masters"}
        if body is not None:
            sent["Content-Type"] = content_type
        sent.update(headers or {})
        sent = {k: v for k, v in sent.items() if v is not None}
        for last in (False, True):
            connection = getattr(self.local, "connection", None) or self.connect()
            try:
                connection.request(method, path, body=body, headers=sent)
                answer = connection.getresponse()
                raw = answer.read()
                text = raw.decode("utf-8", "replace")
                break
            except (http.client.HTTPException, OSError) as problem:
                self.connect()
                if last:
                    return 0, "no answer: %r" % problem, [], {}
        media = answer.headers.get("Content-Type", "")
        if media.startswith("application/vnd.kubernetes.protobuf"):
            text = json.dumps(protobuf.answer(raw, "stream=watch" in media))
        warnings = [re.sub(r"^299 - ", "", w) for w in answer.headers.get_all("Warning") or []]
        try:
            return answer.status, json.loads(text), warnings, answer.headers
        except ValueError:
            return answer.status, text, warnings, answer.headers
