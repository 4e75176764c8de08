#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {
Result<Answer> patch_object(Core& core, RequestContext& context, const Body& body) {
    const api::KindInfo& kind = *context.kind;
    const Attributes& a = context.attributes;
    Patch patch = TRY(decode_patch(kind, body, context));
    Change change;
    change.kind = &kind;
    change.ns = a.ns;
    change.name = a.name;
    if (a.subresource == "status") change.part = Change::Part::Status;
    if (patch.type == Patch::Type::Apply) {
        change.track = false;
        change.check_uid = false;
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            json::Value object = TRY(apply_configuration(core.kinds, kind, &old, patch.document, context, core.clock));
            TRY(settle_repeated(patch, context));
            TRY(check_object_names(context, object));
            return object;
        };
        if (a.subresource.empty())
            change.create_missing = [&]() -> Result<Answer> {
                // An object that is to be created has no revision: what is asked for is compared with none, after everything else.
                json::Value configuration = patch.document;
                const json::Value asked = json::Value::object({{"resourceVersion", configuration["metadata"]["resourceVersion"]}});
                if (asked["resourceVersion"].is_string()) configuration.mut("metadata").erase("resourceVersion");
                json::Value object = TRY(apply_configuration(core.kinds, kind, nullptr, configuration, context, core.clock));
                TRY(settle_repeated(patch, context));
                if (const std::string& uid = object["metadata"]["uid"].as_string(); !uid.empty())
                    return conflict(kind, a.name, fmt::format("uid mismatch: the provided object specified uid {}, and no existing object was found", uid));
                TRY(check_object_names(context, object));
                TRY(check_revision_text(asked));
                return create_object(core, context, std::move(object), false);
            };
        return change_object(core, context, change);
    }
    change.check_uid = false;
    change.make = [&](const json::Value& old) -> Result<json::Value> {
        json::Value patched = TRY(apply_patch(kind, old, patch));
        const json::Value* fields = patched["metadata"].find("managedFields");
        bool forget = fields != nullptr && fields->is_array() && fields->size() == 0;
        patched = TRY(normalize_patched(core.kinds, kind, std::move(patched), context, patch));
        if (forget) patched.mut("metadata").set("managedFields", json::Value::array());
        TRY(check_object_names(context, patched));
        return patched;
    };
    return change_object(core, context, change);
}

}  // namespace skiff::apiserver
