// ImageStore: content-addressed images of this node, below <data-dir>/agent/images-store: blobs, unpacked layers on overlayfs, references.
//
// Nothing is used before its digest was verified; layers are unpacked in a jailed child. Blocking methods, any thread; pulls of one
// reference at a time share one download. Survives kill -9 at any moment: what is half done is removed at open.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::agent::images {

// What the image's config says (OCI image config; Docker's has the same names).
struct ImageConfig {
    std::vector<std::string> entrypoint, command, env;
    std::string working_dir, user, stop_signal;
    std::vector<std::string> volumes, exposed_ports;
};

struct Image {
    std::string id;                          // sha256:... of the config
    std::vector<std::string> tags;           // docker.io/library/busybox:1.36 (normalized)
    std::vector<std::string> digests;        // docker.io/library/busybox@sha256:...
    int64_t size_bytes = 0;
    bool pinned = false;
    ImageConfig config;
    std::vector<std::string> layer_dirs;     // absolute, lowest first
};

struct Credentials {
    std::string username, password, token;
};

struct Progress {
    int64_t done_bytes, total_bytes;         // total 0 while unknown
    std::string what;                        // layer digest or phase
};

struct PullOptions {
    std::vector<Credentials> credentials;    // tried in order after those of registries.yaml
    std::function<void(const Progress&)> progress;
};

class ImageStore {
public:
    struct Options {
        std::string root;                    // <data-dir>/agent/images-store
        std::string registries_yaml;         // /etc/skiff/registries.yaml; may be missing
        std::string architecture;            // "" means this machine's: amd64, arm64, arm
    };
    static Result<std::unique_ptr<ImageStore>> open(const Options& options);
    virtual ~ImageStore() = default;

    // By tag, digest or id. NotFound when absent. Never touches the network.
    virtual Result<Image> get(const std::string& reference) = 0;
    virtual std::vector<Image> list() = 0;
    virtual Result<Image> pull(const std::string& reference, const PullOptions& options) = 0;
    // A docker-save or OCI archive (plain, gzip, zstd). Returns the images it brought; equal content is imported once.
    virtual Result<std::vector<Image>> import(const std::string& archive_path, const std::function<void(const Progress&)>& progress = {}) = 0;
    virtual Status remove(const std::string& reference) = 0;   // Conflict while a container uses it
    // An image of one layer that holds this executable as /skiff, with the given arguments and environment: there without any registry.
    // Made once for each version of the executable; pinned.
    virtual Result<Image> add_builtin(const std::string& name, const std::string& executable, const std::vector<std::string>& args,
                                      const std::vector<std::string>& env) = 0;

    // A writable root file system over the image's layers at <root>/containers/<container_id>/rootfs (overlayfs). Idempotent.
    virtual Result<std::string> mount_rootfs(const std::string& container_id, const Image& image) = 0;
    virtual Status unmount_rootfs(const std::string& container_id) = 0;
    // Takes away the root file systems of all others: what containers left that a reboot ended.
    virtual Status keep_only(const std::set<std::string>& container_ids) = 0;
    // The folder of what the container has written.
    virtual std::string writable_layer(const std::string& container_id) const = 0;
    // Ids of images that a container has, running or not.
    virtual std::set<std::string> used() = 0;
};

// The jailed child that unpacks a layer (an early branch of main): `skiff unpack DIR` with the layer as standard input.
int unpack_main(int argc, char** argv);

// "busybox" -> docker.io/library/busybox:latest; BadRequest ("invalid reference format") for what is no reference.
Result<std::string> normalize_reference(const std::string& reference);

}  // namespace skiff::agent::images
