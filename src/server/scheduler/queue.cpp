#include "server/scheduler/queue.h"

#include <algorithm>

namespace skiff::scheduler {

Duration PodQueue::backoff(int attempts) const {
    Duration wait = backoff_first_;
    for (int i = 1; i < attempts && wait < backoff_max_; ++i) wait *= 2;
    return std::min(wait, backoff_max_);
}

void PodQueue::activate(Item& item) {
    unschedulable_.erase(item.pod->uid);
    lonely_.erase(item.pod->uid);
    item.where = Item::Where::Active;
    Order order{item.pod->priority, item.pod->created_s, ++numbers_, item.pod->uid};
    active_.insert(order);
    order_[item.pod->uid] = order;
}

void PodQueue::put(const PodPtr& pod) {
    auto [it, added] = pods_.try_emplace(pod->uid);
    auto& item = it->second;
    item.pod = pod;
    if (added || item.where == Item::Where::Unschedulable) return activate(item);
    if (item.where == Item::Where::Active) {
        active_.erase(order_[pod->uid]);
        activate(item);
    }
}

void PodQueue::replace(const PodPtr& pod) {
    if (auto it = pods_.find(pod->uid); it != pods_.end()) it->second.pod = pod;
}

void PodQueue::remove(const std::string& uid) {
    auto it = pods_.find(uid);
    if (it == pods_.end()) return;
    if (it->second.where == Item::Where::Active) active_.erase(order_[uid]);
    if (it->second.where == Item::Where::Backoff) {
        auto [from, to] = backoff_.equal_range(it->second.due);
        for (auto b = from; b != to; ++b)
            if (b->second == uid) {
                backoff_.erase(b);
                break;
            }
    }
    order_.erase(uid);
    unschedulable_.erase(uid);
    lonely_.erase(uid);
    pods_.erase(it);
}

PodPtr PodQueue::pop(Duration now) {
    while (!backoff_.empty() && backoff_.begin()->first <= now) {
        auto uid = backoff_.begin()->second;
        backoff_.erase(backoff_.begin());
        activate(pods_.at(uid));
    }
    if (active_.empty()) return nullptr;
    auto uid = active_.begin()->uid;
    active_.erase(active_.begin());
    auto& item = pods_.at(uid);
    item.where = Item::Where::Flying;
    return item.pod;
}

void PodQueue::failed(const PodPtr& pod, Duration now, bool moved) {
    auto it = pods_.find(pod->uid);
    if (it == pods_.end() || it->second.where != Item::Where::Flying) return;
    auto& item = it->second;
    ++item.attempts;
    item.due = now + backoff(item.attempts);
    if (moved) {
        item.where = Item::Where::Backoff;
        backoff_.emplace(item.due, pod->uid);
    } else {
        rest(item);
    }
}

void PodQueue::park(const PodPtr& pod, Duration now) {
    remove(pod->uid);
    auto& item = pods_[pod->uid];
    item.pod = pod;
    item.due = now + backoff_first_;
    rest(item);
}

void PodQueue::rest(Item& item) {
    item.where = Item::Where::Unschedulable;
    unschedulable_.insert(item.pod->uid);
    if (item.pod->looks_at_pods()) lonely_.insert(item.pod->uid);
}

void PodQueue::move(const std::string& uid, Duration now) {
    auto& item = pods_.at(uid);
    if (item.due <= now) return activate(item);
    item.where = Item::Where::Backoff;
    backoff_.emplace(item.due, uid);
}

void PodQueue::move_all(Duration now) {
    auto waiting = std::move(unschedulable_);
    unschedulable_.clear();
    lonely_.clear();
    for (const auto& uid : waiting) move(uid, now);
}

void PodQueue::move_where(const std::function<bool(const PodInfo&)>& may, Duration now) {
    std::vector<std::string> waiting;
    for (const auto& uid : unschedulable_)
        if (may(*pods_.at(uid).pod)) waiting.push_back(uid);
    for (const auto& uid : waiting) {
        unschedulable_.erase(uid);
        lonely_.erase(uid);
        move(uid, now);
    }
}

void PodQueue::move_lonely(Duration now) {
    if (lonely_.empty()) return;
    auto waiting = std::move(lonely_);
    lonely_.clear();
    for (const auto& uid : waiting) {
        unschedulable_.erase(uid);
        move(uid, now);
    }
}

std::optional<Duration> PodQueue::next_due(Duration now) const {
    if (!active_.empty()) return now;
    if (backoff_.empty()) return std::nullopt;
    return backoff_.begin()->first;
}

}  // namespace skiff::scheduler
