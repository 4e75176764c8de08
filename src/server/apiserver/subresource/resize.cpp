// pods/resize: the resources of containers of a pod that runs.
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

void take_resources(json::Value& object, const json::Value& wanted, const char* list) {
    json::Value* containers = object.mut("spec").find(list);
    if (containers == nullptr) return;
    for (json::Value& container : containers->mut_items()) {
        for (const json::Value& w : wanted["spec"][list].items()) {
            if (!(w["name"] == container["name"])) continue;
            container.set("resources", w["resources"]);
            if (w.has("resizePolicy")) container.set("resizePolicy", w["resizePolicy"]);
        }
    }
}

}  // namespace

Result<Answer> serve_resize(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        json::Value object = old;
        take_resources(object, wanted, "containers");
        take_resources(object, wanted, "initContainers");
        object.mut("metadata").set("resourceVersion", wanted["metadata"]["resourceVersion"].as_string());
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
