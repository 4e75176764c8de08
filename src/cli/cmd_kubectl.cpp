#include "base/strings.h"
#include "cli/command.h"
#include "cli/kubectl/session.h"
#include "cli/terminal.h"

namespace skiff::cli {

int cmd_kubectl(const std::vector<std::string>& args) {
    struct Verb {
        const char* name;
        int (*run)(const std::vector<std::string>& args);
    };
    static constexpr Verb kVerbs[] = {
        {"get", kubectl::get}, {"apply", kubectl::apply}, {"create", kubectl::create}, {"delete", kubectl::remove}, {"logs", kubectl::logs},
    };
    if (args.empty() || args[0] == "--help" || args[0] == "-h") return print(std::string(help_text("kubectl"))), 0;
    for (const auto& verb : kVerbs)
        if (args[0] == verb.name) return verb.run({args.begin() + 1, args.end()});
    print_error("error: unknown command \"" + args[0] + "\" for \"kubectl\"\n");
    return 1;
}

}  // namespace skiff::cli
