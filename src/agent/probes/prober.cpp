#include "agent/probes/prober.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace skiff::agent::probes {

const char* kind_name(Kind kind) {
    switch (kind) {
        case Kind::Startup: return "Startup";
        case Kind::Liveness: return "Liveness";
        case Kind::Readiness: return "Readiness";
    }
    return "";
}

Result<ProbeSpec> ProbeSpec::parse(const json::Value& probe, const json::Value& container, const std::string& pod_ip) {
    using std::chrono::seconds;
    ProbeSpec spec;
    spec.action = TRY(parse_action(probe, container, pod_ip));
    auto at_least_one = [&](const char* key, int64_t fallback) { return std::max<int64_t>(1, probe[key].as_int(fallback)); };
    spec.initial_delay = seconds(std::max<int64_t>(0, probe["initialDelaySeconds"].as_int(0)));
    spec.period = seconds(at_least_one("periodSeconds", 10));
    spec.timeout = seconds(at_least_one("timeoutSeconds", 1));
    spec.success_threshold = static_cast<int>(at_least_one("successThreshold", 1));
    spec.failure_threshold = static_cast<int>(at_least_one("failureThreshold", 3));
    spec.grace_s = probe["terminationGracePeriodSeconds"].as_int(-1);
    return spec;
}

std::optional<bool> ProbeState::step(const ProbeSpec& spec, bool success) {
    in_a_row = in_a_row > 0 && last == success ? in_a_row + 1 : 1;
    last = success;
    if (in_a_row < (success ? spec.success_threshold : spec.failure_threshold)) return std::nullopt;
    if (decided && result == success) return std::nullopt;
    decided = true;
    if (result == success && success) return result;   // liveness is assumed until proved otherwise; said once
    result = success;
    return result;
}

namespace {

class TimerProber : public Prober {
public:
    TimerProber(std::shared_ptr<Runner> runner, sys::Timers& timers, Clock& clock, Callbacks callbacks)
        : runner_(std::move(runner)), timers_(timers), clock_(clock), callbacks_(std::move(callbacks)), shared_(std::make_shared<Shared>()) {
        shared_->prober = this;
    }

    ~TimerProber() override {
        std::vector<sys::Timers::Id> ids;
        {
            std::lock_guard lock(shared_->mutex);
            shared_->prober = nullptr;                       // outcomes that come now find nobody
            for (auto& [id, container] : containers_)
                for (auto& probe : container->probes) ids.push_back(probe.timer);
        }
        for (const auto id : ids) timers_.cancel(id);
    }

    void add(Watched watched) override {
        remove(watched.container_id);
        std::lock_guard lock(shared_->mutex);
        auto container = std::make_shared<Container>();
        container->generation = ++generation_;
        auto take = [&](Kind kind, std::optional<ProbeSpec>& spec, bool result) {
            if (!spec) return;
            Probe probe{kind, std::move(*spec), {.result = result}};
            container->probes.push_back(std::move(probe));
        };
        if (!watched.started) take(Kind::Startup, watched.startup, false);
        take(Kind::Liveness, watched.liveness, true);
        take(Kind::Readiness, watched.readiness, watched.ready);
        const bool gated = !watched.started && container->has(Kind::Startup);
        container->watched = std::move(watched);
        containers_[container->watched.container_id] = container;
        for (auto& probe : container->probes) {
            if (gated && probe.kind != Kind::Startup) continue;
            schedule(*container, probe, std::max(Duration{0}, probe.spec.initial_delay - container->watched.running_for));
        }
    }

    void remove(const std::string& container_id) override {
        std::lock_guard lock(shared_->mutex);
        auto found = containers_.find(container_id);
        if (found == containers_.end()) return;
        for (auto& probe : found->second->probes) probe.stopped = true;
        containers_.erase(found);                            // a timer that is due finds nothing
    }

    void keep_readiness_only(const std::string& container_id) override {
        std::lock_guard lock(shared_->mutex);
        if (auto found = containers_.find(container_id); found != containers_.end())
            for (auto& probe : found->second->probes) probe.stopped = probe.stopped || probe.kind != Kind::Readiness;
    }

private:
    struct Probe {
        Kind kind;
        ProbeSpec spec;
        ProbeState state;
        sys::Timers::Id timer = 0;
        bool stopped = false;
    };
    struct Container {
        Watched watched;
        uint64_t generation = 0;
        std::vector<Probe> probes;
        Probe* find(Kind kind) {
            for (auto& probe : probes)
                if (probe.kind == kind) return &probe;
            return nullptr;
        }
        bool has(Kind kind) { return find(kind) != nullptr; }
    };
    // Outlives the prober in callbacks that are still under way.
    struct Shared {
        std::mutex mutex;
        TimerProber* prober = nullptr;
    };

    // With the lock held.
    void schedule(const Container& container, Probe& probe, Duration delay) {
        probe.timer = timers_.after(delay, [shared = shared_, id = container.watched.container_id, generation = container.generation, kind = probe.kind] {
            std::unique_lock lock(shared->mutex);
            if (shared->prober) shared->prober->begin(lock, id, generation, kind);
        });
    }

    std::shared_ptr<Container> current(const std::string& id, uint64_t generation) {
        auto found = containers_.find(id);
        return found != containers_.end() && found->second->generation == generation ? found->second : nullptr;
    }

    void begin(std::unique_lock<std::mutex>& lock, const std::string& id, uint64_t generation, Kind kind) {
        auto container = current(id, generation);
        Probe* probe = container ? container->find(kind) : nullptr;
        if (!probe || probe->stopped) return;
        const Action action = probe->spec.action;
        const Duration timeout = probe->spec.timeout, began = clock_.elapsed();
        auto runner = runner_;
        lock.unlock();
        runner->run(action, id, timeout, [shared = shared_, id, generation, kind, began](Verdict verdict) {
            std::unique_lock again(shared->mutex);
            if (shared->prober) shared->prober->finish(again, id, generation, kind, began, std::move(verdict));
        });
    }

    void finish(std::unique_lock<std::mutex>& lock, const std::string& id, uint64_t generation, Kind kind, Duration began, Verdict verdict) {
        auto container = current(id, generation);
        Probe* probe = container ? container->find(kind) : nullptr;
        if (!probe || probe->stopped) return;
        const bool counts = verdict.outcome != Outcome::Unknown, success = verdict.outcome == Outcome::Success;
        const std::optional<bool> change = counts ? probe->state.step(probe->spec, success) : std::nullopt;
        // Over: a startup probe that has passed, and what led to the container's end.
        if (change && ((kind == Kind::Startup) || (kind == Kind::Liveness && !*change))) probe->stopped = true;
        if (!probe->stopped) schedule(*container, *probe, std::max(Duration{0}, began + probe->spec.period - clock_.elapsed()));
        if (change && kind == Kind::Startup && *change)
            for (auto& other : container->probes)
                if (other.kind != Kind::Startup) schedule(*container, other, std::max(Duration{0}, other.spec.initial_delay - container->watched.running_for));
        Change event{container->watched.pod_uid, container->watched.container, id, kind, success, std::move(verdict.message), probe->spec.grace_s, success && verdict.warning};
        const Callbacks callbacks = callbacks_;   // the prober may go while they run
        lock.unlock();
        if (counts && (!success || event.warning) && callbacks.failed) callbacks.failed(event);
        if (change && callbacks.changed) callbacks.changed(event);
    }

    std::shared_ptr<Runner> runner_;
    sys::Timers& timers_;
    Clock& clock_;
    const Callbacks callbacks_;
    std::shared_ptr<Shared> shared_;
    std::map<std::string, std::shared_ptr<Container>> containers_;
    uint64_t generation_ = 0;
};

}  // namespace

std::unique_ptr<Prober> Prober::create(std::shared_ptr<Runner> runner, sys::Timers& timers, Clock& clock, Callbacks callbacks) {
    return std::make_unique<TimerProber>(std::move(runner), timers, clock, std::move(callbacks));
}

}  // namespace skiff::agent::probes
