#include "cli/kubectl/sources.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

Status patch(Call& call) {
    Selection selection;
    WriteFlags write;
    std::string type = "strategic", text, file, subresource;
    bool local = false;
    selection.add_files(call.options, "identifying the resource to update");
    write.add(call.options, "kubectl-patch");
    call.options.text("type", 0, &type, "The type of patch being provided; one of [json merge strategic]");
    call.options.text("patch", 'p', &text, "The patch to be applied to the resource JSON file.");
    call.options.text("patch-file", 0, &file, "A file containing a patch to be applied to the resource.");
    call.options.text("subresource", 0, &subresource, "If specified, patch will operate on the subresource of the requested object.");
    call.options.toggle("local", 0, &local, "If true, patch will operate on the content of the file, not the server-side resource.");
    TRY(call.parse());
    if (!text.empty() && !file.empty()) return local_error("cannot specify --patch and --patch-file together");
    if (text.empty() && file.empty()) return local_error("must specify --patch or --patch-file containing the contents of the patch");
    if (type != "json" && type != "merge" && type != "strategic") return local_error("--type must be one of [json merge strategic], not \"{}\"", type);
    if (!file.empty()) text = TRY(read_source(file));
    auto body = json::parse_yaml(text);
    if (!body.ok()) return local_error("unable to parse \"{}\": {}", text, body.status().message());
    const auto kind = type == "json" ? PatchKind::Json : type == "merge" ? PatchKind::Merge : PatchKind::Strategic;
    auto& session = *TRY(call.session());
    const auto targets = TRY(read_targets(call, selection, call.words));
    for (const auto& target : targets) {
        if (target.name.empty()) return local_error("resource(s) were provided, but no name was specified");
        // The version before tells whether anything changed.
        auto before = TRY(session.get(api_path(target.resource.gvr, target.ns, target.name, subresource)));
        auto result = TRY(write.dry_run()) == DryRun::Client ? Result<json::Value>(before) : patch_object(session, write, target.resource, target.ns, target.name, kind, *body, subresource);
        if (!result.ok()) {
            call.complain(result.status());
            continue;
        }
        const bool same = TRY(write.dry_run()) == DryRun::None && before["metadata"]["resourceVersion"] == (*result)["metadata"]["resourceVersion"];
        auto quiet = write;
        if (TRY(write.dry_run()) == DryRun::Client) quiet.dry_run_text = "none";   // kubectl puts no mark here
        TRY(show_written(quiet, target.resource, *result, same ? "patched (no change)" : "patched"));
    }
    return {};
}

}  // namespace skiff::cli::kubectl
