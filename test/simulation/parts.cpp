#include "simulation/parts.h"

#include "base/encoding.h"
#include "json/parse.h"
#include "pki/ca.h"
#include "server/controllers/resources.h"

namespace skiff::simulation {

using namespace controllers;

namespace {

using json::Value;

// A pod template's inside; more: further fields of its spec.
std::string pod(const std::string& app, const std::string& more = "", const std::string& labels = "") {
    return R"({"metadata":{"labels":{"app":")" + app + "\"" + labels + R"(}},"spec":{"terminationGracePeriodSeconds":2,"restartPolicy":"Always","schedulerName":"default-scheduler",
        "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":10},
                       {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":10}],
        "containers":[{"name":"c","image":"v0","resources":{"requests":{"cpu":"50m"}},"ports":[{"containerPort":80}]}])" + (more.empty() ? "" : "," + more) + "}}";
}
std::string once(const std::string& app, const char* outcome) {
    auto text = pod(app, R"("restartPolicy":"Never")", std::string(R"(,"outcome":")") + outcome + "\"");
    text.replace(text.find(R"("restartPolicy":"Always",)"), std::string(R"("restartPolicy":"Always",)").size(), "");
    return text;
}
std::string owner(const std::string& name, const std::string& spec, const std::string& templ, bool selector = true) {
    return R"({"metadata":{"name":")" + name + R"("},"spec":{)" + spec + (selector ? R"(,"selector":{"matchLabels":{"app":")" + name + "\"}}" : "") + R"(,"template":)" + templ + "}}";
}

void image(Cluster& c, const Gvr& gvr, const char* name, unsigned argument) {
    c.edit(gvr, "default", name, [&](Value& tree) {
        tree.mut("spec").mut("template").mut("spec").mut("containers").mut_items()[0].set("image", "v" + std::to_string(argument % 4));
    });
}
void set_spec(Cluster& c, const Gvr& gvr, const char* name, const char* field, Value value) {
    c.edit(gvr, "default", name, [&](Value& tree) { tree.mut("spec").set(field, std::move(value)); });
}
// The k-th pod of an app, as it is now.
std::vector<Value> pods_of(Cluster& c, const std::string& app) {
    std::vector<Value> found;
    for (auto& pod : c.api.store.trees(kPods, "default"))
        if (pod["metadata"]["labels"]["app"].as_string() == app) found.push_back(std::move(pod));
    return found;
}
void with_pod(Cluster& c, const char* app, unsigned argument, const std::function<void(const Value& pod)>& run) {
    auto pods = pods_of(c, app);
    if (!pods.empty()) run(pods[argument % pods.size()]);
}
// Not one that has succeeded: it leaves a gap or not, depending on when it did.
void delete_pod(Cluster& c, const char* app, unsigned argument) {
    with_pod(c, app, argument, [&](const Value& pod) {
        if (pod["status"]["phase"].as_string() != "Succeeded") c.remove(kPods, "default", pod["metadata"]["name"].as_string());
    });
}
// An accident: the node loses it without a trace of the container.
void fail_pod(Cluster& c, const char* app, unsigned argument) {
    with_pod(c, app, argument, [&](const Value& pod) {
        if (pod["spec"]["nodeName"].as_string().empty()) return;
        c.edit(kPods, "default", pod["metadata"]["name"].as_string(), [](Value& tree) {
            tree.mut("status").set("phase", "Failed");
            tree.mut("status").set("reason", "Evicted");
        });
    });
}

// ---- workloads

void make_web(Cluster& c, unsigned variant) {
    static const char* kStrategies[] = {R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":1}})",
                                        R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"50%","maxUnavailable":0}},"minReadySeconds":2)",
                                        R"("strategy":{"type":"Recreate"})",
                                        R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,"maxUnavailable":2}},"revisionHistoryLimit":1)"};
    c.make(kDeployments, "default", owner("web", std::string(R"("replicas":3,)") + kStrategies[variant % 4], pod("web")));
}
void make_twin(Cluster& c, unsigned) { c.make(kReplicaSets, "default", owner("twin", R"("replicas":2)", pod("twin"))); }
void make_old(Cluster& c, unsigned) {
    c.make(kReplicationControllers, "default", R"({"metadata":{"name":"old"},"spec":{"replicas":2,"selector":{"app":"old"},"template":)" + pod("old") + "}}");
}
void make_db(Cluster& c, unsigned variant) {
    static const char* kPolicies[] = {R"("podManagementPolicy":"OrderedReady")", R"("podManagementPolicy":"Parallel")",
                                      R"("podManagementPolicy":"OrderedReady","persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete","whenDeleted":"Delete"})",
                                      R"("podManagementPolicy":"Parallel","ordinals":{"start":2},"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":2}})"};
    c.make(kStatefulSets, "default",
           owner("db", std::string(R"("replicas":2,"serviceName":"db","volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"storageClassName":"local-path","accessModes":["ReadWriteOnce"],
               "resources":{"requests":{"storage":"1Gi"}}}}],)") + kPolicies[variant % 4], pod("db")));
}
void make_log(Cluster& c, unsigned variant) {
    static const char* kStrategies[] = {R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}})",
                                        R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}})",
                                        R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":2,"maxSurge":0}},"minReadySeconds":1)"};
    c.make(kDaemonSets, "default", owner("log", kStrategies[variant % 3], pod("log")));
}
void make_sum(Cluster& c, unsigned variant) {
    c.make(kJobs, "default", owner("sum", R"("completions":5,"parallelism":)" + std::to_string(1 + variant % 3) + R"(,"backoffLimit":50)", once("sum", "ok"), false));
}
void make_index(Cluster& c, unsigned variant) {
    const bool bad = variant % 2;
    c.make(kJobs, "default",
           owner("index", std::string(R"("completions":4,"parallelism":2,"completionMode":"Indexed")") + (bad ? R"(,"backoffLimitPerIndex":1)" : R"(,"backoffLimit":50)"), once("index", bad ? "fail-1" : "ok"), false));
}
void make_fails(Cluster& c, unsigned variant) {
    c.make(kJobs, "default", owner("fails", R"("completions":1,"parallelism":1,"backoffLimit":)" + std::to_string(variant % 3), once("fails", "fail"), false));
}
void make_brief(Cluster& c, unsigned) {
    c.make(kJobs, "default", owner("brief", R"("completions":2,"parallelism":2,"backoffLimit":50,"ttlSecondsAfterFinished":20)", once("brief", "ok"), false));
}
void make_tick(Cluster& c, unsigned variant) {
    static const char* kPolicies[] = {"Allow", "Forbid", "Replace"};
    c.make(kCronJobs, "default", R"({"metadata":{"name":"tick"},"spec":{"schedule":"* * * * *","successfulJobsHistoryLimit":2,"concurrencyPolicy":")" + std::string(kPolicies[variant % 3]) +
                                     R"(","jobTemplate":{"spec":{"backoffLimit":50,"template":)" + once("tick", "ok") + "}}}}");
}
void suspend_tick(Cluster& c) { set_spec(c, kCronJobs, "tick", "suspend", true); }

// ---- what stands beside workloads

void make_front(Cluster& c, unsigned variant) {
    make_web(c, variant);
    c.make(kServices, "default", R"({"metadata":{"name":"front"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":80}]}})");
}
void make_guard(Cluster& c, unsigned variant) {
    make_web(c, variant);
    c.make(kDisruptionBudgets, "default", std::string(R"({"metadata":{"name":"guard"},"spec":{)") + (variant % 2 ? R"("minAvailable":2)" : R"("maxUnavailable":1)") + R"(,"selector":{"matchLabels":{"app":"web"}}}})");
}
void make_scaled(Cluster& c, unsigned variant) {
    make_web(c, variant);
    c.api.load_milli = 200;
    c.make(kAutoscalers, "default", R"({"metadata":{"name":"scaled"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"minReplicas":1,"maxReplicas":6,
        "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"AverageValue","averageValue":"50m"}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":15},"scaleUp":{"stabilizationWindowSeconds":0}}}})");
}
void make_quota(Cluster& c, unsigned variant) {
    make_web(c, variant);
    c.make(kResourceQuotas, "default", R"({"metadata":{"name":"quota"},"spec":{"hard":{"pods":"100","requests.cpu":"100","configmaps":"100","count/replicasets.apps":"100"}}})");
}
const Gvr kPriorities{"scheduling.k8s.io", "v1", "priorityclasses"};
// Twelve pods of a low priority fill three nodes of 2 CPU each nearly; those of a high one push them out.
void make_rank(Cluster& c, unsigned) {
    auto big = [](const char* app, const char* priority) {
        auto text = pod(app, R"("priority":)" + std::string(priority));
        text.replace(text.find("50m"), 3, "450m");
        return text;
    };
    c.make(kDeployments, "default", owner("low", R"("replicas":10)", big("low", "1")));
    c.make(kDeployments, "default", owner("high", R"("replicas":2)", big("high", "100")));
}
void make_spread(Cluster& c, unsigned variant) {
    static const char* kRules[] = {
        R"("affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"app":"apart"}},"topologyKey":"kubernetes.io/hostname"}]}})",
        R"("topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"apart"}}}])"};
    c.make(kReplicaSets, "default", owner("apart", R"("replicas":2)", pod("apart", kRules[variant % 2])));
}

// A chain of three generations below one ConfigMap, and two that own each other.
void make_chain(Cluster& c, unsigned variant) {
    auto child = [&](const std::string& name, const std::vector<std::string>& owners) {
        std::string references;
        for (const auto& o : owners) {
            const auto uid = c.api.store.tree(kConfigMaps, "default", o)["metadata"]["uid"].as_string();
            references += (references.empty() ? "" : ",") + (R"({"apiVersion":"v1","kind":"ConfigMap","name":")" + o + R"(","uid":")" + uid + R"(","blockOwnerDeletion":)" + (variant % 2 ? "true" : "false") + "}");
        }
        c.make(kConfigMaps, "default", R"({"metadata":{"name":")" + name + R"(","ownerReferences":[)" + references + "]}}");
    };
    child("root", {});
    child("other", {});
    for (const char* name : {"a", "b"}) child(name, {"root"});
    child("shared", {"root", "other"});
    for (const char* name : {"aa", "ab"}) child(name, {"a"});
    child("aaa", {"aa"});
    const auto root = c.api.store.tree(kConfigMaps, "default", "aaa")["metadata"]["uid"].as_string();
    c.edit(kConfigMaps, "default", "a", [&](Value& tree) {
        tree.mut("metadata").mut("ownerReferences").push_back(Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "gone"}, {"uid", "uid-of-nobody"}}));
    });
}

void make_shop(Cluster& c, unsigned) {
    c.make(kNamespaces, {}, R"({"metadata":{"name":"shop"}})");
    c.make(kDeployments, "shop", owner("till", R"("replicas":2)", pod("till")));
    c.make(kJobs, "shop", owner("count", R"("completions":3,"parallelism":1,"backoffLimit":50)", once("count", "ok"), false));
    c.make(kServices, "shop", R"({"metadata":{"name":"till"},"spec":{"selector":{"app":"till"},"ports":[{"port":80}]}})");
    for (const char* name : {"x", "y", "z"}) c.make(kConfigMaps, "shop", R"({"metadata":{"name":")" + std::string(name) + "\"}}");
    c.make(kVolumeClaims, "shop", R"({"metadata":{"name":"till"},"spec":{"storageClassName":"local-path","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})");
}

// Volumes that stand ready, and claims that ask for some of them at once.
void make_disks(Cluster& c, unsigned) {
    c.make(kStorageClasses, {}, R"({"metadata":{"name":"hand"},"provisioner":"kubernetes.io/no-provisioner","volumeBindingMode":"Immediate"})");
    for (int i = 1; i <= 4; ++i)
        c.make(kVolumes, {}, R"({"metadata":{"name":"disk-)" + std::to_string(i) + R"("},"spec":{"storageClassName":"hand","accessModes":["ReadWriteOnce"],"capacity":{"storage":")" + std::to_string(i) +
                                 R"(Gi"},"persistentVolumeReclaimPolicy":"Retain","hostPath":{"path":"/d"}}})");
    for (int i = 1; i <= 2; ++i)
        c.make(kVolumeClaims, "default", R"({"metadata":{"name":"wish-)" + std::to_string(i) + R"("},"spec":{"storageClassName":"hand","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})");
}

// A Service without selector, and what a user writes for it.
void write_endpoints(Cluster& c, unsigned argument) {
    std::string addresses;
    for (unsigned i = 0; i < 1 + argument % 3; ++i) addresses += (i ? "," : "") + (R"({"ip":"192.0.2.)" + std::to_string(argument / 3 % 50 + i + 1) + "\"}");
    const auto subsets = json::parse(R"([{"addresses":[)" + addresses + R"(],"ports":[{"port":)" + std::to_string(80 + argument % 2) + R"(,"protocol":"TCP"}]}])");
    if (c.api.store.tree(kEndpoints, "default", "manual").is_null()) c.make(kEndpoints, "default", R"({"metadata":{"name":"manual"}})");
    c.edit(kEndpoints, "default", "manual", [&](Value& tree) { tree.set("subsets", *subsets); });
}
void make_manual(Cluster& c, unsigned variant) {
    c.make(kServices, "default", R"({"metadata":{"name":"manual"},"spec":{"ports":[{"port":80}]}})");
    write_endpoints(c, variant);
}

// A node's request for its certificate is approved and signed; one of another signer waits for a user, and for that signer.
void request_certificate(Cluster& c, const char* name, const char* signer) {
    static const std::string kRequest = [] {
        auto key = pki::PrivateKey::generate();
        return base64_encode(*pki::make_csr(*key, {"system:node:n1", {"system:nodes"}, {}, {}}));
    }();
    c.make(kSigningRequests, {}, R"({"metadata":{"name":")" + std::string(name) + R"("}})");
    c.edit(kSigningRequests, {}, name, [&](Value& tree) {
        tree.set("spec", *json::parse(R"({"signerName":")" + std::string(signer) + R"(","username":"system:node:n1","usages":["client auth"],"request":")" + kRequest + "\"}"));
    });
}
void make_requests(Cluster& c, unsigned) {
    request_certificate(c, "first", "kubernetes.io/kube-apiserver-client-kubelet");
    request_certificate(c, "foreign", "example.com/other");
}

// ---- nodes

const char* node_name(unsigned argument) {
    static const char* kNames[] = {"n1", "n2", "n3"};
    return kNames[argument % 3];
}
void make_nodes(Cluster&, unsigned) {}
void back_to_work(Cluster& c) {
    for (const char* name : {"n1", "n2", "n3"}) {
        if (!c.kubelets.has(name)) c.kubelets.join(name);
        c.kubelets.power(name, true);
        c.edit(kNodes, {}, name, [](Value& tree) { tree.mut("spec").erase("unschedulable"); });
    }
}
// Cordons a node and evicts what runs there, trying again as kubectl drain does.
void drain(Cluster& c, unsigned argument) {
    const std::string node = node_name(argument);
    if (!c.kubelets.has(node)) return;
    c.edit(kNodes, {}, node, [](Value& tree) { tree.mut("spec").set("unschedulable", true); });
    c.background = [node, next = Duration(0)](Cluster& cluster) mutable {
        if (cluster.clock.elapsed() < next) return;
        next = cluster.clock.elapsed() + std::chrono::seconds(5);
        for (const auto& pod : cluster.api.store.trees(kPods, "default")) {
            // Finished pods stay: which node they ran on differs, and so would the number left.
            if (pod["status"]["phase"].as_string() == "Succeeded" || pod["spec"]["nodeName"].as_string() != node || !pod["metadata"]["deletionTimestamp"].is_null() || pod["metadata"]["labels"]["app"].as_string() == "log") continue;
            (void)cluster.api.create(kPods, "default", Value::object(), {.subresource = "eviction"}, pod["metadata"]["name"].as_string());
        }
    };
}
void stop_drain(Cluster& c) {
    c.background = {};
    back_to_work(c);
}

}  // namespace

#define SKIFF_ON(...) [](Cluster & c, [[maybe_unused]] unsigned a) { __VA_ARGS__; }

const std::vector<Part>& parts() {
    static const std::vector<Part> kParts = {
        {"deployment", make_web,
         {{"scale web", SKIFF_ON(set_spec(c, kDeployments, "web", "replicas", static_cast<int64_t>(a % 5)))},
          {"new image of web", SKIFF_ON(image(c, kDeployments, "web", a))},
          {"pause web", SKIFF_ON(set_spec(c, kDeployments, "web", "paused", true))},
          {"resume web", SKIFF_ON(set_spec(c, kDeployments, "web", "paused", false))},
          {"delete a pod of web", SKIFF_ON(delete_pod(c, "web", a))},
          {"a pod of web fails", SKIFF_ON(fail_pod(c, "web", a))},
          {"delete web and make it anew", SKIFF_ON(c.remove(kDeployments, "default", "web", a % 2 ? "Foreground" : "Background"); if (a % 2 == 0) make_web(c, a))}},
         [](Cluster& c) { set_spec(c, kDeployments, "web", "paused", false); }},
        {"replica set", make_twin,
         {{"scale twin", SKIFF_ON(set_spec(c, kReplicaSets, "twin", "replicas", static_cast<int64_t>(a % 6)))},
          {"delete a pod of twin", SKIFF_ON(delete_pod(c, "twin", a))},
          {"relabel a pod of twin", SKIFF_ON(with_pod(c, "twin", a, [&](const Value& pod) {
               c.edit(kPods, "default", pod["metadata"]["name"].as_string(), [](Value& tree) { tree.mut("metadata").mut("labels").set("app", "strayed"); });
           }))},
          {"delete twin", SKIFF_ON(c.remove(kReplicaSets, "default", "twin", a % 2 ? "Foreground" : "Background"))}}},
        {"replication controller", make_old,
         {{"scale old", SKIFF_ON(set_spec(c, kReplicationControllers, "old", "replicas", static_cast<int64_t>(a % 5)))}, {"a pod of old fails", SKIFF_ON(fail_pod(c, "old", a))}}},
        {"stateful set", make_db,
         {{"scale db", SKIFF_ON(set_spec(c, kStatefulSets, "db", "replicas", static_cast<int64_t>(a % 4)))},
          {"new image of db", SKIFF_ON(image(c, kStatefulSets, "db", a))},
          {"delete a pod of db", SKIFF_ON(delete_pod(c, "db", a))},
          {"a pod of db fails", SKIFF_ON(fail_pod(c, "db", a))}}},
        {"daemon set", make_log,
         {{"new image of log", SKIFF_ON(image(c, kDaemonSets, "log", a))},
          {"delete a pod of log", SKIFF_ON(delete_pod(c, "log", a))},
          {"a pod of log fails", SKIFF_ON(fail_pod(c, "log", a))},
          {"a node joins", SKIFF_ON(c.kubelets.join("n4"))}}},
        {"job", make_sum,
         {{"a pod of sum fails", SKIFF_ON(fail_pod(c, "sum", a))},
          {"delete a pod of sum", SKIFF_ON(delete_pod(c, "sum", a))},
          {"suspend sum", SKIFF_ON(set_spec(c, kJobs, "sum", "suspend", true))},
          {"resume sum", SKIFF_ON(set_spec(c, kJobs, "sum", "suspend", false))},
          {"parallelism of sum", SKIFF_ON(set_spec(c, kJobs, "sum", "parallelism", static_cast<int64_t>(1 + a % 4)))}},
         [](Cluster& c) { set_spec(c, kJobs, "sum", "suspend", false); }},
        {"indexed job", make_index,
         {{"parallelism of index", SKIFF_ON(set_spec(c, kJobs, "index", "parallelism", static_cast<int64_t>(1 + a % 4)))}, {"delete index", SKIFF_ON(c.remove(kJobs, "default", "index"))}}},
        {"job that fails", make_fails, {{"wait", SKIFF_ON((void)c)}}},
        {"job with a time to live", make_brief, {{"a pod of brief fails", SKIFF_ON(fail_pod(c, "brief", a))}}},
        {"cron job", make_tick, {{"delete a pod of tick", SKIFF_ON(delete_pod(c, "tick", a))}, {"wait", SKIFF_ON((void)c)},
          {"the clock is set forward", SKIFF_ON(c.set_clock(std::chrono::seconds(30 + a % 400)))},
          {"the clock is set back", SKIFF_ON(c.set_clock(-std::chrono::seconds(5 + a % 100)))}},
         suspend_tick},
        {"service", make_front,
         {{"scale web", SKIFF_ON(set_spec(c, kDeployments, "web", "replicas", static_cast<int64_t>(a % 5)))},
          {"new image of web", SKIFF_ON(image(c, kDeployments, "web", a))},
          {"a pod of web fails", SKIFF_ON(fail_pod(c, "web", a))},
          {"delete front and make it anew", SKIFF_ON(c.remove(kServices, "default", "front"); make_front(c, 0))}}},
        {"endpoints by hand", make_manual,
         {{"other endpoints", write_endpoints},
          {"delete the endpoints", SKIFF_ON(c.remove(kEndpoints, "default", "manual"))},
          {"delete the service and make it anew", SKIFF_ON(c.remove(kServices, "default", "manual"); make_manual(c, a))}}},
        {"signing requests", make_requests,
         {{"one more request", SKIFF_ON(request_certificate(c, "second", "kubernetes.io/kube-apiserver-client-kubelet"))},
          {"approve the foreign one", SKIFF_ON(c.edit(kSigningRequests, {}, "foreign", [](Value& tree) {
               tree.mut("status").set("conditions", Value::array({Value::object({{"type", "Approved"}, {"status", "True"}, {"reason", "ByHand"}})}));
           }))},
          {"delete the first one", SKIFF_ON(c.remove(kSigningRequests, {}, "first"))}}},
        {"disruption budget", make_guard, {{"drain a node", drain}, {"end of the drain", SKIFF_ON(stop_drain(c))}, {"scale web", SKIFF_ON(set_spec(c, kDeployments, "web", "replicas", static_cast<int64_t>(2 + a % 3)))}}, stop_drain},
        {"autoscaler", make_scaled, {{"load", SKIFF_ON(c.api.load_milli = static_cast<int64_t>(50 * (1 + a % 5)))}, {"new image of web", SKIFF_ON(image(c, kDeployments, "web", a))}}},
        {"quota", make_quota, {{"scale web", SKIFF_ON(set_spec(c, kDeployments, "web", "replicas", static_cast<int64_t>(a % 5)))}, {"new image of web", SKIFF_ON(image(c, kDeployments, "web", a))}}},
        {"priorities", make_rank,
         {{"scale high", SKIFF_ON(set_spec(c, kDeployments, "high", "replicas", static_cast<int64_t>(a % 9)))},
          {"delete a pod of high", SKIFF_ON(delete_pod(c, "high", a))},
          {"delete a pod of low", SKIFF_ON(delete_pod(c, "low", a))},
          {"scale low", SKIFF_ON(set_spec(c, kDeployments, "low", "replicas", static_cast<int64_t>(4 + a % 8)))}}, nullptr, Part::Room::All},
        {"spread", make_spread,
         {{"scale apart", SKIFF_ON(set_spec(c, kReplicaSets, "apart", "replicas", static_cast<int64_t>(a % 4)))}, {"delete a pod of apart", SKIFF_ON(delete_pod(c, "apart", a))}, {"a node joins", SKIFF_ON(c.kubelets.join("n4"))}}},
        {"owner chain", make_chain,
         {{"delete root", SKIFF_ON(c.remove(kConfigMaps, "default", "root", a % 2 ? "Foreground" : "Background"))},
          {"delete a", SKIFF_ON(c.remove(kConfigMaps, "default", "a", a % 2 ? "Foreground" : "Background"))},
          {"delete root, orphan what it has", SKIFF_ON(c.remove(kConfigMaps, "default", "root", "Orphan"))},
          {"delete other", SKIFF_ON(c.remove(kConfigMaps, "default", "other", "Background"))}}},
        {"namespace", make_shop, {{"delete shop", SKIFF_ON(c.remove(kNamespaces, {}, "shop"))}, {"wait", SKIFF_ON((void)c)}}},
        {"claims", make_disks,
         {{"one more claim", SKIFF_ON(c.make(kVolumeClaims, "default", R"({"metadata":{"name":"wish-3"},"spec":{"storageClassName":"hand","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})"))},
          {"delete a claim", SKIFF_ON(c.remove(kVolumeClaims, "default", "wish-1"))}}},
        {"nodes", make_nodes,
         {{"a node dies", SKIFF_ON(c.kubelets.power(node_name(a), false))},
          {"a node comes back", SKIFF_ON(c.kubelets.power(node_name(a), true))},
          {"cordon a node", SKIFF_ON(c.edit(kNodes, {}, node_name(a), [](Value& tree) { tree.mut("spec").set("unschedulable", true); }))},
          {"a node leaves", SKIFF_ON(c.kubelets.leave(node_name(a)))}},
         back_to_work},
    };
    return kParts;
}

}  // namespace skiff::simulation
