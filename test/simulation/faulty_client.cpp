#include "simulation/faulty_client.h"

#include <algorithm>

#include "json/write.h"

namespace skiff::simulation {

using Kind = Fault::Kind;

const char* name_of(Kind kind) {
    static constexpr const char* kNames[] = {"crash before", "crash after", "conflict at", "refused", "answer lost of", "slow",
                                             "lag of one resource from", "lag of all from", "repeated event at", "watch ends at", "watch expires at"};
    return kNames[static_cast<int>(kind)];
}

class FaultyClient::Handle : public client::Watch {
public:
    explicit Handle(std::shared_ptr<Held> held) : held_(std::move(held)) {}
    ~Handle() override {
        held_->closed = true;
        held_->inner.reset();
    }

private:
    std::shared_ptr<Held> held_;
};

Result<std::unique_ptr<client::Watch>> FaultyClient::watch(const Gvr& g, const client::WatchOptions& o, client::WatchHandler h) {
    if (dead_) return error(Reason::ServiceUnavailable, "crash");
    auto held = std::make_shared<Held>();
    held->gvr = g;
    held->handler = std::move(h);
    client::WatchHandler buffer;
    buffer.event = [this, raw = held.get()](const client::WatchEvent& event) {
        if (raw->events.empty() && plan_.latency_ms)
            raw->until = std::max(raw->until, plan_.clock->elapsed() + std::chrono::milliseconds(++plan_.deliveries * 2654435761u % plan_.latency_ms));
        raw->events.push_back(event);
    };
    buffer.end = [raw = held.get()](Status status) { raw->end = std::move(status); };
    held->inner = TRY(inner_->watch(g, o, std::move(buffer)));
    watches_.push_back(held);
    return std::unique_ptr<client::Watch>(std::make_unique<Handle>(held));
}

bool FaultyClient::deliver() {
    bool any = false;
    watches_.remove_if([](const auto& held) { return held->closed; });
    const auto now = plan_.clock->elapsed();
    const auto watches = watches_;
    for (const auto& held : watches) {
        if (held->closed || held->until > now) continue;
        while (!held->events.empty() && !held->closed) {
            held->last = held->events.front();
            held->events.pop_front();
            held->handler.event(held->last);
            any = true;
        }
        if (held->end && !held->closed) {
            held->closed = true;
            held->inner.reset();
            held->handler.end(*held->end);
            any = true;
        }
    }
    return any;
}

std::optional<Duration> FaultyClient::next_due() const {
    std::optional<Duration> due;
    for (const auto& held : watches_)
        if (!held->closed && (!held->events.empty() || held->end)) due = std::min(due.value_or(Duration::max()), held->until);
    return due;
}

void FaultyClient::disturb_watches(const Fault& fault) {
    std::vector<std::shared_ptr<Held>> alive;
    for (const auto& held : watches_)
        if (!held->closed) alive.push_back(held);
    if (alive.empty()) return;
    const auto& chosen = alive[fault.argument % alive.size()];
    const auto until = plan_.clock->elapsed() + std::chrono::milliseconds(200 + fault.argument % 7000);
    switch (fault.kind) {
        case Kind::LagAll:
            for (const auto& held : alive) held->until = until;
            return;
        case Kind::Lag:
            for (const auto& held : alive)
                if (held->gvr == chosen->gvr) held->until = until;
            return;
        case Kind::Repeat:
            for (const auto& held : alive)
                if (held->last.object) held->events.push_front(held->last);
            return;
        default:
            // What was on its way is lost; the watch resumes behind what was seen, or lists.
            for (const auto& held : alive)
                if (held->gvr == chosen->gvr) {
                    held->events.clear();
                    held->end = fault.kind == Kind::Expire ? error(Reason::Expired, "too old resource version") : Status();
                    held->inner.reset();
                }
    }
}

FaultyClient::Written FaultyClient::write(const Write& write, const std::function<Written()>& carry_out) {
    const auto& [verb, gvr, subresource, ns, name, body] = write;
    auto run = [&] {
        if (plan_.watchdog) plan_.watchdog->look(write);
        return carry_out();
    };
    if (dead_) return error(Reason::ServiceUnavailable, "crash");
    if (gvr.resource == "events") return ObjectPtr();      // nobody acts on them
    ++plan_.writes;
    if (plan_.tell_writes) plan_.story->tell(fmt::format("write {}: {} {}{}{} {} {}", plan_.writes, verb, gvr.resource, subresource.empty() ? "" : "/", subresource, name, body ? json::write(subresource == "status" ? (*body)["status"] : (*body)["spec"]).substr(0, 300) : ""));
    std::optional<Kind> hits;
    while (plan_.next < plan_.faults.size() && plan_.faults[plan_.next].at <= plan_.writes) {
        const auto& fault = plan_.faults[plan_.next++];
        if (plan_.story)
            plan_.story->tell(fmt::format("fault at write {}: {} {} {}{}{} {}", plan_.writes, name_of(fault.kind), verb, gvr.resource, subresource.empty() ? "" : "/", subresource, name));
        if (fault.kind >= Kind::Lag) disturb_watches(fault);
        else if (fault.kind == Kind::Slow) plan_.pass(std::chrono::milliseconds(500 + fault.argument % 6000));
        else hits = fault.kind;
    }
    if (!hits) return run();
    if (*hits == Kind::Conflict && verb[0] == 'c') hits = Kind::Refused;      // a creation has nothing to conflict with
    switch (*hits) {
        case Kind::CrashBefore: dead_ = true; break;
        case Kind::CrashAfter:
            dead_ = true;
            (void)run();
            break;
        case Kind::Conflict:
            return error(Reason::Conflict, "Operation cannot be fulfilled on {} \"{}\": the object has been modified", gvr.group_resource(), name);
        case Kind::Refused: return error(Reason::ServiceUnavailable, "the server is not there");
        default: (void)run(); return error(Reason::Timeout, "the answer was lost");
    }
    return error(Reason::ServiceUnavailable, "crash");
}

Result<api::ObjectPtr> FaultyClient::create(const Gvr& g, const std::string& ns, const json::Value& v, const client::WriteOptions& o, const std::string& name) {
    const auto& shown = name.empty() ? v["metadata"]["name"].as_string() : name;
    return write({"create", g, o.subresource, ns, shown, &v}, [&] { return inner_->create(g, ns, v, o, name); });
}
Result<api::ObjectPtr> FaultyClient::update(const Gvr& g, const std::string& ns, const json::Value& v, const client::WriteOptions& o) {
    return write({"update", g, o.subresource, ns, v["metadata"]["name"].as_string(), &v}, [&] { return inner_->update(g, ns, v, o); });
}
Result<api::ObjectPtr> FaultyClient::patch(const Gvr& g, const std::string& ns, const std::string& name, client::PatchType t, const json::Value& v, const client::WriteOptions& o) {
    return write({"patch", g, o.subresource, ns, name, &v}, [&] { return inner_->patch(g, ns, name, t, v, o); });
}
Status FaultyClient::remove(const Gvr& g, const std::string& ns, const std::string& name, const client::DeleteOptions& o) {
    auto done = write({"delete", g, {}, ns, name, nullptr}, [&]() -> Written {
        TRY(inner_->remove(g, ns, name, o));
        return ObjectPtr();
    });
    return done.ok() ? Status() : std::move(done).status();
}

}  // namespace skiff::simulation
