// describe of roles, bindings, service accounts, claims, endpoints and ingresses.
#include <algorithm>

#include "base/strings.h"
#include "cli/kubectl/describe_kinds.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/rule_rows.h"

namespace skiff::cli::kubectl {

namespace {

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> found;
    for (const auto& one : list.items()) found.push_back(one.as_string());
    return found;
}

void head(DescribePage& page, const json::Value& object, bool with_namespace) {
    page.line(0, "Name:\t{}", object["metadata"]["name"].as_string());
    if (with_namespace) page.line(0, "Namespace:\t{}", object["metadata"]["namespace"].as_string());
    page.labels("Labels", object["metadata"]["labels"]);
    page.annotations("Annotations", object["metadata"]["annotations"]);
}

std::string list_text(const json::Value& list) { return list.is_array() ? go_text(list) : "[]"; }

// Names under a header that the first of them stands beside.
void names(DescribePage& page, const std::string& title, const std::vector<std::string>& values) { page.lines(title, values); }

}  // namespace

Status describe_role(DescribePage& page, const DescribeContext& context) {
    page.line(0, "Name:\t{}", context.object["metadata"]["name"].as_string());
    page.labels("Labels", context.object["metadata"]["labels"]);
    page.annotations("Annotations", context.object["metadata"]["annotations"]);
    page.raw(0, "PolicyRule:");
    page.raw(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.raw(1, "---------\t-----------------\t--------------\t-----");
    for (const auto& row : rule_rows(context.object["rules"].items())) page.line(1, "{}\t{}\t{}\t{}", row.resource, row.urls, row.names, list_text(row.verbs));
    return {};
}

Status describe_binding(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    head(page, object, false);
    page.raw(0, "Role:");
    page.line(1, "Kind:\t{}", object["roleRef"]["kind"].as_string());
    page.line(1, "Name:\t{}", object["roleRef"]["name"].as_string());
    page.raw(0, "Subjects:");
    page.raw(1, "Kind\tName\tNamespace");
    page.raw(1, "----\t----\t---------");
    for (const auto& one : object["subjects"].items()) page.line(1, "{}\t{}\t{}", one["kind"].as_string(), one["name"].as_string(), one["namespace"].as_string());
    return {};
}

Status describe_service_account(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    head(page, object, true);
    std::vector<std::string> pulls, mounts, tokens;
    for (const auto& one : object["imagePullSecrets"].items()) pulls.push_back(one["name"].as_string());
    for (const auto& one : object["secrets"].items()) mounts.push_back(one["name"].as_string());
    net::Query query;
    query.add("fieldSelector", "type=kubernetes.io/service-account-token");
    const auto secrets = context.session.get(api_path({"", "v1", "secrets"}, object["metadata"]["namespace"].as_string(), "", "", query));
    const json::Value none = json::Value::object();
    for (const auto& one : (secrets.ok() ? *secrets : none)["items"].items())
        if (one["metadata"]["annotations"]["kubernetes.io/service-account.uid"] == object["metadata"]["uid"]) tokens.push_back(one["metadata"]["name"].as_string());
    names(page, "Image pull secrets", pulls);
    names(page, "Mountable secrets", mounts);
    names(page, "Tokens", tokens);
    add_events(page, context);
    return {};
}

Status describe_endpoints(DescribePage& page, const DescribeContext& context) {
    head(page, context.object, true);
    page.raw(0, "Subsets:");
    for (const auto& subset : context.object["subsets"].items()) {
        const auto addresses = [&](const char* list) {
            std::vector<std::string> found;
            for (const auto& one : subset[list].items()) found.push_back(one["ip"].as_string());
            return or_none(join(found, ","));
        };
        page.line(1, "Addresses:\t{}", addresses("addresses"));
        page.line(1, "NotReadyAddresses:\t{}", addresses("notReadyAddresses"));
        if (subset["ports"].size()) {
            page.raw(1, "Ports:");
            page.raw(2, "Name\tPort\tProtocol");
            page.raw(2, "----\t----\t--------");
            for (const auto& port : subset["ports"].items()) page.line(2, "{}\t{}\t{}", port["name"].as_string("<unset>"), port["port"].as_int(), port["protocol"].as_string());
        }
        page.raw(0, "");
    }
    add_events(page, context);
    return {};
}

Status describe_claim(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto &spec = object["spec"], &status = object["status"], &metadata = object["metadata"];
    page.line(0, "Name:\t{}", metadata["name"].as_string());
    page.line(0, "Namespace:\t{}", metadata["namespace"].as_string());
    page.line(0, "StorageClass:\t{}", spec["storageClassName"].as_string());
    const auto& deleted = metadata["deletionTimestamp"].as_string();
    page.line(0, "Status:\t{}", deleted.empty() ? status["phase"].as_string() : "Terminating (lasts " + age_of(deleted) + ")");
    page.line(0, "Volume:\t{}", spec["volumeName"].as_string());
    page.labels("Labels", metadata["labels"]);
    page.annotations("Annotations", metadata["annotations"]);
    page.line(0, "Finalizers:\t{}", list_text(metadata["finalizers"]));
    static constexpr std::pair<std::string_view, std::string_view> kModes[] = {{"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}};
    std::vector<std::string> modes;
    for (const auto& [name, brief] : kModes)
        for (const auto& one : status["accessModes"].items())
            if (one.as_string() == name) modes.emplace_back(brief);
    const bool bound = !spec["volumeName"].as_string().empty();
    page.line(0, "Capacity:\t{}", bound ? status["capacity"]["storage"].as_string("0") : "");
    page.line(0, "Access Modes:\t{}", bound ? join(modes, ",") : "");
    if (spec.has("volumeMode")) page.line(0, "VolumeMode:\t{}", spec["volumeMode"].as_string());
    std::vector<std::string> users;
    if (const auto pods = context.session.get(api_path({"", "v1", "pods"}, metadata["namespace"].as_string())); pods.ok())
        for (const auto& pod : (*pods)["items"].items())
            for (const auto& volume : pod["spec"]["volumes"].items())
                if (volume["persistentVolumeClaim"]["claimName"] == metadata["name"]) users.push_back(pod["metadata"]["name"].as_string());
    std::sort(users.begin(), users.end());
    page.lines("Used By", users);
    add_events(page, context);
    return {};
}

Status describe_priority_class(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    page.line(0, "Name:\t{}", object["metadata"]["name"].as_string());
    page.line(0, "Value:\t{}", object["value"].as_int());
    page.line(0, "GlobalDefault:\t{}", object["globalDefault"].as_bool());
    page.line(0, "PreemptionPolicy:\t{}", object["preemptionPolicy"].as_string());
    page.line(0, "Description:\t{}", object["description"].as_string());
    page.annotations("Annotations", object["metadata"]["annotations"]);
    add_events(page, context);
    return {};
}

}  // namespace skiff::cli::kubectl
