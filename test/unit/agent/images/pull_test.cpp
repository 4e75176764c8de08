// Pulls from a real registry on loopback, unpacking in the jailed child, root file systems. Needs root.
#include <sys/stat.h>
#include <sys/xattr.h>

#include "registry_fixture.h"

using namespace skiff;
using namespace skiff::agent::images;

namespace {

struct Node : Workshop {
    std::unique_ptr<ImageStore> store;
    explicit Node(const std::string& registries_yaml = "") {
        if (!registries_yaml.empty()) REQUIRE(file::write_volatile(root + "/registries.yaml", registries_yaml).ok());
        open();
    }
    void open() {
        store.reset();
        auto opened = ImageStore::open({.root = root + "/store", .registries_yaml = root + "/registries.yaml", .architecture = "amd64"});
        INFO((opened.ok() ? "" : opened.status().message()));
        REQUIRE(opened.ok());
        store = std::move(*opened);
    }
    size_t layers() { return file::list_dir(root + "/store/layers")->size(); }
};

std::string message(const Result<Image>& result) { return result.ok() ? "" : result.status().message(); }

}  // namespace

TEST_CASE("an image is pulled, verified, unpacked and mounted with its whiteouts", "[root]") {
    if (!possible()) return;
    Node node;
    Registry registry(node.root + "/registry");
    auto base = node.layer("mkdir -p etc data/sub bin; echo old > etc/gone; echo kept > etc/kept; echo x > data/sub/hidden; echo app > bin/app; chmod 4755 bin/app; "
                           "ln bin/app bin/hard; ln -s /etc/kept link; mknod null c 1 3; echo ü > 'etc/Főtanúsítvány.crt'; chown 1000:1001 etc/kept; "
                           "setfattr -n user.note -v hello etc/kept 2>/dev/null || true");
    auto top = node.layer("mkdir -p etc data; touch etc/.wh.gone; touch data/.wh..wh..opq; echo new > data/new", "zstd -q");
    // Behind an index for two architectures.
    auto config = Workshop::config({base, top});
    auto manifest_digest = registry.push("team/app", "", {base, top}, config);
    int64_t size = 0;
    auto index = json::Value::object({{"schemaVersion", 2}, {"mediaType", "application/vnd.oci.image.index.v1+json"}});
    {
        net::BlockingRequest request;
        request.method = "HEAD";
        request.url = registry.base() + "/v2/team/app/manifests/" + manifest_digest;
        request.headers.set("Accept", "application/vnd.oci.image.manifest.v1+json");
        auto head = (*net::BlockingClient::create({}))->request(request);
        REQUIRE(head.ok());
        size = std::atoll(head->headers.get("Content-Length").c_str());
    }
    index.set("manifests", json::Value::array({json::Value::object({{"mediaType", "application/vnd.oci.image.manifest.v1+json"}, {"digest", manifest_digest}, {"size", size},
                                                                    {"platform", json::Value::object({{"os", "linux"}, {"architecture", "amd64"}})}})}));
    auto index_digest = registry.push_manifest("team/app", "1.0", index);

    int64_t reported = 0;
    PullOptions options;
    options.progress = [&](const Progress& p) { reported = p.done_bytes; };
    auto image = node.store->pull(registry.host() + "/team/app:1.0", options);
    REQUIRE(message(image) == "");
    CHECK(image->id == "sha256:" + sha256_hex(config));
    CHECK(image->digests == std::vector<std::string>{registry.host() + "/team/app@" + index_digest});
    CHECK(image->config.entrypoint == std::vector<std::string>{"/bin/app"});
    CHECK(image->config.user == "1000");
    CHECK(reported == static_cast<int64_t>(base.bytes.size() + top.bytes.size()));

    auto rootfs = node.store->mount_rootfs("c1", *image);
    REQUIRE((rootfs.ok() ? "" : rootfs.status().message()) == "");
    CHECK_FALSE(file::exists(*rootfs + "/etc/gone"));
    CHECK(*file::read(*rootfs + "/etc/kept") == "kept\n");
    CHECK(*file::list_dir(*rootfs + "/data") == std::vector<std::string>{"new"});
    CHECK(*file::read(*rootfs + "/etc/Főtanúsítvány.crt") == "ü\n");
    struct stat app {}, hard {}, null {}, kept {};
    REQUIRE(::stat((*rootfs + "/bin/app").c_str(), &app) == 0);
    REQUIRE(::stat((*rootfs + "/bin/hard").c_str(), &hard) == 0);
    REQUIRE(::lstat((*rootfs + "/null").c_str(), &null) == 0);
    REQUIRE(::stat((*rootfs + "/etc/kept").c_str(), &kept) == 0);
    CHECK((app.st_mode & 07777) == 04755);
    CHECK(app.st_ino == hard.st_ino);
    CHECK(S_ISCHR(null.st_mode));
    CHECK(kept.st_uid == 1000);
    CHECK(kept.st_gid == 1001);

    // In use it stays; unused it goes with its layers.
    CHECK(node.store->remove(registry.host() + "/team/app:1.0").reason() == Reason::Conflict);
    CHECK(node.store->unmount_rootfs("c1").message() == "");
    CHECK(node.layers() == 2);
    node.open();
    CHECK(node.store->get(image->id).ok());
    CHECK(node.store->remove(registry.host() + "/team/app:1.0").message() == "");
    CHECK(node.layers() == 0);
    CHECK(node.store->get(image->id).status().reason() == Reason::NotFound);
}

TEST_CASE("a layer that lies about itself or climbs out is refused and leaves nothing", "[root]") {
    if (!possible()) return;
    Node node;
    Registry registry(node.root + "/registry");
    auto honest = node.layer("echo a > a"), other = node.layer("echo b > b");
    auto lying = honest;
    lying.diff_id = other.diff_id;
    registry.push("bad/diff", "1", {lying}, Workshop::config({lying}));
    auto wrong = node.store->pull(registry.host() + "/bad/diff:1", {});
    CHECK(message(wrong).find("instead of " + other.diff_id) != std::string::npos);

    // A name with a line break that looks like the unpacker's own answer.
    auto forged = node.layer("mkdir \"$(printf 'x\\ndone " + other.diff_id + " 7\\n')\"; touch \"$(printf 'x\\ndone " + other.diff_id + " 7\\n')/.wh..wh..opq\"");
    forged.diff_id = other.diff_id;
    registry.push("bad/forged", "1", {forged}, Workshop::config({forged}));
    CHECK_FALSE(node.store->pull(registry.host() + "/bad/forged:1", {}).ok());

    Layer raw;
    {
        const auto dir = node.root + "/climb";
        REQUIRE(file::make_dirs(dir).ok());
        shell("cd " + dir + "; echo evil > x; tar -P --format=pax --transform 's,^x,../../../evil,' -cf t.tar x; gzip -n t.tar");
        raw.bytes = *file::read(dir + "/t.tar.gz");
        raw.digest = "sha256:" + sha256_hex(raw.bytes);
        raw.diff_id = "sha256:" + sha256_hex(shell("gzip -dc " + dir + "/t.tar.gz"));
    }
    registry.push("bad/climb", "1", {raw}, Workshop::config({raw}));
    CHECK_THAT(message(node.store->pull(registry.host() + "/bad/climb:1", {})), Catch::Contains("leaves the image"));
    CHECK_FALSE(file::exists(node.root + "/evil"));

    // A symbolic link to the outside is only a link: what is written through it lands below the layer's root.
    auto linked = node.layer("ln -s " + node.root + " out; mkdir dir");
    auto through = node.layer("mkdir out; echo y > out/evil2");
    // The same layer twice is one folder.
    registry.push("ok/linked", "1", {linked, through, linked}, Workshop::config({linked, through, linked}));
    auto image = node.store->pull(registry.host() + "/ok/linked:1", {});
    REQUIRE(message(image) == "");
    CHECK(node.store->mount_rootfs("c1", *image).ok());
    CHECK(node.store->unmount_rootfs("c1").ok());
    CHECK_FALSE(file::exists(node.root + "/evil2"));
    CHECK(node.layers() == 2);
    CHECK(file::list_dir(node.root + "/store/staging")->empty());
}

TEST_CASE("credentials of a pull secret or of registries.yaml open a private registry", "[root]") {
    if (!possible()) return;
    Node node;
    Registry registry(node.root + "/registry", "user:$2b$04$p/eBOUhMP6eVfMo6sn8x7OyZErEiVrouQPEAIbZdrcR8T0skOnNXq\n");
    registry.login("user", "secret");
    auto layer = node.layer("echo a > a");
    registry.push("private/app", "1", {layer}, Workshop::config({layer}));
    const auto name = registry.host() + "/private/app:1";
    auto refused = node.store->pull(name, {});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.status().reason() == Reason::Unauthorized);
    PullOptions with;
    with.credentials = {{"user", "wrong", ""}, {"user", "secret", ""}};
    CHECK(message(node.store->pull(name, with)) == "");

    // As a mirror of another registry, with the mirror's own credentials and a rewrite.
    Node mirrored("mirrors:\n  example.test:\n    endpoint: [\"" + registry.base() + "\"]\n    rewrite: {\"^library/(.*)\": \"private/$1\"}\nconfigs:\n  \"" + registry.host() +
                  "\":\n    auth: {username: user, password: secret}\n");
    auto image = mirrored.store->pull("example.test/library/app:1", {});
    REQUIRE(message(image) == "");
    CHECK(image->tags == std::vector<std::string>{"example.test/library/app:1"});
}

TEST_CASE("archives of docker save and of OCI tools are imported once", "[root]") {
    if (!possible()) return;
    Node node;
    auto layer = node.layer("mkdir bin; echo app > bin/app", "cat");
    auto config = Workshop::config({layer});
    const auto dir = node.root + "/save";
    REQUIRE(file::make_dirs(dir + "/l").ok());
    REQUIRE(file::write_volatile(dir + "/l/layer.tar", layer.bytes).ok());
    REQUIRE(file::write_volatile(dir + "/config.json", config).ok());
    REQUIRE(file::write_volatile(dir + "/manifest.json", R"([{"Config":"config.json","RepoTags":["local/app:dev"],"Layers":["l/layer.tar"]}])").ok());
    for (const char* pack : {"cat", "gzip", "zstd -q"}) {
        shell("cd " + dir + "; tar -cf - * | " + pack + " > ../saved");
        auto images = node.store->import(node.root + "/saved");
        INFO((images.ok() ? "" : images.status().message()));
        REQUIRE(images.ok());
        REQUIRE(images->size() == 1);
        CHECK((*images)[0].tags == std::vector<std::string>{"docker.io/local/app:dev"});
        CHECK(node.store->list().size() == 1);
    }
    CHECK(node.layers() == 1);
    REQUIRE(file::write_volatile(node.root + "/broken", "no archive at all").ok());
    CHECK_FALSE(node.store->import(node.root + "/broken").ok());
}

TEST_CASE("the executable itself is an image without a registry", "[root]") {
    if (!possible()) return;
    Node node;
    for (int round = 0; round < 2; ++round) {
        auto image = node.store->add_builtin("skiff/hello", "/proc/self/exe", {"/skiff", "hello"}, {"A=b"});
        REQUIRE(message(image) == "");
        CHECK(image->pinned);
        CHECK(image->tags == std::vector<std::string>{"docker.io/skiff/hello:latest"});
        auto rootfs = node.store->mount_rootfs("c1", *image);
        REQUIRE(rootfs.ok());
        CHECK(::access((*rootfs + "/skiff").c_str(), X_OK) == 0);
        CHECK(node.store->unmount_rootfs("c1").ok());
        node.open();
    }
    CHECK(node.layers() == 1);
}
