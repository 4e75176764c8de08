// Seats: who may run and who waits, by priority level. The server has a number of seats; each limited level has its nominal part of them by
// its shares. A level lends what its lendablePercent allows while it does not need it, and borrows what others lend, up to its limit.
// What finds no seat waits in one of its level's queues, or is refused. Each flow is dealt a hand of the queues (shuffle sharding) and joins
// the shortest; queues take turns by the seats they have been served, so that one busy flow cannot hold back the others.
//
// Pure: no locks, no clock; FlowControl serializes all calls.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace skiff::apiserver::flow {

struct LevelSpec {
    std::string name, uid;
    bool exempt = false;                               // never waits, never refused
    int shares = 0, lendable_percent = 0;
    std::optional<int> borrowing_limit_percent;        // of the nominal seats; nothing: all that others lend
    int queues = 0, hand_size = 0, queue_length_max = 0;   // no queues: refused at once
};

// A request that waits. resume is called with what became of it, outside of any lock.
enum class Outcome { Run, TimedOut, Cancelled };
struct Waiting {
    uint64_t id = 0;
    int width = 1;
    Duration since{0};
    std::function<void(Outcome)> resume;
};

class Level {
public:
    const LevelSpec& spec() const { return spec_; }
    int nominal() const { return nominal_; }
    int lower() const { return lower_; }               // always its own
    int upper() const { return upper_; }
    int in_use() const { return in_use_; }
    int running() const { return running_; }
    size_t waiting() const { return waiting_; }

private:
    friend class Seats;
    struct Queue {
        std::deque<Waiting> requests;
        double served = 0;                             // virtual time: seats served to it, not behind the level's
    };
    LevelSpec spec_;
    int nominal_ = 0, lower_ = 0, upper_ = 0, in_use_ = 0, running_ = 0;
    size_t waiting_ = 0;
    double served_ = 0;                                // of the queue that was served last
    std::map<int, Queue> queues_;                      // those that are not empty
    bool retired_ = false;                             // its object is gone; what waits is still served
};
using LevelPtr = std::shared_ptr<Level>;

class Seats {
public:
    explicit Seats(int total) : total_(total) {}

    // Levels keep what they run and what waits when their numbers change.
    void configure(std::vector<LevelSpec> specs);
    LevelPtr find(const std::string& name) const;      // null: no such level

    enum class Answer { Run, Wait, QueueFull, NoSeat };
    // Wait: the caller may put the request into a queue with wait(). width: seats that the request needs; cut to what the level allows.
    Answer ask(Level& level, int& width);
    Answer wait(Level& level, uint64_t flow, Waiting request);   // Wait or QueueFull
    void release(Level& level, int width);
    // Takes seats, whether there are any or not: for what is done after an answer.
    void hold(Level& level, int width) { take(level, width); }
    // The next one that waits and may run; it has its seats.
    std::optional<std::pair<LevelPtr, Waiting>> next();
    // Takes those out that wait since before then, or the one with this id.
    std::vector<Waiting> expire(Duration then);
    std::optional<Waiting> cancel(Level& level, uint64_t id);
    // The oldest request that waits; max() when none does.
    Duration oldest() const;

    const std::map<std::string, LevelPtr>& levels() const { return levels_; }
    size_t waiting() const { return waiting_; }

private:
    bool may_run(const Level& level, int width) const;
    void take(Level& level, int width);
    int claim(const Level& level) const;               // what the level keeps from others
    std::vector<Waiting> remove(const std::function<bool(const Waiting&)>& which, Level& level);
    void drop_retired();

    const int total_;
    int budget_ = 0, claimed_ = 0;
    size_t waiting_ = 0;
    std::map<std::string, LevelPtr> levels_;
};

// The queues of a flow: size different numbers below queues, the same for the same hash.
std::vector<int> deal_hand(uint64_t hash, int queues, int size);

}  // namespace skiff::apiserver::flow
