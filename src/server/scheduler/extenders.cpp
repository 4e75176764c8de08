#include "server/scheduler/extenders.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::scheduler {

namespace {

constexpr size_t kAnswerBytesMax = 16 << 20;
// An extender's scores are 0-10, ours 0-100.
constexpr int64_t kScoreScale = kScoreMax / 10;

// Go writes and reads these fields without regard to case.
const json::Value& field(const json::Value& tree, std::string_view name) {
    static const json::Value kNone;
    for (const auto& [key, value] : tree.members())
        if (key.size() == name.size() && lower(key) == lower(name)) return value;
    return kNone;
}

json::Value arguments(const PodInfo& pod, const NodeList& nodes, bool names_only) {
    auto body = json::Value::object({{"Pod", *pod.object->tree()}, {"Nodes", nullptr}, {"NodeNames", nullptr}});
    auto list = json::Value::array();
    for (const auto* node : nodes) list.push_back(names_only ? json::Value(node->name) : *node->object->tree());
    if (names_only) body.set("NodeNames", std::move(list));
    else body.set("Nodes", json::Value::object({{"apiVersion", "v1"}, {"kind", "NodeList"}, {"metadata", json::Value::object()}, {"items", std::move(list)}}));
    return body;
}

}  // namespace

Extenders::Extenders(const std::vector<ExtenderSettings>& settings) {
    for (const auto& one : settings) {
        auto client = net::BlockingClient::create({.ca_pem = one.ca_pem, .certificate_pem = one.certificate_pem, .key_pem = one.key_pem,
                                                   .insecure_skip_verify = one.insecure, .user_agent = "kube-scheduler"});
        if (!client.ok()) log::warn("scheduler", "extender cannot be called", {{"url", one.url_prefix}, {"error", client.status().message()}});
        all_.push_back({one, client.ok() ? *client : nullptr});
    }
}

bool Extenders::Extender::wants(const PodInfo& pod) const {
    return settings.managed_resources.empty() || std::any_of(pod.request.extended.begin(), pod.request.extended.end(),
                                                             [&](const auto& entry) { return settings.managed_resources.count(entry.first) > 0; });
}

Result<json::Value> Extenders::call(const Extender& extender, const std::string& verb, const json::Value& body) const {
    const std::string url = extender.settings.url_prefix + "/" + verb;
    if (!extender.client) return error(Reason::ServiceUnavailable, "extender {}: its TLS configuration is wrong", url);
    net::BlockingRequest request;
    request.method = "POST";
    request.url = url;
    request.headers.set("Content-Type", "application/json");
    request.body = json::write(body);
    request.connect_timeout = request.read_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(extender.settings.timeout);
    request.redirects_max = 0;
    request.body_bytes_max = kAnswerBytesMax;
    request.stop = stop_.get_token();
    auto answer = TRY(extender.client->request(request).context("extender {}", url));
    if (answer.code != 200) return error(Reason::ServiceUnavailable, "failed {} with extender at URL {}, code {}", verb, url, answer.code);
    return json::parse(answer.body);
}

Status Extenders::filter_by(const Extender& extender, const PodInfo& pod, NodeList& nodes, Decision& decision) const {
    const bool names_only = extender.settings.node_cache_capable;
    const auto answer = TRY(call(extender, extender.settings.filter_verb, arguments(pod, nodes, names_only)));
    if (const auto& text = field(answer, "Error").as_string(); !text.empty()) return error(Reason::ServiceUnavailable, "{}", text);
    std::set<std::string> kept;
    for (const auto& name : field(answer, "NodeNames").items()) kept.insert(name.as_string());
    for (const auto& node : field(field(answer, "Nodes"), "items").items()) kept.insert(node["metadata"]["name"].as_string());
    auto refuse = [&](const char* list, bool unresolvable) {
        for (const auto& [name, reason] : field(answer, list).members()) {
            kept.erase(name);
            if (decision.unresolvable.count(name)) continue;
            ++decision.reasons[reason.as_string()];
            if (unresolvable) decision.unresolvable.insert(name);
            else decision.preemptable.push_back(name);
        }
    };
    refuse("FailedAndUnresolvableNodes", true);
    refuse("FailedNodes", false);
    nodes.erase(std::remove_if(nodes.begin(), nodes.end(), [&](const NodeInfo* node) { return !kept.count(node->name); }), nodes.end());
    return {};
}

Status Extenders::filter(const PodInfo& pod, NodeList& nodes, Decision& decision) const {
    for (const auto& extender : all_) {
        if (extender.settings.filter_verb.empty() || !extender.wants(pod) || nodes.empty()) continue;
        auto done = filter_by(extender, pod, nodes, decision);
        if (done.ok()) continue;
        if (!extender.settings.ignorable) return done;
        log::warn("scheduler", "extender is ignored", {{"url", extender.settings.url_prefix}, {"error", done.message()}});
    }
    return {};
}

void Extenders::score(const PodInfo& pod, const NodeList& nodes, std::vector<int64_t>& totals) const {
    for (const auto& extender : all_) {
        if (extender.settings.prioritize_verb.empty() || !extender.wants(pod)) continue;
        auto answer = call(extender, extender.settings.prioritize_verb, arguments(pod, nodes, extender.settings.node_cache_capable));
        if (!answer.ok()) {
            // A preference that is not known does not hold a pod up.
            log::warn("scheduler", "extender gives no scores", {{"url", extender.settings.url_prefix}, {"error", answer.status().message()}});
            continue;
        }
        std::map<std::string, int64_t> scores;
        for (const auto& item : answer->items()) scores[field(item, "Host").as_string()] = std::clamp<int64_t>(field(item, "Score").as_int(), 0, 10);
        for (size_t i = 0; i < nodes.size(); ++i) totals[i] += scores[nodes[i]->name] * extender.settings.weight * kScoreScale;
    }
}

Status Extenders::judge_by(const Extender& extender, const PodInfo& pod, std::vector<Preemption>& candidates) const {
    const bool names_only = extender.settings.node_cache_capable;
    auto by_node = json::Value::object();
    for (const auto& candidate : candidates) {
        auto pods = json::Value::array();
        for (const auto& victim : candidate.victims) pods.push_back(names_only ? json::Value::object({{"UID", victim->uid}}) : *victim->object->tree());
        by_node.set(candidate.node, json::Value::object({{"Pods", std::move(pods)}, {"NumPDBViolations", candidate.broken_budgets}}));
    }
    auto body = json::Value::object({{"Pod", *pod.object->tree()}, {"NodeNameToVictims", nullptr}, {"NodeNameToMetaVictims", nullptr}});
    body.set(names_only ? "NodeNameToMetaVictims" : "NodeNameToVictims", std::move(by_node));
    const auto answer = TRY(call(extender, extender.settings.preempt_verb, body));
    const auto& kept = field(answer, "NodeNameToMetaVictims");
    std::vector<Preemption> next;
    for (auto& candidate : candidates) {
        const auto& victims = kept[candidate.node];
        if (!victims.is_object()) continue;
        std::set<std::string> uids;
        for (const auto& victim : field(victims, "Pods").items()) uids.insert(field(victim, "UID").as_string());
        auto& list = candidate.victims;
        // It may spare pods, never name others: those were not found to help.
        list.erase(std::remove_if(list.begin(), list.end(), [&](const PodPtr& p) { return !uids.count(p->uid); }), list.end());
        candidate.broken_budgets = static_cast<int>(field(victims, "NumPDBViolations").as_int());
        if (!list.empty()) next.push_back(std::move(candidate));
    }
    candidates = std::move(next);
    return {};
}

Status Extenders::judge(const PodInfo& pod, std::vector<Preemption>& candidates) const {
    for (const auto& extender : all_) {
        if (extender.settings.preempt_verb.empty() || !extender.wants(pod) || candidates.empty()) continue;
        auto done = judge_by(extender, pod, candidates);
        if (!done.ok() && !extender.settings.ignorable) return done;
    }
    return {};
}

bool Extenders::binds(const PodInfo& pod) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Extender& e) { return !e.settings.bind_verb.empty() && e.wants(pod); });
}

Status Extenders::bind(const PodInfo& pod, const std::string& node) const {
    for (const auto& extender : all_) {
        if (extender.settings.bind_verb.empty() || !extender.wants(pod)) continue;
        const auto answer = TRY(call(extender, extender.settings.bind_verb,
                                     json::Value::object({{"PodName", pod.name}, {"PodNamespace", pod.ns}, {"PodUID", pod.uid}, {"Node", node}})));
        const auto& text = field(answer, "Error").as_string();
        return text.empty() ? Status() : error(Reason::ServiceUnavailable, "{}", text);
    }
    return error(Reason::InternalError, "no extender binds {}", pod.key);
}

}  // namespace skiff::scheduler
