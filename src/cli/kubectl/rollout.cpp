// rollout status, restart, pause, resume.
#include "api/timestamp.h"
#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";
constexpr const char* kRevision = "deployment.kubernetes.io/revision";

// What an object's status says of its rollout: a line to show, and whether it is over.
struct Progress {
    std::string line;
    bool done = false;
};

Result<Progress> deployment_progress(const json::Value& object, int64_t revision) {
    const auto& name = object["metadata"]["name"].as_string();
    const auto& status = object["status"];
    const auto running = parse_int(object["metadata"]["annotations"][kRevision].as_string()).value_or(0);
    if (revision > 0 && revision != running) return local_error("desired revision ({}) is different from the running revision ({})", revision, running);
    if (object["metadata"]["generation"].as_int() > status["observedGeneration"].as_int()) return Progress{"Waiting for deployment spec update to be observed...\n"};
    for (const auto& condition : status["conditions"].items())
        if (condition["type"].as_string() == "Progressing" && condition["reason"].as_string() == "ProgressDeadlineExceeded")
            return local_error("deployment \"{}\" exceeded its progress deadline", name);
    const auto wanted = object["spec"]["replicas"].as_int(), updated = status["updatedReplicas"].as_int(), total = status["replicas"].as_int(), available = status["availableReplicas"].as_int();
    const auto lead = fmt::format("Waiting for deployment \"{}\" rollout to finish: ", name);
    if (updated < wanted) return Progress{lead + fmt::format("{} out of {} new replicas have been updated...\n", updated, wanted)};
    if (total > updated) return Progress{lead + fmt::format("{} old replicas are pending termination...\n", total - updated)};
    if (available < updated) return Progress{lead + fmt::format("{} of {} updated replicas are available...\n", available, updated)};
    return Progress{fmt::format("deployment \"{}\" successfully rolled out\n", name), true};
}

Result<Progress> daemon_set_progress(const json::Value& object) {
    const auto& name = object["metadata"]["name"].as_string();
    const auto& status = object["status"];
    if (object["spec"]["updateStrategy"]["type"].as_string() != "RollingUpdate") return local_error("rollout status is only available for RollingUpdate strategy type");
    if (object["metadata"]["generation"].as_int() > status["observedGeneration"].as_int()) return Progress{"Waiting for daemon set spec update to be observed...\n"};
    const auto wanted = status["desiredNumberScheduled"].as_int(), updated = status["updatedNumberScheduled"].as_int(), available = status["numberAvailable"].as_int();
    const auto lead = fmt::format("Waiting for daemon set \"{}\" rollout to finish: ", name);
    if (updated < wanted) return Progress{lead + fmt::format("{} out of {} new pods have been updated...\n", updated, wanted)};
    if (available < wanted) return Progress{lead + fmt::format("{} of {} updated pods are available...\n", available, wanted)};
    return Progress{fmt::format("daemon set \"{}\" successfully rolled out\n", name), true};
}

Result<Progress> stateful_set_progress(const json::Value& object) {
    const auto &spec = object["spec"], &status = object["status"];
    if (spec["updateStrategy"]["type"].as_string() != "RollingUpdate") return local_error("rollout status is only available for RollingUpdate strategy type");
    if (!status["observedGeneration"].as_int() || object["metadata"]["generation"].as_int() > status["observedGeneration"].as_int())
        return Progress{"Waiting for statefulset spec update to be observed...\n"};
    const auto wanted = spec["replicas"].as_int(), ready = status["readyReplicas"].as_int(), updated = status["updatedReplicas"].as_int();
    if (ready < wanted) return Progress{fmt::format("Waiting for {} pods to be ready...\n", wanted - ready)};
    const auto& rolling = spec["updateStrategy"]["rollingUpdate"];
    if (rolling.has("partition")) {
        const auto goal = wanted - rolling["partition"].as_int();
        if (updated < goal) return Progress{fmt::format("Waiting for partitioned roll out to finish: {} out of {} new pods have been updated...\n", updated, goal)};
        return Progress{fmt::format("partitioned roll out complete: {} new pods have been updated...\n", updated), true};
    }
    const auto& revision = status["updateRevision"].as_string();
    if (revision != status["currentRevision"].as_string()) return Progress{fmt::format("waiting for statefulset rolling update to complete {} pods at revision {}...\n", updated, revision)};
    return Progress{fmt::format("statefulset rolling update complete {} pods at revision {}...\n", status["currentReplicas"].as_int(), status["currentRevision"].as_string()), true};
}

Result<Progress> progress_of(const json::Value& object, int64_t revision) {
    const auto& kind = object["kind"].as_string();
    if (kind == "Deployment") return deployment_progress(object, revision);
    if (kind == "DaemonSet") return daemon_set_progress(object);
    if (kind == "StatefulSet") return stateful_set_progress(object);
    const auto gv = api::GroupVersion::parse(object["apiVersion"].as_string());
    return local_error("no status viewer has been implemented for {}{}", kind, gv.group.empty() ? "" : "." + gv.group);
}

Status follow(Session& session, const Target& target, int64_t revision, bool watch, Duration timeout) {
    const auto deadline = Clock::system().elapsed() + timeout;
    auto object = target.object;
    for (;;) {
        const auto now = TRY(progress_of(object, revision));
        print(now.line);
        std::fflush(stdout);
        if (now.done || !watch) return {};
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - Clock::system().elapsed()).count();
        if (deadline <= Clock::system().elapsed()) return local_error("timed out waiting for the condition");
        net::Query query;
        query.add("fieldSelector", "metadata.name=" + target.name);
        query.add("resourceVersion", object["metadata"]["resourceVersion"].as_string());
        query.add("timeoutSeconds", std::to_string(std::max<int64_t>(1, left)));
        bool over = false;
        Status failure;
        TRY(watch_events(session, api_path(target.resource.gvr, target.ns, "", "", query), "application/json", [&](const std::string& type, const json::Value& next) {
            if (type == "BOOKMARK") return true;
            if (type == "DELETED") return failure = local_error("object has been deleted"), false;
            object = next;
            object.set("kind", target.resource.kind);
            object.set("apiVersion", target.resource.gvr.api_version());
            auto step = progress_of(object, revision);
            if (!step.ok()) return failure = step.status(), false;
            print(step->line);
            std::fflush(stdout);
            over = step->done;
            return !over;
        }));
        TRY(std::move(failure));
        if (over) return {};
        if (Clock::system().elapsed() >= deadline) return local_error("timed out waiting for the condition");
    }
}

// A merge patch of each object of the words; refuse: why not, "" when it may.
Status patch_each(Call& call, const char* done, const std::function<std::string(const json::Value&)>& refuse, const std::function<json::Value(const json::Value&)>& change) {
    Selection selection;
    WriteFlags write;
    selection.add_files(call.options, "identifying the resource to get from a server.");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    write.print.add(call.options);
    call.options.text("field-manager", 0, &write.field_manager, "Name of the manager used to track field ownership.");
    TRY(call.parse());
    if (!call.options.was_set("field-manager")) write.field_manager = "kubectl-rollout";
    if (call.words.empty() && selection.files.empty()) return local_error("required resource not specified");
    auto& session = *TRY(call.session());
    const auto targets = TRY(find_objects(call, selection, call.words));
    for (const auto& target : targets) {
        if (const auto why = refuse(target.object); !why.empty()) {
            call.complain(local_error("{}s.{} \"{}\" {}", lower(target.resource.kind), target.resource.gvr.group, target.name, why));
            continue;
        }
        auto result = patch_object(session, write, target.resource, target.ns, target.name, PatchKind::Strategic, change(target.object));
        if (!result.ok()) call.complain(result.status());
        else TRY(show_written(write, target.resource, *result, done));
    }
    return {};
}

bool has_template(const json::Value& object) { return object["spec"]["template"]["spec"].is_object(); }

}  // namespace

Status rollout_status(Call& call) {
    Selection selection;
    bool watch = true;
    int64_t revision = 0;
    std::string timeout = "0s";
    selection.add_files(call.options, "identifying the resource to get from a server.");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    call.options.toggle("watch", 'w', &watch, "Watch the status of the rollout until it's done.");
    call.options.number("revision", 0, &revision, "Pin to a specific revision for showing its status. Defaults to 0 (last revision).");
    call.options.text("timeout", 0, &timeout, "The length of time to wait before ending watch, zero means never.");
    TRY(call.parse());
    if (call.words.empty() && selection.files.empty()) return local_error("required resource not specified");
    if (revision < 0) return local_error("revision must be a positive integer: {}", revision);
    auto limit = TRY(read_timeout(timeout));
    if (limit == Duration(0)) limit = std::chrono::hours(24 * 365);
    auto& session = *TRY(call.session());
    for (const auto& target : TRY(find_objects(call, selection, call.words))) TRY(follow(session, target, revision, watch, limit));
    return {};
}

Status rollout_restart(Call& call) {
    return patch_each(
        call, "restarted",
        [](const json::Value& object) -> std::string {
            if (!has_template(object)) return "restarting is not supported";
            return object["spec"]["paused"].as_bool() ? "can't restart paused deployment (run rollout resume first)" : "";
        },
        [](const json::Value&) {
            auto annotations = json::Value::object({{kRestartedAt, api::format_time(Clock::system().now())}});
            auto metadata = json::Value::object({{"metadata", json::Value::object({{"annotations", std::move(annotations)}})}});
            return json::Value::object({{"spec", json::Value::object({{"template", std::move(metadata)}})}});
        });
}

namespace {

Status set_paused(Call& call, bool paused) {
    return patch_each(
        call, paused ? "paused" : "resumed",
        [paused](const json::Value& object) -> std::string {
            if (object["kind"].as_string() != "Deployment") return paused ? "pausing is not supported" : "resuming is not supported";
            if (object["spec"]["paused"].as_bool() == paused) return paused ? "is already paused" : "is not paused";
            return "";
        },
        [paused](const json::Value&) {
            json::Value value = nullptr;
            if (paused) value = true;
            return json::Value::object({{"spec", json::Value::object({{"paused", std::move(value)}})}});
        });
}

}  // namespace

Status rollout_pause(Call& call) { return set_paused(call, true); }
Status rollout_resume(Call& call) { return set_paused(call, false); }

}  // namespace skiff::cli::kubectl
