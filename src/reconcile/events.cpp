#include "reconcile/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/thread_pool.h"
#include "reconcile/event_correlator.h"
#include "reconcile/timestamp.h"

namespace skiff::reconcile {

namespace {

constexpr size_t kQueueMax = 1000;
const api::Gvr kEvents{"", "v1", "events"};

class Writer : public EventWriter {
public:
    explicit Writer(Mode mode) : mode_(mode) {}
    ~Writer() override { stop(); }

    void stop() override {
        {
            std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    bool submit(std::function<void()> task) override {
        std::lock_guard lock(mutex_);
        if (stopped_ || queue_.size() >= kQueueMax) return false;
        queue_.push_back(std::move(task));
        if (mode_ == Mode::Thread && !thread_.joinable()) thread_ = std::thread([this] { run(); });
        changed_.notify_all();
        return true;
    }

    void flush() override {
        std::unique_lock lock(mutex_);
        if (mode_ == Mode::Thread) {
            changed_.wait(lock, [&] { return stopped_ || (queue_.empty() && !busy_); });
            return;
        }
        while (!queue_.empty()) run_one(lock);
    }

private:
    void run() {
        set_thread_name("events");
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
            if (stopped_) return;
            run_one(lock);
            changed_.notify_all();
        }
    }

    void run_one(std::unique_lock<std::mutex>& lock) {
        auto task = std::move(queue_.front());
        queue_.pop_front();
        busy_ = true;
        lock.unlock();
        task();
        lock.lock();
        busy_ = false;
    }

    const Mode mode_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool stopped_ = false, busy_ = false;
    std::thread thread_;
};

json::Value reference_tree(const ObjectReference& about) {
    auto tree = json::Value::object();
    auto put = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) tree.set(key, value);
    };
    put("kind", about.kind);
    put("namespace", about.ns);
    put("name", about.name);
    put("uid", about.uid);
    put("apiVersion", about.api_version);
    put("resourceVersion", about.resource_version);
    put("fieldPath", about.field_path);
    return tree;
}

// Writes what the correlator decides. Shared with the tasks that wait, which may outlive the recorder.
class Sink {
public:
    Sink(std::shared_ptr<client::Client> client, Clock& clock, std::string component, std::string host)
        : client_(std::move(client)), clock_(clock), component_(std::move(component)), host_(std::move(host)) {}

    void write(const ObjectReference& about, const std::string& type, const std::string& reason, const std::string& message, WallTime when) {
        auto decision = correlator_.decide({about, type, reason, message}, clock_.elapsed());
        if (decision.kind == EventCorrelator::Kind::Drop) return;
        if (decision.kind == EventCorrelator::Kind::Repeat) {
            auto patch = json::Value::object({{"count", decision.count}, {"lastTimestamp", format_time(when)}, {"message", decision.message}});
            auto patched = client_->patch(kEvents, ns_of(about), decision.name, client::PatchType::Merge, patch);
            if (patched.ok() || patched.status().reason() != Reason::NotFound) return;
        }
        create(about, type, reason, decision, when);
    }

private:
    static std::string ns_of(const ObjectReference& about) { return about.ns.empty() ? "default" : about.ns; }

    void create(const ObjectReference& about, const std::string& type, const std::string& reason, const EventCorrelator::Decision& decision,
                WallTime when) {
        std::string name = fmt::format("{}.{:x}", about.name, static_cast<uint64_t>(when.time_since_epoch().count()) + ++sequence_);
        auto source = json::Value::object({{"component", component_}});
        if (!host_.empty()) source.set("host", host_);
        auto event = json::Value::object({
            {"apiVersion", "v1"},
            {"kind", "Event"},
            {"metadata", json::Value::object({{"name", name}, {"namespace", ns_of(about)}})},
            {"involvedObject", reference_tree(about)},
            {"reason", reason},
            {"message", decision.message},
            {"source", source},
            {"firstTimestamp", format_time(when)},
            {"lastTimestamp", format_time(when)},
            {"count", decision.count},
            {"type", type},
            {"reportingComponent", component_},
            {"reportingInstance", host_},
        });
        auto created = client_->create(kEvents, ns_of(about), event);
        if (created.ok()) {
            correlator_.created(decision, name);
            return;
        }
        // A namespace that is going away takes no events; nobody misses them.
        if (created.status().reason() != Reason::Forbidden && created.status().reason() != Reason::NotFound)
            log::debug("events", "cannot write", {{"error", created.status().message()}});
    }

    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    const std::string component_, host_;
    EventCorrelator correlator_;
    uint64_t sequence_ = 0;   // two events of one instant get two names
};

class Recorder : public EventRecorder {
public:
    Recorder(std::shared_ptr<EventWriter> writer, std::shared_ptr<Sink> sink, Clock& clock)
        : writer_(std::move(writer)), sink_(std::move(sink)), clock_(clock) {}

    void event(const ObjectReference& about, std::string_view type, std::string_view reason, std::string message) override {
        // Events are bounded: a full queue drops.
        (void)writer_->submit([sink = sink_, about, type = std::string(type), reason = std::string(reason), message = std::move(message),
                               when = clock_.now()] { sink->write(about, type, reason, message, when); });
    }
    void flush() override { writer_->flush(); }

private:
    std::shared_ptr<EventWriter> writer_;
    std::shared_ptr<Sink> sink_;
    Clock& clock_;
};

}  // namespace

ObjectReference ObjectReference::to(const api::Object& object) {
    const auto& meta = object.meta();
    return {object.api_version(), object.kind(), meta.ns, meta.name, meta.uid, std::to_string(meta.resource_version), {}};
}

std::shared_ptr<EventWriter> EventWriter::create(Mode mode) { return std::make_shared<Writer>(mode); }

std::unique_ptr<EventRecorder> EventRecorder::create(std::shared_ptr<EventWriter> writer, std::shared_ptr<client::Client> client, Clock& clock,
                                                     std::string component, std::string host) {
    auto sink = std::make_shared<Sink>(std::move(client), clock, std::move(component), std::move(host));
    return std::make_unique<Recorder>(std::move(writer), std::move(sink), clock);
}

std::unique_ptr<EventRecorder> EventRecorder::create(std::shared_ptr<client::Client> client, Clock& clock, std::string component, std::string host) {
    return create(EventWriter::create(), std::move(client), clock, std::move(component), std::move(host));
}

}  // namespace skiff::reconcile
