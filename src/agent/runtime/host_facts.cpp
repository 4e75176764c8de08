#include "agent/runtime/host_facts.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/process.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::agent::runtime {

namespace {

constexpr size_t kProfileBytesMax = 1 << 20;

bool write_score(int score) {
    Fd fd(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    const auto text = std::to_string(score);
    return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<std::string> find_runc(const std::string& given) {
    if (auto path = process::find_program(given.empty() ? "runc" : given); path.ok() && ::access(path->c_str(), X_OK) == 0) return path;
    // Services often run with a short PATH.
    for (const char* path : {"/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc", "/usr/local/bin/runc", "/sbin/runc"})
        if (given.empty() && ::access(path, X_OK) == 0) return std::string(path);
    return error(Reason::NotFound, "{} is not installed; install the package runc (apt-get install runc)", given.empty() ? "runc" : given);
}

std::string runc_version(const std::string& runc) {
    process::Spawn what;
    what.args = {runc, "--version"};
    auto output = process::run(what, {.timeout_ms = 5000, .output_bytes_max = 4096});
    if (!output.ok()) return "unknown";
    auto from = output->out.find("version ");
    if (from == std::string::npos) return "unknown";
    from += 8;
    return output->out.substr(from, output->out.find_first_of("\n +", from) - from);
}

int lowest_oom_score() {
    auto own = file::read("/proc/self/oom_score_adj", 32);
    const int current = own.ok() ? static_cast<int>(parse_int(trim(*own)).value_or(0)) : 0;
    if (!write_score(-1000)) return current;
    write_score(current);
    return -1000;
}

bool has_apparmor() {
    auto enabled = file::read("/sys/module/apparmor/parameters/enabled", 16);
    return enabled.ok() && trim(*enabled) == "Y";
}

Result<json::Value> load_seccomp(const std::string& path) {
    auto text = TRY(file::read(path, kProfileBytesMax).context("seccomp profile"));
    auto profile = TRY(json::parse(text).context("seccomp profile {}", path));
    if (!profile["defaultAction"].is_string()) return error(Reason::BadRequest, "seccomp profile {} has no defaultAction", path);
    return profile;
}

}  // namespace skiff::agent::runtime
