#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"
#include "cli/kubectl/describe_kinds.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/printers.h"

namespace skiff::cli::kubectl {

namespace {

constexpr size_t kEndpointsShown = 3;

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> found;
    for (const auto& one : list.items()) found.push_back(one.as_string());
    return found;
}

// The ready addresses of one port: "10.42.0.2:8080,10.42.0.3:8080 + 2 more...".
std::string endpoints(const json::Value& slices, const std::string& port_name) {
    std::vector<std::string> found;
    bool any_port = false;
    for (const auto& slice : slices.items())
        for (const auto& port : slice["ports"].items()) {
            any_port = true;
            if (port["name"].as_string() != port_name) continue;
            for (const auto& endpoint : slice["endpoints"].items()) {
                if (endpoint["conditions"].has("ready") && !endpoint["conditions"]["ready"].as_bool()) continue;
                for (const auto& address : endpoint["addresses"].items()) {
                    const auto host = contains(address.as_string(), ":") ? "[" + address.as_string() + "]" : address.as_string();
                    found.push_back(fmt::format("{}:{}", host, port["port"].as_int()));
                }
            }
        }
    if (!any_port || found.empty()) return any_port ? "" : "<none>";
    const auto count = found.size();
    if (count <= kEndpointsShown) return join(found, ",");
    found.resize(kEndpointsShown);
    return join(found, ",") + fmt::format(" + {} more...", count - kEndpointsShown);
}

void port_lines(DescribePage& page, const json::Value& port, const json::Value& slices) {
    const auto name = port["name"].as_string("<unset>");
    const auto& protocol = port["protocol"].as_string();
    page.line(0, "Port:\t{}\t{}/{}", name, port["port"].as_int(), protocol);
    page.line(0, "TargetPort:\t{}/{}", go_text(port["targetPort"]), protocol);
    if (port["nodePort"].as_int()) page.line(0, "NodePort:\t{}\t{}/{}", name, port["nodePort"].as_int(), protocol);
    page.line(0, "Endpoints:\t{}", endpoints(slices, port["name"].as_string()));
}

}  // namespace

Status describe_service(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto &spec = object["spec"], &metadata = object["metadata"];
    page.line(0, "Name:\t{}", metadata["name"].as_string());
    page.line(0, "Namespace:\t{}", metadata["namespace"].as_string());
    page.labels("Labels", metadata["labels"]);
    page.annotations("Annotations", metadata["annotations"]);
    page.line(0, "Selector:\t{}", selector_text(spec["selector"]));
    page.line(0, "Type:\t{}", spec["type"].as_string());
    if (spec.has("ipFamilyPolicy")) page.line(0, "IP Family Policy:\t{}", spec["ipFamilyPolicy"].as_string());
    page.line(0, "IP Families:\t{}", or_none(join(texts(spec["ipFamilies"]), ",")));
    page.line(0, "IP:\t{}", spec["clusterIP"].as_string());
    page.line(0, "IPs:\t{}", or_none(join(texts(spec["clusterIPs"]), ",")));
    if (spec["externalIPs"].size()) page.line(0, "External IPs:\t{}", join(texts(spec["externalIPs"]), ","));
    if (const auto& ip = spec["loadBalancerIP"].as_string(); !ip.empty()) page.line(0, "Desired LoadBalancer IP:\t{}", ip);
    if (const auto& name = spec["externalName"].as_string(); !name.empty()) page.line(0, "External Name:\t{}", name);
    std::vector<std::string> ingress;
    for (const auto& one : object["status"]["loadBalancer"]["ingress"].items()) {
        const auto& ip = one["ip"].as_string();
        ingress.push_back(ip.empty() ? one["hostname"].as_string() : ip + (one["ipMode"].as_string().empty() ? "" : " (" + one["ipMode"].as_string() + ")"));
    }
    if (!ingress.empty()) page.line(0, "LoadBalancer Ingress:\t{}", join(ingress, ", "));
    net::Query query;
    query.add("labelSelector", "kubernetes.io/service-name=" + metadata["name"].as_string());
    const auto slices = context.session.get(api_path({"discovery.k8s.io", "v1", "endpointslices"}, metadata["namespace"].as_string(), "", "", query));
    for (const auto& port : spec["ports"].items()) port_lines(page, port, slices.ok() ? (*slices)["items"] : json::Value());
    page.line(0, "Session Affinity:\t{}", spec["sessionAffinity"].as_string());
    if (const auto& policy = spec["externalTrafficPolicy"].as_string(); !policy.empty()) page.line(0, "External Traffic Policy:\t{}", policy);
    if (spec.has("internalTrafficPolicy")) page.line(0, "Internal Traffic Policy:\t{}", spec["internalTrafficPolicy"].as_string());
    if (spec["healthCheckNodePort"].as_int()) page.line(0, "HealthCheck NodePort:\t{}", spec["healthCheckNodePort"].as_int());
    if (spec["loadBalancerSourceRanges"].size()) page.line(0, "LoadBalancer Source Ranges:\t{}", join(texts(spec["loadBalancerSourceRanges"]), ","));
    if (spec.has("trafficDistribution")) page.line(0, "Traffic Distribution:\t{}", spec["trafficDistribution"].as_string());
    add_events(page, context);
    return {};
}

Status describe_config_map(DescribePage& page, const DescribeContext& context) {
    const auto object = sorted(context.object);
    page.line(0, "Name:\t{}", object["metadata"]["name"].as_string());
    page.line(0, "Namespace:\t{}", object["metadata"]["namespace"].as_string());
    page.labels("Labels", object["metadata"]["labels"]);
    page.annotations("Annotations", object["metadata"]["annotations"]);
    page.raw(0, "\nData\n====");
    for (const auto& one : object["data"].members()) page.line(0, "{}:\n----\n{}\n", one.key, one.value.as_string());
    page.raw(0, "\nBinaryData\n====");
    for (const auto& one : object["binaryData"].members()) page.line(0, "{}: {} bytes", one.key, base64_decode(one.value.as_string()).value_or("").size());
    page.raw(0, "");
    add_events(page, context);
    return {};
}

Status describe_secret(DescribePage& page, const DescribeContext& context) {
    const auto object = sorted(context.object);
    page.line(0, "Name:\t{}", object["metadata"]["name"].as_string());
    page.line(0, "Namespace:\t{}", object["metadata"]["namespace"].as_string());
    page.labels("Labels", object["metadata"]["labels"]);
    page.annotations("Annotations", object["metadata"]["annotations"]);
    page.line(0, "\nType:\t{}", object["type"].as_string());
    page.raw(0, "\nData\n====");
    const bool token = object["type"].as_string() == "kubernetes.io/service-account-token";
    for (const auto& one : object["data"].members()) {
        const auto bytes = base64_decode(one.value.as_string()).value_or("");
        if (token && one.key == "token") page.line(0, "{}:\t{}", one.key, bytes);
        else page.line(0, "{}:\t{} bytes", one.key, bytes.size());
    }
    return {};
}

Status describe_namespace(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto& name = object["metadata"]["name"].as_string();
    page.line(0, "Name:\t{}", name);
    page.labels("Labels", object["metadata"]["labels"]);
    page.annotations("Annotations", object["metadata"]["annotations"]);
    page.line(0, "Status:\t{}", object["status"]["phase"].as_string());
    if (object["status"]["conditions"].size()) {
        page.raw(0, "Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage");
        page.raw(1, "----\t------\t------------------\t------\t-------");
    }
    for (const auto& one : object["status"]["conditions"].items())
        page.line(1, "{}\t{}\t{}\t{}\t{}", one["type"].as_string(), one["status"].as_string(), long_time(one["lastTransitionTime"].as_string()), one["reason"].as_string(), one["message"].as_string());
    const auto quotas = context.session.get(api_path({"", "v1", "resourcequotas"}, name));
    page.raw(0, "");
    if (!quotas.ok() || !(*quotas)["items"].size()) page.raw(0, "No resource quota.");
    else page.raw(0, "Resource Quotas");
    if (quotas.ok())
        for (const auto& quota : (*quotas)["items"].items()) {
            page.line(0, "  Name:\t{}", quota["metadata"]["name"].as_string());
            page.raw(0, "  Resource\tUsed\tHard\n  --------\t---\t---");
            const auto hard = sorted(quota["status"]["hard"]);
            for (const auto& one : hard.members()) page.line(0, "  {}\t{}\t{}", one.key, go_text(quota["status"]["used"][one.key]), go_text(one.value));
        }
    const auto limits = context.session.get(api_path({"", "v1", "limitranges"}, name));
    page.raw(0, "");
    if (!limits.ok() || !(*limits)["items"].size()) return page.raw(0, "No LimitRange resource."), Status();
    page.raw(0, "Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    static constexpr const char* kColumns[] = {"min", "max", "defaultRequest", "default", "maxLimitRequestRatio"};
    for (const auto& range : (*limits)["items"].items())
        for (const auto& limit : range["spec"]["limits"].items()) {
            std::vector<std::string> names;
            for (const char* column : kColumns)
                for (const auto& one : limit[column].members())
                    if (std::find(names.begin(), names.end(), one.key) == names.end()) names.push_back(one.key);
            for (const auto& resource : names) {
                std::string line = " " + limit["type"].as_string() + "\t" + resource;
                for (const char* column : kColumns) line += "\t" + (limit[column].has(resource) ? go_text(limit[column][resource]) : "-");
                page.raw(0, line);
            }
        }
    return {};
}

}  // namespace skiff::cli::kubectl
