// top nodes, top pods: what metrics.k8s.io measures.
#include <algorithm>

#include "api/quantity.h"
#include "base/strings.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/targets.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

struct Top {
    Selection selection;
    std::string sort_by;
    bool no_headers = false, containers = false, sum = false, capacity = false;
};

struct Usage {
    api::Quantity cpu, memory;
    void add(const json::Value& usage) {
        cpu += api::Quantity::parse_or_zero(usage["cpu"].as_string());
        memory += api::Quantity::parse_or_zero(usage["memory"].as_string());
    }
    std::string cpu_text() const { return std::to_string(cpu.milli_value()) + "m"; }
    std::string memory_text() const { return std::to_string(memory.value() / (1024 * 1024)) + "Mi"; }
};

struct Row {
    std::string ns, name, container;
    Usage usage;
};

Result<json::Value> metrics(Session& session, const char* resource, const std::string& ns, const Top& top, const std::string& name) {
    net::Query query;
    if (!top.selection.selector.empty()) query.add("labelSelector", top.selection.selector);
    auto answer = session.get(api_path({"metrics.k8s.io", "v1beta1", resource}, ns, name, "", query));
    if (answer.ok() || !name.empty()) return answer;
    const auto reason = answer.status().reason();
    if (reason == Reason::NotFound || reason == Reason::ServiceUnavailable) return local_error("Metrics API not available");
    return answer;
}

void sort_rows(std::vector<Row>& rows, const std::string& by) {
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        if (by == "cpu") return b.usage.cpu < a.usage.cpu;
        if (by == "memory") return b.usage.memory < a.usage.memory;
        return std::pair(a.ns, a.name) < std::pair(b.ns, b.name);
    });
}

int64_t percent(int64_t part, int64_t whole) { return whole ? static_cast<int64_t>(100.0 * static_cast<double>(part) / static_cast<double>(whole)) : 0; }

void add_flags(Call& call, Top& top) {
    call.options.text("selector", 'l', &top.selection.selector, "Selector (label query) to filter on.");
    call.options.text("sort-by", 0, &top.sort_by, "If non-empty, sort the list using specified field. The field can be either 'cpu' or 'memory'.");
    call.options.toggle("no-headers", 0, &top.no_headers, "If present, print output without headers.");
}

Result<std::vector<json::Value>> items_of(Call& call, const Top& top, const char* resource, const std::string& ns) {
    if (call.words.size() > 1) return call.usage_error(call.path());
    if (!top.sort_by.empty() && top.sort_by != "cpu" && top.sort_by != "memory") return local_error("--sort-by accepts only cpu or memory");
    auto answer = TRY(metrics(*TRY(call.session()), resource, ns, top, call.words.empty() ? "" : call.words[0]));
    if (!call.words.empty()) return std::vector<json::Value>{std::move(answer)};
    return std::vector<json::Value>(answer["items"].items());
}

}  // namespace

Status top_nodes(Call& call) {
    Top top;
    add_flags(call, top);
    call.options.toggle("show-capacity", 0, &top.capacity, "Print node resources based on Capacity instead of Allocatable(default) of the nodes.");
    TRY(call.parse());
    std::vector<Row> rows;
    for (const auto& item : TRY(items_of(call, top, "nodes", ""))) {
        rows.push_back({"", item["metadata"]["name"].as_string(), "", {}});
        rows.back().usage.add(item["usage"]);
    }
    if (rows.empty()) return local_error("metrics not available yet");
    sort_rows(rows, top.sort_by);
    const auto nodes = TRY(TRY(call.session())->get("/api/v1/nodes"));
    std::string text = top.no_headers ? "" : "NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\n";
    for (const auto& row : rows) {
        Usage whole;
        for (const auto& node : nodes["items"].items())
            if (node["metadata"]["name"].as_string() == row.name) whole.add(node["status"][top.capacity ? "capacity" : "allocatable"]);
        text += fmt::format("{}\t{}\t{}%\t{}\t{}%\n", row.name, row.usage.cpu_text(), percent(row.usage.cpu.milli_value(), whole.cpu.milli_value()), row.usage.memory_text(),
                            percent(row.usage.memory.value(), whole.memory.value()));
    }
    print(align(text));
    return {};
}

Status top_pods(Call& call) {
    Top top;
    add_flags(call, top);
    call.options.toggle("all-namespaces", 'A', &top.selection.all_namespaces, "If present, list the requested object(s) across all namespaces.");
    call.options.toggle("containers", 0, &top.containers, "If present, print usage of containers within a pod.");
    call.options.toggle("sum", 0, &top.sum, "Print the sum of the resource usage");
    TRY(call.parse());
    auto& session = *TRY(call.session());
    const bool all = top.selection.all_namespaces;
    std::vector<Row> rows;
    Usage total;
    for (const auto& item : TRY(items_of(call, top, "pods", all ? "" : session.ns()))) {
        Row row{all ? item["metadata"]["namespace"].as_string() : "", item["metadata"]["name"].as_string(), "", {}};
        for (const auto& container : item["containers"].items()) {
            row.usage.add(container["usage"]);
            total.add(container["usage"]);
            if (!top.containers) continue;
            rows.push_back({row.ns, row.name, container["name"].as_string(), {}});
            rows.back().usage.add(container["usage"]);
        }
        if (!top.containers) rows.push_back(std::move(row));
    }
    if (rows.empty()) return print_error(all ? "No resources found\n" : "No resources found in " + session.ns() + " namespace.\n"), Status();
    sort_rows(rows, top.sort_by);
    std::string text;
    if (!top.no_headers) text = std::string(all ? "NAMESPACE\t" : "") + (top.containers ? "POD\t" : "") + "NAME\tCPU(cores)\tMEMORY(bytes)\n";
    for (const auto& row : rows)
        text += (all ? row.ns + "\t" : "") + row.name + "\t" + (top.containers ? row.container + "\t" : "") + row.usage.cpu_text() + "\t" + row.usage.memory_text() + "\n";
    if (top.sum) text += std::string(all ? "\t" : "") + (top.containers ? "\t" : "") + "\t________\t________\n" + (all ? "\t" : "") + (top.containers ? "\t" : "") + "\t" + total.cpu_text() + "\t" + total.memory_text() + "\n";
    print(align(text));
    return {};
}

}  // namespace skiff::cli::kubectl
