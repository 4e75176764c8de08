#include "server/apiserver/flow/seats.h"

#include <catch2/catch.hpp>

#include <random>
#include <set>

#include "server/apiserver/flow/followers.h"

using namespace skiff;
using namespace skiff::apiserver::flow;

namespace {

LevelSpec limited(std::string name, int shares, int lendable_percent = 0, int queues = 4, int hand = 2, int length = 3) {
    LevelSpec spec;
    spec.name = std::move(name);
    spec.shares = shares;
    spec.lendable_percent = lendable_percent;
    spec.queues = queues;
    spec.hand_size = hand;
    spec.queue_length_max = length;
    return spec;
}

// Asks and waits; the answer, and in `went` the names of those that ran later.
struct Hall {
    explicit Hall(int total) : seats(total) {}
    Seats::Answer come(const std::string& level, const std::string& who, uint64_t flow = 1, int width = 1) {
        LevelPtr at = seats.find(level);
        REQUIRE(at);
        Seats::Answer answer = seats.ask(*at, width);
        if (answer != Seats::Answer::Wait) return answer;
        Waiting waiting;
        waiting.id = ++id;
        waiting.width = width;
        waiting.since = now;
        waiting.resume = [this, who](Outcome outcome) { if (outcome == Outcome::Run) went.push_back(who); };
        return seats.wait(*at, flow, std::move(waiting));
    }
    void leave(const std::string& level, int width = 1) {
        LevelPtr at = seats.find(level);
        seats.release(*at, width);
        while (auto next = seats.next()) next->second.resume(Outcome::Run);
    }
    Seats seats;
    Duration now{0};
    uint64_t id = 0;
    std::vector<std::string> went;
};

}  // namespace

TEST_CASE("each level has seats by its shares, lends a part of them, and borrows up to its limit") {
    Hall hall(600);
    LevelSpec bounded = limited("bounded", 100, 50);
    bounded.borrowing_limit_percent = 10;
    hall.seats.configure({limited("a", 40, 25), bounded, limited("b", 100, 100)});
    CHECK(hall.seats.find("a")->nominal() == 100);
    CHECK(hall.seats.find("a")->lower() == 75);
    CHECK(hall.seats.find("a")->upper() == 600);
    CHECK(hall.seats.find("bounded")->upper() == 275);
    CHECK(hall.seats.find("b")->lower() == 0);
    CHECK_FALSE(hall.seats.find("nobody"));
}

TEST_CASE("a level takes what others lend, and never what is their own") {
    Hall hall(10);
    hall.seats.configure({limited("busy", 5), limited("quiet", 5, 40)});
    int ran = 0;
    while (hall.come("busy", "x") == Seats::Answer::Run) ++ran;
    CHECK(ran == 7);                                        // 5 of its own, 2 lent
    CHECK(hall.come("quiet", "y") == Seats::Answer::Run);
    CHECK(hall.come("quiet", "y") == Seats::Answer::Run);
    CHECK(hall.come("quiet", "y") == Seats::Answer::Run);
    CHECK(hall.come("quiet", "late") == Seats::Answer::Wait);
    hall.leave("busy");                                     // the lent seat comes back to whom it belongs
    CHECK(hall.went == std::vector<std::string>{"late"});
}

TEST_CASE("a level without queues refuses, an exempt one takes everything") {
    Hall hall(2);
    LevelSpec exempt = limited("exempt", 0, 0, 0);
    exempt.exempt = true;
    hall.seats.configure({limited("reject", 1, 0, 0), exempt});
    CHECK(hall.come("reject", "a") == Seats::Answer::Run);
    CHECK(hall.come("reject", "a") == Seats::Answer::Run);
    CHECK(hall.come("reject", "a") == Seats::Answer::NoSeat);
    for (int i = 0; i < 100; ++i) CHECK(hall.come("exempt", "e") == Seats::Answer::Run);
    hall.leave("reject");
    CHECK(hall.come("reject", "a") == Seats::Answer::Run);
}

TEST_CASE("full queues refuse, and each flow has its turn whatever the others have queued") {
    Hall hall(1);
    hall.seats.configure({limited("only", 1, 0, 64, 1, 30)});
    REQUIRE(hall.come("only", "first") == Seats::Answer::Run);
    int queued = 0;
    while (hall.come("only", "crowd", 1) == Seats::Answer::Wait) ++queued;
    CHECK(queued == 30);
    REQUIRE(deal_hand(1, 64, 1) != deal_hand(2, 64, 1));
    REQUIRE(hall.come("only", "single", 2) == Seats::Answer::Wait);
    hall.leave("only");
    hall.leave("only");
    CHECK(std::count(hall.went.begin(), hall.went.end(), "single") == 1);
}

TEST_CASE("who waits too long or goes away leaves the queue") {
    Hall hall(1);
    hall.seats.configure({limited("only", 1)});
    REQUIRE(hall.come("only", "first") == Seats::Answer::Run);
    hall.come("only", "early");
    hall.now = std::chrono::seconds(10);
    hall.come("only", "late");
    CHECK(hall.seats.oldest() == Duration(0));
    CHECK(hall.seats.expire(std::chrono::seconds(5)).size() == 1);
    CHECK(hall.seats.waiting() == 1);
    CHECK(hall.seats.cancel(*hall.seats.find("only"), 2));
    CHECK_FALSE(hall.seats.cancel(*hall.seats.find("only"), 2));
    hall.leave("only");
    CHECK(hall.went.empty());
    CHECK(hall.come("only", "next") == Seats::Answer::Run);
}

TEST_CASE("levels change while requests run and wait") {
    Hall hall(4);
    hall.seats.configure({limited("a", 1), limited("b", 1)});
    REQUIRE(hall.come("a", "1") == Seats::Answer::Run);
    REQUIRE(hall.come("a", "2") == Seats::Answer::Run);
    REQUIRE(hall.come("a", "3") == Seats::Answer::Wait);
    LevelPtr b = hall.seats.find("b");
    int width = 1;
    REQUIRE(hall.seats.ask(*b, width) == Seats::Answer::Run);
    hall.seats.configure({limited("a", 1)});                // b is gone: its request runs on, its seats are a's
    CHECK_FALSE(hall.seats.find("b"));
    while (auto next = hall.seats.next()) next->second.resume(Outcome::Run);
    CHECK(hall.went == std::vector<std::string>{"3"});
    CHECK(hall.seats.levels().size() == 2);
    hall.seats.release(*b, 1);
    CHECK(hall.seats.levels().size() == 1);
    CHECK(hall.seats.find("a")->in_use() == 3);
}

TEST_CASE("a wide request takes several seats, at most its part of the level") {
    Hall hall(100);
    hall.seats.configure({limited("only", 1)});
    LevelPtr only = hall.seats.find("only");
    int width = 10;
    CHECK(hall.seats.ask(*only, width) == Seats::Answer::Run);
    CHECK(only->in_use() == 10);
    width = 1000;
    CHECK(hall.seats.ask(*only, width) == Seats::Answer::Run);
    CHECK(width == 15);
}

TEST_CASE("a hand is dealt of different queues, the same for the same flow") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 500; ++i) {
        uint64_t hash = random();
        std::vector<int> hand = deal_hand(hash, 64, 8);
        CHECK(std::set<int>(hand.begin(), hand.end()).size() == 8);
        CHECK(*std::max_element(hand.begin(), hand.end()) < 64);
        CHECK(hand == deal_hand(hash, 64, 8));
    }
    CHECK(deal_hand(5, 3, 10).size() == 3);
}

TEST_CASE("after any traffic all seats are back and nobody waits while a seat is free") {
    std::mt19937 random(3);
    Hall hall(20);
    hall.seats.configure({limited("a", 10, 50), limited("b", 5, 20), limited("c", 5, 100, 0)});
    std::vector<std::pair<LevelPtr, int>> running;
    for (int step = 0; step < 20'000; ++step) {
        const char* name = std::vector<const char*>{"a", "b", "c"}[random() % 3];
        LevelPtr level = hall.seats.find(name);
        if (random() % 2 == 0) {
            int width = 1 + static_cast<int>(random() % 4);
            auto answer = hall.seats.ask(*level, width);
            if (answer == Seats::Answer::Run) running.emplace_back(level, width);
            if (answer == Seats::Answer::Wait) hall.seats.wait(*level, random() % 9, Waiting{static_cast<uint64_t>(step), width, Duration(0), [](Outcome) {}});
        } else if (!running.empty()) {
            size_t at = random() % running.size();
            hall.seats.release(*running[at].first, running[at].second);
            running.erase(running.begin() + static_cast<long>(at));
        }
        while (auto next = hall.seats.next()) running.emplace_back(next->first, next->second.width);
        int used = 0;
        for (const auto& [level_name, l] : hall.seats.levels()) used += l->in_use();
        REQUIRE(used <= 20 + 3);                            // one request of an idle level may be beyond
    }
    for (auto& [level, width] : running) hall.seats.release(*level, width);
    while (auto next = hall.seats.next()) hall.seats.release(*next->first, next->second.width);
    CHECK(hall.seats.waiting() == 0);
    for (const auto& [name, level] : hall.seats.levels()) CHECK(level->in_use() == 0);
}

TEST_CASE("a write holds seats after its answer when ten and more follow it: wider first, then longer") {
    CHECK(tail_of_write(9).width == 0);
    CHECK(tail_of_write(10).width == 1);
    CHECK(tail_of_write(95).width == 10);
    const Tail many = tail_of_write(1000);
    CHECK(many.width == 10);
    CHECK(many.time == 10 * tail_of_write(100).time);
}
