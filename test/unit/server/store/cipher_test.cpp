// The SQLite store with a cipher: what it covers is in the file in no other form.
#include <catch2/catch.hpp>
#include <future>

#include "base/file.h"
#include "recorder.h"
#include "server/store/store.h"
#include "server/store/value_cipher.h"
#include "temp_dir.h"

using namespace skiff;
using namespace skiff::store;

namespace {

// Turns bytes over with a number; the form names the number and the row.
class ToyCipher : public ValueCipher {
public:
    explicit ToyCipher(char key) : key_(key) {}
    bool covers(std::string_view key) const override { return key.starts_with("/secrets/"); }
    Result<std::string> seal(std::string_view, int64_t row_id, std::string_view value) const override {
        if (key_ == 0) return std::string(value);
        std::string out = fmt::format("!{}{}:", key_, row_id);
        for (char c : value) out.push_back(static_cast<char>(c ^ key_));
        return out;
    }
    Result<std::string> open(std::string_view, int64_t row_id, std::string_view stored) const override {
        if (stored.empty() || stored[0] != '!') return std::string(stored);
        const auto head = fmt::format("!{}{}:", stored[1], row_id);
        if (!stored.starts_with(head)) return error(Reason::Invalid, "is of another row");
        std::string out;
        for (char c : stored.substr(head.size())) out.push_back(static_cast<char>(c ^ stored[1]));
        return out;
    }
    bool current(std::string_view stored) const override { return key_ == 0 ? !stored.starts_with('!') : stored.starts_with(std::string{'!', key_}); }

private:
    char key_;
};

std::string bytes_under(const std::string& folder) {
    std::string all;
    const auto names = file::list_dir(folder);
    for (const auto& name : *names)
        if (auto bytes = file::read(folder + "/" + name); bytes.ok()) all += *bytes;
    return all;
}

size_t reseal(Store& store) {
    std::promise<Result<size_t>> done;
    store.reseal([&](Result<size_t> rows) { done.set_value(std::move(rows)); });
    auto rows = done.get_future().get();
    INFO((rows.ok() ? "" : rows.status().message()));
    REQUIRE(rows.ok());
    return *rows;
}

std::unique_ptr<Store> open(const std::string& path, std::shared_ptr<const ValueCipher> cipher) {
    auto store = open_sqlite({.path = path, .cipher = std::move(cipher)});
    INFO((store.ok() ? "" : store.status().message()));
    REQUIRE(store.ok());
    return std::move(store).value();
}

const std::string kPlain = "the-words-nobody-may-read";

}  // namespace

TEST_CASE("what a cipher covers is nowhere in the file in the clear, and comes back after a restart with its history") {
    TempDir dir;
    {
        auto store = open(dir.file(), std::make_shared<ToyCipher>('a'));
        REQUIRE(store->commit(Write{.key = "/secrets/x", .value = kPlain + "1"}).ok());
        REQUIRE(store->commit(Write{.key = "/secrets/x", .value = kPlain + "2"}).ok());
        REQUIRE(store->commit(Write{.key = "/secrets/x", .kind = Write::Kind::Delete, .value = kPlain + "3"}).ok());
        REQUIRE(store->commit(Write{.key = "/open/x", .value = "plain to see"}).ok());
        CHECK(bytes_under(dir.path).find(kPlain) == std::string::npos);
        CHECK(bytes_under(dir.path).find("plain to see") != std::string::npos);
        CHECK(*(*store->get("/secrets/x", 2))->value == kPlain + "2");
    }
    CHECK(bytes_under(dir.path).find(kPlain) == std::string::npos);
    auto store = open(dir.file(), std::make_shared<ToyCipher>('b'));   // it opens what an earlier key closed
    auto recorder = std::make_shared<Recorder>();
    auto handle = store->watch("/secrets/", 0, recorder);
    auto events = recorder->wait(3);
    CHECK(*events[0].entry->value == kPlain + "1");
    CHECK(*events[2].entry->value == kPlain + "3");
}

TEST_CASE("rows of before the cipher are rewritten with their history, and nothing is left of them") {
    TempDir dir;
    {
        auto store = open(dir.file(), nullptr);
        for (int i = 0; i < 300; ++i) REQUIRE(store->commit(Write{.key = fmt::format("/secrets/{}", i % 50), .value = kPlain + std::string(i * 20, 'x')}).ok());
        REQUIRE(store->commit(Write{.key = "/open/x", .value = "1"}).ok());
        REQUIRE(store->compact(100).ok());
    }
    REQUIRE(bytes_under(dir.path).find(kPlain) != std::string::npos);
    {
        auto store = open(dir.file(), std::make_shared<ToyCipher>('a'));
        CHECK(reseal(*store) >= 200);
        CHECK(bytes_under(dir.path).find(kPlain) == std::string::npos);
        CHECK(reseal(*store) == 0);
        REQUIRE(store->commit(Write{.key = "/secrets/new", .value = kPlain}).ok());
        CHECK(*(*store->get("/secrets/0", 201))->value == kPlain + std::string(200 * 20, 'x'));
    }
    auto store = open(dir.file(), std::make_shared<ToyCipher>(0));
    CHECK(reseal(*store) > 200);
    CHECK(bytes_under(dir.path).find("!a") == std::string::npos);
    CHECK(*(*store->get("/secrets/new"))->value == kPlain);
}

TEST_CASE("a row that the cipher does not open stops the start and is named") {
    TempDir dir;
    { REQUIRE(open(dir.file(), nullptr)->commit(Write{.key = "/secrets/x", .value = "!zz"}).ok()); }
    auto store = open_sqlite({.path = dir.file(), .cipher = std::make_shared<ToyCipher>('a')});
    REQUIRE_FALSE(store.ok());
    CHECK(store.status().message().find("row 4096 (/secrets/x) is of another row") != std::string::npos);
}
