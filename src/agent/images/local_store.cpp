#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "agent/images/archive_reader.h"
#include "agent/images/image_index.h"
#include "agent/images/image_store.h"
#include "agent/images/layer_store.h"
#include "agent/images/manifest.h"
#include "agent/images/overlay.h"
#include "agent/images/reference.h"
#include "agent/images/registries.h"
#include "agent/images/registry.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kConfigBytesMax = 4 << 20;
constexpr size_t kParallelLayers = 2;
constexpr int kBlobAttempts = 3;
constexpr const char* kSelf = "/proc/self/exe";

class LocalStore : public ImageStore {
public:
    LocalStore(Options options, ImageIndex index)
        : options_(std::move(options)), layers_(options_.root, kSelf), index_(std::move(index)), architecture_(options_.architecture.empty() ? this_architecture() : options_.architecture) {}

    Status prepare() {
        TRY(layers_.open());
        TRY(file::make_dirs(options_.root + "/containers", 0711));
        // A layer that no image has is what a crash left between unpacking and the index.
        std::lock_guard lock(mutex_);
        return collect_layers();
    }

    Result<Image> get(const std::string& reference) override {
        std::lock_guard lock(mutex_);
        const auto* found = index_.find(reference);
        if (!found) return error(Reason::NotFound, "image {} is not present", reference);
        return with_dirs(*found);
    }

    std::vector<Image> list() override {
        std::lock_guard lock(mutex_);
        std::vector<Image> images;
        for (const auto& item : index_.all()) images.push_back(with_dirs(item));
        return images;
    }

    Result<Image> pull(const std::string& text, const PullOptions& options) override {
        auto reference = TRY(Reference::parse(text));
        const auto key = reference.text();
        {
            // Pulls of one reference follow one another; the later ones find everything there.
            std::unique_lock lock(mutex_);
            pulled_.wait(lock, [&] { return pulling_.insert(key).second; });
        }
        auto image = pull_from_endpoints(reference, options);
        {
            std::lock_guard lock(mutex_);
            pulling_.erase(key);
        }
        pulled_.notify_all();
        return image;
    }

    Result<std::vector<Image>> import(const std::string& archive_path, const std::function<void(const Progress&)>& progress) override {
        const auto staged = layers_.new_staging();
        TRY(file::make_dirs(staged, 0700));
        auto images = import_into(archive_path, staged, progress);
        (void)file::remove_tree(staged);
        return images;
    }

    Status remove(const std::string& reference) override {
        std::lock_guard lock(mutex_);
        const auto* found = index_.find(reference);
        if (!found) return error(Reason::NotFound, "no image {}", reference);
        if (used_images().count(found->image.id)) return error(Reason::Conflict, "image {} is used by a container", reference);
        TRY(index_.remove(reference));
        return collect_layers();
    }

    Result<Image> add_builtin(const std::string& name, const std::string& executable, const std::vector<std::string>& args,
                              const std::vector<std::string>& env) override {
        // The layer's identity is that of the executable: a new version makes a new image.
        struct stat info {};
        if (::stat(executable.c_str(), &info) < 0) return errno_status("look at " + executable, errno);
        Sha256 hash;
        hash.update(fmt::format("skiff builtin 1 {} {} {}.{}", info.st_size, info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec));
        const auto diff_id = "sha256:" + hash.hex_digest();
        IndexedImage item;
        item.diff_ids = {diff_id};
        item.image.tags = {TRY(normalize_reference(name))};
        item.image.pinned = true;
        item.image.size_bytes = info.st_size;
        item.image.config.entrypoint = args;
        item.image.config.env = env;
        item.image.id = "sha256:" + sha256_hex(diff_id + "\n" + join(args, "\n") + "\n" + join(env, "\n"));
        {
            std::lock_guard lock(mutex_);
            const auto* present = index_.find(item.image.tags[0]);
            if (present && present->image.id == item.image.id && layers_.has(diff_id)) return with_dirs(*present);
        }
        if (!layers_.has(diff_id)) TRY(make_builtin_layer(executable, diff_id));
        return keep(std::move(item));
    }

    Result<std::string> mount_rootfs(const std::string& container_id, const Image& image) override {
        const auto dir = options_.root + "/containers/" + container_id;
        TRY(file::make_dirs(dir, 0711));
        TRY(file::write_volatile(dir + "/image", image.id, 0600));
        return mount_overlay(dir, image.layer_dirs);
    }

    Status unmount_rootfs(const std::string& container_id) override { return unmount_overlay(options_.root + "/containers/" + container_id); }

    std::string writable_layer(const std::string& container_id) const override { return options_.root + "/containers/" + container_id + "/upper"; }

    Status keep_only(const std::set<std::string>& container_ids) override {
        Status outcome;
        for (const auto& id : TRY(file::list_dir(options_.root + "/containers")))
            if (!container_ids.count(id))
                if (Status removed = unmount_rootfs(id); !removed.ok()) outcome = std::move(removed);
        return outcome;
    }

    std::set<std::string> used() override {
        std::lock_guard lock(mutex_);
        return used_images();
    }

private:
    Image with_dirs(const IndexedImage& item) const {
        Image image = item.image;
        for (const auto& id : item.diff_ids) image.layer_dirs.push_back(layers_.dir(id));
        return image;
    }

    Result<Image> keep(IndexedImage item) {
        std::lock_guard lock(mutex_);
        TRY(index_.put(item));
        const auto* found = index_.find(item.image.id);
        return with_dirs(*found);
    }

    std::set<std::string> used_images() const {
        std::set<std::string> used;
        auto names = file::list_dir(options_.root + "/containers");
        if (names.ok())
            for (const auto& name : *names)
                if (auto id = file::read(options_.root + "/containers/" + name + "/image", 256); id.ok()) used.insert(*id);
        return used;
    }

    // With the lock held.
    Status collect_layers() {
        std::set<std::string> wanted;
        for (const auto& item : index_.all()) wanted.insert(item.diff_ids.begin(), item.diff_ids.end());
        for (const auto& id : layers_.all())
            if (!wanted.count(id) && !incoming_.count(id)) TRY(layers_.remove(id));
        return {};
    }

    Result<Image> pull_from_endpoints(const Reference& reference, const PullOptions& options) {
        auto registries = TRY(Registries::load(options_.registries_yaml));
        Status last;
        for (auto& endpoint : registries.endpoints(reference)) {
            // A pull secret belongs to the registry that the image names, not to whoever mirrors it.
            if (endpoint.is_origin) endpoint.credentials.insert(endpoint.credentials.end(), options.credentials.begin(), options.credentials.end());
            auto image = pull_from(reference, endpoint, options);
            if (image.ok()) return image;
            last = std::move(image).status();
        }
        return std::move(last).context("failed to pull and unpack image \"{}\"", reference.text());
    }

    Result<Image> pull_from(const Reference& reference, const Endpoint& endpoint, const PullOptions& options) {
        auto client = TRY(RegistryClient::create(endpoint));
        auto top = TRY(client.manifest(reference.digest.empty() ? reference.tag : reference.digest));
        auto document = TRY(json::parse(top.bytes).context("manifest"));
        if (is_index(document)) {
            auto chosen = TRY(choose_platform(document, architecture_));
            document = TRY(json::parse(TRY(client.manifest(chosen.digest)).bytes).context("manifest"));
        }
        auto manifest = TRY(read_manifest(document));
        IndexedImage item;
        item.image.id = manifest.config.digest;
        if (!reference.tag.empty()) item.image.tags = {reference.name() + ":" + reference.tag};
        item.image.digests = {reference.name() + "@" + top.digest};
        auto config = TRY(json::parse(TRY(client.blob(manifest.config.digest, kConfigBytesMax))).context("image config"));
        auto facts = TRY(read_config(config));
        if (facts.diff_ids.size() != manifest.layers.size())
            return error(Reason::BadRequest, "image has {} layers but its config names {}", manifest.layers.size(), facts.diff_ids.size());
        item.image.config = facts.config;
        item.diff_ids = facts.diff_ids;
        for (const auto& layer : manifest.layers) item.image.size_bytes += layer.size_bytes;
        hold(item.diff_ids);
        auto fetched = fetch_layers(endpoint, manifest, facts.diff_ids, options);
        auto kept = fetched.ok() ? keep(std::move(item)) : Result<Image>(std::move(fetched));
        release(facts.diff_ids);
        return kept;
    }

    // Layers on their way must not be collected before their image is in the index.
    void hold(const std::vector<std::string>& ids) {
        std::lock_guard lock(mutex_);
        incoming_.insert(ids.begin(), ids.end());
    }
    void release(const std::vector<std::string>& ids) {
        std::lock_guard lock(mutex_);
        for (const auto& id : ids)
            if (auto it = incoming_.find(id); it != incoming_.end()) incoming_.erase(it);
    }

    // Two layers at a time, each with a connection of its own.
    Status fetch_layers(const Endpoint& endpoint, const Manifest& manifest, const std::vector<std::string>& diff_ids, const PullOptions& options) {
        std::mutex mutex;
        size_t next = 0;
        Status failed;
        int64_t total = 0;
        std::vector<int64_t> done(manifest.layers.size(), 0);
        for (const auto& layer : manifest.layers) total += layer.size_bytes;
        auto work = [&] {
            for (;;) {
                size_t i;
                {
                    std::lock_guard lock(mutex);
                    if (!failed.ok() || next >= manifest.layers.size()) return;
                    i = next++;
                }
                auto outcome = fetch_layer(endpoint, manifest.layers[i], diff_ids[i], [&](int64_t bytes) {
                    std::lock_guard lock(mutex);
                    done[i] = bytes;
                    int64_t sum = 0;
                    for (auto d : done) sum += d;
                    if (options.progress) options.progress({sum, total, manifest.layers[i].digest});
                });
                if (!outcome.ok()) {
                    std::lock_guard lock(mutex);
                    if (failed.ok()) failed = std::move(outcome);
                }
            }
        };
        {
            std::vector<std::jthread> helpers;
            for (size_t i = 1; i < std::min(kParallelLayers, manifest.layers.size()); ++i) helpers.emplace_back(work);
            work();
        }
        return failed;
    }

    Status fetch_layer(const Endpoint& endpoint, const Descriptor& layer, const std::string& diff_id, const std::function<void(int64_t)>& progress) {
        if (layers_.has(diff_id)) {
            progress(layer.size_bytes);
            return {};
        }
        const auto blob = layers_.new_staging();
        auto fetched = [&]() -> Status {
            auto client = TRY(RegistryClient::create(endpoint));
            Status got;
            // A connection that breaks goes on where it ended.
            for (int attempt = 0; attempt < kBlobAttempts; ++attempt) {
                got = client.blob_to_file(layer.digest, layer.size_bytes, blob, progress);
                if (got.reason() != Reason::ServiceUnavailable && got.reason() != Reason::Timeout) break;
            }
            TRY(std::move(got));
            return layers_.add(diff_id, blob);
        }();
        (void)file::remove(blob);
        return fetched;
    }

    Result<std::vector<Image>> import_into(const std::string& archive_path, const std::string& staged, const std::function<void(const Progress&)>& progress) {
        TRY(extract_archive(archive_path, staged, progress));
        std::vector<Image> images;
        for (const auto& archived : TRY(read_archive(staged, architecture_).context("{}", archive_path))) {
            auto text = TRY(file::read(archived.config_path, kConfigBytesMax));
            auto facts = TRY(read_config(TRY(json::parse(text).context("image config"))));
            if (facts.diff_ids.size() != archived.layer_paths.size())
                return error(Reason::BadRequest, "{}: image has {} layers but its config names {}", archive_path, archived.layer_paths.size(), facts.diff_ids.size());
            IndexedImage item;
            item.image.id = "sha256:" + sha256_hex(text);
            item.image.tags = archived.tags;
            if (!archived.manifest_digest.empty())
                for (const auto& tag : archived.tags) item.image.digests.push_back(tag.substr(0, tag.rfind(':')) + "@" + archived.manifest_digest);
            // What the user put there stays until the user takes it away.
            item.image.pinned = true;
            item.image.config = facts.config;
            item.diff_ids = facts.diff_ids;
            hold(item.diff_ids);
            Status added;
            for (size_t i = 0; i < facts.diff_ids.size() && added.ok(); ++i) {
                struct stat info {};
                if (::stat(archived.layer_paths[i].c_str(), &info) == 0) item.image.size_bytes += info.st_size;
                added = layers_.add(facts.diff_ids[i], archived.layer_paths[i]);
            }
            auto kept = added.ok() ? keep(std::move(item)) : Result<Image>(std::move(added));
            release(facts.diff_ids);
            if (!kept.ok()) return std::move(kept).status().context("{}", archive_path);
            images.push_back(std::move(*kept));
        }
        return images;
    }

    Status make_builtin_layer(const std::string& executable, const std::string& diff_id) {
        const auto staged = layers_.new_staging();
        for (const char* folder : {"/fs/proc", "/fs/sys", "/fs/dev", "/fs/etc"}) TRY(file::make_dirs(staged + folder, 0755));
        TRY(file::make_dirs(staged + "/fs/tmp", 01777));
        ::chmod((staged + "/fs/tmp").c_str(), 01777);
        TRY(file::write_volatile(staged + "/fs/etc/passwd", "root:x:0:0:root:/:/skiff\nnobody:x:65534:65534:nobody:/:/skiff\n"));
        TRY(file::write_volatile(staged + "/fs/etc/group", "root:x:0:\nnobody:x:65534:\n"));
        // A hard link costs nothing; the data dir may be on another file system, then it is copied.
        char path[4096] = {};
        if (::readlink(executable.c_str(), path, sizeof path - 1) < 0) executable.copy(path, sizeof path - 1);
        if (::link(path, (staged + "/fs/skiff").c_str()) == 0) return layers_.adopt(diff_id, staged, LayerStore::Durability::Volatile);
        TRY(copy_file(executable, staged + "/fs/skiff"));
        return layers_.adopt(diff_id, staged);
    }

    // In the kernel: the executable is large.
    static Status copy_file(const std::string& from, const std::string& to) {
        Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC)), out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
        if (!in || !out) return errno_status("copy " + from + " to " + to, errno);
        for (;;) {
            ssize_t n = ::sendfile(out.get(), in.get(), nullptr, 16 << 20);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return errno_status("copy " + from + " to " + to, errno);
            if (n == 0) return {};
        }
    }

    Options options_;
    LayerStore layers_;
    std::mutex mutex_;
    std::condition_variable pulled_;
    ImageIndex index_;
    std::set<std::string> pulling_;
    std::multiset<std::string> incoming_;
    std::string architecture_;
};

}  // namespace

Result<std::unique_ptr<ImageStore>> ImageStore::open(const Options& options) {
    TRY(file::make_dirs(options.root, 0711));
    auto index = TRY(ImageIndex::open(options.root + "/index.json"));
    auto store = std::make_unique<LocalStore>(options, std::move(index));
    TRY(store->prepare().context("image store"));
    return std::unique_ptr<ImageStore>(std::move(store));
}

}  // namespace skiff::agent::images
