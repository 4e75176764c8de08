#include "server/apiserver/execute.h"

#include <algorithm>

#include "api/custom_resource.h"
#include "api/go_text.h"
#include "base/strings.h"
#include "server/apiserver/made_resources.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kManagerMax = 128;

std::string_view options_kind(const std::string& verb) {
    if (verb == "create") return "CreateOptions";
    if (verb == "patch") return "PatchOptions";
    if (verb == "update") return "UpdateOptions";
    return "DeleteOptions";
}

void check_dry_run(const std::vector<std::string>& values, bool& dry_run, api::FieldErrors& errors) {
    dry_run = !values.empty();
    if (std::all_of(values.begin(), values.end(), [](const std::string& value) { return value == "All"; })) return;
    json::Value list = json::Value::array();
    for (const std::string& value : values) list.push_back(value);
    errors.not_supported(api::FieldPath("dryRun"), list, {"All"});
}

// The client's name before its version: "kubectl/v1.34 (linux)" -> kubectl.
std::string manager_of_agent(const std::string& agent) {
    std::string manager = agent.substr(0, std::min(agent.find('/'), kManagerMax));
    manager.erase(std::remove_if(manager.begin(), manager.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }), manager.end());
    return manager.empty() ? "unknown" : manager;
}

bool verb_allowed(const std::vector<std::string>& verbs, const std::string& verb) { return std::find(verbs.begin(), verbs.end(), verb) != verbs.end(); }

bool group_version_known(const api::KindRegistry& kinds, const Attributes& a) {
    // Groups that only definitions have are answered as unknown paths; of a built-in group every version that is not served is told about.
    for (const api::KindInfo* kind : kinds.all())
        if (kind->gvk.group == a.group && !kind->custom) return true;
    return false;
}

bool is_relayed(const Attributes& a) { return a.subresource == "proxy"; }

// Of definitions' objects, which have one handler for everything.
Status not_supported(const api::KindInfo& kind, const std::string& verb) {
    return error(Reason::MethodNotAllowed, "{} is not supported on resources of kind \"{}\"", verb, kind.gvr().group_resource()).with_details({kind.gvk.group, kind.plural, "", ""});
}

Status route_subresource(RequestContext& context, const api::KindInfo& kind) {
    const Attributes& a = context.attributes;
    const api::Subresource* sub = kind.subresource(a.subresource);
    // Definitions know no subresources but their own: what else is asked for is an object that is not there.
    if (sub == nullptr && kind.custom) return not_found(kind, a.name);
    // Only what is relayed goes on below the subresource.
    if (sub == nullptr || (!kind.custom && !is_relayed(a) && !context.rest.empty())) return no_such_resource();
    if (kind.custom && !verb_allowed(sub->verbs, a.verb)) return not_supported(kind, a.verb);
    // What is relayed may have any method: OPTIONS has no verb of its own.
    if (is_relayed(a) && a.verb.empty() && context.http != nullptr && context.http->method == "OPTIONS") return {};
    if (!verb_allowed(sub->verbs, a.verb)) return method_not_allowed();
    return {};
}

// Keeps the kind for the time of the request.
void route_custom(RequestContext& context, const api::KindInfo& kind) {
    context.pin = kind.pin();
    if (!kind.custom->deprecation_warning.empty()) context.warnings.push_back(kind.custom->deprecation_warning);
}

// Status subresource through the generic operations.
Result<Answer> execute_generic(Core& core, RequestContext& context, const Body& body, const net::Query& query) {
    const Attributes& a = context.attributes;
    const api::KindInfo& kind = *context.kind;
    if (a.verb == "get") return get_object(core, context, query.get("resourceVersion"));
    if (a.verb == "create") return create_object(core, context, TRY(decode_object(core.kinds, kind, body, context)));
    if (a.verb == "update") return update_object(core, context, TRY(decode_object(core.kinds, kind, body, context)));
    if (a.verb == "patch") return patch_object(core, context, body);
    if (a.verb == "delete") {
        DeleteOptions options = TRY(parse_delete_options(core, context, body, query));
        return delete_object(core, context, std::move(options));
    }
    return method_not_allowed();
}

}  // namespace

Status parse_write_options(RequestContext& context, const net::Query& query) {
    const std::string& verb = context.attributes.verb;
    if (verb == "delete" || verb == "deletecollection") return {};   // parse_delete_options
    api::FieldErrors errors;
    const api::FieldPath manager_path("fieldManager");
    const std::string& manager = query.get("fieldManager");
    if (verb == "patch" && context.http != nullptr) {
        const bool apply = media_type_of(context.http->headers.get("Content-Type")).starts_with("application/apply-patch+");
        if (apply && manager.empty()) errors.required(manager_path, "is required for apply patch");
        if (!apply && query.has("force")) errors.forbidden(api::FieldPath("force"), "may not be specified for non-apply patch");
    }
    if (manager.size() > kManagerMax) errors.too_long(manager_path, kManagerMax);
    for (size_t i = 0; i < manager.size(); ++i)
        if (auto c = static_cast<unsigned char>(manager[i]); c < 0x20 || c == 0x7f) errors.invalid(manager_path, manager, fmt::format("invalid character U+{:04X} (at position {})", c, i));
    if (!manager.empty()) context.field_manager = manager;
    else if (context.field_manager.empty()) context.field_manager = manager_of_agent(context.user_agent);
    check_dry_run(query.all("dryRun"), context.dry_run, errors);
    const std::string& validation = query.get("fieldValidation");
    if (validation == "Strict") context.field_validation = FieldValidation::Strict;
    else if (validation == "Ignore") context.field_validation = FieldValidation::Ignore;
    else if (!validation.empty() && validation != "Warn") errors.not_supported(api::FieldPath("fieldValidation"), validation, {"", "Ignore", "Strict", "Warn"});
    context.force = query_flag(query, "force");
    return errors.to_status("meta.k8s.io", options_kind(verb), "");
}

namespace {

Status read_delete_query(const net::Query& query, DeleteOptions& options, std::optional<std::string>& propagation) {
    if (query.has("propagationPolicy")) propagation = query.get("propagationPolicy");
    if (auto grace = TRY(query_number(query, "gracePeriodSeconds"))) options.grace_period_s = *grace;
    if (!query.get("uid").empty()) options.uid = query.get("uid");
    if (!query.get("resourceVersion").empty()) options.resource_version = query.get("resourceVersion");
    if (query.has("orphanDependents")) options.orphan_dependents = query_flag(query, "orphanDependents");
    return {};
}

void read_delete_body(const json::Value& tree, DeleteOptions& options, std::optional<std::string>& propagation) {
    if (tree["gracePeriodSeconds"].is_number()) options.grace_period_s = tree["gracePeriodSeconds"].as_int();
    if (tree["orphanDependents"].is_bool()) options.orphan_dependents = tree["orphanDependents"].as_bool();
    if (tree["propagationPolicy"].is_string()) propagation = tree["propagationPolicy"].as_string();
    const json::Value& pinned = tree["preconditions"];
    if (pinned["uid"].is_string()) options.uid = pinned["uid"].as_string();
    if (pinned["resourceVersion"].is_string()) options.resource_version = pinned["resourceVersion"].as_string();
}

}  // namespace

Result<DeleteOptions> parse_delete_options(const Core& core, RequestContext& context, const Body& body, const net::Query& query) {
    DeleteOptions options;
    std::optional<std::string> propagation;
    std::vector<std::string> dry_run;
    // A body says everything: what the query says then is not looked at.
    if (body.empty()) {
        TRY(read_delete_query(query, options, propagation));
        dry_run = query.all("dryRun");
    } else {
        json::Value tree = TRY(decode_delete_options(core.kinds, body));
        read_delete_body(tree, options, propagation);
        for (const json::Value& value : tree["dryRun"].items()) dry_run.push_back(value.as_string());
    }
    api::FieldErrors errors;
    const api::FieldPath path("propagationPolicy");
    if (options.orphan_dependents && propagation) errors.invalid(path, *propagation, "orphanDependents and deletionPropagation cannot be both set");
    if (propagation && *propagation != "Foreground" && *propagation != "Background" && *propagation != "Orphan") errors.not_supported(path, *propagation, {"Foreground", "Background", "Orphan", "nil"});
    check_dry_run(dry_run, options.dry_run, errors);
    TRY(errors.to_status("meta.k8s.io", "DeleteOptions", ""));
    options.propagation = propagation.value_or("");
    context.dry_run = options.dry_run;
    return options;
}

Status route(const Core& core, RequestContext& context, bool& known_version) {
    Attributes& a = context.attributes;
    known_version = true;
    context.kind = core.kinds.find(api::Gvr{a.group, a.version, a.resource});
    if (context.kind == nullptr) {
        known_version = group_version_known(core.kinds, a);
        return no_such_resource();
    }
    const api::KindInfo& kind = *context.kind;
    if (kind.custom) route_custom(context, kind);
    bool namespaced = kind.scope == api::Scope::Namespaced;
    bool names_itself = kind.plural == "namespaces" && kind.gvk.group.empty() && a.name == a.ns;
    if (a.verb == "proxy") return no_such_resource();   // of Kubernetes before v1.10
    if (!namespaced && !a.ns.empty() && !names_itself) {
        known_version = kind.custom == nullptr;
        return no_such_resource();
    }
    bool collection = a.verb == "list" || a.verb == "watch" || a.verb == "deletecollection";
    // The old paths of watches may name an object, and are for reading.
    bool old_watch = a.verb == "watch" && a.path.find("/watch/") != a.path.npos;
    if (old_watch && !a.subresource.empty()) return no_such_resource();
    bool named = !a.name.empty() && (!collection || (old_watch && a.path.ends_with("/" + a.name)));
    if (old_watch && context.http != nullptr && context.http->method != "GET" && context.http->method != "HEAD") return method_not_allowed();
    if (namespaced && a.ns.empty()) {
        known_version = kind.custom == nullptr || a.verb == "list" || a.verb == "watch";
        // The name of a watch is its path's, when no selector gave it.
        if (named || (a.verb == "watch" && !a.name.empty() && a.field_selector.empty())) return no_such_resource();
        if (a.verb != "list" && a.verb != "watch") return kind.storage ? method_not_allowed() : no_such_resource();
        if (!verb_allowed(kind.verbs, "list")) return no_such_resource();
    }
    if (kind.custom && a.verb.empty() && a.subresource.empty()) return not_supported(kind, "");
    if (!a.subresource.empty() && a.subresource != "proxy" && !kind.custom && !context.rest.empty()) return no_such_resource();
    const bool reads_nothing = context.http != nullptr && context.http->method == "HEAD" && !is_relayed(a) && !kind.custom;
    if (!a.subresource.empty()) {
        Status route = route_subresource(context, kind);
        return reads_nothing && route.reason() != Reason::NotFound ? method_not_allowed() : route;
    }
    if (reads_nothing) return method_not_allowed();
    // What is only answered has no paths of its objects.
    if (named && kind.verbs.size() == 1 && kind.verbs[0] == "create") return no_such_resource();
    if (!verb_allowed(kind.verbs, a.verb)) return method_not_allowed();
    if (kind.custom && !named && (a.verb == "update" || a.verb == "patch")) return error(Reason::BadRequest, "name must be provided");
    if (kind.custom && a.verb == "create") {   // the path's name is not looked at
        a.name.clear();
        return {};
    }
    bool needs_name = a.verb == "get" || a.verb == "update" || a.verb == "patch" || a.verb == "delete";
    if (needs_name != named && !collection && !(a.verb == "create" && !named)) return method_not_allowed();
    return {};
}

Status check_segment(const std::string& name) {
    std::string_view why = name == "." ? "may not be '.'" : name == ".." ? "may not be '..'" : name.find('/') != name.npos ? "may not contain '/'" : name.find('%') != name.npos ? "may not contain '%'" : "";
    if (why.empty()) return {};
    return error(Reason::BadRequest, "Name parameter invalid: {}: {}", api::go_quote(name), why);
}

Result<Answer> execute(Core& core, RequestContext& context, const Body& body, const net::Query& query) {
    const Attributes& a = context.attributes;
    if (context.kind->storage) TRY(check_segment(a.name));
    // A body that nobody reads is refused before the options are looked at.
    if ((a.verb == "create" || a.verb == "update") && body.tree == nullptr) (void)TRY(body_media_type(body.content_type));
    if (a.verb != "get") TRY(parse_write_options(context, query));
    if (const SubresourceEntry* entry = find_subresource(*context.kind, a.subresource); entry != nullptr && entry->unary != nullptr)
        return entry->unary(core, context, body);
    if (core.made.count(context.kind->gvr())) return get_made(core, context);
    // What remains is the object itself or its status.
    return execute_generic(core, context, body, query);
}

}  // namespace skiff::apiserver
