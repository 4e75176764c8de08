// Options: the flags of one kubectl verb, read as kubectl's own flag library (spf13/pflag) reads them: --name=value, --name value, -nvalue,
// -n=value, -it, flags and words in any order, "--" ends the flags. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"

namespace skiff::cli::kubectl {

struct Option {
    using Target = std::variant<std::string*, bool*, int64_t*, std::vector<std::string>*>;
    std::string name;
    char letter = 0;
    Target target;                  // what it holds before parsing is the default
    std::string help;
    std::string bare = {};          // the value of the flag without one; "" means that a value is needed
    bool global = false;            // listed by `kubectl options`, not in each verb's help
    bool split_commas = false;      // for a list
};

class Options {
public:
    void text(std::string name, char letter, std::string* target, std::string help, std::string bare = {});
    void toggle(std::string name, char letter, bool* target, std::string help);
    void number(std::string name, char letter, int64_t* target, std::string help);
    void list(std::string name, char letter, std::vector<std::string>* target, std::string help);        // may be repeated
    void comma_list(std::string name, char letter, std::vector<std::string>* target, std::string help);  // and split at commas
    void set_global(bool global) { global_ = global; }

    struct Words {
        std::vector<std::string> all;
        std::optional<size_t> dash;   // how many words stood before "--"
    };
    // Errors in pflag's words, with the nearest known flag; Reason::Unknown.
    Result<Words> parse(const std::vector<std::string>& args);
    bool was_set(std::string_view name) const;
    // "    -o, --output='':\n\thelp" for each flag, sorted by name, as kubectl prints them.
    std::string help(bool global) const;
    const std::vector<Option>& all() const { return options_; }

private:
    const Option* find(std::string_view name) const;
    const Option* find(char letter) const;
    Status assign(const Option& option, const std::string& value, std::string_view shown);
    Status parse_long(const std::vector<std::string>& args, size_t& at);
    Status parse_short(const std::vector<std::string>& args, size_t& at);

    std::vector<Option> options_;
    std::vector<std::string> set_;
    bool global_ = false;
};

}  // namespace skiff::cli::kubectl
