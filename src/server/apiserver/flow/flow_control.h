// FlowControl: API Priority and Fairness. Tells each request's FlowSchema and priority level, gives it a seat, lets it wait for one, or
// refuses it. Schemas and levels are read from the cache and compiled again when they change, while requests run.
//
// Any thread; a request that gets its seat at once costs two short locks. Owned by Pipeline; what it hands out may outlive a change of the
// objects, and nothing outlives FlowControl but seats that are given back later.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "net/io_threads.h"
#include "server/apiserver/flow/flow_schema.h"
#include "server/apiserver/flow/followers.h"
#include "server/apiserver/flow/seats.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver::flow {

class FlowControl {
public:
    static constexpr int kSeats = 600;                                     // Kubernetes: 400 reads and 200 writes in flight
    static constexpr Duration kWaitMax = std::chrono::seconds(15);         // Kubernetes: a quarter of a request's minute

    // io may be null: then nobody who waits is timed out (tests call expire()).
    FlowControl(const Reader& reader, Clock& clock, net::IoThreads* io, int seats = kSeats);
    ~FlowControl();

    struct Counters;
    // What a request belongs to. Without any level (the objects are not there yet) everything runs.
    struct Flow {
        std::shared_ptr<const FlowSchema> schema;
        LevelPtr level;
        uint64_t hash = 0;
        std::shared_ptr<Counters> counters;
    };
    Flow classify(const Attributes& attributes);

    // Given back by its destructor; then somebody who waits may run on this thread's watch (their resume is called here).
    class Seat {
    public:
        Seat(std::shared_ptr<FlowControl*> owner, Flow flow, int width, Tail tail) : owner_(std::move(owner)), flow_(std::move(flow)), width_(width), tail_(tail) {}
        ~Seat();
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;

    private:
        std::shared_ptr<FlowControl*> owner_;
        Flow flow_;
        int width_;
        Tail tail_;
    };
    using SeatPtr = std::shared_ptr<Seat>;

    enum class Verdict { Run, Wait, Refused };
    // Run: seat is set. Wait: call wait(). Never blocks. tail: what is held for a while when the seat is given back.
    Verdict ask(const Flow& flow, int width, SeatPtr& seat, Tail tail = {});
    // resume is called once, with the seat where it may run, on another thread or before this returns; never when it answers Refused.
    using Resume = std::function<void(Outcome, SeatPtr)>;
    struct Place {
        Verdict verdict;
        uint64_t id = 0;
    };
    Place wait(const Flow& flow, int width, Resume resume, Tail tail = {});
    // The client has gone.
    void cancel(const Flow& flow, uint64_t id);
    // Refuses whoever has waited for too long.
    void expire();
    // Gives back what was held after the answers, as far as its time is over.
    void end_tails();
    // Of all levels' seats, the part that is this one's; how threads are shared out.
    double part(const Flow& flow) const;

    // apiserver_flowcontrol_* in Prometheus' text form.
    void append_metrics(std::string& out);

private:
    struct Schemas;
    std::shared_ptr<const Schemas> schemas();
    void configure(const Schemas* old, Schemas& made);
    struct Held {
        Duration until;
        LevelPtr level;
        int width;
    };
    void give_back(const Flow& flow, int width, Tail tail);
    void arm_tails();
    void dispatch(std::unique_lock<std::mutex>& lock);
    void arm(std::unique_lock<std::mutex>& lock);

    const Reader& reader_;
    Clock& clock_;
    net::IoThreads* io_;
    const int total_;
    std::shared_ptr<FlowControl*> self_;               // what seats hold
    std::mutex mutex_;
    Seats seats_;
    std::shared_ptr<const Schemas> schemas_;
    std::atomic<int64_t> revision_{-1};
    uint64_t last_id_ = 0;
    std::vector<Held> tails_;
    bool armed_ = false, tails_armed_ = false;
    net::IoThreads::Timer timer_, tail_timer_;
};

}  // namespace skiff::apiserver::flow
