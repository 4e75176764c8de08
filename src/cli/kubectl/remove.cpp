#include "cli/command.h"
#include "cli/kubectl/session.h"
#include "cli/terminal.h"
#include "client/resource_path.h"

namespace skiff::cli::kubectl {

int remove(const std::vector<std::string>& args) {
    Common common;
    FlagSet flags("kubectl delete");
    add_common(flags, common);
    if (wants_help(args)) return print("Usage: kubectl delete TYPE NAME... [flags]\n\n" + flags.help()), 0;
    auto words = flags.parse(args);
    if (!words.ok()) return report(words.status());
    auto session = Session::open(common);
    if (!session.ok()) return report(session.status());
    auto targets = (*session)->targets(*words);
    if (!targets.ok()) return report(targets.status());
    int failed = 0;
    for (const auto& target : *targets) {
        if (target.name.empty()) return report(error(Reason::Unknown, "resource(s) were provided, but no name was specified"));
        client::Client& client = (*session)->client();
        auto done = client.remove(target.resource.gvr, target.resource.namespaced ? (*session)->ns() : "", target.name);
        if (!done.ok()) failed = report(done);
        else print(target.resource.singular + " \"" + target.name + "\" deleted\n");
    }
    return failed;
}

int logs(const std::vector<std::string>& args) {
    Common common;
    std::string container;
    FlagSet flags("kubectl logs");
    add_common(flags, common);
    flags.add({"container", 'c', &container, "container", "Options", "", "NAME"});
    auto words = flags.parse(args);
    if (!words.ok()) return report(words.status());
    if (words->size() != 1) return report(error(Reason::Unknown, "expected 'logs POD'"));
    auto session = Session::open(common);
    if (!session.ok()) return report(session.status());
    auto path = client::resource_path({"", "v1", "pods"}, (*session)->ns(), words->front(), "log");
    auto text = fetch(**session, container.empty() ? path : path + "?container=" + container, "*/*");
    if (!text.ok()) return report(text.status());
    print(*text);
    return 0;
}

}  // namespace skiff::cli::kubectl
