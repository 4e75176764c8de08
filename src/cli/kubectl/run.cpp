// run: one pod, perhaps attached to, perhaps removed afterwards.
#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/exec.h"
#include "cli/kubectl/generators.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/terminal.h"
#include "json/merge_patch.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

namespace {

struct Run {
    WriteFlags write;
    std::string image, pull_policy, restart = "Always", labels, port, overrides, running_timeout = "1m0s", cascade = "background";
    std::vector<std::string> env, annotations;
    bool in = false, tty = false, attach = false, remove = false, quiet = false, command = false, privileged = false, expose = false, force = false, wait = false, leave_open = false;
    int64_t grace_period = -1;
};

void add_flags(Call& call, Run& run) {
    auto& options = call.options;
    run.write.add(options, "kubectl-run");
    options.text("image", 0, &run.image, "The image for the container to run.");
    options.text("image-pull-policy", 0, &run.pull_policy, "The image pull policy for the container.");
    options.text("restart", 0, &run.restart, "The restart policy for this Pod.  Legal values [Always, OnFailure, Never].");
    options.text("labels", 'l', &run.labels, "Comma separated labels to apply to the pod. Will override previous values.");
    options.text("port", 0, &run.port, "The port that this container exposes.");
    options.text("overrides", 0, &run.overrides, "An inline JSON override for the generated object.");
    options.text("pod-running-timeout", 0, &run.running_timeout, "The length of time to wait until at least one pod is running");
    options.text("cascade", 0, &run.cascade, "Must be \"background\", \"orphan\", or \"foreground\".", "background");
    options.list("env", 0, &run.env, "Environment variables to set in the container.");
    options.list("annotations", 0, &run.annotations, "Annotations to apply to the pod.");
    options.toggle("stdin", 'i', &run.in, "Keep stdin open on the container in the pod, even if nothing is attached.");
    options.toggle("tty", 't', &run.tty, "Allocate a TTY for the container in the pod.");
    options.toggle("attach", 0, &run.attach, "If true, wait for the Pod to start running, and then attach to the Pod as if 'kubectl attach ...' were called.");
    options.toggle("rm", 0, &run.remove, "If true, delete the pod after it exits. Only valid when attaching to the container.");
    options.toggle("quiet", 'q', &run.quiet, "If true, suppress prompt messages.");
    options.toggle("command", 0, &run.command, "If true and extra arguments are present, use them as the 'command' field in the container, rather than the 'args' field which is the default.");
    options.toggle("privileged", 0, &run.privileged, "If true, run the container in privileged mode.");
    options.toggle("expose", 0, &run.expose, "If true, create a ClusterIP service associated with the pod. Requires `--port`.");
    options.toggle("force", 0, &run.force, "If true, immediately remove resources from API and bypass graceful deletion.");
    options.toggle("wait", 0, &run.wait, "If true, wait for resources to be gone before returning.");
    options.toggle("leave-stdin-open", 0, &run.leave_open, "If the pod is started in interactive mode or with stdin, leave stdin open after the first attach completes.");
    options.number("grace-period", 0, &run.grace_period, "Period of time in seconds given to the resource to terminate gracefully.");
}

Result<json::Value> pod_of(const Run& run, const std::string& name, const std::vector<std::string>& args) {
    auto pod = named_object("v1", "Pod", name);
    auto labels = json::Value::object();
    for (const auto& pair : split(run.labels, ',')) {
        if (!contains(pair, "=")) return local_error("unexpected label spec: {}", pair);
        labels.set(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    }
    if (run.labels.empty()) labels.set("run", name);
    for (const auto& pair : run.annotations) pod.mut("metadata").mut("annotations").set(pair.substr(0, pair.find('=')), pair.substr(std::min(pair.size(), pair.find('=') + 1)));
    pod.mut("metadata").set("labels", std::move(labels));
    auto container = json::Value::object({{"name", name}, {"image", run.image}, {"resources", json::Value::object()}});
    if (!run.pull_policy.empty()) container.set("imagePullPolicy", run.pull_policy);
    if (!args.empty()) container.set(run.command ? "command" : "args", string_list(args));
    for (const auto& pair : run.env) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0) return local_error("invalid env: {}", pair);
        container.mut("env").push_back(json::Value::object({{"name", pair.substr(0, equals)}, {"value", pair.substr(equals + 1)}}));
    }
    if (!run.port.empty()) {
        const auto port = parse_int(run.port);
        if (!port) return local_error("strconv.Atoi: parsing \"{}\": invalid syntax", run.port);
        container.set("ports", json::Value::array({json::Value::object({{"containerPort", *port}})}));
    }
    if (run.in) {
        container.set("stdin", true);
        if (!run.leave_open) container.set("stdinOnce", true);
    }
    if (run.tty) container.set("tty", true);
    if (run.privileged) container.set("securityContext", json::Value::object({{"privileged", true}}));
    pod.set("spec", json::Value::object({{"containers", json::Value::array({std::move(container)})}, {"dnsPolicy", "ClusterFirst"}, {"restartPolicy", run.restart}}));
    pod.set("status", json::Value::object());
    if (!run.overrides.empty()) {
        auto overrides = json::parse_yaml(run.overrides);
        if (!overrides.ok()) return local_error("the overrides are no JSON: {}", overrides.status().message());
        json::merge_patch(pod, *overrides);
    }
    return pod;
}

Status check(Call& call, const Run& run, bool attached) {
    if (run.image.empty()) return local_error("required flag(s) \"image\" not set");
    if (run.tty && !run.in) return call.usage_error("-i/--stdin is required for containers with -t/--tty=true");
    if (run.expose && run.port.empty()) return call.usage_error("--port must be set when exposing a service");
    if (run.remove && !attached) return call.usage_error("--rm should only be used for attached containers");
    if (attached && TRY(run.write.dry_run()) != DryRun::None) return call.usage_error("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
    if (run.restart != "Always" && run.restart != "OnFailure" && run.restart != "Never") return call.usage_error(fmt::format("invalid restart policy: {}", run.restart));
    return {};
}

// The pod once done() holds; its state when the time is over.
Result<json::Value> until(Session& session, const Target& target, Duration timeout, const std::function<bool(const json::Value&)>& done) {
    const auto deadline = Clock::system().elapsed() + timeout;
    for (;;) {
        auto pod = TRY(session.get(api_path(target.resource.gvr, target.ns, target.name)));
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - Clock::system().elapsed()).count();
        if (done(pod)) return pod;
        if (left <= 0) return local_error("timed out waiting for the condition");
        net::Query query;
        query.add("fieldSelector", "metadata.name=" + target.name);
        query.add("resourceVersion", pod["metadata"]["resourceVersion"].as_string());
        query.add("timeoutSeconds", std::to_string(left));
        TRY(watch_events(session, api_path(target.resource.gvr, target.ns, "", "", query), "application/json", [&](const std::string& type, const json::Value& next) { return type == "BOOKMARK" || !done(next); }));
    }
}

bool ended(const json::Value& pod) { return pod["status"]["phase"].as_string() == "Succeeded" || pod["status"]["phase"].as_string() == "Failed"; }

// Follows the pod to its end and takes its exit code over. Where it ended before we could attach, its log is shown.
Status follow(Call& call, Run& run, const Target& target) {
    auto& session = *TRY(call.session());
    const auto running = [](const json::Value& pod) {
        if (ended(pod)) return true;
        return pod["status"]["containerStatuses"][0]["state"]["running"].is_object();
    };
    const auto pod = TRY(until(session, target, TRY(read_timeout(run.running_timeout)), running));
    const auto container = pod["spec"]["containers"][0]["name"].as_string();
    Result<int> code = 0;
    bool tty = run.tty;
    auto streams = local_streams(run.in, tty);
    if (run.tty && run.in && !run.quiet) streams.hint = "If you don't see a command prompt, try pressing enter.\n";
    const bool over = ended(pod);
    if (!over) code = run_remote(session, command_path(pod, "attach", container, run.in, run.tty, {}), streams);
    if (over || !code.ok()) {
        if (!over) print_error(fmt::format("warning: couldn't attach to pod/{}, falling back to streaming logs: {}\n", target.name, code.status().message()));
        // A pod that has ended says all at once.
        if (run.restart != "Always") (void)TRY(until(session, target, std::chrono::hours(24), ended));
        net::Query query;
        query.add("container", container);
        if (run.restart == "Always") query.add("follow", "true");
        TRY(session.stream({"GET", api_path(target.resource.gvr, target.ns, target.name, "log", query), "", "application/json", "*/*"},
                           [](std::string_view bytes) { return write_all(1, bytes); }));
    }
    if (run.restart == "Always") {
        if (!run.quiet && !run.remove) print_error(fmt::format("Session ended, resume using '{} {} -c {} -i -t' command when the pod is running\n", "kubectl attach", target.name, container));
        return {};
    }
    const auto final_pod = TRY(until(session, target, std::chrono::hours(24), ended));
    if (final_pod["status"]["phase"].as_string() == "Succeeded") return {};
    const auto& state = final_pod["status"]["containerStatuses"][0]["state"]["terminated"];
    const auto exit_code = static_cast<int>(state["exitCode"].as_int(1));
    print_error(fmt::format("pod {}/{} terminated ({})\n{}", target.ns, target.name, state["reason"].as_string(), state["message"].as_string().empty() ? "" : state["message"].as_string() + "\n"));
    return call.leave(exit_code ? exit_code : 1);
}

json::Value service_of(const Run& run, const json::Value& pod) {
    auto service = named_object("v1", "Service", pod["metadata"]["name"].as_string());
    const auto port = parse_int(run.port).value_or(0);
    service.set("spec", json::Value::object({{"ports", json::Value::array({json::Value::object({{"port", port}, {"protocol", "TCP"}, {"targetPort", port}})})}, {"selector", pod["metadata"]["labels"]}}));
    service.set("status", json::Value::object({{"loadBalancer", json::Value::object()}}));
    return service;
}

}  // namespace

Status run(Call& call) {
    Run run;
    add_flags(call, run);
    TRY(call.parse());
    if (call.words.empty() || call.dash == size_t{0}) return call.usage_error("NAME is required for run");
    const auto name = call.words[0];
    const std::vector<std::string> args(call.words.begin() + 1, call.words.end());
    const bool attached = call.options.was_set("attach") ? run.attach : run.in || run.tty;
    TRY(check(call, run, attached));
    const auto pod = TRY(pod_of(run, name, args));
    if (!attached) {
        if (run.expose) TRY(create_and_show(call, run.write, service_of(run, pod)));
        return create_and_show(call, run.write, pod);
    }
    auto& session = *TRY(call.session());
    Target target;
    target.resource.gvr = {"", "v1", "pods"};
    target.resource.kind = "Pod";
    target.resource.singular = "pod";
    target.resource.namespaced = true;
    target.ns = session.ns();
    target.name = name;
    if (run.expose) TRY(create_and_show(call, run.write, service_of(run, pod)));
    TRY(create_object(session, run.write, target.resource, target.ns, pod));
    const auto done = follow(call, run, target);
    std::fflush(stdout);
    if (!run.remove) return done;
    Deletion deletion;
    deletion.grace_period = run.force && run.grace_period < 0 ? 0 : run.grace_period;
    if (auto gone = delete_object(session, target, deletion); !gone.ok()) call.complain(gone.status());
    else if (!run.quiet) print(fmt::format("pod \"{}\" deleted from {} namespace\n", name, target.ns));
    return done;
}

}  // namespace skiff::cli::kubectl
