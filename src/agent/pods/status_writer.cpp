#include "agent/pods/status_writer.h"

#include <algorithm>

#include "agent/pods/pod_status.h"
#include "base/log.h"
#include "base/thread_pool.h"

namespace skiff::agent::pods {

namespace {

constexpr Duration kRetryFirst = std::chrono::milliseconds(500), kRetryMax = std::chrono::seconds(30);
const api::Gvr kPods{"", "v1", "pods"};

}  // namespace

StatusWriter::StatusWriter(std::shared_ptr<client::Client> client, Clock& clock) : client_(std::move(client)), clock_(clock), thread_([this] { work(); }) {}

StatusWriter::~StatusWriter() { stop(); }

void StatusWriter::submit(Update update) {
    std::lock_guard lock(mutex_);
    Entry& entry = entries_[update.uid];
    if (entry.waiting) {                               // the newer status answers for the older ones
        if (entry.update.written && !update.written) update.written = std::move(entry.update.written);
        update.remove = update.remove || entry.update.remove;
    }
    entry.update = std::move(update);
    entry.waiting = true;
    changed_.notify_one();
}

void StatusWriter::forget(const std::string& uid) {
    std::lock_guard lock(mutex_);
    entries_.erase(uid);
}

void StatusWriter::stop() {
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void StatusWriter::work() {
    set_thread_name("pod-status");
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        const Duration now = clock_.elapsed();
        Duration next = Duration::max();
        auto due = entries_.end();
        for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
            if (!entry->second.waiting) continue;
            if (entry->second.not_before <= now) {
                due = entry;
                break;
            }
            next = std::min(next, entry->second.not_before);
        }
        if (due == entries_.end()) {
            if (next == Duration::max()) changed_.wait(lock);
            else clock_.wait_until(changed_, lock, next);
            continue;
        }
        const std::string uid = due->first;
        const Update update = due->second.update;
        const api::ObjectPtr last_seen = due->second.last_seen;
        due->second.waiting = false;
        lock.unlock();
        api::ObjectPtr answer;
        const bool done = write(update, last_seen, answer);
        if (done && update.written) update.written();
        lock.lock();
        auto found = entries_.find(uid);
        if (found == entries_.end()) continue;
        Entry& entry = found->second;
        if (answer) entry.last_seen = answer;
        if (done) {
            entry.failures = 0;
            entry.not_before = Duration{0};
            entry.update.written = entry.waiting ? std::move(entry.update.written) : nullptr;
            continue;
        }
        if (!entry.waiting) entry.update = update, entry.waiting = true;
        entry.not_before = clock_.elapsed() + std::min(kRetryMax, kRetryFirst * (1 << std::min(entry.failures++, 6)));
    }
}

bool StatusWriter::write(const Update& update, const api::ObjectPtr& last_seen, api::ObjectPtr& answer) {
    const api::Meta& meta = update.pod->meta();
    const bool use_last = last_seen && last_seen->meta().resource_version > meta.resource_version;
    const api::TreePtr tree = (use_last ? last_seen : update.pod)->tree();
    json::Value patch = update.status.is_null() ? json::Value() : status_patch((*tree)["status"], update.status);
    if (!patch.is_null()) {
        json::Value body = json::Value::object({{"metadata", json::Value::object({{"uid", update.uid}})}, {"status", std::move(patch)}});
        auto written = client_->patch(kPods, meta.ns, meta.name, client::PatchType::Strategic, body, {.subresource = "status"});
        if (!written.ok()) {
            const Reason reason = written.status().reason();
            // Gone, or another pod of that name: nothing is left to say.
            if (reason == Reason::NotFound || reason == Reason::Conflict) return reason == Reason::NotFound || written.status().message().find("uid") != std::string::npos;
            log::warn("pods", "status write failed", {{"pod", meta.key()}, {"error", written.status().message()}});
            // What the API refuses for good is not sent again and again.
            return reason == Reason::Invalid || reason == Reason::BadRequest;
        }
        answer = *written;
    }
    if (!update.remove) return true;
    const Status removed = client_->remove(kPods, meta.ns, meta.name, {.grace_period_s = 0, .uid = update.uid});
    return removed.ok() || removed.reason() == Reason::NotFound || removed.reason() == Reason::Conflict;
}

}  // namespace skiff::agent::pods
