#include "server/controllers/pod_facts.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "base/text_map.h"
#include "reconcile/timestamp.h"

namespace skiff::controllers {

namespace {

// Ages count by powers of two: pods of nearly one age are equal and then ordered by uid, which spreads deletions over them.
int age_bucket(const std::optional<WallTime>& since, WallTime now) {
    if (!since) return -1;
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - *since).count();
    return seconds <= 0 ? -1 : static_cast<int>(std::log2(static_cast<double>(seconds) * 1e9));
}

int phase_order(PodPhase phase) { return phase == PodPhase::Pending ? 0 : phase == PodPhase::Unknown ? 1 : 2; }

}  // namespace

PodPhase parse_phase(const std::string& phase) {
    if (phase == "Running") return PodPhase::Running;
    if (phase == "Succeeded") return PodPhase::Succeeded;
    if (phase == "Failed") return PodPhase::Failed;
    return phase == "Unknown" ? PodPhase::Unknown : PodPhase::Pending;
}

PodFacts read_pod_facts(const api::Object& pod) {
    PodFacts facts;
    auto tree = pod.tree();
    const auto& status = (*tree)["status"];
    facts.phase = parse_phase(status["phase"].as_string());
    facts.deleting = pod.meta().deleting();
    facts.node = (*tree)["spec"]["nodeName"].as_string();
    facts.created = reconcile::parse_time(pod.meta().creation_timestamp).value_or(WallTime{});
    for (const auto& condition : status["conditions"].items()) {
        if (condition["type"].as_string() != "Ready") continue;
        facts.ready = condition["status"].as_string() == "True";
        facts.ready_since = reconcile::parse_time(condition["lastTransitionTime"].as_string());
    }
    for (const auto& container : status["containerStatuses"].items())
        facts.restarts_max = std::max(facts.restarts_max, container["restartCount"].as_int());
    for (const auto& ip : status["podIPs"].items()) facts.ips.push_back(ip["ip"].as_string());
    if (facts.ips.empty() && !status["podIP"].as_string().empty()) facts.ips.push_back(status["podIP"].as_string());
    facts.hostname = (*tree)["spec"]["hostname"].as_string();
    facts.subdomain = (*tree)["spec"]["subdomain"].as_string();
    facts.deletion_cost = parse_int(pod.meta().annotation("controller.kubernetes.io/pod-deletion-cost")).value_or(0);
    return facts;
}

bool PodFacts::available(int64_t min_ready_s, WallTime now) const {
    if (!ready) return false;
    return min_ready_s == 0 || (ready_since && *ready_since + std::chrono::seconds(min_ready_s) <= now);
}

std::optional<WallTime> PodFacts::available_at(int64_t min_ready_s, WallTime now) const {
    if (!ready || !ready_since || available(min_ready_s, now)) return std::nullopt;
    return *ready_since + std::chrono::seconds(min_ready_s);
}

void PodFactsCache::follow(reconcile::Informer& pods) {
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(following_, true)) return;
    }
    pods.add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
        if (current) return;
        std::lock_guard lock(mutex_);
        by_uid_.erase(previous->meta().uid);
    }});
}

std::shared_ptr<const PodFacts> PodFactsCache::get(const ObjectPtr& pod) {
    const auto& meta = pod->meta();
    {
        std::lock_guard lock(mutex_);
        auto it = by_uid_.find(meta.uid);
        if (it != by_uid_.end() && it->second.revision == meta.resource_version) return it->second.facts;
    }
    auto facts = std::make_shared<const PodFacts>(read_pod_facts(*pod));
    std::lock_guard lock(mutex_);
    auto& entry = by_uid_[meta.uid];
    if (entry.revision <= meta.resource_version) entry = {meta.resource_version, facts};
    return facts;
}

void PodsByNode::follow(const std::shared_ptr<reconcile::Informer>& pods) {
    {
        std::lock_guard lock(mutex_);
        if (pods_) return;
        pods_ = pods;
    }
    pods->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { changed(previous, current); }});
}

// A pod's node is set once and never changes.
void PodsByNode::changed(const ObjectPtr& previous, const ObjectPtr& current) {
    const auto& meta = (current ? current : previous)->meta();
    std::unique_lock lock(mutex_);
    auto known = node_by_uid_.find(meta.uid);
    if (current && known != node_by_uid_.end()) return;
    std::string node;
    if (current) {
        // Changes of one informer come one at a time, so nothing moves meanwhile.
        lock.unlock();
        node = facts_->get(current)->node;
        lock.lock();
    }
    if (!current && known != node_by_uid_.end()) {
        auto pods = by_node_.find(known->second);
        pods->second.erase({meta.ns, meta.name});
        if (pods->second.empty()) by_node_.erase(pods);
        node_by_uid_.erase(known);
    } else if (!node.empty()) {
        by_node_[node].insert({meta.ns, meta.name});
        node_by_uid_[meta.uid] = node;
    }
}

std::vector<ObjectPtr> PodsByNode::on(const std::string& node) const {
    std::vector<ObjectPtr> found;
    std::lock_guard lock(mutex_);
    auto it = by_node_.find(node);
    if (it == by_node_.end()) return found;
    for (const auto& [ns, name] : it->second)
        if (auto pod = pods_->get(ns, name)) found.push_back(std::move(pod));
    return found;
}

void sort_for_deletion(std::vector<PodRef>& pods, const TextMap<int>& pods_on_node, WallTime now) {
    auto rank = [&](const PodRef& pod) {
        auto it = pods_on_node.find(pod.facts->node);
        return it == pods_on_node.end() ? 0 : it->second;
    };
    // Every column: the smaller goes first.
    auto columns = [&](const PodRef& pod) {
        const PodFacts& f = *pod.facts;
        return std::make_tuple(!f.node.empty(), phase_order(f.phase), f.ready, f.deletion_cost, -rank(pod),
                               f.ready ? age_bucket(f.ready_since, now) : 0, -f.restarts_max, age_bucket(f.created, now));
    };
    std::sort(pods.begin(), pods.end(), [&](const PodRef& a, const PodRef& b) {
        auto left = columns(a), right = columns(b);
        return left != right ? left < right : a.meta().uid < b.meta().uid;
    });
}

}  // namespace skiff::controllers
