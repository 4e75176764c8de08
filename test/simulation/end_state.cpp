#include "simulation/end_state.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/quantity.h"
#include "server/controllers/conditions.h"
#include "server/controllers/resources.h"
#include "server/controllers/selecting.h"

namespace skiff::simulation {

using namespace controllers;
using json::Value;

namespace {

std::string key_of(const Value& object) {
    const auto& ns = object["metadata"]["namespace"].as_string();
    return (ns.empty() ? "" : ns + "/") + object["metadata"]["name"].as_string();
}

bool finished(const Value& pod) {
    const auto& phase = pod["status"]["phase"].as_string();
    return phase == "Succeeded" || phase == "Failed";
}

const Value& controller_of(const Value& object) {
    static const Value kNone;
    for (const auto& owner : object["metadata"]["ownerReferences"].items())
        if (owner["controller"].as_bool()) return owner;
    return kNone;
}

std::string numbers(const Value& object, std::initializer_list<const char*> fields) {
    std::string text;
    for (const char* field : fields) text += fmt::format(" {}={}", field, object["status"][field].is_string() ? object["status"][field].as_string() : std::to_string(object["status"][field].as_int()));
    return text;
}

std::string verdicts(const Value& object, std::initializer_list<const char*> types) {
    std::string text;
    for (const char* type : types)
        if (const auto* condition = find_condition(object["status"], type)) text += fmt::format(" {}={}/{}", type, (*condition)["status"].as_string(), (*condition)["reason"].as_string());
    return text;
}

// The workload at the top: of a Deployment's pod the Deployment, without the ReplicaSet's hash.
std::string family(SimApi& api, const Value& pod) {
    const auto& owner = controller_of(pod);
    if (owner.is_null()) return "nobody's " + pod["metadata"]["labels"]["app"].as_string();
    if (owner["kind"].as_string() == "ReplicaSet") {
        auto set = api.store.tree(kReplicaSets, pod["metadata"]["namespace"].as_string(), owner["name"].as_string());
        if (const auto& above = controller_of(set); !above.is_null()) return "Deployment " + above["name"].as_string();
    }
    return owner["kind"].as_string() + " " + owner["name"].as_string();
}

void describe_pods(SimApi& api, std::vector<std::string>& lines) {
    std::map<std::string, int> pods;
    for (const auto& pod : api.store.trees(kPods)) {
        const auto& meta = pod["metadata"];
        const auto who = family(api, pod);
        if (api.clock_was_set && who.rfind("Job tick-", 0) == 0) continue;
        const bool job = who.rfind("Job", 0) == 0, named = who.rfind("StatefulSet", 0) == 0;
        const auto& phase = pod["status"]["phase"].as_string();
        // How many failed on the way may differ; those of a Job that succeeded go with their node; a strayed one had its owner then or not.
        if (phase == "Failed" || (job && phase == "Succeeded") || who == "nobody's strayed") continue;
        const bool bound = !pod["spec"]["nodeName"].as_string().empty();
        ++pods[fmt::format("pod of {}/{}{} image {} {} {}", meta["namespace"].as_string(), who, named ? " " + meta["name"].as_string() : "", pod["spec"]["containers"][0]["image"].as_string(),
                           bound ? phase : "waits", !job && condition_true(pod["status"], "Ready") ? "ready" : "")];
    }
    for (const auto& [key, count] : pods) lines.push_back(fmt::format("{}: {}", key, count));
}

struct Shown {
    Gvr gvr;
    std::initializer_list<const char*> fields, conditions;
};

// Claims of a set's pods that are gone, where the set keeps them: how many there are depends on how far the set had come on the way.
std::set<std::string> kept_claims(SimApi& api) {
    std::set<std::string> kept;
    for (const auto& claim : api.store.trees(kVolumeClaims)) {
        const auto& ns = claim["metadata"]["namespace"].as_string();
        const auto& name = claim["metadata"]["name"].as_string();
        for (const auto& set : api.store.trees(kStatefulSets, ns)) {
            if (set["spec"]["persistentVolumeClaimRetentionPolicy"]["whenScaled"].as_string() == "Delete") continue;
            for (const auto& made : set["spec"]["volumeClaimTemplates"].items()) {
                const auto prefix = made["metadata"]["name"].as_string() + "-";
                if (name.rfind(prefix + set["metadata"]["name"].as_string() + "-", 0) == 0 && api.store.tree(kPods, ns, name.substr(prefix.size())).is_null()) kept.insert(key_of(claim));
            }
        }
    }
    return kept;
}

void describe_objects(SimApi& api, std::vector<std::string>& lines) {
    const Shown shown[] = {{kDeployments, {"replicas", "readyReplicas", "updatedReplicas", "availableReplicas", "unavailableReplicas"}, {"Available", "Progressing"}},
                           {kReplicationControllers, {"replicas", "readyReplicas", "availableReplicas"}, {}},
                           {kStatefulSets, {"replicas", "readyReplicas", "updatedReplicas", "currentReplicas", "availableReplicas"}, {}},
                           {kDaemonSets, {"desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberMisscheduled"}, {}},
                           {kJobs, {"succeeded", "active", "ready", "completedIndexes", "failedIndexes"}, {"Complete", "Failed", "Suspended"}},
                           {kDisruptionBudgets, {"currentHealthy", "desiredHealthy", "expectedPods", "disruptionsAllowed"}, {}},
                           {kAutoscalers, {"currentReplicas", "desiredReplicas"}, {}},
                           {kConfigMaps, {}, {}},
                           {kServiceAccounts, {}, {}},
                           {kServices, {}, {}},
                           {kVolumeClaims, {"phase"}, {}},
                           {kCronJobs, {}, {}},
                           {kNamespaces, {"phase"}, {}},
                           {kNodes, {}, {"Ready"}}};
    const auto kept = kept_claims(api);
    for (const auto& kind : shown)
        for (const auto& object : api.store.trees(kind.gvr))
            if (api.clock_was_set && controller_of(object)["kind"].as_string() == "CronJob") continue;
            else if (kind.gvr != kVolumeClaims || !kept.count(key_of(object))) lines.push_back(fmt::format("{} {}{}{}", kind.gvr.resource, key_of(object), numbers(object, kind.fields), verdicts(object, kind.conditions)));
    for (const auto& request : api.store.trees(kSigningRequests))
        lines.push_back(fmt::format("signing request {}{} {}", key_of(request), verdicts(request, {"Approved", "Failed"}), request["status"]["certificate"].as_string().empty() ? "has no certificate" : "is signed"));
    std::map<std::string, int> volumes;
    for (const auto& volume : api.store.trees(kVolumes))
        if (const auto& claim = volume["spec"]["claimRef"]; !kept.count(claim["namespace"].as_string() + "/" + claim["name"].as_string())) ++volumes[volume["spec"]["storageClassName"].as_string() + " " + volume["status"]["phase"].as_string()];
    for (const auto& [key, count] : volumes) lines.push_back(fmt::format("volumes {}: {}", key, count));
    for (const auto& node : api.store.trees(kNodes)) lines.push_back(fmt::format("taints of {}: {}", key_of(node), node["spec"]["taints"].size()));
    for (const auto& quota : api.store.trees(kResourceQuotas))
        for (const auto& [what, used] : quota["status"]["used"].members())
            if (what.rfind("count/", 0) != 0) lines.push_back(fmt::format("quota {} {} {}", key_of(quota), what, used.as_string()));
    for (const auto& owned : api.store.trees(kConfigMaps))
        for (const auto& owner : owned["metadata"]["ownerReferences"].items()) lines.push_back(fmt::format("{} belongs to {}", key_of(owned), owner["name"].as_string()));
}

const std::vector<Gvr>& followed() {
    static const std::vector<Gvr> kFollowed = {kPods, kReplicaSets, kDeployments, kReplicationControllers, kStatefulSets, kDaemonSets, kJobs, kCronJobs, kConfigMaps, kVolumeClaims, kVolumes,
                                               kEndpoints, kEndpointSlices, kControllerRevisions, kServices, kNamespaces, kNodes, kDisruptionBudgets};
    return kFollowed;
}

void find_orphans(SimApi& api, std::vector<std::string>& wrong) {
    std::set<std::string> uids;
    std::vector<std::pair<Gvr, Value>> all;
    for (const auto& gvr : followed())
        for (auto& object : api.store.trees(gvr)) {
            uids.insert(object["metadata"]["uid"].as_string());
            all.emplace_back(gvr, std::move(object));
        }
    for (const auto& [gvr, object] : all) {
        const auto& owners = object["metadata"]["ownerReferences"].items();
        if (!owners.empty() && std::none_of(owners.begin(), owners.end(), [&](const Value& owner) { return uids.count(owner["uid"].as_string()); }))
            wrong.push_back(fmt::format("orphan: {} {}", gvr.resource, key_of(object)));
        if (!object["metadata"]["deletionTimestamp"].is_null()) wrong.push_back(fmt::format("stuck: {} {} is being deleted for ever", gvr.resource, key_of(object)));
        if (gvr == kPods && object["metadata"]["labels"]["app"].as_string() == "strayed" && !controller_of(object).is_null())
            wrong.push_back(fmt::format("owned: pod {} strayed and was not released", key_of(object)));
        const auto& ns = object["metadata"]["namespace"].as_string();
        if (!ns.empty() && api.store.tree(kNamespaces, {}, ns).is_null()) wrong.push_back(fmt::format("orphan: {} {} in a namespace that is gone", gvr.resource, key_of(object)));
    }
}

// Claims and pods of jobs and daemons that are there twice, sets with two current generations.
void find_duplicates(SimApi& api, std::vector<std::string>& wrong) {
    std::map<std::string, int> places, sets, succeeded;
    for (const auto& pod : api.store.trees(kPods)) {
        if (const auto& owner = controller_of(pod); owner["kind"].as_string() == "Job" && pod["status"]["phase"].as_string() == "Succeeded")
            ++succeeded[pod["metadata"]["namespace"].as_string() + "/" + owner["name"].as_string()];
        if (finished(pod) && pod["status"]["phase"].as_string() == "Failed") continue;
        const auto& owner = controller_of(pod);
        const auto& index = pod["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"].as_string();
        if (!index.empty()) ++places[fmt::format("job {} index {}", owner["name"].as_string(), index)];
        if (owner["kind"].as_string() == "DaemonSet") ++places[fmt::format("daemon {} on {}", owner["name"].as_string(), pod["spec"]["nodeName"].as_string())];
    }
    for (const auto& set : api.store.trees(kReplicaSets))
        if (const auto& owner = controller_of(set); !owner.is_null() && set["spec"]["replicas"].as_int() > 0) ++sets[key_of(set).substr(0, key_of(set).find('/') + 1) + owner["name"].as_string()];
    for (const auto& job : api.store.trees(kJobs))
        if (const auto counted = job["status"]["succeeded"].as_int(); counted < succeeded[key_of(job)]) wrong.push_back(fmt::format("count: {} pods of job {} succeeded, {} are counted", succeeded[key_of(job)], key_of(job), counted));
    for (const auto& [place, count] : places)
        if (count > 1) wrong.push_back(fmt::format("duplicate: {} pods for {}", count, place));
    for (const auto& [name, count] : sets)
        if (count > 1) wrong.push_back(fmt::format("duplicate: deployment {} has {} sets with replicas", name, count));
}

void check_nodes(SimApi& api, std::vector<std::string>& wrong) {
    std::map<std::string, int64_t> used;
    for (const auto& pod : api.store.trees(kPods)) {
        const auto& node = pod["spec"]["nodeName"].as_string();
        if (node.empty()) continue;
        if (api.store.tree(kNodes, {}, node).is_null()) wrong.push_back(fmt::format("orphan: pod {} on node {} that is gone", key_of(pod), node));
        if (!finished(pod)) used[node] += api::Quantity::parse_or_zero(pod["spec"]["containers"][0]["resources"]["requests"]["cpu"].as_string()).milli_value();
        if (!finished(pod) && pod["status"]["phase"].as_string() != "Running") wrong.push_back(fmt::format("stuck: pod {} is {} on {}", key_of(pod), pod["status"]["phase"].as_string(), node));
    }
    for (const auto& [node, milli] : used)
        if (milli > 2000) wrong.push_back(fmt::format("node {} has {}m CPU requested of 2000m", node, milli));
}

void check_endpoints(SimApi& api, std::vector<std::string>& wrong) {
    for (const auto& service : api.store.trees(kServices)) {
        const auto& ns = service["metadata"]["namespace"].as_string();
        const auto& name = service["metadata"]["name"].as_string();
        std::set<std::string> wanted, slices, endpoints;
        const auto written = api.store.tree(kEndpoints, ns, name);
        for (const auto& subset : written["subsets"].items())
            for (const auto& address : subset["addresses"].items()) endpoints.insert(address["ip"].as_string());
        const bool by_hand = service["spec"]["selector"].size() == 0;
        if (by_hand) wanted = endpoints;
        auto selector = api::LabelSelector::from_map(service["spec"]["selector"]);
        const auto pods = api.store.list(kPods, {.ns = ns});
        std::set<std::string> alive;
        for (const auto& pod : pods->items) {
            auto tree = pod->tree();
            alive.insert((*tree)["status"]["podIP"].as_string());
            if (!by_hand && selector.matches(pod->meta().labels) && condition_true((*tree)["status"], "Ready") && !finished(*tree)) wanted.insert((*tree)["status"]["podIP"].as_string());
        }
        for (const auto& slice : api.store.trees(kEndpointSlices, ns))
            if (slice["metadata"]["labels"]["kubernetes.io/service-name"].as_string() == name)
                for (const auto& endpoint : slice["endpoints"].items()) {
                    const auto& address = endpoint["addresses"][0].as_string();
                    if (!by_hand && !alive.count(address)) wrong.push_back(fmt::format("orphan: endpoint {} of {} is of no pod", address, name));
                    if (endpoint["conditions"]["ready"].as_bool() && !slices.insert(address).second) wrong.push_back(fmt::format("duplicate: endpoint {} of {} in two slices", address, name));
                }
        if (slices != wanted) wrong.push_back(fmt::format("slices of {} hold {} addresses, {} are ready", name, slices.size(), wanted.size()));
        if (endpoints != wanted) wrong.push_back(fmt::format("endpoints of {} hold {} addresses, {} are ready", name, endpoints.size(), wanted.size()));
    }
}

}  // namespace

std::vector<std::string> describe(SimApi& api) {
    std::vector<std::string> lines;
    describe_pods(api, lines);
    describe_objects(api, lines);
    std::sort(lines.begin(), lines.end());
    return lines;
}

std::vector<std::string> violations(SimApi& api) {
    std::vector<std::string> wrong = api.wrong;
    find_orphans(api, wrong);
    find_duplicates(api, wrong);
    check_nodes(api, wrong);
    check_endpoints(api, wrong);
    return wrong;
}

}  // namespace skiff::simulation
