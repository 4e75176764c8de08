// pods/ephemeralcontainers: containers are added to a running pod, never changed or taken away.

#include "api/kinds/disabled_fields.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "base/text_map.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;

void check_kept(const json::Value& before, const json::Value& after, const FieldPath& path, FieldErrors& errors) {
    TextViewMap<const json::Value*> now;
    for (const json::Value& c : after.items()) now[c["name"].as_string()] = &c;
    for (const json::Value& old : before.items()) {
        auto it = now.find(old["name"].as_string());
        const json::Value* found = it == now.end() ? nullptr : it->second;
        if (found == nullptr) errors.forbidden(path, fmt::format("existing ephemeral containers \"{}\" may not be removed\n", old["name"].as_string()));
        else if (!(*found == old)) errors.forbidden(path, fmt::format("existing ephemeral containers \"{}\" may not be changed\n{}", old["name"].as_string(), api::kinds::internal_diff("EphemeralContainer", old, *found)));
    }
}

}  // namespace

Result<Answer> serve_ephemeral_containers(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        json::Value object = old;
        json::Value& spec = object.mut("spec");
        if (const json::Value& list = wanted["spec"]["ephemeralContainers"]; list.size() > 0) spec.set("ephemeralContainers", list);
        else spec.erase("ephemeralContainers");
        api::kinds::drop_disabled_pod_fields(spec);
        FieldErrors errors;
        const FieldPath path("spec");
        api::kinds::validate_containers(spec, {}, path, errors);
        check_kept(old["spec"]["ephemeralContainers"], spec["ephemeralContainers"], path.child("ephemeralContainers"), errors);
        if (!errors.empty()) return errors.to_status("", "Pod", context.attributes.name);
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
