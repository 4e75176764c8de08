#include "agent/pods/step_image.h"

#include <fmt/core.h>

#include "agent/pods/pull_secrets.h"
#include "base/file.h"
#include "base/log.h"

namespace skiff::agent::pods {

namespace {

enum class PullPolicy { Always, IfNotPresent, Never };

// An image that a container needs: its own, or that of a volume. Events about the latter are the pod's.
struct Wanted {
    const ContainerRef& container;
    const ContainerRef* about;
    const std::string& image;
    PullPolicy policy;
};

PullPolicy policy_of(const std::string& text, const std::string& image) {
    if (text == "Never") return PullPolicy::Never;
    if (text == "Always") return PullPolicy::Always;
    if (text == "IfNotPresent") return PullPolicy::IfNotPresent;
    // A manifest may leave it out: Always for :latest, as the API defaults it.
    const size_t slash = image.rfind('/'), colon = image.rfind(':');
    const bool tagged = image.find('@') != std::string::npos || (colon != std::string::npos && (slash == std::string::npos || colon > slash));
    return !tagged || (image.size() > 7 && image.compare(image.size() - 7, 7, ":latest") == 0) ? PullPolicy::Always : PullPolicy::IfNotPresent;
}

// 1.234s, 56ms: as Go prints a duration that was rounded to milliseconds.
std::string go_seconds(Duration duration) {
    const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    if (ms < 1000) return fmt::format("{}ms", ms);
    std::string text = fmt::format("{:.3f}", static_cast<double>(ms % 60000) / 1000.0);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return ms >= 60000 ? fmt::format("{}m{}s", ms / 60000, text) : text + "s";
}

struct PullJob {
    Services& services;
    std::string image, reference, ns;
    std::vector<std::string> secrets;
    Duration asked;
    std::function<void(std::function<void(PodState&)>)> post;
};

Result<images::Image> pull(const PullJob& job) {
    images::PullOptions options;
    for (const auto& name : job.secrets) {
        auto secret = job.services.client->get({"", "v1", "secrets"}, job.ns, name);
        if (!secret.ok()) continue;                        // the kubelet pulls without it, too
        const api::TreePtr tree = (*secret)->tree();
        for (auto& credentials : pull_credentials(*tree, job.reference)) options.credentials.push_back(std::move(credentials));
    }
    return job.services.images.pull(job.reference, options);
}

void run_pull(const PullJob& job) {
    const Duration began = job.services.clock.elapsed();
    auto pulled = pull(job);
    const Duration ended = job.services.clock.elapsed();
    if (!pulled.ok()) log::warn("pods", "pull failed", {{"image", job.reference}, {"error", pulled.status().message()}});
    job.post([pulled = std::move(pulled), image = job.image, took = ended - began, waited = ended - job.asked, ended](PodState& state) {
        ImageWait& wait = state.images[image];
        wait.pulling = false;
        if (pulled.ok()) {
            wait.pulled = *pulled;
            wait.error.clear();
            wait.backoff.reset();
            wait.told = fmt::format("Successfully pulled image \"{}\" in {} ({} including waiting). Image size: {} bytes.", image, go_seconds(took), go_seconds(waited),
                                    pulled->size_bytes);
        } else {
            wait.backoff.next(wait.failed_at, ended);
            wait.failed_at = ended;
            wait.error = pulled.status().message();
            wait.told = fmt::format("Failed to pull image \"{}\": {}", image, wait.error);
        }
        wait.backing_off = false;
    });
}

void begin_pull(Sync& sync, const Wanted& wanted, const std::string& reference, ImageWait& wait) {
    PullJob job{sync.services, wanted.image, reference, sync.pod["metadata"]["namespace"].as_string(), {}, sync.now(), sync.post};
    for (const auto& secret : sync.pod["spec"]["imagePullSecrets"].items()) job.secrets.push_back(secret["name"].as_string());
    wait.pulling = sync.services.pulls.submit([job = std::move(job)] { run_pull(job); });
    if (wait.pulling) sync.event(wanted.about, "Normal", "Pulling", fmt::format("Pulling image \"{}\"", wanted.image));
    else sync.wake_in(std::chrono::seconds(1));
}

void refuse(Sync& sync, const Wanted& wanted, const char* reason, const std::string& message, const char* event_reason) {
    ContainerState& state = sync.state.container(wanted.container.name());
    if (state.waiting && state.waiting->reason == reason) return;
    state.waiting = Waiting{reason, message};
    sync.event(wanted.about, "Warning", event_reason, message);
    sync.event(wanted.about, "Warning", "Failed", fmt::format("Error: {}", reason));
}

// After a failed pull: ErrImagePull at first, then ImagePullBackOff until the next try.
void back_off(Sync& sync, const Wanted& wanted, ImageWait& wait) {
    ContainerState& state = sync.state.container(wanted.container.name());
    sync.wake_in(wait.backoff.remaining(wait.failed_at, sync.now()));
    if (!wait.told.empty()) {
        sync.event(wanted.about, "Warning", "Failed", std::exchange(wait.told, {}));
        sync.event(wanted.about, "Warning", "Failed", "Error: ErrImagePull");
        state.waiting = Waiting{"ErrImagePull", wait.error};
        sync.wake_in(std::chrono::seconds(1));
        return;
    }
    state.waiting = Waiting{"ImagePullBackOff", fmt::format("Back-off pulling image \"{}\": ErrImagePull: {}", wanted.image, wait.error)};
    if (std::exchange(wait.backing_off, true)) return;
    sync.event(wanted.about, "Normal", "BackOff", fmt::format("Back-off pulling image \"{}\"", wanted.image));
    sync.event(wanted.about, "Warning", "Failed", "Error: ImagePullBackOff");
}

std::optional<ReadyImage> ensure(Sync& sync, const Wanted& wanted) {
    const std::string& image = wanted.image;
    auto reference = images::normalize_reference(image);
    if (!reference.ok()) {
        refuse(sync, wanted, "InvalidImageName", fmt::format("Failed to apply default image tag \"{0}\": couldn't parse image name \"{0}\": {1}", image, reference.status().message()),
               "InspectFailed");
        return std::nullopt;
    }
    ImageWait& wait = sync.state.images[image];
    if (wait.pulling) return std::nullopt;
    const PullPolicy policy = wanted.policy;
    if (wait.pulled) {
        ReadyImage ready{*std::exchange(wait.pulled, std::nullopt), *reference};
        if (!wait.told.empty()) sync.event(wanted.about, "Normal", "Pulled", std::exchange(wait.told, {}));
        return ready;
    }
    // A pinned image came with this executable: no registry has it.
    if (auto present = sync.services.images.get(*reference); policy != PullPolicy::Always || (present.ok() && present->pinned)) {
        if (present.ok()) {
            sync.event(wanted.about, "Normal", "Pulled", fmt::format("Container image \"{}\" already present on machine", image));
            wait.error.clear();
            return ReadyImage{std::move(*present), *reference};
        }
        if (policy == PullPolicy::Never) {
            refuse(sync, wanted, "ErrImageNeverPull", fmt::format("Container image \"{}\" is not present with pull policy of Never", image), "ErrImageNeverPull");
            sync.wake_in(std::chrono::seconds(10));
            return std::nullopt;
        }
    }
    if (!wait.error.empty() && (!wait.told.empty() || wait.backoff.remaining(wait.failed_at, sync.now()) > Duration{0})) {
        back_off(sync, wanted, wait);
        return std::nullopt;
    }
    begin_pull(sync, wanted, *reference, wait);
    return std::nullopt;
}

}  // namespace

std::optional<ReadyImage> ensure_image(Sync& sync, const ContainerRef& container) {
    const json::Value& spec = *container.spec;
    return ensure(sync, {container, &container, spec["image"].as_string(), policy_of(spec["imagePullPolicy"].as_string(), spec["image"].as_string())});
}

std::string image_volume_id(const std::string& pod_uid, const std::string& volume) { return "volume-" + pod_uid + "-" + volume; }

bool ensure_image_volumes(Sync& sync, const ContainerRef& container) {
    for (const auto& volume : sync.pod["spec"]["volumes"].items()) {
        const json::Value& source = volume["image"];
        const std::string& name = volume["name"].as_string();
        if (!source.is_object()) continue;
        bool mounted = false;
        for (const auto& mount : (*container.spec)["volumeMounts"].items()) mounted = mounted || mount["name"].as_string() == name;
        volumes::Volume& target = (*sync.state.volumes)[name];
        if (!mounted || !target.path.empty()) continue;
        const std::string& reference = source["reference"].as_string();
        auto image = ensure(sync, {container, nullptr, reference, policy_of(source["pullPolicy"].as_string(), reference)});
        if (!image) return false;
        // Its name on disk tells the next agent that the mount is wanted.
        (void)file::make_dirs(sync.services.config.pods_dir + "/" + sync.state.uid + "/image-volumes/" + name);
        auto path = sync.services.images.mount_rootfs(image_volume_id(sync.state.uid, name), image->image);
        if (!path.ok()) {
            sync.state.container(container.name()).waiting = Waiting{"CreateContainerError", path.status().message()};
            sync.event(nullptr, "Warning", "FailedMount", path.status().message());
            sync.wake_in(std::chrono::seconds(5));
            return false;
        }
        target = {*path, true, true};
    }
    return true;
}

void release_image_volumes(Sync& sync) {
    for (const auto& volume : sync.pod["spec"]["volumes"].items())
        if (volume["image"].is_object()) (void)sync.services.images.unmount_rootfs(image_volume_id(sync.state.uid, volume["name"].as_string()));
}

}  // namespace skiff::agent::pods
