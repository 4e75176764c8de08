#include <algorithm>

#include "base/strings.h"
#include "cli/kubectl/describe_page.h"
#include "cli/kubectl/printers.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/targets.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

std::string last_time(const json::Value& event) {
    if (event["series"].is_object()) return event["series"]["lastObservedTime"].as_string();
    if (const auto& last = event["lastTimestamp"].as_string(); !last.empty()) return last;
    return event["eventTime"].as_string();
}

std::vector<std::string> row_of(const json::Value& event, bool with_namespace) {
    auto seen = age_of(event["eventTime"].as_string().empty() ? event["firstTimestamp"].as_string() : event["eventTime"].as_string());
    if (event["series"].is_object()) seen = fmt::format("{} (x{} over {})", age_of(event["series"]["lastObservedTime"].as_string()), event["series"]["count"].as_int(), seen);
    else if (event["count"].as_int() > 1) seen = fmt::format("{} (x{} over {})", age_of(event["lastTimestamp"].as_string()), event["count"].as_int(), seen);
    const auto& object = event["involvedObject"];
    std::vector<std::string> row = {seen, event["type"].as_string(), event["reason"].as_string(), object["kind"].as_string() + "/" + object["name"].as_string(), std::string(trim(event["message"].as_string()))};
    if (with_namespace) row.insert(row.begin(), event["metadata"]["namespace"].as_string());
    return row;
}

}  // namespace

Status events(Call& call) {
    Selection selection;
    PrintFlags print_flags;
    std::string for_object;
    std::vector<std::string> types;
    bool watch = false, no_headers = false;
    auto& options = call.options;
    print_flags.add(options);
    options.toggle("all-namespaces", 'A', &selection.all_namespaces, "If present, list the requested object(s) across all namespaces.");
    options.toggle("watch", 'w', &watch, "After listing the requested events, watch for more events.");
    options.text("for", 0, &for_object, "Filter events to only those pertaining to the specified resource.");
    options.comma_list("types", 0, &types, "Output only events of given types.");
    options.toggle("no-headers", 0, &no_headers, "When using the default output format, don't print headers.");
    TRY(call.parse());
    auto& session = *TRY(call.session());
    const auto ns = selection.all_namespaces ? std::string() : session.ns();
    if (!for_object.empty()) {
        if (!contains(for_object, "/")) return local_error("--for must be in resource/name form");
        const auto target = TRY(one_target(call, {for_object}));
        selection.field_selector = "involvedObject.kind=" + target.resource.kind + ",involvedObject.apiVersion=" + target.resource.gvr.api_version() + ",involvedObject.name=" + target.name;
    }
    for (const auto& type : types)
        if (lower(type) != "normal" && lower(type) != "warning") return local_error("valid --types are Normal or Warning");
    const auto wanted = [&](const json::Value& event) {
        return types.empty() || std::any_of(types.begin(), types.end(), [&](const std::string& type) { return lower(type) == lower(event["type"].as_string()); });
    };
    Resource resource;
    resource.gvr = {"", "v1", "events"};
    resource.kind = "Event";
    auto list = TRY(list_objects(session, resource, ns, selection));
    const auto revision = list["metadata"]["resourceVersion"].as_string();
    json::Array kept;
    for (auto& event : list.mut("items").mut_items())
        if (wanted(event)) kept.push_back(std::move(event));
    std::stable_sort(kept.begin(), kept.end(), [](const json::Value& a, const json::Value& b) { return last_time(a) < last_time(b); });
    if (const auto printer = TRY(make_printer(print_flags))) {
        list.set("apiVersion", "v1");
        list.set("kind", "List");
        list.set("items", json::Value(std::move(kept)));
        print(TRY(printer(list)));
        return {};
    }
    if (kept.empty() && !watch) return print_error(ns.empty() ? "No events found.\n" : "No events found in " + ns + " namespace.\n"), Status();
    Columns columns;
    std::vector<std::vector<std::string>> rows;
    if (!no_headers) {
        rows.push_back({"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"});
        if (ns.empty()) rows[0].insert(rows[0].begin(), "NAMESPACE");
    }
    for (const auto& event : kept) rows.push_back(row_of(event, ns.empty()));
    print(columns.lines(rows));
    std::fflush(stdout);
    if (!watch) return {};
    net::Query query;
    if (!selection.field_selector.empty()) query.add("fieldSelector", selection.field_selector);
    query.add("resourceVersion", revision);
    return watch_events(session, api_path(resource.gvr, ns, "", "", query), "application/json", [&](const std::string& type, const json::Value& event) {
        if (type == "BOOKMARK" || type == "DELETED" || !wanted(event)) return true;
        print(columns.lines({row_of(event, ns.empty())}));
        return std::fflush(stdout) == 0;
    });
}

}  // namespace skiff::cli::kubectl
