// EventCorrelator: decides whether an event is new, the repetition of one that was written, or too much. The rules are client-go's:
// equal events count up; over 10 similar ones (all but the message equal) within 10 minutes become one "(combined from similar events)";
// a source may write 25 events about one object in a burst, then one in 5 minutes. Bounded; one thread.
#pragma once

#include <list>
#include <string>
#include <unordered_set>

#include "base/clock.h"
#include "base/text_map.h"
#include "reconcile/events.h"

namespace skiff::reconcile {

struct EventFacts {
    ObjectReference about;
    std::string type, reason, message;
};

class EventCorrelator {
public:
    enum class Kind { Create, Repeat, Drop };
    struct Decision {
        Kind kind;
        std::string key;           // for created()
        std::string name;          // Repeat: the Event object to patch
        std::string message;
        int64_t count = 1;
    };
    Decision decide(const EventFacts& event, Duration now);
    // The name under which a decision's event was written.
    void created(const Decision& decision, const std::string& name);

private:
    static constexpr size_t kObjectsMax = 1024;      // remembered of each kind; the oldest is forgotten first
    template <typename T>
    class Recent {                                    // a map that forgets what was used longest ago
    public:
        T& at(const std::string& key) {
            if (auto it = index_.find(key); it != index_.end()) {
                order_.splice(order_.begin(), order_, it->second);
                return order_.front().second;
            }
            order_.emplace_front(key, T());
            index_[key] = order_.begin();
            if (order_.size() > kObjectsMax) {
                index_.erase(order_.back().first);
                order_.pop_back();
            }
            return order_.front().second;
        }

    private:
        std::list<std::pair<std::string, T>> order_;
        TextMap<typename std::list<std::pair<std::string, T>>::iterator> index_;
    };
    struct Budget {
        double tokens = -1;        // < 0: not used yet
        Duration at{0};
    };
    struct Similar {
        std::unordered_set<size_t> messages;          // hashes
        Duration at{0};
    };
    struct Seen {
        std::string name;
        int64_t count = 0;
    };
    bool within_budget(const std::string& object, Duration now);

    Recent<Budget> budgets_;
    Recent<Similar> similar_;
    Recent<Seen> seen_;
};

}  // namespace skiff::reconcile
