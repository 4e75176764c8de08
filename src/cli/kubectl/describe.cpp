#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "cli/kubectl/describe_kinds.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/printers.h"
#include "cli/kubectl/targets.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

struct Known {
    const char *group, *kind;
    Describer describe;
};
constexpr Known kKnown[] = {
    {"", "Pod", describe_pod},
    {"", "Node", describe_node},
    {"", "Service", describe_service},
    {"", "ConfigMap", describe_config_map},
    {"", "Secret", describe_secret},
    {"", "Namespace", describe_namespace},
    {"", "ReplicationController", describe_replicas},
    {"", "ServiceAccount", describe_service_account},
    {"", "Endpoints", describe_endpoints},
    {"", "PersistentVolumeClaim", describe_claim},
    {"scheduling.k8s.io", "PriorityClass", describe_priority_class},
    {"rbac.authorization.k8s.io", "Role", describe_role},
    {"rbac.authorization.k8s.io", "ClusterRole", describe_role},
    {"rbac.authorization.k8s.io", "RoleBinding", describe_binding},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", describe_binding},
    {"apps", "Deployment", describe_deployment},
    {"apps", "ReplicaSet", describe_replicas},
    {"apps", "DaemonSet", describe_daemon_set},
    {"apps", "StatefulSet", describe_stateful_set},
    {"batch", "Job", describe_job},
    {"batch", "CronJob", describe_cron_job},
};

Describer describer_of(const Resource& resource) {
    for (const auto& known : kKnown)
        if (resource.gvr.group == known.group && resource.kind == known.kind) return known.describe;
    return describe_generic;
}

// "podCIDRs" is "Pod CID Rs": words begin where small letters turn to capitals, and before the last capital of a run that small ones follow.
std::string label_of(const std::string& field) {
    const auto is_upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
    const auto is_alpha = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    if (!std::all_of(field.begin(), field.end(), [&](char c) { return is_alpha(c) || c == '-'; })) return field;
    std::vector<std::string> words;
    for (size_t i = 0; i < field.size(); ++i) {
        const bool starts = i == 0 || field[i] == '-' || field[i - 1] == '-' || (is_upper(field[i]) && !is_upper(field[i - 1])) ||
                            (is_upper(field[i]) && is_upper(field[i - 1]) && i + 1 < field.size() && !is_upper(field[i + 1]) && is_alpha(field[i + 1]));
        if (starts) words.emplace_back();
        words.back() += field[i];
    }
    static constexpr std::string_view kAcronyms[] = {"API", "URL", "UID", "OSB", "GUID"};
    for (auto& word : words) {
        std::string upper = word;
        for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (std::find(std::begin(kAcronyms), std::end(kAcronyms), upper) != std::end(kAcronyms)) word = upper;
        else word[0] = upper[0];
    }
    return join(words, " ");
}

void content(DescribePage& page, int level, const json::Value& object, const std::string& at) {
    static constexpr std::string_view kSkipped[] = {".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"};
    const auto members = sorted(object);
    for (const auto& member : members.members()) {
        const auto path = at + "." + member.key;
        if (std::find(std::begin(kSkipped), std::end(kSkipped), path) != std::end(kSkipped)) continue;
        const auto label = label_of(member.key);
        if (member.value.is_object()) {
            page.line(level, "{}:", label);
            content(page, level + 1, member.value, path);
        } else if (member.value.is_array()) {
            page.line(level, "{}:", label);
            for (const auto& item : member.value.items())
                if (item.is_object()) content(page, level + 1, item, path);
                else page.raw(level + 1, go_text(item));
        } else {
            page.line(level, "{}:\t{}", label, go_text(member.value));
        }
    }
}

Result<std::string> describe_text(Session& session, const Target& target, bool events) {
    DescribePage page;
    TRY(describer_of(target.resource)(page, {session, target.object, events}));
    return page.text();
}

// A name that is not found may be the beginning of some.
Result<std::vector<Target>> by_prefix(Session& session, const Target& target) {
    std::vector<Target> found;
    auto list = TRY(list_objects(session, target.resource, target.ns, {}));
    for (auto& item : list.mut("items").mut_items()) {
        const auto name = item["metadata"]["name"].as_string();
        if (!name.starts_with(target.name)) continue;
        found.push_back({target.resource, item["metadata"]["namespace"].as_string(), name, std::move(item)});
    }
    return found;
}

}  // namespace

json::Value events_of(const DescribeContext& context) {
    const auto& object = context.object;
    const auto& kind = object["kind"].as_string();
    const auto& ns = object["metadata"]["namespace"].as_string();
    net::Query query;
    // Nodes are not told apart by uid: the agent names them before it knows theirs.
    std::string selector = "involvedObject.name=" + object["metadata"]["name"].as_string() + ",involvedObject.kind=" + kind;
    if (!ns.empty()) selector += ",involvedObject.namespace=" + ns;
    if (kind != "Node") selector += ",involvedObject.uid=" + object["metadata"]["uid"].as_string();
    query.add("fieldSelector", selector);
    auto list = context.session.get(api_path({"", "v1", "events"}, ns, "", "", query));
    return list.ok() ? (*list)["items"] : json::Value::array();
}

void add_events(DescribePage& page, const DescribeContext& context) {
    if (context.show_events) page.events(events_of(context));
}

Status describe_generic(DescribePage& page, const DescribeContext& context) {
    const auto& metadata = context.object["metadata"];
    page.line(0, "Name:\t{}", metadata["name"].as_string());
    page.line(0, "Namespace:\t{}", metadata["namespace"].as_string());
    page.labels("Labels", metadata["labels"]);
    page.annotations("Annotations", metadata["annotations"]);
    content(page, 0, context.object, "");
    add_events(page, context);
    return {};
}

Status describe(Call& call) {
    Selection selection;
    bool events = true;
    int64_t chunk = 500;
    selection.add_files(call.options, "containing the resource to describe");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    call.options.toggle("all-namespaces", 'A', &selection.all_namespaces, "If present, list the requested object(s) across all namespaces.");
    call.options.toggle("show-events", 0, &events, "If true, display events related to the described object.");
    call.options.number("chunk-size", 0, &chunk, "Return large lists in chunks rather than all at once.");
    TRY(call.parse());
    if (call.words.empty() && selection.files.empty())
        return local_error("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
    auto& session = *TRY(call.session());
    bool any = false;
    const auto show = [&](const Target& target) -> Status {
        const auto text = TRY(describe_text(session, target, events));
        print((any ? "\n\n" : "") + text);
        any = true;
        return {};
    };
    bool failed = false;
    for (auto& target : TRY(read_targets(call, selection, call.words))) {
        if (target.name.empty()) {
            auto list = TRY(list_objects(session, target.resource, target.ns, selection));
            for (auto& item : list.mut("items").mut_items())
                TRY(show({target.resource, item["metadata"]["namespace"].as_string(), item["metadata"]["name"].as_string(), std::move(item)}));
            continue;
        }
        auto object = session.get(api_path(target.resource.gvr, target.ns, target.name));
        if (object.ok()) {
            target.object = std::move(*object);
            TRY(show(target));
            continue;
        }
        auto similar = object.status().reason() == Reason::NotFound && target.source.empty() ? by_prefix(session, target) : std::vector<Target>();
        if (!similar.ok() || similar->empty()) {
            call.complain(object.status());
            failed = true;
            continue;
        }
        for (const auto& one : *similar) {
            print(TRY(describe_text(session, one, events)) + "\n");
            any = true;
        }
    }
    if (!any && !failed) print_error(selection.all_namespaces ? "No resources found\n" : "No resources found in " + session.ns() + " namespace.\n");
    return {};
}

}  // namespace skiff::cli::kubectl
