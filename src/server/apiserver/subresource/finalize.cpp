// namespaces/finalize: replaces spec.finalizers; the last one gone ends a namespace that is being deleted.
#include "api/names.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {

Result<Answer> serve_finalize(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        api::FieldErrors errors;
        api::FieldPath path = api::FieldPath("spec").child("finalizers");
        const json::Value& finalizers = wanted["spec"]["finalizers"];
        for (size_t i = 0; i < finalizers.size(); ++i) {
            const std::string& name = finalizers[i].as_string();
            api::add_complaints(api::check_qualified_name(name), path.index(i), name, errors);
            if (name.find('/') == std::string::npos && name != "kubernetes") errors.invalid(path.index(i), name, "name is neither a standard finalizer name nor is it fully qualified");
        }
        if (!errors.empty()) return errors.to_status("", "Namespace", context.attributes.name);
        json::Value object = old;
        if (finalizers.size() > 0) object.mut("spec").set("finalizers", finalizers);
        else object.mut("spec").erase("finalizers");
        // The metadata is the caller's, finalizers of its own among it.
        for (const char* key : {"finalizers", "labels", "annotations", "ownerReferences"}) {
            if (wanted["metadata"].has(key)) object.mut("metadata").set(key, wanted["metadata"][key]);
            else object.mut("metadata").erase(key);
        }
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
