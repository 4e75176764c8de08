#include "cli/installation.h"

#include <catch2/catch.hpp>

#include "cli/node_cleanup.h"
#include "cli/port_owner.h"

using namespace skiff;
using namespace skiff::cli;

TEST_CASE("the record of an installation keeps arguments in order and names what was made") {
    auto made = parse_installation("name skiff-edge\nverb server\ninit systemd\nbinary /usr/local/bin/skiff\nenv /etc/skiff/skiff-edge.env\n"
                                   "file /usr/local/bin/skiff\ndir /etc/skiff\ntree /usr/local/lib/skiff-deps\npackage runc\narg --data-dir\narg /data/a b\narg \n");
    REQUIRE(made.ok());
    CHECK(made->name == "skiff-edge");
    CHECK(made->args == std::vector<std::string>{"--data-dir", "/data/a b", ""});
    CHECK(made->files == std::vector<std::string>{"/usr/local/bin/skiff"});
    CHECK(made->packages == std::vector<std::string>{"runc"});
    CHECK(made->trees.size() == 1);
}

TEST_CASE("a record of a later version is refused, so that nothing is half undone") {
    CHECK(parse_installation("name x\nnovelty 1\n").status().message() == "unknown word \"novelty\"");
    CHECK_FALSE(parse_installation("verb server\n").ok());
}

TEST_CASE("the environment file is read as systemd and sh read it") {
    auto variables = parse_environment("SKIFF_TOKEN=\"a \\\"b\\\" \\$c \\`d\\` \\\\e\"\n# note\nSKIFF_URL=plain\nnonsense\n");
    REQUIRE(variables.size() == 2);
    CHECK(variables[0].second == "a \"b\" $c `d` \\e");
    CHECK(variables[1] == std::pair<std::string, std::string>{"SKIFF_URL", "plain"});
}

TEST_CASE("only mounts of the node are taken down, the innermost first") {
    const std::string mounts =
        "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
        "30 22 8:2 / /var/lib/skiff rw - ext4 /dev/sdb rw\n"
        "31 30 8:3 / /var/lib/skiff/agent/images-store rw - ext4 /dev/sdc rw\n"
        "32 30 0:5 / /var/lib/skiff/agent/images-store/containers/a/rootfs rw - overlay overlay rw\n"
        "33 30 0:6 / /var/lib/skiff/agent/pods/u/volumes/v rw - tmpfs tmpfs rw\n"
        "34 33 8:1 /x /var/lib/skiff/agent/pods/u/volumes/v/sub\\040path rw - ext4 /dev/sda rw\n"
        "35 30 0:9 / /var/lib/skiff/storage/pvc rw - nfs server:/x rw\n"
        "36 22 0:4 net:[1] /run/skiff/sandboxes/s/ns/net rw - nsfs nsfs rw\n"
        "37 22 0:4 net:[1] /run/skiff-other/sandboxes/s/ns/net rw - nsfs nsfs rw\n"
        "38 22 0:8 / /run/skiff rw - tmpfs tmpfs rw\n";
    std::vector<std::string> points;
    for (const auto& mount : own_mounts(mounts, "/var/lib/skiff", "/run/skiff")) points.push_back(mount.point);
    CHECK(points == std::vector<std::string>{"/run/skiff/sandboxes/s/ns/net", "/var/lib/skiff/agent/pods/u/volumes/v/sub path", "/var/lib/skiff/agent/pods/u/volumes/v",
                                             "/var/lib/skiff/agent/images-store/containers/a/rootfs"});
}

TEST_CASE("the owner of a port is found by the socket that listens, not by connections") {
    const std::string table =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:192B 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0\n"
        "   1: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0\n";
    CHECK(listening_inode(table, 6443) == "222");
    CHECK(listening_inode(table, 6444).empty());
}
