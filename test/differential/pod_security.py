#!/usr/bin/env python3
"""The Pod Security Standards: each check, at both levels, in every version.

    pod_security.py --token-file F [--oracle-token T]
"""
import json
import sys
import time

import servers

NS = "pod-security-%d" % time.time()
PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("baseline", "restricted")
VERSIONS = ["v1.%d" % minor for minor in (0, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35)] + ["latest"]
GOOD = {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}
UNCONFINED = "container.apparmor.security.beta.kubernetes.io/a"


def spec(**fields):
    return dict({"containers": [{"name": "a", "image": "i"}]}, **fields)


def container(**fields):
    return spec(containers=[dict({"name": "a", "image": "i"}, **fields)])


def secured(**context):
    return container(securityContext=context)


def hardened(**context):
    return secured(**dict(GOOD, **context))


def hardened_without(field):
    return secured(**{k: v for k, v in GOOD.items() if k != field})


def volume(**source):
    return spec(volumes=[dict({"name": "v"}, **source)])


def sysctls(*names):
    return spec(securityContext={"sysctls": [{"name": name, "value": "1"} for name in names]})


CLAIM = {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}
# name -> spec, or (spec, annotations)
PODS = {
    "plain": spec(), "hardened": hardened(), "hostNetwork": spec(hostNetwork=True), "hostPID": spec(hostPID=True), "all host": spec(hostIPC=True, hostPID=True, hostNetwork=True),
    "privileged": secured(privileged=True), "caps": secured(capabilities={"add": ["NET_ADMIN", "SYS_TIME"]}), "default caps": secured(capabilities={"add": ["CHOWN", "KILL"]}),
    "bind": hardened(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}), "dropped and added": hardened(capabilities={"drop": ["ALL"], "add": ["CHOWN"]}),
    "hostPath": volume(hostPath={"path": "/x"}), "emptyDir": volume(emptyDir={}), "nfs": volume(nfs={"server": "s", "path": "/p"}), "csi": volume(csi={"driver": "d"}),
    "ephemeral": volume(ephemeral=CLAIM), "image": volume(image={"reference": "r"}), "gitRepo": volume(gitRepo={"repository": "r"}),
    "hostPort": container(ports=[{"containerPort": 80, "hostPort": 80}]), "port": container(ports=[{"containerPort": 80}]),
    "apparmor annotation": (spec(), {UNCONFINED: "unconfined"}), "apparmor": secured(appArmorProfile={"type": "Unconfined"}),
    "apparmor local": secured(appArmorProfile={"type": "Localhost", "localhostProfile": "x"}),
    "selinux type": secured(seLinuxOptions={"type": "bad_t"}), "selinux init": secured(seLinuxOptions={"type": "container_init_t"}),
    "selinux engine": secured(seLinuxOptions={"type": "container_engine_t"}), "selinux user": secured(seLinuxOptions={"user": "u"}), "selinux role": secured(seLinuxOptions={"role": "r"}),
    "procMount": dict(secured(procMount="Unmasked"), hostUsers=False), "seccomp": secured(seccompProfile={"type": "Unconfined"}),
    "seccomp of pod": spec(securityContext={"seccompProfile": {"type": "Unconfined"}}), "seccomp annotation": (spec(), {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}),
    "sysctl": sysctls("kernel.msgmax"), "new sysctls": sysctls("net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem"),
    "hostProcess": spec(securityContext={"windowsOptions": {"hostProcess": True}}, hostNetwork=True), "escalation": hardened(allowPrivilegeEscalation=True),
    "no escalation": hardened_without("allowPrivilegeEscalation"), "no nonroot": hardened_without("runAsNonRoot"), "nonroot false": hardened(runAsNonRoot=False),
    "nonroot of pod": dict(hardened_without("runAsNonRoot"), securityContext={"runAsNonRoot": True}), "user 0": hardened(runAsUser=0), "user 0 of pod": dict(hardened(), securityContext={"runAsUser": 0}),
    "no seccomp": hardened_without("seccompProfile"), "seccomp local": hardened(seccompProfile={"type": "Localhost", "localhostProfile": "x"}), "no drop": hardened_without("capabilities"),
    "drop some": hardened(capabilities={"drop": ["CHOWN"]}), "windows": spec(os={"name": "windows"}), "windows nonroot": dict(secured(runAsNonRoot=True), os={"name": "windows"}),
    "init": dict(hardened(), initContainers=[{"name": "i", "image": "i", "securityContext": {"privileged": True}}]),
    "probe": container(livenessProbe={"httpGet": {"port": 80, "host": "1.2.3.4"}}), "tcp probe": container(readinessProbe={"tcpSocket": {"port": 80, "host": "x"}}),
    "hook": container(lifecycle={"preStop": {"httpGet": {"port": 80, "host": "h"}}}), "own users": dict(hardened_without("runAsNonRoot"), hostUsers=False),
}


def arguments():
    return servers.parser(__doc__).parse_args()


def verdict(answer):
    status, body, warnings = answer[:3]
    return status, body.get("message") if status >= 300 else "ok", warnings


def main():
    options = arguments()
    with open(options.token_file) as file:
        token = file.read().strip()
    both = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
    ask = lambda *request, **more: [server.request(*request, **more) for server in both]
    ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS}})
    time.sleep(0.5)
    ask("POST", "/api/v1/namespaces/%s/serviceaccounts" % NS, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    count = same = 0
    for level in LEVELS:
        for version in VERSIONS:
            labels = {"metadata": {"labels": {PREFIX + "enforce": level, PREFIX + "enforce-version": version}}}
            ask("PATCH", "/api/v1/namespaces/" + NS, json.dumps(labels), content_type="application/merge-patch+json")
            time.sleep(0.15)
            for name, pod in PODS.items():
                pod_spec, annotations = pod if isinstance(pod, tuple) else (pod, {})
                body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "annotations": annotations}, "spec": pod_spec}
                want, got = map(verdict, ask("POST", "/api/v1/namespaces/%s/pods?dryRun=All" % NS, body))
                count += 1
                same += want == got
                if want != got:
                    print("%s %s %s: want %s got %s" % (level, version, name, want, got))
    ask("DELETE", "/api/v1/namespaces/" + NS)
    print("%d of %d agree" % (same, count))
    return same != count


if __name__ == "__main__":
    sys.exit(main())
