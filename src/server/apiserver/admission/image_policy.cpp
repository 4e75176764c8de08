// ImagePolicyWebhook: asks a service (imagepolicy.k8s.io/v1alpha1 ImageReview) whether a pod may have its images; answers are kept for a
// while. Off unless it is enabled and configured: imagePolicy {kubeConfigFile, allowTTL, denyTTL, retryBackoff, defaultAllow}.
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "base/log.h"
#include "base/thread_pool.h"
#include "json/write.h"
#include "net/io_threads.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/review_client.h"

namespace skiff::apiserver {
namespace {

using std::chrono::milliseconds;

constexpr size_t kKeptMax = 1024;
constexpr int kTries = 5;
constexpr double kBackoffFactor = 1.5;

struct Times {
    Duration allow_ttl, deny_ttl, backoff;
};

// A number of `unit`: 0 the default, -1 none.
Result<Duration> read_time(const json::Value& value, milliseconds unit, Duration least, Duration most, Duration fallback) {
    const int64_t n = value.as_int();
    if (n == -1) return Duration::zero();
    if (n == 0) return fallback;
    const Duration time = n > 0 && n < 1'000'000 ? Duration(unit * n) : Duration::max();
    if (time >= least && time <= most) return time;
    auto seconds = [](Duration d) { return std::chrono::duration<double>(d).count(); };
    return error(Reason::BadRequest, "valid value is between {}s and {}s, got {}", seconds(least), seconds(most), n);
}

class ImagePolicy : public AdmissionPlugin {
public:
    ImagePolicy(std::shared_ptr<ReviewClient> client, Times times, bool default_allow, Clock& clock)
        : client_(std::move(client)), times_(times), default_allow_(default_allow), clock_(clock) {}
    std::string_view name() const override { return "ImagePolicyWebhook"; }

    Status validate(const AdmissionRequest& request) override {
        const bool added = request.subresource == "ephemeralcontainers";
        if (!is_resource(request, "", "pods") || (!request.subresource.empty() && !added) || request.object == nullptr || request.operation == Operation::Connect) return {};
        const json::Value spec = review_spec(request, added);
        const std::string key = json::write(spec);
        auto status = find(key);
        if (!status) {
            auto answer = ask(spec);
            if (!answer.ok()) return failed(request, answer.status().message());
            status = keep(key, (*answer)["status"]);
        }
        for (const auto& [name, value] : (*status)["auditAnnotations"].members()) request.annotate("imagepolicywebhook.image-policy.k8s.io/" + name, value.as_string());
        if ((*status)["allowed"].as_bool()) return {};
        const std::string& reason = (*status)["reason"].as_string();
        return refused(request, reason.empty() ? "one or more images rejected by webhook backend" : "image policy webhook backend denied one or more images: " + reason);
    }

private:
    struct Kept {
        json::Value status;
        Duration until;
    };

    static json::Value review_spec(const AdmissionRequest& request, bool added) {
        const json::Value& pod = *request.object;
        json::Value containers = json::Value::array(), notes = json::Value::object();
        auto add = [&](const char* list) {
            for (const json::Value& container : pod["spec"][list].items()) containers.push_back(json::Value::object({{"image", container["image"]}}));
        };
        if (added) add("ephemeralContainers");
        else add("containers"), add("initContainers");
        for (const auto& [key, value] : pod["metadata"]["annotations"].members())
            if (key.find(".image-policy.k8s.io/") != key.npos) notes.set(key, value);
        json::Value spec = json::Value::object({{"containers", std::move(containers)}});
        if (notes.size() > 0) spec.set("annotations", std::move(notes));
        spec.set("namespace", request.ns);
        return spec;
    }

    Status failed(const AdmissionRequest& request, const std::string& why) const {
        log::warn("admission", "the image policy webhook failed", {{"why", why}, {"allowed", default_allow_ ? "true" : "false"}});
        if (!default_allow_) return refused(request, why);
        request.annotate("imagepolicywebhook.image-policy.k8s.io/failed-open", "true");
        request.object->mut("metadata").mut("annotations").set("alpha.image-policy.k8s.io/failed-open", "true");
        return {};
    }

    // Tries again after a while that grows.
    Result<json::Value> ask(const json::Value& spec) {
        const json::Value review = json::Value::object({{"kind", "ImageReview"}, {"apiVersion", "imagepolicy.k8s.io/v1alpha1"},
                                                        {"metadata", json::Value::object({{"creationTimestamp", json::Value()}})}, {"spec", spec}, {"status", json::Value::object({{"allowed", false}})}});
        Duration pause = times_.backoff;
        for (int left = kTries;; pause = Duration(static_cast<int64_t>(static_cast<double>(pause.count()) * kBackoffFactor))) {
            auto answer = client_->post(review);
            if (answer.ok() || --left == 0) return answer;
            ThreadPool::Blocking blocking;
            std::unique_lock lock(mutex_);
            never_.wait_for(lock, pause);
        }
    }

    std::optional<json::Value> find(const std::string& key) {
        std::lock_guard lock(mutex_);
        auto found = kept_.find(key);
        if (found == kept_.end() || found->second.until <= clock_.elapsed()) return {};
        return found->second.status;
    }

    json::Value keep(const std::string& key, const json::Value& status) {
        const Duration now = clock_.elapsed();
        std::lock_guard lock(mutex_);
        if (kept_.size() >= kKeptMax) std::erase_if(kept_, [&](const auto& entry) { return entry.second.until <= now; });
        if (kept_.size() >= kKeptMax) kept_.clear();
        kept_[key] = {status, now + (status["allowed"].as_bool() ? times_.allow_ttl : times_.deny_ttl)};
        return status;
    }

    const std::shared_ptr<ReviewClient> client_;
    const Times times_;
    const bool default_allow_;
    Clock& clock_;
    std::mutex mutex_;
    std::condition_variable never_;   // only its deadline
    std::map<std::string, Kept> kept_;
};

}  // namespace

MadePlugin make_image_policy(net::IoThreads& io, Clock& clock, const json::Value& configuration) {
    using namespace std::chrono_literals;
    const json::Value& policy = configuration["imagePolicy"];
    if (!policy.is_object()) return error(Reason::BadRequest, "no config specified");
    const Times times{TRY(read_time(policy["allowTTL"], 1s, 1s, 30min, 5min)), TRY(read_time(policy["denyTTL"], 1s, 1s, 30min, 30s)), TRY(read_time(policy["retryBackoff"], 1ms, 1ms, 5min, 500ms))};
    auto client = TRY(ReviewClient::open(policy["kubeConfigFile"].as_string(), io));
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<ImagePolicy>(std::move(client), times, policy["defaultAllow"].as_bool(), clock));
}

}  // namespace skiff::apiserver
