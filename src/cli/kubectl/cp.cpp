// cp: files to and from a container, by tar in the container.
#include <fcntl.h>
#include <unistd.h>

#include <thread>

#include "base/file.h"
#include "base/strings.h"
#include "cli/kubectl/exec.h"
#include "cli/kubectl/pod_choice.h"
#include "cli/kubectl/tar_stream.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

// [NAMESPACE/]POD:PATH, or a local path (ns and pod empty).
struct Place {
    std::string ns, pod, path;
    bool remote = false;
};

Result<Place> read_place(const std::string& text, const std::string& ns) {
    const auto colon = text.find(':');
    if (colon == std::string::npos || text[0] == '/' || text[0] == '.') return Place{"", "", text, false};
    Place place{ns, text.substr(0, colon), text.substr(colon + 1), true};
    const auto slash = place.pod.find('/');
    if (slash != std::string::npos) {
        place.ns = place.pod.substr(0, slash);
        place.pod = place.pod.substr(slash + 1);
    }
    if (place.pod.empty() || contains(place.pod, "/")) return local_error("filespec must match the canonical format: [[namespace/]pod:]file/path");
    if (place.path.empty()) return local_error("filepath can not be empty");
    return place;
}

std::string base_name(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
}

Result<int> run_in(Session& session, const Place& place, const std::string& container, const std::vector<std::string>& command, const RemoteStreams& streams) {
    const auto pod = TRY(session.get(api_path({"", "v1", "pods"}, place.ns, place.pod)));
    const auto chosen = TRY(choose_container(pod, container));
    return run_remote(session, command_path(pod, "exec", chosen, streams.in >= 0, false, command), streams);
}

Status finished(Call& call, const Result<int>& code) {
    if (!code.ok()) return code.status();
    return leave_with(call, *code);
}

RemoteStreams quiet_streams() {
    RemoteStreams streams;
    streams.out = [](std::string_view) { return true; };
    streams.err = [](std::string_view bytes) { return write_all(STDERR_FILENO, bytes); };
    return streams;
}

Status to_pod(Call& call, const std::string& source, Place place, const std::string& container, bool no_preserve) {
    auto& session = *TRY(call.session());
    if (!file::exists(source)) return local_error("{} doesn't exist in local filesystem", source);
    // Into a folder that is there, else under the name given.
    auto target = place.path;
    while (target.size() > 1 && target.ends_with('/')) target.pop_back();
    auto probe = quiet_streams();
    probe.err = [](std::string_view) { return true; };
    const auto folder = TRY(run_in(session, place, container, {"test", "-d", target}, probe));
    if (folder == 0) target = (target == "/" ? "" : target) + "/" + base_name(source);
    const auto slash = target.rfind('/');
    const auto dir = slash == std::string::npos ? "." : slash == 0 ? "/" : target.substr(0, slash);
    const auto name = base_name(target);
    std::vector<std::string> command = {"tar"};
    if (no_preserve) command.insert(command.end(), {"--no-same-permissions", "--no-same-owner"});
    command.insert(command.end(), {"-xmf", "-", "-C", dir});
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno_status("pipe", errno);
    Fd read_end(ends[0]), write_end(ends[1]);
    Status written;
    std::jthread writer([&] {
        written = write_tar(source, name, [&](std::string_view bytes) { return write_all(write_end.get(), bytes); });
        write_end.reset();
    });
    auto streams = quiet_streams();
    streams.in = read_end.get();
    const auto code = run_in(session, place, container, command, streams);
    read_end.reset();
    writer.join();
    if (code.ok() && *code == 0) return as_local(written);
    return finished(call, code);
}

Status from_pod(Call& call, const Place& place, std::string target, const std::string& container) {
    auto& session = *TRY(call.session());
    auto path = place.path;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    auto prefix = path;
    while (prefix.starts_with('/')) prefix.erase(0, 1);
    if (file::is_dir(target)) target += "/" + base_name(path);
    TarReader reader(prefix, target);
    Status failure;
    auto streams = quiet_streams();
    streams.out = [&](std::string_view bytes) {
        if (failure.ok()) failure = reader.feed(bytes);
        return failure.ok();
    };
    const auto code = run_in(session, place, container, {"tar", "cf", "-", path}, streams);
    if (!failure.ok()) return as_local(failure);
    if (code.ok() && *code == 0 && reader.entries() == 0) return local_error("{} is not in the container", path);
    return finished(call, code);
}

}  // namespace

Status copy(Call& call) {
    std::string container;
    bool no_preserve = false;
    int64_t retries = 0;
    call.options.text("container", 'c', &container, "Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation or the first container in the pod.");
    call.options.toggle("no-preserve", 0, &no_preserve, "The copied file/directory's ownership and permissions will not be preserved in the container");
    call.options.number("retries", 0, &retries, "Set number of retries to complete a copy operation from a container.");
    TRY(call.parse());
    if (call.words.size() != 2) return local_error("source and destination are required");
    auto& session = *TRY(call.session());
    const auto from = TRY(read_place(call.words[0], session.ns())), to = TRY(read_place(call.words[1], session.ns()));
    if (from.remote && to.remote) return local_error("one of src or dest must be a local file specification");
    if (!from.remote && !to.remote) return local_error("one of src or dest must be a remote file specification");
    return from.remote ? from_pod(call, from, to.path, container) : to_pod(call, from.path, to, container, no_preserve);
}

}  // namespace skiff::cli::kubectl
