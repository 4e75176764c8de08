#include "server/apiserver/flow/seats.h"

#include <algorithm>
#include <cmath>

namespace skiff::apiserver::flow {
namespace {

// A wide request (a long list) takes at most this part of its level.
constexpr double kWidestPart = 0.15;

}  // namespace

std::vector<int> deal_hand(uint64_t hash, int queues, int size) {
    std::vector<int> hand;
    size = std::clamp(size, 1, queues);
    for (int i = 0; i < size; ++i) {
        const uint64_t left = static_cast<uint64_t>(queues - i);
        int card = static_cast<int>(hash % left);
        hash /= left;
        // The card-th number that has not been dealt; the hand is kept sorted for that.
        auto at = hand.begin();
        for (; at != hand.end() && *at <= card; ++at) ++card;
        hand.insert(at, card);
    }
    return hand;
}

void Seats::configure(std::vector<LevelSpec> specs) {
    int64_t shares = 0;
    for (const LevelSpec& spec : specs) shares += spec.shares;
    for (auto& [name, level] : levels_) level->retired_ = true;
    for (LevelSpec& spec : specs) {
        LevelPtr& level = levels_[spec.name];
        if (!level) level = std::make_shared<Level>();
        level->retired_ = false;
        level->nominal_ = shares == 0 ? 0 : static_cast<int>((static_cast<int64_t>(total_) * spec.shares + shares - 1) / shares);
        level->lower_ = level->nominal_ - static_cast<int>(std::lround(level->nominal_ * spec.lendable_percent / 100.0));
        level->upper_ = total_;
        if (spec.borrowing_limit_percent)
            level->upper_ = static_cast<int>(std::min<int64_t>(total_, level->nominal_ + std::llround(static_cast<double>(level->nominal_) * *spec.borrowing_limit_percent / 100.0)));
        if (spec.exempt) level->lower_ = 0;
        level->spec_ = std::move(spec);
    }
    budget_ = claimed_ = 0;
    for (auto& [name, level] : levels_) {
        if (level->retired_) level->lower_ = 0;
        budget_ += level->lower_;
        claimed_ += claim(*level);
    }
    budget_ = std::max(budget_, total_);
    drop_retired();
}

LevelPtr Seats::find(const std::string& name) const {
    auto found = levels_.find(name);
    return found == levels_.end() || found->second->retired_ ? nullptr : found->second;
}

// What runs in an exempt level takes nothing from others.
int Seats::claim(const Level& level) const { return level.spec_.exempt ? 0 : std::max(level.in_use_, level.lower_); }

bool Seats::may_run(const Level& level, int width) const {
    if (level.spec_.exempt) return true;
    if (level.upper_ == 0) return false;
    const int wanted = level.in_use_ + width;
    if (wanted <= level.lower_) return true;
    if (wanted > level.upper_ && level.in_use_ > 0) return false;
    const bool lent = claimed_ + std::max(wanted, level.lower_) - claim(level) <= budget_;
    // A level that has nothing of its own and runs nothing gets one request through all the same: nobody starves.
    return lent || level.in_use_ == 0;
}

void Seats::take(Level& level, int width) {
    claimed_ -= claim(level);
    level.in_use_ += width;
    ++level.running_;
    claimed_ += claim(level);
}

Seats::Answer Seats::ask(Level& level, int& width) {
    const int widest = std::max(1, static_cast<int>(std::ceil(level.nominal_ * kWidestPart)));
    width = std::clamp(width, 1, widest);
    if (level.waiting_ == 0 && may_run(level, width)) {
        take(level, width);
        return Answer::Run;
    }
    return level.spec_.queues > 0 ? Answer::Wait : Answer::NoSeat;
}

Seats::Answer Seats::wait(Level& level, uint64_t flow, Waiting request) {
    if (level.spec_.queues <= 0) return Answer::NoSeat;
    int best = -1;
    size_t shortest = 0;
    for (int queue : deal_hand(flow, level.spec_.queues, level.spec_.hand_size)) {
        auto found = level.queues_.find(queue);
        const size_t length = found == level.queues_.end() ? 0 : found->second.requests.size();
        if (best >= 0 && length >= shortest) continue;
        best = queue;
        shortest = length;
    }
    if (shortest >= static_cast<size_t>(std::max(1, level.spec_.queue_length_max))) return Answer::QueueFull;
    Level::Queue& queue = level.queues_[best];
    if (queue.requests.empty()) queue.served = level.served_;
    queue.requests.push_back(std::move(request));
    ++level.waiting_;
    ++waiting_;
    return Answer::Wait;
}

void Seats::release(Level& level, int width) {
    claimed_ -= claim(level);
    level.in_use_ -= width;
    --level.running_;
    claimed_ += claim(level);
    if (level.retired_ && level.running_ == 0) drop_retired();
}

std::optional<std::pair<LevelPtr, Waiting>> Seats::next() {
    if (waiting_ == 0) return {};
    LevelPtr best;
    std::map<int, Level::Queue>::iterator best_queue;
    double least = 0;
    for (auto& [name, level] : levels_) {
        if (level->waiting_ == 0) continue;
        auto queue = std::min_element(level->queues_.begin(), level->queues_.end(), [](const auto& a, const auto& b) { return a.second.served < b.second.served; });
        if (!may_run(*level, queue->second.requests.front().width)) continue;
        const double load = static_cast<double>(level->in_use_) / std::max(1, level->nominal_);
        if (best && load >= least) continue;
        best = level;
        best_queue = queue;
        least = load;
    }
    if (!best) return {};
    Level::Queue& queue = best_queue->second;
    Waiting request = std::move(queue.requests.front());
    queue.requests.pop_front();
    best->served_ = queue.served;
    queue.served += request.width;
    if (queue.requests.empty()) best->queues_.erase(best_queue);
    --best->waiting_;
    --waiting_;
    take(*best, request.width);
    return std::pair(best, std::move(request));
}

std::vector<Waiting> Seats::remove(const std::function<bool(const Waiting&)>& which, Level& level) {
    std::vector<Waiting> out;
    for (auto queue = level.queues_.begin(); queue != level.queues_.end();) {
        auto& requests = queue->second.requests;
        for (auto it = requests.begin(); it != requests.end();) {
            if (!which(*it)) {
                ++it;
                continue;
            }
            out.push_back(std::move(*it));
            it = requests.erase(it);
        }
        queue = requests.empty() ? level.queues_.erase(queue) : std::next(queue);
    }
    level.waiting_ -= out.size();
    waiting_ -= out.size();
    return out;
}

std::vector<Waiting> Seats::expire(Duration then) {
    std::vector<Waiting> out;
    for (auto& [name, level] : levels_)
        for (Waiting& request : remove([&](const Waiting& w) { return w.since <= then; }, *level)) out.push_back(std::move(request));
    return out;
}

std::optional<Waiting> Seats::cancel(Level& level, uint64_t id) {
    auto found = remove([&](const Waiting& w) { return w.id == id; }, level);
    if (found.empty()) return {};
    return std::move(found.front());
}

Duration Seats::oldest() const {
    Duration oldest = Duration::max();
    for (const auto& [name, level] : levels_)
        for (const auto& [number, queue] : level->queues_) oldest = std::min(oldest, queue.requests.front().since);
    return oldest;
}

void Seats::drop_retired() {
    std::erase_if(levels_, [](const auto& entry) { return entry.second->retired_ && entry.second->running_ == 0 && entry.second->waiting_ == 0; });
}

}  // namespace skiff::apiserver::flow
