#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/strings.h"
#include "cli/command.h"
#include "cli/kubectl/session.h"
#include "cli/terminal.h"
#include "json/parse.h"
#include "json/write.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

Status read_one(const std::string& path, std::vector<json::Value>& found) {
    std::string text;
    if (path == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        std::ifstream file(path, std::ios::binary);
        if (!file) return error(Reason::Unknown, "the path \"{}\" does not exist", path);
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    auto documents = TRY(json::parse_yaml_all(text).context("error parsing {}", path));
    for (auto& document : documents) {
        if (document["kind"].as_string() != "List") {
            found.push_back(std::move(document));
            continue;
        }
        for (const auto& item : document["items"].items()) found.push_back(item);
    }
    return {};
}

// Members of before that after lacks, as nulls in patch: what a user took out of the file.
void add_removals(json::Value& patch, const json::Value& before, const json::Value& after) {
    for (const auto& member : before.members()) {
        const auto* kept = after.find(member.key);
        if (!kept) patch.set(member.key, nullptr);
        else if (member.value.is_object() && kept->is_object()) add_removals(patch.mut(member.key), member.value, *kept);
    }
}

std::string shown_name(const Resource& resource, const std::string& name) {
    return lower(resource.kind) + (resource.gvr.group.empty() ? "" : "." + resource.gvr.group) + "/" + name;
}

struct Applied {
    bool create_only = false, server_side = false, force = false;
};

Status apply_one(Session& session, const json::Value& object, const Applied& how) {
    const auto resource = TRY(session.resolve_kind(object["apiVersion"].as_string(), object["kind"].as_string()));
    const auto& name = object["metadata"]["name"].as_string();
    const auto ns = resource.namespaced ? object["metadata"]["namespace"].as_string(session.ns()) : std::string();
    client::Client& client = session.client();
    const auto shown = shown_name(resource, name);
    if (how.create_only) {
        TRY(client.create(resource.gvr, ns, object));
        print(shown + " created\n");
        return {};
    }
    if (how.server_side) {
        client::WriteOptions options;
        options.field_manager = "kubectl";
        options.force = how.force;
        TRY(client.patch(resource.gvr, ns, name, client::PatchType::Apply, object, options));
        print(shown + " serverside-applied\n");
        return {};
    }
    auto wanted = object;
    wanted.mut("metadata").mut("annotations").set(kLastApplied, json::write(object) + "\n");
    const auto path = client.get(resource.gvr, ns, name);
    if (!path.ok()) {
        if (path.status().reason() != Reason::NotFound) return path.status();
        TRY(client.create(resource.gvr, ns, wanted));
        print(shown + " created\n");
        return {};
    }
    const auto last = (*(*path)->tree())["metadata"]["annotations"][kLastApplied].as_string();
    const auto version = (*(*path)->tree())["metadata"]["resourceVersion"].as_string();
    if (auto before = json::parse(last); before.ok()) add_removals(wanted, *before, object);
    const auto after = TRY(client.patch(resource.gvr, ns, name, client::PatchType::Strategic, wanted));
    print(shown + ((*after->tree())["metadata"]["resourceVersion"].as_string() == version ? " unchanged\n" : " configured\n"));
    return {};
}

int run_files(const char* verb, const std::vector<std::string>& args, Applied how) {
    Common common;
    std::vector<std::string> files;
    FlagSet flags(std::string("kubectl ") + verb);
    add_common(flags, common);
    flags.add({"filename", 'f', &files, "file, folder or - for standard input", "Options", "", "FILE"});
    if (!how.create_only) {
        flags.add({"server-side", 0, &how.server_side, "apply on the server"});
        flags.add({"force-conflicts", 0, &how.force, "take fields from other managers"});
    }
    if (wants_help(args)) return print(std::string("Usage: kubectl ") + verb + " -f FILE [flags]\n\n" + flags.help()), 0;
    auto words = flags.parse(args);
    if (!words.ok()) return report(words.status());
    if (files.empty()) return report(error(Reason::Unknown, "must specify one of -f and -k"));
    auto objects = read_manifests(files);
    if (!objects.ok()) return report(objects.status());
    auto session = Session::open(common);
    if (!session.ok()) return report(session.status());
    int failed = 0;
    for (const auto& object : *objects)
        if (auto done = apply_one(**session, object, how); !done.ok()) failed = report(done);
    return failed;
}

}  // namespace

Result<std::vector<json::Value>> read_manifests(const std::vector<std::string>& files) {
    std::vector<json::Value> found;
    for (const auto& path : files) {
        std::error_code failed;
        if (!std::filesystem::is_directory(path, failed)) {
            TRY(read_one(path, found));
            continue;
        }
        std::vector<std::string> inside;
        for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
            const auto end = entry.path().extension();
            if (end == ".yaml" || end == ".yml" || end == ".json") inside.push_back(entry.path());
        }
        std::sort(inside.begin(), inside.end());
        for (const auto& file : inside) TRY(read_one(file, found));
    }
    return found;
}

int apply(const std::vector<std::string>& args) { return run_files("apply", args, {}); }
int create(const std::vector<std::string>& args) { return run_files("create", args, {true}); }

}  // namespace skiff::cli::kubectl
