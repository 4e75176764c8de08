// PodQueue: pods that wait for a node. Active ones by priority then age; pods that failed rest in back-off (1 s doubling to 10 s) or, when
// nothing has changed, stay unschedulable until an event may help. One thread at a time (the scheduler's).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "server/scheduler/pod_info.h"

namespace skiff::scheduler {

class PodQueue {
public:
    // kube-scheduler's podInitialBackoffSeconds and podMaxBackoffSeconds.
    explicit PodQueue(Duration backoff_first = std::chrono::seconds(1), Duration backoff_max = std::chrono::seconds(10))
        : backoff_first_(backoff_first), backoff_max_(backoff_max) {}
    void put(const PodPtr& pod);                      // new or changed: active at once, unless it rests
    void replace(const PodPtr& pod);                  // a change that makes no difference to whether it fits
    void remove(const std::string& uid);
    PodPtr pop(Duration now);                         // null when nothing is due
    // It did not fit. moved: something changed during its cycle, so it is tried again after back-off.
    void failed(const PodPtr& pod, Duration now, bool moved);
    // It waits for something else (a volume): unschedulable until an event moves it.
    void park(const PodPtr& pod, Duration now);
    void move_all(Duration now);                      // an event: every unschedulable pod may be tried again
    void move_where(const std::function<bool(const PodInfo&)>& may, Duration now);   // an event that only these pods care for
    void move_lonely(Duration now);                   // a pod has come to a node: only those that look at other pods may
    std::optional<Duration> next_due(Duration now) const;
    size_t size() const { return pods_.size(); }
    bool has(const std::string& uid) const { return pods_.count(uid) > 0; }

private:
    struct Item {
        PodPtr pod;
        int attempts = 0;
        Duration due{0};                              // of back-off
        enum class Where { Active, Backoff, Unschedulable, Flying } where = Where::Active;
    };
    struct Order {
        int64_t priority, created_s;
        uint64_t number;
        std::string uid;
        bool operator<(const Order& o) const {
            if (priority != o.priority) return priority > o.priority;
            if (created_s != o.created_s) return created_s < o.created_s;
            return number < o.number;
        }
    };
    void activate(Item& item);
    Duration backoff(int attempts) const;
    Duration backoff_first_, backoff_max_;
    std::map<std::string, Item> pods_;
    std::set<Order> active_;
    std::map<std::string, Order> order_;
    std::multimap<Duration, std::string> backoff_;
    void rest(Item& item);
    void move(const std::string& uid, Duration now);
    std::set<std::string> unschedulable_, lonely_;    // lonely: those of the unschedulable that look at pods
    uint64_t numbers_ = 0;
};

}  // namespace skiff::scheduler
