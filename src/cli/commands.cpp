#include "cli/command.h"

#include <unistd.h>

#include <cstdio>

namespace skiff::cli {

const std::vector<Command>& commands() {
    static const std::vector<Command> kCommands = {
        {"server", "run a server: the whole cluster in this process", cmd_server},
        {"agent", "join this machine to a cluster", cmd_agent},
        {"check", "look at this machine: what is missing and how to fix it", cmd_check},
        {"killall", "stop the service and all pods, clean network and mounts; data stays", cmd_killall},
        {"uninstall", "undo what install.sh did on this machine", cmd_uninstall},
        {"kubectl", "talk to the API server", cmd_kubectl},
        {"token", "tokens with which machines join: create, list, delete", cmd_token},
        {"secrets-encrypt", "encryption of Secrets in the datastore: status, enable, disable, rotate-keys, reencrypt", cmd_secrets_encrypt},
        {"image", "images of this node: pull, list, rm, import", cmd_image},
        {"completion", "completion of commands for bash, zsh or fish", cmd_completion},
        {"why", "why an object is not as it is wanted, and what helps", cmd_why},
        {"version", "print versions", cmd_version},
        {"hello", "serve the hello page (what the skiff/hello image runs)", cmd_hello, true},
    };
    return kCommands;
}

const Command* find_command(std::string_view name) {
    for (const auto& command : commands())
        if (command.name == name) return &command;
    return nullptr;
}

int fail(std::string_view verb, const Status& status) {
    const bool colour = ::isatty(STDERR_FILENO);
    std::fprintf(stderr, "%sskiff %.*s:%s %s\n", colour ? "\033[31m" : "", static_cast<int>(verb.size()), verb.data(), colour ? "\033[0m" : "",
                 status.message().c_str());
    return 1;
}

bool wants_help(const std::vector<std::string>& args) {
    for (const auto& arg : args) {
        if (arg == "--") return false;
        if (arg == "--help" || arg == "-h") return true;
    }
    return false;
}

}  // namespace skiff::cli
