#include "agent/images/reference.h"

#include <catch2/catch.hpp>

#include "agent/images/image_store.h"
#include "agent/images/manifest.h"
#include "agent/images/registries.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::agent::images;

TEST_CASE("names of images are completed as Docker completes them") {
    const std::string digest = "sha256:" + std::string(64, 'a');
    const std::pair<std::string, std::string> cases[] = {
        {"busybox", "docker.io/library/busybox:latest"},
        {"busybox:1.36", "docker.io/library/busybox:1.36"},
        {"user/app", "docker.io/user/app:latest"},
        {"index.docker.io/library/app:2", "docker.io/library/app:2"},
        {"localhost/app", "localhost/app:latest"},
        {"localhost:5000/a/b/c:x", "localhost:5000/a/b/c:x"},
        {"quay.io/x/y__z-1@" + digest, "quay.io/x/y__z-1@" + digest},
        {"app:1@" + digest, "docker.io/library/app@" + digest},
    };
    for (const auto& [text, wanted] : cases) {
        auto normal = normalize_reference(text);
        INFO(text);
        REQUIRE(normal.ok());
        CHECK(*normal == wanted);
    }
    for (const char* text : {"", "Upper", "a//b", "a b", "app:", "app:ta g", "-a", "a/", "/a", "a@sha256:short", "..", "a/../b", "x:y:z/", "a\nb"}) {
        INFO(text);
        CHECK(normalize_reference(text).status().reason() == Reason::BadRequest);
    }
}

TEST_CASE("mirrors come first and the registry itself last") {
    auto registries = Registries::parse(R"yaml(
mirrors:
  docker.io:
    endpoint: ["https://mirror.test/v2", "10.0.0.1:5000"]
    rewrite: {"^library/(.*)": "hub/$1"}
  "*":
    endpoint: ["https://any.test"]
configs:
  mirror.test:
    auth: {username: u, password: p}
  registry-1.docker.io:
    auth: {token: t}
)yaml", "registries.yaml");
    REQUIRE(registries.ok());
    auto hub = registries->endpoints(*Reference::parse("busybox"));
    REQUIRE(hub.size() == 3);
    CHECK(hub[0].base_url == "https://mirror.test");
    CHECK(hub[0].repository == "hub/busybox");
    CHECK(hub[0].credentials[0].username == "u");
    CHECK(hub[1].base_url == "https://10.0.0.1:5000");
    CHECK(hub[1].credentials.empty());
    CHECK(hub[2].base_url == "https://registry-1.docker.io");
    CHECK(hub[2].repository == "library/busybox");
    auto other = registries->endpoints(*Reference::parse("ghcr.io/a/b"));
    REQUIRE(other.size() == 2);
    CHECK(other[0].base_url == "https://any.test");
    CHECK(other[1].base_url == "https://ghcr.io");
    CHECK(Registries().endpoints(*Reference::parse("localhost:5000/a"))[0].base_url == "http://localhost:5000");
    CHECK(Registries::parse("mirror: {}", "r.yaml").status().message().find("mirror") != std::string::npos);
}

TEST_CASE("an index gives the manifest of this machine") {
    const std::string a = "sha256:" + std::string(64, 'a'), b = "sha256:" + std::string(64, 'b');
    auto index = *json::parse(R"({"manifests":[
      {"digest":")" + a + R"(","size":1,"platform":{"os":"linux","architecture":"arm","variant":"v6"}},
      {"digest":")" + b + R"(","size":2,"platform":{"os":"linux","architecture":"arm","variant":"v7"}},
      {"digest":")" + a + R"(","size":3,"platform":{"os":"windows","architecture":"amd64"}}]})");
    CHECK(choose_platform(index, "arm")->digest == b);
    CHECK(choose_platform(index, "amd64").status().message().find("linux/amd64") != std::string::npos);
    CHECK_FALSE(read_manifest(*json::parse(R"({"schemaVersion":1})")).ok());
    CHECK_FALSE(read_manifest(*json::parse(R"({"schemaVersion":2,"config":{"digest":"sha256:x","size":1}})")).ok());
}
