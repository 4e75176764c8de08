#include "cli/installation.h"

#include <cstdlib>
#include <utility>

#include "base/file.h"
#include "base/strings.h"
#include "cli/node_setup.h"

namespace skiff::cli {

namespace {

constexpr size_t kRecordBytesMax = 256 << 10;
constexpr std::string_view kSuffix = ".install";

std::string unescape(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
    value = value.substr(1, value.size() - 2);
    std::string text;
    for (size_t i = 0; i < value.size(); ++i) {
        const bool escape = value[i] == '\\' && i + 1 < value.size() && std::string_view("\"\\$`").find(value[i + 1]) != std::string_view::npos;
        text += value[escape ? ++i : i];
    }
    return text;
}

}  // namespace

Result<Installation> parse_installation(std::string_view text) {
    Installation made;
    for (auto line : split_views(text, '\n')) {
        if (line.empty() || line[0] == '#') continue;
        const auto space = line.find(' ');
        const auto word = line.substr(0, space);
        std::string value(space == std::string_view::npos ? std::string_view() : line.substr(space + 1));
        if (word == "name") made.name = std::move(value);
        else if (word == "verb") made.verb = std::move(value);
        else if (word == "init") made.init = std::move(value);
        else if (word == "binary") made.binary = std::move(value);
        else if (word == "env") made.env_file = std::move(value);
        else if (word == "arg") made.args.push_back(std::move(value));
        else if (word == "file") made.files.push_back(std::move(value));
        else if (word == "dir") made.dirs.push_back(std::move(value));
        else if (word == "tree") made.trees.push_back(std::move(value));
        else if (word == "package") made.packages.push_back(std::move(value));
        else return error(Reason::BadRequest, "unknown word \"{}\"", std::string(word));
    }
    if (made.name.empty()) return error(Reason::BadRequest, "no name");
    return made;
}

Result<std::vector<Installation>> installations(const std::string& folder) {
    std::vector<Installation> all;
    if (!file::is_dir(folder)) return all;
    for (const auto& name : TRY(file::list_dir(folder))) {
        if (!name.ends_with(kSuffix)) continue;
        const auto path = folder + "/" + name;
        auto made = TRY(parse_installation(TRY(file::read(path, kRecordBytesMax))).context("{}", path));
        made.record = path;
        all.push_back(std::move(made));
    }
    return all;
}

std::vector<std::pair<std::string, std::string>> parse_environment(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> variables;
    for (auto line : split_views(text, '\n')) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || equals == 0 || line[0] == '#') continue;
        variables.emplace_back(std::string(line.substr(0, equals)), unescape(line.substr(equals + 1)));
    }
    return variables;
}

Result<NodePaths> paths_of(const Installation& installation) {
    if (auto text = file::read(installation.env_file, kRecordBytesMax); text.ok())
        for (const auto& [name, value] : parse_environment(*text)) ::setenv(name.c_str(), value.c_str(), 1);
    NodeFlags node;
    server::ServerOptions server;
    FlagSet flags(installation.verb);
    const bool agent = installation.verb == "agent";
    if (agent) add_agent_flags(flags, node);
    else add_server_flags(flags, server, node);
    TRY(load_flags(flags, node, installation.args).context("the settings of {}", installation.name));
    const auto& data_dir = agent ? node.data_dir : server.data_dir;
    return NodePaths{data_dir, state_dir_for(node, data_dir), agent ? "" : server.write_kubeconfig};
}

}  // namespace skiff::cli
