// Further seeded faults: jobs, ingresses, deletions that do not end, autoscalers, budgets, rollouts, and what logs and events add.
#include "unit/cli/why/seeded_world.h"

using namespace skiff;
using namespace skiff::cli::why;

namespace {

std::string one(const std::string& resource, const std::string& spec, const std::string& status, const std::string& more = "", const std::string& meta = "", const std::string& kind = "") {
    return world("\"" + resource + R"(":[{"kind":")" + kind + R"(","metadata":{"name":"x","namespace":"default","uid":"o")" + (meta.empty() ? "" : "," + meta) + R"(},"spec":{)" + spec + R"(},"status":{)" + status + "}}]" +
                 (more.empty() ? "" : "," + more));
}
std::string job(const std::string& spec, const std::string& status, const std::string& more = "") { return one("jobs", spec, status, more, "", "Job"); }
// A pod b of owner o, with this status.
std::string owned_pod(const std::string& status) {
    return R"("pods":[{"metadata":{"name":"b","namespace":"default","labels":{"app":"x"},"ownerReferences":[{"uid":"o"}]},"spec":{"nodeName":"n"},"status":{)" + status + "}}]";
}
const std::string kReady = R"("phase":"Running","conditions":[{"type":"Ready","status":"True"}])";
const std::string kBackend = R"({"service":{"name":"web","port":{"number":80}}})";
std::string ingress(const std::string& spec, const std::string& more) { return one("ingresses", spec, "", more); }
const std::string kClass = R"("ingressclasses":[{"metadata":{"name":"nginx"}}])";
std::string cluster_scoped(const std::string& resource, const std::string& meta, const std::string& status) {
    return world("\"" + resource + R"(":[{"metadata":{"name":"x",)" + meta + R"(},"status":{)" + status + "}}]");
}
std::string started(const std::string& message) { return pod(R"("phase":"Pending")", R"("nodeName":"n")", event("Pod", "FailedMount", message)); }

const std::vector<Fault>& faults() {
    static const std::vector<Fault> kFaults = {
        {"image of another processor", "pod", "no variant for the node's processor", pod(waiting("ErrImagePull", "no match for platform in manifest"))},
        {"pull limit", "pod", "allows no more pulls", pod(waiting("ErrImagePull", "toomanyrequests: You have reached your pull rate limit"))},
        {"registry down", "pod", "cannot be reached", pod(waiting("ErrImagePull", "dial tcp 10.0.0.1:443: connect: connection refused"))},
        {"pull secret missing", "pod", "imagePullSecret key does not exist", pod(waiting("ErrImagePull", "401 unauthorized"), R"("nodeName":"n","imagePullSecrets":[{"name":"key"}])", R"("secrets":[])")},
        {"image still pulled", "pod", "waits for its image", pod(waiting("ContainerCreating", ""), R"("nodeName":"n")", event("Pod", "Pulling", "Pulling image"))},
        {"sub path", "pod", "subPath that cannot be made", pod(waiting("CreateContainerConfigError", "failed to create subPath directory for volumeMount"))},
        {"post start", "pod", "postStart hook fails", pod(waiting("PostStartHookError", "exit 1"))},
        {"working directory", "pod", "not in the image", pod(waiting("RunContainerError", "chdir /nowhere: no such file or directory"))},
        {"pod's service account", "pod", "service account robot does not exist", pod(R"("phase":"Pending")", R"("nodeName":"n","serviceAccountName":"robot")", R"("serviceaccounts":[])")},
        {"projected secret", "pod", "volume p needs Secret s", pod(R"("phase":"Pending")", R"("nodeName":"n","volumes":[{"name":"p","projected":{"sources":[{"secret":{"name":"s"}}]}}])", R"("secrets":[])")},
        {"key of a volume", "pod", "names a key that is not", started("references non-existent config key: app.conf")},
        {"host path", "pod", "a hostPath is not what", started("hostPath type check failed: /data is not a directory")},
        {"CSI driver", "pod", "CSI driver of a volume does not run", started("driver name ebs not found in the list of registered CSI drivers")},
        {"attached elsewhere", "pod", "still attached to another node", started("Multi-Attach error for volume")},
        {"file system", "pod", "no file system that the node knows", started("wrong fs type, bad option")},
        {"no pod address", "pod", "no pod address left", pod(R"("phase":"Pending")", R"("nodeName":"n")", event("Pod", "FailedCreatePodSandBox", "no IP addresses available in range"))},
        {"runtime class", "pod", "runtime class has no handler", pod(R"("phase":"Pending")", R"("nodeName":"n")", event("Pod", "FailedCreatePodSandBox", "runtime handler gvisor is not configured"))},
        {"preempted", "pod", "higher priority pushed it out", pod(R"("phase":"Failed","conditions":[{"type":"DisruptionTarget","status":"True","reason":"PreemptionByScheduler"}])")},
        {"taint evicted it", "pod", "a taint that it does not tolerate", pod(R"("phase":"Failed","conditions":[{"type":"DisruptionTarget","status":"True","reason":"DeletionByTaintManager"}])")},
        {"node shut down", "pod", "node n was shut down", pod(R"("phase":"Failed","reason":"NodeShutdown","message":"m")")},
        {"preempts others", "pod", "make room for it on node n", pod(R"("phase":"Pending","nominatedNodeName":"n")", "")},
        {"volume limit", "pod", "as many volumes as they may", refused("1 node(s) exceed max volume count")},
        {"disk pressure", "pod", "disks are nearly full", refused("1 node(s) had untolerated taint(s) {node.kubernetes.io/disk-pressure: }")},
        {"claim going", "pod", "a claim of it is being deleted", refused("persistentvolumeclaim data is being deleted")},

        {"webhook down", "deployment", "webhook does not answer", failing("failed calling webhook w: connection refused")},
        {"policy", "deployment", "ValidatingAdmissionPolicy refuses", failing("ValidatingAdmissionPolicy 'p' with binding 'b' denied request")},
        {"priority class", "deployment", "priority class does not exist", failing("no PriorityClass with name gold was found")},
        {"limit range", "deployment", "a LimitRange refuses", failing("maximum cpu usage per Container is 1, but limit is 2")},
        {"quota without requests", "deployment", "wants requests or limits", failing("failed quota: q: must specify limits.cpu")},
        {"foreground deletion", "deployment", "until all that it owns is gone", one("deployments", R"("replicas":1)", "", "", R"("deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["foregroundDeletion"])")},
        {"autoscaler of a deployment", "deployment", "autoscaler h: the pods of x request none",
         one("deployments", R"("replicas":1)", R"("readyReplicas":1)", R"("horizontalpodautoscalers":[{"metadata":{"name":"h","namespace":"default"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"x"}},
             "status":{"conditions":[{"type":"ScalingActive","status":"False","reason":"FailedGetResourceMetric","message":"missing request for cpu"}]}}])", "", "Deployment")},
        {"on delete", "statefulset", "OnDelete", one("statefulsets", R"("replicas":1,"updateStrategy":{"type":"OnDelete"})", R"("currentRevision":"a","updateRevision":"b")")},
        {"partition", "statefulset", "below ordinal 2", one("statefulsets", R"("replicas":3,"updateStrategy":{"rollingUpdate":{"partition":2}})", R"("currentRevision":"a","updateRevision":"b")")},
        {"no governing service", "statefulset", "service db (spec.serviceName) does not exist", one("statefulsets", R"("replicas":1,"serviceName":"db")", "", R"("services":[])")},
        {"no node for daemons", "daemonset", "no node matches", one("daemonsets", "", R"("desiredNumberScheduled":0)")},
        {"claim of a set", "statefulset", "pod b: ", one("statefulsets", R"("replicas":1)", "", owned_pod(R"("phase":"Running","containerStatuses":[{"name":"c","ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":2}}}])"))},

        {"suspended job", "job", "it is suspended", job(R"("suspend":true)", "")},
        {"no parallelism", "job", "parallelism is 0", job(R"("parallelism":0)", "")},
        {"managed by another", "job", "controller kueue.x-k8s.io/multikueue manages it", job(R"("managedBy":"kueue.x-k8s.io/multikueue")", "")},
        {"back-off limit", "job", "failed more often than backoffLimit allows; pod b: container c ends with exit code 4",
         job("", R"("conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded"}])", owned_pod(R"("phase":"Failed","containerStatuses":[{"name":"c","ready":false,"state":{"terminated":{"exitCode":4}}}])"))},
        {"deadline of a job", "job", "activeDeadlineSeconds", job("", R"("conditions":[{"type":"Failed","status":"True","reason":"DeadlineExceeded"}])")},
        {"failure policy", "job", "podFailurePolicy ended it", job("", R"("conditions":[{"type":"Failed","status":"True","reason":"PodFailurePolicy","message":"exit code 42"}])")},
        {"quota of a job", "job", "a ResourceQuota leaves no room", job("", "", event("Job", "FailedCreate", "pods is forbidden: exceeded quota: q"))},
        {"suspended cron job", "cronjob", "it is suspended", one("cronjobs", R"("suspend":true)", "")},
        {"time zone", "cronjob", "it starts no job: unknown time zone", one("cronjobs", "", "", event("CronJob", "UnknownTimeZone", "unknown time zone Mars"))},
        {"forbidden beside another", "cronjob", "concurrencyPolicy Forbid", one("cronjobs", R"("concurrencyPolicy":"Forbid")", "", R"("jobs":[{"metadata":{"name":"j","namespace":"default","ownerReferences":[{"uid":"o"}]}}])")},

        {"ingress class", "ingress", "ingress class nginx does not exist", ingress(R"("ingressClassName":"nginx")", R"("ingressclasses":[])")},
        {"no ingress class", "ingress", "names no ingress class", ingress("", R"("ingressclasses":[])")},
        {"backend missing", "ingress", "backend service web does not exist", ingress(R"("ingressClassName":"nginx","defaultBackend":)" + kBackend, kClass)},
        {"backend port", "ingress", "service web has no port 80", ingress(R"("ingressClassName":"nginx","defaultBackend":)" + kBackend, kClass + R"(,"services":[{"metadata":{"name":"web","namespace":"default"},"spec":{"ports":[{"port":8080}]}}])")},
        {"TLS secret", "ingress", "TLS secret t does not exist", ingress(R"("ingressClassName":"nginx","tls":[{"secretName":"t"}])", kClass + R"(,"secrets":[])")},
        {"no ingress controller", "ingress", "no ingress controller", ingress(R"("ingressClassName":"nginx")", kClass)},

        {"local policy", "service", "externalTrafficPolicy is Local", service(R"("externalTrafficPolicy":"Local","selector":{"app":"x"})", backend("True"))},
        {"load balancer class", "service", "load balancer class metal", service(R"("type":"LoadBalancer","loadBalancerClass":"metal","selector":{"app":"x"})", backend("True"))},
        {"slices behind", "service", "no EndpointSlice of it has", service(R"("selector":{"app":"x"})", backend("True") + R"(,"endpointslices":[])")},
        {"service's finalizer", "service", "waits for finalizer lb/cleanup", one("services", "", "", "", R"("deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["lb/cleanup"])")},

        {"namespace finalizers", "namespace", "finalizers hold some of its content", cluster_scoped("namespaces", R"("deletionTimestamp":"2026-01-01T00:00:00Z")", R"("conditions":[
            {"type":"NamespaceContentRemaining","status":"True","message":"r"},{"type":"NamespaceFinalizersRemaining","status":"True","message":"f in 1 resource instances"}])")},
        {"namespace discovery", "namespace", "an API group does not answer", cluster_scoped("namespaces", R"("deletionTimestamp":"2026-01-01T00:00:00Z")", R"("conditions":[{"type":"NamespaceDeletionDiscoveryFailure","status":"True","message":"m"}])")},
        {"no metrics", "hpa", "there are no metrics of the pods of web", one("horizontalpodautoscalers", R"("scaleTargetRef":{"name":"web"})", R"("conditions":[{"type":"ScalingActive","status":"False","message":"no metrics returned from resource metrics API"}])")},
        {"no custom metrics", "hpa", "nobody serves the metric", one("horizontalpodautoscalers", R"("scaleTargetRef":{"name":"web"})", R"("conditions":[{"type":"ScalingActive","status":"False","message":"no custom metrics API registered"}])")},
        {"most replicas", "hpa", "more than its maxReplicas of 3", one("horizontalpodautoscalers", R"("maxReplicas":3)", R"("conditions":[{"type":"ScalingLimited","status":"True","reason":"TooManyReplicas"}])")},
        {"budget of all", "pdb", "all its 1 pods must stay", one("poddisruptionbudgets", R"("selector":{"matchLabels":{"app":"x"}})", "", owned_pod(kReady))},
        {"budget and a sick pod", "pdb", "b is not", one("poddisruptionbudgets", R"("selector":{"matchLabels":{"app":"x"}})", R"("desiredHealthy":1)", owned_pod(R"("phase":"Running")"))},
        {"budget of nobody", "pdb", "matches no pod", one("poddisruptionbudgets", R"("selector":{"matchLabels":{"app":"z"}})", "")},

        {"drain is blocked", "node", "PodDisruptionBudget p lets pod b not be evicted",
         node(R"({"type":"Ready","status":"True"})", R"("unschedulable":true)", R"("pods":[{"metadata":{"name":"b","namespace":"default","labels":{"app":"x"}},"spec":{"nodeName":"x"}}],
             "poddisruptionbudgets":[{"metadata":{"name":"p","namespace":"default"},"spec":{"selector":{"matchLabels":{"app":"x"}}},"status":{"disruptionsAllowed":0}}])")},
        {"stale lease", "node", "its agent does not answer (last heard of", node(R"({"type":"Ready","status":"True"})", "", R"("leases":[{"metadata":{"name":"x","namespace":"kube-node-lease"},"spec":{"renewTime":"2026-01-01T00:00:00.000000Z"}}])")},
        {"size of a volume", "pvc", "has only 1Gi of the 5Gi", claim(R"("storageClassName":"h","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}})", R"("phase":"Pending")",
            R"("storageclasses":[{"metadata":{"name":"h"},"provisioner":"kubernetes.io/no-provisioner"}],"persistentvolumes":[{"metadata":{"name":"v"},"spec":{"storageClassName":"h","accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"}},"status":{"phase":"Available"}}])")},
        {"mode of a volume", "pvc", "has not the access mode ReadWriteMany", claim(R"("storageClassName":"h","accessModes":["ReadWriteMany"])", R"("phase":"Pending")",
            R"("storageclasses":[{"metadata":{"name":"h"},"provisioner":"kubernetes.io/no-provisioner"}],"persistentvolumes":[{"metadata":{"name":"v"},"spec":{"storageClassName":"h","accessModes":["ReadWriteOnce"]},"status":{"phase":"Available"}}])")},
        {"released volume", "pvc", "still carries the data of another claim", claim(R"("storageClassName":"h")", R"("phase":"Pending")",
            R"("storageclasses":[{"metadata":{"name":"h"},"provisioner":"kubernetes.io/no-provisioner"}],"persistentvolumes":[{"metadata":{"name":"v"},"spec":{"storageClassName":"h"},"status":{"phase":"Released"}}])")},
    };
    return kFaults;
}

}  // namespace

TEST_CASE("the right cause of each further seeded fault comes first, with help") { check_faults(faults()); }

TEST_CASE("the last line of a log names the cause of a crash") {
    auto world = parse_world(pod(crash(R"({"exitCode":1})")));
    world.last_words["x/c"] = "dial tcp: lookup db: no such host";
    const auto findings = why_pod(world, "default", "x");
    REQUIRE_FALSE(findings.empty());
    CHECK(contains(findings[0].cause, "its last words: \"dial tcp: lookup db: no such host\": it cannot resolve a name"));
    CHECK(contains(findings[0].help, "kube-dns"));
}

TEST_CASE("jobs, autoscalers and budgets that are well are left in peace") {
    CHECK(why_job(parse_world(job("", R"("conditions":[{"type":"Complete","status":"True"}])")), "default", "x").empty());
    CHECK(why_autoscaler(parse_world(one("horizontalpodautoscalers", "", R"("conditions":[{"type":"ScalingActive","status":"True"}])")), "default", "x").empty());
    CHECK(why_budget(parse_world(one("poddisruptionbudgets", "", R"("disruptionsAllowed":1)")), "default", "x").empty());
    CHECK(why_namespace(parse_world(cluster_scoped("namespaces", R"("uid":"u")", "")), "x").empty());
}
