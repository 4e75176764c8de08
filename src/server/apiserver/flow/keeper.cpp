#include "server/apiserver/flow/keeper.h"

#include "api/timestamp.h"
#include "base/log.h"
#include "server/apiserver/bootstrap.h"
#include "server/apiserver/flow/default_objects.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver::flow {
namespace {

using json::Value;

const api::Gvr kSchemas{"flowcontrol.apiserver.k8s.io", "v1", "flowschemas"};
const api::Gvr kLevels{"flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations"};
constexpr const char* kAutoUpdate = "apf.kubernetes.io/autoupdate-spec";

RequestContext context_for(const api::KindInfo& kind, const std::string& name, const char* manager) {
    RequestContext context;
    context.id = "flow-control";
    context.kind = &kind;
    context.internal = true;
    context.field_manager = manager;
    context.attributes.verb = "update";
    context.attributes.name = name;
    return context;
}

Value dangling_condition(const std::string& level, bool exists, WallTime now) {
    return Value::object({{"type", "Dangling"},
                          {"status", exists ? "False" : "True"},
                          {"lastTransitionTime", api::format_time(now)},
                          {"reason", exists ? "Found" : "NotFound"},
                          {"message", "This FlowSchema references the PriorityLevelConfiguration object named \"" + level + (exists ? "\" and it exists" : "\" but there is no such object")}});
}

// False where the condition is so already.
bool settle(Value& schema, const Value& wanted) {
    Value& conditions = schema.mut("status").mut("conditions");
    if (!conditions.is_array()) conditions = Value::array({});
    for (Value& condition : conditions.mut_items()) {
        if (condition["type"].as_string() != "Dangling") continue;
        if (condition["status"] == wanted["status"] && condition["reason"] == wanted["reason"] && condition["message"] == wanted["message"]) return false;
        condition = wanted;
        return true;
    }
    conditions.push_back(wanted);
    return true;
}

// Whether the spec is ours to set: as the annotation says, and without one while nobody has changed it.
bool ours(const Value& object) {
    const std::string& says = object["metadata"]["annotations"][kAutoUpdate].as_string();
    if (says == "true" || says == "false") return says == "true";
    return object["metadata"]["generation"].as_int() == 1;
}

}  // namespace

struct Keeper::Sink : WatchSink {
    std::function<void()> wake;
    void event(WatchType, const api::ObjectPtr&, SharedLines*) override { wake(); }
    void bookmark(int64_t, bool) override {}
    void end(const Status&) override {}
};

Keeper::Keeper(Core& core) : core_(core) {}
Keeper::~Keeper() { stop(); }

void Keeper::start() {
    sink_ = std::make_shared<Sink>();
    sink_->wake = [this] { changed(); };
    auto follow = [&](const api::Gvr& gvr) {
        WatchSpec spec;
        spec.start = WatchSpec::Start::Now;
        return core_.cache.watch(*core_.kinds.find(gvr), std::move(spec), sink_);
    };
    schemas_ = follow(kSchemas);
    levels_ = follow(kLevels);
    changed();
}

void Keeper::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        timer_.cancel();
    }
    schemas_.reset();
    levels_.reset();
}

void Keeper::changed() {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    again_ = true;
    if (!running_) running_ = submit(&Keeper::settle_conditions);   // where the pool is full the next event tries again
    if (armed_) return;
    armed_ = true;
    timer_ = core_.io->after(kRestoreDelay, [this] {
        std::lock_guard locked(mutex_);
        armed_ = false;
        if (!stopped_) (void)submit(&Keeper::restore_defaults);
    });
}

bool Keeper::submit(void (Keeper::*work)()) {
    return core_.pool->submit([this, work] { (this->*work)(); });
}

void Keeper::settle_conditions() {
    const api::KindInfo& kind = *core_.kinds.find(kSchemas);
    for (;;) {
        {
            std::lock_guard lock(mutex_);
            if (stopped_ || !std::exchange(again_, false)) {
                running_ = false;
                return;
            }
        }
        for (const api::ObjectPtr& object : core_.cache.list(kSchemas, "")) {
            Value tree = *object->tree();
            const std::string level = tree["spec"]["priorityLevelConfiguration"]["name"].as_string();
            Value wanted = dangling_condition(level, core_.cache.get(kLevels, "", level) != nullptr, core_.clock.now());
            if (!settle(tree, wanted)) continue;
            RequestContext context = context_for(kind, object->meta().name, "api-priority-and-fairness-config-consumer-v1");
            context.attributes.subresource = "status";
            Change change;
            change.kind = &kind;
            change.name = object->meta().name;
            change.part = Change::Part::Status;
            change.track = change.validate = change.admit = change.bump_generation = false;
            change.retry = true;
            context.force = true;
            const Value applied = Value::object({{"apiVersion", tree["apiVersion"]}, {"kind", tree["kind"]}, {"metadata", Value::object({{"name", object->meta().name}})},
                                                 {"status", Value::object({{"conditions", Value::array({wanted})}})}});
            change.make = [&](const Value& old) -> Result<Value> { return apply_configuration(core_.kinds, kind, &old, applied, context, core_.clock); };
            auto written = change_object(core_, context, change);
            if (!written.ok() && written.status().reason() != Reason::NotFound)
                log::warn("flow-control", "a condition cannot be written", {{"schema", object->meta().name}, {"why", written.status().message()}});
        }
    }
}

void Keeper::restore_defaults() {
    for (const Value& object : default_objects()) {
        const std::string& name = object["metadata"]["name"].as_string();
        const api::Gvr& gvr = object["kind"].as_string() == "FlowSchema" ? kSchemas : kLevels;
        const api::KindInfo& kind = *core_.kinds.find(gvr);
        api::ObjectPtr present = core_.cache.get(gvr, "", name);
        Status status;
        if (!present) {
            status = ensure_object(core_, object);
        } else if (const Value tree = *present->tree(); is_mandatory(object) || ours(tree)) {
            RequestContext context = context_for(kind, name, "api-priority-and-fairness-config-producer-v1");
            context.field_validation = FieldValidation::Ignore;
            Value wanted = tree;
            wanted.set("spec", object["spec"]);
            wanted.mut("metadata").mut("annotations").set(kAutoUpdate, "true");
            Body body{{}, "application/json", &wanted};
            auto decoded = decode_object(core_.kinds, kind, body, context);   // with defaults, so that what is the same is not written
            if (!decoded.ok()) status = decoded.status();
            else if (auto updated = update_object(core_, context, std::move(decoded).value()); !updated.ok()) status = updated.status();
        }
        if (!status.ok() && status.reason() != Reason::Conflict) log::warn("flow-control", "a default object cannot be restored", {{"name", name}, {"why", status.message()}});
    }
}

}  // namespace skiff::apiserver::flow
