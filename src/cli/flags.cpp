#include "cli/flags.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"

namespace skiff::cli {

namespace {

bool is_switch(const Flag& flag) { return std::holds_alternative<bool*>(flag.target); }

// What the parser collects for one flag before it is checked and assigned.
struct Seen {
    std::vector<std::string> values;
    CLI::Option* option = nullptr;
};

std::string option_spelling(const Flag& flag) {
    std::string spelling = "--" + flag.name;
    if (flag.letter) spelling = std::string("-") + flag.letter + "," + spelling;
    return spelling;
}

}  // namespace

void FlagSet::add(Flag flag) { flags_.push_back(std::move(flag)); }

Flag* FlagSet::find(std::string_view name) {
    for (auto& flag : flags_)
        if (flag.name == name) return &flag;
    return nullptr;
}

bool FlagSet::was_set(std::string_view name) const { return std::find(set_.begin(), set_.end(), name) != set_.end(); }

std::vector<std::string> FlagSet::names() const {
    std::vector<std::string> names;
    for (const auto& flag : flags_)
        if (!flag.hidden) names.push_back(flag.name);
    return names;
}

Status FlagSet::assign(Flag& flag, const std::vector<std::string>& values, std::string_view where) {
    if (auto** text = std::get_if<std::string*>(&flag.target)) {
        **text = values.empty() ? "" : values.back();
    } else if (auto** list = std::get_if<std::vector<std::string>*>(&flag.target)) {
        (*list)->clear();
        for (const auto& value : values)
            for (auto& part : flag.split_commas ? split(value, ',') : std::vector<std::string>{value}) (*list)->push_back(std::move(part));
    } else if (auto** number = std::get_if<int64_t*>(&flag.target)) {
        auto parsed = parse_int(values.empty() ? "" : values.back());
        if (!parsed) return error(Reason::BadRequest, "{}: \"{}\" is not a whole number", where, values.empty() ? "" : values.back());
        **number = *parsed;
    } else {
        const std::string value = values.empty() ? "true" : lower(values.back());
        if (value != "true" && value != "false" && value != "1" && value != "0")
            return error(Reason::BadRequest, "{}: \"{}\" is neither true nor false", where, value);
        *std::get<bool*>(flag.target) = value == "true" || value == "1";
    }
    return {};
}

Result<std::vector<std::string>> FlagSet::parse(const std::vector<std::string>& args) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<Seen> seen(flags_.size());
    for (size_t i = 0; i < flags_.size(); ++i) {
        const auto spelling = option_spelling(flags_[i]);
        auto& values = seen[i].values;
        seen[i].option = is_switch(flags_[i])
                             ? app.add_flag_function(spelling, [](int64_t) {})
                             : app.add_option(spelling, values)->type_size(1)->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    std::vector<std::string> front = args, back;
    if (auto dashes = std::find(front.begin(), front.end(), "--"); dashes != front.end()) {
        back.assign(dashes + 1, front.end());
        front.erase(dashes, front.end());
    }
    std::reverse(front.begin(), front.end());  // CLI11 takes the last element first
    try {
        app.parse(front);
    } catch (const CLI::ParseError& failure) {
        return error(Reason::BadRequest, "{}; see `skiff {} --help`", failure.what(), verb_);
    }
    std::vector<std::string> words;
    for (const auto& extra : app.remaining()) {
        if (extra.size() > 1 && extra[0] == '-' && !parse_int(extra)) {
            auto name = extra.substr(extra.find_first_not_of('-') == std::string::npos ? 0 : extra.find_first_not_of('-'));
            name = name.substr(0, name.find('='));
            auto near = nearest(name, names());
            return error(Reason::BadRequest, "unknown flag {}{}", extra.substr(0, extra.find('=')),
                         near.empty() ? fmt::format("; see `skiff {} --help`", verb_) : fmt::format("; did you mean --{}?", near));
        }
        words.push_back(extra);
    }
    for (size_t i = 0; i < flags_.size(); ++i) {
        auto& flag = flags_[i];
        if (seen[i].option->count()) {
            auto values = is_switch(flag) ? std::vector<std::string>{seen[i].option->results().back()} : seen[i].values;
            TRY(assign(flag, values, "--" + flag.name));
            set_.push_back(flag.name);
        } else if (const char* value = flag.env.empty() ? nullptr : std::getenv(flag.env.c_str()); value && *value) {
            TRY(assign(flag, {value}, flag.env));
            set_.push_back(flag.name);
        }
    }
    words.insert(words.end(), back.begin(), back.end());
    return words;
}

Status FlagSet::apply_config(const json::Value& config, const std::string& path) {
    if (config.is_null()) return {};
    if (!config.is_object()) return error(Reason::BadRequest, "{}: must be a mapping of flag names to values", path);
    for (const auto& [raw_key, value] : config.members()) {
        std::string key = raw_key;
        bool append = !key.empty() && key.back() == '+';
        if (append) key.pop_back();
        Flag* flag = find(key);
        if (!flag) {
            auto near = nearest(key, names());
            return error(Reason::BadRequest, "{}: unknown key \"{}\"{}", path, key, near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
        }
        if (was_set(key) && !append) continue;
        std::vector<std::string> values;
        auto add = [&](const json::Value& item) {
            if (item.is_bool()) values.push_back(item.as_bool() ? "true" : "false");
            else if (item.is_int()) values.push_back(std::to_string(item.as_int()));
            else values.push_back(item.as_string());
        };
        if (append)
            if (auto** list = std::get_if<std::vector<std::string>*>(&flag->target)) values = **list;
        if (value.is_array()) {
            for (const auto& item : value.items()) add(item);
        } else if (value.is_object()) {
            return error(Reason::BadRequest, "{}: \"{}\" takes a value or a list, not a mapping", path, key);
        } else {
            add(value);
        }
        TRY(assign(*flag, values, path + ": " + key));
    }
    return {};
}

std::string FlagSet::help() const {
    std::vector<std::string> sections;
    size_t width = 0;
    auto left_side = [](const Flag& flag) {
        std::string left = flag.letter ? fmt::format("-{}, --{}", flag.letter, flag.name) : fmt::format("    --{}", flag.name);
        if (!is_switch(flag)) left += " " + (flag.value_name.empty() ? std::string("VALUE") : flag.value_name);
        return left;
    };
    for (const auto& flag : flags_) {
        if (flag.hidden) continue;
        if (std::find(sections.begin(), sections.end(), flag.section) == sections.end()) sections.push_back(flag.section);
        width = std::max(width, std::min<size_t>(left_side(flag).size(), 38));
    }
    std::string text;
    for (const auto& section : sections) {
        text += section + ":\n";
        for (const auto& flag : flags_) {
            if (flag.hidden || flag.section != section) continue;
            std::string line = fmt::format("  {:<{}}  {}", left_side(flag), width, flag.help);
            if (auto* const* initial = std::get_if<std::string*>(&flag.target); initial && !(*initial)->empty() && !was_set(flag.name))
                line += fmt::format(" (default {})", **initial);
            if (auto* const* number = std::get_if<int64_t*>(&flag.target); number && **number && !was_set(flag.name))
                line += fmt::format(" (default {})", **number);
            if (!flag.env.empty()) line += fmt::format(" [${}]", flag.env);
            text += line + "\n";
        }
        text += "\n";
    }
    return text;
}

}  // namespace skiff::cli
