// A docker-registry on loopback with images that the test makes. Needs the programs docker-registry, tar, gzip and zstd.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "agent/images/image_store.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/random.h"
#include "json/value.h"
#include "json/write.h"
#include "net/blocking_client.h"

namespace skiff::agent::images {

inline bool possible() {
    bool programs = true;
    for (const char* name : {"docker-registry", "tar", "gzip", "zstd"}) programs = programs && process::find_program(name).ok();
    if (::geteuid() == 0 && programs) return true;
    WARN("skipped: needs root, docker-registry, tar, gzip and zstd");
    return false;
}

inline std::string shell(const std::string& script) {
    process::Spawn what;
    what.args = {"sh", "-ec", script};
    auto output = process::run(what);
    INFO(script);
    REQUIRE(output.ok());
    INFO(output->err);
    REQUIRE(output->exit.code == 0);
    return output->out;
}

struct Layer {
    std::string bytes, digest, diff_id;
};

struct Workshop {
    std::string root;
    Workshop() {
        char name[] = "/tmp/skiff-images-XXXXXX";
        root = ::mkdtemp(name);
    }
    ~Workshop() { CHECK(file::remove_tree(root).message() == ""); }

    // A layer from a shell script that fills the folder it starts in.
    Layer layer(const std::string& script, const std::string& compressor = "gzip -n") {
        const auto dir = root + "/make-" + hex_encode(random_bytes(4));
        REQUIRE(file::make_dirs(dir + "/fs").ok());
        shell("cd " + dir + "/fs; " + script + "; cd ..; tar --format=pax --numeric-owner --xattrs --xattrs-include='*' -C fs -cf layer.tar .; " + compressor + " < layer.tar > layer");
        Layer made;
        made.bytes = *file::read(dir + "/layer");
        made.digest = "sha256:" + sha256_hex(made.bytes);
        made.diff_id = "sha256:" + sha256_hex(*file::read(dir + "/layer.tar"));
        shell("rm -rf " + dir);
        return made;
    }
    static std::string config(const std::vector<Layer>& layers) {
        auto tree = json::Value::object({{"architecture", "amd64"}, {"os", "linux"}});
        tree.set("config", json::Value::object({{"Entrypoint", json::Value::array({"/bin/app"})}, {"Env", json::Value::array({"A=b"})}, {"User", "1000"}, {"WorkingDir", "/srv"}}));
        auto ids = json::Value::array();
        for (const auto& layer : layers) ids.push_back(layer.diff_id);
        tree.set("rootfs", json::Value::object({{"type", "layers"}, {"diff_ids", std::move(ids)}}));
        return json::write(tree);
    }
};

class Registry {
public:
    explicit Registry(const std::string& dir, const std::string& htpasswd = "") {
        port_ = free_port();
        REQUIRE(file::make_dirs(dir).ok());
        std::string yaml = "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " + dir + "/data}}\nhttp: {addr: \"127.0.0.1:" + std::to_string(port_) + "\"}\n";
        if (!htpasswd.empty()) {
            REQUIRE(file::write_volatile(dir + "/htpasswd", htpasswd).ok());
            yaml += "auth: {htpasswd: {realm: test, path: " + dir + "/htpasswd}}\n";
        }
        REQUIRE(file::write_volatile(dir + "/config.yml", yaml).ok());
        process::Spawn what;
        what.args = {"docker-registry", "serve", dir + "/config.yml"};
        auto child = process::spawn(what);
        REQUIRE(child.ok());
        child_ = std::move(*child);
        client_ = *net::BlockingClient::create({});
        for (int i = 0; i < 200; ++i) {
            net::BlockingRequest request;
            request.url = base() + "/v2/";
            if (client_->request(request).ok()) return;
            ::usleep(20'000);   // the program says nowhere that it listens
        }
        FAIL("docker-registry did not start");
    }
    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string base() const { return "http://" + host(); }
    void login(const std::string& user, const std::string& password) { authorization_ = "Basic " + base64_encode(user + ":" + password); }

    void push_blob(const std::string& repository, const std::string& bytes) {
        auto begun = send("POST", base() + "/v2/" + repository + "/blobs/uploads/", "", "");
        REQUIRE(begun.code == 202);
        std::string location(begun.headers.get("Location"));
        auto done = send("PUT", location + (location.find('?') == std::string::npos ? "?" : "&") + "digest=sha256:" + sha256_hex(bytes), bytes, "application/octet-stream");
        REQUIRE(done.code == 201);
    }
    std::string push_manifest(const std::string& repository, const std::string& tag, const json::Value& manifest) {
        auto bytes = json::write(manifest);
        auto digest = "sha256:" + sha256_hex(bytes);
        auto done = send("PUT", base() + "/v2/" + repository + "/manifests/" + (tag.empty() ? digest : tag), bytes, manifest["mediaType"].as_string());
        INFO(done.body);
        REQUIRE(done.code == 201);
        return digest;
    }
    // An OCI manifest; returns its digest. Without a tag it is only there by digest.
    std::string push(const std::string& repository, const std::string& tag, const std::vector<Layer>& layers, const std::string& config) {
        push_blob(repository, config);
        auto list = json::Value::array();
        for (const auto& layer : layers) {
            push_blob(repository, layer.bytes);
            const bool zstd = layer.bytes.starts_with("\x28\xb5\x2f\xfd");
            list.push_back(json::Value::object({{"mediaType", zstd ? "application/vnd.oci.image.layer.v1.tar+zstd" : "application/vnd.oci.image.layer.v1.tar+gzip"},
                                                {"digest", layer.digest}, {"size", layer.bytes.size()}}));
        }
        auto manifest = json::Value::object({{"schemaVersion", 2}, {"mediaType", "application/vnd.oci.image.manifest.v1+json"}});
        manifest.set("config", json::Value::object({{"mediaType", "application/vnd.oci.image.config.v1+json"}, {"digest", "sha256:" + sha256_hex(config)}, {"size", config.size()}}));
        manifest.set("layers", std::move(list));
        return push_manifest(repository, tag, manifest);
    }

private:
    net::BlockingResponse send(const std::string& method, const std::string& url, const std::string& body, const std::string& type) {
        net::BlockingRequest request;
        request.method = method;
        request.url = url;
        request.body = body;
        if (!type.empty()) request.headers.set("Content-Type", type);
        if (!authorization_.empty()) request.headers.set("Authorization", authorization_);
        auto response = client_->request(request);
        INFO((response.ok() ? "" : response.status().message()));
        REQUIRE(response.ok());
        return *response;
    }
    static int free_port() {
        Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        return ntohs(address.sin_port);
    }
    int port_ = 0;
    process::Child child_;
    std::shared_ptr<net::BlockingClient> client_;
    std::string authorization_;
};

}  // namespace skiff::agent::images
