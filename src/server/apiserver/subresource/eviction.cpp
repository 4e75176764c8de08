// pods/eviction: a delete that PodDisruptionBudgets may refuse. The budget is decremented by compare-and-swap before the pod goes.
#include "api/selector.h"
#include "server/apiserver/execute.h"
#include "server/apiserver/subresource/admit.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kDisruptedPodsMax = 2000;
const api::Gvr kBudgets{"policy", "v1", "poddisruptionbudgets"};
const api::Gvr kPods{"", "v1", "pods"};

bool is_ready(const json::Value& pod) {
    for (const json::Value& condition : pod["status"]["conditions"].items())
        if (condition["type"].as_string() == "Ready") return condition["status"].as_string() == "True";
    return false;
}

// Pods that are gone, going or not yet running disturb nobody.
bool needs_no_budget(const json::Value& pod) {
    const std::string& phase = pod["status"]["phase"].as_string();
    return phase == "Succeeded" || phase == "Failed" || phase == "Pending" || !pod["metadata"]["deletionTimestamp"].as_string().empty();
}

bool may_ignore(const json::Value& budget, const json::Value& pod) {
    if (is_ready(pod)) return false;
    if (budget["spec"]["unhealthyPodEvictionPolicy"].as_string() == "AlwaysAllow") return true;
    const json::Value& status = budget["status"];
    return status["currentHealthy"].as_int() >= status["desiredHealthy"].as_int() && status["desiredHealthy"].as_int() > 0;
}

Status too_many(std::string message, Cause cause, int retry_s) {
    Status status(Reason::TooManyRequests, std::move(message));
    status = std::move(status).with_cause(std::move(cause));
    return retry_s > 0 ? Status(std::move(status).with_retry_after(retry_s)) : status;
}

// The last disruption was taken: the budget's condition says so at once.
void tell_exhausted(json::Value& status, Clock& clock) {
    json::Value told = json::Value::object({{"type", "DisruptionAllowed"}, {"status", "False"}, {"observedGeneration", status["observedGeneration"]},
                                            {"lastTransitionTime", timestamp_now(clock)}, {"reason", "InsufficientPods"}, {"message", ""}});
    json::Value& conditions = status.mut("conditions");
    if (conditions.is_array())
        for (json::Value& condition : conditions.mut_items()) {
            if (condition["type"].as_string() != "DisruptionAllowed") continue;
            if (condition["status"].as_string() == "False") told.set("lastTransitionTime", condition["lastTransitionTime"]);
            condition = std::move(told);
            return;
        }
    conditions.push_back(std::move(told));
}

Result<json::Value> decrement(const json::Value& budget, const std::string& pod, Clock& clock) {
    const json::Value& status = budget["status"];
    const std::string& name = budget["metadata"]["name"].as_string();
    if (status["observedGeneration"].as_int() < budget["metadata"]["generation"].as_int())
        return too_many("Cannot evict pod as it would violate the pod's disruption budget.",
                        {"DisruptionBudget", fmt::format("The disruption budget {} is still being processed by the server.", name), ""}, 10);
    if (status["disruptionsAllowed"].as_int() < 0)
        return error(Reason::Forbidden, "poddisruptionbudgets.policy \"{}\" is forbidden: pdb disruptions allowed is negative", name).with_details({"policy", "poddisruptionbudgets", name, ""});
    if (status["disruptedPods"].size() > kDisruptedPodsMax)
        return error(Reason::Forbidden, "poddisruptionbudgets.policy \"{}\" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller", name)
            .with_details({"policy", "poddisruptionbudgets", name, ""});
    if (status["disruptionsAllowed"].as_int() == 0)
        return too_many("Cannot evict pod as it would violate the pod's disruption budget.",
                        {"DisruptionBudget", fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", name, status["desiredHealthy"].as_int(), status["currentHealthy"].as_int()), ""}, 0);
    json::Value changed = budget;
    json::Value& out = changed.mut("status");
    out.set("disruptionsAllowed", status["disruptionsAllowed"].as_int() - 1);
    out.mut("disruptedPods").set(pod, timestamp_now(clock));
    if (status["disruptionsAllowed"].as_int() == 1) tell_exhausted(out, clock);
    return changed;
}

// A dry run is refused as well, and takes nothing.
Status take_budget(Core& core, RequestContext& context, const json::Value& pod, bool dry_run) {
    const Attributes& a = context.attributes;
    std::vector<api::ObjectPtr> matching;
    for (const api::ObjectPtr& object : core.cache.list(kBudgets, a.ns)) {
        auto selector = api::LabelSelector::from_object((*object->tree())["spec"]["selector"]);
        if (selector.ok() && selector->matches(pod["metadata"]["labels"])) matching.push_back(object);
    }
    if (matching.empty()) return {};
    if (matching.size() > 1) return error(Reason::Unknown, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
    if (may_ignore(*matching[0]->tree(), pod)) return {};
    if (dry_run) {
        TRY(decrement(*matching[0]->tree(), a.name, core.clock));
        return {};
    }
    RequestContext inner = context;
    inner.dry_run = false;
    inner.internal = true;
    inner.kind = core.kinds.find(kBudgets);
    inner.attributes.subresource = "status";
    Change change;
    change.kind = inner.kind;
    change.ns = a.ns;
    change.name = matching[0]->meta().name;
    change.part = Change::Part::Status;
    change.validate = false;
    change.make = [&](const json::Value& budget) { return decrement(budget, a.name, core.clock); };
    TRY(change_object(core, inner, change));
    return {};
}

// Says on the pod why it goes, for controllers that judge its failure. A version that the client named is then the new one.
Status mark_disrupted(Core& core, const RequestContext& context, DeleteOptions& options) {
    RequestContext inner = context;
    inner.internal = true;
    inner.kind = core.kinds.find(kPods);
    inner.attributes.subresource = "status";
    Change change;
    change.kind = inner.kind;
    change.ns = context.attributes.ns;
    change.name = context.attributes.name;
    change.part = Change::Part::Status;
    change.validate = false;
    change.make = [&](const json::Value& old) -> Result<json::Value> {
        const json::Value& meta = old["metadata"];
        TRY(check_preconditions(*inner.kind, options, meta["name"].as_string(), meta["uid"].as_string(), meta["resourceVersion"].as_string()));
        json::Value pod = old;
        json::Value& conditions = pod.mut("status").mut("conditions");
        json::Value target = json::Value::object({{"type", "DisruptionTarget"}, {"status", "True"}, {"lastProbeTime", nullptr}, {"reason", "EvictionByEvictionAPI"},
                                                  {"message", "Eviction API: evicting"}, {"lastTransitionTime", timestamp_now(core.clock)}});
        for (json::Value& condition : conditions.mut_items()) {
            if (condition["type"].as_string() != "DisruptionTarget") continue;
            if (condition["status"].as_string() == "True") target.set("lastTransitionTime", condition["lastTransitionTime"]);
            condition = std::move(target);
            return pod;
        }
        conditions.push_back(std::move(target));
        return pod;
    };
    Answer marked = TRY(change_object(core, inner, change));
    if (options.resource_version) options.resource_version = std::to_string(marked.object->meta().resource_version);
    return {};
}

}  // namespace

Result<Answer> serve_eviction(Core& core, RequestContext& context, const Body& body) {
    Attributes& a = context.attributes;
    json::Value eviction = TRY(decode_typed(core.kinds, {"policy", "v1", "Eviction"}, "policy.v1.Eviction", body, context));
    if (eviction["metadata"]["name"].as_string() != a.name) return error(Reason::BadRequest, "name in URL does not match name in Eviction object");
    TRY(admit_created(core, context, {"policy", "v1", "Eviction"}, "policy.v1.Eviction", eviction));
    api::ObjectPtr pod = core.cache.get(kPods, a.ns, a.name);
    if (!pod) return not_found(*core.kinds.find(kPods), a.name);
    json::Value options_tree = eviction["deleteOptions"];
    if (options_tree.is_null()) options_tree = json::Value::object();
    Body options_body{{}, "application/json", &options_tree};
    // What the options say wrong is found by the deletion, after the budget was asked; any dryRun among them counts as one.
    const bool dry_run = context.dry_run || eviction["deleteOptions"]["dryRun"].size() > 0;
    auto parsed = parse_delete_options(core, context, options_body, {});
    context.dry_run = dry_run;
    if (!needs_no_budget(*pod->tree())) TRY(take_budget(core, context, *pod->tree(), dry_run));
    DeleteOptions options = TRY(std::move(parsed));
    options.dry_run = dry_run;
    if (!dry_run) TRY(mark_disrupted(core, context, options));
    // The eviction was admitted; its deletion is not asked about again.
    RequestContext deletion = context;
    deletion.attributes.verb = "delete";
    deletion.attributes.subresource.clear();
    deletion.internal = true;
    TRY(delete_object(core, deletion, options));
    Answer answer;
    answer.code = 201;
    answer.value = plain_success(201);
    answer.value_type = "meta.v1.Status";
    return answer;
}

}  // namespace skiff::apiserver
