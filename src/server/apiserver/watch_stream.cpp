#include "server/apiserver/watch_stream.h"

#include <deque>
#include <mutex>
#include <optional>

#include "api/custom_resource.h"
#include "base/random.h"
#include "base/strings.h"
#include "server/apiserver/encode.h"
#include "server/apiserver/flow/followers.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/request_metrics.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

// Frames that wait for a client that reads slowly: the initial state of a big resource must fit.
constexpr size_t kPendingMax = 200'000;
// Bytes given to the connection before frames start to wait here.
constexpr size_t kQueuedBytesMax = 512 << 10;
// A watch without timeoutSeconds ends between these, so that clients of a restarted server do not all come at once (Kubernetes: the same).
constexpr int64_t kTimeoutMin_s = 1800;
// How long a watch that wants the state of a revision that is not there yet waits for it, as a list does.
constexpr Duration kFutureWait = std::chrono::seconds(3);

std::string_view type_name(WatchType type) {
    switch (type) {
        case WatchType::Added: return "ADDED";
        case WatchType::Modified: return "MODIFIED";
        default: return "DELETED";
    }
}

class WatchStream : public WatchSink, public std::enable_shared_from_this<WatchStream> {
public:
    WatchStream(Core& core, const api::KindInfo& kind, std::string_view scope, Form form, std::shared_ptr<net::ResponseStream> response)
        : core_(core),
          kind_(kind),
          form_(std::move(form)),
          key_prefix_(form_.cache_key() + kind.gvk.api_version()),
          converts_(converts_by_webhook(kind)),
          response_(std::move(response)),
          running_(flow::running_watches(flow::watch_counts(*core.metrics), kind.gvk, kind.plural, scope)),
          events_(core.metrics->counter("apiserver_watch_events_total", "Number of events sent in watch clients", {"group", "version", "resource"})
                      .with({kind.gvk.group, kind.gvk.version, kind.plural})) {
        running_.add(1);
    }
    ~WatchStream() override { running_.add(-1); }

    // Before hold().
    void select_shown(Filter filter) { filter_ = std::move(filter); }

    // The stream owns the watch until one of both ends.
    void hold(std::unique_ptr<Cache::Watch> watch, net::IoThreads::Timer timeout) {
        std::unique_lock lock(mutex_);
        timeout_ = std::move(timeout);
        if (!closed_) {
            watch_ = std::move(watch);
            return;
        }
        lock.unlock();
        watch.reset();
    }

    void event(WatchType type, const api::ObjectPtr& object, SharedLines* shared) override { change(type, object, nullptr, shared); }

    void change(WatchType type, const api::ObjectPtr& object, const api::ObjectPtr& previous, SharedLines* shared) override {
        std::unique_lock lock(mutex_);
        if (closed_ || ends_at_first()) return;
        if (converts_ || !pending_.empty() || response_->queued_bytes() > kQueuedBytesMax) {
            pending_.push_back({type, object, {}, filter_ ? previous : nullptr});
            if (pending_.size() > kPendingMax) give_up(lock);
            if (converts_) start_converting();
            return;
        }
        send(frame(type, object, shared), lock);
    }

    void bookmark(int64_t revision, bool initial_end) override {
        std::unique_lock lock(mutex_);
        if (closed_ || ends_at_first()) return;
        auto bytes = encode_bookmark(core_, kind_, revision, initial_end, form_, form_.as == Form::As::Table && !std::exchange(columns_sent_, true));
        if (closed_ || !bytes.ok()) return;
        if (converting_ || !pending_.empty()) pending_.push_back({WatchType::Added, nullptr, std::move(bytes).value(), nullptr});
        else send(std::move(bytes).value(), lock);
    }

    void end(const Status& status) override {
        std::unique_lock lock(mutex_);
        if (closed_) return;
        closed_ = true;
        if (!status.ok()) {
            auto bytes = encode_error_event(core_, status, form_);
            if (bytes.ok()) response_->write(std::move(bytes).value());
        }
        response_->end();
    }

    // The connection has taken what was queued: more of what waits.
    void drained() {
        std::unique_lock lock(mutex_);
        if (converts_) return start_converting();
        while (!closed_ && !pending_.empty() && response_->queued_bytes() <= kQueuedBytesMax) {
            Pending next = std::move(pending_.front());
            pending_.pop_front();
            if (!send(next.bytes ? next.bytes : frame(next.type, next.object, nullptr), lock)) return;
        }
    }

    // Ends the watch from the outside: timeout, client gone.
    void close() {
        std::unique_ptr<Cache::Watch> watch;
        {
            std::lock_guard lock(mutex_);
            watch = std::move(watch_);
            pending_.clear();
            if (!closed_) response_->end();
            closed_ = true;
        }
    }

private:
    // One object cannot be shown as a list of them: Kubernetes ends the stream then, without a word.
    bool ends_at_first() {
        if (!form_.of_list) return false;
        closed_ = true;
        response_->end();
        return true;
    }

    struct Pending {
        WatchType type;
        api::ObjectPtr object;
        net::Bytes bytes;
        api::ObjectPtr previous;   // where selectors are asked here
    };

    // Objects whose version a webhook makes: on the pool, one after the other. Called with the lock held.
    void start_converting() {
        if (converting_ || closed_ || pending_.empty()) return;
        converting_ = core_.pool->submit([self = shared_from_this()] { self->convert_pending(); });
        if (!converting_) {
            closed_ = true;
            response_->abort();
        }
    }

    void convert_pending() {
        std::unique_lock lock(mutex_);
        while (!closed_ && !pending_.empty() && response_->queued_bytes() <= kQueuedBytesMax) {
            Pending next = std::move(pending_.front());
            pending_.pop_front();
            if (!next.bytes) {
                lock.unlock();
                auto shown = selected(next);
                net::Bytes bytes;
                if (shown.ok()) bytes = *shown ? frame(next.type, *shown, nullptr) : nullptr;
                else if (auto failed = encode_error_event(core_, shown.status(), form_); failed.ok()) bytes = std::move(failed).value();
                lock.lock();
                next.bytes = std::move(bytes);
            }
            if (closed_ || !send(next.bytes, lock)) break;
        }
        converting_ = false;
    }

    // Selectors speak of the converted object, so they are asked here: what enters is ADDED, what leaves DELETED with its last matching state.
    // The object to tell, in its version, or null.
    Result<api::ObjectPtr> selected(Pending& change) {
        api::ObjectPtr now = TRY(presented(core_, kind_, change.object));
        if (!filter_) return now;
        api::ObjectPtr before = change.previous ? TRY(presented(core_, kind_, change.previous)) : nullptr;
        const bool was = before && matches(before), is = change.type != WatchType::Deleted && matches(now);
        if (is) {
            change.type = was ? WatchType::Modified : WatchType::Added;
            return now;
        }
        if (!was || change.type == WatchType::Deleted) return was ? now : nullptr;
        change.type = WatchType::Deleted;
        return with_revision(*before, now->meta().resource_version);
    }

    bool matches(const api::ObjectPtr& object) const {
        Item item;
        item.object = object;
        item.fields = SelectablePaths(kind_.custom->definition->indexed_fields).scan(*object->bytes());
        return filter_->matches(item);
    }

    net::Bytes frame(WatchType type, const api::ObjectPtr& object, SharedLines* shared) {
        bool columns = form_.as == Form::As::Table && !std::exchange(columns_sent_, true);
        std::string key;
        if (shared != nullptr && !columns) {
            key = key_prefix_;
            key.append(type_name(type));
            auto found = shared->find(key);
            if (found != shared->end()) return found->second;
        }
        auto shown = presented(core_, kind_, object);
        if (!shown.ok()) return nullptr;
        auto bytes = encode_event(core_, kind_, type_name(type), *shown, form_, columns);
        if (!bytes.ok()) return nullptr;
        if (!key.empty()) (*shared)[key] = *bytes;
        return std::move(bytes).value();
    }

    bool send(net::Bytes bytes, std::unique_lock<std::mutex>& lock) {
        if (!bytes) return true;
        if (response_->write(std::move(bytes))) {
            events_.add();
            return true;
        }
        give_up(lock);
        return false;
    }

    void give_up(std::unique_lock<std::mutex>&) {
        closed_ = true;
        pending_.clear();
        response_->abort();
    }

    Core& core_;
    const api::KindInfo& kind_;
    const Form form_;
    const std::string key_prefix_;
    const bool converts_;
    std::shared_ptr<net::ResponseStream> response_;
    metrics::Gauge& running_;
    metrics::Counter& events_;
    std::mutex mutex_;
    std::deque<Pending> pending_;
    std::unique_ptr<Cache::Watch> watch_;
    net::IoThreads::Timer timeout_;
    bool closed_ = false;
    bool converting_ = false;
    std::optional<Filter> filter_;   // of converted kinds with selectors; set before hold()
    bool columns_sent_ = false;
};

}  // namespace

void serve_watch(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    const net::Request& request = exchange->request();
    auto form = negotiate(request, context->kind->custom ? FormsAllowed::Custom : FormsAllowed::Watches);
    if (!form.ok()) return send_status(*exchange, core, *context, form.status());
    auto spec = watch_spec(*context, request.query);
    if (!spec.ok()) return send_status(*exchange, core, *context, spec.status());
    if (form->media == MediaType::Yaml && !context->kind->custom) return send_status(*exchange, core, *context, no_streams_of_type());
    int64_t timeout_s = spec->timeout_s;
    if (timeout_s == 0) timeout_s = kTimeoutMin_s + static_cast<int64_t>(random_u64() % static_cast<uint64_t>(kTimeoutMin_s));

    net::Headers headers = base_headers(*context);
    headers.set("Content-Type", form->stream_content_type());
    auto response = exchange->stream(200, std::move(headers));
    form->pretty = false;
    auto stream = std::make_shared<WatchStream>(core, *context->kind, metric_scope(context->attributes), *form, response);
    response->on_drained([weak = std::weak_ptr(stream)] {
        if (auto s = weak.lock()) s->drained();
    });
    // The response keeps the stream: it is let go with the connection or the end of the watch.
    response->on_closed([stream, context] { stream->close(); });
    auto timer = core.io->after(std::chrono::seconds(timeout_s), [weak = std::weak_ptr(stream)] {
        if (auto s = weak.lock()) s->close();
    });
    if (converts_by_webhook(*context->kind) && spec->filter.reads_content()) {
        stream->select_shown(spec->filter);
        spec->filter = spec->filter.without_selectors();
    }
    const bool early = spec->start == WatchSpec::Start::State && spec->revision > core.cache.applied() && core.pool != nullptr;
    if (!early) return stream->hold(core.cache.watch(*context->kind, std::move(spec).value(), stream), std::move(timer));
    auto wait = [&core, stream, context, spec = std::move(spec).value(), timer = std::make_shared<net::IoThreads::Timer>(std::move(timer))] {
        if (core.cache.wait_applied(spec.revision, kFutureWait)) stream->hold(core.cache.watch(*context->kind, spec, stream), std::move(*timer));
        else stream->end(revision_too_large(spec.revision, core.cache.applied()));
    };
    if (!core.pool->submit(wait)) stream->close();
}

}  // namespace skiff::apiserver
