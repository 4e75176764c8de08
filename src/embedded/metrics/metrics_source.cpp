#include "embedded/metrics/metrics_source.h"

#include <algorithm>

#include "json/parse.h"

namespace skiff::metrics_api {

namespace {

using namespace std::chrono_literals;

const api::Gvr kNodes{"", "v1", "nodes"}, kPods{"", "v1", "pods"};
constexpr Duration kFresh = 10s;           // believed so long
constexpr Duration kRateMax = 60s;         // a rate over more than this says nothing about now
constexpr Duration kBetween = 1100ms;      // two readings for a rate; the node makes none over less than a second
constexpr auto kAnswerWithin = 4s;         // real time, for all nodes together

// The rate is over this time: waiting is the measurement.
void rest(Clock& clock, Duration time) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    const Duration end = clock.elapsed() + time;
    while (clock.elapsed() < end) clock.wait_until(never, lock, end);
}

}  // namespace

struct MetricsSource::Reading {
    NodeUsage usage;
    Duration taken{0};
    WallTime at{};
    Duration window{0};
};

// The answers that one refresh waits for; the last one to finish may be the network.
struct MetricsSource::Round {
    std::mutex mutex;
    std::condition_variable done;
    size_t open = 0;
    std::map<std::string, std::string> bodies;
};

MetricsSource::MetricsSource(std::shared_ptr<client::Client> client, SummaryFetch fetch, Clock& clock)
    : client_(std::move(client)), fetch_(std::move(fetch)), clock_(clock) {}
MetricsSource::~MetricsSource() = default;

void MetricsSource::fetch_all(const std::vector<std::string>& nodes) {
    auto round = std::make_shared<Round>();
    round->open = nodes.size();
    for (const auto& node : nodes)
        fetch_(node, [round, node](Result<std::string> body) {
            std::lock_guard lock(round->mutex);
            if (body.ok()) round->bodies[node] = std::move(body).value();
            --round->open;
            round->done.notify_all();
        });
    std::unique_lock lock(round->mutex);
    round->done.wait_for(lock, kAnswerWithin, [&] { return round->open == 0; });
    auto bodies = std::move(round->bodies);
    lock.unlock();
    const Duration now = clock_.elapsed();
    for (const auto& [node, body] : bodies) {
        auto summary = json::parse(body);
        if (!summary.ok()) continue;
        auto reading = std::make_shared<Reading>();
        reading->usage = read_summary(*summary);
        reading->taken = now;
        reading->at = clock_.now();
        std::lock_guard guard(mutex_);
        auto& held = readings_[node];
        reading->window = held && now - held->taken <= kRateMax ? now - held->taken : kBetween;
        held = std::move(reading);
    }
}

std::map<std::string, MetricsSource::ReadingPtr> MetricsSource::read(const std::vector<std::string>& nodes) {
    std::lock_guard one_at_a_time(refresh_);
    const Duration now = clock_.elapsed();
    std::vector<std::string> old, without_rate;
    {
        std::lock_guard lock(mutex_);
        for (const auto& node : nodes) {
            auto& held = readings_[node];
            if (!held || now - held->taken > kFresh) old.push_back(node);
            if (!held || now - held->taken > kRateMax) without_rate.push_back(node);
        }
    }
    if (!old.empty()) fetch_all(old);
    {
        std::lock_guard lock(mutex_);
        for (const auto& node : old)
            if (const auto& held = readings_[node]; held && (!held->usage.node || !held->usage.complete)) without_rate.push_back(node);
    }
    if (!without_rate.empty()) {
        std::sort(without_rate.begin(), without_rate.end());
        without_rate.erase(std::unique(without_rate.begin(), without_rate.end()), without_rate.end());
        rest(clock_, kBetween);
        fetch_all(without_rate);
    }
    std::lock_guard lock(mutex_);
    std::map<std::string, ReadingPtr> out;
    for (const auto& node : nodes)
        if (const auto& held = readings_[node]; held && clock_.elapsed() - held->taken <= kRateMax) out[node] = held;
    // Nodes that left, and those that never answered.
    for (auto it = readings_.begin(); it != readings_.end();) it = !it->second || clock_.elapsed() - it->second->taken > kRateMax ? readings_.erase(it) : std::next(it);
    return out;
}

Result<std::vector<api::ObjectPtr>> MetricsSource::nodes(const std::string& label_selector) {
    auto list = TRY(client_->list(kNodes, {.label_selector = label_selector}));
    std::vector<std::string> names;
    for (const auto& node : list.items) names.push_back(node->meta().name);
    auto readings = read(names);
    std::vector<api::ObjectPtr> out;
    for (const auto& node : list.items) {
        auto found = readings.find(node->meta().name);
        if (found == readings.end() || !found->second->usage.node) continue;
        out.push_back(api::Object::from_tree(node_metrics(node->meta().name, node->meta().labels, *found->second->usage.node, found->second->at, found->second->window)));
    }
    return out;
}

Result<std::vector<api::ObjectPtr>> MetricsSource::pods(const std::string& ns, const std::string& label_selector) {
    auto list = TRY(client_->list(kPods, {.ns = ns, .label_selector = label_selector}));
    std::vector<std::string> names;
    for (const auto& pod : list.items)
        if (const auto tree = pod->tree(); (*tree)["status"]["phase"].as_string() == "Running") names.push_back((*tree)["spec"]["nodeName"].as_string());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    auto readings = read(names);
    std::map<std::pair<std::string_view, std::string_view>, std::pair<const PodUsage*, const Reading*>> by_pod;
    for (const auto& [node, reading] : readings)
        for (const auto& pod : reading->usage.pods) by_pod[{pod.ns, pod.name}] = {&pod, reading.get()};
    std::vector<api::ObjectPtr> out;
    for (const auto& pod : list.items) {
        auto found = by_pod.find({pod->meta().ns, pod->meta().name});
        if (found == by_pod.end()) continue;
        const auto& [usage, reading] = found->second;
        out.push_back(api::Object::from_tree(pod_metrics(*usage, pod->meta().labels, reading->at, reading->window)));
    }
    return out;
}

Result<api::ObjectPtr> MetricsSource::node(const std::string& name) {
    auto object = TRY(client_->get(kNodes, "", name));
    auto readings = read({name});
    auto found = readings.find(name);
    if (found == readings.end() || !found->second->usage.node) return api::ObjectPtr();
    return api::Object::from_tree(node_metrics(name, object->meta().labels, *found->second->usage.node, found->second->at, found->second->window));
}

Result<api::ObjectPtr> MetricsSource::pod(const std::string& ns, const std::string& name) {
    auto object = client_->get(kPods, ns, name);
    if (!object.ok()) return api::ObjectPtr();
    const auto tree = (*object)->tree();
    const std::string& node = (*tree)["spec"]["nodeName"].as_string();
    if (node.empty()) return api::ObjectPtr();
    auto readings = read({node});
    for (const auto& [on, reading] : readings)
        for (const auto& pod : reading->usage.pods)
            if (pod.ns == ns && pod.name == name) return api::Object::from_tree(pod_metrics(pod, (*object)->meta().labels, reading->at, reading->window));
    return api::ObjectPtr();
}

}  // namespace skiff::metrics_api
