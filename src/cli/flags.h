// FlagSet: the flags of one verb. One table feeds parsing, the config file, environment variables, help text and completion.
//
// Precedence: command line, then environment, then config file, then default. An unknown flag or config key is an error that names the
// nearest known one. Used by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::cli {

struct Flag {
    // Where the value goes; what it holds before parsing is the default. A vector takes the flag several times and comma lists.
    using Target = std::variant<std::string*, bool*, int64_t*, std::vector<std::string>*>;
    std::string name;             // "data-dir"
    char letter = 0;              // 'd', or 0
    Target target;
    std::string help;
    std::string section = "Options";
    std::string env;              // "SKIFF_DATA_DIR", or ""
    std::string value_name;       // shown in help: "PATH"
    bool hidden = false;
    bool split_commas = true;     // for a vector
};

class FlagSet {
public:
    explicit FlagSet(std::string verb) : verb_(std::move(verb)) {}
    void add(Flag flag);
    // Takes flags out of args and returns the other words, in order. "--" ends the flags.
    Result<std::vector<std::string>> parse(const std::vector<std::string>& args);
    // A config file's mapping: keys are flag names, "name+" appends to a list. Only sets what the command line and environment did not.
    Status apply_config(const json::Value& config, const std::string& path);
    std::string help() const;     // the table of flags, by section
    std::vector<std::string> names() const;
    bool was_set(std::string_view name) const;

private:
    Flag* find(std::string_view name);
    Status assign(Flag& flag, const std::vector<std::string>& values, std::string_view where);
    std::string verb_;
    std::vector<Flag> flags_;
    std::vector<std::string> set_;   // by command line or environment
};

}  // namespace skiff::cli
