#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/process.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/installation.h"
#include "cli/killall.h"
#include "cli/service_manager.h"
#include "cli/terminal.h"

namespace skiff::cli {

namespace {

constexpr const char* kVolumes = "storage";   // local volumes, below the data dir
constexpr int64_t kGraceMs = 10'000;

struct UninstallFlags {
    std::string name;
    bool remove_volumes = false, packages = false, dry_run = false;
};

void tell(const std::string& text) { print(text + "\n"); }

bool mounted_below(const std::string& folder) {
    auto text = file::read("/proc/self/mountinfo", 16 << 20);
    if (!text.ok()) return true;
    for (auto line : split_views(*text, '\n')) {
        const auto words = split_views(line, ' ');
        if (words.size() > 4 && words[4].starts_with(folder + "/")) return true;
    }
    return false;
}

// What of the data folder goes. In a folder of the user's choice only what skiff made.
std::vector<std::string> data_to_remove(const NodePaths& paths, bool remove_volumes) {
    std::vector<std::string> names{"agent", "server"};
    if (paths.data_dir == NodePaths().data_dir) names = file::list_dir(paths.data_dir).value_or({});
    else if (file::exists(paths.data_dir + "/" + kVolumes)) names.emplace_back(kVolumes);
    if (!remove_volumes) names.erase(std::remove(names.begin(), names.end(), kVolumes), names.end());
    for (auto& name : names) name = paths.data_dir + "/" + name;
    return names;
}

// Logs are outside the data folder, in folders that end in the pod's uid, with links to them beside.
std::vector<std::string> logs_of(const NodePaths& paths) {
    const auto uids = file::list_dir(paths.data_dir + "/agent/pods").value_or({});
    std::vector<std::string> logs;
    for (const auto& name : file::list_dir("/var/log/pods").value_or({}))
        if (std::any_of(uids.begin(), uids.end(), [&](const auto& uid) { return name.ends_with("_" + uid); })) logs.push_back("/var/log/pods/" + name);
    return logs;
}

void remove_dangling_links(const std::string& folder) {
    for (const auto& name : file::list_dir(folder).value_or({})) {
        const auto path = folder + "/" + name;
        char target[4096];
        const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
        if (size > 0 && std::string_view(target, static_cast<size_t>(size)).starts_with("/var/log/pods/") && ::access(path.c_str(), F_OK) < 0) (void)file::remove(path);
    }
}

Status remove_data(const NodePaths& paths, const UninstallFlags& wanted) {
    const auto logs = logs_of(paths);   // found by what is in the data folder
    for (const auto& folder : data_to_remove(paths, wanted.remove_volumes)) {
        if (mounted_below(folder)) return error(Reason::Conflict, "something is mounted below {}: unmount it, then run this again", folder);
        TRY(file::remove_tree(folder));
    }
    for (const auto& log : logs) TRY(file::remove_tree(log));
    const auto volumes = paths.data_dir + "/" + kVolumes;
    ::rmdir(paths.data_dir.c_str());
    if (file::exists(volumes)) tell("kept the local volumes in " + volumes + " (--remove-volumes removes them)");
    else if (file::exists(paths.data_dir)) tell("kept what else is in " + paths.data_dir);
    return {};
}

std::vector<std::string> files_of(const Installation& installation, const NodePaths& paths, const std::vector<Installation>& others) {
    std::vector<std::string> files = installation.files;
    // Another service may use the same executable and scripts.
    for (const auto& other : others)
        std::erase_if(files, [&](const auto& path) { return std::find(other.files.begin(), other.files.end(), path) != other.files.end(); });
    if (!paths.kubeconfig.empty()) files.push_back(paths.kubeconfig);
    return files;
}

Status remove_packages(const Installation& installation, bool asked) {
    if (installation.packages.empty()) return {};
    const auto list = join(installation.packages, " ");
    if (!asked) {
        tell("kept the packages that were installed for skiff; to remove them: apt-get remove " + list);
        return {};
    }
    process::Spawn what;
    what.args = {"apt-get", "remove", "-y", "-qq"};
    what.args.insert(what.args.end(), installation.packages.begin(), installation.packages.end());
    auto done = TRY(process::run(std::move(what), {.timeout_ms = 600'000}));
    if (done.exit.code != 0) return error(Reason::InternalError, "apt-get remove {}: {}", list, std::string(trim(done.err)));
    tell("removed the packages " + list);
    return {};
}

void show_plan(const Installation& installation, const NodePaths& paths, const UninstallFlags& wanted, const std::vector<std::string>& files) {
    tell("would stop and remove the service " + installation.name + ", its pods, cgroups, mounts, interfaces and nftables table, and");
    for (const auto& path : files) if (file::exists(path)) tell("  " + path);
    for (const auto& path : data_to_remove(paths, wanted.remove_volumes)) if (file::exists(path)) tell("  " + path);
    for (const auto& path : logs_of(paths)) tell("  " + path);
    for (const auto& path : {paths.state_dir, installation.env_file, installation.record}) if (file::exists(path)) tell("  " + path);
    for (const auto& path : installation.trees) if (file::exists(path)) tell("  " + path);
}

Status remove_installation(const Installation& installation, const std::vector<Installation>& others, const UninstallFlags& wanted) {
    const auto paths = TRY(paths_of(installation));
    const auto files = files_of(installation, paths, others);
    if (wanted.dry_run) {
        show_plan(installation, paths, wanted, files);
        return {};
    }
    TRY(stop_service(installation));
    tell("stopped " + installation.name);
    TRY(disable_service(installation));
    TRY(take_down(paths, kGraceMs, others.empty() ? Neighbours::None : Neighbours::Allowed, tell));
    TRY(remove_data(paths, wanted));
    tell("removed the data in " + paths.data_dir);
    remove_dangling_links("/var/log/containers");
    ::rmdir("/var/log/containers");
    ::rmdir("/var/log/pods");
    for (const auto& path : files) TRY(file::remove(path));
    forget_service(installation);
    for (const auto& path : installation.trees)
        if (others.empty()) TRY(file::remove_tree(path));
    TRY(remove_packages(installation, wanted.packages));
    // Last, so that what failed halfway can be run again.
    TRY(file::remove(installation.env_file));
    TRY(file::remove(installation.record));
    auto dirs = installation.dirs;
    std::sort(dirs.begin(), dirs.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });   // inner ones first
    for (const auto& path : dirs) ::rmdir(path.c_str());
    tell(installation.name + " is uninstalled");
    return {};
}

Status run_uninstall(const UninstallFlags& wanted) {
    if (::geteuid() != 0) return error(Reason::Forbidden, "needs root; run with sudo");
    const auto all = TRY(installations());
    if (all.empty()) return error(Reason::NotFound, "install.sh has installed nothing here; `skiff killall` stops pods and cleans up after a server started by hand");
    if (wanted.name.empty() && all.size() > 1) {
        std::vector<std::string> names;
        for (const auto& one : all) names.push_back(one.name);
        return error(Reason::BadRequest, "several services are installed: say which with --name ({})", join(names, ", "));
    }
    std::vector<Installation> others;
    const Installation* chosen = nullptr;
    for (const auto& one : all) {
        if (wanted.name.empty() || one.name == wanted.name) chosen = &one;
        else others.push_back(one);
    }
    if (!chosen) return error(Reason::NotFound, "no service named {} is installed", wanted.name);
    return remove_installation(*chosen, others, wanted);
}

}  // namespace

int cmd_uninstall(const std::vector<std::string>& args) {
    UninstallFlags wanted;
    FlagSet flags("uninstall");
    flags.add({"name", 0, &wanted.name, "service to remove, when there are several", "Options", "", "NAME"});
    flags.add({"remove-volumes", 0, &wanted.remove_volumes, "remove local volumes too: their data is lost", "Options", "", ""});
    flags.add({"packages", 0, &wanted.packages, "remove the packages that install.sh installed, too", "Options", "", ""});
    flags.add({"dry-run", 0, &wanted.dry_run, "change nothing, say what would go", "Options", "", ""});
    if (wants_help(args)) {
        print(std::string(help_text("uninstall")) + "\n" + flags.help());
        return 0;
    }
    auto words = flags.parse(args);
    if (!words.ok()) return fail("uninstall", words.status());
    if (!words->empty()) return fail("uninstall", error(Reason::BadRequest, "unexpected argument \"{}\"", words->front()));
    auto ended = run_uninstall(wanted);
    return ended.ok() ? 0 : fail("uninstall", ended);
}

}  // namespace skiff::cli
