#include "cli/kubectl/deletion.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

// Until the controller has made it so.
Status wait_replicas(Session& session, const Target& target, int64_t replicas, Duration timeout) {
    const auto deadline = Clock::system().elapsed() + timeout;
    net::Query query;
    query.add("fieldSelector", "metadata.name=" + target.name);
    query.add("timeoutSeconds", std::to_string(std::max<int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(timeout).count())));
    bool done = false;
    TRY(watch_events(session, api_path(target.resource.gvr, target.ns, "", "", query), "application/json", [&](const std::string& type, const json::Value& object) {
        done = type != "DELETED" && type != "BOOKMARK" && object["status"]["replicas"].as_int() == replicas &&
               object["status"]["observedGeneration"].as_int() >= object["metadata"]["generation"].as_int();
        return !done && Clock::system().elapsed() < deadline;
    }));
    return done ? Status() : local_error("timed out waiting for {} to be synced", target.shown());
}

}  // namespace

Status scale(Call& call) {
    Selection selection;
    WriteFlags write;
    int64_t replicas = 0, current = -1;
    std::string timeout = "0s", version;
    selection.add_files(call.options, "identifying the resource to set a new size");
    write.add(call.options, "kubectl-scale");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    call.options.toggle("all", 0, &selection.all, "Select all resources in the namespace of the specified resource types");
    call.options.number("replicas", 0, &replicas, "The new desired number of replicas. Required.");
    call.options.number("current-replicas", 0, &current, "Precondition for current size. Requires that the current size of the resource match this value in order to scale.");
    call.options.text("resource-version", 0, &version, "Precondition for resource version.");
    call.options.text("timeout", 0, &timeout, "The length of time to wait before giving up on a scale operation, zero means don't wait.");
    TRY(call.parse());
    if (!call.options.was_set("replicas")) return local_error("required flag(s) \"replicas\" not set");
    if (replicas < 0) return local_error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    auto& session = *TRY(call.session());
    const auto wait = TRY(read_timeout(timeout));
    bool any = false;
    for (auto& target : TRY(find_objects(call, selection, call.words))) {
        any = true;
        const auto live = session.get(api_path(target.resource.gvr, target.ns, target.name, "scale"));
        if (!live.ok()) {
            call.complain(live.status().reason() == Reason::NotFound ? local_error("cannot scale {}: it has no replicas", target.shown()) : live.status());
            continue;
        }
        if (current >= 0 && (*live)["spec"]["replicas"].as_int() != current) {
            call.complain(local_error("Expected replicas to be {}, was {}", current, (*live)["spec"]["replicas"].as_int()));
            continue;
        }
        if (TRY(write.dry_run()) != DryRun::Client) {
            auto patch = json::Value::object({{"spec", json::Value::object({{"replicas", replicas}})}});
            if (!version.empty()) patch.set("metadata", json::Value::object({{"resourceVersion", version}}));
            auto done = patch_object(session, write, target.resource, target.ns, target.name, PatchKind::Merge, patch, "scale");
            if (!done.ok()) {
                call.complain(done.status());
                continue;
            }
        }
        if (wait > Duration(0)) TRY(wait_replicas(session, target, replicas, wait));
        TRY(show_written(write, target.resource, target.object, "scaled"));
    }
    return any || !call.words.empty() ? Status() : local_error("no objects passed to scale");
}

Status autoscale(Call& call) {
    Selection selection;
    WriteFlags write;
    int64_t min = -1, max = -1, cpu_percent = -1;
    std::string name, cpu, memory;
    selection.add_files(call.options, "identifying the resource to autoscale.");
    write.add(call.options, "kubectl-autoscale");
    call.options.number("min", 0, &min, "The lower limit for the number of pods that can be set by the autoscaler.");
    call.options.number("max", 0, &max, "The upper limit for the number of pods that can be set by the autoscaler. Required.");
    call.options.number("cpu-percent", 0, &cpu_percent, "The target average CPU utilization (represented as a percent of requested CPU) over all the pods.");
    call.options.text("cpu", 0, &cpu, "Target CPU utilization over all the pods: 80% or 500m.");
    call.options.text("memory", 0, &memory, "Target memory utilization over all the pods: 80% or 200Mi.");
    call.options.text("name", 0, &name, "The name for the newly created object.");
    TRY(call.parse());
    if (!call.options.was_set("max")) return local_error("required flag(s) \"max\" not set");
    if (max < 1) return local_error("--max=MAXPODS is required and must be at least 1, max: {}", max);
    if (max < min) return local_error("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {}, min: {}", max, min);
    for (auto& target : TRY(find_objects(call, selection, call.words))) {
        auto metrics = json::Value::array();
        const auto add = [&](const char* resource, const std::string& text) {
            if (text.empty()) return;
            auto goal = text.ends_with('%') ? json::Value::object({{"type", "Utilization"}, {"averageUtilization", std::atoi(text.c_str())}})
                                            : json::Value::object({{"type", "AverageValue"}, {"averageValue", text}});
            metrics.push_back(json::Value::object({{"type", "Resource"}, {"resource", json::Value::object({{"name", resource}, {"target", std::move(goal)}})}}));
        };
        add("cpu", cpu_percent >= 0 ? std::to_string(cpu_percent) + "%" : cpu);
        add("memory", memory);
        auto spec = json::Value::object({{"scaleTargetRef", json::Value::object({{"apiVersion", target.resource.gvr.api_version()}, {"kind", target.resource.kind}, {"name", target.name}})}, {"maxReplicas", max}});
        if (min > 0) spec.set("minReplicas", min);
        if (metrics.size()) spec.set("metrics", std::move(metrics));
        TRY(create_and_show(call, write, json::Value::object({{"apiVersion", "autoscaling/v2"}, {"kind", "HorizontalPodAutoscaler"}, {"metadata", json::Value::object({{"name", name.empty() ? target.name : name}})}, {"spec", std::move(spec)}}), "autoscaled"));
    }
    return {};
}

}  // namespace skiff::cli::kubectl
