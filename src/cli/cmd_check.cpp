#include "cli/command.h"
#include "cli/flags.h"
#include "cli/host_check.h"
#include "cli/terminal.h"

namespace skiff::cli {

int cmd_check(const std::vector<std::string>& args) {
    HostCheckOptions options;
    bool quiet = false;
    FlagSet flags("check");
    flags.add({"data-dir", 'd', &options.data_dir, "folder that the server or agent will use", "Options", "SKIFF_DATA_DIR", "DIR"});
    flags.add({"cluster-cidr", 0, &options.cluster_cidr, "addresses of pods", "Options", "", "CIDR"});
    flags.add({"service-cidr", 0, &options.service_cidr, "addresses of Services", "Options", "", "CIDR"});
    flags.add({"https-listen-port", 0, &options.https_listen_port, "port of the API; 0 for an agent, which has none", "Options", "", "PORT"});
    flags.add({"kubelet-port", 0, &options.kubelet_port, "port of the node API", "Options", "", "PORT"});
    flags.add({"quiet", 'q', &quiet, "only what is wrong", "Options", "", ""});
    if (wants_help(args)) {
        print(std::string(help_text("check")) + "\n" + flags.help());
        return 0;
    }
    auto words = flags.parse(args);
    if (!words.ok()) return fail("check", words.status());
    int problems = 0, warnings = 0;
    for (const auto& finding : check_host(options)) {
        const bool good = finding.severity == Severity::Good;
        if (finding.severity == Severity::Problem) ++problems;
        if (finding.severity == Severity::Warning) ++warnings;
        if (good && quiet) continue;
        const auto mark = good ? paint("ok", Colour::Green) : finding.severity == Severity::Problem ? paint("MISSING", Colour::Red) : paint("warning", Colour::Yellow);
        print(mark + std::string(good ? 7 : finding.severity == Severity::Problem ? 2 : 2, ' ') + finding.subject + ": " + finding.text + "\n");
        if (!good) print("         fix: " + finding.fix + "\n");
    }
    if (problems) print(std::to_string(problems) + " problem(s), " + std::to_string(warnings) + " warning(s)\n");
    else print(warnings ? "no problems, " + std::to_string(warnings) + " warning(s)\n" : std::string("this machine is ready for skiff\n"));
    return problems ? 1 : 0;
}

}  // namespace skiff::cli
