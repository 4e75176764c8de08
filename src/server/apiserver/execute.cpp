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

Status check_dry_run(std::string_view kind, const std::vector<std::string>& values, bool& dry_run) {
    if (values.empty()) return {};
    for (const std::string& value : values) {
        if (value == "All") continue;
        std::string list = "[";
        for (const std::string& v : values) list += (list.size() > 1 ? "," : "") + ("\"" + v + "\"");
        return invalid_options(kind, {"FieldValueNotSupported", fmt::format("Unsupported value: {}]: supported values: \"All\"", list), "dryRun"});
    }
    dry_run = true;
    return {};
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
    if (sub == nullptr) return no_such_resource();
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
    std::string_view kind = options_kind(context.attributes.verb);
    TRY(check_dry_run(kind, query.all("dryRun"), context.dry_run));
    if (context.attributes.verb == "delete" || context.attributes.verb == "deletecollection") return {};
    const std::string& manager = query.get("fieldManager");
    if (manager.size() > kManagerMax) return invalid_options(kind, {"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"});
    for (size_t i = 0; i < manager.size(); ++i)
        if (auto c = static_cast<unsigned char>(manager[i]); c < 0x20 || c == 0x7f)
            return invalid_options(kind, {"FieldValueInvalid", fmt::format("Invalid value: {}: invalid character U+{:04X} (at position {})", api::go_quote(manager), c, i), "fieldManager"});
    if (!manager.empty()) context.field_manager = manager;
    else if (context.field_manager.empty()) context.field_manager = manager_of_agent(context.user_agent);
    const std::string& validation = query.get("fieldValidation");
    if (validation == "Strict") context.field_validation = FieldValidation::Strict;
    else if (validation == "Ignore") context.field_validation = FieldValidation::Ignore;
    else if (!validation.empty() && validation != "Warn")
        return invalid_options(kind, {"FieldValueNotSupported", fmt::format("Unsupported value: \"{}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"", validation), "fieldValidation"});
    context.force = query_flag(query, "force");
    return {};
}

Result<DeleteOptions> parse_delete_options(const Core& core, RequestContext& context, const Body& body, const net::Query& query) {
    DeleteOptions options;
    // A body says everything: what the query says then is not looked at.
    options.dry_run = context.dry_run && body.empty();
    auto check_propagation = [](const std::string& policy) -> Status {
        if (policy.empty() || policy == "Foreground" || policy == "Background" || policy == "Orphan") return {};
        return invalid_options("DeleteOptions", {"FieldValueNotSupported",
                                                 fmt::format("Unsupported value: \"{}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"", policy), "propagationPolicy"});
    };
    if (body.empty()) {
        options.propagation = query.get("propagationPolicy");
        if (query.has("gracePeriodSeconds")) {
            auto grace = parse_int(query.get("gracePeriodSeconds"));
            if (!grace) return error(Reason::BadRequest, "strconv.ParseInt: parsing \"{}\": invalid syntax", query.get("gracePeriodSeconds"));
            options.grace_period_s = *grace;
        }
        if (query.has("orphanDependents")) options.orphan_dependents = query_flag(query, "orphanDependents");
        TRY(check_propagation(options.propagation));
    } else {
        json::Value tree = TRY(decode_delete_options(core.kinds, body));
        if (tree["gracePeriodSeconds"].is_number()) options.grace_period_s = tree["gracePeriodSeconds"].as_int();
        if (tree["orphanDependents"].is_bool()) options.orphan_dependents = tree["orphanDependents"].as_bool();
        options.propagation = tree["propagationPolicy"].as_string();
        options.uid = tree["preconditions"]["uid"].as_string();
        options.resource_version = tree["preconditions"]["resourceVersion"].as_string();
        std::vector<std::string> dry_run;
        for (const json::Value& value : tree["dryRun"].items()) dry_run.push_back(value.as_string());
        TRY(check_propagation(options.propagation));
        TRY(check_dry_run("DeleteOptions", dry_run, options.dry_run));
    }
    if (options.orphan_dependents && !options.propagation.empty())
        return invalid_options("DeleteOptions", {"FieldValueInvalid", fmt::format("Invalid value: \"{}\": orphanDependents and deletionPropagation cannot be both set", options.propagation), "propagationPolicy"});
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
    bool named = !a.name.empty() && !collection;
    if (a.verb == "watch" && context.http != nullptr && context.http->method != "GET" && context.http->method != "HEAD") return method_not_allowed();
    if (namespaced && a.ns.empty()) {
        // The name of a watch is its path's, when no selector gave it.
        if (named || (a.verb == "watch" && !a.name.empty() && a.field_selector.empty())) return no_such_resource();
        if (a.verb != "list" && a.verb != "watch") return kind.storage ? method_not_allowed() : no_such_resource();
        if (!verb_allowed(kind.verbs, "list")) return no_such_resource();
    }
    if (context.http != nullptr && context.http->method == "HEAD" && !is_relayed(a) && !kind.custom) return method_not_allowed();
    if (kind.custom && a.verb.empty() && a.subresource.empty()) return not_supported(kind, "");
    if (!a.subresource.empty()) return route_subresource(context, kind);
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

// Names that can be no part of a key.
static Status check_segment(const std::string& name) {
    std::string_view why = name == "." ? "may not be '.'" : name == ".." ? "may not be '..'" : name.find('/') != name.npos ? "may not contain '/'" : name.find('%') != name.npos ? "may not contain '%'" : "";
    if (why.empty()) return {};
    return error(Reason::BadRequest, "Name parameter invalid: {}: {}", api::go_quote(name), why);
}

Result<Answer> execute(Core& core, RequestContext& context, const Body& body, const net::Query& query) {
    const Attributes& a = context.attributes;
    if (context.kind->storage) TRY(check_segment(a.name));
    if (a.verb != "get") TRY(parse_write_options(context, query));
    if (const SubresourceEntry* entry = find_subresource(*context.kind, a.subresource); entry != nullptr && entry->unary != nullptr)
        return entry->unary(core, context, body);
    if (core.made.count(context.kind->gvr())) return get_made(core, context);
    // What remains is the object itself or its status.
    return execute_generic(core, context, body, query);
}

}  // namespace skiff::apiserver
