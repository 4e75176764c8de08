// One seeded fault a row: the objects, the question, and the cause that must come first. Pods and what stands around them.
#include "unit/cli/why/seeded_world.h"

using namespace skiff;
using namespace skiff::cli::why;

namespace {

const std::vector<Fault>& faults() {
    static const std::vector<Fault> kFaults = {
        {"no such pod", "pod", "there is no pod x", world(R"("pods":[])")},
        {"scheduling gate", "pod", "scheduling gate g", pod(R"("phase":"Pending")", R"("schedulingGates":[{"name":"g"}])")},
        {"unknown scheduler", "pod", "scheduler other, which does not answer", pod(R"("phase":"Pending")", R"("schedulerName":"other")")},
        {"no node at all", "pod", "the cluster has no node", R"({"nodes":[],"pods":[{"metadata":{"name":"x","namespace":"default"},"status":{"phase":"Pending"}}]})"},
        {"no node ready", "pod", "no node is ready", R"({"nodes":[{"metadata":{"name":"n"}}],"pods":[{"metadata":{"name":"x","namespace":"default"},"status":{"phase":"Pending"}}]})"},
        {"node selector", "pod", "nodeSelector or affinity", refused("1 node(s) didn't match Pod's node affinity/selector")},
        {"taint", "pod", "taints that it does not tolerate", refused("1 node(s) had untolerated taint(s)")},
        {"cordoned", "pod", "the nodes are cordoned", refused("1 node(s) were unschedulable")},
        {"cpu", "pod", "enough free CPU", refused("1 Insufficient cpu")},
        {"memory", "pod", "enough free memory", refused("1 Insufficient memory")},
        {"gpu", "pod", "a resource that it requests", refused("1 Insufficient nvidia.com/gpu")},
        {"too many pods", "pod", "as many pods as they may", refused("1 Too many pods")},
        {"host port", "pod", "host port", refused("1 node(s) didn't have free ports for the requested pod ports")},
        {"anti-affinity", "pod", "anti-affinity keeps it away", refused("1 node(s) didn't match pod anti-affinity rules")},
        {"affinity", "pod", "the pod that its affinity wants", refused("1 node(s) didn't match pod affinity rules")},
        {"spread", "pod", "topology spread", refused("1 node(s) didn't match pod topology spread constraints")},
        {"claim missing", "pod", "PersistentVolumeClaim data, which does not exist", pod(R"("phase":"Pending")", R"("volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}])")},
        {"claim without class", "pod", "its claim data is not bound: storage class fast does not exist",
         pod(R"("phase":"Pending")", R"("volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}])",
             R"("persistentvolumeclaims":[{"metadata":{"name":"data","namespace":"default"},"spec":{"storageClassName":"fast"},"status":{"phase":"Pending"}}])")},
        {"image tag", "pod", "does not exist in its registry", pod(waiting("ErrImagePull", "docker.io/library/web:1: not found"))},
        {"image credentials", "pod", "without credentials", pod(waiting("ErrImagePull", "401 unauthorized"))},
        {"registry name", "pod", "cannot be resolved", pod(waiting("ErrImagePull", "dial: no such host"))},
        {"registry certificate", "pod", "certificate is not trusted", pod(waiting("ErrImagePull", "x509: unknown authority"))},
        {"back-off hides the reason", "pod", "does not exist in its registry", pod(waiting("ImagePullBackOff", "Back-off pulling image"), R"("nodeName":"n")", event("Pod", "Failed", "web:1: manifest unknown"))},
        {"never pulled", "pod", "imagePullPolicy is Never", pod(waiting("ErrImageNeverPull", ""))},
        {"image name", "pod", "no valid name", pod(waiting("InvalidImageName", ""))},
        {"env secret", "pod", "needs a Secret", pod(waiting("CreateContainerConfigError", "secret \\\"s\\\" not found"))},
        {"env configmap", "pod", "needs a ConfigMap", pod(waiting("CreateContainerConfigError", "configmap \\\"s\\\" not found"))},
        {"env key", "pod", "needs a key", pod(waiting("CreateContainerConfigError", "couldn't find key k in ConfigMap"))},
        {"root", "pod", "must not run as root", pod(waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"))},
        {"out of memory", "pod", "more memory than its limit", pod(crash(R"({"exitCode":137,"reason":"OOMKilled"})"))},
        {"command not found", "pod", "its command was not found", pod(crash(R"({"exitCode":127})"))},
        {"crash", "pod", "ends with exit code 3", pod(crash(R"({"exitCode":3})"))},
        {"ends at once", "pod", "ends by itself with 0", pod(crash(R"({"exitCode":0})"))},
        {"start error", "pod", "cannot be started", pod(crash(R"({"exitCode":128,"reason":"StartError","message":"exec: no such file"})"))},
        {"liveness", "pod", "liveness probe fails", pod(crash(R"({"exitCode":143})"), R"("nodeName":"n")", event("Pod", "Unhealthy", "Liveness probe failed: 500"))},
        {"readiness", "pod", "is not ready: Readiness probe failed", running(event("Pod", "Unhealthy", "Readiness probe failed: refused"))},
        {"startup", "pod", "startup probe fails", running(event("Pod", "Unhealthy", "Startup probe failed: refused"))},
        {"init crash", "pod", "before its containers start: container i ends with exit code 1",
         pod(R"("phase":"Pending","initContainerStatuses":[{"name":"i","ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1}}}])")},
        {"secret volume", "pod", "volume v needs Secret s", pod(R"("phase":"Pending")", R"("nodeName":"n","volumes":[{"name":"v","secret":{"secretName":"s"}}])", R"("secrets":[])")},
        {"mount", "pod", "a volume cannot be mounted: nfs", pod(R"("phase":"Pending")", R"("nodeName":"n")", event("Pod", "FailedMount", "nfs: timed out"))},
        {"sandbox", "pod", "its sandbox", pod(R"("phase":"Pending")", R"("nodeName":"n")", event("Pod", "FailedCreatePodSandBox", "a veth pair could not be made: no such device"))},
        {"addresses", "pod", "no pod address left", pod(R"("phase":"Pending")", R"("nodeName":"n")", event("Pod", "FailedCreatePodSandBox", "no address left"))},
        {"evicted", "pod", "the node evicted it: The node was low on resource: ephemeral-storage", pod(R"("phase":"Failed","reason":"Evicted","message":"The node was low on resource: ephemeral-storage")")},
        {"deadline", "pod", "activeDeadlineSeconds", pod(R"("phase":"Failed","reason":"DeadlineExceeded")")},
        {"finalizer", "pod", "waits for finalizer f/g", pod(R"("phase":"Running")", R"("nodeName":"n")", "", R"("deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["f/g"])")},
        {"readiness gate", "pod", "readiness gate lb/ready", pod(R"("phase":"Running")", R"("nodeName":"n","readinessGates":[{"conditionType":"lb/ready"}])")},
        {"its node is gone", "pod", "its node m does not exist", pod(R"("phase":"Running")", R"("nodeName":"m")")},
        {"scaled to zero", "deployment", "wants 0 replicas", deployment(R"("replicas":0)", "")},
        {"quota", "deployment", "a ResourceQuota leaves no room", failing("pods is forbidden: exceeded quota: q")},
        {"pod security", "deployment", "Pod Security refuses", failing("violates PodSecurity baseline")},
        {"service account", "deployment", "service account does not exist", failing("error looking up service account: serviceaccount robot not found")},
        {"webhook", "deployment", "an admission webhook refuses", failing("admission webhook w denied the request")},
        {"paused", "deployment", "its rollout is paused", deployment(R"("replicas":2,"paused":true)", R"("updatedReplicas":1)")},
        {"no progress", "deployment", "made no progress", deployment(R"("replicas":1)", R"("conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}])")},
        {"selector", "service", "matches no pod", service(R"("selector":{"app":"y"})", R"("pods":[])")},
        {"wrong namespace", "service", "in namespace other only", service(R"("selector":{"app":"x"})", backend("True", "[]", "other"))},
        {"none ready", "service", "none of its 1 pods is ready; b: container c", service(R"("selector":{"app":"x"})", backend("False"))},
        {"port name", "service", "targetPort http is the name of no port", service(R"("selector":{"app":"x"},"ports":[{"port":80,"targetPort":"http"}])", backend("True"))},
        {"port number", "service", "targetPort 80 is none of the ports", service(R"("selector":{"app":"x"},"ports":[{"port":80}])", backend("True", R"([{"containerPort":8080}])"))},
        {"no endpoints", "service", "nobody wrote endpoints", service(R"("type":"ClusterIP")")},
        {"policy", "service", "NetworkPolicy deny lets no traffic in",
         service(R"("selector":{"app":"x"})", backend("True") + R"(,"networkpolicies":[{"metadata":{"name":"deny","namespace":"default"},"spec":{"podSelector":{}}}])")},
        {"load balancer", "service", "waits for an external address", service(R"("type":"LoadBalancer","selector":{"app":"x"})", backend("True"))},
        {"no class", "pvc", "storage class fast does not exist", claim(R"("storageClassName":"fast")", R"("phase":"Pending")")},
        {"no default class", "pvc", "names no storage class", claim("", R"("phase":"Pending")")},
        {"first consumer", "pvc", "waits for the first pod", claim(R"("storageClassName":"l")", R"("phase":"Pending")", R"("storageclasses":[{"metadata":{"name":"l"},"volumeBindingMode":"WaitForFirstConsumer"}])")},
        {"lost", "pvc", "its volume pv1 is gone", claim(R"("volumeName":"pv1")", R"("phase":"Lost")")},
        {"volume of another", "pvc", "belongs to claim a/b",
         claim(R"("volumeName":"pv1")", R"("phase":"Pending")", R"("persistentvolumes":[{"metadata":{"name":"pv1"},"spec":{"claimRef":{"namespace":"a","name":"b"}}}])")},
        {"claim in use", "pvc", "but pod p uses it",
         claim("", R"("phase":"Bound")", R"("pods":[{"metadata":{"name":"p","namespace":"default"},"spec":{"volumes":[{"persistentVolumeClaim":{"claimName":"x"}}]}}])", R"("deletionTimestamp":"2026-01-01T00:00:00Z")")},
        {"access mode", "pvc", "no volume can be made", claim(R"("storageClassName":"l")", R"("phase":"Pending")", event("PersistentVolumeClaim", "ProvisioningFailed", "only support ReadWriteOnce access mode"))},
        {"silent agent", "node", "its agent does not answer", node(R"({"type":"Ready","status":"Unknown"})")},
        {"disk", "node", "its disk is nearly full", node(R"({"type":"Ready","status":"True"},{"type":"DiskPressure","status":"True"})")},
        {"node memory", "node", "its memory is nearly used up", node(R"({"type":"Ready","status":"True"},{"type":"MemoryPressure","status":"True"})")},
        {"node network", "node", "its pod network", node(R"({"type":"Ready","status":"False","message":"m"},{"type":"NetworkUnavailable","status":"True"})")},
        {"node cordoned", "node", "it is cordoned", node(R"({"type":"Ready","status":"True"})", R"("unschedulable":true)")},
        {"clock", "node", "its clock is ahead", node(R"({"type":"Ready","status":"True"})", "", R"("leases":[{"metadata":{"name":"x","namespace":"kube-node-lease"},"spec":{"renewTime":"2030-01-01T00:00:00.000000Z"}}])")},
    };
    return kFaults;
}

}  // namespace

TEST_CASE("the right cause of each seeded fault comes first, with help") {
    CHECK(faults().size() >= 40);
    check_faults(faults());
}

TEST_CASE("what works is left in peace") {
    auto world = parse_world(pod(R"("phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}}])"));
    CHECK(why_pod(world, "default", "x").empty());
    CHECK(why_node(world, "n").empty());
    CHECK(why_claim(parse_world(claim("", R"("phase":"Bound")")), "default", "x").empty());
}
