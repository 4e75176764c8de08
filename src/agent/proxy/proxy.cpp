#include "agent/proxy/proxy.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "agent/proxy/health_ports.h"
#include "base/fd.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/thread_pool.h"

namespace skiff::agent::proxy {

namespace {

using reconcile::Gvr;
using reconcile::ObjectPtr;

constexpr int kCheckEveryMs = 60'000;
constexpr int kRetryMs = 1'000;
constexpr std::string_view kByService = "service";

std::string service_of_slice(const api::Object& slice) {
    const auto& name = slice.meta().label("kubernetes.io/service-name");
    return name.empty() ? std::string() : slice.meta().ns + "/" + name;
}

// The autoscaler's mark of a node that it is about to delete: load balancers look away before that.
bool stays(const api::Object& node) {
    const api::TreePtr tree = node.tree();
    if ((*tree)["metadata"].has("deletionTimestamp")) return false;
    for (const auto& taint : (*tree)["spec"]["taints"].items())
        if (taint["key"].as_string() == "ToBeDeletedByClusterAutoscaler") return false;
    return true;
}

// Services and slices that another proxy has, or nobody.
bool for_others(const api::Object& object) {
    for (const auto& [name, value] : object.meta().labels)
        if (name == "service.kubernetes.io/service-proxy-name" || name == "service.kubernetes.io/headless") return true;
    return false;
}

std::string zone_of(const api::Object& node) { return node.meta().label("topology.kubernetes.io/zone"); }

class InformedProxy : public Proxy {
public:
    InformedProxy(Options options, reconcile::InformerFactory& informers, std::unique_ptr<RuleSink> sink)
        : options_(std::move(options)),
          services_(informers.informer(Gvr{"", "v1", "services"})),
          slices_(informers.informer(Gvr{"discovery.k8s.io", "v1", "endpointslices"})),
          nodes_(informers.informer(Gvr{"", "v1", "nodes"})),
          sink_(std::move(sink)),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (options_.io) health_ = std::make_unique<HealthPorts>(*options_.io);
        slices_->add_index(std::string(kByService), [](const api::Object& slice) -> std::vector<std::string> {
            auto service = service_of_slice(slice);
            return service.empty() ? std::vector<std::string>{} : std::vector<std::string>{service};
        });
        services_->add_handlers({[this](const ObjectPtr& before, const ObjectPtr& after) { mark((after ? after : before)->meta().key()); }});
        slices_->add_handlers({[this](const ObjectPtr& before, const ObjectPtr& after) {
            if (before) mark(service_of_slice(*before));
            if (after) mark(service_of_slice(*after));
        }});
        nodes_->add_handlers({[this](const ObjectPtr& before, const ObjectPtr& after) {
            const auto& meta = (after ? after : before)->meta();
            if (meta.name != options_.node_name) return;
            stays_ = after && stays(*after);
            if (before && after && zone_of(*before) == zone_of(*after)) return wake();
            for (const auto& service : services_->list()) mark(service->meta().key());
        }});
    }

    ~InformedProxy() override { stop(); }

    void start() override {
        thread_ = std::jthread([this] { run(); });
    }

    void stop() override {
        stopping_ = true;
        wake();
        if (thread_.joinable()) thread_.join();
    }

private:
    void wake() {
        uint64_t one = 1;
        [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
    }

    void mark(const std::string& service) {
        if (service.empty()) return;
        if (dirty_.lock()->insert(service).second) wake();
    }

    void run() {
        set_thread_name("proxy");
        if (health_) health_->open();
        bool whole = sync_all();
        while (!stopping_) {
            pollfd ready[2] = {{wake_.get(), POLLIN, 0}, {sink_->watch_fd(), POLLIN, 0}};
            if (health_) health_->set_pending(!whole), health_->set_eligible(stays_);
            int n = ::poll(ready, sink_->watch_fd() >= 0 ? 2 : 1, whole ? kCheckEveryMs : kRetryMs);
            uint64_t count = 0;
            [[maybe_unused]] auto drained = ::read(wake_.get(), &count, sizeof count);
            if (stopping_) return;
            const bool suspicious = n == 0 || (ready[1].revents && sink_->disturbed());
            if (suspicious && options_.on_disturbed) options_.on_disturbed();
            if (!whole || (suspicious && !sink_->intact())) {
                if (whole) log::warn("proxy", "rules were changed by somebody else: written anew");
                whole = sync_all();
                continue;
            }
            whole = sync_dirty();
        }
    }

    // Nothing is written before the first lists are in: rules of a previous run stay in force until then.
    bool ready() const { return services_->synced() && slices_->synced(); }

    bool sync_all() {
        if (!ready()) return false;
        sync_keys();
        if (auto s = sink_->rebuild(); !s.ok()) {
            log::error("proxy", "cannot write rules", {{"error", s.message()}});
            return false;
        }
        return true;
    }

    bool sync_dirty() {
        sync_keys();
        if (auto s = sink_->commit(); !s.ok()) {
            log::error("proxy", "cannot write rules", {{"error", s.message()}});
            return false;
        }
        return true;
    }

    void sync_keys() {
        std::set<std::string> keys;
        keys.swap(*dirty_.lock());
        for (const auto& key : keys) sink_->change(key, wanted(key));
    }

    std::vector<Frontend> wanted(const std::string& key) {
        auto slash = key.find('/');
        auto service = services_->get(key.substr(0, slash), key.substr(slash + 1));
        if (!service || for_others(*service)) {
            if (health_) health_->set_service(key, 0, 0);
            return {};
        }
        auto tree = service->tree();
        std::vector<api::TreePtr> held;
        std::vector<const json::Value*> slices;
        for (const auto& slice : slices_->by_index(kByService, key)) {
            if (for_others(*slice)) continue;
            held.push_back(slice->tree());
            slices.push_back(held.back().get());
        }
        const auto self = nodes_->get({}, options_.node_name);
        if (health_) health_->set_service(key, health_check_port(*tree), local_ready(slices, options_.node_name));
        auto frontends = service_frontends(*tree, slices, {options_.node_name, self ? zone_of(*self) : std::string()});
        const auto& own = options_.own_addresses;
        std::erase_if(frontends, [&](const Frontend& front) { return std::find(own.begin(), own.end(), front.ip) != own.end(); });
        return frontends;
    }

    Options options_;
    std::shared_ptr<reconcile::Informer> services_, slices_, nodes_;
    std::unique_ptr<RuleSink> sink_;
    std::unique_ptr<HealthPorts> health_;                // the proxy's thread alone
    Fd wake_;
    Guarded<std::set<std::string>> dirty_;
    std::atomic<bool> stopping_{false}, stays_{false};
    std::jthread thread_;
};

}  // namespace

std::unique_ptr<Proxy> Proxy::create(Options options, reconcile::InformerFactory& informers, std::unique_ptr<RuleSink> sink) {
    return std::make_unique<InformedProxy>(std::move(options), informers, std::move(sink));
}

}  // namespace skiff::agent::proxy
