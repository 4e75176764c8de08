#include "server/scheduler/pod_info.h"

#include <algorithm>

#include "api/quantity.h"
#include "api/timestamp.h"
#include "base/hash.h"
#include "json/write.h"

namespace skiff::scheduler {

namespace {

// What a container without requests counts as in scores (kube-scheduler util/pod_resources.go).
constexpr int64_t kDefaultMilliCpu = 100, kDefaultMemory = 200 << 20;

using Operator = api::LabelRequirement::Operator;

Operator operator_of(const std::string& text) {
    if (text == "NotIn") return Operator::NotIn;
    if (text == "Exists") return Operator::Exists;
    if (text == "DoesNotExist") return Operator::DoesNotExist;
    if (text == "Gt") return Operator::GreaterThan;
    return text == "Lt" ? Operator::LessThan : Operator::In;
}

std::vector<api::LabelRequirement> requirements(const json::Value& list) {
    std::vector<api::LabelRequirement> out;
    for (const auto& item : list.items()) {
        api::LabelRequirement requirement;
        requirement.key = item["key"].as_string();
        requirement.op = operator_of(item["operator"].as_string());
        for (const auto& value : item["values"].items()) requirement.values.push_back(value.as_string());
        std::sort(requirement.values.begin(), requirement.values.end());
        out.push_back(std::move(requirement));
    }
    return out;
}

NodeTerm node_term(const json::Value& term, int64_t weight) {
    return {requirements(term["matchExpressions"]), requirements(term["matchFields"]), weight};
}

// matchLabelKeys and mismatchLabelKeys are merged into the selector by the pod's own labels.
api::LabelSelector selector_with_keys(const json::Value& holder, const api::Meta& meta) {
    json::Value selector = holder["labelSelector"];
    auto merge = [&](const json::Value& keys, const char* op) {
        for (const auto& key : keys.items()) {
            const auto* value = meta.find_label(key.as_string());
            if (!value) continue;
            selector.mut("matchExpressions").push_back(json::Value::object(
                {{"key", key}, {"operator", op}, {"values", json::Value::array({*value})}}));
        }
    };
    if (!selector.is_null()) {
        merge(holder["matchLabelKeys"], "In");
        merge(holder["mismatchLabelKeys"], "NotIn");
    }
    auto parsed = api::LabelSelector::from_object(selector);
    return parsed.ok() ? *parsed : api::LabelSelector::nothing();
}

PodTerm pod_term(const json::Value& term, const api::Meta& meta, int64_t weight) {
    PodTerm out;
    out.selector = selector_with_keys(term, meta);
    out.topology_key = term["topologyKey"].as_string();
    out.weight = weight;
    for (const auto& ns : term["namespaces"].items()) out.namespaces.push_back(ns.as_string());
    if (term.has("namespaceSelector") && !term["namespaceSelector"].is_null()) {
        auto selector = api::LabelSelector::from_object(term["namespaceSelector"]);
        if (selector.ok()) out.namespace_selector = *selector;
    } else if (out.namespaces.empty()) {
        out.namespaces.push_back(meta.ns);
    }
    return out;
}

void read_pod_terms(const json::Value& affinity, const api::Meta& meta, std::vector<PodTerm>& required, std::vector<PodTerm>& preferred) {
    for (const auto& term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items()) required.push_back(pod_term(term, meta, 0));
    for (const auto& item : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items())
        preferred.push_back(pod_term(item["podAffinityTerm"], meta, item["weight"].as_int()));
}

void read_affinity(PodInfo& pod, const json::Value& spec, const api::Meta& meta) {
    for (const auto& [key, value] : spec["nodeSelector"].members()) {
        api::LabelRequirement requirement;
        requirement.key = key;
        requirement.op = Operator::In;
        requirement.values = {value.as_string()};
        pod.node_selector.push_back(std::move(requirement));
    }
    const auto& affinity = spec["affinity"];
    const auto& required = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    pod.has_required_affinity = required.is_object();
    pod.required_nodes = node_terms(required);
    for (const auto& item : affinity["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"].items())
        pod.preferred_nodes.push_back(node_term(item["preference"], item["weight"].as_int()));
    read_pod_terms(affinity["podAffinity"], meta, pod.affinity, pod.preferred_affinity);
    read_pod_terms(affinity["podAntiAffinity"], meta, pod.anti_affinity, pod.preferred_anti_affinity);
    for (const auto& item : spec["topologySpreadConstraints"].items()) {
        SpreadConstraint constraint;
        constraint.topology_key = item["topologyKey"].as_string();
        constraint.max_skew = item["maxSkew"].as_int(1);
        constraint.min_domains = item["minDomains"].as_int(1);
        constraint.required = item["whenUnsatisfiable"].as_string() != "ScheduleAnyway";
        constraint.honor_affinity = item["nodeAffinityPolicy"].as_string() != "Ignore";
        constraint.honor_taints = item["nodeTaintsPolicy"].as_string() == "Honor";
        constraint.selector = selector_with_keys(item, meta);
        pod.spread.push_back(std::move(constraint));
    }
}

std::vector<PodClaim> read_resource_claims(const json::Value& spec, const json::Value& status) {
    std::vector<PodClaim> claims;
    for (const auto& wanted : spec["resourceClaims"].items()) {
        PodClaim claim{wanted["resourceClaimName"].as_string(), wanted["resourceClaimName"].is_null(), true};
        if (claim.generated) claim.made = false;
        for (const auto& made : status["resourceClaimStatuses"].items()) {
            if (!claim.generated || !(made["name"] == wanted["name"])) continue;
            claim.claim = made["resourceClaimName"].as_string();
            claim.made = true;
        }
        claims.push_back(std::move(claim));
    }
    return claims;
}

Amounts with_defaults(Amounts amounts) {
    if (!amounts.milli_cpu) amounts.milli_cpu = kDefaultMilliCpu;
    if (!amounts.memory) amounts.memory = kDefaultMemory;
    return amounts;
}

// Sum of containers and sidecars, or the largest init container beside the sidecars before it (KEP-753), plus overhead.
void read_requests(PodInfo& pod, const json::Value& spec, const json::Value& status) {
    Amounts running, running_nonzero, sidecars, sidecars_nonzero, peak, peak_nonzero;
    bool infeasible = false;
    for (const auto& condition : status["conditions"].items())
        infeasible |= condition["type"].as_string() == "PodResizePending" && condition["reason"].as_string() == "Infeasible";
    // While a resize is under way, the largest of what is asked for, allocated and in force; one that the node cannot do counts for nothing.
    auto needed = [&](const json::Value& container, const char* statuses) {
        for (const auto& s : status[statuses].items()) {
            if (s["name"].as_string() != container["name"].as_string() || !s["resources"].is_object()) continue;
            auto amounts = amounts_from(s["resources"]["requests"]);
            amounts.raise(amounts_from(s["allocatedResources"]));
            if (!infeasible) amounts.raise(amounts_from(container["resources"]["requests"]));
            return amounts;
        }
        return amounts_from(container["resources"]["requests"]);
    };
    for (const auto& container : spec["containers"].items()) {
        auto amounts = needed(container, "containerStatuses");
        running.add(amounts);
        running_nonzero.add(with_defaults(amounts));
        for (const auto& port : container["ports"].items())
            if (port["hostPort"].as_int() > 0)
                pod.ports.push_back({port["hostIP"].as_string("0.0.0.0"), port["protocol"].as_string("TCP"), port["hostPort"].as_int()});
        pod.images.push_back(container["image"].as_string());
    }
    for (const auto& container : spec["initContainers"].items()) {
        const bool sidecar = container["restartPolicy"].as_string() == "Always";
        auto amounts = sidecar ? needed(container, "initContainerStatuses") : amounts_from(container["resources"]["requests"]);
        if (sidecar) {
            sidecars.add(amounts);
            sidecars_nonzero.add(with_defaults(amounts));
            peak.raise(sidecars);
            peak_nonzero.raise(sidecars_nonzero);
            continue;
        }
        auto at_once = amounts;
        at_once.add(sidecars);
        peak.raise(at_once);
        auto nonzero = with_defaults(amounts);
        nonzero.add(sidecars_nonzero);
        peak_nonzero.raise(nonzero);
    }
    running.add(sidecars);
    running_nonzero.add(sidecars_nonzero);
    running.raise(peak);
    running_nonzero.raise(peak_nonzero);
    if (spec["resources"]["requests"].is_object()) {
        auto pod_level = amounts_from(spec["resources"]["requests"]);
        for (auto* target : {&running, &running_nonzero}) {
            if (pod_level.milli_cpu) target->milli_cpu = pod_level.milli_cpu;
            if (pod_level.memory) target->memory = pod_level.memory;
        }
    }
    auto overhead = amounts_from(spec["overhead"]);
    running.add(overhead);
    running_nonzero.add(overhead);
    pod.request = std::move(running);
    pod.nonzero_request = std::move(running_nonzero);
}

// SHA-256, because labels are anybody's: nobody makes two groups one.
uint64_t group_of(const PodInfo& pod, const json::Value& affinity) {
    Sha256 hash;
    auto part = [&](std::string_view text) {
        hash.update(text);
        hash.update(std::string_view("\0", 1));
    };
    part(pod.ns);
    part(pod.controller_uid);
    part(pod.deleting ? "deleting" : "");
    for (const auto& [key, value] : pod.labels) {
        part(key);
        part(value);
    }
    if (affinity.is_object()) {
        part("affinity");
        part(json::write(affinity["podAffinity"]));
        part(json::write(affinity["podAntiAffinity"]));
    }
    const std::string digest = hash.digest();
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof(value); ++i) value = value << 8 | static_cast<unsigned char>(digest[i]);
    return value;
}

}  // namespace

std::vector<NodeTerm> node_terms(const json::Value& node_selector) {
    std::vector<NodeTerm> terms;
    for (const auto& term : node_selector["nodeSelectorTerms"].items()) terms.push_back(node_term(term, 0));
    return terms;
}

void Amounts::add(const Amounts& other, int sign) {
    milli_cpu += sign * other.milli_cpu;
    memory += sign * other.memory;
    ephemeral += sign * other.ephemeral;
    for (const auto& [name, amount] : other.extended) extended[name] += sign * amount;
}

void Amounts::raise(const Amounts& other) {
    milli_cpu = std::max(milli_cpu, other.milli_cpu);
    memory = std::max(memory, other.memory);
    ephemeral = std::max(ephemeral, other.ephemeral);
    for (const auto& [name, amount] : other.extended) extended[name] = std::max(extended[name], amount);
}

Amounts amounts_from(const json::Value& list) {
    Amounts amounts;
    for (const auto& [name, value] : list.members()) {
        auto quantity = value.is_string() ? api::Quantity::parse_or_zero(value.as_string()) : api::Quantity::of(value.as_int());
        if (name == "cpu") amounts.milli_cpu = quantity.milli_value();
        else if (name == "memory") amounts.memory = quantity.value();
        else if (name == "ephemeral-storage") amounts.ephemeral = quantity.value();
        else if (name != "pods") amounts.extended[name] = quantity.value();
    }
    return amounts;
}

bool Toleration::tolerates(const std::string& taint_key, const std::string& taint_value, const std::string& taint_effect) const {
    if (!effect.empty() && effect != taint_effect) return false;
    if (!key.empty() && key != taint_key) return false;
    if (op == "Exists") return true;
    return !key.empty() && value == taint_value;
}

PodPtr pod_info(const api::ObjectPtr& object) {
    auto pod = std::make_shared<PodInfo>();
    auto tree = object->tree();
    const auto& spec = (*tree)["spec"];
    const auto& status = (*tree)["status"];
    const auto& meta = object->meta();
    pod->object = object;
    pod->key = meta.key();
    pod->ns = meta.ns;
    pod->name = meta.name;
    pod->uid = meta.uid;
    pod->labels = meta.labels;
    pod->deleting = meta.deleting();
    if (const auto* controller = meta.controller()) pod->controller_uid = controller->uid;
    pod->node_name = spec["nodeName"].as_string();
    pod->scheduler_name = spec["schedulerName"].as_string("default-scheduler");
    pod->nominated_node = status["nominatedNodeName"].as_string();
    pod->priority = spec["priority"].as_int();
    pod->never_preempts = spec["preemptionPolicy"].as_string() == "Never";
    pod->gated = spec["schedulingGates"].size() > 0;
    const auto& phase = status["phase"].as_string();
    pod->terminal = phase == "Succeeded" || phase == "Failed";
    for (const auto& t : spec["tolerations"].items())
        pod->tolerations.push_back({t["key"].as_string(), t["operator"].as_string("Equal"), t["value"].as_string(), t["effect"].as_string()});
    for (const auto& volume : spec["volumes"].items()) {
        if (volume["persistentVolumeClaim"].is_object()) pod->claims.push_back(volume["persistentVolumeClaim"]["claimName"].as_string());
        if (volume["ephemeral"].is_object()) {
            pod->claims.push_back(meta.name + "-" + volume["name"].as_string());
            pod->ephemeral_claims.insert(pod->claims.back());
        }
    }
    pod->resource_claims = read_resource_claims(spec, status);
    if (auto created = api::parse_time(meta.creation_timestamp))
        pod->created_s = std::chrono::duration_cast<std::chrono::seconds>(created->time_since_epoch()).count();
    pod->started_s = pod->created_s;
    if (auto started = api::parse_time(status["startTime"].as_string()))
        pod->started_s = std::chrono::duration_cast<std::chrono::seconds>(started->time_since_epoch()).count();
    for (const auto& condition : status["conditions"].items())
        if (condition["type"].as_string() == "DisruptionTarget" && condition["status"].as_string() == "True")
            pod->preempted = condition["reason"].as_string() == "PreemptionByScheduler";
    read_requests(*pod, spec, status);
    read_affinity(*pod, spec, meta);
    pod->group = group_of(*pod, spec["affinity"]);
    return pod;
}

}  // namespace skiff::scheduler
