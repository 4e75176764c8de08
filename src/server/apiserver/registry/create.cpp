// Create: the object's metadata, managedFields, admission, validation, commit.
#include "api/custom_resource.h"
#include "api/decode.h"
#include "api/kinds/object_warnings.h"
#include "api/kinds/pod_warnings.h"
#include "base/random.h"
#include "base/strings.h"
#include "server/apiserver/authorize.h"
#include "server/apiserver/registry/metadata.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/registry/service_hooks.h"

namespace skiff::apiserver {
namespace {

// With five random characters a collision is rare; Kubernetes tries this often.
constexpr int kGeneratedNameTries = 8;
constexpr size_t kGeneratedBaseMax = 58;

Status check_namespace(const api::KindInfo& kind, const Attributes& a, json::Value& meta) {
    if (kind.scope == api::Scope::Cluster) {
        meta.erase("namespace");
        return {};
    }
    const std::string& given = meta["namespace"].as_string();
    if (given.empty()) meta.set("namespace", a.ns);
    else if (given != a.ns)
        return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
    return {};
}

// What only the server may say of a new object, which webhooks that change it do not see. The answer: what its name is made from.
std::string fill_metadata(Core& core, const api::KindInfo& kind, json::Value& meta) {
    meta.set("uid", random_uuid());
    meta.set("creationTimestamp", timestamp_now(core.clock));
    if (kind.has_generation) meta.set("generation", 1);
    if (kind.plural == "limitranges" && !kind.custom && meta["name"].as_string().empty() && meta["generateName"].as_string().empty()) meta.set("name", random_uuid());
    if (!meta["name"].as_string().empty() || meta["generateName"].as_string().empty()) return {};
    std::string base = meta["generateName"].as_string().substr(0, kGeneratedBaseMax);
    meta.set("name", base + random_name_suffix(5));
    return base;
}

// Conditions that the kind's own rules set have no clock: they begin now.
void stamp_conditions(const Core& core, json::Value& object) {
    json::Value* status = object.find("status");
    json::Value* conditions = status ? status->find("conditions") : nullptr;
    if (conditions == nullptr || !conditions->is_array()) return;
    for (json::Value& condition : conditions->mut_items())
        if (condition.has("lastTransitionTime") && condition["lastTransitionTime"].is_null()) condition.set("lastTransitionTime", timestamp_now(core.clock));
}

// A job without labels shows those that its template was given by the server, but these are judged where they belong.
json::Value take_lent_labels(const api::KindInfo& kind, json::Value& object) {
    constexpr size_t kMade = 4;   // controller-uid and job-name, each with a prefix and without
    const json::Value labels = object["metadata"]["labels"];
    if (kind.plural != "jobs" || kind.custom || labels.size() > kMade || !labels.has("batch.kubernetes.io/job-name") || !(labels == object["spec"]["template"]["metadata"]["labels"])) return {};
    object.mut("metadata").erase("labels");
    return labels;
}

// Why an object with this name cannot be created.
Status taken(Core& core, const api::KindInfo& kind, const json::Value& meta) {
    const std::string& name = meta["name"].as_string();
    ItemPtr item = core.cache.resource(kind)->get(object_key(meta["namespace"].as_string(), name));
    return already_exists(kind, name, item != nullptr && item->object->meta().deleting());
}

Result<api::ObjectPtr> store_new(Core& core, RequestContext& context, json::Value& object, const std::string& base) {
    const api::KindInfo& kind = *context.kind;
    for (int attempt = 1;; ++attempt) {
        if (context.dry_run) {
            const json::Value& meta = object["metadata"];
            if (core.cache.resource(kind)->get(object_key(meta["namespace"].as_string(), meta["name"].as_string())))
                return taken(core, kind, meta);
            return unwritten_object(core, kind, object);
        }
        auto stored = commit_object(core, kind, object, nullptr);
        if (stored.ok() || !raced(stored.status())) return stored;
        if (base.empty() || attempt == kGeneratedNameTries) return taken(core, kind, object["metadata"]);
        object.mut("metadata").set("name", base + random_name_suffix(5));
    }
}

}  // namespace

Result<Answer> create_object(Core& core, RequestContext& context, json::Value object, bool track) {
    const api::KindInfo& kind = *context.kind;
    const Attributes& a = context.attributes;
    json::Value& meta = object.mut("metadata");
    TRY(check_namespace(kind, a, meta));
    if (kind.custom && kind.custom->definition->terminating) return forbidden(kind, meta["name"].as_string(), "create not allowed while custom resource definition is terminating");
    // The store refuses a revision, after everybody else; a dry run does not come that far.
    const bool has_revision = parse_int(meta["resourceVersion"].as_string()).value_or(0) > 0 && !context.dry_run;
    if (!has_revision && !context.dry_run) meta.erase("resourceVersion");
    drop_repeated_owners(meta, context.warnings);
    for (const char* key : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"}) meta.erase(key);
    std::string name = meta["name"].as_string().empty() ? meta["generateName"].as_string() : meta["name"].as_string();
    std::string ns = meta["namespace"].as_string();
    if (track) track_fields(core.kinds, kind, nullptr, object, context, core.clock);

    AdmissionRequest admission{Operation::Create, kind, ns, name, "", a.user};
    admission.object = &object;
    admission.dry_run = context.dry_run;
    admission.warnings = &context.warnings;
    admission.annotations = &context.annotations;
    admission.context = &context;
    if (!context.internal) TRY(core.admission.mutate(admission));
    api::drop_empty_lists(kind, object);
    std::string base = fill_metadata(core, kind, object.mut("metadata"));
    admission.name = object["metadata"]["name"].as_string();
    if (admission.managers) TRY(settle_metadata(object.mut("metadata"), *admission.managers, kind.scope == api::Scope::Namespaced ? ns : std::string(), context.warnings));
    if (kind.hooks.prepare_create) {
        kind.hooks.prepare_create(object);
        if (kind.plural == "pods") stamp_conditions(core, object);
    }
    size_t said = 0;
    if (kind.plural == "pods" && !kind.custom)
        for (std::string& warning : api::kinds::pod_profile_warnings(object)) context.warnings.push_back(std::move(warning)), ++said;
    // Addresses and ports are given out first: what is wrong with them is told alone.
    ServiceClaim claim;
    TRY(claim.on_create(core, kind, object, context.dry_run));
    json::Value lent = take_lent_labels(kind, object);
    TRY(validate_create(kind, object));
    if (!lent.is_null()) object.mut("metadata").set("labels", std::move(lent));
    hide_service_fields(kind, object);
    if (!kind.custom)
        for (std::string& warning : api::kinds::create_warnings(kind.plural, object)) context.warnings.push_back(std::move(warning));
    if (kind.hooks.warnings)
        for (std::string& warning : kind.hooks.warnings(object)) {
            if (said == 0) context.warnings.push_back(std::move(warning));
            else --said;
        }
    // An update or an apply that creates needs the right to.
    if (a.verb != "create" && context.http != nullptr && !context.internal) {
        Attributes creates = a;
        creates.verb = "create";
        TRY(authorize(core, creates));
    }
    if (!context.internal) TRY(core.admission.validate(admission));
    auto stored = has_revision ? Result<api::ObjectPtr>(error(Reason::Unknown, "resourceVersion should not be set on objects to be created"))
                               : store_new(core, context, object, base);
    if (!context.internal) core.admission.finished(admission, stored.ok() && !context.dry_run);
    if (!stored.ok()) return std::move(stored).status();
    if (!context.dry_run) claim.keep();
    Answer answer;
    answer.code = 201;
    answer.object = std::move(stored).value();
    answer.kind = &kind;
    return answer;
}

}  // namespace skiff::apiserver
