// The SQLite store on a disk that fails, fills up, or loses power.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "fault_disk.h"
#include "server/store/store.h"
#include "temp_dir.h"

using namespace skiff;
using namespace skiff::store;

namespace {

// Disk errors are logged by the hundred here.
struct Quiet {
    Quiet() : fd(dup(2)), silent(open("/dev/null", O_WRONLY | O_CLOEXEC)) { dup2(silent, 2); }
    ~Quiet() {
        dup2(fd, 2);
        close(fd);
        close(silent);
    }
    int fd, silent;
};

Write put(int i, std::mt19937& random) {
    Write write{.key = "/k/" + std::to_string(i % 7), .value = std::to_string(i) + std::string(random() % 9000, 'x')};
    if (random() % 4 == 0) write.durability = Durability::Cheap;
    return write;
}

using Acknowledged = std::map<std::string, std::pair<Revision, std::string>>;

// Every acknowledged Synced write is there (or a later one), and no revision comes twice.
void check_survivors(const std::string& path, const Acknowledged& acknowledged, Revision highest) {
    auto store = open_sqlite({.path = path});
    INFO((store.ok() ? "" : store.status().message()));
    REQUIRE(store.ok());
    REQUIRE((*store)->current_revision() >= highest);
    for (const auto& [key, expected] : acknowledged) {
        auto entry = (*store)->get(key);
        REQUIRE(entry.ok());
        REQUIRE((*entry)->mod_revision >= expected.first);
        if ((*entry)->mod_revision == expected.first) REQUIRE(*(*entry)->value == expected.second);
    }
    auto next = (*store)->commit(Write{.key = "/next", .value = "x"});
    REQUIRE(next.ok());
    REQUIRE(next->revision > highest);
}

}  // namespace

TEST_CASE("any write or sync may fail: nothing false is acknowledged, and after it nothing more is written") {
    Quiet quiet;
    bool stays = GENERATE(false, true);
    size_t reached = 0;
    for (int64_t k = 1; k < 400; k += 7) {
        TempDir dir;
        std::mt19937 random(static_cast<unsigned>(k));
        Acknowledged acknowledged;
        Revision highest = 0;
        bool failed;
        {
            FaultDisk disk;
            disk.fail_at(k, SQLITE_IOERR_WRITE, stays);
            auto opened = open_sqlite({.path = dir.file()});
            if (opened.ok()) {
                bool refused = false;
                for (int i = 0; i < 40; ++i) {
                    auto write = put(i, random);
                    auto result = (*opened)->commit(write);
                    if (!result.ok()) {
                        REQUIRE(result.status().reason() == Reason::InternalError);
                        refused = true;
                        continue;
                    }
                    REQUIRE(!refused);
                    highest = result->revision;
                    if (write.durability == Durability::Synced) acknowledged[write.key] = {result->revision, write.value};
                }
                opened->reset();
            }
            failed = disk.failed();
        }
        if (!failed) break;
        ++reached;
        check_survivors(dir.file(), acknowledged, highest);
    }
    CHECK(reached > 15);
}

TEST_CASE("a disk that is full for one write refuses that write and goes on") {
    Quiet quiet;
    size_t refusals = 0;
    for (int64_t k = 60; k < 200; k += 7) {
        TempDir dir;
        std::mt19937 random(static_cast<unsigned>(k));
        Acknowledged acknowledged;
        Revision highest = 0;
        FakeClock clock;
        {
            FaultDisk disk;
            disk.fail_at(k, SQLITE_FULL, false);
            auto store = open_sqlite({.path = dir.file(), .clock = &clock}).value();
            for (int i = 0; i < 40; ++i) {
                auto write = put(i, random);
                auto result = store->commit(write);
                if (!result.ok()) {
                    REQUIRE(result.status().reason() == Reason::ServiceUnavailable);
                    ++refusals;
                    clock.advance(std::chrono::seconds(2));
                    continue;
                }
                highest = result->revision;
                if (write.durability == Durability::Synced) acknowledged[write.key] = {result->revision, write.value};
            }
        }
        check_survivors(dir.file(), acknowledged, highest);
    }
    CHECK(refusals > 0);
}

TEST_CASE("a power cut at any moment loses no acknowledged write") {
    Quiet quiet;
    for (unsigned seed = 0; seed < 100; ++seed) {
        TempDir dir, after;
        std::mt19937 random(seed);
        Acknowledged acknowledged;
        Revision highest = 0;
        {
            FaultDisk disk;
            auto store = open_sqlite({.path = dir.file()}).value();
            // Some cuts come after checkpoints: one every 512 pages.
            int count = 5 + static_cast<int>(random() % (seed % 10 == 0 ? 900 : 60));
            for (int i = 0; i < count; ++i) {
                auto write = put(i, random);
                auto result = store->commit(write);
                REQUIRE(result.ok());
                highest = result->revision;
                if (write.durability == Durability::Synced) acknowledged[write.key] = {result->revision, write.value};
            }
            disk.power_cut(after.path, random);
        }
        INFO("seed " << seed);
        check_survivors(after.file(), acknowledged, highest);
    }
}
