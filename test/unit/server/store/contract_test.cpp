// What every store::Store must do.
#include <catch2/catch.hpp>

#include <future>

#include "recorder.h"
#include "server/store/store.h"
#include "temp_dir.h"

using namespace skiff;
using namespace skiff::store;

namespace {

struct Fixture {
    Fixture() {
        if (GENERATE(true, false)) {
            INFO("memory");
            store = open_memory();
        } else {
            SqliteOptions options;
            options.path = dir.file();
            auto opened = open_sqlite(options);
            REQUIRE(opened.ok());
            store = std::move(opened).value();
        }
    }
    Revision put(const std::string& key, const std::string& value, Revision expected = Write::kAny, Durability durability = Durability::Synced) {
        auto result = try_put(key, value, expected, durability);
        REQUIRE(result.ok());
        return result->revision;
    }
    Result<Committed> try_put(const std::string& key, const std::string& value, Revision expected, Durability durability = Durability::Synced) {
        return store->commit(Write{.key = key, .expected = expected, .value = value, .durability = durability});
    }
    Result<Committed> remove(const std::string& key, Revision expected = Write::kAny, const std::string& last = "") {
        return store->commit(Write{.key = key, .expected = expected, .kind = Write::Kind::Delete, .value = last});
    }
    std::string keys(const std::string& prefix, Revision at = 0, const std::string& from = "", size_t limit = 0) {
        auto listing = store->list(prefix, from, limit, at);
        if (!listing.ok()) return std::string(reason_name(listing.status().reason()));
        std::string out;
        for (const auto& entry : listing->entries) out += entry->key + "=" + *entry->value + " ";
        return out;
    }
    TempDir dir;
    std::unique_ptr<Store> store;
};

}  // namespace

TEST_CASE("revisions start at one and grow by one") {
    Fixture f;
    CHECK(f.store->current_revision() == 0);
    CHECK(f.put("/a", "1") == 1);
    CHECK(f.put("/a", "2") == 2);
    CHECK(f.put("/b", "3", 0, Durability::Cheap) == 3);
    auto a = f.store->get("/a");
    REQUIRE(a.ok());
    CHECK(*(*a)->value == "2");
    CHECK((*a)->create_revision == 1);
    CHECK((*a)->mod_revision == 2);
    CHECK(f.store->current_revision() == 3);
    CHECK(f.store->list("/")->revision == 3);
    CHECK(f.store->get("/c").status().reason() == Reason::NotFound);
}

TEST_CASE("a write happens only when what it expects is true") {
    Fixture f;
    f.put("/a", "1", 0);
    CHECK(f.try_put("/a", "x", 0).status().reason() == Reason::AlreadyExists);
    CHECK(f.try_put("/a", "x", 7).status().reason() == Reason::Conflict);
    CHECK(f.try_put("/b", "x", 1).status().reason() == Reason::Conflict);
    CHECK(f.remove("/b").status().reason() == Reason::NotFound);
    CHECK(f.remove("/a", 9).status().reason() == Reason::Conflict);
    CHECK(f.store->current_revision() == 1);
    CHECK(f.put("/a", "2", 1) == 2);
    CHECK(f.remove("/a", 2)->revision == 3);
    CHECK(f.put("/a", "again", 0) == 4);
    CHECK((*f.store->get("/a"))->create_revision == 4);
}

TEST_CASE("a transaction happens as a whole or not at all") {
    Fixture f;
    f.put("/a", "1");
    std::vector<Write> writes{{.key = "/b", .value = "2"}, {.key = "/a", .expected = 5, .value = "3"}};
    CHECK(f.store->commit(writes).status().reason() == Reason::Conflict);
    CHECK(f.keys("/") == "/a=1 ");
    writes[1].expected = 1;
    auto done = f.store->commit(writes);
    REQUIRE(done.ok());
    CHECK(done->revision == 2);
    REQUIRE(done->entries.size() == 2);
    CHECK(done->entries[1]->mod_revision == 2);
    CHECK(f.keys("/") == "/a=3 /b=2 ");
    CHECK(f.store->commit(std::vector<Write>{{.key = "/x", .value = "1"}, {.key = "/x", .value = "2"}}).status().reason() == Reason::BadRequest);
    CHECK(f.store->commit(std::vector<Write>{}).status().reason() == Reason::BadRequest);
}

TEST_CASE("the revision is stamped into the value") {
    Fixture f;
    f.put("/a", "1");
    auto done = f.store->commit(Write{.key = "/b", .value = R"({"rv":""})", .stamp_at = 7});
    CHECK(*done->entries[0]->value == R"({"rv":"2"})");
    auto gone = f.store->commit(Write{.key = "/b", .kind = Write::Kind::Delete, .value = R"({"rv":""})", .stamp_at = 7});
    CHECK(*gone->entries[0]->value == R"({"rv":"3"})");
    CHECK(*f.remove("/a")->entries[0]->value == "1");
}

TEST_CASE("lists are ordered, bounded by prefix, start and limit") {
    Fixture f;
    for (const char* key : {"/p/b", "/p/a", "/q/a", "/p/c", "/pp", "/p/"}) f.put(key, "v");
    CHECK(f.keys("/p/") == "/p/=v /p/a=v /p/b=v /p/c=v ");
    CHECK(f.keys("/p/", 0, "/p/b") == "/p/b=v /p/c=v ");
    CHECK(f.keys("/p/", 0, "/p/a", 2) == "/p/a=v /p/b=v ");
    CHECK(f.keys("/p/", 0, "/q") == "");
    CHECK(f.keys("") == "/p/=v /p/a=v /p/b=v /p/c=v /pp=v /q/a=v ");
}

TEST_CASE("the past can be read until it is compacted") {
    Fixture f;
    f.put("/a", "1");        // 1
    f.put("/b", "1");        // 2
    f.put("/a", "2");        // 3
    (void)f.remove("/b");    // 4
    f.put("/c", "1");        // 5
    f.put("/b", "2");        // 6
    CHECK(f.keys("/", 1) == "/a=1 ");
    CHECK(f.keys("/", 2) == "/a=1 /b=1 ");
    CHECK(f.keys("/", 3) == "/a=2 /b=1 ");
    CHECK(f.keys("/", 4) == "/a=2 ");
    CHECK(f.keys("/", 5) == "/a=2 /c=1 ");
    CHECK(f.keys("/", 5, "/b", 1) == "/c=1 ");
    CHECK(f.keys("/", 6) == "/a=2 /b=2 /c=1 ");
    CHECK(*(*f.store->get("/b", 3))->value == "1");
    CHECK(f.store->get("/b", 5).status().reason() == Reason::NotFound);
    CHECK(f.store->get("/b", 7).status().reason() == Reason::Timeout);
    CHECK(f.store->list("/", "", 0, 7).status().causes()[0].type == "ResourceVersionTooLarge");

    REQUIRE(f.store->compact(4).ok());
    CHECK(f.store->compact_revision() == 4);
    CHECK(f.store->compact(3).ok());
    CHECK(f.store->compact(99).reason() == Reason::BadRequest);
    CHECK(f.keys("/", 3) == "Expired");
    CHECK(f.keys("/", 4) == "/a=2 ");
    CHECK(f.keys("/", 5) == "/a=2 /c=1 ");
    auto recorder = std::make_shared<Recorder>();
    CHECK(f.store->watch("/", 3, recorder).status().reason() == Reason::Expired);
    auto handle = f.store->watch("/", 4, recorder);
    REQUIRE(handle.ok());
    CHECK(recorder->text(2) == "+/c@5 +/b@6");
}

TEST_CASE("a watch tells history, then what happens, each event once and in order") {
    Fixture f;
    f.put("/p/a", "1");
    f.put("/p/a", "2");
    f.put("/q/a", "1");
    (void)f.remove("/p/a", Write::kAny, "last words");
    auto all = std::make_shared<Recorder>(), late = std::make_shared<Recorder>(), other = std::make_shared<Recorder>();
    auto watch_all = f.store->watch("/p/", 0, all);
    auto watch_late = f.store->watch("/p/", 2, late);
    auto watch_other = f.store->watch("/q/", 4, other);
    f.put("/p/b", "1", 0, Durability::Cheap);
    f.put("/q/b", "1");
    CHECK(all->text(4) == "+/p/a@1 ~/p/a@2 -/p/a@4 +/p/b@5");
    CHECK(late->text(2) == "-/p/a@4 +/p/b@5");
    CHECK(other->text(1) == "+/q/b@6");
    auto events = all->wait(4);
    CHECK(*events[1].previous->value == "1");
    CHECK(*events[2].previous->value == "2");
    CHECK(*events[2].entry->value == "last words");
    CHECK(f.store->watch("/", 99, all).status().reason() == Reason::Timeout);
}

TEST_CASE("the events of one transaction come in one call") {
    Fixture f;
    auto recorder = std::make_shared<Recorder>();
    auto handle = f.store->watch("/a/", 0, recorder);
    (void)f.store->commit(std::vector<Write>{{.key = "/a/1", .value = "x"}, {.key = "/b/1", .value = "x"}, {.key = "/a/2", .value = "x"}});
    CHECK(recorder->text(2) == "+/a/1@1 +/a/2@1");
    CHECK(recorder->sizes == std::vector<size_t>{2});
}

TEST_CASE("a watch that was dropped hears nothing more") {
    Fixture f;
    auto recorder = std::make_shared<Recorder>(), witness = std::make_shared<Recorder>();
    auto dropped = f.store->watch("/", 0, recorder);
    auto kept = f.store->watch("/", 0, witness);
    f.put("/a", "1");
    recorder->wait(1);
    dropped.value().reset();
    f.put("/a", "2");
    witness->wait(2);
    CHECK(recorder->all.size() == 1);
}

TEST_CASE("a commit may be started from a callback") {
    Fixture f;
    std::promise<Revision> second;
    f.store->commit(std::vector<Write>{{.key = "/a", .value = "1"}}, [&](Result<Committed>) {
        f.store->commit(std::vector<Write>{{.key = "/b", .value = "1"}}, [&](Result<Committed> result) { second.set_value(result->revision); });
    });
    CHECK(second.get_future().get() == 2);
}
