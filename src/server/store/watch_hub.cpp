#include "server/store/watch_hub.h"

#include <algorithm>

namespace skiff::store {

namespace {

class Handle : public Store::WatchHandle {
public:
    explicit Handle(WatchHub::SubscriptionPtr subscription) : subscription_(std::move(subscription)) {}
    ~Handle() override {
        subscription_->closed = true;
        std::lock_guard wait(subscription_->delivering);
        subscription_->watcher.reset();
    }

private:
    WatchHub::SubscriptionPtr subscription_;
};

bool starts_with(std::string_view key, std::string_view prefix) { return key.substr(0, prefix.size()) == prefix; }

// One callback a transaction.
void call(WatchHub::Subscription& subscription, std::vector<Event> events) {
    std::lock_guard hold(subscription.delivering);
    // A copy, since the callback may end this watch.
    auto watcher = subscription.watcher;
    if (subscription.closed || !watcher) return;
    watcher->on_events(events);
}

}  // namespace

std::unique_ptr<Store::WatchHandle> WatchHub::subscribe(std::string_view prefix, Revision after, std::shared_ptr<Watcher> watcher) {
    auto subscription = std::make_shared<Subscription>();
    subscription->prefix = prefix;
    subscription->told = after;
    subscription->watcher = std::move(watcher);
    {
        std::lock_guard lock(mutex_);
        arrivals_.push_back(subscription);
    }
    return std::make_unique<Handle>(std::move(subscription));
}

void WatchHub::take_arrivals() {
    std::lock_guard lock(mutex_);
    all_.insert(all_.end(), arrivals_.begin(), arrivals_.end());
    arrivals_.clear();
    all_.erase(std::remove_if(all_.begin(), all_.end(), [](const SubscriptionPtr& s) { return s->closed.load(); }), all_.end());
    count_ = all_.size();
}

void WatchHub::deliver(Subscription& subscription, const std::vector<Event>& events) {
    for (size_t start = 0; start < events.size();) {
        Revision revision = events[start].entry->mod_revision;
        std::vector<Event> matching;
        size_t end = start;
        for (; end < events.size() && events[end].entry->mod_revision == revision; ++end)
            if (starts_with(events[end].entry->key, subscription.prefix)) matching.push_back(events[end]);
        start = end;
        if (revision <= subscription.told) continue;
        subscription.told = revision;
        if (!matching.empty()) call(subscription, std::move(matching));
    }
}

void WatchHub::publish(const std::vector<Event>& events) {
    bool some_closed = false;
    for (const auto& subscription : all_) {
        if (subscription->closed) some_closed = true;
        else if (subscription->live) deliver(*subscription, events);
    }
    if (some_closed) take_arrivals();
}

std::vector<WatchHub::SubscriptionPtr> WatchHub::behind() {
    take_arrivals();
    std::vector<SubscriptionPtr> out;
    for (const auto& subscription : all_)
        if (!subscription->live) out.push_back(subscription);
    return out;
}

}  // namespace skiff::store
