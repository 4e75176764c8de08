#include "server/apiserver/registry/metadata.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/registry/traits.h"

namespace skiff::apiserver {

Status check_object_names(const RequestContext& context, json::Value& object) {
    const Attributes& a = context.attributes;
    json::Value& meta = object.mut("metadata");
    const bool cluster = context.kind->scope == api::Scope::Cluster;
    const std::string& ns = meta["namespace"].as_string();
    if (!cluster && !ns.empty() && ns != a.ns) return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
    const std::string& name = meta["name"].as_string();
    if (name.empty()) return error(Reason::BadRequest, "the name of the object ({} based on URL) was undeterminable: name must be provided", a.name);
    if (name != a.name) return error(Reason::BadRequest, "the name of the object ({}) does not match the name on the URL ({})", name, a.name);
    if (cluster) meta.erase("namespace");
    else if (ns.empty()) meta.set("namespace", a.ns);
    return {};
}

Result<Answer> update_object(Core& core, RequestContext& context, json::Value object) {
    const Attributes& a = context.attributes;
    TRY(check_object_names(context, object));
    drop_repeated_owners(object.mut("metadata"), context.warnings);
    Change change;
    change.kind = context.kind;
    change.ns = a.ns;
    change.name = a.name;
    if (a.subresource == "status") change.part = Change::Part::Status;
    change.make = [&](const json::Value&) -> Result<json::Value> { return object; };
    if (a.subresource.empty() && traits_of(*context.kind).create_on_update) {
        change.create_missing = [&]() -> Result<Answer> {
            if (!object["metadata"]["uid"].as_string().empty())
                return conflict(*context.kind, a.name,
                                fmt::format("StorageError: invalid object, Code: 4, Key: {}/{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in object meta: ",
                                            shown_prefix(*context.kind, context.dry_run), object_key(a.ns, a.name), object["metadata"]["uid"].as_string()));
            TRY(check_revision_text(object["metadata"]));
            json::Value fresh = object;
            fresh.mut("metadata").erase("resourceVersion");
            return create_object(core, context, std::move(fresh));
        };
    }
    return change_object(core, context, change);
}

}  // namespace skiff::apiserver
