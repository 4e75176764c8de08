#include "reconcile/runtime.h"

#include <thread>

#include "base/guarded.h"
#include "base/log.h"
#include "base/text_map.h"
#include "base/thread_pool.h"
#include "reconcile/queue_metrics.h"
#include "reconcile/restricted_client.h"

namespace skiff::reconcile {

namespace {

// Longest wait for informers to show a key's own writes; the watch is broken then and will be resumed.
constexpr Duration kVisibleTimeout = std::chrono::seconds(1);

// A controller with all that it was given.
struct Running {
    std::unique_ptr<Controller> controller;
    std::shared_ptr<client::Client> client;
    std::unique_ptr<EventRecorder> events;
    std::unique_ptr<Context> context;
    metrics::Histogram* worked = nullptr;
    Guarded<TextMap<std::vector<Written>>> writes;   // of each key's last run, until they are visible
};

class RuntimeImpl : public Runtime {
public:
    explicit RuntimeImpl(Options options)
        : options_(std::move(options)),
          informers_(InformerFactory::create(options_.informer_client, *options_.clock, options_.informers)),
          queues_(QueueSet::create(*options_.clock)) {}

    ~RuntimeImpl() override { stop(); }

    void add(std::unique_ptr<Controller> controller) override {
        auto running = std::make_unique<Running>();
        running->controller = std::move(controller);
        running_.push_back(std::move(running));
    }

    InformerFactory& informers() override { return *informers_; }

    void start() override {
        set_up(EventWriter::Mode::Thread);
        for (size_t i = 0; i < options_.workers; ++i) workers_.emplace_back([this, i] { work(i); });
    }

    void stop() override {
        queues_->shut_down();
        for (auto& worker : workers_)
            if (worker.joinable()) worker.join();
        informers_->stop();
        if (event_writer_) event_writer_->stop();
    }

    size_t run_until_idle() override {
        set_up(EventWriter::Mode::Inline);
        size_t count = 0;
        for (;;) {
            while (run_next()) ++count;
            event_writer_->flush();
            auto due = queues_->next_due();
            if (!due || *due > options_.clock->elapsed()) return count;
        }
    }

    bool run_next() override {
        set_up(EventWriter::Mode::Inline);
        if (options_.informers == Drive::Caller) informers_->step();
        auto item = queues_->try_get();
        if (item) run(*item);
        return item.has_value();
    }

    std::optional<Duration> next_due() override {
        auto key = queues_->next_due(), watch = informers_->next_due();
        return key && watch ? std::min(key, watch) : key ? key : watch;
    }

private:
    void set_up(EventWriter::Mode mode) {
        if (event_writer_) return;
        event_writer_ = EventWriter::create(mode);
        std::optional<QueueFamilies> families;
        if (options_.metrics) families.emplace(*options_.metrics);
        size_t queue = 0;
        for (auto& running : running_) {
            Controller& controller = *running->controller;
            auto client = options_.client_for(controller.service_account());
            running->client = std::make_shared<RestrictedClient>(std::string(controller.name()), client, controller.outputs(), *informers_);
            running->events = EventRecorder::create(event_writer_, client, *options_.clock, controller.event_source());
            running->context.reset(
                new Context{*informers_, *running->client, *running->events, *options_.clock, queues_->add_queue()});
            if (families) {
                const QueueMetrics measured = families->of(controller.name());
                measure_queue(*queues_, queue, measured);
                running->worked = measured.worked;
            }
            ++queue;
            for (const auto& gvr : controller.inputs()) informers_->informer(gvr);
            controller.setup(*running->context);
        }
        informers_->start();
        if (options_.informers == Drive::Caller) informers_->step();
        else informers_->wait_synced(std::chrono::seconds(10));
    }

    void work(size_t index) {
        set_thread_name("ctl-" + std::to_string(index));
        while (auto item = queues_->get()) run(*item);
    }

    void run(const QueueSet::Item& item) {
        Running& running = *running_[item.queue];
        if (!own_writes_visible(running, item.key)) {
            running.context->queue.add_after(item.key, kVisibleTimeout);
            queues_->done(item);
            return;
        }
        WriteLog log;
        const Duration begin = options_.clock->elapsed();
        auto result = running.controller->reconcile(item.key);
        if (running.worked) running.worked->observe(std::chrono::duration<double>(options_.clock->elapsed() - begin).count());
        if (!log.writes.empty()) (*running.writes.lock())[item.key] = std::move(log.writes);
        WorkQueue& queue = running.context->queue;
        if (result.ok()) {
            queue.forget(item.key);
            if (result->after > Duration::zero()) queue.add_after(item.key, result->after);
        } else {
            report(running, item.key, result.status());
            queue.add_rate_limited(item.key);
        }
        queues_->done(item);
    }

    bool own_writes_visible(Running& running, const std::string& key) {
        std::vector<Written> writes;
        {
            auto held = running.writes.lock();
            auto it = held->find(key);
            if (it == held->end()) return true;
            writes = std::move(it->second);
            held->erase(it);
        }
        for (const auto& write : writes) {
            if (visible(*informers_, write)) continue;
            auto informer = informers_->find(write.gvr);
            if (informer && !informer->wait_for([&] { return visible(*informers_, write); }, patience_)) {
                (*running.writes.lock())[key] = std::move(writes);
                return false;
            }
        }
        return true;
    }

    // A conflict or a missing object only says that the cache was behind; the next run sees it. In a namespace that goes away
    // creations are refused until the owner is gone too.
    void report(const Running& running, const std::string& key, const Status& status) {
        bool quiet = status.reason() == Reason::Conflict || status.reason() == Reason::NotFound;
        for (const auto& cause : status.causes()) quiet = quiet || cause.type == "NamespaceTerminating";
        auto level = quiet ? log::Level::Debug : log::Level::Warn;
        if (level < log::level()) return;
        log::write(level, "controller", "reconcile failed",
                   {{"controller", running.controller->name()}, {"key", key}, {"error", status.message()}});
    }

    Options options_;
    const Duration patience_ = options_.informers == Drive::Caller ? Duration::zero() : kVisibleTimeout;
    std::unique_ptr<InformerFactory> informers_;
    std::unique_ptr<QueueSet> queues_;
    std::shared_ptr<EventWriter> event_writer_;
    std::vector<std::unique_ptr<Running>> running_;
    std::vector<std::thread> workers_;
};

}  // namespace

std::unique_ptr<Runtime> Runtime::create(Options options) { return std::make_unique<RuntimeImpl>(std::move(options)); }

}  // namespace skiff::reconcile
