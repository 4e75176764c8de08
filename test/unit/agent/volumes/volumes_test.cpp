#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/volumes/atomic_dir.h"
#include "agent/volumes/downward.h"
#include "agent/volumes/block_volume.h"
#include "agent/volumes/host_path.h"
#include "agent/volumes/ownership.h"
#include "agent/volumes/payload.h"
#include "agent/volumes/service_token.h"
#include "agent/volumes/volume_manager.h"
#include "base/encoding.h"
#include "base/file.h"
#include "json/parse.h"
#include "json/write.h"

using namespace skiff;
using namespace skiff::agent::volumes;

namespace {
json::Value parsed(const std::string& text) { return json::parse(text).value(); }
struct TempDir {
    std::string path;
    TempDir() {
        char name[] = "/tmp/skiff-volumes-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~TempDir() { (void)file::remove_tree(path); }
};
}  // namespace

TEST_CASE("a config map becomes files, by key or by items") {
    const json::Value map = parsed(R"({"data":{"a":"1","b":"2"},"binaryData":{"c":"/wA="}})");
    Payload all;
    REQUIRE(add_config_map(all, parsed(R"({"name":"cm"})"), map, 0644).ok());
    CHECK(all.size() == 3);
    CHECK(all["c"].content == std::string("\xff\0", 2));
    Payload some;
    REQUIRE(add_config_map(some, parsed(R"({"name":"cm","items":[{"key":"a","path":"dir/x","mode":384}]})"), map, 0644).ok());
    CHECK(some.size() == 1);
    CHECK(some["dir/x"].mode == 0600);
    Payload none;
    CHECK(add_config_map(none, parsed(R"({"name":"cm","items":[{"key":"z","path":"z"}]})"), map, 0644).message() == "references non-existent config key: z");
    CHECK(add_config_map(none, parsed(R"({"name":"cm"})"), {}, 0644).message() == "configmap \"cm\" not found");
    CHECK(add_config_map(none, parsed(R"({"name":"cm","optional":true})"), {}, 0644).ok());
    CHECK_FALSE(add_config_map(none, parsed(R"({"name":"cm","items":[{"key":"a","path":"../x"}]})"), map, 0644).ok());
}

TEST_CASE("an atomic folder changes all at once and keeps its names") {
    TempDir dir;
    const std::string volume = dir.path + "/v";
    REQUIRE(write_atomic_dir(volume, {{"a", {"1"}}, {"sub/b", {"2", 0600}}}, -1).ok());
    CHECK(file::read(volume + "/a").value() == "1");
    CHECK(file::read(volume + "/sub/b").value() == "2");
    CHECK(write_atomic_dir(volume, {{"a", {"1"}}, {"sub/b", {"2", 0600}}}, -1).value() == false);
    CHECK(write_atomic_dir(volume, {{"a", {"3"}}}, -1).value() == true);
    CHECK(file::read(volume + "/a").value() == "3");
    CHECK_FALSE(file::exists(volume + "/sub"));
    CHECK(file::list_dir(volume).value().size() == 3);   // ..<time>, ..data, a
    struct stat info;
    REQUIRE(::lstat((volume + "/a").c_str(), &info) == 0);
    CHECK(S_ISLNK(info.st_mode));
    CHECK(write_atomic_dir(volume, {}, -1).ok());
    CHECK_FALSE(file::exists(volume + "/a"));
}

TEST_CASE("downward values are those of the pod") {
    const json::Value pod = parsed(R"({"metadata":{"name":"p","labels":{"b":"2","a":"x\"y"}},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"250m"}}}]}})");
    const DownwardFacts facts{"n", {"10.42.0.5", "fd00::5"}, {}, 4000, 1 << 30, 0};
    CHECK(field_value(pod, "metadata.labels", facts).value() == "a=\"x\\\"y\"\nb=\"2\"");
    CHECK(field_value(pod, "status.podIPs", facts).value() == "10.42.0.5,fd00::5");
    CHECK_FALSE(field_value(pod, "spec.containers", facts).ok());
    CHECK(resource_value(pod, parsed(R"({"containerName":"c","resource":"requests.cpu","divisor":"1m"})"), "", facts).value() == "250");
    CHECK(resource_value(pod, parsed(R"({"resource":"limits.cpu"})"), "c", facts).value() == "4");
    CHECK(resource_value(pod, parsed(R"({"resource":"limits.memory"})"), "c", facts).value() == std::to_string(1 << 30));
}

TEST_CASE("host path types are checked") {
    TempDir dir;
    CHECK(check_host_path(dir.path, "Directory").ok());
    CHECK(check_host_path(dir.path, "File").message() == "hostPath type check failed: " + dir.path + " is not a file");
    CHECK(check_host_path(dir.path + "/new/deep", "DirectoryOrCreate").ok());
    CHECK(check_host_path(dir.path + "/file", "FileOrCreate").ok());
    CHECK(check_host_path(dir.path + "/file", "File").ok());
    CHECK_FALSE(check_host_path(dir.path + "/none", "Directory").ok());
}

TEST_CASE("a token is renewed at four fifths of its life, at the latest after a day") {
    auto token = [](int64_t issued, int64_t expires) {
        return "h." + base64url_encode(json::write(json::Value::object({{"iat", issued}, {"exp", expires}}))) + ".s";
    };
    CHECK(renewal_time(token(1000, 4600)) == WallTime(std::chrono::seconds(1000 + 2880)));
    CHECK(renewal_time(token(0, 86400 * 365)) == WallTime(std::chrono::hours(24)));
    CHECK_FALSE(renewal_time("no token"));
}

TEST_CASE("a volume is used by mounts and devices of any container") {
    const auto uses = volume_uses(parsed(R"({"spec":{"volumes":[{"name":"idle"}],"initContainers":[{"volumeMounts":[{"name":"a"}]}],
      "containers":[{"volumeMounts":[{"name":"a"}],"volumeDevices":[{"name":"disk"}]}],"ephemeralContainers":[{"volumeMounts":[{"name":"late"}]}]}})"));
    CHECK(uses.size() == 3);
    CHECK((uses.at("a").mounted && !uses.at("a").mapped));
    CHECK((uses.at("disk").mapped && !uses.at("disk").mounted));
    CHECK(uses.count("late") == 1);
}

TEST_CASE("the group of a volume that is a link is set on what it points to, and no further link is followed") {
    TempDir dir;
    REQUIRE(file::make_dirs(dir.path + "/real/sub").ok());
    REQUIRE(file::write_volatile(dir.path + "/outside", "x", 0600).ok());
    REQUIRE(::symlink("real", (dir.path + "/link").c_str()) == 0);
    REQUIRE(::symlink("../outside", (dir.path + "/real/away").c_str()) == 0);
    const gid_t group = ::geteuid() == 0 ? 1234 : ::getegid();
    REQUIRE(set_group(dir.path + "/link", group, GroupChange::Always, false).ok());
    struct stat info;
    REQUIRE(::stat((dir.path + "/real").c_str(), &info) == 0);
    CHECK(info.st_gid == group);
    REQUIRE(::stat((dir.path + "/real/sub").c_str(), &info) == 0);
    CHECK((info.st_mode & S_ISGID) != 0);
    REQUIRE(::stat((dir.path + "/outside").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("what is no block device is not handed out as one") {
    CHECK_FALSE(block_device("/dev/null", false).ok());
    CHECK_FALSE(block_device("/nowhere", false).ok());
    CHECK_FALSE(mount_device("/dev/null", "/nowhere", "ext4", json::Value(), false).ok());
}
