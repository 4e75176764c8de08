// FaultyClient: the API as one process of the simulation sees it. Its writes may fail, be slow, be lost or be the process's last; its
// watches deliver only when deliver() is called, and may lag, repeat, end or expire. Faults are numbered by the writes of the whole plan,
// so a plan is a list of faults. One thread.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>

#include "client/client.h"
#include "simulation/story.h"
#include "simulation/watchdog.h"

namespace skiff::simulation {

struct Fault {
    enum class Kind {
        CrashBefore, CrashAfter,         // the process dies at a write: before it, or when it is stored
        Conflict, Refused, LostAnswer,   // somebody was faster; the server is not there; it is stored, but nobody hears of it
        Slow,                            // the world goes on for some seconds before the write is stored
        Lag, LagAll,                     // events of one resource, or of all, come seconds late
        Repeat,                          // an old event comes again
        End, Expire                      // a watch ends; and what it missed can be listed only
    };
    static constexpr int kKinds = static_cast<int>(Kind::Expire) + 1;
    uint64_t at = 0;                     // before this write of the plan (1: the first)
    Kind kind{};
    unsigned argument = 0;               // how long, which one
};
const char* name_of(Fault::Kind kind);

// The faults of one run, shared by all lives of the process.
struct FaultPlan {
    std::vector<Fault> faults;           // by `at`
    unsigned latency_ms = 0;             // events of a watch come up to so much later, each watch at its own time
    uint64_t writes = 0, deliveries = 0;
    size_t next = 0;
    std::function<void(Duration)> pass;  // lets the world go on
    Clock* clock = nullptr;
    Story* story = nullptr;
    Watchdog* watchdog = nullptr;
    bool tell_writes = false;            // all of them, into the story
};

class FaultyClient : public client::Client {
public:
    using Gvr = api::Gvr;
    using ObjectPtr = api::ObjectPtr;
    FaultyClient(std::shared_ptr<client::Client> inner, FaultPlan& plan) : inner_(std::move(inner)), plan_(plan) {}

    bool dead() const { return dead_; }
    // Hands out the events that are due; false when there was none.
    bool deliver();
    // When held events are due (Clock::elapsed()); nothing without.
    std::optional<Duration> next_due() const;

    Result<ObjectPtr> get(const Gvr& g, const std::string& ns, const std::string& name) override { return inner_->get(g, ns, name); }
    Result<client::List> list(const Gvr& g, const client::ListOptions& o) override { return inner_->list(g, o); }
    Result<std::unique_ptr<client::Watch>> watch(const Gvr& g, const client::WatchOptions& o, client::WatchHandler h) override;
    Result<ObjectPtr> create(const Gvr& g, const std::string& ns, const json::Value& v, const client::WriteOptions& o, const std::string& name) override;
    Result<ObjectPtr> update(const Gvr& g, const std::string& ns, const json::Value& v, const client::WriteOptions& o) override;
    Result<ObjectPtr> patch(const Gvr& g, const std::string& ns, const std::string& name, client::PatchType t, const json::Value& v, const client::WriteOptions& o) override;
    Status remove(const Gvr& g, const std::string& ns, const std::string& name, const client::DeleteOptions& o) override;
    Result<client::RawResponse> raw(const client::RawRequest& r) override { return inner_->raw(r); }

private:
    struct Held {
        Gvr gvr;
        client::WatchHandler handler;
        std::unique_ptr<client::Watch> inner;
        std::deque<client::WatchEvent> events;
        client::WatchEvent last{};
        Duration until{0};
        std::optional<Status> end;
        bool closed = false;
    };
    class Handle;
    using Written = Result<ObjectPtr>;
    Written write(const Write& write, const std::function<Written()>& run);
    void disturb_watches(const Fault& fault);

    std::shared_ptr<client::Client> inner_;
    FaultPlan& plan_;
    std::list<std::shared_ptr<Held>> watches_;
    bool dead_ = false;
};

}  // namespace skiff::simulation
