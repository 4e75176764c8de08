// The suggested and mandatory flow schemas and priority levels of Kubernetes v1.34 (apis/flowcontrol/bootstrap).
#include "server/apiserver/flow/default_objects.h"

#include "json/parse.h"

namespace skiff::apiserver::flow {
namespace {

struct Level {
    const char* name;
    int shares, lendable_percent;
    int queues, hand_size;       // 0 queues: reject
};

constexpr Level kLevels[] = {
    {"system", 30, 33, 64, 6},     {"node-high", 40, 25, 64, 6},       {"leader-election", 10, 0, 16, 4}, {"workload-high", 40, 50, 128, 6},
    {"workload-low", 100, 90, 128, 6}, {"global-default", 20, 50, 128, 6}, {"catch-all", 5, 0, 0, 0},
};

json::Value base(const char* kind, const char* name) {
    json::Value metadata = json::Value::object({{"name", name}, {"annotations", json::Value::object({{"apf.kubernetes.io/autoupdate-spec", "true"}})}});
    return json::Value::object({{"apiVersion", "flowcontrol.apiserver.k8s.io/v1"}, {"kind", kind}, {"metadata", std::move(metadata)}});
}

json::Value level_object(const Level& level) {
    json::Value response = json::Value::object({{"type", level.queues > 0 ? "Queue" : "Reject"}});
    if (level.queues > 0) response.set("queuing", json::Value::object({{"queues", level.queues}, {"handSize", level.hand_size}, {"queueLengthLimit", 50}}));
    json::Value limited = json::Value::object({{"nominalConcurrencyShares", level.shares}, {"lendablePercent", level.lendable_percent}, {"limitResponse", std::move(response)}});
    json::Value object = base("PriorityLevelConfiguration", level.name);
    object.set("spec", json::Value::object({{"type", "Limited"}, {"limited", std::move(limited)}}));
    return object;
}

// Subjects, resource rules and non-resource rules as JSON, short where all are meant.
constexpr const char* kAllResources = R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"clusterScope":true,"namespaces":["*"]}])";
constexpr const char* kAllPaths = R"([{"verbs":["*"],"nonResourceURLs":["*"]}])";
constexpr const char* kEveryone =
    R"([{"kind":"Group","group":{"name":"system:unauthenticated"}},{"kind":"Group","group":{"name":"system:authenticated"}}])";
constexpr const char* kNodes = R"([{"kind":"Group","group":{"name":"system:nodes"}}])";

struct Schema {
    const char *name, *level;
    int precedence;
    const char* distinguisher;   // "" none
    const char *subjects, *resources, *paths;
};

constexpr Schema kSchemas[] = {
    {"exempt", "exempt", 1, "", R"([{"kind":"Group","group":{"name":"system:masters"}}])", kAllResources, kAllPaths},
    {"probes", "exempt", 2, "", kEveryone, "", R"([{"verbs":["get"],"nonResourceURLs":["/healthz","/readyz","/livez"]}])"},
    {"system-leader-election", "leader-election", 100, "ByUser",
     R"([{"kind":"User","user":{"name":"system:kube-controller-manager"}},{"kind":"User","user":{"name":"system:kube-scheduler"}}])",
     R"([{"verbs":["get","create","update"],"apiGroups":["coordination.k8s.io"],"resources":["leases"],"namespaces":["*"]}])", ""},
    {"endpoint-controller", "workload-high", 150, "ByUser",
     R"([{"kind":"User","user":{"name":"system:kube-controller-manager"}},{"kind":"ServiceAccount","serviceAccount":{"name":"endpoint-controller","namespace":"kube-system"}},)"
     R"({"kind":"ServiceAccount","serviceAccount":{"name":"endpointslicemirroring-controller","namespace":"kube-system"}}])",
     R"([{"verbs":["get","create","update"],"apiGroups":[""],"resources":["endpoints"],"namespaces":["*"]}])", ""},
    {"workload-leader-election", "leader-election", 200, "ByUser", R"([{"kind":"ServiceAccount","serviceAccount":{"name":"*","namespace":"kube-system"}}])",
     R"([{"verbs":["get","create","update"],"apiGroups":[""],"resources":["endpoints","configmaps"],"namespaces":["*"]},)"
     R"({"verbs":["get","create","update"],"apiGroups":["coordination.k8s.io"],"resources":["leases"],"namespaces":["*"]}])",
     ""},
    {"system-node-high", "node-high", 400, "ByUser", kNodes,
     R"([{"verbs":["*"],"apiGroups":[""],"resources":["nodes","nodes/status"],"clusterScope":true,"namespaces":["*"]},)"
     R"({"verbs":["*"],"apiGroups":["coordination.k8s.io"],"resources":["leases"],"namespaces":["*"]}])",
     ""},
    {"system-nodes", "system", 500, "ByUser", kNodes, kAllResources, kAllPaths},
    {"kube-controller-manager", "workload-high", 800, "ByNamespace", R"([{"kind":"User","user":{"name":"system:kube-controller-manager"}}])", kAllResources, kAllPaths},
    {"kube-scheduler", "workload-high", 800, "ByNamespace", R"([{"kind":"User","user":{"name":"system:kube-scheduler"}}])", kAllResources, kAllPaths},
    {"kube-system-service-accounts", "workload-high", 900, "ByNamespace", R"([{"kind":"ServiceAccount","serviceAccount":{"name":"*","namespace":"kube-system"}}])",
     kAllResources, kAllPaths},
    {"service-accounts", "workload-low", 9000, "ByUser", R"([{"kind":"Group","group":{"name":"system:serviceaccounts"}}])", kAllResources, kAllPaths},
    {"global-default", "global-default", 9900, "ByUser", kEveryone, kAllResources, kAllPaths},
    {"catch-all", "catch-all", 10000, "ByUser", kEveryone, kAllResources, kAllPaths},
};

json::Value parsed(const char* text) { return json::parse(text).value_or(json::Value()); }

json::Value schema_object(const Schema& schema) {
    json::Value rule = json::Value::object({{"subjects", parsed(schema.subjects)}});
    if (*schema.resources) rule.set("resourceRules", parsed(schema.resources));
    if (*schema.paths) rule.set("nonResourceRules", parsed(schema.paths));
    json::Value spec = json::Value::object({{"priorityLevelConfiguration", json::Value::object({{"name", schema.level}})}, {"matchingPrecedence", schema.precedence}});
    if (*schema.distinguisher) spec.set("distinguisherMethod", json::Value::object({{"type", schema.distinguisher}}));
    spec.set("rules", json::Value::array({std::move(rule)}));
    json::Value object = base("FlowSchema", schema.name);
    object.set("spec", std::move(spec));
    return object;
}

}  // namespace

bool is_mandatory(const json::Value& object) {
    const std::string& name = object["metadata"]["name"].as_string();
    return name == "exempt" || name == "catch-all";
}

std::vector<json::Value> default_objects() {
    std::vector<json::Value> out;
    json::Value exempt = base("PriorityLevelConfiguration", "exempt");
    exempt.set("spec", json::Value::object({{"type", "Exempt"}, {"exempt", json::Value::object({{"nominalConcurrencyShares", 0}, {"lendablePercent", 0}})}}));
    out.push_back(std::move(exempt));
    for (const Level& level : kLevels) out.push_back(level_object(level));
    for (const Schema& schema : kSchemas) out.push_back(schema_object(schema));
    return out;
}

}  // namespace skiff::apiserver::flow
