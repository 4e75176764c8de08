// EventRateLimit: token buckets for the whole server, a namespace, a user, or a source and its object.
#include <algorithm>
#include <list>
#include <mutex>

#include "base/text_map.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/settings.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kBucketsDefault = 4096, kBucketsMax = 65'536;
constexpr size_t kLimitsMax = 16;

std::string key_of(const std::string& type, const AdmissionRequest& request) {
    if (type == "Namespace") return request.ns;
    if (type == "User") return request.user.name;
    if (type == "Server" || request.object == nullptr) return {};
    const json::Value& event = *request.object;
    // The core form of an event; events.k8s.io names the same things otherwise.
    const json::Value& object = event["involvedObject"].is_object() ? event["involvedObject"] : event["regarding"];
    const json::Value& source = event["source"].is_object() ? event["source"] : event["deprecatedSource"];
    std::string key = source["component"].as_string() + source["host"].as_string();
    for (const char* field : {"kind", "namespace", "name", "uid", "apiVersion"}) key += object[field].as_string();
    return key;
}

// Buckets by key, the least recently used one dropped when there are too many.
class Buckets {
public:
    Buckets(std::string type, double per_second, double burst, size_t max) : type_(std::move(type)), per_second_(per_second), burst_(burst), max_(max) {}

    // False when the bucket of the request is empty.
    bool take(const std::string& key, Duration now) {
        auto found = by_key_.find(key);
        if (found == by_key_.end()) {
            if (by_key_.size() >= max_) {
                by_key_.erase(order_.back().key);
                order_.pop_back();
            }
            order_.push_front({key, burst_, now});
            found = by_key_.emplace(key, order_.begin()).first;
        } else {
            order_.splice(order_.begin(), order_, found->second);
        }
        Bucket& bucket = *found->second;
        const double passed = std::chrono::duration<double>(now - bucket.seen).count();
        bucket.tokens = std::min(burst_, bucket.tokens + passed * per_second_);
        bucket.seen = now;
        if (bucket.tokens < 1) return false;
        bucket.tokens -= 1;
        return true;
    }
    const std::string& type() const { return type_; }

private:
    struct Bucket {
        std::string key;
        double tokens;
        Duration seen;
    };
    std::string type_;
    double per_second_, burst_;
    size_t max_;
    std::list<Bucket> order_;   // the most recently used first
    TextMap<std::list<Bucket>::iterator> by_key_;
};

class EventRateLimit : public AdmissionPlugin {
public:
    EventRateLimit(std::vector<Buckets> limits, Clock& clock) : limits_(std::move(limits)), clock_(clock) {}
    std::string_view name() const override { return "EventRateLimit"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.operation == Operation::Delete || request.dry_run || request.kind.gvk.kind != "Event") return {};
        std::vector<std::string> reached;
        std::lock_guard lock(mutex_);
        // Each limit counts the request, also when another one refuses it.
        for (Buckets& limit : limits_) {
            const std::string key = key_of(limit.type(), request);
            if (!limit.take(key, clock_.elapsed())) reached.push_back(fmt::format("limit reached on type {} for key {}", limit.type(), key));
        }
        if (reached.empty()) return {};
        std::string why = reached[0];
        for (size_t i = 1; i < reached.size(); ++i) why += ", " + reached[i];
        if (reached.size() > 1) why = "[" + why + "]";
        return error(Reason::TooManyRequests, "Too many requests: {}", why);
    }

private:
    std::mutex mutex_;
    std::vector<Buckets> limits_;
    Clock& clock_;
};

}  // namespace

MadePlugin make_event_rate_limit(const json::Value& config, Clock& clock) {
    TRY(expect_configuration(config, "eventratelimit.admission.k8s.io", {"v1alpha1"}, "Configuration", {"limits"}));
    const json::Value& list = config["limits"];
    if (list.size() == 0 || list.size() > kLimitsMax) return error(Reason::Invalid, "limits: Invalid value: must have 1 to {} items", kLimitsMax);
    std::vector<Buckets> limits;
    for (size_t i = 0; i < list.size(); ++i) {
        const std::string& type = list[i]["type"].as_string();
        const double qps = list[i]["qps"].as_double();
        const int64_t burst = list[i]["burst"].as_int(), size = list[i]["cacheSize"].as_int();
        if (type != "Server" && type != "Namespace" && type != "User" && type != "SourceAndObject")
            return error(Reason::Invalid, "limits[{}].type: Unsupported value: \"{}\": supported values: \"Namespace\", \"Server\", \"SourceAndObject\", \"User\"", i, type);
        if (qps <= 0) return error(Reason::Invalid, "limits[{}].qps: Invalid value: must be positive", i);
        if (burst <= 0) return error(Reason::Invalid, "limits[{}].burst: Invalid value: must be positive", i);
        if (size < 0) return error(Reason::Invalid, "limits[{}].cacheSize: Invalid value: must not be negative", i);
        limits.emplace_back(type, qps, static_cast<double>(burst), size == 0 ? kBucketsDefault : std::min(static_cast<size_t>(size), kBucketsMax));
    }
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<EventRateLimit>(std::move(limits), clock));
}

}  // namespace skiff::apiserver
