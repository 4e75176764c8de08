// pods/ephemeralcontainers: containers are added to a running pod, never changed or taken away.
#include <set>

#include "api/kinds/internal_form.h"
#include "api/names.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;

constexpr const char* kForbiddenFields[] = {"lifecycle", "livenessProbe", "ports", "readinessProbe", "resizePolicy", "resources", "startupProbe"};

void check_kept(const json::Value& before, const json::Value& after, const FieldPath& path, FieldErrors& errors) {
    for (const json::Value& old : before.items()) {
        const json::Value* found = nullptr;
        for (const json::Value& c : after.items())
            if (c["name"] == old["name"]) found = &c;
        if (found == nullptr) errors.forbidden(path, fmt::format("existing ephemeral containers \"{}\" may not be removed\n", old["name"].as_string()));
        else if (!(*found == old)) errors.forbidden(path, fmt::format("existing ephemeral containers \"{}\" may not be changed\n{}", old["name"].as_string(), api::kinds::internal_diff("EphemeralContainer", old, *found)));
    }
}

void check_new(const json::Value& pod, const json::Value& list, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> names, targets, volumes;
    for (const char* kind : {"containers", "initContainers"})
        for (const json::Value& c : pod["spec"][kind].items()) targets.insert(c["name"].as_string());
    names = targets;
    for (const json::Value& volume : pod["spec"]["volumes"].items()) volumes.insert(volume["name"].as_string());
    for (size_t i = 0; i < list.size(); ++i) {
        FieldPath at = path.index(i);
        const json::Value& c = list[i];
        if (c["name"].as_string().empty()) errors.required(at.child("name"), "");
        else if (auto complaints = api::check_dns1123_label(c["name"].as_string()); !complaints.empty()) api::add_complaints(complaints, at.child("name"), c["name"].as_string(), errors);
        else if (!names.insert(c["name"].as_string()).second) errors.duplicate(at.child("name"), c["name"]);
        if (c["image"].as_string().empty()) errors.required(at.child("image"), "");
        const std::string& target = c["targetContainerName"].as_string();
        if (!target.empty() && targets.count(target) == 0) errors.not_found(at.child("targetContainerName"), target);
        for (size_t m = 0; m < c["volumeMounts"].size(); ++m)
            if (const json::Value& name = c["volumeMounts"][m]["name"]; volumes.count(name.as_string()) == 0) errors.not_found(at.child("volumeMounts").index(m).child("name"), name);
        for (const char* field : kForbiddenFields)
            if (!c[field].empty()) errors.forbidden(at.child(field), "cannot be set for an Ephemeral Container");
    }
}

}  // namespace

Result<Answer> serve_ephemeral_containers(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        const json::Value& list = wanted["spec"]["ephemeralContainers"];
        FieldErrors errors;
        FieldPath path = FieldPath("spec").child("ephemeralContainers");
        check_kept(old["spec"]["ephemeralContainers"], list, path, errors);
        check_new(old, list, path, errors);
        if (!errors.empty()) return errors.to_status("", "Pod", context.attributes.name);
        json::Value object = old;
        if (list.size() > 0) object.mut("spec").set("ephemeralContainers", list);
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
