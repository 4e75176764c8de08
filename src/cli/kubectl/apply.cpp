#include "api/kind.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/sources.h"
#include "cli/kubectl/three_way.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

namespace {

struct Apply {
    Selection selection;
    WriteFlags write;
    bool server_side = false, force_conflicts = false, force = false, wait = false, overwrite = true, openapi_patch = true, prune = false, all = false;
    int64_t grace_period = -1;
    std::string cascade = "background", timeout = "0s";
};

Status with_source(const Status& status, const char* verb, const std::string& source) {
    // The causes of an Invalid answer are shown instead of its message, so there is nothing to put before.
    if (status.reason() == Reason::Unknown || status.reason() == Reason::Invalid) return status;
    return error(status.reason(), "error when {} \"{}\": {}", verb, source, status.message());
}

Result<json::Value> live_object(Session& session, const Target& target, bool& exists) {
    auto live = session.get(api_path(target.resource.gvr, target.ns, target.name));
    exists = live.ok();
    if (live.ok()) return live;
    if (live.status().reason() != Reason::NotFound) return live.status();
    return json::Value();
}

Status apply_server_side(Session& session, const Apply& apply, const Target& target) {
    net::Query more;
    if (apply.force_conflicts) more.add("force", "true");
    auto write = apply.write;
    if (TRY(write.dry_run()) == DryRun::Client) return local_error("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
    auto result = patch_object(session, write, target.resource, target.ns, target.name, PatchKind::Apply, target.object, "", more);
    if (!result.ok()) {
        if (result.status().reason() != Reason::Conflict) return with_source(result.status(), "applying", target.source);
        return local_error("{}\nOther managers own these fields. Give them up in the manifest, or take them over with --force-conflicts.", result.status().message());
    }
    return show_written(write, target.resource, *result, "serverside-applied");
}

Status apply_created(Session& session, const Apply& apply, const Target& target, const json::Value& wanted) {
    auto made = create_object(session, apply.write, target.resource, target.ns, wanted);
    if (!made.ok()) return with_source(made.status(), "creating", target.source);
    return show_written(apply.write, target.resource, *made, "created");
}

Status apply_client_side(Call& call, const Apply& apply, const Target& target) {
    auto& session = *TRY(call.session());
    auto wanted = target.object;
    set_last_applied(wanted);
    bool exists = false;
    const auto live = TRY(live_object(session, target, exists));
    if (!exists) return apply_created(session, apply, target, wanted);
    const auto& last = live["metadata"]["annotations"][kLastApplied].as_string();
    if (last.empty())
        print_error(paint("Warning:", Colour::Yellow, 2) + " resource " + target.resource.gvr.resource + "/" + target.name + " is missing the " + kLastApplied +
                    " annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create "
                    "--save-config or kubectl apply. The missing annotation will be patched automatically.\n");
    json::Value before;
    if (auto parsed = json::parse(last); parsed.ok()) before = std::move(*parsed);
    static const auto kKinds = api::KindRegistry::builtin();
    const auto* kind = kKinds->find(target.resource.gvr);
    // The annotation is ours on both sides; what the file says of it is never compared.
    if (auto* metadata = before.find("metadata"))
        if (auto* annotations = metadata->find("annotations")) annotations->erase(kLastApplied);
    const auto patch = three_way_patch(kind ? kind->schema : nullptr, before, live, wanted);
    if (TRY(apply.write.dry_run()) == DryRun::Client) return show_written(apply.write, target.resource, live, "configured");
    if (patch.size() == 0) return show_written(apply.write, target.resource, live, "unchanged");
    auto result = patch_object(session, apply.write, target.resource, target.ns, target.name, kind ? PatchKind::Strategic : PatchKind::Merge, patch);
    if (result.ok()) return show_written(apply.write, target.resource, *result, "configured");
    const auto reason = result.status().reason();
    if (!apply.force || (reason != Reason::Conflict && reason != Reason::Invalid)) return with_source(result.status(), "applying patch to", target.source);
    Deletion deletion;
    TRY(delete_and_wait(session, target, deletion));
    return apply_created(session, apply, target, wanted);
}

}  // namespace

Status apply(Call& call) {
    Apply apply;
    auto& options = call.options;
    apply.selection.add_files(options, "that contains the configuration to apply");
    options.text("selector", 'l', &apply.selection.selector, "Selector (label query) to filter on.");
    apply.write.add(options, "kubectl-client-side-apply");
    options.toggle("server-side", 0, &apply.server_side, "If true, apply runs in the server instead of the client.");
    options.toggle("force-conflicts", 0, &apply.force_conflicts, "If true, server-side apply will force the changes against conflicts.");
    options.toggle("force", 0, &apply.force, "If true, immediately remove resources from API and bypass graceful deletion when a patch is refused.");
    options.toggle("overwrite", 0, &apply.overwrite, "Automatically resolve conflicts between the modified and live configuration.");
    options.toggle("openapi-patch", 0, &apply.openapi_patch, "If true, use openapi to calculate diff when the openapi presents.");
    options.toggle("wait", 0, &apply.wait, "If true, wait for resources to be gone before returning.");
    options.text("cascade", 0, &apply.cascade, "Must be \"background\", \"orphan\", or \"foreground\".", "background");
    options.text("timeout", 0, &apply.timeout, "The length of time to wait before giving up on a delete.");
    options.number("grace-period", 0, &apply.grace_period, "Period of time in seconds given to the resource to terminate gracefully.");
    TRY(call.parse());
    if (!call.words.empty()) return call.usage_error(fmt::format("Unexpected args: {}", call.words[0]));
    if (apply.selection.files.empty()) return local_error("must specify one of -f and -k");
    if (apply.force_conflicts && !apply.server_side) return local_error("--force-conflicts only works with --server-side");
    if (apply.server_side && !options.was_set("field-manager")) apply.write.field_manager = "kubectl";
    (void)TRY(apply.write.dry_run());
    auto& session = *TRY(call.session());
    const auto* discovery = TRY(session.discovery());
    for (auto& manifest : TRY(read_manifests(apply.selection.files, apply.selection.recursive))) {
        // One object that fails does not keep the others back, and kinds that an earlier one defined are found.
        const auto one = [&]() -> Status {
            auto& object = manifest.object;
            auto resource = discovery->resolve_kind(object["apiVersion"].as_string(), object["kind"].as_string());
            if (!resource.ok())
                return local_error("resource mapping not found for name: \"{}\" namespace: \"{}\" from \"{}\": {}", object["metadata"]["name"].as_string(),
                                   object["metadata"]["namespace"].as_string(), manifest.source, resource.status().message());
            Target target{*resource, "", object["metadata"]["name"].as_string(), {}, manifest.source};
            if (target.name.empty()) return local_error("error when retrieving current configuration of:\nResource: \"{}\": resource name may not be empty", resource->gvr.group_resource());
            if (resource->namespaced) {
                target.ns = object["metadata"]["namespace"].as_string(session.ns());
                if (session.ns_given() && target.ns != session.ns())
                    return local_error("the namespace from the provided object \"{}\" does not match the namespace \"{}\". You must pass '--namespace={}' to perform this operation.",
                                       target.ns, session.ns(), target.ns);
                object.mut("metadata").set("namespace", target.ns);
            }
            target.object = std::move(object);
            return apply.server_side ? apply_server_side(session, apply, target) : apply_client_side(call, apply, target);
        };
        if (auto done = one(); !done.ok()) call.complain(done);
        std::fflush(stdout);
    }
    return {};
}

Status create_files(Call& call) {
    Selection selection;
    WriteFlags write;
    std::string raw;
    bool edit = false;
    selection.add_files(call.options, "to use to create the resource");
    write.add(call.options, "kubectl-create");
    call.options.text("raw", 0, &raw, "Raw URI to POST to the server.");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    call.options.toggle("edit", 0, &edit, "Edit the API resource before creating");
    TRY(call.parse());
    auto& session = *TRY(call.session());
    if (!raw.empty()) {
        if (selection.files.size() != 1) return local_error("--raw can only use a single local file or stdin");
        auto body = TRY(read_source(selection.files[0]));
        print(TRY(session.text({"POST", raw, std::move(body)})));
        return {};
    }
    if (selection.files.empty()) return call.usage_error("must specify one of -f and -k");
    for (auto& target : TRY(read_targets(call, selection, call.words))) {
        if (target.resource.namespaced) target.object.mut("metadata").set("namespace", target.ns);
        if (write.save_config) set_last_applied(target.object);
        auto made = create_object(session, write, target.resource, target.ns, target.object);
        if (!made.ok()) call.complain(with_source(made.status(), "creating", target.source));
        else TRY(show_written(write, target.resource, *made, "created"));
        std::fflush(stdout);
    }
    return {};
}

Status replace(Call& call) {
    Selection selection;
    WriteFlags write;
    bool force = false;
    std::string subresource;
    selection.add_files(call.options, "to use to replace the resource.");
    write.add(call.options, "kubectl-replace");
    call.options.toggle("force", 0, &force, "If true, immediately remove resources from API and bypass graceful deletion, then create them again.");
    call.options.text("subresource", 0, &subresource, "If specified, replace the subresource of the requested object.");
    TRY(call.parse());
    auto& session = *TRY(call.session());
    if (selection.files.empty()) return call.usage_error("must specify one of -f and -k");
    for (auto& target : TRY(read_targets(call, selection, call.words))) {
        if (target.resource.namespaced) target.object.mut("metadata").set("namespace", target.ns);
        if (force) {
            Deletion deletion;
            deletion.grace_period = 0;
            if (auto gone = delete_and_wait(session, target, deletion); !gone.ok() && gone.reason() != Reason::NotFound) return gone;
            auto made = create_object(session, write, target.resource, target.ns, target.object);
            if (!made.ok()) call.complain(made.status());
            else TRY(show_written(write, target.resource, *made, "replaced"));
            continue;
        }
        if (TRY(write.dry_run()) == DryRun::Client) {
            TRY(show_written(write, target.resource, target.object, "replaced"));
            continue;
        }
        auto result = session.ask({"PUT", api_path(target.resource.gvr, target.ns, target.name, subresource, write.query()), json::write(target.object)});
        if (!result.ok()) call.complain(with_source(result.status(), "replacing", target.source));
        else TRY(show_written(write, target.resource, *result, "replaced"));
    }
    return {};
}

}  // namespace skiff::cli::kubectl
