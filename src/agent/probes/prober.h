// Prober: runs the startup, liveness and readiness probes of all containers of the node. One timer a probe, no thread a probe.
//
// A probe's result changes after failureThreshold or successThreshold equal outcomes in a row. Liveness and readiness wait for the startup
// probe. Any thread may call; callbacks come on a timer, io or poller thread, one at a time per container, and must be short.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/probes/runner.h"
#include "base/clock.h"

namespace skiff::agent::probes {

enum class Kind { Startup, Liveness, Readiness };
const char* kind_name(Kind kind);                  // "Startup", "Liveness", "Readiness": as in events

struct ProbeSpec {
    Action action;
    Duration initial_delay{0}, period{std::chrono::seconds(10)}, timeout{std::chrono::seconds(1)};
    int success_threshold = 1, failure_threshold = 3;
    int64_t grace_s = -1;                          // terminationGracePeriodSeconds; -1: the pod's
    static Result<ProbeSpec> parse(const json::Value& probe, const json::Value& container, const std::string& pod_ip);
};

// Counts outcomes in a row. Pure.
struct ProbeState {
    bool result;                                   // starts true for liveness, false for the others
    bool decided = false;
    int in_a_row = 0;
    bool last = false;
    // The new result when this outcome changes (or for the first time decides) it.
    std::optional<bool> step(const ProbeSpec& spec, bool success);
};

struct Watched {
    std::string pod_uid, container, container_id;
    std::optional<ProbeSpec> startup, liveness, readiness;
    Duration running_for{0};                       // since the container's start
    bool started = false, ready = false;           // carried over when the agent restarts
};

struct Change {
    std::string pod_uid, container, container_id;
    Kind kind;
    bool ok;
    std::string message;                           // of the last failure
    int64_t grace_s = -1;
    bool warning = false;                          // ok, with a message
};

class Prober {
public:
    struct Callbacks {
        std::function<void(const Change&)> changed;          // a result has changed
        std::function<void(const Change&)> failed;           // one outcome was a failure or has a warning; for the event
    };
    static std::unique_ptr<Prober> create(std::shared_ptr<Runner> runner, sys::Timers& timers, Clock& clock, Callbacks callbacks);
    virtual ~Prober() = default;
    virtual void add(Watched watched) = 0;                   // replaces what was known of the container id
    // Afterwards no callback comes for it, but one that runs right now.
    virtual void remove(const std::string& container_id) = 0;
    // The pod ends: only readiness goes on.
    virtual void keep_readiness_only(const std::string& container_id) = 0;
};

}  // namespace skiff::agent::probes
