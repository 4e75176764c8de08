// pods/binding and the old bindings collection: the scheduler's decision. The node's name, PodScheduled and the binding's annotations
// are set in one write; a pod is bound once.
#include "json/merge_patch.h"
#include "server/apiserver/execute.h"
#include "server/apiserver/subresource/admit.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

// kube-apiserver gives the aggregate of these as a plain error.
Status check_target(const json::Value& target) {
    std::vector<std::string> errors;
    const std::string& kind = target["kind"].as_string();
    if (!kind.empty() && kind != "Node") errors.push_back(fmt::format("target.kind: Unsupported value: \"{}\": supported values: \"Node\", \"<empty>\"", kind));
    if (target["name"].as_string().empty()) errors.emplace_back("target.name: Required value");
    if (errors.empty()) return {};
    if (errors.size() == 1) return Status(Reason::Unknown, errors[0]);
    std::string text = "[" + errors[0];
    for (size_t i = 1; i < errors.size(); ++i) text += ", " + errors[i];
    return Status(Reason::Unknown, text + "]");
}

Status refused(const std::string& pod, std::string why) {
    return error(Reason::Conflict, "Operation cannot be fulfilled on pods/binding \"{}\": {}", pod, why).with_details({"", "pods/binding", pod, ""});
}

void set_scheduled(json::Value& pod, const Clock& clock) {
    json::Value& conditions = pod.mut("status").mut("conditions");
    json::Value scheduled = json::Value::object({{"type", "PodScheduled"}, {"status", "True"}, {"lastProbeTime", nullptr}, {"lastTransitionTime", timestamp_now(clock)}});
    for (json::Value& condition : conditions.mut_items()) {
        if (condition["type"].as_string() != "PodScheduled") continue;
        if (condition["status"].as_string() == "True") scheduled.set("lastTransitionTime", condition["lastTransitionTime"]);
        condition = std::move(scheduled);
        return;
    }
    conditions.push_back(std::move(scheduled));
}

}  // namespace

Result<Answer> serve_binding(Core& core, RequestContext& context, const Body& body) {
    static const api::Gvr kPods{"", "v1", "pods"};
    Attributes& a = context.attributes;
    json::Value binding = TRY(decode_typed(core.kinds, {"", "v1", "Binding"}, "core.v1.Binding", body, context));
    if (a.name.empty()) binding.mut("metadata").erase("uid");   // of the old collection, as of any object that is created
    const bool named = a.name.empty() || binding["metadata"]["name"].as_string() == a.name;
    TRY(admit_created(core, context, {"", "v1", "Binding"}, "core.v1.Binding", binding));
    const std::string& name = binding["metadata"]["name"].as_string();
    if (!named) return error(Reason::BadRequest, "name in URL does not match name in Binding object");
    TRY(check_target(binding["target"]));
    if (a.name.empty() && name.empty()) return error(Reason::BadRequest, "Name parameter required.");
    if (a.name.empty()) TRY(check_segment(name));
    Change change;
    change.kind = core.kinds.find(kPods);
    change.ns = a.ns;
    change.name = a.name.empty() ? name : a.name;
    change.part = Change::Part::Whole;
    change.track = change.validate = change.bump_generation = change.admit = false;   // who bound a pod owns none of its fields
    context.kind = change.kind;
    change.make = [&](const json::Value& old) -> Result<json::Value> {
        for (auto [key, said] : {std::pair("uid", "UID"), std::pair("resourceVersion", "ResourceVersion")}) {
            const std::string &wanted = binding["metadata"][key].as_string(), &is = old["metadata"][key].as_string();
            if (!wanted.empty() && wanted != is)
                return conflict(*change.kind, change.name,
                                fmt::format("StorageError: invalid object, Code: 4, Key: /registry/pods/{}/{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: {} in precondition: {}, {} in object meta: {}",
                                            change.ns, change.name, said, wanted, said, is));
        }
        if (!old["metadata"]["deletionTimestamp"].as_string().empty()) return refused(change.name, fmt::format("pod {} is being deleted, cannot be assigned to a host", change.name));
        if (const std::string& node = old["spec"]["nodeName"].as_string(); !node.empty()) return refused(change.name, fmt::format("pod {} is already assigned to node \"{}\"", change.name, node));
        if (old["spec"]["schedulingGates"].size() > 0) return refused(change.name, fmt::format("pod {} has non-empty .spec.schedulingGates", change.name));
        json::Value pod = old;
        json::Value& meta = pod.mut("metadata");
        if (const std::string& uid = binding["metadata"]["uid"].as_string(); !uid.empty()) meta.set("uid", uid);
        pod.mut("spec").set("nodeName", binding["target"]["name"]);
        if (const json::Value& annotations = binding["metadata"]["annotations"]; annotations.size() > 0) json::merge_patch(meta.mut("annotations"), annotations);
        set_scheduled(pod, core.clock);
        return pod;
    };
    TRY(change_object(core, context, change));
    Answer answer;
    answer.code = 201;
    answer.value = plain_success(201);
    answer.value_type = "meta.v1.Status";
    return answer;
}

}  // namespace skiff::apiserver
