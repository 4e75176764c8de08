#include <cstdio>

#include "base/strings.h"
#include "cli/kubectl/printers.h"
#include "cli/kubectl/sort_rows.h"
#include "cli/kubectl/table_printer.h"
#include "cli/kubectl/targets.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

struct Get {
    Selection selection;
    PrintFlags print;
    std::string raw, sort_key, subresource;
    std::vector<std::string> label_columns;
    bool watch = false, watch_only = false, show_labels = false, show_kind = false, ignore_not_found = false, output_watch_events = false, server_print = true;
    int64_t chunk_size = 500;
    bool tables() const { return print.output.empty() ? print.template_text.empty() : print.output == "wide"; }
};

void add_flags(Call& call, Get& get) {
    auto& options = call.options;
    get.selection.add_files(options, "identifying the resource to get from a server.");
    get.selection.add_selectors(options);
    get.print.add(options);
    options.toggle("all-namespaces", 'A', &get.selection.all_namespaces, "If present, list the requested object(s) across all namespaces.");
    options.toggle("watch", 'w', &get.watch, "After listing/getting the requested object, watch for changes.");
    options.toggle("watch-only", 0, &get.watch_only, "Watch for changes to the requested object(s), without listing/getting first.");
    options.toggle("output-watch-events", 0, &get.output_watch_events, "Output watch event objects when --watch or --watch-only is used.");
    options.toggle("show-labels", 0, &get.show_labels, "When printing, show all labels as the last column.");
    options.toggle("show-kind", 0, &get.show_kind, "If present, list the resource type for the requested object(s).");
    options.comma_list("label-columns", 'L', &get.label_columns, "Accepts a comma separated list of labels that are going to be presented as columns.");
    options.toggle("no-headers", 0, &get.print.no_headers, "When using the default or custom-column output format, don't print headers.");
    options.toggle("ignore-not-found", 0, &get.ignore_not_found, "If set to true, suppresses NotFound error for specific objects that do not exist.");
    options.text("sort-by", 0, &get.sort_key, "If non-empty, sort list types using this field specification, a JSONPath expression (e.g. '{.metadata.name}').");
    options.text("subresource", 0, &get.subresource, "If specified, gets the subresource of the requested object (status, scale, resize).");
    options.text("raw", 0, &get.raw, "Raw URI to request from the server.");
    options.number("chunk-size", 0, &get.chunk_size, "Return large lists in chunks rather than all at once.");
    options.toggle("server-print", 0, &get.server_print, "If true, have the server return the appropriate table output.");
}

net::Query query_of(const Get& get, const Target& target) {
    net::Query query;
    if (target.name.empty()) {
        if (!get.selection.selector.empty()) query.add("labelSelector", get.selection.selector);
        if (!get.selection.field_selector.empty()) query.add("fieldSelector", get.selection.field_selector);
    }
    if (!get.sort_key.empty()) query.add("includeObject", "Object");
    return query;
}

// The table of one target, all pages.
Result<json::Value> fetch_table(Session& session, const Get& get, const Target& target) {
    json::Value whole;
    std::string next;
    do {
        auto query = query_of(get, target);
        if (target.name.empty()) query.add("limit", std::to_string(get.chunk_size));
        if (!next.empty()) query.add("continue", next);
        const auto path = api_path(target.resource.gvr, target.ns, target.name, target.name.empty() ? "" : get.subresource, query);
        auto page = TRY(session.ask({"GET", path, "", "application/json", kTable}));
        next = page["metadata"]["continue"].as_string();
        if (whole.is_null()) whole = std::move(page);
        else for (auto& row : page.mut("rows").mut_items()) whole.mut("rows").push_back(std::move(row));
    } while (!next.empty());
    return whole;
}

TableLook look_of(const Get& get, const Target& target, bool several) {
    TableLook look{get.print.output == "wide", get.print.no_headers, get.selection.all_namespaces && target.resource.namespaced, get.show_labels, get.output_watch_events, get.label_columns, ""};
    if (several || get.show_kind) look.name_prefix = target.resource.shown() + "/";
    return look;
}

// Watches after a list (or from now on) and hands out each object; a Table's event has one row.
Status watch(Session& session, const Get& get, const Target& target, const std::string& revision, const char* accept,
             const std::function<Status(const std::string& type, const json::Value& object)>& show) {
    auto query = query_of(get, target);
    if (!target.name.empty()) query.add("fieldSelector", "metadata.name=" + target.name);
    if (!revision.empty()) query.add("resourceVersion", revision);
    Status failure;
    const auto done = watch_events(session, api_path(target.resource.gvr, target.ns, "", "", query), accept, [&](const std::string& type, const json::Value& object) {
        if (type == "BOOKMARK") return true;
        failure = show(type, object);
        std::fflush(stdout);
        return failure.ok();
    });
    return failure.ok() ? done : failure;
}

Status watch_table(Session& session, const Get& get, const Target& target) {
    TablePrinter printer(look_of(get, target, false));
    const auto table = TRY(fetch_table(session, get, target));
    auto revision = table["metadata"]["resourceVersion"].as_string();
    if (!get.watch_only) print(printer.print(table, "ADDED"));
    std::fflush(stdout);
    return watch(session, get, target, revision, kTable, [&](const std::string& type, const json::Value& object) {
        print(printer.print(object, type));
        return Status();
    });
}

Status print_tables(Call& call, const Get& get, const std::vector<Target>& targets) {
    auto* session = TRY(call.session());
    bool several = false, any = false, failed = false;
    for (const auto& target : targets) several = several || target.resource.gvr != targets.front().resource.gvr;
    std::unique_ptr<TablePrinter> printer;
    const api::Gvr* current = nullptr;
    std::vector<Status> failures;
    for (const auto& target : targets) {
        auto table = fetch_table(*session, get, target);
        if (!table.ok()) {
            if (get.ignore_not_found && table.status().reason() == Reason::NotFound) continue;
            // kubectl shows what it found first and the errors afterwards.
            failures.push_back(table.status());
            failed = true;
            continue;
        }
        if (!get.sort_key.empty()) TRY(sort_by(table->mut("rows"), get.sort_key, true));
        if ((*table)["rows"].empty()) continue;
        if (!printer || *current != target.resource.gvr) {
            if (any) print("\n");
            printer = std::make_unique<TablePrinter>(look_of(get, target, several));
            current = &target.resource.gvr;
        }
        any = true;
        print(printer->print(*table));
    }
    for (const auto& failure : failures) call.complain(failure);
    if (!any && !failed && !get.ignore_not_found) {
        const auto& first = targets.front();
        print_error(first.ns.empty() ? "No resources found\n" : "No resources found in " + first.ns + " namespace.\n");
    }
    return {};
}

Status watch_objects(Session& session, const Get& get, const Target& target, const ObjectPrinter& printer) {
    const auto shown = [&](const std::string& type, const json::Value& object) -> Status {
        print(TRY(printer(get.output_watch_events ? json::Value::object({{"type", type}, {"object", object}}) : object)));
        return {};
    };
    std::string revision;
    if (target.name.empty()) {
        const auto list = TRY(list_objects(session, target.resource, target.ns, get.selection));
        revision = list["metadata"]["resourceVersion"].as_string();
        if (!get.watch_only)
            for (const auto& item : list["items"].items()) TRY(shown("ADDED", item));
    } else {
        const auto object = TRY(session.get(api_path(target.resource.gvr, target.ns, target.name)));
        revision = object["metadata"]["resourceVersion"].as_string();
        if (!get.watch_only) TRY(shown("ADDED", object));
    }
    std::fflush(stdout);
    return watch(session, get, target, revision, "application/json", shown);
}

Status print_objects(Call& call, const Get& get, const std::vector<Target>& targets, const ObjectPrinter& printer) {
    auto* session = TRY(call.session());
    json::Array all;
    for (const auto& target : targets) {
        if (!target.name.empty()) {
            auto object = session->get(api_path(target.resource.gvr, target.ns, target.name, get.subresource));
            if (!object.ok()) {
                if (get.ignore_not_found && object.status().reason() == Reason::NotFound) continue;
                call.complain(object.status());
            } else {
                all.push_back(std::move(*object));
            }
            continue;
        }
        auto list = TRY(list_objects(*session, target.resource, target.ns, get.selection));
        for (auto& item : list.mut("items").mut_items()) all.push_back(std::move(item));
    }
    const bool single = targets.size() == 1 && !targets[0].name.empty();
    if (single && all.empty()) return {};
    json::Value items(std::move(all));
    if (!get.sort_key.empty()) TRY(sort_by(items, get.sort_key, false));
    if (single) {
        print(TRY(printer(items[0])));
        return {};
    }
    print(TRY(printer(json::Value::object({{"apiVersion", "v1"}, {"items", std::move(items)}, {"kind", "List"}, {"metadata", json::Value::object({{"resourceVersion", ""}})}}))));
    return {};
}

}  // namespace

Status get(Call& call) {
    Get get;
    add_flags(call, get);
    TRY(call.parse());
    auto* session = TRY(call.session());
    if (!get.raw.empty()) {
        if (!call.words.empty()) return call.usage_error("arguments may not be passed when --raw is specified");
        print(TRY(session->text({"GET", get.raw, "", "application/json", "application/json, */*"})));
        return {};
    }
    if (call.words.empty() && get.selection.files.empty()) {
        print_error("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\n");
        return call.usage_error("Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).");
    }
    const auto printer = TRY(make_printer(get.print, Formats::Lists));
    const auto targets = TRY(read_targets(call, get.selection, call.words));
    if (get.watch || get.watch_only) {
        if (targets.size() != 1) return local_error("you may only specify a single resource type");
        return get.tables() ? watch_table(*session, get, targets[0]) : watch_objects(*session, get, targets[0], printer);
    }
    return get.tables() ? print_tables(call, get, targets) : print_objects(call, get, targets, printer);
}

}  // namespace skiff::cli::kubectl
