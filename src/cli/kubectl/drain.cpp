// cordon, uncordon, drain.
#include <map>
#include <thread>

#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

namespace {

constexpr int kRetrySeconds = 5;   // as kubectl, between evictions that a budget forbids

struct Drain {
    Selection selection;
    std::string pod_selector, timeout = "0s", dry_run = "none";
    int64_t grace_period = -1, chunk_size = 500, skip_wait = 0;
    bool force = false, ignore_daemonsets = false, delete_emptydir = false, disable_eviction = false;
};

Result<std::vector<Target>> nodes_of(Call& call, const Selection& selection) {
    if (call.words.empty() && selection.selector.empty()) return call.usage_error(fmt::format("USAGE: {} NODE [flags]", call.path()));
    if (!call.words.empty() && !selection.selector.empty()) return call.usage_error("error: cannot specify both a node name and a --selector option");
    auto words = call.words;
    if (words.empty() || !contains(words[0], "/")) words.insert(words.begin(), "nodes");
    auto found = TRY(find_objects(call, selection, words));
    for (const auto& target : found)
        if (target.resource.kind != "Node") return local_error("error: expected resource of type node, got \"{}\"", target.resource.gvr.resource);
    return found;
}

Status mark(Call& call, const Target& node, bool unschedulable, const std::string& dry_run) {
    WriteFlags write;
    write.dry_run_text = dry_run;
    write.field_manager = unschedulable ? "kubectl-cordon" : "kubectl-uncordon";
    const char* done = unschedulable ? "cordoned" : "uncordoned";
    if (node.object["spec"]["unschedulable"].as_bool() == unschedulable) return show_written(write, node.resource, node.object, std::string("already ") + done);
    if (TRY(write.dry_run()) != DryRun::Client) {
        json::Value value = nullptr;
        if (unschedulable) value = true;
        TRY(patch_object(*TRY(call.session()), write, node.resource, "", node.name, PatchKind::Strategic, json::Value::object({{"spec", json::Value::object({{"unschedulable", std::move(value)}})}})));
    }
    return show_written(write, node.resource, node.object, done);
}

// Why a pod may not be moved; what is only worth a warning; or that it stays.
struct Verdict {
    bool stays = false;
    std::string error, warning;
};

Verdict judge(Session& session, const json::Value& pod, const Drain& drain) {
    const auto& metadata = pod["metadata"];
    const auto& phase = pod["status"]["phase"].as_string();
    const bool finished = phase == "Succeeded" || phase == "Failed";
    if (metadata["annotations"].has("kubernetes.io/config.mirror")) return {true, "", ""};
    const json::Value* owner = nullptr;
    for (const auto& one : metadata["ownerReferences"].items())
        if (one["controller"].as_bool()) owner = &one;
    if (owner && (*owner)["kind"].as_string() == "DaemonSet" && !finished) {
        const bool alive = session.get(api_path({"apps", "v1", "daemonsets"}, metadata["namespace"].as_string(), (*owner)["name"].as_string())).ok();
        if (alive && !drain.ignore_daemonsets) return {false, "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", ""};
        if (alive) return {true, "", "ignoring DaemonSet-managed Pods"};
    }
    if (!finished)
        for (const auto& volume : pod["spec"]["volumes"].items())
            if (volume["emptyDir"].is_object() && !drain.delete_emptydir) return {false, "cannot delete Pods with local storage (use --delete-emptydir-data to override)", ""};
    if (!owner && !finished) {
        if (!drain.force) return {false, "cannot delete Pods that declare no controller (use --force to override)", ""};
        return {false, "", "deleting Pods that declare no controller"};
    }
    return {};
}

struct Listed {
    std::vector<json::Value> pods;
    std::map<std::string, std::vector<std::string>> errors, warnings;
};

Result<Listed> pods_of(Session& session, const Drain& drain, const std::string& node) {
    net::Query query;
    query.add("fieldSelector", "spec.nodeName=" + node);
    if (!drain.pod_selector.empty()) query.add("labelSelector", drain.pod_selector);
    const auto list = TRY(session.get(api_path({"", "v1", "pods"}, "", "", "", query)));
    Listed found;
    for (const auto& pod : list["items"].items()) {
        const auto verdict = judge(session, pod, drain);
        const auto name = pod["metadata"]["namespace"].as_string() + "/" + pod["metadata"]["name"].as_string();
        if (!verdict.error.empty()) found.errors[verdict.error].push_back(name);
        if (!verdict.warning.empty()) found.warnings[verdict.warning].push_back(name);
        if (!verdict.stays && verdict.error.empty()) found.pods.push_back(pod);
    }
    return found;
}

std::string listing(const std::map<std::string, std::vector<std::string>>& found) {
    std::vector<std::string> parts;
    for (const auto& [text, pods] : found) parts.push_back(text + ": " + join(pods, ", "));
    return join(parts, "; ");
}

// Evicts one pod, again while a disruption budget forbids it.
Status evict(Session& session, const json::Value& pod, const Drain& drain, Duration deadline) {
    const auto& name = pod["metadata"]["name"].as_string();
    const auto& ns = pod["metadata"]["namespace"].as_string();
    auto options = json::Value::object();
    if (drain.grace_period >= 0) options.set("gracePeriodSeconds", drain.grace_period);
    for (;;) {
        print_error(fmt::format("{} pod {}/{}\n", drain.disable_eviction ? "deleting" : "evicting", ns, name));
        auto done = drain.disable_eviction
                        ? session.ask({"DELETE", api_path({"", "v1", "pods"}, ns, name), json::write(options)})
                        : session.ask({"POST", api_path({"", "v1", "pods"}, ns, name, "eviction"),
                                       json::write(json::Value::object({{"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", json::Value::object({{"name", name}, {"namespace", ns}})}, {"deleteOptions", options}}))});
        if (done.ok() || done.status().reason() == Reason::NotFound) return {};
        if (done.status().reason() != Reason::TooManyRequests) return local_error("error when evicting pods/\"{}\" -n \"{}\": {}", name, ns, done.status().message());
        if (Clock::system().elapsed() >= deadline) return local_error("error when evicting pods/\"{}\" -n \"{}\": global timeout reached", name, ns);
        print_error(fmt::format("error when evicting pods/\"{}\" -n \"{}\" (will retry after {}s): {}\n", name, ns, kRetrySeconds, done.status().message()));
        std::this_thread::sleep_for(std::chrono::seconds(kRetrySeconds));
    }
}

Status drain_node(Call& call, const Drain& drain, const Target& node, Duration timeout) {
    auto& session = *TRY(call.session());
    const auto found = TRY(pods_of(session, drain, node.name));
    if (!found.errors.empty()) return local_error("unable to drain node \"{}\" due to error: {}, continuing command...\nThere are pending nodes to be drained:\n {}\n{}", node.name, listing(found.errors), node.name, listing(found.errors));
    if (!found.warnings.empty()) print_error(paint("Warning:", Colour::Yellow, 2) + " " + listing(found.warnings) + "\n");
    const auto deadline = Clock::system().elapsed() + timeout;
    Resource pods;
    pods.gvr = {"", "v1", "pods"};
    pods.kind = "Pod";
    pods.singular = "pod";
    for (const auto& pod : found.pods) {
        const auto& ns = pod["metadata"]["namespace"].as_string();
        if (drain.dry_run != "none") print(fmt::format("evicting pod {}/{} ({}dry run)\n", ns, pod["metadata"]["name"].as_string(), drain.dry_run == "server" ? "server " : ""));
        else TRY(evict(session, pod, drain, deadline));
    }
    if (drain.dry_run == "none")
        for (const auto& pod : found.pods) {
            const Target target{pods, pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string()};
            TRY(wait_gone(session, target, pod["metadata"]["uid"].as_string(), deadline - Clock::system().elapsed()));
            print(fmt::format("pod/{} {}\n", target.name, drain.disable_eviction ? "deleted" : "evicted"));
        }
    print(fmt::format("node/{} drained{}\n", node.name, drain.dry_run == "none" ? "" : drain.dry_run == "server" ? " (server dry run)" : " (dry run)"));
    return {};
}

Status cordon_or_not(Call& call, bool unschedulable) {
    Selection selection;
    std::string dry_run = "none";
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    call.options.text("dry-run", 0, &dry_run, "Must be \"none\", \"server\", or \"client\".", "client");
    TRY(call.parse());
    for (const auto& node : TRY(nodes_of(call, selection)))
        if (auto done = mark(call, node, unschedulable, dry_run); !done.ok()) call.complain(done);
    return {};
}

}  // namespace

Status cordon(Call& call) { return cordon_or_not(call, true); }
Status uncordon(Call& call) { return cordon_or_not(call, false); }

Status drain(Call& call) {
    Drain drain;
    auto& options = call.options;
    options.text("selector", 'l', &drain.selection.selector, "Selector (label query) to filter on.");
    options.text("pod-selector", 0, &drain.pod_selector, "Label selector to filter pods on the node");
    options.toggle("force", 0, &drain.force, "Continue even if there are pods that do not declare a controller.");
    options.toggle("ignore-daemonsets", 0, &drain.ignore_daemonsets, "Ignore DaemonSet-managed pods.");
    options.toggle("delete-emptydir-data", 0, &drain.delete_emptydir, "Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).");
    options.toggle("disable-eviction", 0, &drain.disable_eviction, "Force drain to use delete, even if eviction is supported.");
    options.number("grace-period", 0, &drain.grace_period, "Period of time in seconds given to each pod to terminate gracefully. If negative, the default value specified in the pod will be used.");
    options.number("chunk-size", 0, &drain.chunk_size, "Return large lists in chunks rather than all at once.");
    options.number("skip-wait-for-delete-timeout", 0, &drain.skip_wait, "If pod DeletionTimestamp older than N seconds, skip waiting for the pod.");
    options.text("timeout", 0, &drain.timeout, "The length of time to wait before giving up, zero means infinite");
    options.text("dry-run", 0, &drain.dry_run, "Must be \"none\", \"server\", or \"client\".", "client");
    TRY(call.parse());
    auto timeout = TRY(read_timeout(drain.timeout));
    if (timeout == Duration(0)) timeout = std::chrono::hours(24 * 7);
    const auto nodes = TRY(nodes_of(call, drain.selection));
    for (const auto& node : nodes) TRY(mark(call, node, true, drain.dry_run));
    std::fflush(stdout);
    for (const auto& node : nodes)
        if (auto done = drain_node(call, drain, node, timeout); !done.ok()) call.complain(done);
    return {};
}

}  // namespace skiff::cli::kubectl
