// edit: an object as YAML in the user's editor; what changed becomes a patch.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "api/kind.h"
#include "base/file.h"
#include "base/process.h"
#include "base/strings.h"
#include "cli/kubectl/three_way.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kHead =
    "# Please edit the object below. Lines beginning with a '#' will be ignored,\n"
    "# and an empty file will abort the edit. If an error occurs while saving this file will be\n"
    "# reopened with the relevant failures.\n#\n";

std::string editor() {
    for (const char* name : {"KUBE_EDITOR", "EDITOR"})
        if (const char* value = std::getenv(name); value && *value) return value;
    return "vi";
}

Status run_editor(const std::string& path) {
    process::Spawn spawn;
    spawn.args = split(editor(), ' ');
    spawn.args.push_back(path);
    spawn.fds = {{0, 0}, {1, 1}, {2, 2}};
    auto child = process::spawn(spawn);
    if (!child.ok()) return local_error("unable to launch the editor \"{}\": {}. Name another one in $EDITOR", editor(), child.status().message());
    const auto exit = TRY(child->wait());
    return exit.code == 0 ? Status() : local_error("there was a problem with the editor \"{}\"", editor());
}

Status edit_one(Call& call, const WriteFlags& write, const Target& target) {
    auto& session = *TRY(call.session());
    auto shown = target.object;
    shown.mut("metadata").erase("managedFields");
    const auto before = json::write_yaml(shown);
    std::string notes, text = before;
    for (;;) {
        const auto path = (std::filesystem::temp_directory_path() / fmt::format("kubectl-edit-{}.yaml", ::getpid())).string();
        TRY(file::write_volatile(path, kHead + notes + text, 0600));
        const auto ran = run_editor(path);
        const auto after = file::read(path);
        (void)file::remove(path).ok();
        TRY(Status(ran));
        std::string body;
        for (const auto& line : split(TRY(Result<std::string>(after)), '\n'))
            if (!line.starts_with("#")) body += line + "\n";
        if (trim(body).empty()) return print_error("Edit cancelled, saved file was empty.\n"), Status();
        if (trim(body) == trim(before)) return print_error("Edit cancelled, no changes made.\n"), Status();
        if (body == text && !notes.empty()) return local_error("Edit cancelled, no valid changes were saved.");
        text = body;
        auto wanted = json::parse_yaml(body);
        Status problem;
        if (!wanted.ok()) problem = wanted.status();
        if (wanted.ok()) {
            static const auto kKinds = api::KindRegistry::builtin();
            const auto* kind = kKinds->find(target.resource.gvr);
            const auto patch = three_way_patch(kind ? kind->schema : nullptr, shown, shown, *wanted);
            if (patch.size() == 0) return print_error("Edit cancelled, no changes made.\n"), Status();
            auto result = patch_object(session, write, target.resource, target.ns, target.name, natural_patch(target.resource), patch);
            if (result.ok()) return show_written(write, target.resource, *result, "edited");
            problem = result.status();
        }
        notes = "# " + replace_all(error_text(problem), "\n", "\n# ") + "\n#\n";
    }
}

}  // namespace

Status edit(Call& call) {
    Selection selection;
    WriteFlags write;
    selection.add_files(call.options, "to use to edit the resource");
    write.add(call.options, "kubectl-edit");
    TRY(call.parse());
    for (const auto& target : TRY(find_objects(call, selection, call.words)))
        if (auto done = edit_one(call, write, target); !done.ok()) call.complain(done);
    return {};
}

}  // namespace skiff::cli::kubectl
