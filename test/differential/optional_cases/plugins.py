"""Admission plugins that are off by default, and configurations (admission.yaml beside this file). Both servers need

--enable-admission-plugins=AlwaysPullImages,PodNodeSelector,PodTolerationRestriction,ExtendedResourceToleration,DenyServiceExternalIPs,\
NamespaceExists,NamespaceAutoProvision,LimitPodHardAntiAffinityTopology,OwnerReferencesPermissionEnforcement
--admission-control-config-file=admission.yaml --default-not-ready-toleration-seconds=30
"""
from words import *

PODS, NAMESPACE = CORE + "pods", "/api/v1/namespaces/{ns}"
DEPLOYMENTS = local("apps/v1", "deployments")


def annotate(**annotations):
    return quiet(merge(NAMESPACE, {"metadata": {"annotations": {"scheduler.alpha.kubernetes.io/" + k.replace("_", "-") if k == "node_selector" else "scheduler.alpha.kubernetes.io/" + k: v for k, v in annotations.items()}}}))


def seen():
    return get(NAMESPACE, until=lambda a: False, until_seconds=0.5, quiet=True)


def as_user(step, user, *groups):
    return step[:3] + (dict(step[3], headers=dict(step[3].get("headers", {}), **{"Impersonate-User": user})),)


def pods():
    bodies = {"plain": pod(), "host": pod(hostPID=True), "vm": pod(hostPID=True, runtimeClassName="vm"), "selector": pod(nodeSelector={"a": "b"}), "other-pool": pod(nodeSelector={"pool": "x"}),
              "never": pod(containers=[container(imagePullPolicy="Never")], initContainers=[container(name="i", imagePullPolicy="IfNotPresent")]),
              "tolerates": pod(tolerations=[{"key": "a", "operator": "Equal", "value": "1"}, {"key": "a", "operator": "Exists", "effect": "NoSchedule"}]), "all": pod(tolerations=[{"operator": "Exists"}]),
              "gpu": pod(containers=[container(resources={"limits": {"example.com/gpu": "1"}})]), "gpu-burst": pod(containers=[container(resources={"limits": {"example.com/gpu": "1", "cpu": "1"}})], tolerations=[{"key": "example.com/gpu", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 3}]),
              "zone": pod(affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone", "labelSelector": {}}]}}),
              "host-affinity": pod(affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}]}}),
              "critical": pod(priorityClassName="system-node-critical"), "not-ready": pod(tolerations=[{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 7}])}
    for name, body in bodies.items():
        yield "pod-" + name, [post(PODS, body), get(PODS + "/a"), merge(PODS + "/a", {"spec": {"containers": [dict(body["spec"]["containers"][0], image="j")]}}), merge(PODS + "/a", {"metadata": {"labels": {"x": "y"}}})]
    yield "selector-of-namespace", [annotate(node_selector="zone=a, disk=ssd"), seen(), post(PODS, pod()), post(PODS, pod("b", nodeSelector={"zone": "b"})), post(PODS, pod("c", nodeSelector={"pool": "b"}))]
    for i, text in enumerate(("zone", "zone=a=b", "=a", "zone=", "", "a b=c")):
        yield "selector-odd-%d" % i, [annotate(node_selector=text), seen(), post(PODS, pod())]
    for i, text in enumerate(('[{"key":"b","operator":"Exists"}]', "", "[]", "[", '[{"key":"a","operator":"Equal","value":"1","effect":"NoExecute","tolerationSeconds":5}]')):
        yield "tolerations-%d" % i, [annotate(defaultTolerations=text), seen(), post(PODS, pod(tolerations=[{"key": "a", "operator": "Exists"}]))]
        yield "allowed-%d" % i, [annotate(tolerationsWhitelist=text), seen(), post(PODS, pod()), post(PODS, pod("b", tolerations=[{"key": "b", "operator": "Exists"}]))]


def security():
    labels = lambda **kv: quiet(merge(NAMESPACE, {"metadata": {"labels": {"pod-security.kubernetes.io/" + k.replace("_", "-"): v for k, v in kv.items()}}}))
    yield "workload", [post(DEPLOYMENTS, deployment(template=template(hostPID=True))), post(DEPLOYMENTS, deployment("b", template=template(hostPID=True, runtimeClassName="vm")))]
    yield "labels-win", [labels(enforce="privileged"), seen(), post(PODS, pod(hostPID=True)), labels(enforce="restricted"), seen(), post(PODS, pod("b"))]
    yield "version-only", [labels(enforce_version="v1.20"), seen(), post(PODS, pod(hostPID=True))]
    yield "warn-off", [labels(warn="privileged"), seen(), post(PODS, pod("b"))]
    body = lambda **kv: thing("v1", "Namespace", "exempt-ns", metadata={"labels": {"pod-security.kubernetes.io/" + k.replace("_", "-"): v for k, v in kv.items()}})
    yield "exempt-namespace", [post("/api/v1/namespaces", body(enforce="restricted", audit_version="v1.3")), merge("/api/v1/namespaces/exempt-ns", body(enforce="baseline", warn="restricted")), merge("/api/v1/namespaces/exempt-ns", body(enforce="odd")), get("/api/v1/namespaces/exempt-ns", until=lambda a: False, until_seconds=0.5, quiet=True), post("/api/v1/namespaces/exempt-ns/pods", pod(hostPID=True)), delete("/api/v1/namespaces/exempt-ns", quiet=True)]


def others():
    claim = thing("v1", "PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "gold", "resources": {"requests": {"storage": "1Gi"}}})
    yield "claim-without-quota", [post(CORE + "persistentvolumeclaims", claim), post(CORE + "persistentvolumeclaims", dict(claim, spec=dict(claim["spec"], storageClassName="tin")))]
    hard = {"gold.storageclass.storage.k8s.io/requests.storage": "2Gi"}
    yield "claim-with-quota", [quiet(post(CORE + "resourcequotas", thing("v1", "ResourceQuota", spec={"hard": hard}))), quiet(merge(CORE + "resourcequotas/a/status", {"status": {"hard": hard, "used": {k: "0" for k in hard}}})), seen(), post(CORE + "persistentvolumeclaims", claim), get(CORE + "resourcequotas/a", keep=lambda b: b["status"]), post(CORE + "persistentvolumeclaims", dict(claim, metadata={"name": "b"})), post(CORE + "persistentvolumeclaims", dict(claim, metadata={"name": "c"}))]
    scope = {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical"]}]}
    yield "scope-with-quota", [quiet(post(CORE + "resourcequotas", thing("v1", "ResourceQuota", spec={"hard": {"pods": "1"}, "scopeSelector": scope}))), quiet(merge(CORE + "resourcequotas/a/status", {"status": {"hard": {"pods": "1"}, "used": {"pods": "0"}}})), seen(), post(PODS, pod(priorityClassName="system-node-critical")), post(PODS, pod("b", priorityClassName="system-node-critical"))]
    service = lambda *ips: thing("v1", "Service", spec={"ports": [{"port": 1}], "externalIPs": list(ips)})
    yield "external-ips", [post(CORE + "services", service("1.2.3.4")), post(CORE + "services", service()), merge(CORE + "services/a", {"spec": {"externalIPs": ["1.2.3.4"]}})]
    config = thing("v1", "ConfigMap", data={"a": "b"})
    yield "auto-provision", [post("/api/v1/namespaces/{id}-made/configmaps?dryRun=All", config), post("/api/v1/namespaces/{id}-made/configmaps", config), get("/api/v1/namespaces/{id}-made", keep=lambda b: b["metadata"]["labels"]), delete("/api/v1/namespaces/{id}-made", quiet=True)]
    yield "namespace-exists", [put("/api/v1/namespaces/{id}-none/configmaps/a", config), delete("/api/v1/namespaces/{id}-none/configmaps/a"), merge("/api/v1/namespaces/{id}-none/configmaps/a", {"data": {"x": "y"}})]


def owners():
    role = [quiet(post(local("rbac.authorization.k8s.io/v1", "roles"), thing("rbac.authorization.k8s.io/v1", "Role", "r", rules=[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "update", "get", "patch"]}]))),
            quiet(post(local("rbac.authorization.k8s.io/v1", "rolebindings"), thing("rbac.authorization.k8s.io/v1", "RoleBinding", "r", roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}, subjects=[{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "writer"}])))]
    mine = lambda name="a", **owner: thing("v1", "ConfigMap", name, metadata={"ownerReferences": [dict({"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1-2-3"}, **owner)]})
    plain = thing("v1", "ConfigMap", "a")
    wait = as_user(get(CORE + "configmaps/none", until=lambda a: a[0] == 404, until_seconds=3, quiet=True), "writer")
    yield "owner-create", role + [wait, as_user(post(CORE + "configmaps", mine()), "writer"), as_user(post(CORE + "configmaps", mine("b", blockOwnerDeletion=True)), "writer"), as_user(post(CORE + "configmaps", mine("c", blockOwnerDeletion=True, kind="Odd")), "writer"), as_user(post(CORE + "configmaps", mine("d", blockOwnerDeletion=False)), "writer")]
    yield "owner-update", role + [wait, quiet(post(CORE + "configmaps", plain)), as_user(merge(CORE + "configmaps/a", mine(kind="Odd")), "writer"), merge(CORE + "configmaps/a", mine(kind="Odd")), as_user(merge(CORE + "configmaps/a", {"metadata": {"labels": {"x": "y"}}}), "writer"), as_user(merge(CORE + "configmaps/a", {"metadata": {"ownerReferences": None}}), "writer")]


def stories():
    for part in (pods, security, others, owners):
        yield from part()
