// Command: one verb of the executable, in cmd_<verb>.cpp with its help text in cmd_<verb>.md (compiled in). commands.cpp lists all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace skiff::cli {

struct Command {
    std::string_view name;
    std::string_view summary;                                     // one line, for `skiff --help`
    int (*run)(const std::vector<std::string>& args);             // args after the verb; returns the exit status
    bool hidden = false;
};

const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

// The text of cmd_<verb>.md, "" when there is none.
std::string_view help_text(std::string_view verb);
// Prints "skiff VERB: message" to stderr, coloured on a terminal, and returns 1.
int fail(std::string_view verb, const Status& status);
// True when args ask for help.
bool wants_help(const std::vector<std::string>& args);

int cmd_server(const std::vector<std::string>& args);
int cmd_agent(const std::vector<std::string>& args);
int cmd_kubectl(const std::vector<std::string>& args);
int cmd_check(const std::vector<std::string>& args);
int cmd_killall(const std::vector<std::string>& args);
int cmd_uninstall(const std::vector<std::string>& args);
int cmd_secrets_encrypt(const std::vector<std::string>& args);
int cmd_token(const std::vector<std::string>& args);
int cmd_image(const std::vector<std::string>& args);
int cmd_completion(const std::vector<std::string>& args);
int cmd_why(const std::vector<std::string>& args);
int cmd_version(const std::vector<std::string>& args);
int cmd_hello(const std::vector<std::string>& args);

}  // namespace skiff::cli
