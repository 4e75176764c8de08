// rollout history and undo: revisions are ReplicaSets of a Deployment, ControllerRevisions of a DaemonSet or StatefulSet.
#include <map>

#include "base/strings.h"
#include "cli/kubectl/describe_page.h"
#include "cli/kubectl/pod_choice.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kChangeCause = "kubernetes.io/change-cause";
constexpr const char* kRevision = "deployment.kubernetes.io/revision";

struct Revision {
    json::Value pod_template, patch;   // patch: of a ControllerRevision
    std::string cause, owner_name;
};
using Revisions = std::map<int64_t, Revision>;

bool owned_by(const json::Value& object, const json::Value& owner) {
    for (const auto& one : object["metadata"]["ownerReferences"].items())
        if (one["uid"] == owner["metadata"]["uid"]) return true;
    return false;
}

Result<Revisions> revisions_of(Session& session, const Target& target) {
    const bool deployment = target.resource.kind == "Deployment";
    if (!deployment && target.resource.kind != "DaemonSet" && target.resource.kind != "StatefulSet")
        return local_error("no history viewer has been implemented for \"{}\"", target.resource.kind + (target.resource.gvr.group.empty() ? "" : "." + target.resource.gvr.group));
    net::Query query;
    auto selector = TRY(pods_selector(target.object));
    query.add("labelSelector", std::move(selector));
    const auto list = TRY(session.get(api_path({"apps", "v1", deployment ? "replicasets" : "controllerrevisions"}, target.ns, "", "", query)));
    Revisions found;
    for (const auto& one : list["items"].items()) {
        if (!owned_by(one, target.object)) continue;
        const auto& cause = one["metadata"]["annotations"][kChangeCause].as_string();
        const auto& name = one["metadata"]["name"].as_string();
        if (deployment) found[parse_int(one["metadata"]["annotations"][kRevision].as_string()).value_or(0)] = {one["spec"]["template"], {}, cause, name};
        else found[one["revision"].as_int()] = {one["data"]["spec"]["template"], one["data"], cause, name};
    }
    return found;
}

std::string table_of(const Revisions& revisions) {
    std::string text = "REVISION\tCHANGE-CAUSE\n";
    for (const auto& [number, revision] : revisions) text += fmt::format("{}\t{}\n", number, or_none(revision.cause));
    return align(text, {0, 2});
}

Status undo_one(Call& call, const WriteFlags& write, const Target& target, int64_t wanted) {
    auto& session = *TRY(call.session());
    const auto revisions = TRY(revisions_of(session, target));
    if (target.object["spec"]["paused"].as_bool())
        return local_error("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
    if (revisions.size() < 2 && wanted == 0) return local_error("no last revision to roll back to");
    auto found = revisions.find(wanted);
    if (wanted == 0) found = std::prev(revisions.end(), 2);
    if (found == revisions.end()) return local_error("unable to find specified revision {} in history", wanted);
    if (TRY(write.dry_run()) == DryRun::Client) return show_written(write, target.resource, target.object, "rolled back");
    json::Value result;
    if (target.resource.kind == "Deployment") {
        auto pod_template = found->second.pod_template;
        if (auto* labels = pod_template.mut("metadata").find("labels")) labels->erase("pod-template-hash");
        if (pod_template == target.object["spec"]["template"])
            return show_written(write, target.resource, target.object, fmt::format("skipped rollback (current template already matches revision {})", found->first));
        auto patch = json::Value::array({json::Value::object({{"op", "replace"}, {"path", "/spec/template"}, {"value", std::move(pod_template)}})});
        result = TRY(patch_object(session, write, target.resource, target.ns, target.name, PatchKind::Json, patch));
    } else {
        result = TRY(patch_object(session, write, target.resource, target.ns, target.name, PatchKind::Strategic, found->second.patch));
        if (result["metadata"]["resourceVersion"] == target.object["metadata"]["resourceVersion"])
            return show_written(write, target.resource, result, fmt::format("skipped rollback (current template already matches revision {})", found->first));
    }
    return show_written(write, target.resource, result, "rolled back");
}

}  // namespace

Status rollout_history(Call& call) {
    Selection selection;
    PrintFlags print_flags;
    int64_t revision = 0;
    selection.add_files(call.options, "identifying the resource to get from a server.");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    print_flags.add(call.options);
    call.options.number("revision", 0, &revision, "See the details, including podTemplate of the revision specified");
    TRY(call.parse());
    if (call.words.empty() && selection.files.empty()) return local_error("required resource not specified");
    if (revision < 0) return local_error("revision must be a positive integer: {}", revision);
    auto& session = *TRY(call.session());
    const auto printer = TRY(make_printer(print_flags));
    for (const auto& target : TRY(find_objects(call, selection, call.words))) {
        const auto revisions = TRY(revisions_of(session, target));
        const auto found = revisions.find(revision);
        if (revision > 0 && found == revisions.end()) return local_error("unable to find the specified revision");
        if (printer && revision > 0) {
            auto shown = target.object;
            shown.mut("spec").set("template", found->second.pod_template);
            print(TRY(printer(shown)));
            continue;
        }
        std::string text = revisions.empty() ? "No rollout history found." : table_of(revisions);
        if (revision > 0) {
            DescribePage page;
            auto pod_template = found->second.pod_template;
            if (!found->second.cause.empty()) pod_template.mut("metadata").mut("annotations").set(kChangeCause, found->second.cause);
            describe_template(page, pod_template);
            text = page.unaligned();   // as kubectl has it
        }
        print(fmt::format("{} {}\n{}\n", target.shown(), revision > 0 ? fmt::format("with revision #{}", revision) : "", text));
    }
    return {};
}

Status rollout_undo(Call& call) {
    Selection selection;
    WriteFlags write;
    int64_t revision = 0;
    selection.add_files(call.options, "identifying the resource to get from a server.");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    write.add(call.options, "kubectl-rollout");
    call.options.number("to-revision", 0, &revision, "The revision to rollback to. Default to 0 (last revision).");
    TRY(call.parse());
    if (call.words.empty() && selection.files.empty()) return local_error("required resource not specified");
    for (const auto& target : TRY(find_objects(call, selection, call.words)))
        if (auto done = undo_one(call, write, target, revision); !done.ok()) call.complain(done);
    return {};
}

}  // namespace skiff::cli::kubectl
