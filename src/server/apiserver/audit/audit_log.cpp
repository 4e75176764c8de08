#include "server/apiserver/audit/audit_log.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/file.h"
#include "base/log.h"

namespace skiff::apiserver::audit {

namespace {

constexpr size_t kPolicyBytesMax = 1 << 20;
constexpr size_t kBlockBytes = 64 << 10;                        // written at once
constexpr auto kGatherTime = std::chrono::milliseconds(50);     // and sooner than that only by that size

std::string path_of(const AuditOptions& options, int number) {
    std::string path = options.path.empty() ? options.folder + "/audit.log" : options.path;
    return number == 0 ? path : path + "." + std::to_string(number);
}

}  // namespace

Result<std::shared_ptr<AuditLog>> AuditLog::open(const AuditOptions& options) {
    TRY(file::make_dirs(options.folder, 0700));
    Policy policy = Policy::builtin();
    const std::string path = options.policy_file.empty() ? options.folder + "/policy.yaml" : options.policy_file;
    if (!options.policy_file.empty() || file::exists(path)) policy = TRY(Policy::parse(TRY(file::read(path, kPolicyBytesMax))).context("{}", path));
    std::shared_ptr<AuditLog> log(new AuditLog(options, std::move(policy)));
    TRY(log->open_file());
    log->thread_ = std::thread([raw = log.get()] { raw->run(); });
    pthread_setname_np(log->thread_.native_handle(), "audit");
    return log;
}

AuditLog::AuditLog(AuditOptions options, Policy policy) : options_(std::move(options)), policy_(std::move(policy)) {}

AuditLog::~AuditLog() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
    if (file_ >= 0) ::close(file_);
}

void AuditLog::note(const Answered& answered) {
    const Wanted wanted = policy_.wanted(answered.context.attributes, answered.code);
    if (!wanted.wants(answered.stage)) return;
    const std::string line = event_line(answered, wanted);
    bool wake;
    {
        std::lock_guard lock(mutex_);
        if (queue_.size() + line.size() > options_.queue_bytes_max) {
            ++dropped_;
            return;
        }
        const size_t before = queue_.size();
        queue_ += line;
        queue_.push_back('\n');
        wake = before == 0 || (before < kBlockBytes && queue_.size() >= kBlockBytes);
    }
    if (wake) arrived_.notify_one();
}

void AuditLog::run() {
    bool broken = false;
    std::string block;
    for (;;) {
        block.clear();
        if (block.capacity() > 4 * kBlockBytes) block.shrink_to_fit();
        size_t dropped;
        bool stopping;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
            arrived_.wait_for(lock, kGatherTime, [&] { return stopping_ || queue_.size() >= kBlockBytes; });
            block.swap(queue_);
            dropped = std::exchange(dropped_, 0);
            stopping = stopping_;
        }
        Status status = block.empty() ? Status() : write(block);
        if (!status.ok() && !broken) log::error("audit", "cannot write", {{"error", status.message()}});
        broken = !status.ok();
        if (dropped > 0) log::warn("audit", "lines were dropped", {{"count", dropped}});
        if (stopping && block.empty()) return;
    }
}

Status AuditLog::open_file() {
    std::string path = path_of(options_, 0);
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file_ < 0) return error(Reason::ServiceUnavailable, "open {}: {}", path, std::strerror(errno));
    struct stat about{};
    file_bytes_ = ::fstat(file_, &about) == 0 ? static_cast<size_t>(about.st_size) : 0;
    return {};
}

void AuditLog::drop_old() {
    const int64_t oldest = std::time(nullptr) - options_.days_max * 86'400;
    for (int number = 1; options_.days_max > 0 && number < options_.files_max; ++number) {
        const std::string path = path_of(options_, number);
        struct stat about{};
        if (::stat(path.c_str(), &about) == 0 && about.st_mtime < oldest) ::unlink(path.c_str());
    }
}

Status AuditLog::rotate() {
    if (file_ >= 0) ::close(std::exchange(file_, -1));
    for (int number = options_.files_max - 2; number >= 0; --number) {
        std::string from = path_of(options_, number), to = path_of(options_, number + 1);
        if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) return error(Reason::ServiceUnavailable, "rename {}: {}", from, std::strerror(errno));
    }
    drop_old();
    return open_file();
}

Status AuditLog::write(const std::string& block) {
    if (file_ < 0 || file_bytes_ + block.size() > options_.file_bytes_max) TRY(rotate());
    size_t done = 0;
    while (done < block.size()) {
        ssize_t n = ::write(file_, block.data() + done, block.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return error(Reason::ServiceUnavailable, "write {}: {}", path_of(options_, 0), std::strerror(errno));
        done += static_cast<size_t>(n);
    }
    file_bytes_ += block.size();
    return {};
}

}  // namespace skiff::apiserver::audit
