// What only the SQLite store does: survive restarts, kill -9, damage and full disks.
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>

#include "base/clock.h"
#include "recorder.h"
#include "server/store/store.h"
#include "temp_dir.h"

using namespace skiff;
using namespace skiff::store;

namespace {

std::unique_ptr<Store> open(const SqliteOptions& options) {
    auto store = open_sqlite(options);
    INFO((store.ok() ? "" : store.status().message()));
    REQUIRE(store.ok());
    return std::move(store).value();
}
Write put(const std::string& key, const std::string& value, Durability durability = Durability::Synced) {
    return Write{.key = key, .value = value, .durability = durability};
}

}  // namespace

TEST_CASE("what was written is there after a restart, history included") {
    TempDir dir;
    SqliteOptions options{.path = dir.path + "/a/b/state.db"};
    {
        auto store = open(options);
        REQUIRE(store->commit(put("/a", "1")).ok());
        REQUIRE(store->commit(put("/a", "2")).ok());
        REQUIRE(store->commit(put("/b", "lease", Durability::Cheap)).ok());
        REQUIRE(store->commit(Write{.key = "/a", .kind = Write::Kind::Delete}).ok());
    }
    auto store = open(options);
    CHECK(store->current_revision() == 4);
    CHECK(*(*store->get("/b"))->value == "lease");
    CHECK(*(*store->get("/a", 1))->value == "1");
    auto recorder = std::make_shared<Recorder>();
    auto handle = store->watch("/", 0, recorder);
    CHECK(recorder->text(4) == "+/a@1 ~/a@2 +/b@3 -/a@4");
    CHECK(*recorder->wait(4)[3].entry->value == "2");
    CHECK(store->commit(put("/c", "1"))->revision == 5);
}

TEST_CASE("a cheap write that another one replaces leaves no row, and the latest is kept") {
    TempDir dir;
    FakeClock clock;
    SqliteOptions options{.path = dir.file(), .clock = &clock};
    {
        auto store = open(options);
        for (int i = 0; i < 50; ++i) REQUIRE(store->commit(put("/lease", std::to_string(i), Durability::Cheap)).ok());
        REQUIRE(store->commit(put("/synced", "x")).ok());
        REQUIRE(store->commit(put("/lease", "end", Durability::Cheap)).ok());
        REQUIRE(store->commit(Write{.key = "/lease", .kind = Write::Kind::Delete, .durability = Durability::Cheap}).ok());
    }
    auto store = open(options);
    CHECK(store->current_revision() == 53);
    CHECK(store->get("/lease").status().reason() == Reason::NotFound);
    auto recorder = std::make_shared<Recorder>();
    auto handle = store->watch("/", 1, recorder);
    CHECK(recorder->text(3) == "~/lease@50 +/synced@51 -/lease@53");
}

TEST_CASE("a second server on the same file is refused") {
    TempDir dir;
    SqliteOptions options{.path = dir.file()};
    auto store = open(options);
    pid_t child = fork();
    if (child == 0) {
        auto second = open_sqlite(options);
        _exit(!second.ok() && second.status().message() == "the datastore " + options.path + " is in use by another process" ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("files that are no datastore or damaged are refused by name") {
    TempDir dir;
    SqliteOptions options{.path = dir.file()};
    REQUIRE(file::write_volatile(options.path, std::string(8192, 'x')).ok());
    auto foreign = open_sqlite(options);
    REQUIRE(!foreign.ok());
    CHECK(foreign.status().message().find(options.path + " is not a datastore of skiff") == 0);
    REQUIRE(file::remove(options.path).ok());
    {
        auto store = open(options);
        for (int i = 0; i < 200; ++i) REQUIRE(store->commit(put("/k" + std::to_string(i), std::string(3000, 'v'))).ok());
    }
    // After a clean stop everything is in the main file; the log beside it would hide the damage.
    REQUIRE(file::remove(options.path + "-wal").ok());
    auto bytes = file::read(options.path).value();
    size_t hit = bytes.rfind("vvvvvvvv");
    bytes[hit] ^= 1;
    REQUIRE(file::write_volatile(options.path, bytes).ok());
    auto damaged = open_sqlite(options);
    REQUIRE(!damaged.ok());
    CHECK(damaged.status().message().find("the datastore " + options.path + " is damaged: checksum of row") == 0);
    bytes.resize(bytes.size() / 2);
    REQUIRE(file::write_volatile(options.path, bytes).ok());
    CHECK(open_sqlite(options).status().message().find("is damaged") != std::string::npos);
}

TEST_CASE("history is compacted by age and count, and the file stays small") {
    TempDir dir;
    FakeClock clock;
    SqliteOptions options{.path = dir.file(), .history_events_max = 200, .clock = &clock};
    auto store = open(options);
    for (int round = 0; round < 30; ++round) {
        clock.advance(std::chrono::seconds(20));
        for (int i = 0; i < 50; ++i) REQUIRE(store->commit(put("/k" + std::to_string(i % 10), std::string(2000, 'x'))).ok());
    }
    CHECK(store->compact_revision() > 0);
    CHECK(store->compact_revision() <= 1500 - 200);
    // Five minutes are fifteen rounds of fifty.
    CHECK(store->compact_revision() <= 1500 - 700);
    CHECK(store->list("/", "", 0, store->compact_revision()).ok());
    CHECK(store->list("/", "", 0, store->compact_revision() - 1).status().reason() == Reason::Expired);
    Revision compacted = store->compact_revision();
    store.reset();
    store = open(options);
    CHECK(store->compact_revision() >= compacted);
    CHECK(store->list("/")->entries.size() == 10);
    CHECK(file::read(options.path).value().size() < (3 << 20));
}

TEST_CASE("a busy writer's history is bounded by its bytes, however young it is") {
    TempDir dir;
    FakeClock clock;
    SqliteOptions options{.path = dir.file(), .history_bytes_max = 4 << 20, .clock = &clock};
    auto store = open(options);
    for (int i = 0; i < 150; ++i) {
        std::vector<Write> writes;
        for (int j = 0; j < 20; ++j) writes.push_back(put("/k" + std::to_string(j), std::string(10'000, 'x')));
        REQUIRE(store->commit(std::move(writes)).ok());
    }
    CHECK(store->compact_revision() > 50);
    CHECK(store->compact_revision() < 130);
    CHECK(store->list("/")->entries.size() == 20);
    store.reset();
    CHECK(file::read(options.path).value().size() < (16 << 20));
}

TEST_CASE("ten thousand objects load fast") {
    TempDir dir;
    SqliteOptions options{.path = dir.file()};
    {
        auto store = open(options);
        for (int i = 0; i < 50; ++i) {
            std::vector<Write> writes;
            for (int j = 0; j < 200; ++j) writes.push_back(put("/registry/pods/default/pod-" + std::to_string(i * 200 + j), std::string(1500, 'p')));
            REQUIRE(store->commit(std::move(writes)).ok());
        }
    }
    auto start = std::chrono::steady_clock::now();
    auto store = open(options);
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    WARN("open took " << ms << " ms");
    CHECK(store->list("/")->entries.size() == 10'000);
    CHECK(ms < 2000);   // far above what is expected; sanitizers and loaded machines included
}

TEST_CASE("kill -9 loses no acknowledged write and no revision is used twice") {
    TempDir dir;
    SqliteOptions options{.path = dir.file()};
    Revision highest_seen = 0;
    for (int round = 0; round < 8; ++round) {
        int pipe_fds[2];
        REQUIRE(pipe(pipe_fds) == 0);
        pid_t child = fork();
        if (child == 0) {
            auto opened = open_sqlite(options);
            if (!opened.ok()) _exit(1);
            auto store = std::move(opened).value();
            struct Ack {
                Revision revision;
                int64_t key, cheap;
            };
            for (int i = 0;; ++i) {
                bool cheap = i % 3 == 2;
                int64_t key = i % 40;
                store->commit({put((cheap ? "/cheap/" : "/synced/") + std::to_string(key), std::to_string(i), cheap ? Durability::Cheap : Durability::Synced)},
                              [fd = pipe_fds[1], key, cheap](Result<Committed> result) {
                                  Ack ack{result.ok() ? result->revision : -1, key, cheap};
                                  if (write(fd, &ack, sizeof ack) < 0) _exit(2);
                              });
                if (i % 16 == 15) std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        }
        close(pipe_fds[1]);
        struct {
            Revision revision;
            int64_t key, cheap;
        } ack;
        std::map<int64_t, Revision> acknowledged;
        Revision highest = 0;
        size_t count = 0, wanted = 50 + static_cast<size_t>(round) * 97;
        Revision first = 0;
        while (read(pipe_fds[0], &ack, sizeof ack) == sizeof ack) {
            REQUIRE(ack.revision > 0);
            if (first == 0) first = ack.revision;
            REQUIRE(ack.revision > highest);
            highest = ack.revision;
            if (!ack.cheap) acknowledged[ack.key] = ack.revision;
            if (++count == wanted) kill(child, SIGKILL);
        }
        close(pipe_fds[0]);
        waitpid(child, nullptr, 0);
        REQUIRE(first > highest_seen);
        highest_seen = highest;

        auto store = open(options);
        CHECK(store->current_revision() > highest);
        for (auto [key, revision] : acknowledged) {
            auto entry = store->get("/synced/" + std::to_string(key));
            REQUIRE(entry.ok());
            CHECK((*entry)->mod_revision >= revision);
        }
        highest_seen = std::max(highest_seen, store->current_revision());
    }
}

TEST_CASE("concurrent writers share commits and each gets its own answer") {
    TempDir dir;
    SqliteOptions options{.path = dir.file()};
    auto store = open(options);
    REQUIRE(store->commit(put("/counter", "0")).ok());
    std::vector<std::thread> threads;
    std::atomic<int> won{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 25;) {
                auto now = *store->get("/counter");
                Write write = put("/counter", std::to_string(std::stoi(*now->value) + 1));
                write.expected = now->mod_revision;
                if (store->commit(write).ok()) {
                    ++i;
                    ++won;
                }
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(won == 200);
    CHECK(*(*store->get("/counter"))->value == "200");
    CHECK(store->current_revision() == 201);
}

// Needs root: run with test_store "[.root]".
TEST_CASE("a full disk refuses writes, keeps reads, leases and deletes going, and heals by itself", "[.root]") {
    TempDir dir;
    REQUIRE(mount("tmpfs", dir.path.c_str(), "tmpfs", 0, "size=24m") == 0);
    {
        SqliteOptions options{.path = dir.file()};
        auto store = open(options);
        for (int i = 0; i < 1000; ++i) REQUIRE(store->commit(put("/small/" + std::to_string(i), std::string(500, 's'))).ok());
        int big = 0;
        // Somebody else fills the disk.
        for (std::ofstream filler(dir.file("filler")); filler.good();) filler << std::string(65536, 'f') << std::flush;
        Status refusal;
        while (refusal.ok()) {
            auto result = store->commit(put("/big/" + std::to_string(big), std::string(100'000, 'b')));
            if (result.ok()) ++big;
            else refusal = result.status();
        }
        WARN(big << " big values, then: " << refusal.message());
        CHECK(refusal.reason() == Reason::ServiceUnavailable);
        CHECK(refusal.retry_after_s() > 0);
        CHECK(store->list("/big/")->entries.size() == static_cast<size_t>(big));
        int deleted = 0;
        for (int i = 0; i < 1000; ++i) deleted += store->commit(Write{.key = "/small/" + std::to_string(i), .kind = Write::Kind::Delete}).ok();
        int renewed = 0;
        for (int i = 0; i < 600; ++i) renewed += store->commit(put("/lease", std::to_string(i), Durability::Cheap)).ok();
        WARN(deleted << " deletes, " << renewed << " cheap writes while full");
        CHECK(deleted == 1000);
        CHECK(renewed == 600);
        CHECK(!store->commit(put("/big/again", "x")).ok());
        REQUIRE(file::remove(dir.file("filler")).ok());
        bool healed = false;
        for (int i = 0; i < 50 && !healed; ++i) {
            healed = store->commit(put("/big/again", std::string(100'000, 'b'))).ok();
            if (!healed) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        CHECK(healed);
    }
    umount(dir.path.c_str());
}

// Manual: test_store "[.bench]".
TEST_CASE("write rate", "[.bench]") {
    TempDir dir;
    SqliteOptions options{.path = dir.file()};
    auto store = open(options);
    for (int clients : {1, 16, 64}) {
        auto start = std::chrono::steady_clock::now();
        std::vector<std::thread> threads;
        for (int t = 0; t < clients; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 400; ++i)
                    (void)store->commit(put("/p/" + std::to_string(clients) + "/" + std::to_string(t) + "/" + std::to_string(i), std::string(1500, 'p')));
            });
        for (auto& thread : threads) thread.join();
        double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        WARN(clients << " clients: " << clients * 400 / seconds << " writes/s");
    }
}
