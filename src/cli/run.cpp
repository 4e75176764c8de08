#include "cli/run.h"

#include "cli/command.h"
#include "cli/terminal.h"
#include "base/strings.h"
#include "base/version.h"

namespace skiff::cli {

namespace {

void print_overview() {
    print("skiff " + std::string(kVersion) + ": a Kubernetes cluster in one executable\n\nUsage: skiff COMMAND [flags]\n\nCommands:\n");
    std::vector<std::vector<std::string>> rows;
    for (const auto& command : commands())
        if (!command.hidden) rows.push_back({"  " + std::string(command.name), std::string(command.summary)});
    print(table(rows));
    print("\nHelp for each: skiff COMMAND --help\n");
}

}  // namespace

int run(std::string_view program, const std::vector<std::string>& args) {
    const auto name = program.substr(program.rfind('/') == std::string_view::npos ? 0 : program.rfind('/') + 1);
    if (name == "kubectl") return cmd_kubectl(args);
    if (args.empty() || args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
        if (args.size() > 1)
            if (const auto* command = find_command(args[1])) return command->run({"--help"});
        print_overview();
        return args.empty() ? 2 : 0;
    }
    if (args[0] == "--version" || args[0] == "-v") return cmd_version({});
    const auto* command = find_command(args[0]);
    if (!command) {
        std::vector<std::string> names;
        for (const auto& known : commands()) names.emplace_back(known.name);
        auto near = nearest(args[0], names);
        print_error("skiff: unknown command \"" + args[0] + "\"" + (near.empty() ? "; see `skiff --help`" : "; did you mean \"" + near + "\"?") + "\n");
        return 2;
    }
    return command->run({args.begin() + 1, args.end()});
}

}  // namespace skiff::cli
