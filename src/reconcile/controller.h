// Controller: level-driven reconciliation of keys. A controller declares the resources that it reads and writes; the runtime refuses
// other writes (Forbidden), gives it a client with its own identity (system:serviceaccount:kube-system:<service_account()>, the names that
// the bootstrap roles bind) and runs reconcile() on the shared workers, never the same key twice at once. A key runs again only after the
// informers show what its last run wrote, so a controller never acts on a world older than its own deeds.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "client/client.h"
#include "reconcile/events.h"
#include "reconcile/informer.h"
#include "reconcile/work_queue.h"

namespace skiff::reconcile {

struct Output {
    Gvr gvr;
    std::string subresource;       // "" the object itself, "status", ...; "*" any
    static Output any() { return {{"*", "*", "*"}, "*"}; }
};

// What a controller gets at setup; all outlive it.
struct Context {
    InformerFactory& informers;
    client::Client& client;        // with the controller's identity, restricted to outputs()
    EventRecorder& events;
    Clock& clock;
    WorkQueue& queue;              // the controller's own
};

struct Requeue {
    Duration after{0};             // 0: do not; otherwise reconcile again then
};

class Controller {
public:
    virtual ~Controller() = default;
    virtual std::string_view name() const = 0;             // "deployment"
    virtual std::string service_account() const { return std::string(name()) + "-controller"; }
    virtual std::string event_source() const { return std::string(name()) + "-controller"; }
    virtual std::vector<Gvr> inputs() const = 0;
    virtual std::vector<Output> outputs() const = 0;
    // Takes informers and adds handlers that put keys on context.queue. Called once, before any reconcile().
    virtual void setup(Context& context) = 0;
    // Brings the world of one key one step nearer to what is wanted. An error is retried with back-off (Conflict quietly).
    virtual Result<Requeue> reconcile(const std::string& key) = 0;
};

}  // namespace skiff::reconcile
