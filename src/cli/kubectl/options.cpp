#include "cli/kubectl/options.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::cli::kubectl {

void Options::text(std::string name, char letter, std::string* target, std::string help, std::string bare) {
    options_.push_back({std::move(name), letter, target, std::move(help), std::move(bare), global_});
}
void Options::toggle(std::string name, char letter, bool* target, std::string help) {
    options_.push_back({std::move(name), letter, target, std::move(help), "true", global_});
}
void Options::number(std::string name, char letter, int64_t* target, std::string help) {
    options_.push_back({std::move(name), letter, target, std::move(help), "", global_});
}
void Options::list(std::string name, char letter, std::vector<std::string>* target, std::string help) {
    options_.push_back({std::move(name), letter, target, std::move(help), "", global_});
}
void Options::comma_list(std::string name, char letter, std::vector<std::string>* target, std::string help) {
    options_.push_back({std::move(name), letter, target, std::move(help), "", global_, true});
}

const Option* Options::find(std::string_view name) const {
    // A verb's own flag stands before a global one of its name (create rolebinding --user).
    for (auto it = options_.rbegin(); it != options_.rend(); ++it)
        if (it->name == name) return &*it;
    return nullptr;
}

const Option* Options::find(char letter) const {
    for (auto it = options_.rbegin(); it != options_.rend(); ++it)
        if (it->letter == letter) return &*it;
    return nullptr;
}

bool Options::was_set(std::string_view name) const { return std::find(set_.begin(), set_.end(), name) != set_.end(); }

Status Options::assign(const Option& option, const std::string& value, std::string_view shown) {
    const auto refuse = [&](std::string_view why) {
        const auto flag = option.letter ? fmt::format("-{}, --{}", option.letter, option.name) : "--" + option.name;
        return error(Reason::Unknown, "invalid argument \"{}\" for \"{}\" flag: {}", value, flag, why);
    };
    (void)shown;
    if (auto* const* text = std::get_if<std::string*>(&option.target)) {
        **text = value;
    } else if (auto* const* flag = std::get_if<bool*>(&option.target)) {
        static constexpr const char* kTrue[] = {"1", "t", "T", "TRUE", "true", "True"};
        static constexpr const char* kFalse[] = {"0", "f", "F", "FALSE", "false", "False"};
        const auto among = [&](const auto& words) { return std::find(std::begin(words), std::end(words), value) != std::end(words); };
        if (!among(kTrue) && !among(kFalse)) return refuse(fmt::format("strconv.ParseBool: parsing \"{}\": invalid syntax", value));
        **flag = among(kTrue);
    } else if (auto* const* number = std::get_if<int64_t*>(&option.target)) {
        const auto parsed = parse_int(value);
        if (!parsed) return refuse(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", value));
        **number = *parsed;
    } else {
        auto& list = *std::get<std::vector<std::string>*>(option.target);
        if (!was_set(option.name)) list.clear();
        if (option.split_commas)
            for (auto& part : split(value, ',')) list.push_back(std::move(part));
        else list.push_back(value);
    }
    set_.push_back(option.name);
    return {};
}

Status Options::parse_long(const std::vector<std::string>& args, size_t& at) {
    const auto body = args[at].substr(2);
    const auto equals = body.find('=');
    const auto name = body.substr(0, equals);
    const auto* option = find(std::string_view(name));
    if (!option) {
        std::vector<std::string> names;
        for (const auto& known : options_) names.push_back(known.name);
        const auto near = nearest(name, names);
        return error(Reason::Unknown, "unknown flag: --{}{}", name, near.empty() ? "" : fmt::format("; did you mean --{}?", near));
    }
    if (equals != std::string::npos) return assign(*option, body.substr(equals + 1), args[at]);
    if (!option->bare.empty()) return assign(*option, option->bare, args[at]);
    if (at + 1 >= args.size()) return error(Reason::Unknown, "flag needs an argument: --{}", name);
    ++at;
    return assign(*option, args[at], args[at - 1]);
}

Status Options::parse_short(const std::vector<std::string>& args, size_t& at) {
    const auto letters = args[at].substr(1);
    for (size_t i = 0; i < letters.size(); ++i) {
        const auto* option = find(letters[i]);
        if (!option) return error(Reason::Unknown, "unknown shorthand flag: '{}' in -{}", letters[i], letters.substr(i));
        const auto rest = letters.substr(i + 1);
        if (!rest.empty() && rest[0] == '=') return assign(*option, rest.substr(1), args[at]);
        if (!option->bare.empty()) {
            TRY(assign(*option, option->bare, args[at]));
            continue;
        }
        if (!rest.empty()) return assign(*option, rest, args[at]);
        if (at + 1 >= args.size()) return error(Reason::Unknown, "flag needs an argument: '{}' in -{}", letters[i], letters.substr(i));
        ++at;
        return assign(*option, args[at], args[at - 1]);
    }
    return {};
}

Result<Options::Words> Options::parse(const std::vector<std::string>& args) {
    Words words;
    for (size_t at = 0; at < args.size(); ++at) {
        const auto& arg = args[at];
        if (arg == "--") {
            words.dash = words.all.size();
            words.all.insert(words.all.end(), args.begin() + static_cast<std::ptrdiff_t>(at) + 1, args.end());
            break;
        }
        if (arg.starts_with("--")) TRY(parse_long(args, at));
        else if (arg.size() > 1 && arg[0] == '-') TRY(parse_short(args, at));
        else words.all.push_back(arg);
    }
    return words;
}

std::string Options::help(bool global) const {
    std::vector<const Option*> sorted;
    for (const auto& option : options_)
        if (option.global == global) sorted.push_back(&option);
    std::sort(sorted.begin(), sorted.end(), [](const Option* a, const Option* b) { return a->name < b->name; });
    std::string text;
    for (const auto* option : sorted) {
        text += option->letter ? fmt::format("    -{}, --{}=", option->letter, option->name) : fmt::format("    --{}=", option->name);
        if (auto* const* value = std::get_if<std::string*>(&option->target)) text += "'" + **value + "'";
        else if (auto* const* flag = std::get_if<bool*>(&option->target)) text += **flag ? "true" : "false";
        else if (auto* const* number = std::get_if<int64_t*>(&option->target)) text += std::to_string(**number);
        else text += "[]";
        text += ":\n\t" + option->help + "\n\n";
    }
    return text;
}

}  // namespace skiff::cli::kubectl
