// InformerFeed: the Informer implementation: an ObjectMap kept current by list and watch. connect() belongs to the factory's thread,
// events come from a client thread, reading from anywhere.
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#include "reconcile/informer.h"
#include "reconcile/object_map.h"

namespace skiff::reconcile {

struct InformerScope {
    Gvr gvr;
    std::string field_selector, ns, label_selector;
    auto operator<=>(const InformerScope&) const = default;
};

class InformerFeed : public Informer {
public:
    // ended(lived): the watch is over, connect() again; called on a client thread.
    InformerFeed(InformerScope scope, Clock& clock, std::function<void(Duration lived)> ended);
    ~InformerFeed() override { disconnect(); }

    // (Re)starts the watch, listing first when there is no revision to resume from.
    Status connect(client::Client& client);
    void disconnect();
    const InformerScope& scope() const { return scope_; }

    const Gvr& gvr() const override { return scope_.gvr; }
    void add_handlers(Handlers handlers) override;
    bool synced() const override;
    ObjectPtr get(std::string_view ns, std::string_view name) const override;
    std::vector<ObjectPtr> list(std::string_view ns) const override;
    void add_index(std::string name, std::function<std::vector<std::string>(const api::Object&)> keys) override;
    std::vector<ObjectPtr> by_index(std::string_view name, std::string_view value) const override;
    int64_t revision() const override;
    bool wait_for(const std::function<bool()>& done, Duration timeout) override;

private:
    Status relist(client::Client& client);
    void replace(client::List list);
    void apply(const client::WatchEvent& event);
    void on_end(const Status& status, Duration started);
    void tell(const ObjectPtr& previous, const ObjectPtr& current);
    void changed();

    const InformerScope scope_;
    Clock& clock_;
    const std::function<void(Duration)> ended_;

    std::unique_ptr<client::Watch> watch_;           // the factory's thread only

    std::mutex dispatch_mutex_;                       // held while a change is applied and told, so handlers run one at a time
    std::vector<Handlers> handlers_;

    mutable std::shared_mutex data_mutex_;            // taken inside dispatch_mutex_
    mutable ObjectMap objects_;
    int64_t revision_ = 0;
    bool synced_ = false, must_list_ = true;

    std::mutex wait_mutex_;
    std::condition_variable wait_changed_;
    uint64_t changes_ = 0;
};

}  // namespace skiff::reconcile
