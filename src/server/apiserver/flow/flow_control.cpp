#include "server/apiserver/flow/flow_control.h"

#include <fmt/format.h>

#include <algorithm>

namespace skiff::apiserver::flow {
namespace {

const api::Gvr kSchemas{"flowcontrol.apiserver.k8s.io", "v1", "flowschemas"};
const api::Gvr kLevels{"flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations"};

LevelSpec level_spec(const api::Object& object) {
    const api::TreePtr tree = object.tree();
    const json::Value& spec = (*tree)["spec"];
    LevelSpec out;
    out.name = object.meta().name;
    out.uid = object.meta().uid;
    out.exempt = spec["type"].as_string() == "Exempt";
    const json::Value& numbers = spec[out.exempt ? "exempt" : "limited"];
    out.shares = static_cast<int>(numbers["nominalConcurrencyShares"].as_int(out.exempt ? 0 : 30));
    out.lendable_percent = static_cast<int>(numbers["lendablePercent"].as_int(0));
    if (numbers["borrowingLimitPercent"].is_number()) out.borrowing_limit_percent = static_cast<int>(numbers["borrowingLimitPercent"].as_int());
    const json::Value& response = numbers["limitResponse"];
    if (out.exempt || response["type"].as_string() != "Queue") return out;
    out.queues = static_cast<int>(response["queuing"]["queues"].as_int(64));
    out.hand_size = static_cast<int>(response["queuing"]["handSize"].as_int(8));
    out.queue_length_max = static_cast<int>(response["queuing"]["queueLengthLimit"].as_int(50));
    return out;
}

// How long requests waited in queues, in seconds.
const std::vector<double> kWaits = {0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30};

}  // namespace

struct FlowControl::Counters {
    metrics::Histogram executed{kWaits}, refused{kWaits};
    std::atomic<int> executing{0}, waiting{0};
    std::atomic<uint64_t> dispatched{0}, queue_full{0}, concurrency_limit{0}, timed_out{0}, cancelled{0};
};

struct FlowControl::Schemas {
    struct Entry {
        std::shared_ptr<const FlowSchema> schema;
        LevelPtr level;
        std::shared_ptr<Counters> counters;
    };
    int64_t revision = 0;
    std::vector<Entry> list;                           // in the order they are asked
};

FlowControl::FlowControl(const Reader& reader, Clock& clock, net::IoThreads* io, int seats)
    : reader_(reader), clock_(clock), io_(io), total_(seats), self_(std::make_shared<FlowControl*>(this)), seats_(seats) {}

FlowControl::~FlowControl() {
    timer_.cancel();
    tail_timer_.cancel();
    *self_ = nullptr;
    (void)seats_.expire(Duration::max());   // requests that wait hold their level
}

std::shared_ptr<const FlowControl::Schemas> FlowControl::schemas() {
    const int64_t revision = reader_.revision(kSchemas) + reader_.revision(kLevels);
    std::unique_lock lock(mutex_);
    if (schemas_ && schemas_->revision == revision) return schemas_;
    auto made = std::make_shared<Schemas>();
    made->revision = revision;
    configure(schemas_.get(), *made);
    schemas_ = made;
    dispatch(lock);   // more seats for some, perhaps
    return made;
}

// With the lock held.
void FlowControl::configure(const Schemas* old, Schemas& made) {
    std::vector<LevelSpec> specs;
    for (const api::ObjectPtr& object : reader_.list(kLevels)) specs.push_back(level_spec(*object));
    seats_.configure(std::move(specs));
    for (const api::ObjectPtr& object : reader_.list(kSchemas)) {
        Schemas::Entry entry{std::make_shared<FlowSchema>(*object), nullptr, nullptr};
        entry.level = seats_.find(entry.schema->level());
        if (!entry.level) continue;                    // it dangles: requests go on to the next that matches
        if (old != nullptr)
            for (const Schemas::Entry& before : old->list)
                if (before.schema->name() == entry.schema->name()) entry.counters = before.counters;
        if (!entry.counters) entry.counters = std::make_shared<Counters>();
        made.list.push_back(std::move(entry));
    }
    std::sort(made.list.begin(), made.list.end(), [](const auto& a, const auto& b) { return *a.schema < *b.schema; });
}

FlowControl::Flow FlowControl::classify(const Attributes& attributes) {
    const std::shared_ptr<const Schemas> all = schemas();
    for (const Schemas::Entry& entry : all->list)
        if (entry.schema->matches(attributes)) return {entry.schema, entry.level, entry.schema->flow_of(attributes), entry.counters};
    return {};
}

FlowControl::Verdict FlowControl::ask(const Flow& flow, int width, SeatPtr& seat, Tail tail) {
    if (!flow.level) return Verdict::Run;
    Seats::Answer answer;
    {
        std::lock_guard lock(mutex_);
        answer = seats_.ask(*flow.level, width);
    }
    if (answer == Seats::Answer::Wait) return Verdict::Wait;
    if (answer != Seats::Answer::Run) {
        ++flow.counters->concurrency_limit;
        return Verdict::Refused;
    }
    ++flow.counters->dispatched;
    ++flow.counters->executing;
    seat = std::make_shared<Seat>(self_, flow, width, tail);
    return Verdict::Run;
}

FlowControl::Place FlowControl::wait(const Flow& flow, int width, Resume resume, Tail tail) {
    Waiting waiting;
    waiting.since = clock_.elapsed();
    std::unique_lock lock(mutex_);
    const uint64_t id = waiting.id = ++last_id_;
    // The seat may have come free since ask(): then it runs after all, by way of the queue.
    waiting.width = std::max(1, std::min(width, flow.level->nominal()));
    waiting.resume = [self = self_, flow, width = waiting.width, resume = std::move(resume), tail, since = waiting.since, &clock = clock_](Outcome outcome) {
        --flow.counters->waiting;
        (outcome == Outcome::Run ? flow.counters->executed : flow.counters->refused).observe(std::chrono::duration<double>(clock.elapsed() - since).count());
        if (outcome == Outcome::TimedOut) ++flow.counters->timed_out;
        if (outcome == Outcome::Cancelled) ++flow.counters->cancelled;
        if (outcome != Outcome::Run) return resume(outcome, nullptr);
        ++flow.counters->dispatched;
        ++flow.counters->executing;
        resume(outcome, std::make_shared<Seat>(self, flow, width, tail));
    };
    ++flow.counters->waiting;
    if (seats_.wait(*flow.level, flow.hash, std::move(waiting)) != Seats::Answer::Wait) {
        --flow.counters->waiting;
        ++flow.counters->queue_full;
        return {Verdict::Refused};
    }
    arm(lock);
    dispatch(lock);
    return {Verdict::Wait, id};
}

void FlowControl::cancel(const Flow& flow, uint64_t id) {
    std::unique_lock lock(mutex_);
    auto found = seats_.cancel(*flow.level, id);
    lock.unlock();
    if (found) found->resume(Outcome::Cancelled);
}

void FlowControl::give_back(const Flow& flow, int width, Tail tail) {
    --flow.counters->executing;
    std::unique_lock lock(mutex_);
    if (tail.width > 0 && io_ != nullptr && !flow.level->spec().exempt) {
        seats_.hold(*flow.level, tail.width);
        tails_.push_back({clock_.elapsed() + tail.time, flow.level, tail.width});
        arm_tails();
    }
    seats_.release(*flow.level, width);
    dispatch(lock);
}

void FlowControl::end_tails() {
    std::unique_lock lock(mutex_);
    const Duration now = clock_.elapsed();
    for (const Held& held : tails_)
        if (held.until <= now) seats_.release(*held.level, held.width);
    std::erase_if(tails_, [&](const Held& held) { return held.until <= now; });
    tails_armed_ = false;
    arm_tails();
    dispatch(lock);
}

// One timer for all of them. With the lock held.
void FlowControl::arm_tails() {
    if (tails_armed_ || tails_.empty()) return;
    tails_armed_ = true;
    Duration first = Duration::max();
    for (const Held& held : tails_) first = std::min(first, held.until);
    tail_timer_ = io_->after(std::max(Duration(0), first - clock_.elapsed()), [this] { end_tails(); });
}

// Lets go those that may run. Unlocks.
void FlowControl::dispatch(std::unique_lock<std::mutex>& lock) {
    std::vector<Waiting> going;
    while (auto found = seats_.next()) going.push_back(std::move(found->second));
    lock.unlock();
    for (Waiting& request : going) request.resume(Outcome::Run);
}

// One timer for all that wait, at the time of the oldest. With the lock held.
void FlowControl::arm(std::unique_lock<std::mutex>&) {
    if (armed_ || io_ == nullptr || seats_.waiting() == 0) return;
    armed_ = true;
    timer_ = io_->after(std::max(Duration(0), seats_.oldest() + kWaitMax - clock_.elapsed()), [this] { expire(); });
}

void FlowControl::expire() {
    std::unique_lock lock(mutex_);
    std::vector<Waiting> late = seats_.expire(clock_.elapsed() - kWaitMax);
    armed_ = false;
    arm(lock);
    lock.unlock();
    for (Waiting& request : late) request.resume(Outcome::TimedOut);
}

double FlowControl::part(const Flow& flow) const {
    if (!flow.level || flow.level->spec().exempt) return 1;
    return static_cast<double>(flow.level->nominal()) / total_;
}

FlowControl::Seat::~Seat() {
    if (FlowControl* owner = *owner_) owner->give_back(flow_, width_, tail_);
}

void FlowControl::append_metrics(std::string& out) {
    const std::shared_ptr<const Schemas> all = schemas();
    auto family = [&](const char* name, const char* type, const char* help) {
        out += fmt::format("# HELP apiserver_flowcontrol_{} {}\n# TYPE apiserver_flowcontrol_{} {}\n", name, help, name, type);
    };
    auto of_level = [&](const char* name, const char* help, int (*value)(const Level&)) {
        family(name, "gauge", help);
        std::lock_guard lock(mutex_);
        for (const auto& [level_name, level] : seats_.levels())
            out += fmt::format("apiserver_flowcontrol_{}{{priority_level=\"{}\"}} {}\n", name, level_name, value(*level));
    };
    of_level("nominal_limit_seats", "Nominal number of execution seats configured for each priority level", [](const Level& l) { return l.nominal(); });
    of_level("lower_limit_seats", "Configured lower bound on number of execution seats available to each priority level", [](const Level& l) { return l.lower(); });
    of_level("upper_limit_seats", "Configured upper bound on number of execution seats available to each priority level", [](const Level& l) { return l.upper(); });
    of_level("current_limit_seats", "Number of execution seats available to each priority level now", [](const Level& l) { return std::max(l.lower(), l.in_use()); });
    of_level("current_executing_seats", "Number of seats occupied by requests that are being served", [](const Level& l) { return l.in_use(); });
    auto of_schema = [&](const char* name, const char* type, const char* help, const char* reason, uint64_t (*value)(const Counters&)) {
        if (help != nullptr) family(name, type, help);
        for (const Schemas::Entry& entry : all->list)
            out += fmt::format("apiserver_flowcontrol_{}{{flow_schema=\"{}\",priority_level=\"{}\"{}}} {}\n", name, entry.schema->name(), entry.schema->level(), reason, value(*entry.counters));
    };
    of_schema("current_executing_requests", "gauge", "Number of requests that are being served", "", [](const Counters& c) { return static_cast<uint64_t>(std::max(0, c.executing.load())); });
    of_schema("current_inqueue_requests", "gauge", "Number of requests that wait for a seat", "", [](const Counters& c) { return static_cast<uint64_t>(std::max(0, c.waiting.load())); });
    of_schema("dispatched_requests_total", "counter", "Number of requests that got a seat", "", [](const Counters& c) { return c.dispatched.load(); });
    family("request_wait_duration_seconds", "histogram", "Length of time a request spent waiting in its queue");
    for (const Schemas::Entry& entry : all->list)
        for (bool executed : {false, true}) {
            const metrics::Histogram& waits = executed ? entry.counters->executed : entry.counters->refused;
            if (waits.sum() != 0) waits.append(out, "apiserver_flowcontrol_request_wait_duration_seconds", fmt::format("priority_level=\"{}\",flow_schema=\"{}\",execute=\"{}\"", entry.schema->level(), entry.schema->name(), executed));
        }
    const char* rejected = "rejected_requests_total";
    of_schema(rejected, "counter", "Number of requests that were refused", ",reason=\"queue-full\"", [](const Counters& c) { return c.queue_full.load(); });
    of_schema(rejected, "counter", nullptr, ",reason=\"concurrency-limit\"", [](const Counters& c) { return c.concurrency_limit.load(); });
    of_schema(rejected, "counter", nullptr, ",reason=\"time-out\"", [](const Counters& c) { return c.timed_out.load(); });
    of_schema(rejected, "counter", nullptr, ",reason=\"cancelled\"", [](const Counters& c) { return c.cancelled.load(); });
}

}  // namespace skiff::apiserver::flow
