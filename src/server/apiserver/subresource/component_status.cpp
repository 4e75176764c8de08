// componentstatuses: everything runs in this process, so who answers is healthy.
#include "server/apiserver/subresource/component_status.h"

#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {

std::vector<api::ObjectPtr> component_statuses() {
    std::vector<api::ObjectPtr> out;
    for (const char* name : {"controller-manager", "etcd-0", "scheduler"}) {
        json::Value healthy = json::Value::object({{"type", "Healthy"}, {"status", "True"}, {"message", "ok"}});
        out.push_back(api::Object::from_tree(json::Value::object({{"kind", "ComponentStatus"},
                                                                  {"apiVersion", "v1"},
                                                                  {"metadata", json::Value::object({{"name", name}})},
                                                                  {"conditions", json::Value::array({std::move(healthy)})}})));
    }
    return out;
}

Result<Answer> serve_component_status(Core&, RequestContext& context, const Body&) {
    for (api::ObjectPtr& object : component_statuses()) {
        if (object->meta().name != context.attributes.name) continue;
        Answer answer;
        answer.object = std::move(object);
        answer.kind = context.kind;
        return answer;
    }
    return error(Reason::NotFound, "componentstatus \"{}\" not found", context.attributes.name).with_details({"", "componentstatus", context.attributes.name, ""});
}

}  // namespace skiff::apiserver
