// Priority: pods get the number of their priority class; only one class is the default.
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kClasses{"scheduling.k8s.io", "v1", "priorityclasses"};

class Priority : public AdmissionPlugin {
public:
    explicit Priority(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "Priority"; }

    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "pods") || !request.subresource.empty()) return {};
        if (request.operation == Operation::Create) return set_priority(request);
        if (request.operation == Operation::Update) {
            // Only the admission of the create decides; what it set stays.
            const json::Value& old = (*request.old_object)["spec"];
            json::Value& spec = request.object->mut("spec");
            if (spec["priority"].is_null() && !old["priority"].is_null()) spec.set("priority", old["priority"]);
            if (spec["preemptionPolicy"].is_null() && !old["preemptionPolicy"].is_null()) spec.set("preemptionPolicy", old["preemptionPolicy"]);
        }
        return {};
    }

    Status validate(const AdmissionRequest& request) override {
        if (!is_resource(request, "scheduling.k8s.io", "priorityclasses")) return {};
        if (request.operation == Operation::Delete) {
            const bool system = request.name == "system-cluster-critical" || request.name == "system-node-critical";
            return system ? refused(request, "this is a system priority class and cannot be deleted") : Status();
        }
        if (!(*request.object)["globalDefault"].as_bool()) return {};
        for (const api::ObjectPtr& other : reader_.list(kClasses, {}))
            if (other->meta().name != request.name && (*other->tree())["globalDefault"].as_bool())
                return refused(request, fmt::format("PriorityClass {} is already marked as globalDefault. Only one default can exist", other->meta().name));
        return {};
    }

private:
    Status set_priority(AdmissionRequest& request) {
        json::Value& spec = request.object->mut("spec");
        int64_t value = 0;
        std::string preemption = "PreemptLowerPriority";
        const std::string wanted = spec["priorityClassName"].as_string();
        if (wanted.empty()) {
            if (api::ObjectPtr chosen = default_class()) {
                api::TreePtr tree = chosen->tree();
                spec.set("priorityClassName", chosen->meta().name);
                value = (*tree)["value"].as_int();
                preemption = (*tree)["preemptionPolicy"].as_string(preemption);
            }
        } else {
            api::ObjectPtr chosen = reader_.get(kClasses, "", wanted);
            if (!chosen) return refused(request, fmt::format("no PriorityClass with name {} was found", wanted));
            api::TreePtr tree = chosen->tree();
            value = (*tree)["value"].as_int();
            preemption = (*tree)["preemptionPolicy"].as_string(preemption);
        }
        if (const json::Value& given = spec["priority"]; given.is_number() && given.as_int() != value)
            return refused(request, fmt::format("the integer value of priority ({}) must not be provided in pod spec; priority admission controller computed {} from the given PriorityClass name",
                                                given.as_int(), value));
        spec.set("priority", value);
        if (const std::string& given = spec["preemptionPolicy"].as_string(); !spec["preemptionPolicy"].is_null() && given != preemption)
            return refused(request, fmt::format("the string value of PreemptionPolicy ({}) must not be provided in pod spec; priority admission controller computed {} from the given PriorityClass name",
                                                given, preemption));
        spec.set("preemptionPolicy", preemption);
        return {};
    }

    // Of several defaults (made at once) the smallest value counts.
    api::ObjectPtr default_class() const {
        api::ObjectPtr best;
        int64_t best_value = 0;
        for (const api::ObjectPtr& c : reader_.list(kClasses, {})) {
            api::TreePtr tree = c->tree();
            if (!(*tree)["globalDefault"].as_bool()) continue;
            if (!best || (*tree)["value"].as_int() < best_value) {
                best = c;
                best_value = (*tree)["value"].as_int();
            }
        }
        return best;
    }
    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_priority(const Reader& reader) { return std::make_unique<Priority>(reader); }

}  // namespace skiff::apiserver
