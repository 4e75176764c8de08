#include <unistd.h>

#include "cli/kubectl/deletion.h"
#include "cli/kubectl/exec.h"
#include "cli/kubectl/pod_choice.h"
#include "cli/kubectl/remote_command.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

RemoteStreams local_streams(bool stdin_wanted, bool& tty) {
    if (tty && !::isatty(STDIN_FILENO)) {
        print_error("Unable to use a TTY - input is not a terminal or the right kind of file\n");
        tty = false;
    }
    RemoteStreams streams;
    streams.in = stdin_wanted ? STDIN_FILENO : -1;
    streams.tty = tty;
    streams.out = [](std::string_view bytes) { return write_all(STDOUT_FILENO, bytes); };
    streams.err = [](std::string_view bytes) { return write_all(STDERR_FILENO, bytes); };
    return streams;
}

std::string command_path(const json::Value& pod, const std::string& subresource, const std::string& container, bool in, bool tty, const std::vector<std::string>& command) {
    net::Query query;
    query.add("container", container);
    for (const auto& word : command) query.add("command", word);
    if (in) query.add("stdin", "true");
    query.add("stdout", "true");
    if (tty) query.add("tty", "true");
    else query.add("stderr", "true");
    return api_path({"", "v1", "pods"}, pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string(), subresource, query);
}

Status leave_with(Call& call, int code) {
    if (code == 0) return {};
    print_error(fmt::format("command terminated with exit code {}\n", code));
    return call.leave(code);
}

namespace {

Status refuse_completed(const json::Value& pod, const char* what) {
    const auto& phase = pod["status"]["phase"].as_string();
    if (phase != "Succeeded" && phase != "Failed") return {};
    return local_error("cannot {} a container in a completed pod; current phase is {}", what, phase);
}

}  // namespace

Status exec(Call& call) {
    std::string container, running_timeout = "1m0s";
    bool in = false, tty = false, quiet = false;
    Selection selection;
    auto& options = call.options;
    selection.add_files(options, "to use to exec into the resource");
    options.text("container", 'c', &container, "Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation or the first container in the pod.");
    options.toggle("stdin", 'i', &in, "Pass stdin to the container");
    options.toggle("tty", 't', &tty, "Stdin is a TTY");
    options.toggle("quiet", 'q', &quiet, "Only print output from the remote session");
    options.text("pod-running-timeout", 0, &running_timeout, "The length of time to wait until at least one pod is running");
    TRY(call.parse());
    if (!call.dash && call.words.size() > 1) return call.usage_error("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
    const auto command = call.take_command();
    if (call.words.empty() && selection.files.empty()) return local_error("pod, type/name or --filename must be specified");
    if (command.empty()) return local_error("you must specify at least one command for the container");
    Target target;
    if (selection.files.empty()) {
        target = TRY(one_target(call, call.words, "pods"));
    } else {
        auto found = TRY(read_targets(call, selection, {}));
        if (found.size() != 1) return local_error("cannot exec into multiple objects at a time");
        target = std::move(found[0]);
    }
    auto& session = *TRY(call.session());
    const auto pod = TRY(choose_pod(call, target, Preference::Active, TRY(read_timeout(running_timeout))));
    TRY(refuse_completed(pod, "exec into"));
    container = TRY(choose_container(pod, container, quiet));
    const auto streams = local_streams(in, tty);
    return leave_with(call, TRY(run_remote(session, command_path(pod, "exec", container, in, tty, command), streams)));
}

Status attach(Call& call) {
    std::string container, running_timeout = "1m0s";
    bool in = false, tty = false, quiet = false;
    auto& options = call.options;
    options.text("container", 'c', &container, "Container name.");
    options.toggle("stdin", 'i', &in, "Pass stdin to the container");
    options.toggle("tty", 't', &tty, "Stdin is a TTY");
    options.toggle("quiet", 'q', &quiet, "Only print output from the remote session");
    options.text("pod-running-timeout", 0, &running_timeout, "The length of time to wait until at least one pod is running");
    TRY(call.parse());
    if (call.words.empty()) return local_error("at least 1 argument is required for attach");
    auto& session = *TRY(call.session());
    const auto target = TRY(one_target(call, call.words, "pods"));
    const auto pod = TRY(choose_pod(call, target, Preference::Active, TRY(read_timeout(running_timeout))));
    TRY(refuse_completed(pod, "attach"));
    container = TRY(choose_container(pod, container, quiet));
    for (const auto& one : pod["spec"]["containers"].items())
        if (one["name"].as_string() == container && tty && !one["tty"].as_bool()) {
            tty = false;
            print_error(fmt::format("error: Unable to use a TTY - container {} did not allocate one\n", container));
        }
    auto streams = local_streams(in, tty);
    if (in && tty && !quiet) streams.hint = "If you don't see a command prompt, try pressing enter.\n";
    return leave_with(call, TRY(run_remote(session, command_path(pod, "attach", container, in, tty, {}), streams)));
}

}  // namespace skiff::cli::kubectl
