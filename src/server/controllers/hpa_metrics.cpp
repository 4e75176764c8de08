#include "server/controllers/hpa_metrics.h"

#include "api/quantity.h"
#include "json/parse.h"
#include "reconcile/timestamp.h"

namespace skiff::controllers {

namespace {

const api::Gvr kPodMetrics{"metrics.k8s.io", "v1beta1", "pods"};

int64_t milli_of(const json::Value& quantity) {
    return quantity.is_string() ? api::Quantity::parse_or_zero(quantity.as_string()).milli_value() : api::Quantity::of(quantity.as_int()).milli_value();
}

std::string quantity_text(int64_t milli) { return api::Quantity::milli(milli).text(); }

Duration read_window(const std::string& text) {
    // Seconds as metrics servers write them: "30s", "15.5s"; a minute where it cannot be read.
    char* end = nullptr;
    const double seconds = std::strtod(text.c_str(), &end);
    return end && *end == 's' && seconds > 0 ? std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)) : Duration(std::chrono::minutes(1));
}

Result<PodValues> resource_values(client::Client& client, const ScaleTarget& target, const std::string& resource, const std::string& container) {
    auto list = client.list(kPodMetrics, {.ns = target.ns, .label_selector = target.selector});
    if (!list.ok()) return error(Reason::ServiceUnavailable, "unable to fetch metrics from resource metrics API: {}", list.status().message());
    PodValues values;
    for (const auto& object : list->items) {
        const auto tree = object->tree();
        PodValue value;
        bool found = false;
        for (const auto& entry : (*tree)["containers"].items()) {
            if (!container.empty() && entry["name"].as_string() != container) continue;
            found = true;
            value.milli += milli_of(entry["usage"][resource]);
        }
        if (!found) continue;
        value.at = reconcile::parse_time((*tree)["timestamp"].as_string()).value_or(WallTime());
        value.window = read_window((*tree)["window"].as_string());
        values[object->meta().name] = value;
    }
    if (values.empty()) return error(Reason::NotFound, "no metrics returned from resource metrics API");
    return values;
}

// GET of a metrics API that an adapter may serve.
Result<json::Value> read_api(client::Client& client, const std::string& path, const char* api) {
    auto answer = client.raw({"GET", path});
    if (!answer.ok() || answer->code != 200)
        return error(Reason::ServiceUnavailable, "unable to fetch metrics from {} metrics API: no {} metrics API ({}.metrics.k8s.io) registered", api, api, api);
    return json::parse(answer->body);
}

std::string encode(const std::string& text) {
    std::string out;
    for (unsigned char c : text) out += std::isalnum(c) || c == '-' || c == '.' || c == '_' ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
    return out;
}

// A LabelSelector as a query's labelSelector.
std::string selector_text(const json::Value& selector) {
    std::string text;
    auto add = [&](const std::string& part) { text += (text.empty() ? "" : ",") + part; };
    for (const auto& [key, value] : selector["matchLabels"].members()) add(key + "=" + value.as_string());
    for (const auto& expression : selector["matchExpressions"].items()) {
        const auto& key = expression["key"].as_string();
        const auto& op = expression["operator"].as_string();
        std::string values;
        for (const auto& value : expression["values"].items()) values += (values.empty() ? "" : ",") + value.as_string();
        if (op == "Exists") add(key);
        else if (op == "DoesNotExist") add("!" + key);
        else add(key + (op == "In" ? " in (" : " notin (") + values + ")");
    }
    return text;
}

std::string custom_path(const std::string& ns, const std::string& resource, const std::string& name, const std::string& metric, const json::Value& selector) {
    std::string path = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/" + ns + "/" + resource + "/" + name + "/" + encode(metric);
    if (selector.is_object()) path += "?metricLabelSelector=" + encode(selector_text(selector));
    return path;
}

Result<MetricVerdict> judge_resource(client::Client& client, const json::Value& source, const std::string& type, const ScaleTarget& target, WallTime now) {
    const std::string& resource = source["name"].as_string();
    const std::string& container = source["container"].as_string();
    const json::Value& wanted = source["target"];
    const bool by_container = type == "ContainerResource";
    auto values = TRY(resource_values(client, target, resource, container));
    auto groups = group_pods(target.pods, values, resource == "cpu", now);
    MetricVerdict verdict;
    json::Value current = json::Value::object();
    if (!wanted["averageValue"].is_null()) {
        auto found = TRY(replicas_by_average(target.current, milli_of(wanted["averageValue"]), std::move(values), groups));
        verdict.replicas = found.replicas;
        verdict.name = resource + (by_container ? " container resource" : " resource");
        current.set("averageValue", quantity_text(found.average_milli));
    } else {
        std::vector<api::ObjectPtr> counted;
        for (const auto& pod : target.pods)
            if (!groups.ignored.count(pod->meta().name)) counted.push_back(pod);
        auto requests = pod_requests(counted, resource, container);
        if (!requests.ok()) return error(Reason::NotFound, "failed to get {} utilization: {}", resource, requests.status().message());
        auto found = replicas_by_utilization(target.current, wanted["averageUtilization"].as_int(), std::move(values), *requests, groups);
        if (!found.ok()) return error(Reason::NotFound, "failed to get {} utilization: {}", resource, found.status().message());
        verdict.replicas = found->replicas;
        verdict.name = resource + (by_container ? " container resource utilization (percentage of request)" : " resource utilization (percentage of request)");
        current.set("averageUtilization", found->utilization);
        current.set("averageValue", quantity_text(found->average_milli));
    }
    json::Value held = json::Value::object({{"name", resource}});
    if (by_container) held.set("container", container);
    held.set("current", std::move(current));
    verdict.status = json::Value::object({{"type", type}, {by_container ? "containerResource" : "resource", std::move(held)}});
    return verdict;
}

Result<MetricVerdict> judge_pods(client::Client& client, const json::Value& source, const ScaleTarget& target, WallTime now) {
    const auto& metric = source["metric"];
    std::string path = custom_path(target.ns, "pods", "%2A", metric["name"].as_string(), metric["selector"]);
    path += (path.find('?') == std::string::npos ? "?labelSelector=" : "&labelSelector=") + encode(target.selector);
    auto list = TRY(read_api(client, path, "custom"));
    PodValues values;
    for (const auto& item : list["items"].items()) values[item["describedObject"]["name"].as_string()].milli = milli_of(item["value"]);
    auto groups = group_pods(target.pods, values, false, now);
    auto found = TRY(replicas_by_average(target.current, milli_of(source["target"]["averageValue"]), std::move(values), groups));
    MetricVerdict verdict{found.replicas, "pods metric " + metric["name"].as_string(), {}};
    auto current = json::Value::object({{"averageValue", quantity_text(found.average_milli)}});
    verdict.status = json::Value::object({{"type", "Pods"}, {"pods", json::Value::object({{"metric", metric}, {"current", std::move(current)}})}});
    return verdict;
}

// A single number, as a total per replica or as a value that the replicas should bring down.
MetricVerdict judge_number(const json::Value& wanted, int64_t milli, const ScaleTarget& target, json::Value& current) {
    MetricVerdict verdict;
    if (!wanted["averageValue"].is_null()) {
        verdict.replicas = replicas_by_total(target.reported, milli, milli_of(wanted["averageValue"]));
        current.set("averageValue", quantity_text(target.reported ? (milli + target.reported - 1) / target.reported : milli));
    } else {
        int64_t ready = 0;
        for (const auto& pod : target.pods) {
            const auto tree = pod->tree();
            for (const auto& condition : (*tree)["status"]["conditions"].items())
                if (condition["type"].as_string() == "Ready" && condition["status"].as_string() == "True" && (*tree)["status"]["phase"].as_string() == "Running") ++ready;
        }
        verdict.replicas = replicas_by_value(target.current, milli, milli_of(wanted["value"]), ready);
        current.set("value", quantity_text(milli));
    }
    return verdict;
}

Result<MetricVerdict> judge_object(client::Client& client, const json::Value& source, const ScaleTarget& target) {
    const auto& metric = source["metric"];
    const auto& about = source["describedObject"];
    std::string resource = about["kind"].as_string();
    for (char& c : resource) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    resource += resource.ends_with('s') ? "es" : "s";
    if (const auto gv = api::GroupVersion::parse(about["apiVersion"].as_string()); !gv.group.empty()) resource += "." + gv.group;
    auto list = TRY(read_api(client, custom_path(target.ns, resource, about["name"].as_string(), metric["name"].as_string(), metric["selector"]), "custom"));
    if (list["items"].size() == 0) return error(Reason::NotFound, "unable to get metric {}: no metrics returned from custom metrics API", metric["name"].as_string());
    json::Value current = json::Value::object();
    auto verdict = judge_number(source["target"], milli_of(list["items"][0]["value"]), target, current);
    verdict.name = fmt::format("{} metric {}", about["kind"].as_string(), metric["name"].as_string());
    verdict.status = json::Value::object(
        {{"type", "Object"}, {"object", json::Value::object({{"metric", metric}, {"current", std::move(current)}, {"describedObject", about}})}});
    return verdict;
}

Result<MetricVerdict> judge_external(client::Client& client, const json::Value& source, const ScaleTarget& target) {
    const auto& metric = source["metric"];
    std::string path = "/apis/external.metrics.k8s.io/v1beta1/namespaces/" + target.ns + "/" + encode(metric["name"].as_string());
    if (metric["selector"].is_object()) path += "?labelSelector=" + encode(selector_text(metric["selector"]));
    auto list = TRY(read_api(client, path, "external"));
    if (list["items"].size() == 0) return error(Reason::NotFound, "no metrics returned from external metrics API");
    int64_t sum = 0;
    for (const auto& item : list["items"].items()) sum += milli_of(item["value"]);
    json::Value current = json::Value::object();
    auto verdict = judge_number(source["target"], sum, target, current);
    verdict.name = fmt::format("external metric {}(nil)", metric["name"].as_string());
    verdict.status = json::Value::object({{"type", "External"}, {"external", json::Value::object({{"metric", metric}, {"current", std::move(current)}})}});
    return verdict;
}

}  // namespace

Result<MetricVerdict> judge_metric(client::Client& client, const json::Value& metric, const ScaleTarget& target, WallTime now, std::string& reason) {
    const std::string& type = metric["type"].as_string();
    reason = "FailedGet" + type + "Metric";
    if (type == "Resource") return judge_resource(client, metric["resource"], type, target, now);
    if (type == "ContainerResource") return judge_resource(client, metric["containerResource"], type, target, now);
    if (type == "Pods") return judge_pods(client, metric["pods"], target, now);
    if (type == "Object") return judge_object(client, metric["object"], target);
    if (type == "External") return judge_external(client, metric["external"], target);
    reason = "InvalidMetricSourceType";
    return error(Reason::BadRequest, "unknown metric source type \"{}\"", type);
}

}  // namespace skiff::controllers
