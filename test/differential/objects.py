"""One valid object of every kind that can be created; fields are chosen so that rules between fields have something to say."""

LABELS = {"a": "b"}
SELECTOR = {"matchLabels": LABELS}
POD = {"containers": [{"name": "c", "image": "i:1"}]}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD}
JOB = {"suspend": True, "template": {"spec": dict(POD, restartPolicy="Never")}}
CORE, APPS, BATCH = "v1", "apps/v1", "batch/v1"
NETWORK, RBAC, STORAGE = "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1"
ADMISSION, FLOW, DEVICES = "admissionregistration.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1", "resource.k8s.io/v1"
EXPRESSION = [{"expression": "true"}]
RULE = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}
HOOK = {"name": "a.b.c", "admissionReviewVersions": ["v1"], "sideEffects": "None", "clientConfig": {"url": "https://127.0.0.1:9/x"},
        "rules": [dict(RULE, apiGroups=["none.example.com"])]}
REQUEST = ("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWRHVnpkREJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5"
           "QXdFSEEwSUFCQT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=")


def make(version, kind, resource, namespaced=True, name="fuzz", **fields):
    base = "/api/v1/" if version == "v1" else "/apis/%s/" % version
    url = base + ("namespaces/fuzzing/" if namespaced else "") + resource
    return url, dict({"apiVersion": version, "kind": kind, "metadata": {"name": name}}, **fields)


def all_objects(request_pem=None):
    return [
        make(CORE, "Pod", "pods", spec=POD),
        make(CORE, "Service", "services", spec={"selector": LABELS, "ports": [{"port": 80}]}),
        make(CORE, "ConfigMap", "configmaps", data={"k": "v"}),
        make(CORE, "Secret", "secrets", data={"k": "dg=="}),
        make(CORE, "ServiceAccount", "serviceaccounts"),
        make(CORE, "Endpoints", "endpoints", subsets=[{"addresses": [{"ip": "1.2.3.4"}], "ports": [{"port": 80}]}]),
        make(CORE, "Event", "events", involvedObject={"namespace": "fuzzing"}),
        make(CORE, "LimitRange", "limitranges", spec={"limits": [{"type": "Container", "max": {"cpu": "1"}}]}),
        make(CORE, "ResourceQuota", "resourcequotas", spec={"hard": {"count/none.example.com": "1"}}),
        make(CORE, "ReplicationController", "replicationcontrollers", spec={"replicas": 0, "selector": LABELS, "template": TEMPLATE}),
        make(CORE, "PodTemplate", "podtemplates", template=TEMPLATE),
        make(CORE, "PersistentVolumeClaim", "persistentvolumeclaims",
             spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
        make(CORE, "PersistentVolume", "persistentvolumes", False,
             spec={"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}),
        make(CORE, "Node", "nodes", False, spec={"taints": [{"key": "k", "effect": "NoSchedule"}]}),
        make(CORE, "Namespace", "namespaces", False),
        make(APPS, "Deployment", "deployments", spec={"replicas": 0, "selector": SELECTOR, "template": TEMPLATE}),
        make(APPS, "ReplicaSet", "replicasets", spec={"replicas": 0, "selector": SELECTOR, "template": TEMPLATE}),
        make(APPS, "StatefulSet", "statefulsets", spec={"replicas": 0, "serviceName": "s", "selector": SELECTOR, "template": TEMPLATE}),
        make(APPS, "DaemonSet", "daemonsets", spec={"selector": SELECTOR, "template": {
            "metadata": {"labels": LABELS}, "spec": dict(POD, nodeSelector={"none": "x"})}}),
        make(APPS, "ControllerRevision", "controllerrevisions", revision=1, data={"a": 1}),
        make(BATCH, "Job", "jobs", spec=JOB),
        make(BATCH, "CronJob", "cronjobs", spec={"schedule": "1 1 1 1 *", "suspend": True, "jobTemplate": {"spec": JOB}}),
        make("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", spec={
            "maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "a", "apiVersion": "apps/v1"},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}),
        make("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", spec={
            "maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "a", "apiVersion": "apps/v1"}}),
        make("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", spec={"minAvailable": 1, "selector": SELECTOR}),
        make(NETWORK, "Ingress", "ingresses", spec={"rules": [{"host": "a.b", "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "a", "port": {"number": 80}}}}]}}]}),
        make(NETWORK, "IngressClass", "ingressclasses", False, spec={"controller": "a.b/c"}),
        make(NETWORK, "NetworkPolicy", "networkpolicies", spec={"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]}),
        make(NETWORK, "IPAddress", "ipaddresses", False, "10.43.7.7",
             spec={"parentRef": {"group": "", "resource": "services", "namespace": "fuzzing", "name": "x"}}),
        make(NETWORK, "ServiceCIDR", "servicecidrs", False, spec={"cidrs": ["10.99.0.0/24"]}),
        make(RBAC, "Role", "roles", rules=[{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]),
        make(RBAC, "ClusterRole", "clusterroles", False, rules=[{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]),
        make(RBAC, "RoleBinding", "rolebindings", subjects=[{"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}],
             roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}),
        make(RBAC, "ClusterRoleBinding", "clusterrolebindings", False,
             subjects=[{"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}],
             roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}),
        make(STORAGE, "StorageClass", "storageclasses", False, provisioner="a.b/c"),
        make(STORAGE, "CSIDriver", "csidrivers", False, spec={}),
        make(STORAGE, "CSINode", "csinodes", False, spec={"drivers": [{"name": "a.b", "nodeID": "n", "topologyKeys": ["k"]}]}),
        make(STORAGE, "VolumeAttachment", "volumeattachments", False,
             spec={"attacher": "a.b", "nodeName": "n", "source": {"persistentVolumeName": "p"}}),
        make(STORAGE, "CSIStorageCapacity", "csistoragecapacities", storageClassName="a", capacity="1Gi"),
        make(STORAGE, "VolumeAttributesClass", "volumeattributesclasses", False, driverName="a.b", parameters={"k": "v"}),
        make("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", False, value=5),
        make("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", False, handler="h"),
        make("coordination.k8s.io/v1", "Lease", "leases", spec={"holderIdentity": "h", "leaseDurationSeconds": 5}),
        make("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", addressType="IPv4",
             endpoints=[{"addresses": ["1.2.3.4"]}], ports=[{"name": "p", "port": 80}]),
        make("events.k8s.io/v1", "Event", "events", eventTime="2030-01-01T00:00:00.000000Z", reportingController="a.b/c",
             reportingInstance="i", action="A", reason="R", type="Normal", regarding={"namespace": "fuzzing", "kind": "Pod", "name": "p"}),
        make(FLOW, "FlowSchema", "flowschemas", False, spec={
            "matchingPrecedence": 9000, "priorityLevelConfiguration": {"name": "global-default"}, "rules": [{
                "subjects": [{"kind": "User", "user": {"name": "fuzz"}}],
                "resourceRules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "namespaces": ["x"]}]}]}),
        make(FLOW, "PriorityLevelConfiguration", "prioritylevelconfigurations", False, spec={
            "type": "Limited", "limited": {"nominalConcurrencyShares": 1, "limitResponse": {
                "type": "Queue", "queuing": {"queues": 8, "handSize": 2, "queueLengthLimit": 5}}}}),
        make(ADMISSION, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False, webhooks=[HOOK]),
        make(ADMISSION, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", False, webhooks=[HOOK]),
        make(ADMISSION, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", False, spec={
            "matchConstraints": {"resourceRules": [dict(RULE, resources=["none"])]}, "validations": EXPRESSION}),
        make(ADMISSION, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", False,
             spec={"policyName": "none", "validationActions": ["Deny"]}),
        make("apiregistration.k8s.io/v1", "APIService", "apiservices", False, "v1.fuzz.example.com", spec={
            "group": "fuzz.example.com", "version": "v1", "groupPriorityMinimum": 10, "versionPriority": 10, "insecureSkipTLSVerify": True,
            "service": {"namespace": "fuzzing", "name": "none"}}),
        make("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False, "fuzzes.example.com", spec={
            "group": "example.com", "scope": "Namespaced", "names": {"plural": "fuzzes", "kind": "Fuzz"}, "versions": [{
                "name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                    "type": "object", "properties": {"spec": {"type": "object", "properties": {"a": {"type": "string"}}}}}}}]}),
        make("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests", False, spec={
            "request": request_pem or REQUEST, "signerName": "a.b/c", "usages": ["client auth"]}),
        make(DEVICES, "ResourceClaim", "resourceclaims", spec={"devices": {"requests": [
            {"name": "r", "exactly": {"deviceClassName": "c"}}]}}),
        make(DEVICES, "ResourceClaimTemplate", "resourceclaimtemplates", spec={"spec": {"devices": {"requests": [
            {"name": "r", "exactly": {"deviceClassName": "c"}}]}}}),
        make(DEVICES, "DeviceClass", "deviceclasses", False, spec={"selectors": [{"cel": {"expression": "true"}}]}),
        make(DEVICES, "ResourceSlice", "resourceslices", False, spec={
            "driver": "a.b", "nodeName": "n", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
            "devices": [{"name": "d", "attributes": {"x": {"string": "y"}}, "capacity": {"m": {"value": "1Gi"}}}]}),
    ]


def reviews():
    """objects that are answered, not stored"""
    user = {"user": "u", "groups": ["g"]}
    attributes = {"namespace": "fuzzing", "verb": "get", "resource": "pods"}
    return [
        make("authentication.k8s.io/v1", "TokenReview", "tokenreviews", False, spec={"token": "x"}),
        make("authentication.k8s.io/v1", "SelfSubjectReview", "selfsubjectreviews", False),
        make("authorization.k8s.io/v1", "SubjectAccessReview", "subjectaccessreviews", False, spec=dict(user, resourceAttributes=attributes)),
        make("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", False, spec={"resourceAttributes": attributes}),
        make("authorization.k8s.io/v1", "LocalSubjectAccessReview", "localsubjectaccessreviews",
             spec=dict(user, resourceAttributes=attributes)),
    ]
