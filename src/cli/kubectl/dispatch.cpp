// Finds the verb among the words, as kubectl does: flags may stand before it.
#include <csignal>

#include "base/strings.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/verb.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

bool takes_no_value(const std::string& flag) {
    static constexpr std::string_view kSwitches[] = {"--help", "-h", "--insecure-skip-tls-verify", "--warnings-as-errors", "--all-namespaces", "-A", "--dry-run", "--watch", "-w",
                                                     "-i", "-t", "-it", "-R", "--recursive", "--force", "--all", "--client", "-f=false"};
    for (const auto known : kSwitches)
        if (flag == known) return true;
    return contains(flag, "=");
}

// The place of the first word that is no flag nor a flag's value.
size_t first_word(const std::vector<std::string>& args) {
    for (size_t i = 0; i < args.size(); ++i) {
        if (args[i] == "--") return args.size();
        if (args[i].size() < 2 || args[i][0] != '-') return i;
        const bool short_with_value = args[i][1] != '-' && args[i].size() > 2;
        if (!takes_no_value(args[i]) && !short_with_value) ++i;
    }
    return args.size();
}

// kubectl's other names of verbs.
std::string main_name(const std::string& name) {
    static constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
        {"cm", "configmap"}, {"ns", "namespace"}, {"deploy", "deployment"}, {"dep", "deployment"}, {"sa", "serviceaccount"}, {"svc", "service"}, {"cj", "cronjob"}, {"ing", "ingress"},
        {"pdb", "poddisruptionbudget"}, {"pc", "priorityclass"}, {"resourcequota", "quota"}, {"nodes", "node"}, {"no", "node"}, {"pods", "pod"}, {"po", "pod"}};
    for (const auto& [alias, full] : kAliases)
        if (name == alias) return std::string(full);
    return name;
}

const Verb* find(const std::vector<Verb>& verbs, const std::string& word) {
    const auto name = &verbs == &kubectl::verbs() ? word : main_name(word);
    for (const auto& verb : verbs)
        if (verb.name == name) return &verb;
    return nullptr;
}

std::string listing(const std::vector<Verb>& verbs) {
    std::string text;
    for (const auto& verb : verbs) text += fmt::format("  {}\t{}\n", verb.name, verb.summary);
    return align(text, {0, 3});
}

int unknown(const std::string& word, const std::string& path, const std::vector<Verb>& verbs) {
    std::vector<std::string> names;
    for (const auto& verb : verbs) names.emplace_back(verb.name);
    const auto near = nearest(word, names);
    // As kubectl: below a verb the error points to its help.
    const auto lead = path == "kubectl" ? fmt::format("error: unknown command \"{}\" for \"kubectl\"\n", word) : fmt::format("error: unknown command \"{}\"\nSee '{} -h' for help and examples\n", word, path);
    print_error(lead + (near.empty() ? "" : fmt::format("\nDid you mean this?\n\t{}\n", near)));
    return 1;
}

void print_overview() {
    print(std::string(help_text("kubectl")));
    print("\nVerbs:\n" + listing(verbs()) + "\nUse \"kubectl VERB --help\" for more information about a verb.\n");
}

void print_group(const Verb& verb, const std::string& path) {
    print(fmt::format("{}.\n\nAvailable Commands:\n{}\nUsage:\n  kubectl {}\n\nUse \"kubectl {} <command> --help\" for more information about a given command.\n", verb.summary,
                      listing(verb.children), verb.usage, path));
}

}  // namespace

int run_kubectl(const std::vector<std::string>& args) {
    ::signal(SIGPIPE, SIG_IGN);
    auto rest = args;
    const auto at = first_word(rest);
    const bool wants_group_help = wants_help(rest);
    if (at == rest.size()) return print_overview(), 0;
    auto word = rest[at];
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
    if (word == "help") {
        const auto next = first_word(rest);
        if (next == rest.size()) return print_overview(), 0;
        word = rest[next];
        rest[next] = "--help";
    }
    const auto* verb = find(verbs(), word);
    if (!verb) return unknown(word, "kubectl", verbs());
    std::string path = verb->name;
    while (!verb->children.empty()) {
        const auto next = first_word(rest);
        const auto* child = next < rest.size() ? find(verb->children, rest[next]) : nullptr;
        if (!child) {
            if (verb->run && !(wants_group_help && next == rest.size())) {
                if (next == rest.size()) break;
                std::vector<std::string> names;
                for (const auto& one : verb->children) names.emplace_back(one.name);
                const auto near = nearest(rest[next], names);
                print_error(fmt::format("error: Unexpected args: [{}]\nSee 'kubectl {} -h' for help and examples\n{}", rest[next], path, near.empty() ? "" : fmt::format("\nDid you mean this?\n\t{}\n", near)));
                return 1;
            }
            if (next == rest.size()) return print_group(*verb, path), wants_group_help ? 0 : 1;
            return unknown(rest[next], "kubectl " + path, verb->children);
        }
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(next));
        path += std::string(" ") + child->name;
        verb = child;
    }
    Call call(*verb, path, std::move(rest));
    const auto done = verb->run(call);
    return call.finish(done);
}

}  // namespace skiff::cli::kubectl
