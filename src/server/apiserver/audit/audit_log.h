// AuditLog: the lines that a policy asks for, in a file that rotates. Lines wait in a bounded queue for the log's own thread, so that no
// request waits for the disk; when the queue is full lines are dropped, counted, and the count is logged.
// note() may be called from any thread. Destruction writes what is queued.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/apiserver/audit/event.h"

namespace skiff::apiserver::audit {

struct AuditOptions {
    std::string folder;                         // audit.log and audit.log.1 ... live here; policy.yaml is read when it exists
    std::string path;                           // of the log elsewhere; "" in the folder
    std::string policy_file;                    // read instead of policy.yaml; must exist
    size_t file_bytes_max = 10 << 20;
    int files_max = 3;                          // with the current one
    int64_t days_max = 0;                       // older files go when the log rotates; 0: they stay
    size_t queue_bytes_max = 8 << 20;
};

class AuditLog {
public:
    // Unavailable when the folder cannot be made or written; Invalid for a bad policy file.
    static Result<std::shared_ptr<AuditLog>> open(const AuditOptions& options);
    ~AuditLog();

    // Writes the stage of the request when the policy asks for it.
    void note(const Answered& answered);
    // Whether a request's arrival is worth a line.
    bool wants_arrivals() const { return policy_.wants_arrivals(); }

private:
    AuditLog(AuditOptions options, Policy policy);
    void run();
    Status write(const std::string& line);
    Status open_file();
    Status rotate();
    void drop_old();

    const AuditOptions options_;
    const Policy policy_;
    int file_ = -1;                             // of the log's thread
    size_t file_bytes_ = 0;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::string queue_;                         // whole lines
    size_t dropped_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace skiff::apiserver::audit
