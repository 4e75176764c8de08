#include "agent/volumes/volume_manager.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <set>

#include "agent/volumes/subpath.h"
#include "agent/volumes/volume_sources.h"
#include "base/file.h"
#include "base/log.h"

namespace skiff::agent::volumes {

namespace {

// A volume's or container's name is a DNS label in the API; a manifest on disk has been through no validation.
bool safe_name(const std::string& name) { return safe_relative_path(name) && name.find('/') == std::string::npos; }

// What stays mounted is not to be removed: it is somebody's data.
Status unmount(const std::string& path) {
    ::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    if (is_mount_point(path)) return error(Reason::InternalError, "cannot unmount {}", path);
    return {};
}

class Manager : public VolumeManager {
public:
    explicit Manager(Options options)
        : options_(std::move(options)), cache_(options_.client, *options_.timers, *options_.pool, [this](const std::string& uid) { object_changed(uid); }) {}

    ~Manager() override {
        std::lock_guard lock(mutex_);
        for (auto& [uid, entry] : pods_) options_.timers->cancel(entry->renewal);
    }

    Result<Volumes> prepare(const std::string& uid, const api::ObjectPtr& pod, const DownwardFacts& facts) override {
        auto entry = entry_of(uid, Create::Yes);
        std::lock_guard held(entry->mutex);
        entry->pod = pod;
        entry->facts = facts;
        const api::TreePtr tree = pod->tree();
        cache_.track(uid, referenced_objects(*tree));
        return make_all(uid, *entry, *tree, Only::All);
    }

    Status teardown(const std::string& uid) override {
        auto entry = entry_of(uid, Create::Yes);
        cache_.untrack(uid);
        {
            std::lock_guard held(entry->mutex);
            options_.timers->cancel(entry->renewal);
            entry->pod = nullptr;
            const std::string dir = pod_dir(uid);
            TRY(release_subpaths(dir + "/volume-subpaths"));
            for (const char* plugin : {"/volumes/kubernetes.io~empty-dir", "/volumes/kubernetes.io~local-volume"})
                for (const auto& name : file::list_dir(dir + plugin).value_or({})) TRY(unmount(dir + plugin + "/" + name));
            TRY(file::remove_tree(dir));
            TRY(file::remove_tree(options_.memory_dir + "/" + uid));
        }
        std::lock_guard lock(mutex_);
        pods_.erase(uid);
        return {};
    }

    Result<api::ObjectPtr> object(const ObjectRef& ref) override { return cache_.get(ref); }

    Result<std::string> subpath(const std::string& uid, const std::string& volume, const std::string& volume_path, const std::string& part,
                                const std::string& container, size_t index) override {
        if (!safe_name(volume) || !safe_name(container)) return error(Reason::BadRequest, "invalid name: {}", volume);
        const std::string target = pod_dir(uid) + "/volume-subpaths/" + volume + "/" + container + "/" + std::to_string(index);
        TRY(bind_subpath(volume_path, part, target).context("failed to prepare subPath for volumeMount \"{}\" of container \"{}\"", volume, container));
        return target;
    }

    std::vector<std::string> uids_on_disk() const override {
        std::set<std::string> uids;
        for (const auto& dir : {options_.pods_dir, options_.memory_dir})
            for (const auto& uid : file::list_dir(dir).value_or({})) uids.insert(uid);
        return {uids.begin(), uids.end()};
    }

private:
    enum class Only { All, Payloads };
    enum class Create { No, Yes };
    struct Entry {
        std::mutex mutex;
        api::ObjectPtr pod;
        DownwardFacts facts;
        sys::Timers::Id renewal = 0;
    };

    std::string pod_dir(const std::string& uid) const { return options_.pods_dir + "/" + uid; }

    std::shared_ptr<Entry> entry_of(const std::string& uid, Create create) {
        std::lock_guard lock(mutex_);
        auto found = pods_.find(uid);
        if (found != pods_.end()) return found->second;
        if (create == Create::No) return nullptr;
        return pods_[uid] = std::make_shared<Entry>();
    }

    // With the entry's mutex held.
    Result<Volumes> make_all(const std::string& uid, Entry& entry, const json::Value& pod, Only only) {
        const json::Value& group = pod["spec"]["securityContext"]["fsGroup"];
        SourceContext context{options_, cache_, uid, pod, entry.facts, {}, pod_dir(uid) + "/volumes", options_.memory_dir + "/" + uid,
                              group.is_int() ? std::optional<int64_t>(group.as_int()) : std::nullopt};
        Volumes volumes;
        const auto uses = volume_uses(pod);
        for (const auto& volume : pod["spec"]["volumes"].items()) {
            const std::string& name = volume["name"].as_string();
            const auto use = uses.find(name);
            if (use == uses.end()) continue;
            if (only == Only::Payloads && !has_payload(volume)) continue;
            if (!safe_name(name)) return error(Reason::BadRequest, "invalid volume name: {}", name);
            volumes[name] = TRY(make_volume(context, volume, use->second).context("MountVolume.SetUp failed for volume \"{}\" ", name));
        }
        renew_later(uid, entry, context.renew_at);
        return volumes;
    }

    void renew_later(const std::string& uid, Entry& entry, std::optional<WallTime> at) {
        options_.timers->cancel(entry.renewal);
        entry.renewal = 0;
        if (!at) return;
        const Duration delay = std::max<Duration>(*at - options_.clock->now(), std::chrono::seconds(10));
        entry.renewal = options_.timers->after(delay, [this, uid] { refresh_later(uid); });
    }

    void object_changed(const std::string& uid) {
        refresh_later(uid);
        if (options_.referenced_changed) options_.referenced_changed(uid);
    }

    void refresh_later(const std::string& uid) {
        if (!options_.pool->submit([this, uid] { refresh(uid); })) log::warn("volumes", "refresh dropped", {{"pod", uid}});
    }

    void refresh(const std::string& uid) {
        auto entry = entry_of(uid, Create::No);
        if (!entry) return;
        std::lock_guard held(entry->mutex);
        if (!entry->pod) return;
        const api::TreePtr tree = entry->pod->tree();
        auto made = make_all(uid, *entry, *tree, Only::Payloads);
        if (made.ok()) return;
        // What stands there stays; a token near its end is tried again soon.
        renew_later(uid, *entry, options_.clock->now() + std::chrono::seconds(30));
        if (options_.refresh_failed) options_.refresh_failed(uid, made.status());
    }

    Options options_;
    ObjectCache cache_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Entry>> pods_;
};

}  // namespace

std::map<std::string, VolumeUse> volume_uses(const json::Value& pod) {
    std::map<std::string, VolumeUse> uses;
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
        for (const auto& container : pod["spec"][list].items()) {
            for (const auto& mount : container["volumeMounts"].items()) uses[mount["name"].as_string()].mounted = true;
            for (const auto& device : container["volumeDevices"].items()) uses[device["name"].as_string()].mapped = true;
        }
    return uses;
}

Result<std::unique_ptr<VolumeManager>> VolumeManager::open(Options options) {
    TRY(file::make_dirs(options.pods_dir, 0750));
    TRY(file::make_dirs(options.memory_dir, 0711));
    struct stat here, parent;
    const bool mounted = ::stat(options.memory_dir.c_str(), &here) == 0 && ::stat((options.memory_dir + "/..").c_str(), &parent) == 0 && here.st_dev != parent.st_dev;
    if (!mounted && ::mount("tmpfs", options.memory_dir.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0711") != 0)
        log::warn("volumes", "no tmpfs for secrets, they stand on disk", {{"dir", options.memory_dir}});
    return std::unique_ptr<VolumeManager>(new Manager(std::move(options)));
}

}  // namespace skiff::agent::volumes
