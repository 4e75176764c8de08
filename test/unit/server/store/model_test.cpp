// Random histories: the SQLite store and the reference implementation must agree on every answer.
#include <catch2/catch.hpp>

#include <random>

#include "recorder.h"
#include "server/store/store.h"
#include "temp_dir.h"

using namespace skiff;
using namespace skiff::store;

namespace {

std::string shown(const Result<Listing>& listing) {
    if (!listing.ok()) return std::string(reason_name(listing.status().reason()));
    std::string out = std::to_string(listing->revision) + ":";
    for (const auto& entry : listing->entries)
        out += " " + entry->key + "=" + *entry->value + "@" + std::to_string(entry->create_revision) + "/" + std::to_string(entry->mod_revision);
    return out;
}

std::string shown(const std::vector<Event>& events) {
    std::string out;
    for (const auto& event : events)
        out += (event.type == Event::Type::Put ? "+" : "-") + event.entry->key + "=" + *event.entry->value + "@" + std::to_string(event.entry->mod_revision) +
               "(" + (event.previous ? *event.previous->value + "@" + std::to_string(event.previous->mod_revision) : "") + ") ";
    return out;
}

Write random_write(std::mt19937& random, Revision current) {
    Write write;
    write.key = "/k/" + std::to_string(random() % 30);
    write.value = std::string(random() % 4000, static_cast<char>('a' + random() % 26));
    switch (random() % 6) {
        case 0: write.expected = 0; break;
        case 1: write.expected = 1 + static_cast<Revision>(random() % static_cast<unsigned>(current + 1)); break;
        default: break;
    }
    if (random() % 4 == 0) {
        write.kind = Write::Kind::Delete;
        if (random() % 2) write.value.clear();
    }
    return write;
}

}  // namespace

TEST_CASE("the SQLite store answers like the reference, across restarts and compactions") {
    TempDir dir;
    SqliteOptions options;
    options.path = dir.file();
    auto memory = open_memory();
    auto sqlite = open_sqlite(options).value();
    std::mt19937 random(GENERATE(1u, 2u, 3u));
    for (int step = 0; step < 600; ++step) {
        std::vector<Write> writes;
        for (unsigned n = 1 + random() % 3; n > 0; --n) writes.push_back(random_write(random, memory->current_revision()));
        auto a = memory->commit(writes);
        auto b = sqlite->commit(writes);
        REQUIRE(a.ok() == b.ok());
        if (!a.ok()) REQUIRE(a.status().message() == b.status().message());
        else REQUIRE(a->revision == b->revision);
        Revision now = memory->current_revision();
        if (step % 10 == 0) {
            Revision at = now == 0 ? 0 : static_cast<Revision>(random() % static_cast<unsigned>(now + 1));
            std::string from = "/k/" + std::to_string(random() % 30);
            size_t limit = random() % 8;
            REQUIRE(shown(memory->list("/k/", from, limit, at)) == shown(sqlite->list("/k/", from, limit, at)));
            REQUIRE(shown(memory->list("/k/")) == shown(sqlite->list("/k/")));
        }
        if (step % 200 == 199) {
            Revision target = now - static_cast<Revision>(random() % 150);
            REQUIRE(memory->compact(target).ok());
            REQUIRE(sqlite->compact(target).ok());
        }
        if (step % 120 == 119) {
            sqlite.reset();
            sqlite = open_sqlite(options).value();
            REQUIRE(sqlite->current_revision() == now);
            REQUIRE(sqlite->compact_revision() == memory->compact_revision());
        }
        if (step % 100 == 99) {
            Revision after = memory->compact_revision() + static_cast<Revision>(random() % static_cast<unsigned>(now - memory->compact_revision() + 1));
            auto left = std::make_shared<Recorder>(), right = std::make_shared<Recorder>();
            auto watch_left = memory->watch("/k/1", after, left);
            auto watch_right = sqlite->watch("/k/1", after, right);
            auto expected = left->wait(0);
            REQUIRE(shown(expected) == shown(right->wait(expected.size())));
        }
    }
}
