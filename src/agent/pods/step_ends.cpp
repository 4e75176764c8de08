// Steps about containers that have ended: their message, and what is kept of them.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/pods/container_spec.h"
#include "agent/pods/container_status.h"
#include "agent/pods/sync.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

// Kubernetes, "Customizing the termination message".
constexpr size_t kMessageBytesMax = 4096, kLogBytesMax = 2048, kLogLinesMax = 80;

const std::string& label_of(const Run& run, const char* key) {
    static const std::string kNone;
    auto found = run.status.labels.find(key);
    return found == run.status.labels.end() ? kNone : found->second;
}

// The end of a file that a container may write: no links, no waiting, bounded.
std::string tail_of(const std::string& path, size_t bytes_max) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info;
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    const off_t size = info.st_size, start = size > static_cast<off_t>(bytes_max) ? size - static_cast<off_t>(bytes_max) : 0;
    std::string text(static_cast<size_t>(size - start), '\0');
    const ssize_t got = ::pread(fd.get(), text.data(), text.size(), start);
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return text;
}

// The last lines of a CRI log without their time and stream.
std::string log_tail(const std::string& path) {
    const std::string raw = tail_of(path, kLogBytesMax * 4);
    std::vector<std::string> lines;   // with their ends; a partial one is continued by the next
    bool partial = false;
    for (const auto line : split_views(raw, '\n')) {
        const size_t first = line.find(' '), second = first == std::string_view::npos ? first : line.find(' ', first + 1);
        const size_t third = second == std::string_view::npos ? second : line.find(' ', second + 1);
        if (third == std::string_view::npos) continue;
        if (!partial) lines.emplace_back();
        lines.back() += line.substr(third + 1);
        partial = line.substr(second + 1, third - second - 1) == "P";
        if (!partial) lines.back() += '\n';
    }
    if (lines.size() > kLogLinesMax) lines.erase(lines.begin(), lines.end() - kLogLinesMax);
    const std::string text = join(lines, "");
    return text.size() > kLogBytesMax ? text.substr(text.size() - kLogBytesMax) : text;
}

void read_message(Run& run) {
    if (const std::string& path = label_of(run, label::kMessagePath); !path.empty()) run.termination_message = tail_of(path, kMessageBytesMax);
    if (run.termination_message.empty() && run.status.exit_code != 0 && label_of(run, label::kMessagePolicy) == "FallbackToLogsOnError")
        run.termination_message = log_tail(run.status.log_path);
}

void remove_run(Sync& sync, const Run& run) {
    if (const Status removed = sync.services.runtime.remove(run.status.id); !removed.ok() && removed.reason() != Reason::NotFound)
        log::warn("pods", "dead container stays", {{"id", run.status.id}, {"error", removed.message()}});
    (void)sync.services.images.unmount_rootfs(run.status.id);
    if (const std::string& path = label_of(run, label::kMessagePath); !path.empty()) (void)file::remove(path);
}

std::string log_link(const Sync& sync, const std::string& container, const std::string& id) {
    const json::Value& meta = sync.pod["metadata"];
    return sync.services.config.log_links_dir + "/" + meta["name"].as_string() + "_" + meta["namespace"].as_string() + "_" + container + "-" + id + ".log";
}

}  // namespace

void note_ends(Sync& sync) {
    for (auto& [name, container] : sync.state.containers) {
        Run* run = container.current();
        if (run && run->exited() && !run->ended_seen) {
            run->ended_seen = true;
            if (!run->removed) read_message(*run);
            sync.services.prober.remove(run->status.id);
            container.started = container.ready = false;
            container.post_start = PostStart::None;
            container.unhealthy.clear();
            container.stopping.reset();
            container.waiting.reset();
        }
        while (container.runs.size() > kRunsKept) {
            const Run& oldest = container.runs.back();
            if (!oldest.removed) remove_run(sync, oldest);
            (void)file::remove(oldest.status.log_path);
            (void)file::remove(log_link(sync, name, oldest.status.id));
            container.runs.pop_back();
        }
    }
}

void remove_dead(Sync& sync) {
    for (auto& [name, container] : sync.state.containers)
        for (auto& run : container.runs)
            if (!run.removed) {
                remove_run(sync, run);
                (void)file::remove(log_link(sync, name, run.status.id));
                run.removed = true;
            }
    if (sync.state.gone) (void)file::remove_tree(pod_log_dir(sync.services.config, sync.pod, sync.state.uid));
}

}  // namespace skiff::agent::pods
