#include "base/strings.h"
#include "cli/command.h"
#include "cli/kubectl/session.h"
#include "cli/terminal.h"
#include "client/resource_path.h"
#include "json/parse.h"
#include "json/path.h"
#include "json/write.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

struct GetFlags {
    Common common;
    std::string output, selector, field_selector;
    bool no_headers = false;
};

std::string path_of(const Session& session, const GetFlags& flags, const Session::Target& target) {
    const auto ns = target.resource.namespaced && !flags.common.all_namespaces ? session.ns() : std::string();
    auto path = client::resource_path(target.resource.gvr, ns, target.name);
    client::ListOptions options;
    options.label_selector = flags.selector;
    options.field_selector = flags.field_selector;
    const auto query = target.name.empty() ? client::list_query(options).encode() : std::string();
    return query.empty() ? path : path + "?" + query;
}

// The rows of one Table; the first is the header.
std::vector<std::vector<std::string>> rows_of(const json::Value& answer, const GetFlags& flags, const std::string& prefix) {
    const bool wide = flags.output == "wide", with_ns = flags.common.all_namespaces;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> header;
    if (with_ns) header.push_back("NAMESPACE");
    const auto& columns = answer["columnDefinitions"].items();
    for (const auto& column : columns)
        if (wide || column["priority"].as_int() == 0) header.push_back(column["name"].as_string());
    for (auto& cell : header)
        for (auto& letter : cell) letter = static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 32 : letter);
    if (!flags.no_headers) rows.push_back(header);
    for (const auto& row : answer["rows"].items()) {
        std::vector<std::string> cells;
        if (with_ns) cells.push_back(row["object"]["metadata"]["namespace"].as_string());
        for (size_t i = 0; i < columns.size(); ++i) {
            if (!wide && columns[i]["priority"].as_int() != 0) continue;
            const auto& cell = row["cells"][i];
            auto text = cell.is_string() ? cell.as_string() : cell.is_null() ? "<none>" : json::write(cell);
            cells.push_back(i == 0 ? prefix + text : text);
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

Status print_tables(Session& session, const GetFlags& flags, const std::vector<Session::Target>& targets) {
    bool any = false;
    const bool several = targets.size() > 1 && targets.front().name.empty();
    for (const auto& target : targets) {
        const auto answer = TRY(json::parse(TRY(fetch(session, path_of(session, flags, target), kTable))));
        if (answer["rows"].empty()) continue;
        if (any && several) print("\n");
        any = true;
        auto quiet = flags;
        if (!several && &target != &targets.front()) quiet.no_headers = true;
        const auto& gvr = target.resource.gvr;
        const auto prefix = several ? target.resource.singular + (gvr.group.empty() ? "" : "." + gvr.group) + "/" : "";
        print(table(rows_of(answer, quiet, prefix)));
    }
    if (!any) print_error(flags.common.all_namespaces || !targets.front().resource.namespaced ? "No resources found\n"
                                                                 : "No resources found in " + session.ns() + " namespace.\n");
    return {};
}

Status print_objects(Session& session, const GetFlags& flags, const std::vector<Session::Target>& targets) {
    auto all = json::Value::object({{"apiVersion", "v1"}, {"items", json::Value::array()}, {"kind", "List"}, {"metadata", json::Value::object({{"resourceVersion", ""}})}});
    const bool single = targets.size() == 1 && !targets.front().name.empty();
    for (const auto& target : targets) {
        auto answer = TRY(json::parse(TRY(fetch(session, path_of(session, flags, target)))));
        if (!target.name.empty()) {
            all.mut("items").push_back(std::move(answer));
            continue;
        }
        for (auto item : answer["items"].items()) {
            item.set("apiVersion", target.resource.gvr.api_version());
            item.set("kind", target.resource.kind);
            all.mut("items").push_back(std::move(item));
        }
    }
    for (auto& item : all.mut("items").mut_items())
        if (item.find("metadata")) item.mut("metadata").erase("managedFields");
    const auto& shown = single ? all["items"][0] : all;
    if (flags.output == "json") print(json::write_pretty(shown) + "\n");
    else if (flags.output == "yaml") print(json::write_yaml(shown));
    else if (flags.output == "name") {
        for (const auto& item : all["items"].items()) {
            const auto gv = api::GroupVersion::parse(item["apiVersion"].as_string());
            print(lower(item["kind"].as_string()) + (gv.group.empty() ? "" : "." + gv.group) + "/" + item["metadata"]["name"].as_string() + "\n");
        }
    } else if (flags.output.rfind("jsonpath=", 0) == 0) {
        print(TRY(TRY(json::JsonPath::parse(flags.output.substr(9))).print(shown)));
    } else {
        return error(Reason::Unknown, "unable to match a printer suitable for the output format \"{}\", allowed formats are: json,jsonpath,name,wide,yaml", flags.output);
    }
    return {};
}

Status run_get(const GetFlags& flags, const std::vector<std::string>& words) {
    auto session = TRY(Session::open(flags.common));
    const auto targets = TRY(session->targets(words));
    if (flags.output.empty() || flags.output == "wide") return print_tables(*session, flags, targets);
    return print_objects(*session, flags, targets);
}

}  // namespace

int get(const std::vector<std::string>& args) {
    GetFlags get;
    FlagSet flags("kubectl get");
    add_common(flags, get.common);
    flags.add({"output", 'o', &get.output, "wide, yaml, json, name, jsonpath=TEMPLATE", "Options", "", "FORMAT"});
    flags.add({"selector", 'l', &get.selector, "label selector", "Options", "", "QUERY"});
    flags.add({"field-selector", 0, &get.field_selector, "field selector", "Options", "", "QUERY"});
    flags.add({"all-namespaces", 'A', &get.common.all_namespaces, "all namespaces"});
    flags.add({"no-headers", 0, &get.no_headers, "no header line"});
    if (wants_help(args)) return print("Usage: kubectl get TYPE[,TYPE] [NAME...] [flags]\n\n" + flags.help()), 0;
    auto words = flags.parse(args);
    if (!words.ok()) return report(words.status());
    auto done = run_get(get, *words);
    return done.ok() ? 0 : report(done);
}

}  // namespace skiff::cli::kubectl
