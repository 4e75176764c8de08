#include "cli/kubectl/written.h"

#include "api/kind.h"
#include "base/strings.h"
#include "cli/terminal.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

void WriteFlags::add(Options& options, std::string default_field_manager) {
    field_manager = std::move(default_field_manager);
    print.add(options);
    options.text("dry-run", 0, &dry_run_text, "Must be \"none\", \"server\", or \"client\". If client strategy, only print the object that would be sent, without sending it.", "unchanged");
    options.text("field-manager", 0, &field_manager, "Name of the manager used to track field ownership.");
    options.text("validate", 0, &validate, "Must be one of: strict (or true), warn, ignore (or false).", "strict");
    options.toggle("save-config", 0, &save_config, "If true, the configuration of current object will be saved in its annotation.");
}

Result<DryRun> WriteFlags::dry_run() const {
    if (dry_run_text == "none" || dry_run_text == "false") return DryRun::None;
    if (dry_run_text == "client" || dry_run_text == "unchanged" || dry_run_text == "true") return DryRun::Client;
    if (dry_run_text == "server") return DryRun::Server;
    return local_error("Invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\".", dry_run_text);
}

net::Query WriteFlags::query() const {
    net::Query query;
    if (!field_manager.empty()) query.add("fieldManager", field_manager);
    if (dry_run_text == "server") query.add("dryRun", "All");
    query.add("fieldValidation", validate == "warn" ? "Warn" : validate == "ignore" || validate == "false" ? "Ignore" : "Strict");
    return query;
}

Status show_written(const WriteFlags& flags, const Resource& resource, const json::Value& result, const std::string& operation) {
    if (!*flags.printer) *flags.printer = TRY(make_printer(flags.print));
    if (*flags.printer) {
        print(TRY((*flags.printer)(result)));
        return {};
    }
    const auto mode = TRY(flags.dry_run());
    const char* mark = mode == DryRun::Client ? " (dry run)" : mode == DryRun::Server ? " (server dry run)" : "";
    print(resource.shown(result["metadata"]["name"].as_string()) + " " + operation + mark + "\n");
    return {};
}

Result<json::Value> create_object(Session& session, const WriteFlags& flags, const Resource& resource, const std::string& ns, const json::Value& object) {
    if (TRY(flags.dry_run()) == DryRun::Client) return object;
    return session.ask({"POST", api_path(resource.gvr, ns, "", "", flags.query()), json::write(object)});
}

Result<json::Value> patch_object(Session& session, const WriteFlags& flags, const Resource& resource, const std::string& ns, const std::string& name, PatchKind kind,
                                 const json::Value& patch, const std::string& subresource, const net::Query& more) {
    static constexpr const char* kTypes[] = {"application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"};
    auto query = flags.query();
    for (const auto& [key, value] : more.entries()) query.add(key, value);
    return session.ask({"PATCH", api_path(resource.gvr, ns, name, subresource, query), json::write(patch), kTypes[static_cast<int>(kind)]});
}

PatchKind natural_patch(const Resource& resource) {
    static const auto kKinds = api::KindRegistry::builtin();
    return kKinds->find(resource.gvr) ? PatchKind::Strategic : PatchKind::Merge;
}

void set_last_applied(json::Value& object) {
    auto bare = object;
    if (auto* annotations = bare.mut("metadata").find("annotations")) annotations->erase(kLastApplied);
    // kubectl writes the annotations member even when it is empty.
    if (!bare["metadata"]["annotations"].is_object()) bare.mut("metadata").set("annotations", json::Value::object());
    object.mut("metadata").mut("annotations").set(kLastApplied, json::write(sorted(bare)) + "\n");
}

namespace {

// Of the kinds that Kubernetes has: needs no server, so that a client's dry run works without one.
Result<Resource> builtin_resource(const json::Value& object) {
    const auto gv = api::GroupVersion::parse(object["apiVersion"].as_string());
    static const auto kKinds = api::KindRegistry::builtin();
    const auto* kind = kKinds->find(api::Gvk{gv.group, gv.version, object["kind"].as_string()});
    if (!kind) return local_error("no matches for kind \"{}\" in version \"{}\"", object["kind"].as_string(), object["apiVersion"].as_string());
    Resource resource;
    resource.gvr = kind->gvr();
    resource.kind = kind->gvk.kind;
    resource.singular = kind->singular;
    resource.namespaced = kind->scope == api::Scope::Namespaced;
    return resource;
}

// kubectl says for most kinds what it wanted to make, and shows the bare error for some.
Status creation_error(const Status& status, const json::Value& object) {
    const auto& kind = object["kind"].as_string();
    if (status.code() == 0 || kind == "Namespace" || kind == "Role" || kind == "ClusterRole" || kind == "Pod") return status;
    if (kind == "Secret") return local_error("failed to create secret {}", status.message());
    if (kind == "Service") return local_error("failed to create {} service: {}", object["spec"]["type"].as_string(), status.message());
    const auto name = kind == "ResourceQuota" ? std::string("quota") : kind == "PodDisruptionBudget" ? std::string("poddisruptionbudgets") : lower(kind);
    return local_error("failed to create {}: {}", name, status.message());
}

}  // namespace

Status create_and_show(Call& call, const WriteFlags& flags, json::Value object, const char* operation) {
    const auto resource = TRY(builtin_resource(object));
    const auto dry_run = TRY(flags.dry_run());
    if (resource.namespaced && (!call.connect.ns.empty() || dry_run != DryRun::Client))
        object.mut("metadata").set("namespace", dry_run == DryRun::Client ? call.connect.ns : TRY(call.session())->ns());
    if (flags.save_config) set_last_applied(object);
    if (dry_run == DryRun::Client) return show_written(flags, resource, object, operation);
    auto made = create_object(*TRY(call.session()), flags, resource, resource.namespaced ? object["metadata"]["namespace"].as_string() : "", object);
    if (!made.ok()) return operation == std::string_view("created") ? creation_error(made.status(), object) : made.status();
    return show_written(flags, resource, *made, operation);
}

}  // namespace skiff::cli::kubectl
