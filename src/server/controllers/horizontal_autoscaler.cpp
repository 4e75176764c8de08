#include "server/controllers/horizontal_autoscaler.h"

#include <map>
#include <mutex>

#include "api/selector.h"
#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/hpa_behavior.h"
#include "server/controllers/hpa_metrics.h"
#include "server/controllers/resources.h"
#include "server/controllers/served_resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

// kube-controller-manager's horizontal-pod-autoscaler-sync-period.
constexpr Duration kPeriod = std::chrono::seconds(15);

// A LabelSelector, or the plain map of a ReplicationController, as text.
std::string selector_text(const json::Value& selector) {
    if (selector.is_string()) return selector.as_string();
    std::string text;
    auto add = [&](const std::string& part) { text += (text.empty() ? "" : ",") + part; };
    const bool plain = !selector.has("matchLabels") && !selector.has("matchExpressions");
    for (const auto& [key, value] : (plain ? selector : selector["matchLabels"]).members()) add(key + "=" + value.as_string());
    for (const auto& expression : selector["matchExpressions"].items()) {
        const auto& op = expression["operator"].as_string();
        std::string values;
        for (const auto& value : expression["values"].items()) values += (values.empty() ? "" : ",") + value.as_string();
        if (op == "Exists") add(expression["key"].as_string());
        else if (op == "DoesNotExist") add("!" + expression["key"].as_string());
        else add(expression["key"].as_string() + (op == "In" ? " in (" : " notin (") + values + ")");
    }
    return text;
}

// The target's scale, from the object itself: replicas and selector stand where every scalable kind has them.
json::Value scale_of(const api::Object& target) {
    const auto tree = target.tree();
    const auto& status_selector = (*tree)["status"]["selector"];
    auto status = json::Value::object({{"replicas", (*tree)["status"]["replicas"].as_int()},
                                       {"selector", selector_text(status_selector.is_string() ? status_selector : (*tree)["spec"]["selector"])}});
    return json::Value::object({{"apiVersion", "autoscaling/v1"},
                                {"kind", "Scale"},
                                {"metadata", json::Value::object({{"name", target.meta().name}, {"namespace", target.meta().ns}})},
                                {"spec", json::Value::object({{"replicas", (*tree)["spec"]["replicas"].as_int(1)}})},
                                {"status", std::move(status)}});
}

class HorizontalAutoscaler : public reconcile::Controller {
public:
    explicit HorizontalAutoscaler(std::shared_ptr<const api::KindRegistry> kinds) : kinds_(std::move(kinds)) {}
    std::string_view name() const override { return "horizontal-pod-autoscaler"; }
    std::string service_account() const override { return "horizontal-pod-autoscaler"; }
    std::string event_source() const override { return "horizontal-pod-autoscaler"; }
    std::vector<Gvr> inputs() const override { return {kAutoscalers, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {{kAutoscalers, "status"}, {{"*", "*", "*"}, "scale"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        autoscalers_ = context.informers.informer(kAutoscalers);
        pods_ = context.informers.informer(kPods);
        autoscalers_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            const auto& key = (current ? current : previous)->meta().key();
            if (!current) {
                std::lock_guard lock(mutex_);
                histories_.erase(key);
            } else if (!previous || previous->meta().generation != current->meta().generation) {
                context_->queue.add(key);
            }
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto object = autoscalers_->get(parts[0], parts[1]);
        if (!object || object->meta().deleting()) return Requeue{};
        Round round{object, object->tree(), (*object->tree())["status"]};
        if (!round.status.is_object()) round.status = json::Value::object();
        round.status.set("observedGeneration", object->meta().generation);
        Status outcome = run(round);
        if (!(round.status == (*round.tree)["status"])) TRY(update_status(context_->client, kAutoscalers, object, round.status));
        // What went wrong is in the conditions; the next look is due in any case.
        (void)outcome;
        return Requeue{kPeriod};
    }

private:
    struct Round {
        ObjectPtr object;
        api::TreePtr tree;
        json::Value status;
        const json::Value& spec() const { return (*tree)["spec"]; }
    };

    void condition(Round& round, const char* type, bool value, const std::string& reason, const std::string& message) {
        set_condition(round.status, {type, value ? "True" : "False", reason, message}, context_->clock.now());
    }

    void event(const Round& round, bool warning, const std::string& reason, const std::string& message) {
        context_->events.event(reconcile::ObjectReference::to(*round.object), warning ? "Warning" : "Normal", reason, message);
    }

    Result<Gvr> resource_of(const json::Value& target) {
        const auto gv = api::GroupVersion::parse(target["apiVersion"].as_string());
        const auto& kind = target["kind"].as_string();
        if (kinds_)
            if (const auto* info = kinds_->find(api::Gvk{gv.group, gv.version, kind})) return info->gvr();
        auto served = TRY(discover(context_->client, kinds_.get()));
        for (const auto& resource : served.resources)
            if (resource.kind == kind && resource.gvr.group == gv.group) return resource.gvr;
        return error(Reason::NotFound, "no matches for kind \"{}\" in group \"{}\"", kind, gv.group);
    }

    // The controller's role may read scales only; the shared informers show the object that the scale is a view of.
    Result<ObjectPtr> target_object(const Gvr& gvr, const std::string& ns, const std::string& name) {
        auto informer = context_->informers.find(gvr);
        if (!informer) {
            informer = context_->informers.informer(gvr);
            context_->informers.start();
        }
        if (auto object = informer->get(ns, name)) return object;
        return error(Reason::NotFound, "{} \"{}\" not found", gvr.group_resource(), name);
    }

    Status run(Round& round) {
        const auto& target = round.spec()["scaleTargetRef"];
        const auto& ns = round.object->meta().ns;
        auto gvr = resource_of(target);
        auto scale = gvr.ok() ? target_object(*gvr, ns, target["name"].as_string()) : Result<ObjectPtr>(gvr.status());
        if (!scale.ok()) {
            const std::string message = "the HPA controller was unable to get the target's current scale: " + scale.status().message();
            condition(round, "AbleToScale", false, "FailedGetScale", message);
            event(round, true, "FailedGetScale", scale.status().message());
            return std::move(scale).status();
        }
        condition(round, "AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        const json::Value scale_tree = scale_of(**scale);
        ScaleTarget facts;
        facts.ns = ns;
        facts.selector = scale_tree["status"]["selector"].as_string();
        facts.current = scale_tree["spec"]["replicas"].as_int();
        facts.reported = scale_tree["status"]["replicas"].as_int();
        round.status.set("currentReplicas", facts.reported);
        return decide(round, *gvr, scale_tree, facts);
    }

    Status decide(Round& round, const Gvr& gvr, json::Value scale, ScaleTarget& target) {
        const int64_t least = round.spec()["minReplicas"].as_int(1), most = round.spec()["maxReplicas"].as_int();
        const int64_t current = target.current;
        int64_t desired = current;
        std::string why;
        if (current == 0 && least != 0) {
            condition(round, "ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            desired = 0;
        } else if (current > most) {
            desired = most;
            why = "Current number of replicas above Spec.MaxReplicas";
        } else if (current < least) {
            desired = least;
            why = "Current number of replicas below Spec.MinReplicas";
        } else {
            auto wanted = judge_all(round, target, why);
            if (!wanted.ok()) {
                round.status.set("desiredReplicas", current);
                return std::move(wanted).status();
            }
            desired = limited(round, current, *wanted, least, most);
            if (desired > current && !why.empty()) why += " above target";
            if (desired < current) why = "All metrics below target";
        }
        round.status.set("desiredReplicas", desired);
        if (desired == current) return {};
        scale.mut("spec").set("replicas", desired);
        auto written = context_->client.update(gvr, target.ns, scale, {.subresource = "scale"});
        if (!written.ok()) {
            condition(round, "AbleToScale", false, "FailedUpdateScale", "the HPA controller was unable to update the target scale: " + written.status().message());
            event(round, true, "FailedRescale", fmt::format("New size: {}; reason: {}; error: {}", desired, why, written.status().message()));
            return std::move(written).status();
        }
        condition(round, "AbleToScale", true, "SucceededRescale", fmt::format("the HPA controller was able to update the target scale to {}", desired));
        event(round, false, "SuccessfulRescale", fmt::format("New size: {}; reason: {}", desired, why));
        round.status.set("lastScaleTime", reconcile::format_time(context_->clock.now()));
        return {};
    }

    // The largest of what the metrics ask for. A metric that cannot be read must not make the target smaller.
    Result<int64_t> judge_all(Round& round, ScaleTarget& target, std::string& why) {
        if (target.selector.empty()) {
            condition(round, "ScalingActive", false, "InvalidSelector", "the HPA target's scale is missing a selector");
            event(round, true, "SelectorRequired", "selector is required");
            return error(Reason::BadRequest, "selector is required");
        }
        auto selector = TRY(api::LabelSelector::parse(target.selector));
        for (const auto& pod : pods_->list(target.ns))
            if (selector.matches(pod->meta().labels)) target.pods.push_back(pod);
        int64_t wanted = 0;
        bool any = false;
        Status failure;
        std::string failure_reason;
        json::Value statuses = json::Value::array();
        size_t invalid = 0;
        for (const auto& metric : round.spec()["metrics"].items()) {
            std::string reason;
            auto verdict = judge_metric(context_->client, metric, target, context_->clock.now(), reason);
            if (!verdict.ok()) {
                if (failure.ok()) {
                    failure = verdict.status();
                    failure_reason = reason;
                }
                event(round, true, reason, verdict.status().message());
                statuses.push_back(json::Value::object({{"type", ""}}));   // its place is kept
                ++invalid;
                continue;
            }
            statuses.push_back(verdict->status);
            if (!any || verdict->replicas > wanted) {
                wanted = verdict->replicas;
                why = verdict->name;
            }
            any = true;
        }
        round.status.set("currentMetrics", std::move(statuses));
        if (!failure.ok() && (!any || wanted < target.current)) {
            const std::string message = "the HPA was unable to compute the replica count: " + failure.message();
            condition(round, "ScalingActive", false, failure_reason, message);
            event(round, true, "FailedComputeMetricsReplicas",
                  fmt::format("invalid metrics ({} invalid out of {}), first error is: {}", invalid, round.spec()["metrics"].size(), failure.message()));
            return failure;
        }
        condition(round, "ScalingActive", true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from " + why);
        return wanted;
    }

    int64_t limited(Round& round, int64_t current, int64_t wanted, int64_t least, int64_t most) {
        const auto& behavior = round.spec()["behavior"];
        Limited verdict;
        {
            std::lock_guard lock(mutex_);
            verdict = limit_scaling(up_rules(behavior), down_rules(behavior), histories_[round.object->meta().key()], current, wanted, least, most, context_->clock.elapsed());
        }
        condition(round, "AbleToScale", true, verdict.able_reason, verdict.able_message);
        condition(round, "ScalingLimited", verdict.limited, verdict.limited_reason, verdict.limited_message);
        return verdict.replicas;
    }

    const std::shared_ptr<const api::KindRegistry> kinds_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> autoscalers_, pods_;
    std::mutex mutex_;
    std::map<std::string, ScalingHistory> histories_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_horizontal_autoscaler(std::shared_ptr<const api::KindRegistry> kinds) {
    return std::make_unique<HorizontalAutoscaler>(std::move(kinds));
}

}  // namespace skiff::controllers
