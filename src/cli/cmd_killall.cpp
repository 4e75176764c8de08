#include <unistd.h>

#include "base/strings.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/installation.h"
#include "cli/killall.h"
#include "cli/service_manager.h"
#include "cli/terminal.h"

namespace skiff::cli {

namespace {

struct KillallFlags {
    std::string name, data_dir, state_dir;
    int64_t grace_s = 10;
    bool on_shutdown = false;
};

Status run_killall(const KillallFlags& wanted) {
    if (::geteuid() != 0) return error(Reason::Forbidden, "needs root; run with sudo");
    const auto told = [](const std::string& text) { print(text + "\n"); };
    if (!wanted.data_dir.empty() || !wanted.state_dir.empty()) {
        NodePaths paths = default_paths(wanted.data_dir);
        if (!wanted.state_dir.empty()) paths.state_dir = wanted.state_dir;
        return take_down(paths, wanted.grace_s * 1000, Neighbours::None, told);
    }
    const auto all = TRY(installations());
    std::vector<Installation> chosen;
    for (const auto& installation : all)
        if (wanted.name.empty() || installation.name == wanted.name) chosen.push_back(installation);
    if (chosen.empty() && !wanted.name.empty()) return error(Reason::NotFound, "no service named {} is installed", wanted.name);
    for (const auto& installation : chosen) {
        if (wanted.on_shutdown) break;   // as the last step of a stopping service: it has ended already
        TRY(stop_service(installation));
        told("stopped " + installation.name);
    }
    if (chosen.empty()) return take_down(NodePaths(), wanted.grace_s * 1000, Neighbours::None, told);
    const auto neighbours = chosen.size() < all.size() || wanted.on_shutdown ? Neighbours::Allowed : Neighbours::None;
    for (const auto& installation : chosen) TRY(take_down(TRY(paths_of(installation)), wanted.grace_s * 1000, neighbours, told));
    return {};
}

}  // namespace

int cmd_killall(const std::vector<std::string>& args) {
    KillallFlags wanted;
    FlagSet flags("killall");
    flags.add({"name", 0, &wanted.name, "only this service (default: all that install.sh made)", "Options", "", "NAME"});
    flags.add({"data-dir", 'd', &wanted.data_dir, "data folder of a server or agent that install.sh did not install", "Options", "", "DIR"});
    flags.add({"state-dir", 0, &wanted.state_dir, "its --state-dir, when it had one", "Options", "", "DIR"});
    flags.add({"grace", 0, &wanted.grace_s, "seconds for pods to end by themselves", "Options", "", "SECONDS"});
    flags.add({"on-shutdown", 0, &wanted.on_shutdown, "do nothing unless the machine is shutting down", "Options", "", "", true});
    if (wants_help(args)) {
        print(std::string(help_text("killall")) + "\n" + flags.help());
        return 0;
    }
    auto words = flags.parse(args);
    if (!words.ok()) return fail("killall", words.status());
    if (!words->empty()) return fail("killall", error(Reason::BadRequest, "unexpected argument \"{}\"", words->front()));
    if (wanted.on_shutdown && !machine_is_stopping()) return 0;
    auto ended = run_killall(wanted);
    return ended.ok() ? 0 : fail("killall", ended);
}

}  // namespace skiff::cli
