#include <algorithm>
#include <map>

#include "api/quantity.h"
#include "base/strings.h"
#include "cli/kubectl/describe_kinds.h"
#include "cli/kubectl/go_template.h"

namespace skiff::cli::kubectl {

namespace {

using Amounts = std::map<std::string, api::Quantity>;

void add(Amounts& to, const json::Value& amounts) {
    for (const auto& one : amounts.members()) {
        const auto amount = api::Quantity::parse_or_zero(go_text(one.value));
        auto [it, fresh] = to.emplace(one.key, amount);
        if (!fresh) it->second += amount;
    }
}

// What a pod asks for: its containers together, or its largest init container; sidecars run beside both.
Amounts pod_amounts(const json::Value& pod, const char* which) {
    Amounts sum, sidecars;
    for (const auto& container : pod["spec"]["containers"].items()) add(sum, container["resources"][which]);
    Amounts largest;
    for (const auto& container : pod["spec"]["initContainers"].items()) {
        if (container["restartPolicy"].as_string() == "Always") {
            add(sum, container["resources"][which]);
            add(sidecars, container["resources"][which]);
            continue;
        }
        Amounts one = sidecars;
        add(one, container["resources"][which]);
        for (const auto& [name, amount] : one) {
            auto& most = largest[name];
            if (most < amount) most = amount;
        }
    }
    for (const auto& [name, amount] : largest) {
        auto& total = sum[name];
        if (total < amount) total = amount;
    }
    if (!sum.empty()) add(sum, pod["spec"]["overhead"]);
    return sum;
}

std::string amount_text(const Amounts& amounts, const std::string& name, const json::Value& allocatable) {
    const auto found = amounts.find(name);
    const auto amount = found == amounts.end() ? api::Quantity() : found->second;
    const auto whole = api::Quantity::parse_or_zero(go_text(allocatable[name]));
    const bool cpu = name == "cpu";
    const double share = whole.is_zero() ? 0 : 100.0 * static_cast<double>(cpu ? amount.milli_value() : amount.value()) / static_cast<double>(cpu ? whole.milli_value() : whole.value());
    return fmt::format("{} ({}%)", amount.text(), static_cast<int64_t>(share));
}

void pods_table(DescribePage& page, const json::Value& node, const json::Value& pods) {
    const auto& allocatable = node["status"]["allocatable"].size() ? node["status"]["allocatable"] : node["status"]["capacity"];
    page.line(0, "Non-terminated Pods:\t({} in total)", pods.size());
    page.raw(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.raw(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    Amounts requests, limits;
    const auto sum = [](Amounts& to, const Amounts& from) {
        for (const auto& [name, amount] : from) to.emplace(name, api::Quantity()).first->second += amount;
    };
    for (const auto& pod : pods.items()) {
        const auto asks = pod_amounts(pod, "requests"), caps = pod_amounts(pod, "limits");
        page.line(1, "{}\t{}\t\t{}\t{}\t{}\t{}\t{}", pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string(), amount_text(asks, "cpu", allocatable),
                  amount_text(caps, "cpu", allocatable), amount_text(asks, "memory", allocatable), amount_text(caps, "memory", allocatable),
                  age_of(pod["metadata"]["creationTimestamp"].as_string()));
        sum(requests, asks);
        sum(limits, caps);
    }
    page.raw(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
    page.raw(1, "Resource\tRequests\tLimits");
    page.raw(1, "--------\t--------\t------");
    std::vector<std::string> names = {"cpu", "memory", "ephemeral-storage"}, others;
    for (const auto& one : allocatable.members()) {
        if (one.key.starts_with("hugepages-")) names.push_back(one.key);
        else if (one.key != "cpu" && one.key != "memory" && one.key != "ephemeral-storage" && one.key != "pods") others.push_back(one.key);
    }
    std::sort(names.begin() + 3, names.end());
    std::sort(others.begin(), others.end());
    for (const auto& name : names) page.line(1, "{}\t{}\t{}", name, amount_text(requests, name, allocatable), amount_text(limits, name, allocatable));
    for (const auto& name : others) page.line(1, "{}\t{}\t{}", name, requests[name].text(), limits[name].text());
}

void lease_lines(DescribePage& page, Session& session, const std::string& name) {
    const auto lease = session.get(api_path({"coordination.k8s.io", "v1", "leases"}, "kube-node-lease", name));
    if (!lease.ok()) return page.line(0, "Lease:\tFailed to get lease: {}", lease.status().message());
    const auto& spec = (*lease)["spec"];
    const auto time = [&](const char* field) { return spec[field].as_string().empty() ? "<unset>" : long_time(spec[field].as_string()); };
    page.raw(0, "Lease:");
    page.line(1, "HolderIdentity:\t{}", spec["holderIdentity"].as_string("<unset>"));
    page.line(1, "AcquireTime:\t{}", time("acquireTime"));
    page.line(1, "RenewTime:\t{}", time("renewTime"));
}

void amounts_list(DescribePage& page, const char* title, const json::Value& amounts) {
    if (!amounts.size()) return;
    page.line(0, "{}:", title);
    std::vector<std::string> names;
    for (const auto& one : amounts.members()) names.push_back(one.key);
    std::sort(names.begin(), names.end());
    for (const auto& name : names) page.line(0, "  {}:\t{}", name, go_text(amounts[name]));
}

void taint_lines(DescribePage& page, const json::Value& taints) {
    auto sorted = taints.items();
    std::stable_sort(sorted.begin(), sorted.end(), [](const json::Value& a, const json::Value& b) {
        return a["effect"].as_string() + "," + a["key"].as_string() < b["effect"].as_string() + "," + b["key"].as_string();
    });
    std::vector<std::string> texts;
    for (const auto& one : sorted) {
        const auto& value = one["value"].as_string();
        texts.push_back(one["key"].as_string() + (value.empty() ? "" : "=" + value) + ":" + one["effect"].as_string());
    }
    page.lines("Taints", texts);
}

void system_lines(DescribePage& page, const json::Value& info) {
    static constexpr std::pair<const char*, const char*> kFacts[] = {
        {"Machine ID", "machineID"}, {"System UUID", "systemUUID"}, {"Boot ID", "bootID"}, {"Kernel Version", "kernelVersion"}, {"OS Image", "osImage"},
        {"Operating System", "operatingSystem"}, {"Architecture", "architecture"}, {"Container Runtime Version", "containerRuntimeVersion"},
        {"Kubelet Version", "kubeletVersion"}, {"Kube-Proxy Version", "kubeProxyVersion"}};
    page.raw(0, "System Info:");
    for (const auto& [title, field] : kFacts) page.line(0, "  {}:\t{}", title, info[field].as_string());
}

}  // namespace

Status describe_node(DescribePage& page, const DescribeContext& context) {
    const auto& node = context.object;
    const auto &metadata = node["metadata"], &status = node["status"];
    const auto& name = metadata["name"].as_string();
    page.line(0, "Name:\t{}", name);
    std::vector<std::string> roles;
    for (const auto& label : metadata["labels"].members()) {
        static constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
        if (label.key.starts_with(kPrefix) && label.key.size() > kPrefix.size()) roles.push_back(label.key.substr(kPrefix.size()));
        else if (label.key == "kubernetes.io/role" && !label.value.as_string().empty()) roles.push_back(label.value.as_string());
    }
    std::sort(roles.begin(), roles.end());
    page.line(0, "Roles:\t{}", or_none(join(roles, ",")));
    page.labels("Labels", metadata["labels"]);
    page.annotations("Annotations", metadata["annotations"]);
    page.line(0, "CreationTimestamp:\t{}", long_time(metadata["creationTimestamp"].as_string()));
    taint_lines(page, node["spec"]["taints"]);
    page.line(0, "Unschedulable:\t{}", node["spec"]["unschedulable"].as_bool());
    lease_lines(page, context.session, name);
    if (status["conditions"].size()) {
        page.raw(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
        page.raw(1, "----\t------\t-----------------\t------------------\t------\t-------");
    }
    for (const auto& one : status["conditions"].items())
        page.line(1, "{} \t{} \t{} \t{} \t{} \t{}", one["type"].as_string(), one["status"].as_string(), long_time(one["lastHeartbeatTime"].as_string()),
                  long_time(one["lastTransitionTime"].as_string()), one["reason"].as_string(), one["message"].as_string());
    page.raw(0, "Addresses:");
    for (const auto& address : status["addresses"].items()) page.line(1, "{}:\t{}", address["type"].as_string(), address["address"].as_string());
    amounts_list(page, "Capacity", status["capacity"]);
    amounts_list(page, "Allocatable", status["allocatable"]);
    system_lines(page, status["nodeInfo"]);
    if (const auto& cidr = node["spec"]["podCIDR"].as_string(); !cidr.empty()) page.line(0, "PodCIDR:\t{}", cidr);
    std::vector<std::string> ranges;
    for (const auto& range : node["spec"]["podCIDRs"].items()) ranges.push_back(range.as_string());
    if (!ranges.empty()) page.line(0, "PodCIDRs:\t{}", join(ranges, ","));
    if (const auto& id = node["spec"]["providerID"].as_string(); !id.empty()) page.line(0, "ProviderID:\t{}", id);
    net::Query query;
    query.add("fieldSelector", "spec.nodeName=" + name + ",status.phase!=Succeeded,status.phase!=Failed");
    if (const auto pods = context.session.get(api_path({"", "v1", "pods"}, "", "", "", query)); pods.ok()) pods_table(page, node, (*pods)["items"]);
    else page.raw(0, "Pods:\tnot authorized");
    add_events(page, context);
    return {};
}

}  // namespace skiff::cli::kubectl
