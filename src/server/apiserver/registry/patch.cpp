#include "api/go_text.h"
#include "base/strings.h"
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
        if (const std::string& ns = patch.document["metadata"]["namespace"].as_string(); kind.scope == api::Scope::Namespaced && !ns.empty() && ns != a.ns)
            return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            return apply_configuration(core.kinds, kind, &old, patch.document, context, core.clock);
        };
        change.check_uid = false;
        if (a.subresource.empty()) {
            change.create_missing = [&]() -> Result<Answer> {
                if (const std::string& uid = patch.document["metadata"]["uid"].as_string(); !uid.empty())
                    return conflict(kind, a.name, fmt::format("uid mismatch: the provided object specified uid {}, and no existing object was found", uid));
                const bool named = !patch.document["metadata"]["name"].as_string().empty();
                if (const json::Value& version = patch.document["metadata"]["resourceVersion"]; !named || !(version.is_null() || version.is_string()))
                    TRY(apply_configuration(core.kinds, kind, nullptr, patch.document, context, core.clock));   // what has the wrong type is told first
                if (!named)
                    return error(Reason::BadRequest, "the name of the object ({} based on URL) was undeterminable: name must be provided", a.name);
                if (const std::string& version = patch.document["metadata"]["resourceVersion"].as_string(); !version.empty() && (!parse_int(version) || version[0] == '-'))
                    return error(Reason::Unknown, "strconv.ParseUint: parsing {}: invalid syntax", api::go_quote(version));
                patch.document.mut("metadata").erase("resourceVersion");
                json::Value object = TRY(apply_configuration(core.kinds, kind, nullptr, patch.document, context, core.clock));
                return create_object(core, context, std::move(object), false);
            };
        }
        return change_object(core, context, change);
    }
    change.check_uid = false;
    change.make = [&](const json::Value& old) -> Result<json::Value> {
        json::Value patched = TRY(apply_patch(kind, old, patch, context));
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
